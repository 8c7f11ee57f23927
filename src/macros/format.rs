//! Python's two ways to fill in a format: `'%05.2f' % x` and `'{:>8}'.format(x)`.

use super::date_parts;
use super::error::{ABSENT, BEYOND_ASCII, EvalError, LONGEST, TOO_LONG};
use super::field_format::{BAD, Spec, number, pad, widened};
use super::number::{bounded, whole};
use super::print::{write_repr, write_text};
use super::value::Value;

/// `format % args`: one value, a tuple of them, or an object for `%(name)s`.
pub(super) fn percent<'a>(format: &str, args: &Value<'a>) -> Result<String, EvalError> {
    let single = [args.clone()];
    let items = if let Value::Tuple(list) = args { list.items.borrow().clone() } else { single.to_vec() };
    let mut values = items.iter();
    let (mut out, mut rest) = (String::new(), format);
    while let Some((plain, code)) = rest.split_once('%') {
        out.push_str(plain);
        let mut code = code;
        let mut named = None;
        if let Some(inside) = code.strip_prefix('(') {
            let (name, after) = inside.split_once(')').ok_or(BAD)?;
            named = Some(args.key(name).ok_or(ABSENT)?);
            code = after;
        }
        let mut spec = Spec::default();
        let mut letters = code.chars();
        let mut letter = letters.next();
        while let Some(flag @ ('-' | '+' | ' ' | '0' | '#')) = letter {
            match flag {
                '-' => spec.align = Some('<'),
                '0' => spec.zero = true,
                '#' => spec.alternate = true,
                // A plus wins over a space.
                sign if spec.sign != Some('+') => spec.sign = Some(sign),
                _ => {}
            }
            letter = letters.next();
        }
        let mut next = |named: &Option<Value<'a>>| match named {
            Some(value) => Ok(value.clone()),
            None => values.next().cloned().ok_or(BAD),
        };
        if letter == Some('*') {
            spec.width = usize::try_from(next(&None)?.as_int().ok_or(BAD)?).map_err(|_| BAD)?;
            letter = letters.next();
        }
        while let Some(digit) = letter.and_then(|c| c.to_digit(10)) {
            spec.width = widened(spec.width, digit);
            letter = letters.next();
        }
        if letter == Some('.') {
            let mut precision = 0;
            letter = letters.next();
            while let Some(digit) = letter.and_then(|c| c.to_digit(10)) {
                precision = widened(precision, digit);
                letter = letters.next();
            }
            spec.precision = Some(precision);
        }
        rest = letters.as_str();
        if letter == Some('%') {
            out.push('%');
            continue;
        }
        let value = next(&named)?;
        if value.is_absent() && matches!(value, Value::Undefined) {
            return Err(ABSENT);
        }
        if spec.align.is_some() {
            spec.zero = false;
        }
        match letter.ok_or(BAD)? {
            's' | 'r' | 'a' => {
                let mut text = shown(&value, letter)?;
                if let Some(precision) = spec.precision {
                    text = text.chars().take(precision).collect();
                }
                spec.zero = false;
                pad(&text, 0, &spec, '>', &mut out)?;
            }
            'c' => {
                let text = match value.as_int() {
                    Some(code) => char::from_u32(u32::try_from(code).map_err(|_| BAD)?).ok_or(BAD)?.to_string(),
                    None => value.as_text().filter(|text| text.chars().count() == 1).ok_or(BAD)?.to_owned(),
                };
                spec.zero = false;
                pad(&text, 0, &spec, '>', &mut out)?;
            }
            'd' | 'i' | 'u' => {
                let whole = match &value {
                    Value::Float(number) => Value::Int(whole(*number)?),
                    other => other.clone(),
                };
                spec.style = Some('d');
                spec.digits = spec.precision.take().unwrap_or(0);
                number(&whole, &spec, &mut out)?;
            }
            style @ ('x' | 'X' | 'o' | 'e' | 'E' | 'f' | 'F' | 'g' | 'G') => {
                spec.style = Some(style);
                if matches!(style, 'x' | 'X' | 'o') {
                    spec.digits = spec.precision.take().unwrap_or(0);
                }
                number(&value, &spec, &mut out)?;
            }
            _ => return Err(BAD),
        }
        if out.len() > LONGEST {
            return Err(TOO_LONG);
        }
    }
    out.push_str(rest);
    let left_over = values.next().is_some() && !format.contains("%(") && !args.is_object();
    if left_over { Err(BAD) } else { bounded(out) }
}

