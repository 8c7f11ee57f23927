//! Where a shell reads its command as quoted text already, so that the filter `quote` does not hold a value there.

use super::scan::{Span, scan};
use super::units::Units;

/// The `{{` of a command that stand in quotes, backticks, arithmetic, a comment or a here-document of the shell, or behind a backslash, in
/// UTF-16 units. A value with that quote, or with a line break, ends them, and what is behind it is run.
///
/// ```
/// use dagfill::macros::quoted_by_shell;
/// assert_eq!(quoted_by_shell("echo {{ a | quote }} '{{ b | quote }}'"), [22]);
/// ```
pub fn quoted_by_shell(command: &str) -> Vec<u32> {
    let mut shell = Shell { text: command, open: Vec::new(), document: None, line: 0, skips: 0 };
    let mut units = Units::new(command);
    let mut found = Vec::new();
    for span in scan(command, &[]) {
        match span {
            Span::Text(place) | Span::Raw(_, place, _) => shell.read(place.start, place.end),
            Span::Expression(tag, _) => {
                // Behind a backslash the first quote of the filter is a letter.
                if shell.is_quoted() || shell.skips > 0 {
                    found.push(units.at(tag.place.start) as u32);
                }
                shell.skips = 0;
            }
            _ => {}
        }
    }
    found
}

/// What is open, and not closed yet.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open<'t> {
    Single,
    /// `$'`, in which a backslash escapes.
    Ansi,
    Double,
    Backtick,
    /// `(`, and `$(` also inside of quotes: a command of its own.
    Bracket,
    /// `((` and `$((`, which compute what stands in quotes, too.
    Arithmetic,
    Comment,
    /// The line that ends it.
    Document(&'t str),
}

struct Shell<'t> {
    text: &'t str,
    open: Vec<Open<'t>>,
    /// The here-document that begins behind this line.
    document: Option<&'t str>,
    /// Where the line of a here-document begins.
    line: usize,
    /// Bytes that are no signs of the shell.
    skips: usize,
}

impl<'t> Shell<'t> {
    fn is_quoted(&self) -> bool {
        self.open.last().is_some_and(|open| *open != Open::Bracket)
    }

    fn read(&mut self, start: usize, end: usize) {
        let text = self.text.get(start..end).unwrap_or_default();
        for (at, byte) in (start..end).zip(text.bytes()) {
            match self.skips {
                0 => self.sign(at, byte),
                _ => self.skips -= 1,
            }
        }
    }

    fn sign(&mut self, at: usize, byte: u8) {
        let rest = self.text.get(at..).unwrap_or_default();
        if byte == b'\n' && self.open.last() == Some(&Open::Comment) {
            self.open.pop();
        }
        match (self.open.last(), byte) {
            (Some(Open::Document(end)), b'\n') => {
                if self.text.get(self.line..at).is_some_and(|line| line.trim() == *end) {
                    self.open.pop();
                }
                self.line = at + 1;
            }
            (Some(Open::Single | Open::Ansi), b'\'')
            | (Some(Open::Double), b'"')
            | (Some(Open::Backtick), b'`')
            | (Some(Open::Bracket | Open::Arithmetic), b')') => {
                self.open.pop();
            }
            (Some(Open::Document(_) | Open::Single | Open::Comment), _) => {}
            (_, b'\\') => self.skips = 1,
            (Some(Open::Ansi), _) => {}
            (_, b'`') => self.open.push(Open::Backtick),
            (Some(Open::Arithmetic), b'(') => self.open.push(Open::Arithmetic),
            (_, b'$') if rest.starts_with("$((") => {
                self.open.extend([Open::Arithmetic; 2]);
                self.skips = 2;
            }
            (_, b'$') if rest.starts_with("$(") => {
                self.open.push(Open::Bracket);
                self.skips = 1;
            }
            (Some(Open::Double | Open::Backtick | Open::Arithmetic), _) => {}
            (_, b'$') if rest.starts_with("$'") => {
                self.open.push(Open::Ansi);
                self.skips = 1;
            }
            (_, b'(') if rest.starts_with("((") => {
                self.open.extend([Open::Arithmetic; 2]);
                self.skips = 1;
            }
            (_, b'\'') => self.open.push(Open::Single),
            (_, b'"') => self.open.push(Open::Double),
            (_, b'(') => self.open.push(Open::Bracket),
            (_, b'#') if self.begins_word(at) => self.open.push(Open::Comment),
            (_, b'<') if rest.starts_with("<<<") => self.skips = 2,
            (_, b'<') if rest.starts_with("<<") => {
                self.document = ending(rest.get(2..).unwrap_or_default());
                self.skips = 1;
            }
            (_, b'\n') => {
                if let Some(end) = self.document.take() {
                    self.open.push(Open::Document(end));
                    self.line = at + 1;
                }
            }
            _ => {}
        }
    }

    fn begins_word(&self, at: usize) -> bool {
        let before = self.text.get(..at).and_then(|text| text.bytes().next_back());
        before.is_none_or(|byte| b" \t\n;&|(".contains(&byte))
    }
}

/// The word behind `<<`, without its quotes.
fn ending(rest: &str) -> Option<&str> {
    let word = rest.trim_start_matches('-').trim_start_matches([' ', '\t']);
    let word = word.split([' ', '\t', '\n', ';', '&', '|', '<', '>', ')']).next()?;
    Some(word.trim_matches(['\'', '"', '\\'])).filter(|word| !word.is_empty())
}
