//! The runs that exist already.

use std::borrow::Cow;

use super::{Existing, RunState, RunType, run_id};
use crate::error::{Code, Error, Result};
use crate::schedule::Timetable;
use crate::sort::sort_by;
use crate::time::{Instant, Range};

/// Records of existing runs as columns, in ascending order of their logical dates. A column that is shorter than `dates` says
/// nothing of the rest: no record is abandoned or has an id or a data interval of its own, and each is of the type that the plan makes.
///
/// A record counts whatever its run id looks like: what stands on a date stands there.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    /// Logical dates in milliseconds since 1970, ascending.
    pub dates: Vec<f64>,
    /// State of each.
    pub states: Vec<RunState>,
    /// Queued or running, but its owner's lease has expired: it counts as failed.
    pub abandoned: Vec<bool>,
    /// Who asked for each. One that a person started for a date of their choice need not stand on a date of the schedule.
    pub types: Vec<RunType>,
    /// Run ids; `None` for the default id of the record's type and date.
    pub run_ids: Vec<Option<String>>,
    /// Where the data interval of each starts, in milliseconds since 1970.
    pub interval_starts: Vec<f64>,
    /// Where it ends.
    pub interval_ends: Vec<f64>,
}

impl History {
    /// What stands on the date of record `index`.
    pub fn standing(&self, index: usize) -> Existing {
        match self.states.get(index).map_or(Existing::None, |state| state.standing()) {
            Existing::InFlight if self.abandoned.get(index) == Some(&true) => Existing::Failed,
            standing => standing,
        }
    }

    /// Whether a person chose the date of record `index`.
    pub(super) fn is_manual(&self, index: usize) -> bool {
        self.types.get(index) == Some(&RunType::Manual)
    }

    /// The data interval of record `index`, where it is known.
    pub(super) fn interval(&self, index: usize) -> Option<(f64, f64)> {
        let (start, end) = (*self.interval_starts.get(index)?, *self.interval_ends.get(index)?);
        (!start.is_nan() && !end.is_nan()).then_some((start, end))
    }

    /// The run id of record `index` where it is not the id that a run of type `default` would get for its date.
    pub(super) fn own_id(&self, index: usize, default: RunType) -> Option<Cow<'_, str>> {
        let date = Instant::clamped(*self.dates.get(index)? as i64);
        match self.run_ids.get(index).and_then(Option::as_deref) {
            Some(id) => Some(Cow::Borrowed(id)).filter(|id| *id != run_id(default, date)),
            // Default ids of two types are never the same.
            None => Some(Cow::Owned(run_id(*self.types.get(index).filter(|kind| **kind != default)?, date))),
        }
    }

    /// INTERNAL when the columns are not what they say: the caller made them, not the user.
    pub(super) fn check(&self) -> Result<()> {
        let problem = if self.states.len() != self.dates.len() {
            format!("{} dates but {} states", self.dates.len(), self.states.len())
        } else if !self.dates.is_sorted_by(|a, b| a <= b) {
            "dates that are not ascending".into()
        } else if u32::try_from(self.dates.len()).is_err() {
            format!("{} records", self.dates.len())
        } else {
            return Ok(());
        };
        Err(Error::new(Code::Internal, format!("a history of runs cannot be read: it has {problem}")))
    }

    /// Puts the records beside `dates`, which are ascending and inside `range`.
    pub(super) fn align(&self, dates: &[f64], range: Range) -> Aligned {
        let mut aligned = Aligned::default();
        if self.dates.is_empty() {
            return aligned;
        }
        aligned.record = vec![NO_RECORD; dates.len()];
        let mut record = self.dates.partition_point(|date| *date < range.start.js());
        for (slot, date) in aligned.record.iter_mut().zip(dates) {
            record += self.skip(record, *date, &mut aligned.strangers);
            while self.dates.get(record) == Some(date) {
                let index = record as u32;
                record += 1;
                if *slot == NO_RECORD {
                    *slot = index;
                    continue;
                }
                // Stores keep one run a date. Where one does not, whoever works on it counts, else the last.
                let busy = self.standing(*slot as usize) == Existing::InFlight;
                aligned.others.push(if busy { index } else { std::mem::replace(slot, index) });
            }
        }
        self.skip(record, range.end.js().next_up(), &mut aligned.strangers);
        aligned
    }

    /// How many records from `record` on are before `date`; those that nobody dated by hand are strangers.
    fn skip(&self, record: usize, date: f64, strangers: &mut Strangers) -> usize {
        let before = self.dates.iter().skip(record).take_while(|at| **at < date).count();
        for index in (record..record + before).filter(|index| !self.is_manual(*index)) {
            strangers.count += 1;
            if strangers.first.len() < Strangers::MOST {
                strangers.first.extend(self.dates.get(index));
            }
        }
        before
    }

    /// The last record after one date and before another that stands on a date of the schedule.
    pub(super) fn last_between(&self, after: f64, before: f64, timetable: &Timetable) -> Option<usize> {
        let first = self.dates.partition_point(|at| *at <= after);
        let end = self.dates.partition_point(|at| *at < before);
        let is_date =
            |index: &usize| self.dates.get(*index).is_some_and(|at| timetable.is_date(Instant::clamped(*at as i64)));
        (first..end).rev().find(is_date)
    }

    /// The index of a record on `date`.
    pub(super) fn find(&self, date: f64) -> Option<usize> {
        let index = self.dates.partition_point(|at| *at < date);
        (self.dates.get(index) == Some(&date)).then_some(index)
    }
}

/// In a column of record indices: no record.
pub(super) const NO_RECORD: u32 = u32::MAX;

/// Records put beside dates.
#[derive(Debug, Clone, Default)]
pub(super) struct Aligned {
    /// The record that counts, a date; empty where there is no history.
    pub(super) record: Vec<u32>,
    /// Further records on the same dates.
    pub(super) others: Vec<u32>,
    pub(super) strangers: Strangers,
}

/// Records in the range that stand on none of the dates, manual ones aside.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Strangers {
    /// How many.
    pub count: u64,
    /// The dates of the first few, in milliseconds since 1970.
    pub first: Vec<f64>,
}

impl Strangers {
    /// So many are named.
    const MOST: usize = 3;
}

impl Aligned {
    /// The record that counts on the date of a row.
    pub(super) fn record(&self, row: usize) -> Option<usize> {
        self.record.get(row).filter(|index| **index != NO_RECORD).map(|index| *index as usize)
    }

    /// Every record on one of the dates, ascending.
    pub(super) fn all(&self) -> Vec<u32> {
        let mut all = self.others.clone();
        for record in &self.record {
            if *record != NO_RECORD {
                all.push(*record);
            }
        }
        sort_by(&mut all, |a, b| a < b);
        all
    }
}

/// Dates that a warning is about: how many, and the first of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) count: u64,
    pub(super) first: Instant,
}

impl Found {
    /// One more, behind those that were found before.
    pub(super) fn after(found: Option<Found>, at: Instant) -> Option<Found> {
        let before = found.unwrap_or(Found { count: 0, first: at });
        Some(Found { count: before.count + 1, ..before })
    }
}
