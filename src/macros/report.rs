//! What of a template stayed as written, and why.

use super::catalog::suggestion;
use super::error::{EvalError, Fault, Kind, Place, Why};
use super::syntax::Expr;
use super::units::Units;
use super::unknown::first_unknown;
use crate::error::{Code, Error};

/// Spans and suggestions are worked out for so many.
pub(super) const MOST: usize = 1_000;

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
    /// Whether nothing but XCom is missing, which a run has once its tasks have run.
    pub lacks_xcom: bool,
}

/// Why a tag has no value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cause<'e> {
    Fault(Fault),
    Error(&'e [&'e Expr], EvalError),
}

/// What there is to say about a tag that stays.
pub(super) struct Reason {
    code: Code,
    message: String,
    place: Place,
    /// The nearest name that there is.
    suggestion: Option<&'static str>,
    pub lacks_xcom: bool,
}

/// Says what of a tag has no value, and what is nearest to the name.
pub(super) fn explain(text: &str, tag: Place, cause: Cause<'_>, is_bound: &dyn Fn(&str) -> bool) -> Reason {
    let mut lacks_xcom = false;
    let (code, place, kind, what) = match cause {
        Cause::Fault(Fault { place, why: Why::Syntax(what) }) => (Code::InvalidTemplate, place, None, what),
        Cause::Fault(Fault { place, why: Why::Unknown(kind) }) => (Code::UnknownMacro, place, Some(kind), ""),
        Cause::Error(exprs, error) => {
            let found = exprs.iter().find_map(|expr| first_unknown(expr, is_bound));
            match (found, error) {
                (Some((place, kind)), _) => (Code::UnknownMacro, place, Some(kind), ""),
                (None, EvalError::Absent) => (Code::UnknownMacro, tag, None, "this run has no such value"),
                (None, EvalError::Refused(what)) => (Code::UnknownMacro, tag, None, what),
                (None, EvalError::Xcom(what)) => {
                    lacks_xcom = true;
                    (Code::UnknownMacro, tag, None, what)
                }
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
    Reason { code, message, place, suggestion: kind.and_then(|kind: Kind| suggestion(name, kind)), lacks_xcom }
}

impl Reason {
    pub(super) fn error(self, text: &str) -> Error {
        let error = Error::at(self.code, text, self.place.start..self.place.end, self.message);
        match self.suggestion {
            Some(name) => error.hint(["Did you mean ", name, "?"].concat()),
            None => error,
        }
    }

    pub(super) fn note(self, text: &str, tag: Place, units: &mut Units<'_>) -> Unresolved {
        Unresolved {
            text: text.get(tag.start..tag.end).unwrap_or_default().to_owned(),
            code: self.code,
            message: self.message,
            start: units.at(self.place.start),
            end: units.at(self.place.end),
            suggestion: self.suggestion.map(str::to_owned),
            lacks_xcom: self.lacks_xcom,
        }
    }
}
