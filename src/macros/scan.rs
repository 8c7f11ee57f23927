//! Cuts a template into text and expressions, in one pass.
//!
//! Blocks, comments and raw sections are text. Every search either consumes what it has read or remembers that it found nothing, so
//! the time is linear whatever the text.

/// Between `{{` and `}}`, or text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Span {
    /// Bytes of plain text.
    Text { start: usize, end: usize },
    /// Bytes of the whole expression with its braces, and of what is inside.
    Expression { start: usize, end: usize, inner: (usize, usize), trim_left: bool, trim_right: bool },
    /// `{{` that nothing closes: text up to the end, or up to a lone `}` that no expression can hold.
    Unclosed { start: usize, end: usize },
}

/// The spans of a template, in order, without gaps.
pub(super) fn scan(text: &str) -> Vec<Span> {
    let mut scanner = Scanner {
        bytes: text.as_bytes(),
        quotes: [true; 2],
        comments: true,
        blocks: true,
        strict_blocks: true,
        raw: true,
    };
    let mut spans = Vec::new();
    let (mut text_start, mut at) = (0, 0);
    let end = text.len();
    while let Some(brace) = scanner.find(at, b"{") {
        match scanner.byte(brace + 1) {
            Some(b'{') => {
                let span = scanner.expression(brace);
                if text_start < brace {
                    spans.push(Span::Text { start: text_start, end: brace });
                }
                at = match span {
                    Span::Text { end, .. } | Span::Expression { end, .. } | Span::Unclosed { end, .. } => end,
                };
                text_start = at;
                spans.push(span);
            }
            Some(b'#') => at = scanner.comment(brace),
            Some(b'%') => at = scanner.block(brace),
            _ => at = brace + 1,
        }
    }
    if text_start < end {
        spans.push(Span::Text { start: text_start, end });
    }
    spans
}

/// The flags say whether a search may still find something behind the place where it is asked.
struct Scanner<'a> {
    bytes: &'a [u8],
    quotes: [bool; 2],
    comments: bool,
    blocks: bool,
    strict_blocks: bool,
    raw: bool,
}

