//! Numbers and texts that stand in an expression.

use super::Value;
use super::parse::{Parsed, Parser};

impl<'a> Parser<'a> {
    fn digits(&mut self) -> &'a str {
        let rest = self.rest();
        let len = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'_').count();
        self.at += len;
        rest.get(..len).unwrap_or_default()
    }

    pub(super) fn number(&mut self) -> Parsed<Value> {
        let start = self.at;
        self.at += usize::from(self.byte() == Some(b'-'));
        let whole = self.digits();
        let bad = whole.is_empty() || whole.starts_with('_') || whole.ends_with('_') || whole.contains("__");
        if bad || whole.len() > 1 && whole.starts_with('0') {
            return self.fail("expected a number");
        }
        if let [b'.', b'0'..=b'9', ..] = self.rest().as_bytes() {
            self.at += 1;
            self.digits();
        }
        let text = bare(self.text.get(start..self.at).unwrap_or_default());
        Some(match text.parse() {
            Ok(number) => Value::Int(number),
            Err(_) => Value::Decimal(text),
        })
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
                return Some(out);
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
        Some(letter)
    }
}

/// A number without the underscores between its digits.
#[inline(never)]
pub(super) fn bare(number: &str) -> String {
    number.split('_').collect()
}

/// The number that hexadecimal digits mean; at most eight.
pub(super) fn hex(digits: &str) -> Option<u32> {
    digits.chars().try_fold(0, |number, digit| Some(number << 4 | digit.to_digit(16)?))
}
