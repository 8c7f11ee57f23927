//! What only the host knows: asked by name, and once a render.

use super::calendar_functions::host_date;
use super::context::Lookup;
use super::error::{EvalError, FOREIGN};
use super::json::Json;
use super::machine::{Machine, NO_RUN, SECRET, Stop, XCOM};
use super::moment::Tz;
use super::names::{Name as Row, depends_on_date};
use super::value::{Answer, Text, Value};

const UNKNOWN_HERE: EvalError = EvalError::Refused("only Airflow or the host knows this value");

impl<'a> Machine<'a> {
    /// What the host may know of the run, by its whole name.
    pub(super) fn known(&mut self, row: &'static Row) -> Answer<'a> {
        let context = self.context.ok_or(NO_RUN)?;
        if self.is_foreign && !depends_on_date(row.gives) {
            return Err(FOREIGN);
        }
        if row.name == "dag.timezone" {
            return Ok(Value::Tz(Tz::Zone(context.dag_zone.unwrap_or(context.zone).clone()).into()));
        }
        let found = match context.facts.get(row.name) {
            Some(fact) => Some(Value::of(fact)),
            None => match row.name.split_once('.') {
                Some((space, key)) => self.look_up(Lookup::Macro, space)?.and_then(|space| space.key(key)),
                None => self.look_up(Lookup::Macro, row.name)?,
            },
        };
        let found = found.ok_or(UNKNOWN_HERE)?;
        if depends_on_date(row.gives) { host_date(&found, &Tz::Zone(context.zone.clone())) } else { Ok(found) }
    }

    /// A name behind a name of the table, such as `dag.owner` or `var.value.x`.
    pub(super) fn space(&mut self, space: &'static str, key: &str) -> Answer<'a> {
        let whole = [space, ".", key].concat();
        if let Some(row) = super::names::find(&whole) {
            return self.row(row);
        }
        match space {
            "var.value" => {
                let found = self.variable(key)?.ok_or(EvalError::Refused("no variable has this name"))?;
                if found.as_text().is_some() { Ok(found) } else { super::print::to_text(&found).map(Value::Text) }
            }
            "var.json" => {
                let found = self.variable(key)?.ok_or(EvalError::Refused("no variable has this name"))?;
                parsed(found)
            }
            "conn" => {
                let found = self.asked(Lookup::Connection, key)?;
                found.ok_or(EvalError::Refused("no connection has this name"))
            }
            "dag" | "task" | "dag_run" | "ti" | "macros" => {
                let context = self.context.ok_or(NO_RUN)?;
                if self.is_foreign {
                    return Err(FOREIGN);
                }
                let own = match space {
                    "dag" => context.dag,
                    "task" => context.task,
                    _ => context.facts,
                };
                let key_found = match space {
                    "dag" | "task" => own.get(key).or_else(|| own.get(&camel(key))),
                    _ => own.get(&whole),
                };
                if let Some(found) = key_found {
                    return Ok(Value::of(found));
                }
                let given = self.look_up(Lookup::Macro, space)?;
                given.and_then(|space| space.key(key)).ok_or(UNKNOWN_HERE)
            }
            _ => Err(UNKNOWN_HERE),
        }
    }

    /// `var.value.get(key, default)` and its kin.
    pub(super) fn space_get(&mut self, space: &'static str, key: &str, default: Option<Value<'a>>) -> Answer<'a> {
        let known = match space {
            "var.value" | "var.json" => self.variable(key)?.is_some(),
            "conn" => self.asked(Lookup::Connection, key)?.is_some(),
            _ => return Err(UNKNOWN_HERE),
        };
        if known { self.space(space, key) } else { Ok(default.unwrap_or(Value::Absent)) }
    }

    pub(super) fn variable(&mut self, key: &str) -> Result<Option<Value<'a>>, EvalError> {
        self.asked(Lookup::Variable, key)
    }

