//! Texts on their way through an expression.

use std::ops::Deref;
use std::rc::Rc;

/// A text, borrowed where nothing had to be made. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) enum Text<'a> {
    Borrowed(&'a str),
    Shared(Rc<str>),
    /// A text that is escaped for HTML already: Python's Markup.
    Markup(Rc<str>),
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Text::Borrowed(text) => text,
            Text::Shared(text) | Text::Markup(text) => text,
        }
    }
}
