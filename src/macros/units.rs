//! Places in a template as JavaScript counts them.

use super::catalog::suggestion;
use super::error::{Place, Why};

/// A template with more unknown names than this is no template; the others get no suggestion, each of which is a search.
const MOST_SUGGESTIONS: usize = 1_000;

/// A part of a template that nobody can resolve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// The name, or the whole tag where it is outside the language.
    pub text: String,
    /// Where it begins, in UTF-16 units.
    pub start: usize,
    /// Where it ends, in UTF-16 units.
    pub end: usize,
    /// The name or the tag, what is wrong with it, and the nearest name.
    pub message: String,
    /// The nearest name that there is.
    pub suggestion: Option<String>,
}

/// Counts UTF-16 units on the way through a text, so that many spans cost one pass.
pub(super) struct Units<'a> {
    text: &'a str,
    bytes: usize,
    units: usize,
    /// How many unknown names there were.
    named: usize,
    /// Whether places stay bytes.
    in_bytes: bool,
}

impl<'a> Units<'a> {
    pub(super) fn new(text: &'a str) -> Units<'a> {
        Units { text, bytes: 0, units: 0, named: 0, in_bytes: false }
    }

    /// Leaves places as they are.
    pub(super) fn bytes(text: &'a str) -> Units<'a> {
        Units { in_bytes: true, ..Units::new(text) }
    }

    pub(super) fn at(&mut self, byte: usize) -> usize {
        if self.in_bytes {
            return byte;
        }
        // A step back is short: spans are almost in order.
        if byte < self.bytes {
            let between = self.text.get(byte..self.bytes).unwrap_or_default();
            self.units -= if between.is_ascii() { between.len() } else { between.encode_utf16().count() };
        } else {
            let between = self.text.get(self.bytes..byte).unwrap_or_default();
            self.units += if between.is_ascii() { between.len() } else { between.encode_utf16().count() };
        }
        self.bytes = byte;
        self.units
    }

    pub(super) fn unknown(&mut self, place: Place, why: Why) -> Unknown {
        let text = self.text.get(place.start..place.end).unwrap_or_default();
        self.named += 1;
        let mut message: String = text.chars().take(80).collect();
        let mut nearest = None;
        match why {
            Why::Syntax(what) => message.extend([": ", what]),
            Why::Unknown(kind) => {
                message.extend([": no such ", kind.as_str()]);
                nearest = Some(kind).filter(|_| self.named <= MOST_SUGGESTIONS).and_then(|kind| suggestion(text, kind));
                if let Some(name) = nearest {
                    message.extend([", did you mean ", name, "?"]);
                }
            }
        }
        let (start, end) = (self.at(place.start), self.at(place.end));
        Unknown { text: text.to_owned(), start, end, message, suggestion: nearest.map(str::to_owned) }
    }
}
