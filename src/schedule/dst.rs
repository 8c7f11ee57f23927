//! The rule for wall-clock times that a clock change removes (gap) or repeats (fold).

use super::words::Words;

/// What happens to a wall-clock time in a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// It runs later by the length of the gap: 02:30 becomes 03:30.
    Forward,
    /// It runs earlier by the length of the gap: 02:30 becomes 01:30.
    Backward,
    /// It does not run.
    Skip,
    /// All times of the gap run once, at the first instant after it: 03:00.
    End,
}

/// Which reading of a repeated wall-clock time runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fold {
    /// The first.
    First,
    /// The second.
    Second,
    /// Both.
    Both,
}

/// What happens to wall-clock times that a clock change removes or repeats.
///
/// ```
/// use dagfill::schedule::{Dst, Fold, Gap};
/// let own = Dst { gap: Gap::Forward, fold: Fold::First, real_time: false };
/// assert_eq!(Dst::preset("java"), Some(own));
/// assert_eq!(own.name(), Some("java"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dst {
    /// Times that a change removes.
    pub gap: Gap,
    /// Times that a change repeats.
    pub fold: Fold,
    /// Wildcard expressions follow real time: gap skipped, both readings of a fold. With [`Gap::End`] a wildcard expression is,
    /// as Vixie cron has it, one whose minute or hour (or second) starts with `*`; else one whose hours are all 24.
    pub real_time: bool,
}

const fn rule(gap: Gap, fold: Fold, real_time: bool) -> Dst {
    Dst { gap, fold, real_time }
}

/// The presets by name. The first of equal ones names the rule in texts.
const PRESETS: [(&str, Dst); 8] = [
    ("airflow", Dst::AIRFLOW),
    ("java", Dst::JAVA),
    ("kubernetes", Dst::KUBERNETES),
    ("vixie", Dst::VIXIE),
    ("earlier", Dst::EARLIER),
    ("later", Dst::LATER),
    ("skip", Dst::SKIP),
    ("both", Dst::BOTH),
];

impl Dst {
    /// Airflow's timetables: forward, second reading, expressions that cover every hour in real time.
    pub const AIRFLOW: Dst = rule(Gap::Forward, Fold::Second, true);
    /// `java.time`, Temporal's "compatible", cron-parser, OCPS: forward, first reading.
    pub const JAVA: Dst = rule(Gap::Forward, Fold::First, false);
    /// robfig/cron, which Kubernetes and Argo use: skip, both readings.
    pub const KUBERNETES: Dst = rule(Gap::Skip, Fold::Both, false);
    /// Debian's cron, Cronos, cronosjs, node-cron: the first instant after the gap, first reading, wildcards in real time.
    pub const VIXIE: Dst = rule(Gap::End, Fold::First, true);
    /// Gap backward, first reading.
    pub const EARLIER: Dst = rule(Gap::Backward, Fold::First, false);
    /// Gap forward, second reading.
    pub const LATER: Dst = rule(Gap::Forward, Fold::Second, false);
    /// Gap skipped, second reading.
    pub const SKIP: Dst = rule(Gap::Skip, Fold::Second, false);
    /// Gap forward, both readings.
    pub const BOTH: Dst = rule(Gap::Forward, Fold::Both, false);

    /// The preset of a name.
    pub fn preset(name: &str) -> Option<Dst> {
        PRESETS.iter().find(|(preset, _)| *preset == name).map(|(_, dst)| *dst)
    }

    /// The name of the preset that is this rule.
    pub fn name(self) -> Option<&'static str> {
        PRESETS.iter().find(|(_, dst)| *dst == self).map(|(name, _)| *name)
    }

    /// The same rule for an expression that is a wildcard, or is none.
    pub(super) fn for_wildcard(self, wildcard: bool) -> Dst {
        if self.real_time && wildcard { Dst { gap: Gap::Skip, fold: Fold::Both, ..self } } else { self }
    }

    /// As its user writes it: `"java"`, or `{ gap: "end", fold: "both" }`.
    pub(super) fn describe(self, words: &mut Words) {
        if let Some(name) = self.name() {
            words.add("\"").add(name).add("\"");
            return;
        }
        words.add("{ gap: \"").add(match self.gap {
            Gap::Forward => "forward",
            Gap::Backward => "backward",
            Gap::Skip => "skip",
            Gap::End => "end",
        });
        words.add("\", fold: \"").add(match self.fold {
            Fold::First => "first",
            Fold::Second => "second",
            Fold::Both => "both",
        });
        words.add(if self.real_time { "\", wildcard: \"real_time\" }" } else { "\" }" });
    }
}

impl Default for Dst {
    fn default() -> Self {
        Dst::AIRFLOW
    }
}
