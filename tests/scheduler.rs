//! The scheduler on a simulated clock over a simulated store.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeMap;

use dagfill::plan::CatchupPolicy;
use dagfill::run::scheduler::{Begin, Command, DagSchedule, Event, Scheduler};
use dagfill::schedule::{Dialect, Kind, ScheduleInput, Timetable, TimetableOptions};
use dagfill::time::{DateInput::Text, Edge, Instant, Zone, read_date};

fn at(text: &str) -> Instant {
    read_date(Text(text), &Zone::utc(), Edge::Point).unwrap()
}

fn dag(schedule: ScheduleInput, policy: CatchupPolicy) -> DagSchedule {
    let timetable = Timetable::new(&schedule, &TimetableOptions::default()).unwrap();
    DagSchedule { start: Some(at("2021-01-01")), policy, ..DagSchedule::new(timetable) }
}

fn cron(text: &str) -> ScheduleInput {
    ScheduleInput::Cron { texts: vec![text.into()], dialect: Dialect::Unix, day_match: None }
}

fn daily(policy: CatchupPolicy) -> DagSchedule {
    dag(cron("@daily"), policy)
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Run {
    Running,
    Success,
    Failed,
}

/// What outlives a scheduler: for each DAG its runs, and which of them are scheduled ones.
type Store = Vec<BTreeMap<Instant, (Run, bool)>>;

struct Host {
    scheduler: Scheduler,
    store: Store,
    now: Instant,
    /// The store refuses everything.
    broken: bool,
    /// Runs that other schedulers have in flight.
    others: u32,
}

impl Host {
    fn new(dags: Vec<DagSchedule>, now: &str) -> Host {
        let store = vec![BTreeMap::new(); dags.len()];
        Host::over(store, dags, now)
    }

    fn over(store: Store, dags: Vec<DagSchedule>, now: &str) -> Host {
        Host { scheduler: Scheduler::new(dags), store, now: at(now), broken: false, others: 0 }
    }

    fn tick(&mut self) -> String {
        self.scheduler.handle(Event::Tick, self.now);
        self.drain()
    }

    /// The clock shows another time and the timer rings.
    fn woken(&mut self, now: &str) -> String {
        self.now = at(now);
        self.scheduler.handle(Event::Woken, self.now);
        self.drain()
    }

    fn end(&mut self, dag: u32, date: &str, run: Run) -> String {
        let before = self.store[dag as usize].get_mut(&at(date)).unwrap();
        assert_eq!(before.0, Run::Running);
        before.0 = run;
        self.scheduler.handle(Event::Settled { dag }, self.now);
        self.drain()
    }

    /// Does what is commanded until nothing is: `+0 date` is a created run, `*0 date` a restarted one, `=0 date` one that exists,
    /// `!0 date` one that the store refused, `?0 date` a question about the run before, `-0 count` missed dates, `. n next` the
    /// end of a look.
    fn drain(&mut self) -> String {
        let mut words = Vec::new();
        while let Some(command) = self.scheduler.poll(self.now) {
            let word = self.act(command);
            words.extend(word);
        }
        words.join(" ")
    }

    fn act(&mut self, command: Command) -> Option<String> {
        let short = |date: Instant| date.to_string().replace("2021-", "").replace("T00:00:00Z", "").replace(":00Z", "");
        match command {
            Command::Load { dag } => {
                let scheduled = || self.store[dag as usize].iter().filter(|(_, (_, scheduled))| *scheduled);
                let left = scheduled().filter(|(_, (run, _))| *run == Run::Running);
                let left = left.map(|(date, _)| *date).collect::<Vec<_>>();
                let last_run = scheduled().next_back().map(|(date, _)| *date);
                for date in left {
                    self.scheduler.handle(Event::Left { dag, date }, self.now);
                }
                self.scheduler.handle(Event::Known { dag, last_run }, self.now);
                None
            }
            Command::Reserve { dag } => {
                self.scheduler.handle(Event::Reserved { dag, others: self.others }, self.now);
                None
            }
            Command::Release { .. } => None,
            Command::CheckPast { dag, date } => {
                let before = self.store[dag as usize].range(..date).next_back();
                let met = before.is_none_or(|(_, (run, _))| *run == Run::Success);
                self.scheduler.handle(Event::Past { dag, met }, self.now);
                Some(format!("?{dag} {}", short(date)))
            }
            Command::Begin { dag, date, begin } if self.broken => {
                self.scheduler.handle(Event::NotStored { dag, date, begin }, self.now);
                Some(format!("!{dag} {}", short(date)))
            }
            Command::Begin { dag, date, begin: Begin::Restart } => Some(format!("*{dag} {}", short(date))),
            Command::Begin { dag, date, begin: Begin::Create } => {
                let runs = &mut self.store[dag as usize];
                if runs.contains_key(&date) {
                    self.scheduler.handle(Event::Settled { dag }, self.now);
                    return Some(format!("={dag} {}", short(date)));
                }
                runs.insert(date, (Run::Running, true));
                Some(format!("+{dag} {}", short(date)))
            }
            Command::Missed { dag, skipped } => Some(format!("-{dag} {}", skipped.count)),
            Command::Ticked { due, next_run_at } => {
                Some(format!(". {due} {}", next_run_at.map(short).unwrap_or_default()))
            }
            Command::Failed { dag } => panic!("{dag}: {:?}", self.scheduler.take_error(dag)),
        }
    }

    fn wake(&self) -> Option<String> {
        self.scheduler.wake(self.now).map(|at| at.to_string())
    }
}

use CatchupPolicy::{All, Last, Latest};

#[test]
fn catchup_at_the_start_then_one_run_after_the_other() {
    let mut host = Host::new(vec![daily(Latest)], "2021-01-05T12:00Z");
    assert_eq!(host.wake(), None, "nothing comes before the first tick");
    assert_eq!(host.tick(), "-0 3 +0 01-04 . 1 01-06");
    assert_eq!(host.end(0, "2021-01-04", Run::Success), "");
    assert!(host.scheduler.is_idle());
    assert_eq!(host.woken("2021-01-05T23:59Z"), "", "too early");
    assert_eq!(host.woken("2021-01-06"), "+0 01-05 . 1 01-07");
    assert!(!host.scheduler.is_idle());
    assert_eq!(host.woken("2021-01-06T00:00:01Z"), "", "once");
    assert_eq!(host.tick(), ". 0 01-07", "whoever asks is told");
}

#[test]
fn no_sleep_is_longer_than_a_minute() {
    let mut host = Host::new(vec![dag(cron("@yearly"), All), dag(cron("30 12 * * *"), All)], "2021-01-01T12:00Z");
    host.tick();
    assert_eq!(host.wake().as_deref(), Some("2021-01-01T12:01:00Z"));
    host.now = at("2021-01-02T12:29:59Z");
    assert_eq!(host.wake().as_deref(), Some("2021-01-02T12:30:00Z"), "or shorter");
    host.now = at("2021-01-02T13:00Z");
    assert_eq!(host.wake().as_deref(), Some("2021-01-02T13:00:00Z"), "never in the past");
}

#[test]
fn no_more_runs_than_allowed() {
    let mut host = Host::new(vec![DagSchedule { max_active_runs: 2, ..daily(All) }], "2021-01-06");
    assert_eq!(host.tick(), "+0 01-01 +0 01-02 . 2 01-07");
    assert_eq!(host.wake(), None, "it waits for a slot, not for a time");
    assert_eq!(host.end(0, "2021-01-02", Run::Failed), "+0 01-03");
    assert_eq!(host.end(0, "2021-01-01", Run::Success), "+0 01-04");
    assert_eq!(host.woken("2021-01-07"), ". 0 01-08");
    assert_eq!(host.end(0, "2021-01-03", Run::Success), "+0 01-05");
    assert_eq!(host.end(0, "2021-01-04", Run::Success), "+0 01-06");
    assert_eq!(host.end(0, "2021-01-05", Run::Success), "");
    assert_eq!(host.end(0, "2021-01-06", Run::Success), "");
    assert_eq!((host.scheduler.is_idle(), host.store[0].len()), (true, 6));
}

#[test]
fn a_long_run_leaves_no_backlog_under_latest() {
    let mut host = Host::new(vec![DagSchedule { max_active_runs: 1, ..daily(Latest) }], "2021-01-02");
    assert_eq!(host.tick(), "+0 01-01 . 1 01-03");
    assert_eq!(host.woken("2021-01-03"), ". 0 01-04");
    assert_eq!(host.woken("2021-01-04"), ". 0 01-05");
    assert_eq!(host.end(0, "2021-01-01", Run::Success), "-0 1 +0 01-03");
}

#[test]
fn asleep_for_three_days() {
    for (policy, expected) in [
        (All, "+0 01-03 +0 01-04 +0 01-05 . 3 01-07"),
        (Latest, "-0 2 +0 01-05 . 1 01-07"),
        (Last(2), "-0 1 +0 01-04 +0 01-05 . 2 01-07"),
        (CatchupPolicy::Window(86_400_000), "-0 2 +0 01-05 . 1 01-07"),
        (CatchupPolicy::None, "-0 2 +0 01-05 . 1 01-07"),
    ] {
        let mut host = Host::new(vec![daily(policy)], "2021-01-03T23:00Z");
        host.store[0].insert(at("2021-01-02"), (Run::Success, true));
        assert_eq!(host.tick(), ". 0 01-04", "{policy:?}");
        assert_eq!(host.woken("2021-01-06T09:00Z"), expected, "{policy:?}");
        assert_eq!(host.tick(), ". 0 01-07", "{policy:?}: said once");
    }
}

#[test]
fn none_begins_with_what_comes() {
    let mut host = Host::new(vec![daily(CatchupPolicy::None)], "2021-01-05T12:00Z");
    assert_eq!(host.tick(), "-0 4 . 0 01-06");
    assert_eq!(host.woken("2021-01-06T00:00:03Z"), "+0 01-05 . 1 01-07");
}

#[test]
fn a_clock_that_goes_back_repeats_nothing() {
    let mut host = Host::new(vec![daily(All)], "2021-01-03");
    assert_eq!(host.tick(), "+0 01-01 +0 01-02 . 2 01-04");
    for time in ["2021-01-01", "2020-01-01", "2021-01-03T23:59:59Z"] {
        assert_eq!(host.woken(time), "");
    }
    assert_eq!(host.woken("2021-01-04"), "+0 01-03 . 1 01-05");
    // A year ahead for a moment: what was begun then is not begun again when it comes.
    let text = host.woken("2021-01-06T00:00:00Z");
    assert_eq!(text, "+0 01-04 +0 01-05 . 2 01-07");
    assert_eq!(host.woken("2021-01-04T00:00:01Z"), "");
    assert_eq!(host.tick(), ". 0 01-07");
    assert_eq!(host.woken("2021-01-06T12:00:00Z"), "");
    assert_eq!(host.woken("2021-01-07"), "+0 01-06 . 1 01-08");
}

#[test]
fn a_date_has_one_run_ever() {
    // A backfill ran 3 and 4 January, and a run by hand has the 5th; none of them moves the schedule.
    let mut host = Host::new(vec![daily(All)], "2021-01-07");
    for date in ["2021-01-03", "2021-01-04", "2021-01-05", "2021-02-01"] {
        host.store[0].insert(at(date), (Run::Success, false));
    }
    assert_eq!(host.tick(), "+0 01-01 +0 01-02 =0 01-03 =0 01-04 =0 01-05 +0 01-06 . 6 01-08");
    assert_eq!(host.scheduler.active(), 3);
    // Another process runs the next date first.
    host.store[0].insert(at("2021-01-07"), (Run::Running, true));
    assert_eq!(host.woken("2021-01-08"), "=0 01-07 . 1 01-09");
    assert_eq!(host.tick(), ". 0 01-09");
}

#[test]
fn an_existing_run_gives_its_slot_to_the_next_date() {
    let mut host = Host::new(vec![DagSchedule { max_active_runs: 1, ..daily(All) }], "2021-01-04");
    host.store[0].insert(at("2021-01-01"), (Run::Failed, false));
    host.store[0].insert(at("2021-01-02"), (Run::Success, false));
    assert_eq!(host.tick(), "=0 01-01 . 1 01-05 =0 01-02 +0 01-03");
}

#[test]
fn a_restart_begins_where_the_process_died() {
    let mut host = Host::new(vec![DagSchedule { max_active_runs: 2, ..daily(All) }], "2021-01-06");
    assert_eq!(host.tick(), "+0 01-01 +0 01-02 . 2 01-07");
    let mut host = Host::over(host.store, vec![DagSchedule { max_active_runs: 2, ..daily(All) }], "2021-01-06T01:00Z");
    assert_eq!(host.tick(), "*0 01-01 *0 01-02 . 2 01-07");
    assert_eq!(host.end(0, "2021-01-01", Run::Success), "+0 01-03");
    assert_eq!(host.tick(), ". 0 01-07");
}

#[test]
fn in_order_and_only_after_success() {
    let ordered = || DagSchedule { depends_on_past: true, ..daily(All) };
    let mut host = Host::new(vec![ordered()], "2021-01-04");
    assert_eq!(host.tick(), "?0 01-01 +0 01-01 . 1 01-05");
    assert_eq!(host.end(0, "2021-01-01", Run::Success), "?0 01-02 +0 01-02", "one at a time");
    assert_eq!(host.end(0, "2021-01-02", Run::Failed), "?0 01-03");
    assert_eq!(host.wake().as_deref(), Some("2021-01-04T00:01:00Z"), "it asks again");
    assert_eq!(host.woken("2021-01-04T00:01Z"), "?0 01-03 . 0 01-05");
    host.store[0].insert(at("2021-01-02"), (Run::Success, true)); // rerun by a backfill
    assert_eq!(host.woken("2021-01-04T00:02Z"), "?0 01-03 +0 01-03 . 1 01-05");
    // A run that a dead process left does not ask: it was let through before.
    let mut host = Host::over(host.store, vec![ordered()], "2021-01-06");
    assert_eq!(host.tick(), "*0 01-03 . 1 01-07");
    assert_eq!(host.end(0, "2021-01-03", Run::Success), "?0 01-04 +0 01-04");
}

#[test]
fn a_store_that_fails_is_tried_again_later() {
    let mut host = Host::new(vec![daily(All)], "2021-01-03");
    host.broken = true;
    assert_eq!(host.tick(), "!0 01-01 !0 01-02 . 2 01-04");
    assert!(host.scheduler.is_idle(), "and does not spin");
    assert_eq!(host.wake().as_deref(), Some("2021-01-03T00:01:00Z"));
    assert_eq!(host.woken("2021-01-03T00:01Z"), "!0 01-01 !0 01-02 . 2 01-04");
    host.broken = false;
    assert_eq!(host.woken("2021-01-03T00:02Z"), "+0 01-01 +0 01-02 . 2 01-04");
}

#[test]
fn stopped_it_begins_nothing() {
    let mut host = Host::new(vec![DagSchedule { max_active_runs: 1, ..daily(All) }], "2021-01-04");
    assert_eq!(host.tick(), "+0 01-01 . 1 01-05");
    host.scheduler.handle(Event::Stop, host.now);
    assert_eq!((host.drain().as_str(), host.wake()), ("", None));
    assert_eq!(host.end(0, "2021-01-01", Run::Success), "", "what runs may end, and nothing follows");
    assert!(host.scheduler.is_idle());
    assert_eq!(host.woken("2021-01-05"), "");
    assert_eq!(host.tick(), "+0 01-02 . 1 01-06");
}

#[test]
fn a_stop_loses_no_date_that_was_waiting_for_an_answer() {
    let mut host = Host::new(vec![DagSchedule { depends_on_past: true, ..daily(All) }], "2021-01-02");
    host.scheduler.handle(Event::Tick, host.now);
    let load = host.scheduler.poll(host.now).unwrap();
    host.act(load);
    let reserve = host.scheduler.poll(host.now).unwrap();
    assert_eq!(host.act(reserve), None);
    assert!(matches!(host.scheduler.poll(host.now), Some(Command::CheckPast { .. })));
    assert!(!host.scheduler.is_idle());
    host.scheduler.handle(Event::Stop, host.now);
    host.scheduler.handle(Event::Past { dag: 0, met: true }, host.now);
    assert_eq!(host.drain(), "");
    assert_eq!(host.tick(), "+0 01-01 . 1 01-03");
}

#[test]
fn several_dags_do_not_disturb_each_other() {
    let hourly = dag(cron("@hourly"), Latest);
    let manual = dag(ScheduleInput::None, Latest);
    let ended = DagSchedule { end: Some(at("2021-01-02")), ..daily(All) };
    let mut host = Host::new(vec![daily(Latest), hourly, manual, ended], "2021-01-05T12:30Z");
    assert_eq!(host.tick(), "-0 3 +0 01-04 -1 107 +1 01-05T11:00 +3 01-01 +3 01-02 . 4 01-05T13:00");
    assert_eq!(host.woken("2021-01-05T13:00Z"), "+1 01-05T12:00 . 1 01-05T14:00");
    assert_eq!(host.tick(), ". 0 01-05T14:00");
}

#[test]
fn a_period_without_a_start_counts_from_the_first_look() {
    let every = |kind| {
        let schedule = ScheduleInput::Every { period: "PT6H".into(), anchor: None };
        let timetable = Timetable::new(&schedule, &TimetableOptions { kind, ..Default::default() }).unwrap();
        DagSchedule::new(timetable)
    };
    let mut host = Host::new(vec![every(Kind::Interval), every(Kind::Trigger)], "2021-01-05T12:30Z");
    assert_eq!(host.tick(), "+1 01-05T12:30 . 1 01-05T18:30");
    host.now = at("2021-01-05T15:00Z");
    assert_eq!(host.tick(), ". 0 01-05T18:30", "later looks do not move it");
    assert_eq!(host.woken("2021-01-05T18:30Z"), "+0 01-05T12:30 +1 01-05T18:30 . 2 01-06T00:30");
    let store = std::mem::take(&mut host.store);
    let mut host = Host::over(store, vec![every(Kind::Interval), every(Kind::Trigger)], "2021-01-05T20:00Z");
    assert_eq!(host.tick(), "*0 01-05T12:30 *1 01-05T12:30 *1 01-05T18:30 . 3 01-06T00:30", "nor does a new process");
    let origins = [0, 1, 2].map(|dag| host.scheduler.origin(dag));
    assert_eq!(origins, [Some(at("2021-01-05T12:30Z")), Some(at("2021-01-05T18:30Z")), None]);
}

#[test]
fn without_a_start_all_runs_what_comes() {
    let mut host = Host::new(vec![DagSchedule { start: None, ..daily(All) }], "2021-01-05T12:00Z");
    assert_eq!(host.tick(), ". 0 01-06");
    assert_eq!(host.woken("2021-01-07T12:00Z"), "+0 01-05 +0 01-06 . 2 01-08");
}

#[test]
fn a_backlog_of_millions_costs_nothing_until_it_is_due() {
    let schedule = dag(cron("* * * * *"), All);
    let mut host = Host::new(vec![DagSchedule { start: Some(at("1990-01-01")), ..schedule }], "2021-01-05");
    assert!(host.tick().ends_with("+0 1990-01-01T00:15 . 16 01-05T00:01"));
}

/// A year of a simulated clock that stumbles, with processes that die: every date runs once, in order of creation.
#[test]
fn a_year_of_stumbling() {
    let schedules = || vec![DagSchedule { max_active_runs: 3, ..dag(cron("0 */6 * * *"), All) }];
    let mut host = Host::new(schedules(), "2021-01-01");
    let mut state = 7_u64;
    let mut random = move |bound: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % bound
    };
    host.tick();
    let mut begun = 0;
    while host.now < at("2022-01-01") {
        match random(10) {
            0 => {
                let store = std::mem::take(&mut host.store);
                let now = host.now.to_string();
                host = Host::over(store, schedules(), &now);
                let text = host.tick();
                begun += text.matches('+').count();
            }
            1 => host.now = Instant::clamped(host.now.ms() - random(86_400_000) as i64),
            2 => host.now = Instant::clamped(host.now.ms() + random(5 * 86_400_000) as i64),
            3..7 => {
                let running = host.store[0].iter().find(|(_, (run, _))| *run == Run::Running).map(|(date, _)| *date);
                if let Some(date) = running {
                    begun += host.end(0, &date.to_string(), Run::Success).matches('+').count();
                }
            }
            _ => {
                let now = host.scheduler.wake(host.now).unwrap_or(host.now);
                begun += host.woken(&now.to_string()).matches('+').count();
            }
        }
        let running = host.store[0].values().filter(|(run, _)| *run == Run::Running).count();
        assert!(running <= 3 && host.scheduler.active() as usize == running);
    }
    while let Some(date) = host.store[0].iter().find(|(_, (run, _))| *run == Run::Running).map(|(date, _)| *date) {
        begun += host.end(0, &date.to_string(), Run::Success).matches('+').count();
    }
    let dates: Vec<i64> = host.store[0].keys().map(|date| date.ms()).collect();
    assert!(dates.len() > 1_400, "{}", dates.len());
    assert_eq!(begun, dates.len(), "each was created once");
    assert!(dates.windows(2).all(|pair| pair[1] - pair[0] == 6 * 3_600_000), "a date is missing");
}

#[test]
fn the_limit_of_a_dag_holds_for_all_schedulers_together() {
    let schedule = DagSchedule { max_active_runs: 3, ..daily(CatchupPolicy::All) };
    let mut host = Host::new(vec![schedule], "2021-01-06T12:00Z");
    host.others = 3;
    assert_eq!(host.tick(), ". 0 01-07");
    assert_eq!(host.scheduler.wake(host.now), Some(at("2021-01-06T12:00:01Z")), "theirs may end at any time");
    host.others = 1;
    assert_eq!(host.woken("2021-01-06T12:00:01Z"), "+0 01-01 +0 01-02 . 2 01-07");
    assert_eq!(host.end(0, "2021-01-01", Run::Success), "+0 01-03");
}
