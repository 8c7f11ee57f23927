//! A text in quotation marks, for messages.

/// The text in quotation marks, escaped as Rust's `{:?}` does it. Core's own brings tables of what can be printed along, which
/// weigh more in wasm than the messages: here these are all but control characters, marks of direction and odd spaces.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0' => out.push_str("\\0"),
            '\x01'..='\x1f'
            | '\x7f'..='\u{a0}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{2000}'..='\u{200f}'
            | '\u{2028}'..='\u{202f}'
            | '\u{205f}'..='\u{206f}'
            | '\u{3000}'
            | '\u{e000}'..='\u{f8ff}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'.. => {
                out.push_str("\\u{");
                let code = u32::from(c);
                for place in (0..code.ilog2() / 4 + 1).rev() {
                    out.extend(char::from_digit(code >> (4 * place) & 15, 16));
                }
                out.push('}');
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn escapes_are_those_of_rust() {
        let texts = [
            "",
            "Zürich 日本",
            "\"a\\b\"",
            "\0\n\r\t\x01\x1b\x7f",
            "a\u{202e}b\u{200b}\u{feff}\u{e0001}",
            "\u{a0}\u{3000}",
        ];
        for text in texts {
            assert_eq!(quoted(text), format!("{text:?}"));
        }
    }
}
