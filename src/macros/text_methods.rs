//! What text can do, as Python's `str`.

use super::args::Args;
use super::error::{BEYOND_ASCII, EvalError, LONGEST, TOO_LONG};
use super::host::{Case, recased};
use super::number::bounded;
use super::print::to_text;
use super::value::{Answer, Value};

/// The text of a value that is text.
pub(super) fn of<'v>(value: &'v Value<'_>) -> Result<&'v str, EvalError> {
    value.as_text().ok_or(EvalError::Refused("this value has no such method"))
}

pub(super) fn upper<'a>(text: &str) -> Value<'a> {
    Value::text(recased(text, Case::Upper))
}

pub(super) fn lower<'a>(text: &str) -> Value<'a> {
    Value::text(recased(text, Case::Lower))
}

/// The arguments are the old part, the new one, and how often.
pub(super) fn replace<'a>(text: &str, args: &Args<'a>) -> Answer<'a> {
    let (old, new) = (to_text(args.need(0)?)?, to_text(args.need(1)?)?);
    let count = args.get(2).filter(|count| !count.is_none()).map_or(Ok(-1), |_| args.int_or(2, -1))?;
    let most = usize::try_from(count).unwrap_or(usize::MAX);
    let mut out = String::new();
    let mut from = 0;
    for (at, old) in text.match_indices(&*old).take(most) {
        out.push_str(text.get(from..at).unwrap_or_default());
        out.push_str(&new);
        from = at + old.len();
        if out.len() > LONGEST {
            return Err(TOO_LONG);
        }
    }
    out.push_str(text.get(from..).unwrap_or_default());
    bounded(out).map(Value::text)
}

/// From the left, or from the right.
pub(super) fn split<'a>(text: &str, args: &Args<'a>, from_right: bool) -> Answer<'a> {
    let most = usize::try_from(args.int_or(1, -1)?).unwrap_or(usize::MAX);
    let separator = args.text_or_none(0)?;
    if separator == Some("") {
        return Err(EvalError::Refused("the separator must not be empty"));
    }
    let mut rest = match (separator, from_right) {
        (Some(_), _) => text,
        (None, false) => text.trim_start_matches(is_space),
        (None, true) => text.trim_end_matches(is_space),
    };
    let mut parts: Vec<Value<'a>> = Vec::new();
    // Between white space there are no empty parts.
    while separator.is_some() || !rest.is_empty() {
        let cut = match (separator, from_right) {
            _ if parts.len() >= most => None,
            (Some(separator), false) => rest.split_once(separator),
            (Some(separator), true) => rest.rsplit_once(separator).map(|(rest, part)| (part, rest)),
            (None, false) => rest.split_once(is_space).map(|(part, rest)| (part, rest.trim_start_matches(is_space))),
            (None, true) => rest.rsplit_once(is_space).map(|(rest, part)| (part, rest.trim_end_matches(is_space))),
        };
        let (part, after) = cut.unwrap_or((rest, ""));
        parts.push(Value::text(part));
        if cut.is_none() {
            break;
        }
        rest = after;
    }
    if from_right {
        parts.reverse();
    }
    Value::list(parts)
}

pub(super) fn lines<'a>(text: &str, keep: bool) -> Answer<'a> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) =
        rest.find(['\n', '\r', '\x0b', '\x0c', '\x1c', '\x1d', '\x1e', '\u{85}', '\u{2028}', '\u{2029}'])
    {
        let (line, end) = rest.split_at(at);
        let length = if end.starts_with("\r\n") { 2 } else { end.chars().next().map_or(0, char::len_utf8) };
        parts.push(Value::text(if keep { rest.get(..at + length).unwrap_or_default() } else { line }));
        rest = end.get(length..).unwrap_or_default();
    }
    if !rest.is_empty() {
        parts.push(Value::text(rest));
    }
    Value::list(parts)
}

/// What is before the first separator, or the last one, the separator, and what is behind it.
pub(super) fn partition<'a>(text: &str, args: &Args<'a>, from_right: bool) -> Answer<'a> {
    let separator = args.text(0)?;
    if separator.is_empty() {
        return Err(EvalError::Refused("the separator must not be empty"));
    }
    let cut = if from_right { text.rsplit_once(separator) } else { text.split_once(separator) };
    let parts = match (cut, from_right) {
        (Some((before, after)), _) => [before, separator, after],
        (None, false) => [text, "", ""],
        (None, true) => ["", "", text],
    };
    Value::tuple(parts.into_iter().map(Value::text).collect())
}

