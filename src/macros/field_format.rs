//! One field of a format: its fill, sign, width, precision and style.

use super::error::{EvalError, LONGEST, TOO_LONG};
use super::number::{write_based, write_float, write_styled};
use super::value::Value;

pub(super) const BAD: EvalError = EvalError::Refused("the format does not fit its values");

/// A width or a precision with one more digit. Beyond the longest text it grows no more: that is refused, never cut.
pub(super) fn widened(width: usize, digit: u32) -> usize {
    (width * 10 + digit as usize).min(LONGEST + 1)
}

/// What stands behind the colon, or between `%` and its letter.
#[derive(Debug, Default)]
pub(super) struct Spec {
    pub fill: Option<char>,
    pub align: Option<char>,
    pub sign: Option<char>,
    pub alternate: bool,
    pub zero: bool,
    pub width: usize,
    pub group: Option<char>,
    pub precision: Option<usize>,
    /// Digits of a whole number, filled up with zeros.
    pub digits: usize,
    pub style: Option<char>,
}

impl Spec {
    pub(super) fn read(text: &str) -> Option<Spec> {
        let is_align = |c: char| matches!(c, '<' | '>' | '^' | '=');
        let mut spec = Spec::default();
        let mut letters = text.chars();
        let mut ahead = letters.clone();
        if let (Some(fill), Some(align)) = (ahead.next(), ahead.next())
            && is_align(align)
        {
            (spec.fill, spec.align) = (Some(fill), Some(align));
            letters = ahead;
        }
        let mut letter = letters.next();
        if let Some(align) = letter.filter(|c| spec.align.is_none() && is_align(*c)) {
            spec.align = Some(align);
            letter = letters.next();
        }
        if let Some(sign @ ('+' | '-' | ' ')) = letter {
            spec.sign = Some(sign);
            letter = letters.next();
        }
        if letter == Some('#') {
            spec.alternate = true;
            letter = letters.next();
        }
        // Beside an alignment a zero is the fill; behind a fill it is a digit of the width.
        if letter == Some('0') && spec.fill.is_none() {
            spec.zero = spec.align.is_none();
            spec.fill = letter;
        }
        while let Some(digit) = letter.and_then(|c| c.to_digit(10)) {
            spec.width = widened(spec.width, digit);
            letter = letters.next();
        }
        if let Some(group @ (',' | '_')) = letter {
            spec.group = Some(group);
            letter = letters.next();
        }
        if letter == Some('.') {
            letter = letters.next();
            let mut precision = usize::try_from(letter?.to_digit(10)?).ok()?;
            letter = letters.next();
            while let Some(digit) = letter.and_then(|c| c.to_digit(10)) {
                precision = widened(precision, digit);
                letter = letters.next();
            }
            spec.precision = Some(precision);
        }
        spec.style = letter;
        letters.next().is_none().then_some(spec)
    }
}

pub(super) fn number(value: &Value<'_>, spec: &Spec, out: &mut String) -> Result<(), EvalError> {
    let mut text = String::new();
    let style = spec.style.unwrap_or('\0');
    if spec.digits.max(spec.precision.unwrap_or(0)).max(spec.width) > LONGEST {
        return Err(TOO_LONG);
    }
    let by_four = matches!(style, 'x' | 'X' | 'o' | 'b');
    if spec.group == Some(',') && by_four || style == 'n' && spec.group.is_some() {
        return Err(BAD);
    }
    match (value.as_int(), style) {
        (Some(number), '\0' | 'd' | 'n' | 'x' | 'X' | 'o' | 'b' | 'c') => {
            let is_plain = spec.sign.is_none() && !spec.alternate && spec.group.is_none();
            if spec.precision.is_some() || style == 'c' && !is_plain {
                return Err(BAD);
            }
            let base = match style {
                'x' | 'X' => 16,
                'o' => 8,
                'b' => 2,
                _ => 10,
            };
            if style == 'c' {
                text.push(u32::try_from(number).ok().and_then(char::from_u32).ok_or(BAD)?);
            } else {
                write_based(number, base, &mut text);
            }
            if style == 'X' {
                text.make_ascii_uppercase();
            }
        }
        // The point that `#` keeps is not written here.
        (_, '\0' | 'e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'n' | '%') if !spec.alternate => {
            let number = value.as_float().ok_or(BAD)?;
            match (style, spec.precision) {
                ('\0', None) => write_float(number, &mut text),
                ('\0', Some(precision)) => {
                    write_styled(number, 'r', precision, &mut text)?;
                    if !text.contains(['.', 'e', 'n', 'i']) {
                        text.push_str(".0");
                    }
                }
                (style, precision) => {
                    let style = if style == 'n' { 'g' } else { style };
                    write_styled(number, style, precision.unwrap_or(6), &mut text)?;
                }
            }
        }
        _ => return Err(BAD),
    }
    let is_negative = text.starts_with('-');
    let digits = text.strip_prefix('-').unwrap_or(&text);
    let filled = ["0".repeat(spec.digits.saturating_sub(digits.len())).as_str(), digits].concat();
    let digits = filled.as_str();
    let sign = match (is_negative, spec.sign) {
        (true, _) => "-",
        (false, Some('+')) => "+",
        (false, Some(' ')) => " ",
        _ => "",
    };
    let mut whole = String::from(sign);
    if spec.alternate && by_four {
        whole.extend(['0', style]);
    }
    let head = whole.len();
    match spec.group {
        Some(group) => {
            let is_digit = |c: char| c.is_ascii_digit() || by_four && c.is_ascii_hexdigit();
            let end = digits.find(|c| !is_digit(c)).unwrap_or(digits.len());
            let size = if by_four { 4 } else { 3 };
            // Zeros that fill the width are grouped, too.
            let mut count = end;
            let fills = spec.zero || spec.align == Some('=') && spec.fill == Some('0');
            while fills && end > 0 && head + count + (count - 1) / size + digits.len() - end < spec.width {
                count += 1;
            }
            for i in 0..count {
                if i > 0 && (count - i).is_multiple_of(size) {
                    whole.push(group);
                }
                let place = (i + end).checked_sub(count);
                whole.push(place.and_then(|place| digits.as_bytes().get(place)).map_or('0', |c| char::from(*c)));
            }
            whole.push_str(digits.get(end..).unwrap_or_default());
        }
        None => whole.push_str(digits),
    }
    pad(&whole, head, spec, '>', out)
}

/// Appends a text in its width; `head` bytes of it, sign and prefix, stay in front of a padding with zeros.
pub(super) fn pad(text: &str, head: usize, spec: &Spec, usual: char, out: &mut String) -> Result<(), EvalError> {
    if spec.width > LONGEST {
        return Err(TOO_LONG);
    }
    let missing = spec.width.saturating_sub(text.chars().count());
    let align = spec.align.unwrap_or(if spec.zero { '=' } else { usual });
    let fill = spec.fill.unwrap_or(if spec.zero { '0' } else { ' ' });
    let (before, after) = match align {
        '<' => (0, missing),
        '^' => (missing / 2, missing - missing / 2),
        _ => (missing, 0),
    };
    let head = if align == '=' { head } else { 0 };
    let (first, rest) = text.split_at_checked(head).unwrap_or(("", text));
    out.push_str(first);
    out.extend(std::iter::repeat_n(fill, before));
    out.push_str(rest);
    out.extend(std::iter::repeat_n(fill, after));
    Ok(())
}
