//! A part of a cron text: what is written, and where, so that an error can name it.

use super::words::Words;
use crate::error::{Code, Error};

/// A part of a cron text, by its bytes.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) input: &'a str,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl<'a> Part<'a> {
    pub(super) fn whole(input: &'a str) -> Part<'a> {
        Part { input, start: 0, end: input.len() }
    }

    pub(super) fn text(&self) -> &'a str {
        self.input.get(self.start..self.end).unwrap_or_default()
    }

    /// Where `byte`, an ASCII character, is first.
    fn find(&self, byte: u8) -> Option<usize> {
        let at = self.text().bytes().position(|other| other == byte)?;
        Some(self.start + at)
    }

    pub(super) fn has(&self, byte: u8) -> bool {
        self.find(byte).is_some()
    }

    /// The parts before and behind the first `separator`.
    #[inline(never)]
    pub(super) fn cut(&self, separator: u8) -> (Part<'a>, Option<Part<'a>>) {
        match self.find(separator) {
            Some(at) => (Part { end: at, ..*self }, Some(Part { start: at + 1, ..*self })),
            None => (*self, None),
        }
    }

    /// What stands behind `prefix`, whose case does not count.
    pub(super) fn after(&self, prefix: &str) -> Option<Part<'a>> {
        let found = self.text().get(..prefix.len())?.eq_ignore_ascii_case(prefix);
        found.then_some(Part { start: self.start + prefix.len(), ..*self })
    }

    /// What stands before `suffix`, whose case does not count.
    pub(super) fn before(&self, suffix: &str) -> Option<Part<'a>> {
        let length = self.text().len().checked_sub(suffix.len())?;
        let found = self.text().get(length..)?.eq_ignore_ascii_case(suffix);
        found.then_some(Part { end: self.start + length, ..*self })
    }

    /// Whether this is `text`, whose case does not count.
    pub(super) fn is(&self, text: &str) -> bool {
        self.text().eq_ignore_ascii_case(text)
    }

    /// The parts between ASCII white space.
    pub(super) fn split(&self) -> Vec<Part<'a>> {
        let mut parts = Vec::new();
        let mut part = Part { end: self.start, ..*self };
        for byte in self.text().bytes() {
            if !byte.is_ascii_whitespace() {
                part.end += 1;
                continue;
            }
            let next = Part { start: part.end + 1, end: part.end + 1, ..*self };
            parts.extend(Some(part).filter(|part| part.start < part.end));
            part = next;
        }
        parts.extend(Some(part).filter(|part| part.start < part.end));
        parts
    }

    /// The number in ASCII digits that this is; one too large for any field stays too large.
    pub(super) fn number(&self) -> Option<u32> {
        if self.text().is_empty() {
            return None;
        }
        self.text().bytes().try_fold(0u32, |sum, byte| {
            byte.is_ascii_digit().then(|| sum.saturating_mul(10).saturating_add(u32::from(byte - b'0')).min(1_000_000))
        })
    }

    /// INVALID_CRON here.
    pub(super) fn fail(&self, message: impl Into<String>) -> Error {
        Error::at(Code::InvalidCron, self.input, self.start..self.end, message)
    }

    /// INVALID_CRON here: what is written, between two halves of a sentence.
    #[cold]
    #[inline(never)]
    pub(super) fn refuse(&self, before: &str, after: &str) -> Error {
        let mut words = Words::default();
        self.fail(words.add(before).quote(self.text()).add(after).take())
    }
}
