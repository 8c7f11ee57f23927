//! Every macro: name, meaning, example, and what it gives.

use std::borrow::Cow;

use super::catalog::{Entry, Kind};
use super::context::Context;
use super::date::{DAY_MICROS, Date, Form, Wall};
use super::functions::{ds_add, ds_format};
use super::val::{Answer, Given, Miss, Val};
use crate::time::Instant;

/// A row of the table.
pub(super) struct Macro {
    pub entry: Entry,
    pub gives: Gives,
}

/// Where a macro's value comes from.
#[derive(Clone, Copy)]
pub(super) enum Gives {
    /// A date of the run, in one form.
    Date(Point, Form),
    /// A fact about the run; whether it depends on the date.
    Fact(for<'a> fn(&Context<'a>) -> Answer<'a>, bool),
    /// The conf of the run.
    Conf,
    /// The params of the run.
    Params,
    /// The XCom values of the run.
    Xcom,
    /// A function of its arguments, which are named here.
    Function(&'static [&'static str], for<'a> fn(&Given<'a>) -> Answer<'a>),
    /// A function that reads XCom.
    Pull(&'static [&'static str]),
}

/// A date of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Point {
    Logical,
    Previous,
    Next,
    Yesterday,
    Tomorrow,
    IntervalStart,
    IntervalEnd,
}

impl Point {
    /// The moment, for points that are one.
    fn instant(self, context: &Context<'_>) -> Option<Instant> {
        match self {
            Point::Logical | Point::Yesterday | Point::Tomorrow => Some(context.date),
            Point::Previous => context.neighbours.previous(context.date),
            Point::Next => context.neighbours.next(context.date),
            Point::IntervalStart => Some(context.neighbours.interval(context.date)?.0),
            Point::IntervalEnd => Some(context.neighbours.interval(context.date)?.1),
        }
    }

    pub(super) fn date(self, context: &Context<'_>) -> Result<Date, Miss> {
        Date::new(self.instant(context).ok_or(Miss::Absent)?.ms() * 1000, context.zone)
    }

    /// What the wall shows then. Yesterday and tomorrow are days of the calendar, whatever the clocks do.
    pub(super) fn wall(self, context: &Context<'_>) -> Result<Wall, Miss> {
        let instant = self.instant(context).ok_or(Miss::Absent)?;
        let offset = context.zone.offset_at(instant);
        let day = match self {
            Point::Yesterday => -DAY_MICROS,
            Point::Tomorrow => DAY_MICROS,
            _ => 0,
        };
        Wall::new(instant.civil(offset).ms() * 1000 + day, Some(offset))
    }
}

/// The macro of that name.
pub(super) fn find(name: &str) -> Option<&'static Macro> {
    MACROS.iter().find(|row| row.entry.name == name)
}

const fn row(
    name: &'static str,
    gives: Gives,
    meaning: &'static str,
    example: &'static str,
    result: &'static str,
) -> Macro {
    Macro { entry: Entry { name, kind: Kind::Macro, meaning, example, result }, gives }
}

fn given<'a>(name: Option<&'a str>) -> Answer<'a> {
    name.map(|name| Val::Text(Cow::Borrowed(name))).ok_or(Miss::Absent)
}

fn run_id<'a>(context: &Context<'a>) -> Answer<'a> {
    if context.run_id.is_some() {
        return given(context.run_id);
    }
    let mut id = String::from(context.run_type);
    id.push_str("__");
    Wall { micros: context.date.ms() * 1000, offset: Some(0) }.write(Form::Ts, &mut id);
    Ok(Val::text(id))
}

fn key<'a>(context: &Context<'a>) -> Answer<'a> {
    let (Some(dag_id), Some(task_id)) = (context.dag_id, context.task_id) else { return Err(Miss::Absent) };
    let mut key = String::from(dag_id);
    key.extend(["__", task_id, "__"]);
    Point::Logical.wall(context)?.write(Form::DsNodash, &mut key);
    Ok(Val::text(key))
}

fn run_type<'a>(context: &Context<'a>) -> Answer<'a> {
    given(Some(context.run_type))
}

fn dag_id<'a>(context: &Context<'a>) -> Answer<'a> {
    given(context.dag_id)
}

fn task_id<'a>(context: &Context<'a>) -> Answer<'a> {
    given(context.task_id)
}

fn attempt<'a>(context: &Context<'a>) -> Answer<'a> {
    Ok(Val::int(i64::from(context.attempt)))
}

fn external<'a>(context: &Context<'a>) -> Answer<'a> {
    Ok(Val::owned(super::Value::Bool(context.run_type == "manual")))
}

