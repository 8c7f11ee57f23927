//! Writes dates as C's strftime does in the C locale, which is what Python prints on Linux.

use super::error::{EvalError, LONGEST, TOO_LONG};
use super::json::write_int;
use super::wall::{Wall, write_fraction, write_offset};

pub(super) const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Wider fields are cut to this.
const WIDEST: usize = 1_000;

/// What pads a field: glibc's flags `-`, `_` and `0`.
#[derive(Clone, Copy, PartialEq)]
enum Pad {
    None,
    Space,
    Zero,
}

/// What a code stands for.
enum Field<'a> {
    /// A number, its width and what pads it.
    Number(i64, usize, Pad),
    Word(&'a str),
    /// A format of other codes.
    Pattern(&'static str),
    Micros,
    Offset,
}

/// `wall` in `format`; `zone` is the name that `%Z` prints. Unknown codes stay as written.
pub(super) fn strftime(wall: Wall, zone: Option<&str>, format: &str) -> Result<String, EvalError> {
    let mut out = String::with_capacity(32);
    write(wall, zone, format, &mut out)?;
    Ok(out)
}

fn write(wall: Wall, zone: Option<&str>, format: &str, out: &mut String) -> Result<(), EvalError> {
    let mut rest = format;
    while let Some(at) = rest.bytes().position(|byte| byte == b'%') {
        let (plain, code) = (rest.get(..at).unwrap_or_default(), rest.get(at + 1..).unwrap_or_default());
        out.push_str(plain);
        let mut letters = code.chars();
        let (mut pad, mut case, mut width) = (None, None, None::<usize>);
        let mut letter = loop {
            match letters.next() {
                Some('-') if width.is_none() => pad = Some(Pad::None),
                Some('_') if width.is_none() => pad = Some(Pad::Space),
                Some('0') if width.is_none() => pad = Some(Pad::Zero),
                Some(c @ ('^' | '#')) if width.is_none() => case = Some(c),
                Some(c @ '0'..='9') => {
                    width = Some((width.unwrap_or(0) * 10 + c as usize - '0' as usize).min(WIDEST));
                }
                other => break other,
            }
        };
        // Other digits and other eras, which the C locale does not have.
        let plain = match letter {
            Some('E') => "cCxXyY",
            Some('O') => "deHImMSuUVwWy",
            _ => "",
        };
        if !plain.is_empty() {
            letter = letters.next().filter(|letter| plain.contains(*letter));
        }
        rest = letters.as_str();
        // Python itself writes %f, and knows no flags there.
        let is_whole = letter != Some('f') || code.starts_with('f');
        let Some(field) = letter.filter(|_| is_whole).and_then(|letter| field(wall, zone, letter)) else {
            out.push('%');
            out.push_str(code.strip_suffix(rest).unwrap_or(code));
            continue;
        };
        let from = out.len();
        let (mut least, mut filler) = (0, Pad::Space);
        match field {
            Field::Number(value, width, usual) => {
                write_int(value, out);
                filler = pad.unwrap_or(usual);
                least = if filler == Pad::None { 0 } else { width };
            }
            Field::Word(text) => out.push_str(text),
            Field::Pattern(format) => write(wall, zone, format, out)?,
            Field::Micros => write_fraction(wall.micros_of_second(), out),
            Field::Offset => write_offset(wall.offset, false, out),
        }
        let written = out.get_mut(from..).unwrap_or_default();
        match (case, letter) {
            (Some('#'), Some('p' | 'Z')) => written.make_ascii_lowercase(),
            (Some(_), _) => written.make_ascii_uppercase(),
            _ => {}
        }
        let missing = width.unwrap_or(least).saturating_sub(written.chars().count());
        if missing > 0 {
            let filler = if pad.unwrap_or(filler) == Pad::Zero { "0" } else { " " };
            out.insert_str(from, &filler.repeat(missing));
        }
        if out.len() > LONGEST {
            return Err(TOO_LONG);
        }
    }
    out.push_str(rest);
    Ok(())
}

fn field<'a>(wall: Wall, zone: Option<&'a str>, letter: char) -> Option<Field<'a>> {
    let civil = wall.civil();
    let (year, month, day) = civil.ymd();
    let (hour, weekday) = (civil.hour(), wall.weekday());
    // The hour on the face of a clock.
    let twelve = (hour + 11) % 12 + 1;
    let two = |value: u32| Field::Number(i64::from(value), 2, Pad::Zero);
    let spaced = |value: u32| Field::Number(i64::from(value), 2, Pad::Space);
    Some(match letter {
        'd' => two(day),
        'm' => two(month),
        'H' => two(hour),
        'M' => two(civil.minute()),
        'S' => two(civil.second()),
        'I' => two(twelve),
        'y' => two(year as u32 % 100),
        'C' => two(year as u32 / 100),
        'g' => two(civil.iso_week().0.rem_euclid(100) as u32),
        'V' => two(civil.iso_week().1),
        'U' => two((civil.day_of_year() + 6 - (weekday + 1) % 7) / 7),
        'W' => two((civil.day_of_year() + 6 - weekday) / 7),
        'e' => spaced(day),
        'k' => spaced(hour),
        'l' => spaced(twelve),
        'Y' => Field::Number(i64::from(year), 4, Pad::Zero),
        'G' => Field::Number(i64::from(civil.iso_week().0), 4, Pad::Zero),
        'j' => Field::Number(i64::from(civil.day_of_year()), 3, Pad::Zero),
        'u' => Field::Number(i64::from(weekday) + 1, 1, Pad::Zero),
        'w' => Field::Number(i64::from(weekday + 1) % 7, 1, Pad::Zero),
        's' => {
            let seconds = wall.micros.div_euclid(1_000_000) - i64::from(wall.offset.unwrap_or(0));
            Field::Number(seconds, 1, Pad::Zero)
        }
        'a' => Field::Word(WEEKDAYS.get(weekday as usize)?.get(..3)?),
        'A' => Field::Word(WEEKDAYS.get(weekday as usize)?),
        'b' | 'h' => Field::Word(MONTHS.get(month as usize - 1)?.get(..3)?),
        'B' => Field::Word(MONTHS.get(month as usize - 1)?),
        'p' => Field::Word(if hour < 12 { "AM" } else { "PM" }),
        'P' => Field::Word(if hour < 12 { "am" } else { "pm" }),
        'n' => Field::Word("\n"),
        't' => Field::Word("\t"),
        '%' => Field::Word("%"),
        'Z' => Field::Word(zone.unwrap_or_default()),
        'f' => Field::Micros,
        'z' => Field::Offset,
        'c' => Field::Pattern("%a %b %e %H:%M:%S %Y"),
        'x' | 'D' => Field::Pattern("%m/%d/%y"),
        'X' | 'T' => Field::Pattern("%H:%M:%S"),
        'r' => Field::Pattern("%I:%M:%S %p"),
        'R' => Field::Pattern("%H:%M"),
        'F' => Field::Pattern("%Y-%m-%d"),
        _ => return None,
    })
}
