//! The fields of a cron text as bit sets. Bit n stands for the value n.

/// Which of the two day fields decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DayRule {
    /// Neither field restricts.
    Every,
    /// The day of month.
    Day,
    /// The day of week.
    Weekday,
    /// One of them is enough: Unix.
    Either,
    /// Both must hold: Quartz.
    Both,
}

/// The fields of a cron text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fields {
    /// The second, the minute or the hour is written with a `*` at its start: a wildcard expression of Vixie cron.
    pub(super) starred_time: bool,
    pub(super) seconds: u64,
    pub(super) minutes: u64,
    pub(super) hours: u64,
    pub(super) days: u64,
    /// The last day of the month.
    pub(super) last_day: bool,
    pub(super) months: u64,
    pub(super) weekdays: u64,
    /// For each weekday from Sunday: bit n = the n-th of the month.
    pub(super) nth: [u8; 7],
    /// Weekdays whose last occurrence in the month is meant.
    pub(super) last_weekdays: u64,
    pub(super) rule: DayRule,
    /// None = every year.
    pub(super) years: Option<Years>,
    pub(super) notes: Notes,
}

/// What the text said that its bit sets no longer show, for warnings.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Notes {
    /// A step that does not divide its field: name of the field, step, size of the field.
    pub(super) uneven: Option<(&'static str, u32, u32)>,
    /// The text has a field for the second first, where Airflow reads it as the sixth.
    pub(super) seconds_first: bool,
    /// Other parts that Airflow reads differently: how it is read here.
    pub(super) departures: Vec<&'static str>,
}

/// The values of a bit set, ascending.
pub(super) fn values(mut set: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let value = set.trailing_zeros();
        set &= set.wrapping_sub(1);
        (value < 64).then_some(value)
    })
}

/// A set of years.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Years(Vec<u64>);

impl Years {
    pub(super) fn insert(&mut self, year: u32) {
        self.insert_all(year, year, 1);
    }

    /// Adds every `step`-th year from `first` to `last`. A hostile list names all years many times over: without a step,
    /// whole words are set.
    pub(super) fn insert_all(&mut self, first: u32, last: u32, step: u32) {
        let words = (last / 64) as usize + 1;
        if self.0.len() < words {
            self.0.resize(words, 0);
        }
        let mut year = first;
        while year <= last {
            let until = if step > 1 { year } else { last.min(year | 63) };
            if let Some(word) = self.0.get_mut((year / 64) as usize) {
                *word |= (u64::MAX << (year % 64)) & (u64::MAX >> (63 - until % 64));
            }
            year = until + step;
        }
    }

    /// Ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> {
        (1..=9999).filter(|year| self.contains(*year))
    }

    pub(super) fn contains(&self, year: u32) -> bool {
        self.0.get((year / 64) as usize).is_some_and(|word| word >> (year % 64) & 1 == 1)
    }
}
