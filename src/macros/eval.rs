//! Evaluates an expression for one run.

use super::Value;
use super::context::Context;
use super::expr::{Args, Expr, Head, Step};
use super::filters::{is_default, missing};
use super::table::{Gives, Macro};
use super::val::{Answer, Given, Miss, Val};

/// What may be named: a run, XCom values, or both.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub context: Option<&'a Context<'a>>,
    pub xcom: Option<&'a Value>,
}

/// The value of an expression.
pub(super) fn evaluate<'a>(expr: &'a Expr, scope: Scope<'a>) -> Answer<'a> {
    let mut value = head(&expr.head, scope);
    for step in &expr.steps {
        value = match (step, value) {
            (Step::Filter(filter, args), Err(Miss::Absent)) if is_default(filter) => missing(&given(args, scope)?),
            // Nothing can be asked of what is not there, not even a default.
            (_, Err(Miss::Absent)) => Err(Miss::Refused("a part of the path is absent")),
            (_, Err(miss)) => Err(miss),
            (step, Ok(value)) => apply(step, value, scope),
        };
    }
    value
}

fn head<'a>(head: &'a Head, scope: Scope<'a>) -> Answer<'a> {
    match head {
        Head::Value(value) => Ok(Val::of(value)),
        Head::List(items) => {
            let mut values = Vec::with_capacity(items.len());
            for item in items {
                values.push(argument(item, scope)?.to_value());
            }
            Ok(Val::owned(Value::List(values)))
        }
        Head::Macro(row) => value_of(row, scope),
        Head::Call(row, args) => match row.gives {
            Gives::Function(_, run) => run(&given(args, scope)?),
            Gives::Pull(_) => pull(&given(args, scope)?, scope),
            _ => Err(Miss::Absent),
        },
        Head::Unknown(_) => Err(Miss::Absent),
    }
}

fn value_of<'a>(row: &Macro, scope: Scope<'a>) -> Answer<'a> {
    const NO_RUN: Miss = Miss::Refused("no run is known here");
    if let Gives::Xcom = row.gives {
        return scope.xcom.map(Val::of).ok_or(Miss::Refused("no XCom is known here"));
    }
    let context = scope.context.ok_or(NO_RUN)?;
    match row.gives {
        Gives::Date(point, super::date::Form::Object) => point.date(context).map(Val::Date),
        Gives::Date(point, form) => {
            let mut out = String::new();
            point.wall(context)?.write(form, &mut out);
            Ok(Val::text(out))
        }
        Gives::Fact(fact, _) => fact(context),
        Gives::Conf => Ok(Val::of(context.conf)),
        Gives::Params => Ok(Val::Params { conf: context.conf, defaults: context.params }),
        _ => Err(Miss::Absent),
    }
}

fn apply<'a>(step: &'a Step, value: Val<'a>, scope: Scope<'a>) -> Answer<'a> {
    match step {
        Step::Attribute(key, method) => match (&value, method) {
            (Val::Date(_), Some(method)) if method.params.is_none() => (method.run)(&value, &Given(Vec::new())),
            (Val::Date(_), Some(_)) => Err(Miss::Refused("this is a method: it takes parentheses")),
            _ => value.get(key),
        },
        Step::Item(index) => match evaluate(index, scope)? {
            Val::Text(key) => value.get(&key),
            index => value.at(index.as_int().ok_or(Miss::Refused("an index is a whole number or a text"))?),
        },
        Step::Slice(start, end) => value.slice(bound(start.as_ref(), scope)?, bound(end.as_ref(), scope)?),
        Step::Method(method, args) => (method.run)(&value, &given(args, scope)?),
        Step::Filter(filter, args) => (filter.run)(value, &given(args, scope)?),
    }
}

fn bound<'a>(expr: Option<&'a Expr>, scope: Scope<'a>) -> Result<Option<i64>, Miss> {
    let Some(expr) = expr else { return Ok(None) };
    let bound = evaluate(expr, scope)?.as_int();
    if bound.is_none() { Err(Miss::Refused("the bounds of a slice are whole numbers")) } else { Ok(bound) }
}

/// What is absent may still be handed on.
fn argument<'a>(expr: &'a Expr, scope: Scope<'a>) -> Answer<'a> {
    match evaluate(expr, scope) {
        Err(Miss::Absent) => Ok(Val::Nothing),
        other => other,
    }
}

/// The values of the arguments.
fn given<'a>(args: &'a Args, scope: Scope<'a>) -> Result<Given<'a>, Miss> {
    let mut values = Vec::with_capacity(args.len());
    for slot in args {
        values.push(match slot {
            Some(expr) => Some(argument(expr, scope)?),
            None => None,
        });
    }
    Ok(Given(values))
}

/// `ti.xcom_pull(task_ids, dag_id, key, include_prior_dates, default)`: one value, or of several tasks a list.
fn pull<'a>(given: &Given<'a>, scope: Scope<'a>) -> Answer<'a> {
    let is_null = |value: &Val<'_>| matches!(value, Val::Json(value) if **value == Value::Null);
    let xcom = scope.xcom.ok_or(Miss::Refused("no XCom is known here"))?;
    let own_dag = scope.context.and_then(|context| context.dag_id);
    if given.get(1).is_some_and(|dag_id| !is_null(dag_id) && own_dag != Some(&*dag_id.to_text())) {
        return Err(Miss::Refused("XCom of other DAGs is not known here"));
    }
    let key = if given.get(2).is_some() { given.text(2)? } else { "return_value" };
    let of_task = |task: &str| xcom.get(task).and_then(|task| task.get(key));
    match given.get(0) {
        Some(Val::Text(task)) => {
            of_task(task).map(Val::of).map(Ok).or_else(|| given.value(4)).unwrap_or(Err(Miss::Absent))
        }
        Some(Val::Json(tasks)) => {
            let Value::List(tasks) = tasks.as_ref() else { return Err(Miss::Refused("task_ids is a text or a list")) };
            let values = tasks.iter().filter_map(|task| of_task(task.as_str()?).cloned());
            Ok(Val::owned(Value::List(values.collect())))
        }
        _ => Err(Miss::Refused("task_ids is missing")),
    }
}
