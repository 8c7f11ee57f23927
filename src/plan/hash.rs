//! The hash of a plan: two plans with the same hash would do the same.
//!
//! It covers nine parts, each hashed by itself with SipHash-1-3-128:
//!
//! | part | covers |
//! |---|---|
//! | `dates` | each row's date in run order, and the end of its data interval |
//! | `actions` | each row's action |
//! | `runs` | the run type, and the ids of runs that are run again, where they are not the ones that a backfill gives |
//! | `schedule` | time zone, kind, and the schedule's own text |
//! | `tasks` | dagId, the tasks, the chosen task ids (sorted, each once) with withUpstream |
//! | `templates` | the DAG's params and the options of macros |
//! | `conf` | conf as JSON text; where the backfill brings none, that of existing runs that are run again |
//! | `dependsOnPast` | the DAG's own dependsOnPast |
//! | `options` | what else shapes the runs: retries, timeouts, limits on failures |
//!
//! Why a date is skipped stays out, and so does the pace (`maxParallelRuns`, `rate`): both change nothing that would run.
//!
//! Its text is 100 hex digits: 32 of the hash over all parts, 8 for each of the four counts, and 4 of each part, so that a refusal can
//! say what changed although the caller hands in nothing but this text.

use super::sip::Sip;
use super::{Action, Counts, HashedTexts, History, Plan, Request};
use crate::error::{Code, Detail, Error, Result, quoted};
use crate::schedule::Kind;
use crate::sort::sort_by;
use crate::time::Instant;

/// Grows when something else goes in: a hash of an older version is then always another.
const VERSION: u64 = 3;

/// The parts in their order: a name for programs, and words for people.
const PARTS: [(&str, &str); 9] = [
    ("dates", "the dates, their order or their data intervals"),
    ("actions", "what is done with the dates"),
    ("runs", "the existing runs that are run again"),
    ("schedule", "the schedule"),
    ("tasks", "the DAG's tasks, or which of them run"),
    ("templates", "the params or the macro options"),
    ("conf", "conf, of the backfill or of existing runs that are run again"),
    ("dependsOnPast", "the DAG's dependsOnPast"),
    ("options", "the options of the runs"),
];

/// The place of `conf` among them.
const CONF: usize = 6;

/// So many dates are named in an error.
const MOST: usize = 10;

/// The hashes of the parts.
type Parts = [u128; PARTS.len()];

/// The hash of one part.
struct Part(Sip);

impl Part {
    fn new() -> Part {
        Part(Sip::new())
    }

    // Not inlined but where a million words follow each other: it is named often, and each copy is bytes of the module.
    #[inline(never)]
    fn word(&mut self, word: u64) {
        self.0.word(word);
    }

    fn hash(&mut self, hash: u128) {
        self.word(hash as u64);
        self.word((hash >> 64) as u64);
    }

    /// Its length, then its bytes: `["ab", "c"]` is not `["a", "bc"]`.
    fn text(&mut self, text: &str) {
        self.word(text.len() as u64);
        self.0.bytes(text.as_bytes());
    }

    fn of(texts: &[&str]) -> Part {
        let mut part = Part::new();
        texts.iter().for_each(|text| part.text(text));
        part
    }

    fn finish(&self) -> u128 {
        self.0.finish()
    }
}

/// `interval` says what each row covers.
pub(super) fn parts_of(
    plan: &Plan,
    request: &Request,
    history: &History,
    interval: impl Fn(usize, f64) -> (f64, f64),
) -> Parts {
    let HashedTexts { schedule, tasks, templates, options } = &request.hashed;
    let kind = match plan.timetable.kind() {
        Kind::Interval => "interval",
        Kind::Trigger => "trigger",
    };
    [
        dates(plan, interval),
        actions(plan),
        runs(plan, request, history),
        Part::of(&[plan.timetable.zone().name(), kind, schedule]),
        dag(request, tasks),
        Part::of(&[templates]),
        Part::of(&[&request.conf]),
        depends_on_past(request),
        Part::of(&[options]),
    ]
    .map(|part| part.finish())
}

/// The text of a hash.
pub(super) fn hash_of(parts: &Parts, counts: Counts) -> String {
    let mut whole = Part::new();
    whole.word(VERSION);
    parts.iter().for_each(|part| whole.hash(*part));
    let Counts { create, rerun, reset, skip } = counts;
    let mut text = format!("{:032x}{create:08x}{rerun:08x}{reset:08x}{skip:08x}", whole.finish());
    parts.iter().for_each(|part| text += &format!("{:04x}", part & 0xFFFF));
    text
}

fn dates(plan: &Plan, interval: impl Fn(usize, f64) -> (f64, f64)) -> Part {
    let mut part = Part::new();
    for (row, date) in plan.dates.iter().enumerate() {
        let (start, end) = interval(row, *date);
        for bound in [start, end] {
            part.0.word(bound as i64 as u64);
        }
    }
    plan.dates.iter().for_each(|date| part.0.word(*date as i64 as u64));
    part
}

fn actions(plan: &Plan) -> Part {
    let mut part = Part::new();
    part.0.bytes(&plan.actions);
    part
}

