//! Numbers and texts that stand in an expression.

use super::json_read::hex;
use super::number::{parse_float, parse_int};
use super::parser::Parser;
use super::syntax::{Literal, Parsed};

impl<'a> Parser<'a> {
    /// Digits of a base, with single underscores between them.
    fn digits(&mut self, base: u32) -> &'a str {
        let rest = self.rest();
        let is_part = |c: char| c.is_digit(base) || c == '_';
        let len = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        self.at += len;
        rest.get(..len).unwrap_or_default()
    }

    pub(super) fn number(&mut self) -> Parsed<Literal> {
        const WHAT: &str = "expected a number";
        let start = self.at;
        let base = match self.rest().as_bytes() {
            [b'0', b'x' | b'X', ..] => 16,
            [b'0', b'o' | b'O', ..] => 8,
            [b'0', b'b' | b'B', ..] => 2,
            _ => 10,
        };
        self.at += if base == 10 { 0 } else { 2 };
        let whole = self.digits(base);
        let mut is_float = false;
        if base == 10 {
            if let [b'.', b'0'..=b'9', ..] = self.rest().as_bytes() {
                self.at += 1;
                self.digits(10);
                is_float = true;
            }
            let exponent = match self.rest().as_bytes() {
                [b'e' | b'E', b'+' | b'-', b'0'..=b'9', ..] => 2,
                [b'e' | b'E', b'0'..=b'9', ..] => 1,
                _ => 0,
            };
            if exponent > 0 {
                self.at += exponent;
                self.digits(10);
                is_float = true;
            }
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        if is_float {
            return match parse_float(text) {
                Some(number) => Ok(Literal::Float(number)),
                None => self.fail(WHAT),
            };
        }
        let leads_with_zero =
            base == 10 && whole.starts_with('0') && whole.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
        match parse_int(text, base) {
            Some(Ok(number)) if !leads_with_zero => Ok(Literal::Int(number)),
            Some(Err(digits)) if !leads_with_zero => Ok(Literal::Digits(digits)),
            _ => self.fail(WHAT),
        }
    }

    /// A text in quotes, with Python's escapes.
    pub(super) fn string(&mut self) -> Parsed<String> {
        const OPEN: &str = "the text is not closed";
        let quote = self.byte();
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = self.rest();
            let plain = rest.bytes().take_while(|byte| Some(*byte) != quote && *byte != b'\\').count();
            out.push_str(rest.get(..plain).unwrap_or_default());
            self.at += plain;
            let end = self.byte();
            if end.is_none() {
                return self.fail(OPEN);
            }
            self.at += 1;
            if end == quote {
                return Ok(out);
            }
            let Some(escaped) = self.rest().chars().next() else { return self.fail(OPEN) };
            self.at += escaped.len_utf8();
            let letter = match escaped {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'a' => '\x07',
                'b' => '\x08',
                'f' => '\x0c',
                'v' => '\x0b',
                '\\' | '\'' | '"' => escaped,
                'x' => self.code(2)?,
                'u' => self.code(4)?,
                'U' => self.code(8)?,
                '0'..='7' => {
                    self.at -= 1;
                    let digits = self.rest().bytes().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
                    let octal = self.rest().get(..digits).unwrap_or_default();
                    self.at += digits;
                    char::from(u8::from_str_radix(octal, 8).unwrap_or(b'?'))
                }
                '\n' => continue,
                other => {
                    out.push('\\');
                    other
                }
            };
            out.push(letter);
        }
    }

    fn code(&mut self, digits: usize) -> Parsed<char> {
        let Some(letter) = self.rest().get(..digits).and_then(hex).and_then(char::from_u32) else {
            return self.fail("expected the code of a character");
        };
        self.at += digits;
        Ok(letter)
    }
}
