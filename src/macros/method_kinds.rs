//! Kinds of values, as the table of methods tells them apart.

use super::args::Args;
use super::span::Span;
use super::value::{Answer, Value};

pub(super) const TEXT: u16 = 1;
pub(super) const LIST: u16 = 2;
pub(super) const TUPLE: u16 = 4;
pub(super) const OBJECT: u16 = 8;
/// Pendulum's DateTime, and Python's datetime.
pub(super) const PENDULUM: u16 = 16;
pub(super) const DATETIME: u16 = 32;
/// Pendulum's Date, and Python's date.
pub(super) const DAY: u16 = 64;
pub(super) const DATE: u16 = 128;
pub(super) const CLOCK: u16 = 256;
pub(super) const TIME: u16 = 512;
pub(super) const DURATION: u16 = 1024;
pub(super) const INTERVAL: u16 = 2048;
pub(super) const RELATIVE: u16 = 4096;
pub(super) const ZONE: u16 = 8192;
pub(super) const LOOP: u16 = 16384;
pub(super) const NUMBER: u16 = 32768;

pub(super) const MOMENT: u16 = PENDULUM | DATETIME;
pub(super) const DAYS: u16 = MOMENT | DAY | DATE;
pub(super) const PENDULUMS: u16 = PENDULUM | DAY;
pub(super) const HOURS: u16 = MOMENT | CLOCK;
pub(super) const SPAN: u16 = TIME | DURATION;

/// A row of the table. An attribute stands without parentheses and has no parameters; `*` takes any arguments.
pub(super) struct Method {
    pub name: &'static str,
    pub on: u16,
    pub params: Option<&'static str>,
    pub run: Run,
}

pub(super) type Run = for<'a> fn(&Value<'a>, &Args<'a>) -> Answer<'a>;

pub(super) fn kind(value: &Value<'_>) -> u16 {
    match value {
        Value::Text(_) => TEXT,
        Value::Dict(_) | Value::Params(..) | Value::None | Value::Absent => OBJECT,
        Value::Tuple(_) => TUPLE,
        Value::Moment(moment) if moment.pendulum => PENDULUM,
        Value::Moment(_) => DATETIME,
        Value::Day(_, true) => DAY,
        Value::Day(..) => DATE,
        Value::Clock(..) => CLOCK,
        Value::Span(span) => match span.as_ref() {
            Span::Time(_) => TIME,
            Span::Duration(_) => DURATION,
            Span::Interval(_) => DURATION | INTERVAL,
            Span::Relative(_) => RELATIVE,
        },
        Value::Tz(_) => ZONE,
        Value::Loop(_) => LOOP,
        Value::Int(_) | Value::Float(_) | Value::Digits(_) | Value::Bool(_) => NUMBER,
        value if value.is_list() => LIST,
        value if value.is_object() => OBJECT,
        _ => 0,
    }
}

pub(super) const fn attribute(name: &'static str, on: u16, run: Run) -> Method {
    Method { name, on, params: None, run }
}

pub(super) const fn method(name: &'static str, on: u16, params: &'static str, run: Run) -> Method {
    Method { name, on, params: Some(params), run }
}
