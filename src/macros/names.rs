//! Every name that may stand at the start of an expression, and what it gives.

use super::args::Args;
use super::calendar_functions as calendar;
use super::context::Context;
use super::data_functions as data;
use super::error::EvalError;
use super::moment::{Moment, Tz};
use super::value::{Answer, Value};
use super::wall::{DAY_MICROS, Form, Wall};
use crate::time::Instant;

/// A row of the table.
#[derive(Debug)]
pub(super) struct Name {
    pub name: &'static str,
    pub gives: Gives,
}

/// What a name gives.
#[derive(Debug, Clone, Copy)]
pub(super) enum Gives {
    Date(Point, Form),
    /// Of the run; whether it depends on the date.
    Fact(Fact, bool),
    Conf,
    Params,
    Xcom,
    /// `xcom_pull`.
    Pull,
    /// Names behind it.
    Space,
    /// What the host may know.
    Host,
    /// A date that the host may know.
    HostDate,
    /// Its parameters and what it does.
    Function(&'static str, Run),
    /// A date of Python's without a zone, in microseconds since 1970.
    Constant(i64),
    /// A function that tells the time.
    Now(&'static str, Run),
}

pub(super) type Run = for<'a> fn(&Args<'a>) -> Answer<'a>;

/// A moment around the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Point {
    Logical,
    Yesterday,
    Tomorrow,
    Previous,
    Next,
    IntervalStart,
    IntervalEnd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fact {
    Key,
    RunId,
    RunType,
    DagId,
    TaskId,
    Attempt,
    External,
}

const ABSENT: EvalError = EvalError::Absent;

impl Point {
    fn instant(self, context: &Context<'_>) -> Option<Instant> {
        match self {
            Point::Logical | Point::Yesterday | Point::Tomorrow => Some(context.date),
            Point::Previous => context.neighbours.previous(context.date),
            Point::Next => context.neighbours.next(context.date),
            Point::IntervalStart => Some(context.neighbours.interval(context.date)?.0),
            Point::IntervalEnd => Some(context.neighbours.interval(context.date)?.1),
        }
    }

    pub(super) fn date(self, context: &Context<'_>) -> Result<Moment, EvalError> {
        Moment::at(self.instant(context).ok_or(ABSENT)?.ms() * 1000, &Tz::Zone(context.zone.clone()))
    }

    /// What the wall shows then. Yesterday and tomorrow are days of the calendar, whatever the clocks do.
    pub(super) fn wall(self, context: &Context<'_>) -> Result<Wall, EvalError> {
        let instant = self.instant(context).ok_or(ABSENT)?;
        let offset = context.zone.offset_at(instant);
        let day = match self {
            Point::Yesterday => -DAY_MICROS,
            Point::Tomorrow => DAY_MICROS,
            _ => 0,
        };
        Wall::new(instant.civil(offset).ms() * 1000 + day, Some(offset))
    }
}

impl Fact {
    pub(super) fn value<'a>(self, context: &Context<'a>) -> Answer<'a> {
        let text = |text: Option<&'a str>| text.map(Value::borrowed).ok_or(ABSENT);
        match self {
            Fact::RunType => text(Some(context.run_type)),
            Fact::DagId => text(context.dag_id),
            Fact::TaskId => text(context.task_id),
            Fact::Attempt => Ok(Value::Int(i64::from(context.attempt))),
            Fact::External => Ok(Value::Bool(context.run_type == "manual")),
            Fact::RunId if context.run_id.is_some() => text(context.run_id),
            Fact::RunId => {
                let mut id = String::from(context.run_type);
                id.push_str("__");
                Wall { micros: context.date.ms() * 1000, offset: Some(0) }.write(Form::Ts, &mut id);
                Ok(Value::text(id))
            }
            Fact::Key => {
                let (Some(dag_id), Some(task_id)) = (context.dag_id, context.task_id) else { return Err(ABSENT) };
                let mut key = String::from(dag_id);
                key.extend(["__", task_id, "__"]);
                Point::Logical.wall(context)?.write(Form::DsNodash, &mut key);
                Ok(Value::text(key))
            }
        }
    }
}

/// The row of that name; `task_instance` is `ti`.
pub(super) fn find(name: &str) -> Option<&'static Name> {
    let short = name.strip_prefix("task_instance").filter(|rest| rest.is_empty() || rest.starts_with('.'));
    match short {
        Some(rest) => exact(&["ti", rest].concat()),
        None => exact(name),
    }
}

