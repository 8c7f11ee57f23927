//! Dates that a caller names one by one.

use super::{History, Request};
use crate::error::{Code, Error, Result};
use crate::schedule::Timetable;
use crate::sort::sort_by;
use crate::time::{Date, Instant, Range, read_span};

/// The dates that `chosen` names, ascending, each once: those of the schedule, and others that have a run, as one by hand. A civil day names every
/// date of the schedule in it; of a repeated wall-clock time both readings are named. INVALID_OPTION where an entry names no date in the range.
pub(super) fn chosen_dates(
    timetable: &Timetable,
    request: &Request,
    history: &History,
    chosen: &[Date],
) -> Result<Vec<f64>> {
    let range = request.bounds.range;
    let mut dates = Vec::new();
    for (index, date) in chosen.iter().enumerate() {
        let field = format!("dates[{index}]");
        let span = read_span(date.as_input(), timetable.zone()).map_err(|error| error.field(field.clone()))?;
        let found = dates.len();
        if span.end_is_day {
            let part = Range { start: span.range.start.max(range.start), end: span.range.end.min(range.end) };
            if !part.is_empty() {
                dates.extend(timetable.expand(part, None)?);
            }
        } else {
            let both = [span.range.start, span.range.end];
            let is_date = |at: &Instant| timetable.is_date(*at) || history.find(at.js()).is_some();
            dates.extend(both.into_iter().filter(|at| range.contains(*at) && is_date(at)).map(Instant::js));
        }
        if dates.len() == found {
            return Err(unmatched(timetable, range, span.range, field));
        }
    }
    sort_by(&mut dates, |a, b| a < b);
    dates.dedup();
    Ok(dates)
}

fn unmatched(timetable: &Timetable, range: Range, named: Range, field: String) -> Error {
    let at = named.start;
    let next = timetable.next(Instant::clamped(at.ms() - 1));
    let message = match next.filter(|next| *next <= named.end) {
        Some(date) => format!("{field}: {date} is outside the range from {} to {}", range.start, range.end),
        None => format!("{field}: expected a date of the schedule, got {at}"),
    };
    let around: Vec<String> = timetable.previous(at).into_iter().chain(next).map(|date| date.to_string()).collect();
    let error = Error::new(Code::InvalidOption, message).field(field);
    if around.is_empty() { error } else { error.hint(format!("Its dates around it: {}.", around.join(", "))) }
}
