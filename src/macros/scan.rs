//! Cuts a template into text, expressions and statements, in one pass. Every search either consumes what it has read or remembers that it found nothing, so
//! the time is linear whatever the text.

use super::error::Place;
use super::output::Piece;
use super::syntax::Tag;

/// A part of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Span {
    Text(Place),
    /// The whole expression with its braces, and what is inside.
    Expression(Tag, Place),
    Statement(Tag, Place),
    Comment(Tag),
    /// `{% raw %}`, what is inside, `{% endraw %}`.
    Raw(Tag, Place, Tag),
    /// `{{` that nothing closes: text up to the end, or up to a lone `}` that no expression can hold. Of `{#` and `{%` these two
    /// characters, since text of another language has them, as `${#name}` of a shell.
    Unclosed(Place),
}

/// The spans of a template, in order, without gaps. Texts of XCom are read value by value, so that none of them makes a tag together with
/// the text beside it: whole expressions in a value are tags, unless it was quoted, and all else is data.
pub(super) fn scan(text: &str, pieces: &[Piece]) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut at = 0;
    for piece in pieces {
        part(text, Place { start: at, end: piece.to.start }, None, &mut spans);
        part(text, piece.to, Some(piece.is_quoted), &mut spans);
        at = piece.to.end;
    }
    part(text, Place { start: at, end: text.len() }, None, &mut spans);
    spans
}

/// The spans of one part. `value`: whether it was quoted, of a value of XCom; `None` of the template's own text.
fn part(text: &str, place: Place, value: Option<bool>, spans: &mut Vec<Span>) {
    let Place { start, end } = place;
    let mut scanner = Scanner {
        bytes: text.as_bytes().get(..end).unwrap_or_default(),
        quotes: [true; 2],
        comments: true,
        blocks: true,
        strict_blocks: true,
        raw: true,
    };
    let plain = |start: usize, end: usize| {
        let edge = |at| Tag { place: Place { start: at, end: at }, trim_left: false, trim_right: false };
        let place = Place { start, end };
        if value.is_some() { Span::Raw(edge(start), place, edge(end)) } else { Span::Text(place) }
    };
    let (mut text_start, mut at) = (start, if value == Some(true) { end } else { start });
    while let Some(brace) = scanner.find(at, b"{") {
        let span = match scanner.byte(brace + 1) {
            Some(b'{') => Some(scanner.expression(brace)),
            Some(b'#') if value.is_none() => Some(scanner.comment(brace)),
            Some(b'%') if value.is_none() => Some(scanner.block(brace)),
            _ => None,
        };
        at = span.map_or(brace + 1, |span| span.place().end);
        let Some(span) = span.filter(|span| value.is_none() || matches!(span, Span::Expression(..))) else { continue };
        if text_start < brace {
            spans.push(plain(text_start, brace));
        }
        text_start = at;
        spans.push(span);
    }
    if text_start < end {
        spans.push(plain(text_start, end));
    }
}

/// Whether a place has bytes of another one; those are in order.
pub(super) fn touches(others: &[Place], place: Place) -> bool {
    let next = others.partition_point(|other| other.end <= place.start);
    others.get(next).is_some_and(|other| other.start < place.end)
}

impl Span {
    pub(super) fn place(&self) -> Place {
        match self {
            Span::Text(place) | Span::Unclosed(place) => *place,
            Span::Expression(tag, _) | Span::Statement(tag, _) | Span::Comment(tag) => tag.place,
            Span::Raw(open, _, close) => Place { start: open.place.start, end: close.place.end },
        }
    }
}

/// `{#` or `{%` that nothing closes.
fn unclosed(start: usize) -> Span {
    Span::Unclosed(Place { start, end: start + 2 })
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

    /// A tag with what is inside it; the signs beside its braces say whether white space is trimmed.
    fn tag(&self, start: usize, close: usize) -> (Tag, Place) {
        let sign = |at: usize, sign: u8| self.byte(at) == Some(sign);
        let trim_left = sign(start + 2, b'-');
        let from = start + 2 + usize::from(trim_left || sign(start + 2, b'+'));
        let trim_right = close > from && sign(close - 1, b'-');
        // Jinja knows a plus only in front of the end of a statement or a comment.
        let plus = close > from && !sign(start + 1, b'{') && sign(close - 1, b'+');
        let until = close - usize::from(trim_right || plus);
        (Tag { place: Place { start, end: close + 2 }, trim_left, trim_right }, Place { start: from, end: until })
    }

    fn expression(&mut self, start: usize) -> Span {
        let sign = usize::from(matches!(self.byte(start + 2), Some(b'-' | b'+')));
        let (mut at, mut depth) = (start + 2 + sign, 0usize);
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
                    let (tag, inside) = self.tag(start, at);
                    return Span::Expression(tag, inside);
                }
                b'}' => return Span::Unclosed(Place { start, end: at + 1 }),
                _ => at += 1,
            }
        }
        Span::Unclosed(Place { start, end: self.bytes.len() })
    }

    fn comment(&mut self, start: usize) -> Span {
        let end = if self.comments { self.find(start + 2, b"#}") } else { None };
        self.comments = end.is_some();
        end.map_or(unclosed(start), |end| Span::Comment(self.tag(start, end).0))
    }

    fn block(&mut self, start: usize) -> Span {
        let Some(end) = self.block_end(start) else { return unclosed(start) };
        let (open, inside) = self.tag(start, end);
        if !self.raw || self.word(inside) != b"raw" {
            return Span::Statement(open, inside);
        }
        let mut at = end + 2;
        while let Some(next) = self.find(at, b"{%") {
            let Some(end) = self.find(next + 2, b"%}") else { break };
            // Of several starts the last one may be that of `endraw`; what was read is not read again.
            let mut next = next;
            while let Some(later) = self.find(next + 2, b"{%").filter(|later| *later < end) {
                next = later;
            }
            let (close, inside) = self.tag(next, end);
            if self.word(inside) == b"endraw" {
                return Span::Raw(open, Place { start: open.place.end, end: next }, close);
            }
            at = end;
        }
        self.raw = false;
        Span::Statement(open, inside)
    }

    fn word(&self, inside: Place) -> &[u8] {
        self.bytes.get(inside.start..inside.end).unwrap_or_default().trim_ascii()
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
        scan(text, &[]);
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
