//! Filters over text.

use super::args::Args;
use super::error::{AT_LEAST_1, EvalError, LONGEST, TOO_LONG};
use super::host::{Case, recased};
use super::number::{bounded, write_styled};
use super::print::to_text;
use super::text_methods::letters;
use super::value::{Answer, Text, Value};

/// Jinja's title: each word between spaces, dashes and opening brackets with a capital, the rest small.
pub(super) fn title(text: &str) -> String {
    let mut out = String::new();
    let mut at_start = true;
    for c in text.chars() {
        let case = if at_start { Case::Upper } else { Case::Lower };
        at_start = super::text_methods::is_space(c) || "-({[<".contains(c);
        out.push_str(&recased(c.encode_utf8(&mut [0; 4]), case));
    }
    out
}

pub(super) fn escape<'a>(value: &Value<'a>) -> Result<Text<'a>, EvalError> {
    let text = to_text(value)?;
    if value.is_markup() {
        return Ok(text);
    }
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    Ok(Text::Markup(out.into()))
}

/// In single quotes for a POSIX shell, unless nothing in it means anything there.
pub(super) fn shell_quoted(text: &str) -> String {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    if !text.is_empty() && text.chars().all(is_safe) {
        return text.to_owned();
    }
    ["'", &text.replace('\'', "'\"'\"'"), "'"].concat()
}

/// `truncate(length, killwords, end, leeway)`.
pub(super) fn truncate<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    let text = super::text_methods::of(value)?;
    let end = args.printed(2)?;
    let end = end.as_deref().unwrap_or("...");
    let leeway = args.get(3).filter(|leeway| !leeway.is_none()).map_or(Ok(5), |_| args.int_or(3, 5))?;
    let (length, size) = (args.int_or(0, 255)?, text.chars().count() as i64);
    let short = length - end.chars().count() as i64;
    if short < 0 {
        return Err(EvalError::Refused("the text is cut to less than its end"));
    }
    if size <= length.saturating_add(leeway) {
        return Ok(value.clone());
    }
    let cut = letters(text, 0, short as usize);
    let cut = if args.is_true(1, false) { cut } else { cut.rsplit_once(' ').map_or(cut, |(cut, _)| cut) };
    Ok(Value::text([cut, end].concat()))
}

/// `indent(width, first, blank)`.
pub(super) fn indent<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    let text = super::text_methods::of(value)?;
    let width = match args.get(0) {
        Some(Value::Text(text)) => text.to_string(),
        _ => " ".repeat(args.size(0, 4)?),
    };
    let blank = args.is_true(2, false);
    let mut out = String::new();
    if args.is_true(1, false) {
        out.push_str(&width);
    }
    let lines = super::text_methods::lines(&[text, "\n"].concat(), false)?.items()?;
    for (i, line) in lines.iter().filter_map(Value::as_text).enumerate() {
        if i > 0 {
            out.push('\n');
            if blank || !line.is_empty() {
                out.push_str(&width);
            }
        }
        out.push_str(line);
        if out.len() > LONGEST {
            return Err(TOO_LONG);
        }
    }
    Ok(Value::text(out))
}

pub(super) fn words(text: &str) -> Result<i64, EvalError> {
    let (mut count, mut in_word) = (0, false);
    for c in text.chars() {
        let is_word = c == '_' || c.is_ascii_digit() || super::text_methods::is_letter(c)?;
        count += i64::from(is_word && !in_word);
        in_word = is_word;
    }
    Ok(count)
}

/// Percent encoding of a text, or of the pairs of an object.
pub(super) fn url_encoded<'a>(value: &Value<'a>, _: &Args<'a>) -> Answer<'a> {
    let mut out = String::new();
    let pairs = match value {
        Value::Text(_) => None,
        value if value.is_list() => {
            let pair = |item: Value<'a>| {
                let parts = item.items()?;
                match parts.as_slice() {
                    [key, value] => Ok((key.clone(), value.clone())),
                    _ => Err(EvalError::Refused("expected pairs of a key and a value")),
                }
            };
            Some(value.items()?.into_iter().map(pair).collect::<Result<Vec<_>, _>>()?)
        }
        value => value.pairs(),
    };
    match pairs {
        None => encode(&to_text(value)?, '/', &mut out),
        Some(pairs) => {
            for (i, (key, value)) in pairs.iter().enumerate() {
                if i > 0 {
                    out.push('&');
                }
                encode(&to_text(key)?, ' ', &mut out);
                out.push('=');
                encode(&to_text(value)?, ' ', &mut out);
            }
        }
    }
    bounded(out).map(Value::text)
}

/// `safe` stays: a slash of a path. A space, in the pairs of a query, becomes a plus.
fn encode(text: &str, safe: char, out: &mut String) {
    for byte in text.bytes() {
        let c = char::from(byte);
        if byte.is_ascii_alphanumeric() || "_.-~".contains(c) || c == safe {
            out.push(if c == ' ' { '+' } else { c });
        } else {
            out.push('%');
            let digit = |number: u8| char::from_digit(u32::from(number), 16).map(|c| c.to_ascii_uppercase());
            out.extend(digit(byte >> 4));
            out.extend(digit(byte & 15));
        }
    }
}

