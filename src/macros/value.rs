//! JSON values as templates see them: conf, params, XCom.

/// A JSON value. Objects keep the order of their keys, and every key is just a key. Numbers that are not whole, or too large for
/// 64 bits, keep the digits they were written with, so that nothing is lost on the way through.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
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
    List(Vec<Value>),
    /// An object. Where a key stands twice the last one counts, as in JavaScript.
    Object(Vec<(String, Value)>),
}

impl Value {
    /// The value of `key` in an object.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Value::Object(entries) => entries.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The string, if this is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Compact JSON, as `JSON.stringify` writes it.
    ///
    /// ```
    /// use dagfill::macros::Value;
    /// let value = Value::parse(r#" {"b": [1, 2.50, "x\ty"], "a": null} "#).unwrap();
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
            Value::Null => out.push_str("null"),
            Value::Bool(true) => out.push_str("true"),
            Value::Bool(false) => out.push_str("false"),
            Value::Int(number) => write_int(*number, out),
            Value::Decimal(digits) => out.push_str(digits),
            Value::Text(text) => write_quoted(text, out),
            Value::List(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    item.write_json(out);
                }
                out.push(']');
            }
            Value::Object(entries) => {
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
            Value::Text(text) => out.push_str(text),
            other => other.write_json(out),
        }
    }
}

/// Appends a whole number.
pub(super) fn write_int(number: i64, out: &mut String) {
    let mut digits = [0u8; 20];
    let mut rest = number.unsigned_abs();
    let mut first = digits.len();
    for (i, slot) in digits.iter_mut().enumerate().rev() {
        *slot = b'0' + (rest % 10) as u8;
        rest /= 10;
        first = i;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        out.push('-');
    }
    out.push_str(digits.get(first..).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default());
}

/// Appends a JSON string literal, escaped as `JSON.stringify` does.
fn write_quoted(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| matches!(c, '"' | '\\' | '\0'..='\x1f')) {
        let (plain, special) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(plain);
        let mut letters = special.chars();
        match letters.next() {
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some('\x08') => out.push_str("\\b"),
            Some('\x0c') => out.push_str("\\f"),
            Some(c @ ('"' | '\\')) => out.extend(['\\', c]),
            Some(c) => {
                out.push_str("\\u00");
                out.extend([c as u32 >> 4, c as u32 & 15].iter().filter_map(|digit| char::from_digit(*digit, 16)));
            }
            None => {}
        }
        rest = letters.as_str();
    }
    out.push_str(rest);
    out.push('"');
}