fn runs(plan: &Plan, request: &Request, history: &History) -> Part {
    let mut part = Part::of(&[request.run_type.as_str()]);
    for (row, action) in plan.actions.iter().enumerate().take(plan.aligned.record.len()) {
        let record = plan.existing(row).filter(|_| *action != Action::Skip as u8);
        if let Some(id) = record.and_then(|index| history.own_id(index, request.run_type)) {
            part.word(row as u64);
            part.text(&id);
        }
    }
    part
}

fn depends_on_past(request: &Request) -> Part {
    let mut part = Part::new();
    part.word(u64::from(request.depends_on_past));
    part
}

fn dag(request: &Request, tasks: &str) -> Part {
    let mut part = Part::of(&[&request.dag_id, tasks]);
    if let Some(ids) = &request.task_ids {
        let mut ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        sort_by(&mut ids, |a, b| a < b);
        ids.dedup();
        part.word(1 + u64::from(request.with_upstream));
        part.word(ids.len() as u64);
        ids.into_iter().for_each(|id| part.text(id));
    }
    part
}

impl Plan {
    /// 100 hex digits. See the head of this file's source for what goes in.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Takes the conf of the existing runs that are run again into the hash, for a request that brings none: they keep it. `conf_of` has
    /// it as JSON text by the index of the record; `None` for `{}`.
    pub fn keep_confs(&mut self, conf_of: impl Fn(usize) -> Option<String>) {
        let mut part = Part::new();
        for (row, _) in self.actions.iter().enumerate().filter(|(_, action)| **action != Action::Skip as u8) {
            let Some(conf) = self.existing(row).and_then(&conf_of) else { continue };
            part.word(row as u64);
            part.text(&conf);
            if self.kept_confs.len() <= MOST {
                self.kept_confs.extend(self.date(row).map(|date| Instant::clamped(date as i64).to_string()));
            }
        }
        if let Some(conf) = self.parts.get_mut(CONF).filter(|_| !self.kept_confs.is_empty()) {
            part.hash(*conf);
            *conf = part.finish();
        }
        self.hash = hash_of(&self.parts, self.counts);
    }

    /// PLAN_CHANGED unless this is the plan whose hash somebody saw. The details carry under `changed` the parts that differ (`dates`,
    /// `actions`, `runs`, `schedule`, `tasks`, `templates`, `conf`, `dependsOnPast`, `options`), this plan's counts and hash, and under `seenCreate`,
    /// `seenRerun`, `seenReset` and `seenSkip` the counts of the plan that was seen. Where `conf` differs, `confDates` are the first dates
    /// whose existing run keeps its conf.
    pub fn insist(&self, seen: &str) -> Result<()> {
        if seen == self.hash {
            return Ok(());
        }
        let now = self.counts;
        let mut error = match counts_in(seen) {
            None => {
                let shown: String = seen.chars().take(80).collect();
                let message =
                    ["planHash: expected the hash of a preview by this version of dagfill, got ", &quoted(&shown)]
                        .concat();
                Error::new(Code::PlanChanged, message)
            }
            Some(before) => self.changed(seen, before),
        };
        error = error
            .field("planHash")
            .hint("Look at a new preview, and pass its planHash.")
            .detail("planHash", Detail::Text(self.hash.clone()));
        for (name, count) in now.by_action() {
            error = error.detail(name, Detail::Number(count.into()));
        }
        Err(error)
    }

    fn changed(&self, seen: &str, before: Counts) -> Error {
        let now = self.counts;
        let (mut names, mut words) = (Vec::new(), Vec::new());
        for (index, (name, what)) in PARTS.into_iter().enumerate() {
            let digits = 64 + index * 4..68 + index * 4;
            if seen.get(digits.clone()) != self.hash.get(digits) {
                names.push(name.to_owned());
                words.push(what);
            }
        }
        let what = if words.is_empty() { "something else".to_owned() } else { words.join("; ") };
        let counts = match before == now {
            true => format!("it is still {now}"),
            false => format!("it was {before}, now it is {now}"),
        };
        let mut message = format!("the plan is not the one that was seen: {counts}. What differs: {what}");
        let kept = self.kept_confs.get(..MOST.min(self.kept_confs.len())).unwrap_or_default();
        let shows_confs = !kept.is_empty() && names.iter().any(|name| name == "conf");
        if shows_confs {
            let more = if self.kept_confs.len() > MOST { ", ..." } else { "" };
            message += &format!(". Existing runs keep their conf on {}{more}", kept.join(", "));
        }
        let mut error = Error::new(Code::PlanChanged, message).detail("changed", Detail::Texts(names));
        if shows_confs {
            error = error.detail("confDates", Detail::Texts(kept.to_vec()));
        }
        let fields = ["seenCreate", "seenRerun", "seenReset", "seenSkip"];
        for (name, (_, count)) in fields.into_iter().zip(before.by_action()) {
            error = error.detail(name, Detail::Number(count.into()));
        }
        error
    }
}

/// The counts in a hash; `None` where the text is no hash of this version.
fn counts_in(hash: &str) -> Option<Counts> {
    if hash.len() != 64 + 4 * PARTS.len() || !hash.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let count = |at: usize| u32::from_str_radix(hash.get(at..at + 8)?, 16).ok();
    Some(Counts { create: count(32)?, rerun: count(40)?, reset: count(48)?, skip: count(56)? })
}
