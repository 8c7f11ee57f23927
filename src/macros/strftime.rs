//! Writes dates as C's strftime does in the C locale, which is what Python prints on Linux.

use super::error::{EvalError, LONGEST, TOO_LONG};
use super::json::write_digits;
use super::wall::{Wall, write_fraction, write_offset};
use crate::time::Civil;

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

/// A date taken apart, and the name that `%Z` prints.
struct Shown<'a> {
    wall: Wall,
    civil: Civil,
    ymd: (i32, u32, u32),
    /// Monday = 0.
    weekday: u32,
    zone: &'a str,
}

/// `wall` in `format`; `zone` is the name that `%Z` prints. Unknown codes stay as written.
pub(super) fn strftime(wall: Wall, zone: Option<&str>, format: &str) -> Result<String, EvalError> {
    let civil = wall.civil();
    let zone = zone.unwrap_or_default();
    let shown = Shown { wall, civil, ymd: civil.ymd(), weekday: wall.weekday(), zone };
    let mut out = String::with_capacity(32);
    shown.write(format, &mut out)?;
    Ok(out)
}

impl<'a> Shown<'a> {
    fn write(&self, format: &str, out: &mut String) -> Result<(), EvalError> {
        let mut rest = format;
        while let Some(at) = rest.bytes().position(|byte| byte == b'%') {
            let (plain, code) = (rest.get(..at).unwrap_or_default(), rest.get(at + 1..).unwrap_or_default());
            out.push_str(plain);
            let mut letters = code.bytes();
            let (mut pad, mut case, mut width) = (None, None, None::<usize>);
            let mut letter = loop {
                match letters.next() {
                    Some(b'-') if width.is_none() => pad = Some(Pad::None),
                    Some(b'_') if width.is_none() => pad = Some(Pad::Space),
                    Some(b'0') if width.is_none() => pad = Some(Pad::Zero),
                    Some(c @ (b'^' | b'#')) if width.is_none() => case = Some(c),
                    Some(c @ b'0'..=b'9') => {
                        width = Some((width.unwrap_or(0) * 10 + usize::from(c - b'0')).min(WIDEST));
                    }
                    other => break other,
                }
            };
            // Other digits and other eras, which the C locale does not have.
            let plain = match letter {
                Some(b'E') => "cCxXyY",
                Some(b'O') => "deHImMSuUVwWy",
                _ => "",
            };
            if !plain.is_empty() {
                letter = letters.next().filter(|letter| plain.as_bytes().contains(letter));
            }
            // A code is one byte. A longer character is no code: it begins with the byte read last, and belongs to the text behind.
            let end = code.len() - letters.len();
            let (code, behind) =
                code.split_at_checked(end).or_else(|| code.split_at_checked(end - 1)).unwrap_or_default();
            rest = behind;
            // Python itself writes %f, and knows no flags there.
            let is_whole = letter != Some(b'f') || code.len() == 1;
            let Some(field) = letter.filter(|_| is_whole).and_then(|letter| self.field(letter)) else {
                out.push('%');
                out.push_str(code);
                continue;
            };
            let from = out.len();
            let (mut least, mut filler) = (0, Pad::Space);
            match field {
                Field::Number(value, usual_width, usual) => {
                    filler = pad.unwrap_or(usual);
                    least = if filler == Pad::None { 0 } else { usual_width };
                    write_digits(value, if filler == Pad::Zero && width.is_none() { least } else { 0 }, out);
                }
                Field::Word(text) => out.push_str(text),
                Field::Pattern(format) => self.write(format, out)?,
                Field::Micros => write_fraction(self.wall.micros_of_second(), out),
                Field::Offset => write_offset(self.wall.offset, false, out),
            }
            let written = out.get_mut(from..).unwrap_or_default();
            match (case, letter) {
                (Some(b'#'), Some(b'p' | b'Z')) => written.make_ascii_lowercase(),
                (Some(_), _) => written.make_ascii_uppercase(),
                _ => {}
            }
            let missing = width.unwrap_or(least).saturating_sub(written.len());
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

    fn field(&self, letter: u8) -> Option<Field<'a>> {
        let Shown { wall, civil, ymd: (year, month, day), weekday, zone } = *self;
        let hour = civil.hour();
        // The hour on the face of a clock.
        let twelve = (hour + 11) % 12 + 1;
        let two = |value: u32| Field::Number(i64::from(value), 2, Pad::Zero);
        let spaced = |value: u32| Field::Number(i64::from(value), 2, Pad::Space);
        Some(match letter {
            b'd' => two(day),
            b'm' => two(month),
            b'H' => two(hour),
            b'M' => two(civil.minute()),
            b'S' => two(civil.second()),
            b'I' => two(twelve),
            b'y' => two(year as u32 % 100),
            b'C' => two(year as u32 / 100),
            b'g' => two(civil.iso_week().0.rem_euclid(100) as u32),
            b'V' => two(civil.iso_week().1),
            b'U' => two((civil.day_of_year() + 6 - (weekday + 1) % 7) / 7),
            b'W' => two((civil.day_of_year() + 6 - weekday) / 7),
            b'e' => spaced(day),
            b'k' => spaced(hour),
            b'l' => spaced(twelve),
            b'Y' => Field::Number(i64::from(year), 4, Pad::Zero),
            b'G' => Field::Number(i64::from(civil.iso_week().0), 4, Pad::Zero),
            b'j' => Field::Number(i64::from(civil.day_of_year()), 3, Pad::Zero),
            b'u' => Field::Number(i64::from(weekday) + 1, 1, Pad::Zero),
            b'w' => Field::Number(i64::from(weekday + 1) % 7, 1, Pad::Zero),
            b's' => {
                let seconds = wall.micros.div_euclid(1_000_000) - i64::from(wall.offset.unwrap_or(0));
                Field::Number(seconds, 1, Pad::Zero)
            }
            b'a' => Field::Word(WEEKDAYS.get(weekday as usize)?.get(..3)?),
            b'A' => Field::Word(WEEKDAYS.get(weekday as usize)?),
            b'b' | b'h' => Field::Word(MONTHS.get(month as usize - 1)?.get(..3)?),
            b'B' => Field::Word(MONTHS.get(month as usize - 1)?),
            b'p' => Field::Word(if hour < 12 { "AM" } else { "PM" }),
            b'P' => Field::Word(if hour < 12 { "am" } else { "pm" }),
            b'n' => Field::Word("\n"),
            b't' => Field::Word("\t"),
            b'%' => Field::Word("%"),
            b'Z' => Field::Word(zone),
            b'f' => Field::Micros,
            b'z' => Field::Offset,
            b'c' => Field::Pattern("%a %b %e %H:%M:%S %Y"),
            b'x' | b'D' => Field::Pattern("%m/%d/%y"),
            b'X' | b'T' => Field::Pattern("%H:%M:%S"),
            b'r' => Field::Pattern("%I:%M:%S %p"),
            b'R' => Field::Pattern("%H:%M"),
            b'F' => Field::Pattern("%Y-%m-%d"),
            _ => return None,
        })
    }
}
