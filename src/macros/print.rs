//! Values as text: as templates print them, as JSON, and as Python's `repr` shows them.

use super::error::{ABSENT, BEYOND_ASCII, EvalError, LONGEST, TOO_LONG};
use super::json::{write_int, write_quoted};
use super::number::write_float;
use super::span::{Span, write_time, write_words};
use super::value::{Text, Value};
use super::wall::{Form, Wall};

/// What separates the parts of JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Without spaces.
    Compact,
    /// Each part on a line of its own, by so many spaces.
    Indented(usize),
}

/// Appends a value as a template prints it: dates with a T, text bare, objects, lists, true and null as compact JSON.
pub(super) fn write_text(value: &Value<'_>, out: &mut String) -> Result<(), EvalError> {
    match value {
        Value::Text(text) | Value::Digits(text) => out.push_str(text),
        Value::Int(number) => write_int(*number, out),
        Value::Float(number) => write_float(*number, out),
        Value::None => out.push_str("null"),
        Value::Moment(moment) => {
            let start = out.len();
            moment.to_wall().write(Form::Ts, out);
            if !moment.pendulum {
                out.replace_range(start + 10..start + 11, " ");
            }
        }
        Value::Day(day, _) => day_wall(*day).write(Form::Ds, out),
        Value::Clock(micros, _) => write_clock(*micros, out),
        Value::Span(span) => match span.as_ref() {
            Span::Time(micros) => write_time(*micros, out),
            Span::Interval(interval) => {
                out.push_str("<Interval [");
                for (moment, after) in [(&interval.start, " -> "), (&interval.end, "]>")] {
                    let start = out.len();
                    moment.to_wall().write(if interval.days { Form::Ds } else { Form::Ts }, out);
                    if !interval.days {
                        out.replace_range(start + 10..start + 11, " ");
                    }
                    out.push_str(after);
                }
            }
            Span::Duration(_) => write_words(span, " ", out),
            Span::Relative(relative) if relative.fraction => {
                return Err(EvalError::Refused("this operator does not take values of these types"));
            }
            Span::Relative(relative) => relative.write(out),
        },
        Value::Tz(tz) => match tz.as_ref() {
            super::moment::Tz::Zone(zone) => out.push_str(zone.name()),
            super::moment::Tz::Fixed(offset) => write_fixed(*offset, out),
        },
        Value::Json(json) => json.write_json(out),
        Value::Undefined | Value::Absent => return Err(ABSENT),
        Value::Bool(_) | Value::List(_) | Value::Tuple(_) | Value::Dict(_) | Value::Params(..) => {
            // A connection prints as its name.
            match value.key("conn_id").filter(|_| value.key("get_uri").is_some()) {
                Some(id) => write_text(&id, out)?,
                None => write_json(value, Style::Compact, 0, out)?,
            }
        }
        Value::Space(_)
        | Value::Function(_)
        | Value::Macro(_)
        | Value::Namespace(_)
        | Value::Loop(_)
        | Value::Hidden => {
            return Err(EvalError::Refused("this is no value that can be printed"));
        }
    }
    if out.len() > LONGEST << 4 { Err(TOO_LONG) } else { Ok(()) }
}

/// Midnight of a day.
pub(super) fn day_wall(day: i64) -> Wall {
    Wall { micros: day.saturating_mul(super::wall::DAY_MICROS), offset: None }
}

/// A zone of Python's own: `UTC`, `UTC+02:00`.
pub(super) fn write_fixed(offset: i32, out: &mut String) {
    out.push_str("UTC");
    super::wall::write_offset(Some(offset).filter(|offset| *offset != 0), true, out);
}

/// HH:MM:SS, with microseconds where there are any.
pub(super) fn write_clock(micros: i64, out: &mut String) {
    let mut text = String::new();
    Wall { micros, offset: None }.write(Form::Ts, &mut text);
    out.push_str(text.get(11..).unwrap_or_default());
}

/// As text: what [`write_text`] writes.
pub(super) fn to_text<'a>(value: &Value<'a>) -> Result<Text<'a>, EvalError> {
    if let Value::Text(text) | Value::Digits(text) = value {
        return Ok(text.clone());
    }
    let mut out = String::new();
    write_text(value, &mut out)?;
    Ok(Text::Shared(out.into()))
}

/// Appends JSON. What JSON does not know stands as text.
pub(super) fn write_json(value: &Value<'_>, style: Style, depth: usize, out: &mut String) -> Result<(), EvalError> {
    if out.len() > LONGEST {
        return Err(TOO_LONG);
    }
    let line = |depth: usize, out: &mut String| {
        if let Style::Indented(width) = style {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', width * depth));
        }
    };
    match value {
        Value::None | Value::Absent => out.push_str("null"),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Int(_) | Value::Float(_) | Value::Digits(_) => write_text(value, out)?,
        Value::Json(json) if style == Style::Compact => json.write_json(out),
        Value::Undefined => return Err(ABSENT),
        value if value.is_list() => {
            let items = value.items()?;
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                line(depth + 1, out);
                write_json(item, style, depth + 1, out)?;
            }
            if !items.is_empty() {
                line(depth, out);
            }
            out.push(']');
        }
        value => match value.pairs() {
            Some(pairs) => {
                out.push('{');
                for (i, (key, value)) in pairs.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    line(depth + 1, out);
                    write_quoted(&to_text(key)?, out);
                    out.push_str(if style == Style::Compact { ":" } else { ": " });
                    write_json(value, style, depth + 1, out)?;
                }
                if !pairs.is_empty() {
                    line(depth, out);
                }
                out.push('}');
            }
            None => write_quoted(&to_text(value)?, out),
        },
    }
    Ok(())
}

/// Python's `repr`, for `%r` and `!r`: text in quotes.
pub(super) fn write_repr(value: &Value<'_>, out: &mut String) -> Result<(), EvalError> {
    let Value::Text(text) = value else { return write_text(value, out) };
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => out.extend(['\\', c]),
            c if !c.is_ascii() && (c.is_control() || c.is_whitespace()) => return Err(BEYOND_ASCII),
            c if c < ' ' || c == '\x7f' => {
                out.push_str(if c < '\x10' { "\\x0" } else { "\\x" });
                super::number::write_based(i64::from(u32::from(c)), 16, out);
            }
            c => out.push(c),
        }
    }
    out.push(quote);
    Ok(())
}