/// A value by one of Python's conversions `s`, `r` and `a`.
fn shown(value: &Value<'_>, conversion: Option<char>) -> Result<String, EvalError> {
    let mut text = String::new();
    match conversion {
        Some('s') => write_text(value, &mut text)?,
        _ => write_repr(value, &mut text)?,
    }
    if conversion == Some('a') && !text.is_ascii() { Err(BEYOND_ASCII) } else { Ok(text) }
}

/// `format.format(...)`: `resolve` gives the value of a field name.
pub(super) fn braces<'a>(
    format: &str,
    resolve: &mut dyn FnMut(&str) -> Result<Value<'a>, EvalError>,
    depth: u32,
) -> Result<String, EvalError> {
    let mut out = String::new();
    let mut rest = format;
    while let Some(at) = rest.find(['{', '}']) {
        let (plain, brace) = rest.split_at(at);
        out.push_str(plain);
        let inside = brace.get(1..).unwrap_or_default();
        if brace.get(..1) == inside.get(..1) {
            out.push_str(brace.get(..1).unwrap_or_default());
            rest = inside.get(1..).unwrap_or_default();
            continue;
        }
        if brace.starts_with('}') || depth > 1 {
            return Err(BAD);
        }
        let mut open = 1;
        let close = inside.find(|c| {
            open += i32::from(c == '{') - i32::from(c == '}');
            open == 0
        });
        let close = close.ok_or(BAD)?;
        let field = inside.get(..close).unwrap_or_default();
        rest = inside.get(close + 1..).unwrap_or_default();
        let (name, spec) = field.split_once(':').unwrap_or((field, ""));
        let (name, conversion) = name.split_once('!').unwrap_or((name, ""));
        let value = resolve(name)?;
        let spec = if spec.contains('{') { braces(spec, resolve, depth + 1)? } else { spec.to_owned() };
        match conversion {
            "" => field_into(&value, &spec, &mut out)?,
            "s" | "r" | "a" => {
                let text = shown(&value, conversion.chars().next())?;
                field_into(&Value::text(text), &spec, &mut out)?;
            }
            _ => return Err(BAD),
        }
        if out.len() > LONGEST {
            return Err(TOO_LONG);
        }
    }
    out.push_str(rest);
    bounded(out)
}

/// Python's `format(value, spec)`.
fn field_into(value: &Value<'_>, text: &str, out: &mut String) -> Result<(), EvalError> {
    if text.is_empty() {
        return write_text(value, out);
    }
    let is_pendulum = match value {
        Value::Moment(moment) => Some(moment.pendulum),
        Value::Day(_, is_pendulum) | Value::Clock(_, is_pendulum) => Some(*is_pendulum),
        _ => None,
    };
    if let Some(is_pendulum) = is_pendulum {
        let in_tokens = is_pendulum && !text.contains('%');
        let shown = if in_tokens { date_parts::in_tokens(value, text) } else { date_parts::formatted(value, text) };
        return write_text(&shown?, out);
    }
    let spec = Spec::read(text).ok_or(BAD)?;
    if let Value::Text(text) = value {
        if spec.sign.is_some()
            || spec.alternate
            || spec.group.is_some()
            || spec.style.is_some_and(|style| style != 's')
            || spec.align == Some('=')
        {
            return Err(BAD);
        }
        let text: String = text.chars().take(spec.precision.unwrap_or(usize::MAX)).collect();
        return pad(&text, 0, &Spec { zero: false, ..spec }, '<', out);
    }
    if value.as_float().is_none() {
        return Err(BAD);
    }
    number(value, &spec, out)
}

/// The name of a field and what is behind it: `0`, `a.b`, `0[key]`.
pub(super) fn field_path(name: &str) -> Option<(&str, Vec<&str>)> {
    let end = name.find(['.', '[']).unwrap_or(name.len());
    let (first, mut rest) = name.split_at_checked(end)?;
    let mut keys = Vec::new();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('[') {
            let (key, after) = after.split_once(']')?;
            keys.push(key);
            rest = after;
        } else {
            let after = rest.strip_prefix('.')?;
            let end = after.find(['.', '[']).unwrap_or(after.len());
            let (key, behind) = after.split_at_checked(end)?;
            keys.push(key);
            rest = behind;
        }
    }
    Some((first, keys))
}