use Form::{Ds, DsNodash, Object, Ts, TsNodash, TsNodashWithTz};
use Gives::{Conf, Fact, Function, Params, Pull, Xcom};
use Point::{IntervalEnd, IntervalStart, Logical, Next, Previous, Tomorrow, Yesterday};

const PULL: Gives = Pull(&["task_ids", "dag_id", "key", "include_prior_dates", "default"]);

#[rustfmt::skip]
pub(super) static MACROS: &[Macro] = &[
    row("ds", Gives::Date(Logical, Ds), "The logical date as YYYY-MM-DD.", "{{ ds }}", "2024-03-01"),
    row("ds_nodash", Gives::Date(Logical, DsNodash), "The logical date as YYYYMMDD.", "{{ ds_nodash }}", "20240301"),
    row("ts", Gives::Date(Logical, Ts), "The logical date as an ISO 8601 timestamp.", "{{ ts }}", "2024-03-01T00:00:00+00:00"),
    row("ts_nodash", Gives::Date(Logical, TsNodash), "The timestamp without punctuation and offset.", "{{ ts_nodash }}", "20240301T000000"),
    row("ts_nodash_with_tz", Gives::Date(Logical, TsNodashWithTz), "The timestamp without punctuation, with its offset.", "{{ ts_nodash_with_tz }}", "20240301T000000+0000"),
    row("logical_date", Gives::Date(Logical, Object), "The logical date as a date with attributes and methods; prints as ts does.", "{{ logical_date.year }}", "2024"),
    row("execution_date", Gives::Date(Logical, Object), "The older name of logical_date.", "{{ execution_date.strftime('%d.%m.%Y') }}", "01.03.2024"),
    row("data_interval_start", Gives::Date(IntervalStart, Object), "Start of the run's data interval.", "{{ data_interval_start }}", "2024-03-01T00:00:00+00:00"),
    row("data_interval_end", Gives::Date(IntervalEnd, Object), "End of the run's data interval, which is not part of it.", "{{ data_interval_end | ds }}", "2024-03-02"),
    row("prev_ds", Gives::Date(Previous, Ds), "The logical date before, as YYYY-MM-DD; of a manual run its own.", "{{ prev_ds }}", "2024-02-29"),
    row("prev_ds_nodash", Gives::Date(Previous, DsNodash), "The logical date before, as YYYYMMDD.", "{{ prev_ds_nodash }}", "20240229"),
    row("next_ds", Gives::Date(Next, Ds), "The logical date after, as YYYY-MM-DD; of a manual run its own.", "{{ next_ds }}", "2024-03-02"),
    row("next_ds_nodash", Gives::Date(Next, DsNodash), "The logical date after, as YYYYMMDD.", "{{ next_ds_nodash }}", "20240302"),
    row("prev_execution_date", Gives::Date(Previous, Object), "The logical date before, as a date.", "{{ prev_execution_date }}", "2024-02-29T00:00:00+00:00"),
    row("next_execution_date", Gives::Date(Next, Object), "The logical date after, as a date.", "{{ next_execution_date }}", "2024-03-02T00:00:00+00:00"),
    row("yesterday_ds", Gives::Date(Yesterday, Ds), "The day before the logical date, as YYYY-MM-DD.", "{{ yesterday_ds }}", "2024-02-29"),
    row("yesterday_ds_nodash", Gives::Date(Yesterday, DsNodash), "The day before the logical date, as YYYYMMDD.", "{{ yesterday_ds_nodash }}", "20240229"),
    row("tomorrow_ds", Gives::Date(Tomorrow, Ds), "The day after the logical date, as YYYY-MM-DD.", "{{ tomorrow_ds }}", "2024-03-02"),
    row("tomorrow_ds_nodash", Gives::Date(Tomorrow, DsNodash), "The day after the logical date, as YYYYMMDD.", "{{ tomorrow_ds_nodash }}", "20240302"),
    row("task_instance_key_str", Fact(key, true), "DAG, task and day in one unique name.", "{{ task_instance_key_str }}", "sales__load__20240301"),
    row("run_id", Fact(run_id, true), "Name of the run.", "{{ run_id }}", "scheduled__2024-03-01T00:00:00+00:00"),
    row("dag_run.run_id", Fact(run_id, true), "Name of the run.", "{{ dag_run.run_id }}", "scheduled__2024-03-01T00:00:00+00:00"),
    row("dag_run.run_type", Fact(run_type, false), "\"backfill\", \"scheduled\" or \"manual\".", "{{ dag_run.run_type }}", "scheduled"),
    row("dag_run.dag_id", Fact(dag_id, false), "Name of the DAG.", "{{ dag_run.dag_id }}", "sales"),
    row("dag_run.logical_date", Gives::Date(Logical, Object), "The logical date as a date.", "{{ dag_run.logical_date | ds }}", "2024-03-01"),
    row("dag_run.execution_date", Gives::Date(Logical, Object), "The older name of dag_run.logical_date.", "{{ dag_run.execution_date | ds }}", "2024-03-01"),
    row("dag_run.data_interval_start", Gives::Date(IntervalStart, Object), "Start of the run's data interval.", "{{ dag_run.data_interval_start | ds }}", "2024-03-01"),
    row("dag_run.data_interval_end", Gives::Date(IntervalEnd, Object), "End of the run's data interval.", "{{ dag_run.data_interval_end | ds }}", "2024-03-02"),
    row("dag_run.external_trigger", Fact(external, false), "Whether somebody started the run by hand.", "{{ dag_run.external_trigger }}", "false"),
    row("dag_run.conf", Conf, "What the run was started with; text prints bare, everything else as compact JSON.", "{{ dag_run.conf.tables[0] }}", "orders"),
    row("conf", Conf, "Short for dag_run.conf.", "{{ conf.region }}", "eu"),
    row("params", Params, "The DAG's params, over which conf lies.", "{{ params.limit }}", "100"),
    row("dag.dag_id", Fact(dag_id, false), "Name of the DAG.", "{{ dag.dag_id }}", "sales"),
    row("task.task_id", Fact(task_id, false), "Name of the task.", "{{ task.task_id }}", "load"),
    row("ti.task_id", Fact(task_id, false), "Name of the task.", "{{ ti.task_id }}", "load"),
    row("ti.dag_id", Fact(dag_id, false), "Name of the DAG.", "{{ ti.dag_id }}", "sales"),
    row("ti.run_id", Fact(run_id, true), "Name of the run.", "{{ ti.run_id }}", "scheduled__2024-03-01T00:00:00+00:00"),
    row("ti.execution_date", Gives::Date(Logical, Object), "The logical date as a date.", "{{ ti.execution_date | ds }}", "2024-03-01"),
    row("ti.try_number", Fact(attempt, false), "Which attempt this is, from 1.", "{{ ti.try_number }}", "1"),
    row("ti.xcom_pull", PULL, "A value that another task of the run left; key return_value where none is given.", "{{ ti.xcom_pull(task_ids='extract', key='rows') }}", "42"),
    row("task_instance.task_id", Fact(task_id, false), "Name of the task.", "{{ task_instance.task_id }}", "load"),
    row("task_instance.dag_id", Fact(dag_id, false), "Name of the DAG.", "{{ task_instance.dag_id }}", "sales"),
    row("task_instance.run_id", Fact(run_id, true), "Name of the run.", "{{ task_instance.run_id }}", "scheduled__2024-03-01T00:00:00+00:00"),
    row("task_instance.execution_date", Gives::Date(Logical, Object), "The logical date as a date.", "{{ task_instance.execution_date | ds }}", "2024-03-01"),
    row("task_instance.try_number", Fact(attempt, false), "Which attempt this is, from 1.", "{{ task_instance.try_number }}", "1"),
    row("task_instance.xcom_pull", PULL, "The long name of ti.xcom_pull.", "{{ task_instance.xcom_pull('extract') }}", "s3://b/x"),
    row("xcom", Xcom, "A value that another task of the run left: xcom.task.key.", "{{ xcom.extract.rows }}", "42"),
    row("macros.ds_add", Function(&["ds", "days"], ds_add), "A day, some days later or earlier.", "{{ macros.ds_add(ds, -1) }}", "2024-02-29"),
    row("macros.ds_format", Function(&["ds", "input_format", "output_format"], ds_format), "A date, read in one format and written in another.", "{{ macros.ds_format(ds, '%Y-%m-%d', '%d.%m.%y') }}", "01.03.24"),
];

/// Airflow's names that nobody outside Airflow can resolve: a default must not hide that.
pub(super) static ELSEWHERE: &[&str] = &[
    "var",
    "conn",
    "macros",
    "dag",
    "dag_run",
    "ti",
    "task_instance",
    "task",
    "test_mode",
    "inlets",
    "outlets",
    "inlet_events",
    "outlet_events",
    "prev_data_interval_start_success",
    "prev_data_interval_end_success",
    "prev_start_date_success",
    "prev_end_date_success",
    "prev_execution_date_success",
    "prev_ds_success",
    "latest_date",
    "triggering_dataset_events",
    "triggering_asset_events",
    "expanded_ti_count",
    "map_index_template",
    "templates_dict",
    "start_date",
];
