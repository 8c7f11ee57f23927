//! What of a template stayed as written, and why.

use super::catalog::suggestion;
use super::error::{EvalError, Fault, Kind, Place, Why};
use super::syntax::Expr;
use super::unknown::first_unknown;
use crate::error::{Code, Error};

/// Spans and suggestions are worked out for so many.
const MOST: usize = 1_000;

/// A part of a template that stayed as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unresolved {
    /// The whole tag with its braces.
    pub text: String,
    /// UNKNOWN_MACRO, or INVALID_TEMPLATE for what is no expression or statement at all.
    pub code: Code,
    /// What could not be resolved, and why.
    pub message: String,
    /// Where the name or the tag begins, in UTF-16 units of the template.
    pub start: usize,
    /// Where it ends, in UTF-16 units.
    pub end: usize,
    /// The nearest name that there is.
    pub suggestion: Option<String>,
}

/// Why a tag has no value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cause<'e> {
    Fault(Fault),
    Error(&'e [&'e Expr], EvalError),
}

/// The error that says so: its place, and what is nearest to the name.
pub(super) fn explain(text: &str, tag: Place, cause: Cause<'_>, is_bound: &dyn Fn(&str) -> bool) -> Error {
    let (code, place, kind, what) = match cause {
        Cause::Fault(Fault { place, why: Why::Syntax(what) }) => (Code::InvalidTemplate, place, None, what),
        Cause::Fault(Fault { place, why: Why::Unknown(kind) }) => (Code::UnknownMacro, place, Some(kind), ""),
        Cause::Error(exprs, error) => {
            let found = exprs.iter().find_map(|expr| first_unknown(expr, is_bound));
            match (found, error) {
                (Some((place, kind)), _) => (Code::UnknownMacro, place, Some(kind), ""),
                (None, EvalError::Absent) => (Code::UnknownMacro, tag, None, "this run has no such value"),
                (None, EvalError::Refused(what)) => (Code::UnknownMacro, tag, None, what),
            }
        }
    };
    let source = |place: Place| text.get(place.start..place.end).unwrap_or_default();
    let mut message: String = source(tag).chars().take(80).collect();
    let name = source(place);
    match kind {
        Some(kind) => message.extend([": no ", kind.as_str(), " is named ", name]),
        None => message.extend([": ", what]),
    }
    let error = Error::at(code, text, place.start..place.end, message);
    match kind.and_then(|kind: Kind| suggestion(name, kind)) {
        Some(name) => error.hint(["Did you mean ", name, "?"].concat()),
        None => error,
    }
}

/// Notes a tag that stayed.
pub(super) fn note(list: &mut Vec<Unresolved>, text: &str, tag: Place, error: Error) {
    if list.len() >= MOST {
        return;
    }
    let (start, end) = error.span.unwrap_or_default();
    let suggestion = error.hint.as_deref().and_then(|hint| hint.strip_prefix("Did you mean ")?.strip_suffix('?'));
    list.push(Unresolved {
        text: text.get(tag.start..tag.end).unwrap_or_default().to_owned(),
        code: error.code,
        message: error.message.clone(),
        start,
        end,
        suggestion: suggestion.map(str::to_owned),
    });
}
