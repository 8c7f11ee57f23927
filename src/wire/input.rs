//! Dates as they come in.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Visitor};

use crate::time::Date;

/// A date: a number of milliseconds or a text.
#[derive(Debug, Clone, PartialEq)]
pub struct DateShape(pub Date);

impl<'de> Deserialize<'de> for DateShape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberOrText;
        impl Visitor<'_> for NumberOrText {
            type Value = DateShape;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of milliseconds or a date text")
            }
            fn visit_f64<E>(self, ms: f64) -> Result<DateShape, E> {
                Ok(DateShape(Date::Number(ms)))
            }
            fn visit_i64<E>(self, ms: i64) -> Result<DateShape, E> {
                Ok(DateShape(Date::Number(ms as f64)))
            }
            fn visit_u64<E>(self, ms: u64) -> Result<DateShape, E> {
                Ok(DateShape(Date::Number(ms as f64)))
            }
            fn visit_str<E>(self, text: &str) -> Result<DateShape, E> {
                Ok(DateShape(Date::Text(text.to_owned())))
            }
        }
        deserializer.deserialize_any(NumberOrText)
    }
}