/// Without certain characters, or white space, at its start, its end or both.
pub(super) fn strip<'a>(text: &str, args: &Args<'a>, start: bool, end: bool) -> Answer<'a> {
    let chars = args.text_or_none(0)?;
    let drop = |c: char| chars.map_or(is_space(c), |chars| chars.contains(c));
    let text = if start { text.trim_start_matches(drop) } else { text };
    Ok(Value::text(if end { text.trim_end_matches(drop) } else { text }))
}

/// Whether it starts, or ends, with a text or one of a tuple of texts.
pub(super) fn touches<'a>(text: &str, args: &Args<'a>, end: bool) -> Answer<'a> {
    let text = slice(text, args, 1)?;
    let is_at = |part: &Value<'_>| match part.as_text() {
        Some(part) => Ok(if end { text.ends_with(part) } else { text.starts_with(part) }),
        None => Err(EvalError::Refused("an argument must be text")),
    };
    let part = args.need(0)?;
    if let Value::Tuple(parts) = part {
        for part in parts.items.borrow().iter() {
            if is_at(part)? {
                return Ok(Value::Bool(true));
            }
        }
        return Ok(Value::Bool(false));
    }
    is_at(part).map(Value::Bool)
}

/// The part between the characters that two arguments name.
fn slice<'t>(text: &'t str, args: &Args<'_>, first: usize) -> Result<&'t str, EvalError> {
    if args.get(first).is_none() && args.get(first + 1).is_none() {
        return Ok(text);
    }
    let length = text.chars().count() as i64;
    let clamp = |index: i64| (if index < 0 { index + length } else { index }).clamp(0, length) as usize;
    let (start, end) = (clamp(args.int_or(first, 0)?), clamp(args.int_or(first + 1, length)?));
    Ok(letters(text, start, end.max(start)))
}

/// The characters from `start` to before `end`.
pub(super) fn letters(text: &str, start: usize, end: usize) -> &str {
    let place = |count: usize| text.char_indices().nth(count).map_or(text.len(), |(place, _)| place);
    text.get(place(start)..place(end)).unwrap_or_default()
}

/// Where a part stands, counted in characters; -1 where it does not.
pub(super) fn find<'a>(text: &str, args: &Args<'a>, from_right: bool) -> Answer<'a> {
    let within = slice(text, args, 1)?;
    let part = args.text(0)?;
    let found = if from_right { within.rfind(part) } else { within.find(part) };
    let length = text.chars().count() as i64;
    let start = args.int_or(1, 0)?;
    let start = (if start < 0 { start + length } else { start }).clamp(0, length);
    let count = |at: usize| start + within.get(..at).unwrap_or_default().chars().count() as i64;
    Ok(Value::Int(found.map_or(-1, count)))
}

pub(super) fn count<'a>(text: &str, args: &Args<'a>) -> Answer<'a> {
    Ok(Value::Int(slice(text, args, 1)?.matches(args.text(0)?).count() as i64))
}

pub(super) fn join<'a>(between: &str, items: &[Value<'a>]) -> Answer<'a> {
    let mut out = String::new();
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push_str(between);
        }
        out.push_str(item.as_text().ok_or(EvalError::Refused("an argument must be text"))?);
        if out.len() > LONGEST {
            return Err(TOO_LONG);
        }
    }
    Ok(Value::text(out))
}

/// Filled up to a width with a character; `before` of what is missing stands in front, in halves.
pub(super) fn padded<'a>(text: &str, args: &Args<'a>, width: usize, before: usize) -> Answer<'a> {
    let fill = args.text_or_none(1)?.unwrap_or(" ");
    if width > LONGEST {
        return Err(TOO_LONG);
    }
    if fill.chars().count() != 1 {
        return Err(EvalError::Refused("an argument must be text"));
    }
    let missing = width.saturating_sub(text.chars().count());
    // Python's str.center puts the odd one in front where the width is odd.
    let front = match before {
        1 => missing / 2 + (missing & width & 1),
        2 => missing,
        _ => 0,
    };
    Ok(Value::text([&fill.repeat(front), text, &fill.repeat(missing - front)].concat()))
}

