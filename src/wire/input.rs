//! Options as they come in: plain objects that the face has checked.
//!
//! Read by name rather than by serde: deriving readers for these few shapes costs more bytes than all of the planning.

use crate::time::Date;

/// A value of the host. Whatever is not there, or is of another type, reads as nothing: the face let it through as that.
pub trait Input: Sized {
    /// The field `name` of an object, unless it is undefined or null.
    fn field(&self, name: &str) -> Option<Self>;
    /// The elements of a list.
    fn items(&self) -> Vec<Self>;
    /// The text.
    fn as_text(&self) -> Option<String>;
    /// The number.
    fn as_number(&self) -> Option<f64>;
    /// The flag.
    fn as_flag(&self) -> Option<bool>;

    /// A date: a number of milliseconds or a text.
    fn as_date(&self) -> Date {
        match self.as_number() {
            Some(ms) => Date::Number(ms),
            None => Date::Text(self.as_text().unwrap_or_default()),
        }
    }

    /// A list of texts.
    fn as_texts(&self) -> Vec<String> {
        self.items().iter().map(|item| item.as_text().unwrap_or_default()).collect()
    }

    /// A list of dates.
    fn as_dates(&self) -> Vec<Date> {
        self.items().iter().map(Self::as_date).collect()
    }

    /// The text in a field.
    fn text(&self, name: &str) -> Option<String> {
        self.field(name)?.as_text()
    }

    /// The number in a field.
    fn number(&self, name: &str) -> Option<f64> {
        self.field(name)?.as_number()
    }

    /// The flag in a field; a missing one is not set.
    fn flag(&self, name: &str) -> bool {
        self.field(name).and_then(|field| field.as_flag()).unwrap_or(false)
    }
}