/// `filesizeformat(binary)`.
pub(super) fn file_size<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    let bytes = match value {
        Value::Text(text) => super::number::parse_float(text),
        other => other.as_float(),
    };
    let bytes = bytes.ok_or(EvalError::Refused("an argument must be a number"))?;
    let binary = args.is_true(0, false);
    let base = if binary { 1024.0 } else { 1000.0 };
    let mut out = String::new();
    if bytes == 1.0 {
        return Ok(Value::text("1 Byte"));
    }
    if bytes < base {
        write_styled(bytes.trunc() + 0.0, 'f', 0, &mut out)?;
        out.push_str(" Bytes");
        return Ok(Value::text(out));
    }
    let (mut size, mut place) = (bytes / base, 0);
    while size >= base && place < 7 {
        size /= base;
        place += 1;
    }
    write_styled(size, 'f', 1, &mut out)?;
    let letter = if binary { "KMGTPEZY" } else { "kMGTPEZY" }.get(place..place + 1).unwrap_or_default();
    out.extend([" ", letter, if binary { "iB" } else { "B" }]);
    Ok(Value::text(out))
}

/// Without comments and tags, white space as single spaces.
pub(super) fn without_tags(text: &str) -> String {
    let mut bare = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        bare.push_str(before);
        let end = if let Some(comment) = after.strip_prefix("!--") {
            comment.split_once("-->")
        } else {
            after.split_once('>')
        };
        match end {
            Some((_, after)) => rest = after,
            None => {
                bare.push('<');
                rest = after;
                break;
            }
        }
    }
    bare.push_str(rest);
    bare.split(super::text_methods::is_space).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// `xmlattr(autospace)`.
pub(super) fn attributes<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    let mut out = String::new();
    for (key, value) in value.pairs().ok_or(EvalError::Refused("only objects have keys"))? {
        let key = to_text(&key)?;
        if key.contains(|c: char| c.is_whitespace() || "/>=".contains(c)) {
            return Err(EvalError::Refused("this is no name"));
        }
        if value.is_none() || value.is_absent() {
            continue;
        }
        if !out.is_empty() || args.is_true(0, true) {
            out.push(' ');
        }
        out.extend([&*escape(&Value::Text(key))?, "=\"", &*escape(&value)?, "\""]);
    }
    Ok(Value::text(out))
}

/// `wordwrap(width, break_long_words, wrapstring, break_on_hyphens)`.
pub(super) fn wrap<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    let text = super::text_methods::of(value)?;
    let width = args.size(0, 79)?;
    if width == 0 {
        return Err(AT_LEAST_1);
    }
    let between = args.printed(2)?;
    let between = between.as_deref().unwrap_or("\n");
    let (long, hyphens) = (args.is_true(1, true), args.is_true(3, true));
    let mut out: Vec<String> = Vec::new();
    for line in super::text_methods::lines(text, false)?.items()?.iter().filter_map(Value::as_text) {
        let before = out.len();
        let (mut row, mut size) = (Vec::new(), 0);
        let mut next = pieces(line, hyphens).into_iter().peekable();
        while let Some(piece) = next.peek().copied() {
            // Counted up to the end of a row only: to count all of a long word for each row takes the square of its length.
            let length = piece.chars().take(width.saturating_add(1)).count();
            if size == 0 && out.len() > before && piece.trim().is_empty() {
                next.next();
                continue;
            }
            if size + length <= width {
                next.next();
                row.push(piece);
                size += length;
                continue;
            }
            // A word that is longer than a whole row is broken where the row ends, or stands alone.
            if length > width {
                let mut head = letters(piece, 0, if long { width - size } else { usize::MAX });
                if let Some(at) = head.rfind('-').filter(|_| long && hyphens)
                    && head.get(..at).is_some_and(|start| start.contains(|c| c != '-'))
                {
                    head = head.get(..=at).unwrap_or_default();
                }
                if long || size == 0 {
                    row.push(head);
                    *next.peek_mut().unwrap_or(&mut "") = piece.get(head.len()..).unwrap_or_default();
                    if head.len() >= piece.len() {
                        next.next();
                    }
                }
            }
            close(&mut row, &mut out);
            size = 0;
        }
        close(&mut row, &mut out);
        if out.len() == before {
            out.push(String::new());
        }
    }
    bounded(out.join(between)).map(Value::text)
}

/// A row without the white space at its end.
fn close(row: &mut Vec<&str>, rows: &mut Vec<String>) {
    if row.last().is_some_and(|piece| piece.trim().is_empty()) {
        row.pop();
    }
    if !row.is_empty() {
        rows.push(row.concat());
    }
    row.clear();
}

/// Words and the white space between them; with `hyphens` a word also ends behind a hyphen between letters.
fn pieces(line: &str, hyphens: bool) -> Vec<&str> {
    let letters: Vec<(usize, char)> = line.char_indices().collect();
    let is_letter = |at: Option<usize>| {
        let found = at.and_then(|at| letters.get(at));
        found.is_some_and(|(_, c)| *c == '_' || super::text_methods::is_letter(*c).unwrap_or(true))
    };
    // Python wraps at these alone.
    let is_blank = |c: char| c == ' ' || ('\t'..='\r').contains(&c);
    let mut pieces = Vec::new();
    let mut start = 0;
    for (at, (byte, c)) in letters.iter().enumerate() {
        let space = is_blank(*c);
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let hyphen = hyphens
            && before.is_some_and(|(_, c)| *c == '-')
            && is_letter(at.checked_sub(2))
            && is_letter(at.checked_sub(3))
            && is_letter(Some(at))
            && is_letter(Some(at + 1));
        if before.is_some_and(|(_, c)| is_blank(*c) != space) || hyphen {
            pieces.push(line.get(start..*byte).unwrap_or_default());
            start = *byte;
        }
    }
    pieces.push(line.get(start..).unwrap_or_default());
    pieces.retain(|piece| !piece.is_empty());
    pieces
}
