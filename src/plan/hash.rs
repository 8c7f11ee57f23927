//! The hash of a plan: two plans with the same hash would do the same.
//!
//! In this order go in: the version of this list; dagId, time zone, kind of timetable, run type, conf (as the JSON text that was
//! given); dependsOnPast; the chosen task ids (sorted, each once) with withUpstream; then for each row, in run order, its date with
//! its action, and the id of the run that is run again where it is not the one that a backfill gives. What changes nothing that
//! would run stays out: why a date is skipped, how many run at once, retries, limits.
//!
//! Its text is 64 hex digits: 32 of the fingerprint, then the four counts, 8 digits each, so that a refusal can say what changed.

use super::fingerprint::Fingerprint;
use super::{Action, Counts, History, Plan, Request, run_id};
use crate::error::{Code, Detail, Error, Result};
use crate::schedule::Kind;
use crate::sort::sort_by;
use crate::time::Instant;

/// Grows when something else goes in: a hash of an older version is then always another.
const VERSION: u64 = 1;

pub(super) fn hash_of(plan: &Plan, request: &Request, history: &History) -> String {
    let mut hash = Fingerprint::new();
    hash.word(VERSION);
    let kind = match plan.timetable.kind() {
        Kind::Interval => "interval",
        Kind::Trigger => "trigger",
    };
    for text in [&request.dag_id, plan.timetable.zone().name(), kind, request.run_type.as_str(), &request.conf] {
        hash.text(text);
    }
    hash.word(u64::from(request.depends_on_past));
    match &request.task_ids {
        None => hash.word(0),
        Some(ids) => {
            let mut ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            sort_by(&mut ids, |a, b| a < b);
            let mut distinct: Vec<&str> = Vec::new();
            for id in ids {
                if distinct.last() != Some(&id) {
                    distinct.push(id);
                }
            }
            hash.word(1 + u64::from(request.with_upstream));
            hash.word(distinct.len() as u64);
            distinct.into_iter().for_each(|id| hash.text(id));
        }
    }
    hash.word(plan.len() as u64);
    for (row, (date, action)) in plan.dates.iter().zip(&plan.actions).enumerate() {
        // Dates have 49 bits, actions two; the bit between them says that an id of its own follows.
        let record = plan.existing(row).filter(|_| *action != Action::Skip as u8);
        let own = record.and_then(|index| history.run_ids.get(index)).and_then(Option::as_deref);
        let own = own.filter(|id| *id != run_id(request.run_type, Instant::clamped(*date as i64)));
        hash.word((*date as i64 as u64) << 3 | u64::from(own.is_some()) << 2 | u64::from(*action));
        own.into_iter().for_each(|id| hash.text(id));
    }
    let [a, b] = hash.finish();
    let Counts { create, rerun, reset, skip } = plan.counts;
    format!("{a:016x}{b:016x}{create:08x}{rerun:08x}{reset:08x}{skip:08x}")
}

impl Plan {
    /// 64 hex digits. See the head of this file's source for what goes in.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// PLAN_CHANGED unless this is the plan whose hash somebody saw. The details carry this plan's counts and hash, and under
    /// `seenCreate`, `seenRerun`, `seenReset` and `seenSkip` those of the plan that was seen.
    pub fn insist(&self, seen: &str) -> Result<()> {
        if seen == self.hash {
            return Ok(());
        }
        let now = self.counts;
        let before = counts_in(seen);
        let message = match before {
            None => format!("expected the planHash of a preview, got {:?}", seen.chars().take(80).collect::<String>()),
            Some(before) if before == now => {
                format!("the plan is not the one that was seen: still {now}, but of other dates, runs or options")
            }
            Some(before) => format!("the plan is not the one that was seen: it was {before}, now it is {now}"),
        };
        let mut error = Error::new(Code::PlanChanged, message)
            .field("planHash")
            .hint("Look at a new preview, and pass its planHash.")
            .detail("planHash", Detail::Text(self.hash.clone()));
        for (name, count) in now.by_action() {
            error = error.detail(name, Detail::Number(count.into()));
        }
        let names = ["seenCreate", "seenRerun", "seenReset", "seenSkip"];
        for (name, (_, count)) in names.into_iter().zip(before.iter().flat_map(|seen| seen.by_action())) {
            error = error.detail(name, Detail::Number(count.into()));
        }
        Err(error)
    }
}

/// The counts that a hash ends with; `None` where the text is no hash.
fn counts_in(hash: &str) -> Option<Counts> {
    let mut parts = [0_u32; 4];
    for (part, digits) in parts.iter_mut().zip(hash.as_bytes().get(32..64)?.chunks(8)) {
        for digit in digits {
            *part = *part << 4 | char::from(*digit).to_digit(16)?;
        }
    }
    let [create, rerun, reset, skip] = parts;
    Some(Counts { create, rerun, reset, skip })
}