pub(super) fn zfill<'a>(text: &str, args: &Args<'a>) -> Answer<'a> {
    let width = args.size(0, 0)?;
    if width > LONGEST {
        return Err(TOO_LONG);
    }
    let missing = width.saturating_sub(text.chars().count());
    let head = usize::from(text.starts_with(['+', '-']));
    let (sign, digits) = text.split_at_checked(head).unwrap_or(("", text));
    Ok(Value::text([sign, &"0".repeat(missing), digits].concat()))
}

/// A letter in both cases, of any script.
fn in_both(c: char) -> [String; 2] {
    [Case::Lower, Case::Upper].map(|case| recased(c.encode_utf8(&mut [0; 4]), case))
}

/// Whether Python calls it a letter: beyond ASCII that is known of what has two cases, and of white space.
pub(super) fn is_letter(c: char) -> Result<bool, EvalError> {
    if c.is_ascii() || c.is_whitespace() {
        return Ok(c.is_ascii_alphabetic());
    }
    let [lower, upper] = in_both(c);
    if lower == upper { Err(BEYOND_ASCII) } else { Ok(true) }
}

/// White space of Python's texts.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

/// Each word with a capital, the rest small: a word ends where no letter that has a case stands.
pub(super) fn title(text: &str) -> String {
    let mut out = String::new();
    let mut in_word = false;
    for c in text.chars() {
        let [lower, upper] = in_both(c);
        out.push_str(&if in_word { lower.clone() } else { capitalized(&upper) });
        in_word = lower != upper;
    }
    out
}

/// Of a capital that is several letters, as that of `ß`, the first one is large.
pub(super) fn capitalized(text: &str) -> String {
    let cut = |text: &str| text.chars().next().map_or(0, char::len_utf8);
    let (first, rest) = text.split_at(cut(text));
    let upper = recased(first, Case::Upper);
    let (first, more) = upper.split_at(cut(&upper));
    [first, &recased(more, Case::Lower), &recased(rest, Case::Lower)].concat()
}

pub(super) fn swapped(text: &str) -> String {
    let swap = |c: char| {
        let letter = c.to_string();
        let upper = recased(&letter, Case::Upper);
        if upper == letter { recased(&letter, Case::Lower) } else { upper }
    };
    text.chars().map(swap).collect()
}

/// Whether there are letters, and all that have a case are in this one.
pub(super) fn is_case(text: &str, case: Case) -> bool {
    let other = if case == Case::Upper { Case::Lower } else { Case::Upper };
    recased(text, case) == text && recased(text, other) != text
}

pub(super) fn is_title(text: &str) -> bool {
    title(text) == text && recased(text, Case::Lower) != text
}

/// Whether there are characters, and all of them are of a kind that ASCII has.
pub(super) fn all<'a>(value: &Value<'a>, is: fn(char) -> bool) -> Answer<'a> {
    let text = of(value)?;
    if !text.is_ascii() {
        return Err(BEYOND_ASCII);
    }
    Ok(Value::Bool(!text.is_empty() && text.chars().all(is)))
}

pub(super) fn is_identifier<'a>(value: &Value<'a>) -> Answer<'a> {
    if of(value)?.starts_with(|c: char| c.is_ascii_digit()) {
        return Ok(Value::Bool(false));
    }
    all(value, |c| c == '_' || c.is_ascii_alphanumeric())
}

/// Beyond ASCII more than small letters is compared by.
pub(super) fn casefold<'a>(text: &str) -> Answer<'a> {
    if text.is_ascii() { Ok(lower(text)) } else { Err(BEYOND_ASCII) }
}

pub(super) fn expand_tabs<'a>(text: &str, args: &Args<'a>) -> Answer<'a> {
    let size = args.size(0, 8)?;
    let (mut out, mut column) = (String::new(), 0);
    for c in text.chars() {
        match c {
            '\t' => {
                let gap = if size > 0 { size - column % size } else { 0 };
                out.extend(std::iter::repeat_n(' ', gap));
                column += gap;
            }
            '\n' | '\r' => {
                out.push(c);
                column = 0;
            }
            c => {
                out.push(c);
                column += 1;
            }
        }
        if out.len() > LONGEST {
            return Err(TOO_LONG);
        }
    }
    Ok(Value::text(out))
}
