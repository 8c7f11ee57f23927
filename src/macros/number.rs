//! Numbers as Python writes and reads them.

use super::error::{EvalError, LONGEST, TOO_LARGE, TOO_LONG};
use super::host::floats;
use super::json::write_int;

/// The digits of a positive number, and the power of ten of the first of them.
struct Digits {
    digits: Vec<u8>,
    exponent: i32,
}

fn digits(number: f64, count: Option<u8>) -> Digits {
    let text = (floats().digits)(number.abs(), count);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let whole = mantissa.find('.').unwrap_or(mantissa.len());
    let mut digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).collect();
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count().min(digits.len().saturating_sub(1));
    digits.drain(..zeros);
    let exponent: i32 = exponent.trim_start_matches('+').parse().unwrap_or(0);
    let is_zero = digits.iter().all(|digit| *digit == b'0');
    Digits { digits, exponent: if is_zero { 0 } else { exponent + whole as i32 - 1 - zeros as i32 } }
}

impl Digits {
    /// Keeps so many digits; a half goes to the even neighbour.
    fn round(&mut self, keep: i64) {
        let keep = keep.clamp(-1, 2_000);
        if keep < 0 {
            self.digits = vec![b'0'];
            self.exponent = 0;
            return;
        }
        let keep = keep as usize;
        let rest = self.digits.split_off(keep.min(self.digits.len()));
        let is_odd = self.digits.last().is_some_and(|digit| digit % 2 == 1);
        let up = match rest.split_first() {
            None => false,
            Some((first, more)) => {
                *first > b'5' || *first == b'5' && (is_odd || more.iter().any(|digit| *digit != b'0'))
            }
        };
        if up {
            for digit in self.digits.iter_mut().rev() {
                if *digit < b'9' {
                    *digit += 1;
                    return;
                }
                *digit = b'0';
            }
            self.digits.insert(0, b'1');
            self.exponent += 1;
        }
        if self.digits.is_empty() {
            self.digits = vec![b'0'];
            self.exponent = 0;
        }
    }

    fn at(&self, place: i32) -> char {
        let digit = usize::try_from(place).ok().and_then(|place| self.digits.get(place));
        char::from(digit.copied().unwrap_or(b'0'))
    }

    /// `123.45` with so many digits behind the point.
    fn write_fixed(&self, decimals: i32, out: &mut String) {
        let first = self.exponent.max(0);
        out.extend((0..=first).map(|place| self.at(self.exponent - first + place)));
        if decimals > 0 {
            out.push('.');
            out.extend((1..=decimals).map(|place| self.at(self.exponent + place)));
        }
    }

    /// `1.2345e+67` with so many digits behind the point.
    fn write_scientific(&self, decimals: i32, out: &mut String) {
        out.push(self.at(0));
        if decimals > 0 {
            out.push('.');
            out.extend((1..=decimals).map(|place| self.at(place)));
        }
        out.push_str(if self.exponent < 0 { "e-" } else { "e+" });
        let size = self.exponent.unsigned_abs();
        if size < 10 {
            out.push('0');
        }
        write_int(i64::from(size), out);
    }

    fn significant(&self) -> i32 {
        let zeros = self.digits.iter().rev().take_while(|digit| **digit == b'0').count();
        (self.digits.len() - zeros).max(1) as i32
    }
}

fn write_special(number: f64, out: &mut String) -> bool {
    if number.is_nan() {
        out.push_str("nan");
        return true;
    }
    if number.is_sign_negative() {
        out.push('-');
    }
    if number.is_infinite() {
        out.push_str("inf");
    }
    number.is_infinite()
}

/// A float without its fraction.
pub(super) fn whole(number: f64) -> Result<i64, EvalError> {
    if number.abs() < 9.2e18 { Ok(number as i64) } else { Err(TOO_LARGE) }
}

/// Python's `repr` of a float.
pub(super) fn write_float(number: f64, out: &mut String) {
    if write_special(number, out) {
        return;
    }
    let digits = digits(number, None);
    let count = digits.significant();
    if (-4..16).contains(&digits.exponent) {
        digits.write_fixed((count - 1 - digits.exponent).max(1), out);
    } else {
        digits.write_scientific(count - 1, out);
    }
}

