//! Texts that are not cron as it is read here, but that another system or option has: what to write instead.

use super::Dialect;
use super::part::Part;
use crate::error::Error;

/// Adds what to write where a refused text looks like another form.
pub(super) fn hint(error: Error, parts: &[Part<'_>], dialect: Dialect) -> Error {
    let Some(part) = parts.first() else { return error };
    let first = part.text();
    if parts.len() == 1 && is_period(first) {
        return error.hint(["A fixed period is no cron text: write { every: \"", first, "\" }."].concat());
    }
    let lower = first.to_ascii_lowercase();
    if parts.len() == 1 && matches!(lower.as_str(), "hourly" | "daily" | "weekly" | "monthly" | "yearly") {
        return error.hint(["Write @", &lower, "."].concat());
    }
    if ["cron(", "rate(", "at("].iter().any(|form| lower.starts_with(form)) {
        return error.hint("This is the form of AWS EventBridge: write { cron, dialect: \"aws\" }.");
    }
    if dialect != Dialect::Unix {
        return error;
    }
    // As AWS and Quartz write "any day", and the last one, in a field that is the month here.
    let month = parts.get(4).map(Part::text).unwrap_or_default();
    let is_day = month.contains('?') || month.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'L'));
    if (6..=7).contains(&parts.len()) && is_day && error.span.is_some() && month.contains(['?', 'L']) {
        return error.hint(concat!(
            "This looks like the form of AWS ({ cron: \"cron(...)\", dialect: \"aws\" }: the minute first, the year last) or of ",
            "Quartz ({ cron, dialect: \"quartz\" }): here six fields begin with the second and end with the day of week."
        ));
    }
    error
}

/// Whether it begins as an ISO 8601 duration does.
fn is_period(text: &str) -> bool {
    let mut bytes = text.bytes();
    matches!(bytes.next(), Some(b'P' | b'p')) && matches!(bytes.next(), Some(b'T' | b't' | b'0'..=b'9'))
}
