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

/// Days by their place in the month.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct DayOfMonth {
    pub(super) days: u64,
    /// `15W`: days whose nearest weekday is meant.
    pub(super) nearest: u64,
    /// `L-3`: bit n = n days before the month's last.
    pub(super) from_last: u64,
    /// `L-3W`: of these, the nearest weekday.
    pub(super) nearest_from_last: u64,
}

/// Days by their place in the week. Sunday is bit 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct DayOfWeek {
    pub(super) days: u64,
    /// For each weekday from Sunday: bit n = the n-th of the month, bit 0 = the last.
    pub(super) nth: [u8; 7],
}

/// The fields of a cron text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fields {
    /// The second, the minute or the hour is written with a `*` at its start: a wildcard expression of Vixie cron.
    pub(super) starred_time: bool,
    pub(super) seconds: u64,
    pub(super) minutes: u64,
    pub(super) hours: u64,
    pub(super) day: DayOfMonth,
    pub(super) months: u64,
    pub(super) weekday: DayOfWeek,
    pub(super) rule: DayRule,
    /// None = every year.
    pub(super) years: Option<Years>,
    pub(super) notes: Notes,
}

/// A month as the calendar has it: how many days, and the weekday of the first (Sunday = 0).
#[derive(Debug, Clone, Copy)]
pub(super) struct MonthShape {
    pub(super) length: u32,
    pub(super) first: u32,
}

impl MonthShape {
    fn weekday(self, day: u32) -> u32 {
        (self.first + day - 1) % 7
    }

    /// The weekday (Monday to Friday) nearest to a day, in the same month.
    fn nearest_weekday(self, day: u32) -> u32 {
        match self.weekday(day) {
            6 if day == 1 => 3,
            6 => day - 1,
            0 if day == self.length => day - 2,
            0 => day + 1,
            _ => day,
        }
    }
}

impl DayOfMonth {
    /// The days in a month, bit 1 = the first.
    fn days_in(&self, month: MonthShape) -> u64 {
        let from_last = |set: u64| values(set).filter(move |n| *n < month.length).map(move |n| month.length - n);
        let nearest = values(self.nearest).filter(|day| *day <= month.length).chain(from_last(self.nearest_from_last));
        let nearest = nearest.fold(0, |set, day| set | 1_u64 << month.nearest_weekday(day));
        from_last(self.from_last).fold(self.days | nearest, |set, day| set | 1 << day)
    }
}

impl DayOfWeek {
    /// The days in a month, bit 1 = the first.
    fn days_in(&self, month: MonthShape) -> u64 {
        let fits = |day: &u32| {
            let weekday = month.weekday(*day);
            let nth = u32::from(self.nth.get(weekday as usize).copied().unwrap_or(0));
            let last = day + 7 > month.length && nth & 1 != 0;
            self.days >> weekday & 1 != 0 || nth >> ((day - 1) / 7 + 1) & 1 != 0 || last
        };
        (1..=month.length).filter(fits).fold(0, |set, day| set | 1 << day)
    }
}

impl Fields {
    /// The days of a month that fit, bit 0 = the first.
    pub(super) fn days_in(&self, month: MonthShape) -> u32 {
        let all = (2_u64 << month.length) - 2;
        let (day, weekday) = (|| self.day.days_in(month), || self.weekday.days_in(month));
        let days = match self.rule {
            DayRule::Every => all,
            DayRule::Day => day(),
            DayRule::Weekday => weekday(),
            DayRule::Either => day() | weekday(),
            DayRule::Both => day() & weekday(),
        };
        ((days & all) >> 1) as u32
    }
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
