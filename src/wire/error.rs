//! Errors and warnings as JavaScript sees them.

use std::collections::BTreeMap;

use serde::Serialize;

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
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    details: BTreeMap<&'static str, DetailShape<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum DetailShape<'a> {
    Number(f64),
    Text(&'a str),
    Texts(&'a [String]),
}

impl<'a> From<&'a Error> for ErrorShape<'a> {
    fn from(error: &'a Error) -> Self {
        let shape = |detail: &'a Detail| match detail {
            Detail::Number(number) => DetailShape::Number(*number),
            Detail::Text(text) => DetailShape::Text(text),
            Detail::Texts(texts) => DetailShape::Texts(texts),
        };
        ErrorShape {
            code: error.code.as_str(),
            message: &error.message,
            input: error.input.as_deref(),
            start: error.span.map(|(start, _)| start),
            end: error.span.map(|(_, end)| end),
            field: error.field.as_deref(),
            hint: error.hint.as_deref(),
            details: error.details.iter().map(|(name, detail)| (*name, shape(detail))).collect(),
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
