//! Writes dates as C's strftime does in the C locale, which is what Python prints on Linux.

use super::date::{Wall, write_offset};
use super::val::{LONGEST, Miss};
use super::value::write_int;

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

/// What pads a number: glibc's flags `-`, `_` and `0`.
#[derive(Clone, Copy, PartialEq)]
enum Pad {
    None,
    Space,
    Zero,
}

/// `wall` in `format`; `zone` is the name that `%Z` prints. Unknown codes stay as written.
pub(super) fn strftime(wall: Wall, zone: Option<&str>, format: &str) -> Result<String, Miss> {
    let mut out = String::new();
    write(wall, zone, format, &mut out)?;
    Ok(out)
}

fn write(wall: Wall, zone: Option<&str>, format: &str, out: &mut String) -> Result<(), Miss> {
    let mut rest = format;
    while let Some((plain, code)) = rest.split_once('%') {
        out.push_str(plain);
        let mut letters = code.chars();
        let (mut pad, mut case, mut width) = (None, None, None::<usize>);
        let letter = loop {
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
        let from = out.len();
        let known = letter.is_some_and(|letter| field(wall, zone, letter, (pad, width), out).is_some());
        let after = letters.as_str();
        if !known {
            out.push('%');
            out.push_str(code.strip_suffix(after).unwrap_or(code));
        } else {
            finish(letter, (pad, case, width), from, out);
        }
        if out.len() > LONGEST {
            return Err(Miss::Refused("the text would be longer than 16 MiB"));
        }
        rest = after;
    }
    out.push_str(rest);
    Ok(())
}

/// Case and width of words.
fn finish(
    letter: Option<char>,
    (pad, case, width): (Option<Pad>, Option<char>, Option<usize>),
    from: usize,
    out: &mut String,
) {
    let mut text = out.split_off(from.min(out.len()));
    match (case, letter) {
        (Some('#'), Some('p' | 'Z')) => text.make_ascii_lowercase(),
        (Some(_), _) => text.make_ascii_uppercase(),
        _ => {}
    }
    let missing = width.unwrap_or(0).saturating_sub(text.chars().count());
    out.extend(std::iter::repeat_n(if pad == Some(Pad::Zero) { '0' } else { ' ' }, missing));
    out.push_str(&text);
}

fn field(
    wall: Wall,
    zone: Option<&str>,
    letter: char,
    style: (Option<Pad>, Option<usize>),
    out: &mut String,
) -> Option<()> {
    let civil = wall.civil();
    let (year, month, day) = civil.ymd();
    let (hour, weekday) = (civil.hour(), wall.weekday());
    let day_of_year = civil.day_of_year();
    let mut number = |value: i64, width: usize, default: Pad| {
        let pad = style.0.unwrap_or(default);
        let mut digits = String::new();
        write_int(value, &mut digits);
        let missing = style.1.unwrap_or(width).saturating_sub(digits.len());
        match pad {
            Pad::None => {}
            Pad::Space => out.extend(std::iter::repeat_n(' ', missing)),
            Pad::Zero => out.extend(std::iter::repeat_n('0', missing)),
        }
        out.push_str(&digits);
        Some(())
    };
    let mut two = |value: u32| number(i64::from(value), 2, Pad::Zero);
    match letter {
        'd' => two(day),
        'm' => two(month),
        'H' => two(hour),
        'M' => two(civil.minute()),
        'S' => two(civil.second()),
        'I' => two((hour + 11) % 12 + 1),
        'y' => two(year.rem_euclid(100) as u32),
        'C' => two((year / 100) as u32),
        'g' => two(civil.iso_week().0.rem_euclid(100) as u32),
        'V' => two(civil.iso_week().1),
        'U' => two((day_of_year + 6 - (weekday + 1) % 7) / 7),
        'W' => two((day_of_year + 6 - weekday) / 7),
        'Y' => number(i64::from(year), 4, Pad::Zero),
        'G' => number(i64::from(civil.iso_week().0), 4, Pad::Zero),
        'j' => number(i64::from(day_of_year), 3, Pad::Zero),
        'e' => number(i64::from(day), 2, Pad::Space),
        'k' => number(i64::from(hour), 2, Pad::Space),
        'l' => number(i64::from((hour + 11) % 12 + 1), 2, Pad::Space),
        'u' => number(i64::from(weekday) + 1, 1, Pad::Zero),
        'w' => number(i64::from(weekday + 1) % 7, 1, Pad::Zero),
        's' => number(wall.micros.div_euclid(1_000_000) - i64::from(wall.offset.unwrap_or(0)), 1, Pad::Zero),
        'f' => {
            let mut digits = String::new();
            write_int(1_000_000 + i64::from(wall.micros_of_second()), &mut digits);
            out.push_str(digits.strip_prefix('1').unwrap_or_default());
            Some(())
        }
        'a' => word(&WEEKDAYS, weekday, 3, out),
        'A' => word(&WEEKDAYS, weekday, 9, out),
        'b' | 'h' => word(&MONTHS, month - 1, 3, out),
        'B' => word(&MONTHS, month - 1, 9, out),
        'p' => word(&["AM", "PM"], hour / 12, 2, out),
        'P' => word(&["am", "pm"], hour / 12, 2, out),
        'n' => word(&["\n"], 0, 1, out),
        't' => word(&["\t"], 0, 1, out),
        '%' => word(&["%"], 0, 1, out),
        'z' => {
            write_offset(wall.offset, false, out);
            Some(())
        }
        'Z' => {
            out.push_str(zone.unwrap_or_default());
            Some(())
        }
        'c' => write(wall, zone, "%a %b %e %H:%M:%S %Y", out).ok(),
        'x' | 'D' => write(wall, zone, "%m/%d/%y", out).ok(),
        'X' | 'T' => write(wall, zone, "%H:%M:%S", out).ok(),
        'r' => write(wall, zone, "%I:%M:%S %p", out).ok(),
        'R' => write(wall, zone, "%H:%M", out).ok(),
        'F' => write(wall, zone, "%Y-%m-%d", out).ok(),
        _ => None,
    }
}

fn word(words: &[&str], index: u32, length: usize, out: &mut String) -> Option<()> {
    out.extend(words.get(index as usize)?.chars().take(length));
    Some(())
}