/// A float in one of the styles `e f g %`, capitals too, with a precision. Refused where it asks for more digits than the host tells.
pub(super) fn write_styled(number: f64, style: char, precision: usize, out: &mut String) -> Result<(), EvalError> {
    let percent = style == '%';
    let number = if percent { number * 100.0 } else { number };
    if write_special(number, out) {
        return Ok(());
    }
    let start = out.len();
    let mut digits = digits(number, Some(100));
    let precision = precision as i32;
    // The host tells 101 digits; zeros at their end mean that there are no further ones.
    let before_point = if matches!(style, 'f' | 'F' | '%') { digits.exponent } else { 0 };
    if digits.significant() > 80 && precision.saturating_add(before_point) > 100 {
        return Err(TOO_LARGE);
    }
    match style.to_ascii_lowercase() {
        'e' => {
            digits.round(i64::from(precision) + 1);
            digits.write_scientific(precision, out);
        }
        // `r` stands for no style at all: it leaves room for the zero behind the point.
        'g' | 'r' => {
            let precision = precision.max(1);
            digits.round(i64::from(precision));
            let count = digits.significant();
            if (-4..precision - i32::from(style == 'r')).contains(&digits.exponent) {
                digits.write_fixed((count - 1 - digits.exponent).max(0), out);
            } else {
                digits.write_scientific(count - 1, out);
            }
        }
        _ => {
            digits.round(i64::from(digits.exponent) + 1 + i64::from(precision));
            digits.write_fixed(precision, out);
        }
    }
    if percent {
        out.push('%');
    }
    if style.is_ascii_uppercase() {
        out.get_mut(start..).unwrap_or_default().make_ascii_uppercase();
    }
    Ok(())
}

/// Python's `round` to so many places, also before the point.
pub(super) fn rounded(number: f64, places: i64) -> f64 {
    if !number.is_finite() || number == 0.0 {
        return number;
    }
    let mut digits = digits(number, Some(100));
    digits.round(i64::from(digits.exponent) + 1 + places.clamp(-400, 400));
    let mut text = String::new();
    if number < 0.0 {
        text.push('-');
    }
    digits.write_scientific(digits.significant() - 1, &mut text);
    (floats().parse)(&text)
}

/// A text that Python's `float` reads.
pub(super) fn parse_float(text: &str) -> Option<f64> {
    let text = text.trim();
    let bare = text.strip_prefix(['+', '-']).unwrap_or(text);
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    match bare.to_ascii_lowercase().as_str() {
        "inf" | "infinity" => return Some(sign * f64::INFINITY),
        "nan" => return Some(f64::NAN),
        _ => {}
    }
    let (mantissa, exponent) = bare.split_once(['e', 'E']).unwrap_or((bare, "0"));
    let exponent_digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_part = |part: &str| part.is_empty() || is_digits(part);
    if !is_part(whole) || !is_part(fraction) || whole.len() + fraction.len() == 0 || !is_digits(exponent_digits) {
        return None;
    }
    Some((floats().parse)(&text.replace(['_', '+'], "")))
}

/// Digits with single underscores between them.
fn is_digits(text: &str) -> bool {
    text.split('_').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A text that Python's `int` reads in a base: whole digits without the sign and the prefix, for those that 64 bits cannot hold.
pub(super) fn parse_int(text: &str, base: u32) -> Option<Result<i64, String>> {
    let text = text.trim();
    let is_negative = text.starts_with('-');
    let mut digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    // The standard library panics where a base has no digits.
    let base = match (base, digits.get(..2).map(str::to_ascii_lowercase).as_deref()) {
        (0, Some("0x")) => 16,
        (0, Some("0o")) => 8,
        (0, Some("0b")) => 2,
        (0, _) => 10,
        (2..=36, _) => base,
        _ => return None,
    };
    if base != 10 {
        let prefix = match base {
            16 => "0x",
            8 => "0o",
            _ => "0b",
        };
        digits = digits.strip_prefix(prefix).or(digits.strip_prefix(&prefix.to_ascii_uppercase())).unwrap_or(digits);
    }
    let is_number = digits.split('_').all(|part| !part.is_empty() && part.chars().all(|c| c.is_digit(base)));
    if !is_number {
        return None;
    }
    let bare: String = digits.chars().filter(|c| *c != '_').collect();
    let signed = if is_negative { ["-", &bare].concat() } else { bare };
    match i64::from_str_radix(&signed, base) {
        Ok(number) => Some(Ok(number)),
        Err(_) if base == 10 => Some(Err(trim_zeros(&signed))),
        Err(_) => None,
    }
}

fn trim_zeros(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    [sign, digits.trim_start_matches('0')].concat()
}

/// A whole number in base 2, 8, 10 or 16.
pub(super) fn write_based(number: i64, base: u32, out: &mut String) {
    if base == 10 {
        return write_int(number, out);
    }
    if number < 0 {
        out.push('-');
    }
    let mut rest = number.unsigned_abs();
    let mut digits = Vec::new();
    while rest > 0 || digits.is_empty() {
        digits.extend(char::from_digit((rest % u64::from(base)) as u32, base));
        rest /= u64::from(base);
    }
    out.extend(digits.iter().rev());
}

/// Refuses what grew too long.
pub(super) fn bounded(text: String) -> Result<String, EvalError> {
    if text.len() > LONGEST { Err(TOO_LONG) } else { Ok(text) }
}