    /// Like [`Machine::look_up`], but refused where the host gave nothing of this kind.
    pub(super) fn asked(&mut self, lookup: Lookup, key: &str) -> Result<Option<Value<'a>>, EvalError> {
        if self.is_foreign {
            return Err(FOREIGN);
        }
        if !self.context.ok_or(NO_RUN)?.host.knows(lookup) {
            return Err(UNKNOWN_HERE);
        }
        let found = self.look_up(lookup, key)?;
        if found.is_some() {
            self.made_of |= SECRET;
        }
        Ok(found)
    }

    /// The host's answer, asked once a render.
    pub(super) fn look_up(&mut self, lookup: Lookup, key: &str) -> Result<Option<Value<'a>>, EvalError> {
        let Some(context) = self.context.filter(|context| !self.is_foreign && context.host.knows(lookup)) else {
            return Ok(None);
        };
        if let Some(value) = self.answers.find(lookup, key) {
            return Ok(Some(value.clone()).filter(|value| !matches!(value, Value::Undefined)));
        }
        let answer = match context.host.look_up(lookup, key) {
            Ok(answer) => answer,
            Err(error) => {
                self.stop = Some(Stop::Error(error));
                return Err(UNKNOWN_HERE);
            }
        };
        let value = match answer {
            Some(json) => Value::owned(&json)?,
            None => Value::Undefined,
        };
        let value = if lookup == Lookup::Connection { with_extra(value)? } else { value };
        self.answers.add(lookup, key, value.clone());
        Ok(Some(value).filter(|value| !matches!(value, Value::Undefined)))
    }

    /// `xcom_pull(task_ids, dag_id, key, include_prior_dates, default)`: one value, or of several tasks a list. Without tasks it is
    /// the last one that any task left under the key. Another DAG's, and those of earlier dates, are known as far as the store was
    /// asked for them.
    pub(super) fn pull(&mut self, args: &super::args::Args<'a>) -> Answer<'a> {
        self.made_of |= XCOM;
        if self.is_foreign {
            return Err(FOREIGN);
        }
        let xcom = self.xcom.ok_or(super::error::NO_XCOM)?;
        let own_dag = self.context.and_then(|context| context.dag_id).unwrap_or_default();
        let dag_id = match args.get(1).filter(|dag_id| !dag_id.is_none()) {
            Some(dag_id) => super::print::to_text(dag_id)?,
            None => Text::Borrowed(own_dag),
        };
        let elsewhere = |when: &str| self.context.and_then(|context| context.elsewhere.get(when)?.get(&dag_id));
        let xcom = match elsewhere("same") {
            _ if *dag_id == *own_dag => xcom,
            Some(same) => same,
            None => return Err(EvalError::Xcom("XCom of other DAGs is not known here")),
        };
        let prior = elsewhere("prior").filter(|_| args.is_true(3, false));
        let key = args.get(2).map_or(Ok("return_value"), |_| args.text(2))?;
        let value = |of: &'a Json, task: &str| of.get(task).and_then(|task| task.get(key)).map(Value::of);
        let of_task = |task: &str| value(xcom, task).or_else(|| value(prior?, task));
        let absent = || args.get(4).cloned().unwrap_or(Value::Absent);
        match args.get(0) {
            Some(Value::Text(task)) => Ok(of_task(task).unwrap_or_else(absent)),
            Some(Value::Undefined) => Err(super::error::ABSENT),
            Some(tasks) if tasks.is_list() => {
                let tasks = tasks.items()?;
                Value::list(tasks.iter().filter_map(|task| of_task(task.as_text()?)).collect())
            }
            Some(other) if !other.is_none() => Err(EvalError::Refused("an argument must be text")),
            _ => {
                let Json::Object(tasks) = xcom else { return Ok(absent()) };
                let found = tasks.iter().rev().find_map(|(_, task)| task.get(key));
                Ok(found.map_or_else(absent, Value::of))
            }
        }
    }
}

/// A variable as JSON: its text is read as such.
fn parsed<'a>(value: Value<'a>) -> Answer<'a> {
    match value.as_text() {
        Some(text) => {
            let json = Json::parse(text).map_err(|_| EvalError::Refused("the text is no JSON"))?;
            Value::owned(&json)
        }
        None => Ok(value),
    }
}

/// A connection with `extra_dejson`: its extra, read as JSON.
fn with_extra<'a>(value: Value<'a>) -> Answer<'a> {
    if let (Value::Dict(dict), Some(extra), None) = (&value, value.key("extra"), value.key("extra_dejson"))
        && let Ok(extra) = parsed(extra)
    {
        super::compare::put(dict, Value::borrowed("extra_dejson"), &extra)?;
    }
    Ok(value)
}

/// `max_active_runs` as JavaScript writes it.
fn camel(name: &str) -> String {
    let mut out = String::new();
    let mut after_dash = false;
    for c in name.chars() {
        if c == '_' {
            after_dash = true;
        } else {
            out.push(if after_dash { c.to_ascii_uppercase() } else { c });
            after_dash = false;
        }
    }
    out
}
