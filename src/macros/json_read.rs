//! Reads JSON text: conf and XCom travel through the core as text.

use super::json::Json;

use crate::error::{Code, Error, Result};

/// Nesting that is still read. Jsons are walked recursively, and a wasm stack has one megabyte.
const DEEPEST: u32 = 200;

impl Json {
    /// Reads JSON text. INVALID_OPTION, with the place, when it is none or nests deeper than 200.
    pub fn parse(text: &str) -> Result<Json> {
        let mut reader = Reader { text, at: 0 };
        let value = reader.value(0)?;
        match reader.peek() {
            None => Ok(value),
            Some(_) => reader.fail("expected the end"),
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte() {
            self.at += 1;
        }
        self.byte()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn fail<T>(&self, what: &str) -> Result<T> {
        let message = ["this is no JSON: ", what].concat();
        Err(Error::at(Code::InvalidOption, self.text, self.at..self.at + 1, message))
    }

    fn value(&mut self, depth: u32) -> Result<Json> {
        if depth > DEEPEST {
            return self.fail("nested deeper than 200");
        }
        match self.peek() {
            Some(b'{') => {
                let mut entries = Vec::new();
                self.at += 1;
                while self.has_another(entries.is_empty(), b'}', "expected \",\" or \"}\"")? {
                    if self.peek() != Some(b'"') {
                        return self.fail("expected a key in double quotes");
                    }
                    let key = self.string()?;
                    if !self.take(b':') {
                        return self.fail("expected \":\"");
                    }
                    entries.push((key, self.value(depth + 1)?));
                }
                Ok(Json::Object(entries))
            }
            Some(b'[') => {
                let mut items = Vec::new();
                self.at += 1;
                while self.has_another(items.is_empty(), b']', "expected \",\" or \"]\"")? {
                    items.push(self.value(depth + 1)?);
                }
                Ok(Json::List(items))
            }
            Some(b'"') => self.string().map(Json::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b'n') => self.word("null", Json::Null),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            _ => self.fail("expected a value"),
        }
    }

    /// Whether another element follows, rather than the closing bracket.
    fn has_another(&mut self, is_first: bool, close: u8, expected: &str) -> Result<bool> {
        if self.take(close) {
            return Ok(false);
        }
        if is_first || self.take(b',') { Ok(true) } else { self.fail(expected) }
    }

    fn word(&mut self, word: &str, value: Json) -> Result<Json> {
        if !self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            return self.fail("expected a value");
        }
        self.at += word.len();
        Ok(value)
    }

    fn digits(&mut self) -> usize {
        let from = self.at;
        while let Some(b'0'..=b'9') = self.byte() {
            self.at += 1;
        }
        self.at - from
    }

    fn number(&mut self) -> Result<Json> {
        let from = self.at;
        self.at += usize::from(self.byte() == Some(b'-'));
        let leads_with_zero = self.byte() == Some(b'0');
        let whole = self.digits();
        if whole == 0 || leads_with_zero && whole > 1 {
            return self.fail("expected a number");
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            if self.digits() == 0 {
                return self.fail("expected digits after the decimal point");
            }
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.at += 1;
            self.at += usize::from(matches!(self.byte(), Some(b'+' | b'-')));
            if self.digits() == 0 {
                return self.fail("expected the digits of an exponent");
            }
        }
        let text = self.text.get(from..self.at).unwrap_or_default();
        // "-0" is no whole number that an i64 can hold.
        match text.parse() {
            Ok(number) if text != "-0" => Ok(Json::Int(number)),
            _ => Ok(Json::Decimal(text.to_owned())),
        }
    }

    fn string(&mut self) -> Result<String> {
        let mut out = String::new();
        self.at += 1;
        loop {
            let from = self.at;
            while self.byte().is_some_and(|byte| !matches!(byte, b'"' | b'\\' | ..=0x1f)) {
                self.at += 1;
            }
            out.push_str(self.text.get(from..self.at).unwrap_or_default());
            match self.byte() {
                None => return self.fail("a string is not closed"),
                Some(b'"' | b'\\') => self.at += 1,
                Some(_) => return self.fail("a control character must be escaped"),
            }
            if self.text.as_bytes().get(self.at - 1) == Some(&b'"') {
                return Ok(out);
            }
            let escape = self.byte();
            self.at += usize::from(escape.is_some_and(|byte| byte.is_ascii()));
            out.push(match escape {
                Some(c @ (b'"' | b'\\' | b'/')) => char::from(c),
                Some(b'n') => '\n',
                Some(b'r') => '\r',
                Some(b't') => '\t',
                Some(b'b') => '\x08',
                Some(b'f') => '\x0c',
                Some(b'u') => self.unicode()?,
                _ => return self.fail("expected an escape such as \\n"),
            });
        }
    }

    fn hex4(&mut self) -> Result<u32> {
        match self.text.get(self.at..self.at + 4).and_then(hex) {
            Some(unit) => {
                self.at += 4;
                Ok(unit)
            }
            None => self.fail("expected four hexadecimal digits"),
        }
    }

    /// A pair of surrogates is one character; half a pair has no place in UTF-8 and becomes U+FFFD.
    fn unicode(&mut self) -> Result<char> {
        let first = self.hex4()?;
        if !(0xD800..0xDC00).contains(&first) || !self.text.get(self.at..).is_some_and(|rest| rest.starts_with("\\u")) {
            return Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let before = self.at;
        self.at += 2;
        let second = self.hex4()?;
        if !(0xDC00..0xE000).contains(&second) {
            self.at = before;
            return Ok(char::REPLACEMENT_CHARACTER);
        }
        let code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
        Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }
}

/// The number that hexadecimal digits mean; at most eight.
pub(super) fn hex(digits: &str) -> Option<u32> {
    digits.chars().try_fold(0, |number, digit| Some(number << 4 | digit.to_digit(16)?))
}