impl Scanner<'_> {
    fn byte(&self, at: usize) -> Option<u8> {
        #[cfg(test)]
        tests::count(1);
        self.bytes.get(at).copied()
    }

    fn starts_with(&self, at: usize, what: &[u8]) -> bool {
        self.bytes.get(at..).is_some_and(|rest| rest.starts_with(what))
    }

    fn find(&self, from: usize, what: &[u8]) -> Option<usize> {
        let first = *what.first()?;
        let mut at = from;
        loop {
            let skipped = self.bytes.get(at..)?.iter().position(|byte| *byte == first);
            #[cfg(test)]
            tests::count(skipped.unwrap_or(self.bytes.len() - at));
            at += skipped?;
            if self.starts_with(at, what) {
                return Some(at);
            }
            at += 1;
        }
    }

    /// Behind the closing quote of the string that opens at `at`; behind the quote itself when nothing closes it.
    fn string(&mut self, at: usize) -> usize {
        let Some(quote) = self.byte(at) else { return at };
        let kind = usize::from(quote == b'"');
        if self.quotes.get(kind) == Some(&true) {
            let mut next = at + 1;
            while let Some(byte) = self.byte(next) {
                match byte {
                    b'\\' => next += 2,
                    byte if byte == quote => return next + 1,
                    _ => next += 1,
                }
            }
            // Whatever opens later finds no end either.
            if let Some(flag) = self.quotes.get_mut(kind) {
                *flag = false;
            }
        }
        at + 1
    }

    fn expression(&mut self, start: usize) -> Span {
        let trim_left = self.byte(start + 2) == Some(b'-');
        let from = start + 2 + usize::from(trim_left || self.byte(start + 2) == Some(b'+'));
        let (mut at, mut depth) = (from, 0usize);
        while let Some(byte) = self.byte(at) {
            match byte {
                b'\'' | b'"' => at = self.string(at),
                b'{' => {
                    depth += 1;
                    at += 1;
                }
                b'}' if depth > 0 => {
                    depth -= 1;
                    at += 1;
                }
                b'}' if self.byte(at + 1) == Some(b'}') => {
                    let trim_right = at > from && self.byte(at - 1) == Some(b'-');
                    let inner = (from, at - usize::from(trim_right));
                    return Span::Expression { start, end: at + 2, inner, trim_left, trim_right };
                }
                b'}' => return Span::Unclosed { start, end: at + 1 },
                _ => at += 1,
            }
        }
        Span::Unclosed { start, end: self.bytes.len() }
    }

    fn comment(&mut self, start: usize) -> usize {
        let end = if self.comments { self.find(start + 2, b"#}") } else { None };
        self.comments = end.is_some();
        end.map_or(start + 2, |end| end + 2)
    }

    fn block(&mut self, start: usize) -> usize {
        let Some(end) = self.block_end(start) else { return start + 2 };
        let inside = self.bytes.get(start + 2..end).unwrap_or_default();
        if !self.raw || word(inside) != b"raw" {
            return end + 2;
        }
        let mut at = end + 2;
        while let Some(next) = self.find(at, b"{%") {
            let Some(close) = self.find(next + 2, b"%}") else { break };
            // Only a short block can be `endraw`; a long one is left to the next search, so that nothing is read twice.
            if word(self.bytes.get(next + 2..close).unwrap_or_default()) == b"endraw" {
                return close + 2;
            }
            at = close;
        }
        self.raw = false;
        end + 2
    }

    /// Where `%}` closes the block: not inside a string, unless there is no other.
    fn block_end(&mut self, start: usize) -> Option<usize> {
        if !self.blocks {
            return None;
        }
        let mut at = start + 2;
        while self.strict_blocks {
            match self.byte(at) {
                Some(b'\'' | b'"') => at = self.string(at),
                Some(b'%') if self.byte(at + 1) == Some(b'}') => return Some(at),
                Some(_) => at += 1,
                None => self.strict_blocks = false,
            }
        }
        let end = self.find(start + 2, b"%}");
        self.blocks = end.is_some();
        end
    }
}

/// The word in a block such as `{%- raw -%}`.
fn word(inside: &[u8]) -> &[u8] {
    let inside = inside.strip_prefix(b"-").or(inside.strip_prefix(b"+")).unwrap_or(inside);
    let inside = inside.strip_suffix(b"-").or(inside.strip_suffix(b"+")).unwrap_or(inside);
    inside.trim_ascii()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::scan;

    thread_local! {
        static STEPS: Cell<usize> = const { Cell::new(0) };
    }

    /// Every look at a byte counts, so that linear time is a fact and no measurement.
    pub(super) fn count(steps: usize) {
        STEPS.with(|all| all.set(all.get() + steps));
    }

    fn steps(text: &str) -> usize {
        STEPS.with(|all| all.set(0));
        scan(text);
        STEPS.with(Cell::get)
    }

    #[test]
    fn twice_the_text_takes_twice_the_steps() {
        let units = [
            "{{",
            "{{ '",
            "{{ \"",
            "{{ds}",
            "{{ds}} ",
            "{%",
            "{% '",
            "{% '%}",
            "{#",
            "{# #",
            "{% raw %}",
            "{% raw %}{% ",
            "{{ ' {{ds}} '",
            "{{ \\'",
            "{{ '\\",
            "{{ '\\\\",
            "{{ '}}' ",
            "{% \"%}\" ",
            "{{{",
            "{",
            "}",
            "'",
            "{% raw %}{% endraw ",
            "{{ \"'",
            "{# {{ds}} #} {#",
        ];
        for unit in units {
            let (once, twice) = (steps(&unit.repeat(2_000)), steps(&unit.repeat(4_000)));
            assert!(2 * twice <= 5 * once, "{unit}: {once} steps, then {twice}");
            assert!(once <= 2_000 * 12 * unit.len(), "{unit}: {once} steps");
        }
    }
}
