//! When a task may run, judged by how the tasks before it ended: Airflow's trigger rules.

/// Which ends of the upstream tasks let a task run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum TriggerRule {
    /// All succeeded.
    #[default]
    AllSuccess,
    /// All ended, however.
    AllDone,
    /// All failed.
    AllFailed,
    /// One succeeded; the others are not waited for.
    OneSuccess,
    /// One failed; the others are not waited for.
    OneFailed,
    /// All succeeded or were skipped.
    NoneFailed,
    /// At once.
    Always,
}

/// How many upstream tasks there are, and how many ended in which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Upstreams {
    /// All upstream tasks.
    pub total: u32,
    /// Those that succeeded.
    pub succeeded: u32,
    /// Those that failed, or could not run because of a failure further up.
    pub failed: u32,
    /// Those that were skipped.
    pub skipped: u32,
}

/// What a rule says at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The answer depends on tasks that have not ended.
    Wait,
    /// The task may run; no later end takes that back.
    Run,
    /// The task is skipped.
    Skip,
    /// The task cannot run because of a failure before it.
    UpstreamFailed,
}

impl TriggerRule {
    /// Every rule, with the name it has in a DAG.
    pub const ALL: [(&'static str, TriggerRule); 7] = [
        ("all_success", TriggerRule::AllSuccess),
        ("all_done", TriggerRule::AllDone),
        ("all_failed", TriggerRule::AllFailed),
        ("one_success", TriggerRule::OneSuccess),
        ("one_failed", TriggerRule::OneFailed),
        ("none_failed", TriggerRule::NoneFailed),
        ("always", TriggerRule::Always),
    ];

    /// The rule of this name.
    pub fn from_name(name: &str) -> Option<TriggerRule> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, rule)| *rule)
    }

    /// The verdict over `upstreams`. A task is skipped or given up as soon as that is certain, without waiting for the rest;
    /// a failure outweighs a skip that is seen at the same time. A task without upstreams runs.
    ///
    /// ```
    /// use dagfill::dag::{Decision, TriggerRule, Upstreams};
    /// let one_of_two_failed = Upstreams { total: 2, failed: 1, ..Upstreams::default() };
    /// assert_eq!(TriggerRule::AllSuccess.decide(one_of_two_failed), Decision::UpstreamFailed);
    /// assert_eq!(TriggerRule::OneFailed.decide(one_of_two_failed), Decision::Run);
    /// assert_eq!(TriggerRule::AllDone.decide(one_of_two_failed), Decision::Wait);
    /// ```
    pub fn decide(self, upstreams: Upstreams) -> Decision {
        use Decision::{Run, Skip, UpstreamFailed, Wait};
        let Upstreams { total, succeeded, failed, skipped } = upstreams;
        let all_done = succeeded + failed + skipped == total;
        match self {
            _ if total == 0 => Run,
            TriggerRule::Always => Run,
            TriggerRule::AllSuccess | TriggerRule::NoneFailed if failed > 0 => UpstreamFailed,
            TriggerRule::AllSuccess if skipped > 0 => Skip,
            TriggerRule::AllFailed if succeeded + skipped > 0 => Skip,
            TriggerRule::OneSuccess if succeeded > 0 => Run,
            TriggerRule::OneSuccess if all_done && failed > 0 => UpstreamFailed,
            TriggerRule::OneSuccess if all_done => Skip,
            TriggerRule::OneFailed if failed > 0 => Run,
            TriggerRule::OneFailed if all_done => Skip,
            TriggerRule::AllSuccess | TriggerRule::NoneFailed | TriggerRule::AllFailed | TriggerRule::AllDone
                if all_done =>
            {
                Run
            }
            _ => Wait,
        }
    }
}
