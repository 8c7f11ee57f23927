//! Errors and warnings as JavaScript sees them.

use serde::{Serialize, Serializer};

use crate::error::{Detail, Error, Warning};

/// The fields of a `DagfillError`.
#[derive(Serialize)]
pub struct ErrorShape<'a> {
    code: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty", serialize_with = "by_name")]
    details: &'a [(&'static str, Detail)],
}

/// Facts as one object.
fn by_name<S: Serializer>(details: &[(&'static str, Detail)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(details.iter().map(|(name, detail)| (name, DetailShape(detail))))
}

struct DetailShape<'a>(&'a Detail);

impl Serialize for DetailShape<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Detail::Number(number) => serializer.serialize_f64(*number),
            Detail::Text(text) => serializer.serialize_str(text),
            Detail::Texts(texts) => serializer.collect_seq(texts),
        }
    }
}

impl<'a> From<&'a Error> for ErrorShape<'a> {
    fn from(error: &'a Error) -> Self {
        ErrorShape {
            code: error.code.as_str(),
            message: &error.message,
            input: error.input.as_deref(),
            start: error.span.map(|(start, _)| start),
            end: error.span.map(|(_, end)| end),
            field: error.field.as_deref(),
            hint: error.hint.as_deref(),
            details: &error.details,
        }
    }
}

/// A warning, `at` as ISO 8601 text.
#[derive(Serialize)]
pub struct WarningShape<'a> {
    code: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<f64>,
}

impl<'a> From<&'a Warning> for WarningShape<'a> {
    fn from(warning: &'a Warning) -> Self {
        WarningShape {
            code: warning.code,
            message: &warning.message,
            at: warning.at.map(|at| at.to_string()),
            count: warning.count.map(|count| count as f64),
        }
    }
}
