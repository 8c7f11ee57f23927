//! JSON values as templates see them: conf, params, XCom.

/// A JSON value. Objects keep the order of their keys, and every key is just a key. Numbers that are not whole, or too large for
/// 64 bits, keep the digits they were written with, so that nothing is lost on the way through.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Json {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number, as it was written.
    Decimal(String),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object. Where a key stands twice the last one counts, as in JavaScript.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The value of `key` in an object.
    pub fn get(&self, key: &str) -> Option<&Json> {
        match self {
            Json::Object(entries) => entries.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The string, if this is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Compact JSON, as `JSON.stringify` writes it.
    ///
    /// ```
    /// use dagfill::macros::Json;
    /// let value = Json::parse(r#" {"b": [1, 2.50, "x\ty"], "a": null} "#).unwrap();
    /// assert_eq!(value.to_json(), r#"{"b":[1,2.50,"x\ty"],"a":null}"#);
    /// ```
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        self.write_json(&mut out);
        out
    }

    /// Appends compact JSON.
    pub fn write_json(&self, out: &mut String) {
        match self {
            Json::Null => out.push_str("null"),
            Json::Bool(true) => out.push_str("true"),
            Json::Bool(false) => out.push_str("false"),
            Json::Int(number) => write_int(*number, out),
            Json::Decimal(digits) => out.push_str(digits),
            Json::Text(text) => write_quoted(text, out),
            Json::List(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    item.write_json(out);
                }
                out.push(']');
            }
            Json::Object(entries) => {
                out.push('{');
                for (i, (key, value)) in entries.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    write_quoted(key, out);
                    out.push(':');
                    value.write_json(out);
                }
                out.push('}');
            }
        }
    }

    /// Appends the value as a template prints it: strings bare, everything else as compact JSON.
    pub fn write_plain(&self, out: &mut String) {
        match self {
            Json::Text(text) => out.push_str(text),
            other => other.write_json(out),
        }
    }
}

/// Appends a whole number.
pub(super) fn write_int(number: i64, out: &mut String) {
    write_digits(number, 0, out);
}

/// Appends a whole number with at least so many digits.
pub(super) fn write_digits(number: i64, least: usize, out: &mut String) {
    let mut digits = [0u8; 20];
    let mut rest = number.unsigned_abs();
    let mut first = digits.len();
    for (i, slot) in digits.iter_mut().enumerate().rev() {
        *slot = b'0' + (rest % 10) as u8;
        rest /= 10;
        first = i;
        if rest == 0 && 20 - i >= least {
            break;
        }
    }
    if number < 0 {
        out.push('-');
    }
    out.push_str(digits.get(first..).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default());
}

/// Appends a JSON string literal, escaped as `JSON.stringify` does.
pub(super) fn write_quoted(text: &str, out: &mut String) {
    out.push('"');
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            b'\x08' => "\\b",
            b'\x0c' => "\\f",
            ..=0x0f => "\\u000",
            0x10..=0x1f => "\\u001",
            _ => continue,
        };
        out.push_str(text.get(from..at).unwrap_or_default());
        out.push_str(escape);
        if escape.len() > 2 {
            out.extend(char::from_digit(u32::from(byte & 15), 16));
        }
        from = at + 1;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out.push('"');
}
