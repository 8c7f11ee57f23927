//! What a template has written so far, and white space that the next tag may trim.

use super::error::Place;
use super::syntax::Tag;

/// The text, and what is not decided yet. Only white space of the template is trimmed, never that of a value; and what stays as
/// written keeps the white space around it.
#[derive(Debug, Default)]
pub(super) struct Output {
    pub text: String,
    /// White space of the template that waits for the tag behind it.
    waiting: Option<Place>,
    /// Whether the tag before trims what follows.
    trims_next: bool,
}

/// A place to go back to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark(usize, Option<Place>, bool);

impl Output {
    pub(super) fn mark(&self) -> Mark {
        Mark(self.text.len(), self.waiting, self.trims_next)
    }

    pub(super) fn back_to(&mut self, mark: Mark) {
        self.text.truncate(mark.0);
        (self.waiting, self.trims_next) = (mark.1, mark.2);
    }

    fn flush(&mut self, template: &str) {
        if let Some(waiting) = self.waiting.take() {
            self.text.push_str(template.get(waiting.start..waiting.end).unwrap_or_default());
        }
    }

    /// Text of the template; the last `trail` bytes of it are white space that the next tag trims.
    pub(super) fn text(&mut self, template: &str, place: Place, trail: usize) {
        self.flush(template);
        let mut start = place.start;
        if self.trims_next {
            let text = template.get(place.start..place.end).unwrap_or_default();
            start = place.end - text.trim_start().len();
            self.trims_next = false;
        }
        let end = (place.end - trail).max(start);
        self.text.push_str(template.get(start..end).unwrap_or_default());
        self.waiting = Some(Place { start: end, end: place.end }).filter(|place| place.start < place.end);
    }

    /// A tag that is replaced by what it writes: now, right behind this.
    pub(super) fn begin(&mut self, template: &str, tag: Tag) {
        if tag.trim_left {
            self.waiting = None;
        } else {
            self.flush(template);
        }
        self.trims_next = tag.trim_right;
    }

    /// Something that stays as written.
    pub(super) fn keep(&mut self, template: &str, place: Place) {
        self.flush(template);
        self.trims_next = false;
        self.text.push_str(template.get(place.start..place.end).unwrap_or_default());
    }

    /// The end of the template: nothing trims what waits.
    pub(super) fn finish(&mut self, template: &str) {
        self.flush(template);
    }
}

/// Where a value of XCom stands in the first result, and the expression that brought it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    pub to: Place,
    pub from: Place,
    /// It was quoted for a shell: nothing in it is a template, since what a template puts in would not be quoted.
    pub is_quoted: bool,
}
