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
            return Err(self.fault("expected a number"));
        }
        let fraction = self.rest().strip_prefix('.').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        if fraction.is_some() {
            self.at += 1;
            self.digits();
        }
        let text = self.text.get(start..self.at).unwrap_or_default().replace('_', "");
        match text.parse() {
            Ok(number) => Ok(Value::Int(number)),
            Err(_) => Ok(Value::Decimal(text)),
        }
    }

    /// A text in quotes, with Python's escapes.
    pub(super) fn string(&mut self) -> Parsed<String> {
        const OPEN: &str = "the text is not closed";
        let quote = self.byte().map(char::from);
        self.at += 1;
        let mut out = String::new();
        loop {
            let mut letters = self.rest().chars();
            let letter = letters.next().ok_or_else(|| self.fault(OPEN))?;
            self.at += letter.len_utf8();
            if Some(letter) == quote {
                return Ok(out);
            }
            if letter != '\\' {
                out.push(letter);
                continue;
            }
            let escaped = letters.next().ok_or_else(|| self.fault(OPEN))?;
            self.at += escaped.len_utf8();
            match escaped {
                'n' => out.push('\n'),
                't' => out.push('\t'),
                'r' => out.push('\r'),
                'a' => out.push('\x07'),
                'b' => out.push('\x08'),
                'f' => out.push('\x0c'),
                'v' => out.push('\x0b'),
                '\n' => {}
                '\\' | '\'' | '"' => out.push(escaped),
                'x' => out.push(self.code(2)?),
                'u' => out.push(self.code(4)?),
                'U' => out.push(self.code(8)?),
                other => out.extend(['\\', other]),
            }
        }
    }

    fn code(&mut self, digits: usize) -> Parsed<char> {
        let text = self.rest().get(..digits).filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let letter = text.and_then(|text| u32::from_str_radix(text, 16).ok()).and_then(char::from_u32);
        let letter = letter.ok_or_else(|| self.fault("expected the code of a character"))?;
        self.at += digits;
        Ok(letter)
    }
}
