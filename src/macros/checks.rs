//! What stands behind `is`.

use std::cmp::Ordering;
use std::rc::Rc;

use super::args::Args;
use super::arithmetic::{Op, apply};
use super::compare::{contains, equal, order};
use super::error::{ABSENT, EvalError};
use super::host::Case;
use super::print::to_text;
use super::text_methods::is_case;
use super::value::Value;

/// A row of the table.
pub(super) struct Check {
    pub name: &'static str,
    pub params: &'static str,
    run: Run,
}

type Run = for<'a> fn(&Value<'a>, &Args<'a>) -> Result<bool, EvalError>;

/// The test of that name.
pub(super) fn find(name: &str) -> Option<&'static Check> {
    CHECKS.iter().find(|row| row.name == name)
}

impl Check {
    pub(super) fn holds<'a>(&self, value: &Value<'a>, args: &Args<'a>) -> Result<bool, EvalError> {
        if matches!(value, Value::Hidden) {
            return Err(ABSENT);
        }
        (self.run)(value, args)
    }
}

fn compared<'a>(value: &Value<'a>, args: &Args<'a>, fits: fn(Ordering) -> bool) -> Result<bool, EvalError> {
    order(value, args.need(0)?).map(fits)
}

/// Whether `value % of` is this.
fn leaves<'a>(value: &Value<'a>, of: &Value<'a>, rest: i64) -> Result<bool, EvalError> {
    Ok(equal(&apply(Op::Rem, value, of)?, &Value::Int(rest)))
}

fn same<'a>(a: &Value<'a>, b: &Value<'a>) -> bool {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Text(a), Value::Text(b)) => **a == **b,
        (Value::List(a), Value::List(b)) | (Value::Tuple(a), Value::Tuple(b)) => Rc::ptr_eq(a, b),
        (Value::Dict(a), Value::Dict(b)) => Rc::ptr_eq(a, b),
        (a, b) => a.is_none() && b.is_none(),
    }
}

/// Python's `True`, `False` and `None` are in neither case.
fn in_case(value: &Value<'_>, case: Case) -> Result<bool, EvalError> {
    if matches!(value, Value::Bool(_)) || value.is_none() {
        return Ok(false);
    }
    Ok(is_case(&to_text(value)?, case))
}

const fn row(name: &'static str, params: &'static str, run: Run) -> Check {
    Check { name, params, run }
}

#[rustfmt::skip]
pub(super) static CHECKS: &[Check] = &[
    row("defined", "", |v, _| Ok(!matches!(v, Value::Undefined))),
    row("undefined", "", |v, _| Ok(matches!(v, Value::Undefined))),
    row("none", "", |v, _| Ok(v.is_none())),
    row("boolean", "", |v, _| Ok(matches!(v, Value::Bool(_)))),
    row("true", "", |v, _| Ok(matches!(v, Value::Bool(true)))),
    row("false", "", |v, _| Ok(matches!(v, Value::Bool(false)))),
    row("integer", "", |v, _| Ok(matches!(v, Value::Int(_)) || is_digits(v, false))),
    row("float", "", |v, _| Ok(matches!(v, Value::Float(_)) || is_digits(v, true))),
    row("number", "", |v, _| Ok(matches!(v, Value::Int(_) | Value::Float(_) | Value::Digits(_) | Value::Bool(_)))),
    row("string", "", |v, _| Ok(v.as_text().is_some())),
    row("lower", "", |v, _| in_case(v, Case::Lower)),
    row("upper", "", |v, _| in_case(v, Case::Upper)),
    row("mapping", "", |v, _| Ok(v.is_object())),
    row("sequence", "", |v, _| Ok(v.is_list() || v.is_object() || v.as_text().is_some())),
    row("iterable", "", |v, _| Ok(v.is_list() || v.is_object() || matches!(v, Value::Text(_) | Value::Undefined | Value::Loop(_)))),
    row("callable", "", |v, _| Ok(matches!(v, Value::Function(_) | Value::Macro(_)))),
    row("escaped", "", |v, _| Ok(v.is_markup())),
    row("odd", "", |v, _| leaves(v, &Value::Int(2), 1)),
    row("even", "", |v, _| leaves(v, &Value::Int(2), 0)),
    row("divisibleby", "num", |v, args| leaves(v, args.need(0)?, 0)),
    row("sameas", "other", |v, args| Ok(same(v, args.need(0)?))),
    row("in", "seq", |v, args| contains(args.need(0)?, v)),
    row("eq", "other", |v, args| Ok(equal(v, args.need(0)?))),
    row("equalto", "other", |v, args| Ok(equal(v, args.need(0)?))),
    row("==", "other", |v, args| Ok(equal(v, args.need(0)?))),
    row("ne", "other", |v, args| Ok(!equal(v, args.need(0)?))),
    row("!=", "other", |v, args| Ok(!equal(v, args.need(0)?))),
    row("lt", "other", |v, args| compared(v, args, Ordering::is_lt)),
    row("lessthan", "other", |v, args| compared(v, args, Ordering::is_lt)),
    row("<", "other", |v, args| compared(v, args, Ordering::is_lt)),
    row("le", "other", |v, args| compared(v, args, Ordering::is_le)),
    row("<=", "other", |v, args| compared(v, args, Ordering::is_le)),
    row("gt", "other", |v, args| compared(v, args, Ordering::is_gt)),
    row("greaterthan", "other", |v, args| compared(v, args, Ordering::is_gt)),
    row(">", "other", |v, args| compared(v, args, Ordering::is_gt)),
    row("ge", "other", |v, args| compared(v, args, Ordering::is_ge)),
    row(">=", "other", |v, args| compared(v, args, Ordering::is_ge)),
    row("filter", "", |_, _| Err(EvalError::Refused("this value has no such method"))),
    row("test", "", |v, _| Ok(v.as_text().is_some_and(|name| find(name).is_some()))),
];

fn is_digits(value: &Value<'_>, fraction: bool) -> bool {
    matches!(value, Value::Digits(digits) if digits.contains(['.', 'e', 'E']) == fraction)
}
