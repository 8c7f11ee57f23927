//! Errors and warnings as JavaScript sees them.

use super::{Fields, Shape};
use crate::error::{Detail, Error, Warning};

/// The fields of a `DagfillError`; what there is nothing to say about is left out.
pub fn error_shape(error: &Error) -> Shape {
    let mut fields = Fields::default();
    fields.text("code", error.code.as_str());
    fields.text("message", &error.message);
    let texts = [("input", &error.input), ("field", &error.field), ("hint", &error.hint)];
    for (name, text) in texts {
        if let Some(text) = text {
            fields.text(name, text);
        }
    }
    if let Some((start, end)) = error.span {
        fields.number("start", start as f64);
        fields.number("end", end as f64);
    }
    if !error.details.is_empty() {
        let mut facts = Fields::default();
        for (name, detail) in &error.details {
            match detail {
                Detail::Number(number) => facts.number(name, *number),
                Detail::Text(text) => facts.text(name, text),
                Detail::Texts(texts) => facts.texts(name, texts),
            }
        }
        fields.put("details", Shape::Fields(facts));
    }
    Shape::Fields(fields)
}

/// A list of warnings.
pub fn warnings_shape(warnings: &[Warning]) -> Shape {
    Shape::list(warnings.iter().map(warning_shape))
}

/// A warning, `at` as ISO 8601 text.
pub(super) fn warning_shape(warning: &Warning) -> Shape {
    let mut fields = Fields::default();
    fields.text("code", warning.code);
    fields.text("message", &warning.message);
    if let Some(at) = warning.at {
        fields.instant("at", at);
    }
    if let Some(count) = warning.count {
        fields.number("count", count as f64);
    }
    Shape::Fields(fields)
}