fn exact(name: &str) -> Option<&'static Name> {
    NAMES.get(NAMES.partition_point(|row| row.name < name)).filter(|row| row.name == name)
}

/// Whether the table has names behind this one.
pub(super) fn is_space(name: &str) -> bool {
    let next = NAMES.partition_point(|row| row.name <= name);
    NAMES.get(next).is_some_and(|row| row.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
}

/// Whether a function of the table has this name behind its dot.
pub(super) fn is_function(name: &str) -> bool {
    NAMES.iter().any(|row| row.name.rsplit_once('.').is_some_and(|(_, last)| last == name))
}

/// Whether another date could give another value.
pub(super) fn depends_on_date(gives: Gives) -> bool {
    matches!(gives, Gives::Date(..) | Gives::Fact(_, true) | Gives::HostDate)
}

const fn row(name: &'static str, gives: Gives) -> Name {
    Name { name, gives }
}

use Form::{Ds, DsNodash, Object, Ts, TsNodash, TsNodashWithTz};
use Gives::{Conf, Date, Function, Host, HostDate, Now, Params, Pull, Space, Xcom};
use Point::{IntervalEnd, IntervalStart, Logical, Next, Previous, Tomorrow, Yesterday};

const fn fact(name: &'static str, fact: Fact, dated: bool) -> Name {
    Name { name, gives: Gives::Fact(fact, dated) }
}

/// Ascending by name.
#[rustfmt::skip]
pub(super) static NAMES: &[Name] = &[
    row("conf", Conf),
    row("conn", Space),
    row("dag", Space),
    fact("dag.dag_id", Fact::DagId, false),
    row("dag.timezone", Host),
    row("dag_run", Space),
    row("dag_run.conf", Conf),
    fact("dag_run.dag_id", Fact::DagId, false),
    row("dag_run.data_interval_end", Date(IntervalEnd, Object)),
    row("dag_run.data_interval_start", Date(IntervalStart, Object)),
    row("dag_run.end_date", HostDate),
    row("dag_run.execution_date", Date(Logical, Object)),
    fact("dag_run.external_trigger", Fact::External, false),
    row("dag_run.logical_date", Date(Logical, Object)),
    row("dag_run.queued_at", HostDate),
    fact("dag_run.run_id", Fact::RunId, true),
    fact("dag_run.run_type", Fact::RunType, false),
    row("dag_run.start_date", HostDate),
    row("data_interval_end", Date(IntervalEnd, Object)),
    row("data_interval_start", Date(IntervalStart, Object)),
    row("dict", Function("*", data::dict)),
    row("ds", Date(Logical, Ds)),
    row("ds_nodash", Date(Logical, DsNodash)),
    row("execution_date", Date(Logical, Object)),
    row("expanded_ti_count", Host),
    row("inlet_events", Host),
    row("inlets", Host),
    row("latest_date", HostDate),
    row("logical_date", Date(Logical, Object)),
    row("macros", Space),
    row("macros.datetime", Function("year month day hour minute second microsecond tzinfo fold", calendar::datetime)),
    row("macros.datetime.combine", Function("date time tzinfo", calendar::combine)),
    row("macros.datetime.fromisoformat", Function("date_string", calendar::from_iso)),
    row("macros.datetime.fromordinal", Function("ordinal", calendar::from_ordinal)),
    row("macros.datetime.fromtimestamp", Function("timestamp tz", calendar::from_timestamp)),
    row("macros.datetime.max", Gives::Constant(Instant::MAX.ms() * 1000 + 999)),
    row("macros.datetime.min", Gives::Constant(Instant::MIN.ms() * 1000)),
    row("macros.datetime.now", Now("tz", calendar::now)),
    row("macros.datetime.strptime", Function("date_string format", calendar::read)),
    row("macros.datetime.today", Now("", calendar::now)),
    row("macros.datetime.utcfromtimestamp", Function("timestamp", calendar::from_timestamp)),
    row("macros.datetime.utcnow", Now("", calendar::now)),
    row("macros.datetime_diff_for_humans", Function("dt since_date", calendar::diff_for_humans)),
    row("macros.dateutil", Space),
    row("macros.dateutil.parser", Space),
    row("macros.dateutil.parser.parse", Function("timestr", calendar::from_iso)),
    row("macros.dateutil.relativedelta", Space),
    row("macros.dateutil.relativedelta.FR", Function("n", |args| calendar::weekday(args, 4))),
    row("macros.dateutil.relativedelta.MO", Function("n", |args| calendar::weekday(args, 0))),
    row("macros.dateutil.relativedelta.SA", Function("n", |args| calendar::weekday(args, 5))),
    row("macros.dateutil.relativedelta.SU", Function("n", |args| calendar::weekday(args, 6))),
    row("macros.dateutil.relativedelta.TH", Function("n", |args| calendar::weekday(args, 3))),
    row("macros.dateutil.relativedelta.TU", Function("n", |args| calendar::weekday(args, 1))),
    row("macros.dateutil.relativedelta.WE", Function("n", |args| calendar::weekday(args, 2))),
    row("macros.dateutil.relativedelta.relativedelta", Function(calendar::RELATIVE, calendar::relativedelta)),
    row("macros.ds_add", Function("ds days", calendar::ds_add)),
    row("macros.ds_format", Function("ds input_format output_format", calendar::ds_format)),
    row("macros.json", Space),
    row("macros.json.dumps", Function("obj indent", data::dumps)),
    row("macros.json.loads", Function("s", data::loads)),
    row("macros.time", Space),
    row("macros.time.mktime", Function("t", calendar::from_time_tuple)),
    row("macros.time.strftime", Now("format", calendar::now_formatted)),
    row("macros.time.time", Now("", calendar::seconds)),
    row("macros.timedelta", Function("days seconds microseconds milliseconds minutes hours weeks", calendar::timedelta)),
    row("map_index_template", Host),
    row("namespace", Function("*", data::namespace)),
    row("next_ds", Date(Next, Ds)),
    row("next_ds_nodash", Date(Next, DsNodash)),
    row("next_execution_date", Date(Next, Object)),
    row("outlet_events", Host),
    row("outlets", Host),
    row("params", Params),
    row("prev_data_interval_end_success", HostDate),
    row("prev_data_interval_start_success", HostDate),
    row("prev_ds", Date(Previous, Ds)),
    row("prev_ds_nodash", Date(Previous, DsNodash)),
    row("prev_ds_success", Host),
    row("prev_end_date_success", HostDate),
    row("prev_execution_date", Date(Previous, Object)),
    row("prev_execution_date_success", HostDate),
    row("prev_start_date_success", HostDate),
    row("range", Function("*", data::range)),
    fact("run_id", Fact::RunId, true),
    row("start_date", HostDate),
    row("task", Space),
    fact("task.dag_id", Fact::DagId, false),
    fact("task.task_id", Fact::TaskId, false),
    fact("task_instance_key_str", Fact::Key, true),
    row("templates_dict", Host),
    row("test_mode", Host),
    row("ti", Space),
    fact("ti.dag_id", Fact::DagId, false),
    row("ti.end_date", HostDate),
    row("ti.execution_date", Date(Logical, Object)),
    row("ti.queued_dttm", HostDate),
    fact("ti.run_id", Fact::RunId, true),
    row("ti.start_date", HostDate),
    fact("ti.task_id", Fact::TaskId, false),
    fact("ti.try_number", Fact::Attempt, false),
    row("ti.xcom_pull", Pull),
    row("tomorrow_ds", Date(Tomorrow, Ds)),
    row("tomorrow_ds_nodash", Date(Tomorrow, DsNodash)),
    row("triggering_asset_events", Host),
    row("triggering_dataset_events", Host),
    row("ts", Date(Logical, Ts)),
    row("ts_nodash", Date(Logical, TsNodash)),
    row("ts_nodash_with_tz", Date(Logical, TsNodashWithTz)),
    row("var", Space),
    row("var.json", Space),
    row("var.value", Space),
    row("xcom", Xcom),
    row("yesterday_ds", Date(Yesterday, Ds)),
    row("yesterday_ds_nodash", Date(Yesterday, DsNodash)),
];

#[cfg(test)]
mod tests {
    #[test]
    fn the_tables_are_in_order() {
        assert!(super::NAMES.is_sorted_by(|a, b| a.name < b.name));
        assert!(super::super::method_table::METHODS.is_sorted_by(|a, b| a.name <= b.name));
    }
}
