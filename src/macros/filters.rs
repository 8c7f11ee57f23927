//! Every filter: name, meaning, example, function.

use super::Value;
use super::case::{Case, recased};
use super::catalog::{Entry, Kind};
use super::date::Form;
use super::literal::bare;
use super::methods::{replace_text, trimmed};
use super::val::{Answer, Given, LONGEST, Miss, TOO_LONG, Val};

/// A row of the table.
pub(super) struct Filter {
    pub entry: Entry,
    pub params: &'static [&'static str],
    pub run: for<'a> fn(Val<'a>, &Given<'a>) -> Answer<'a>,
}

/// The filter of that name.
pub(super) fn find(name: &str) -> Option<&'static Filter> {
    let name = match name {
        "d" => "default",
        "count" => "length",
        other => other,
    };
    FILTERS.iter().find(|row| row.entry.name == name)
}

type Run = for<'a> fn(Val<'a>, &Given<'a>) -> Answer<'a>;

const fn row(
    name: &'static str,
    params: &'static [&'static str],
    run: Run,
    meaning: &'static str,
    example: &'static str,
    result: &'static str,
) -> Filter {
    Filter { entry: Entry { name, kind: Kind::Filter, meaning, example, result }, params, run }
}

#[rustfmt::skip]
pub(super) static FILTERS: &[Filter] = &[
    row("ds", &[], ds, "A date as YYYY-MM-DD.", "{{ data_interval_end | ds }}", "2024-03-02"),
    row("ds_nodash", &[], ds_nodash, "A date as YYYYMMDD.", "{{ data_interval_end | ds_nodash }}", "20240302"),
    row("ts", &[], ts, "A date as an ISO 8601 timestamp.", "{{ data_interval_end | ts }}", "2024-03-02T00:00:00+00:00"),
    row("ts_nodash", &[], ts_nodash, "A timestamp without punctuation and offset.", "{{ data_interval_end | ts_nodash }}", "20240302T000000"),
    row("ts_nodash_with_tz", &[], ts_nodash_with_tz, "A timestamp without punctuation, with its offset.", "{{ data_interval_end | ts_nodash_with_tz }}", "20240302T000000+0000"),
    row("default", &["default_value", "boolean"], default, "Something else where there is nothing; with true also for empty values.", "{{ dag_run.conf.nothing | default('all') }}", "all"),
    row("tojson", &[], tojson, "Compact JSON, text in quotes.", "{{ dag_run.conf.tables | tojson }}", "[\"orders\",\"items\"]"),
    row("length", &[], length, "How many characters, elements or keys.", "{{ dag_run.conf.tables | length }}", "2"),
    row("upper", &[], upper, "Text in capitals.", "{{ dag_run.conf.region | upper }}", "EU"),
    row("lower", &[], lower, "Text in small letters.", "{{ 'EU' | lower }}", "eu"),
    row("replace", &["old", "new", "count"], replace, "Text with every occurrence of a part replaced.", "{{ ds | replace('-', '/') }}", "2024/03/01"),
    row("trim", &["chars"], trim, "Text without white space around it.", "{{ ' eu ' | trim }}", "eu"),
    row("string", &[], string, "Anything as text.", "{{ dag_run.conf.region | string }}", "eu"),
    row("int", &["default"], int, "Text as a whole number.", "{{ logical_date.strftime('%m') | int }}", "3"),
    row("first", &[], first, "The first element or character.", "{{ dag_run.conf.tables | first }}", "orders"),
    row("last", &[], last, "The last element or character.", "{{ dag_run.conf.tables | last }}", "items"),
    row("join", &["d"], join, "The elements of a list, or the characters of a text, in one text.", "{{ dag_run.conf.tables | join(', ') }}", "orders, items"),
];

fn written<'a>(value: Val<'a>, form: Form) -> Answer<'a> {
    let Val::Date(date) = value else { return Err(Miss::Refused("this filter takes a date such as logical_date")) };
    let mut out = String::new();
    date.wall().write(form, &mut out);
    Ok(Val::text(out))
}

fn ds<'a>(value: Val<'a>, _: &Given<'a>) -> Answer<'a> {
    written(value, Form::Ds)
}

fn ds_nodash<'a>(value: Val<'a>, _: &Given<'a>) -> Answer<'a> {
    written(value, Form::DsNodash)
}

fn ts<'a>(value: Val<'a>, _: &Given<'a>) -> Answer<'a> {
    written(value, Form::Ts)
}

fn ts_nodash<'a>(value: Val<'a>, _: &Given<'a>) -> Answer<'a> {
    written(value, Form::TsNodash)
}

fn ts_nodash_with_tz<'a>(value: Val<'a>, _: &Given<'a>) -> Answer<'a> {
    written(value, Form::TsNodashWithTz)
}

/// Called with a value that is there; what is absent is answered by [`missing`].
fn default<'a>(value: Val<'a>, given: &Given<'a>) -> Answer<'a> {
    let also_empty = given.get(1).is_some_and(Val::is_truthy);
    if also_empty && !value.is_truthy() { missing(given) } else { Ok(value) }
}

/// What `default` gives where there is nothing.
pub(super) fn missing<'a>(given: &Given<'a>) -> Answer<'a> {
    given.value(0).unwrap_or_else(|| Ok(Val::text(String::new())))
}

/// Whether this filter is the one that helps where there is nothing.
pub(super) fn is_default(filter: &Filter) -> bool {
    filter.entry.name == "default"
}

fn tojson<'a>(value: Val<'a>, _: &Given<'a>) -> Answer<'a> {
    match value {
        Val::Date(_) => Err(Miss::Refused("a date is no JSON: turn it into text first")),
        other => Ok(Val::text(other.to_value().to_json())),
    }
}

fn length<'a>(value: Val<'a>, _: &Given<'a>) -> Answer<'a> {
    Ok(Val::int(items(&value)?.len() as i64))
}

fn upper<'a>(value: Val<'a>, _: &Given<'a>) -> Answer<'a> {
    Ok(Val::text(recased(&value.to_text(), Case::Upper)))
}

fn lower<'a>(value: Val<'a>, _: &Given<'a>) -> Answer<'a> {
    Ok(Val::text(recased(&value.to_text(), Case::Lower)))
}

fn replace<'a>(value: Val<'a>, given: &Given<'a>) -> Answer<'a> {
    replace_text(&value.to_text(), given)
}

fn trim<'a>(value: Val<'a>, given: &Given<'a>) -> Answer<'a> {
    Ok(Val::text(trimmed(&value.to_text(), given.printed(0)?.as_deref(), true, true)))
}

fn string<'a>(value: Val<'a>, _: &Given<'a>) -> Answer<'a> {
    Ok(Val::text(value.to_text().into_owned()))
}

/// Digits behind the decimal point are cut; what is no number is the default, 0 unless given.
fn int<'a>(value: Val<'a>, given: &Given<'a>) -> Answer<'a> {
    let mut text = bare(value.to_text().trim());
    if let Some(point) = text.find('.') {
        text.truncate(point);
    }
    let number = value.as_int().or_else(|| text.parse().ok());
    Ok(Val::int(number.map_or_else(|| given.int_or(0, 0), Ok)?))
}

/// Elements, characters or keys.
fn items(value: &Val<'_>) -> Result<Vec<Value>, Miss> {
    match (value, value.to_value()) {
        (_, Value::List(items)) => Ok(items),
        (Val::Text(_), Value::Text(text)) => Ok(text.chars().map(|c| Value::Text(c.into())).collect()),
        (_, Value::Object(entries)) => Ok(entries.into_iter().map(|(key, _)| Value::Text(key)).collect()),
        _ => Err(Miss::Refused("only text, lists and objects have elements")),
    }
}

fn first<'a>(value: Val<'a>, _: &Given<'a>) -> Answer<'a> {
    items(&value)?.into_iter().next().map(Val::owned).ok_or(Miss::Absent)
}

fn last<'a>(value: Val<'a>, _: &Given<'a>) -> Answer<'a> {
    items(&value)?.pop().map(Val::owned).ok_or(Miss::Absent)
}

fn join<'a>(value: Val<'a>, given: &Given<'a>) -> Answer<'a> {
    let between = given.printed(0)?.unwrap_or_default();
    let items = items(&value)?;
    let mut out = String::new();
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push_str(&between);
        }
        item.write_plain(&mut out);
        if out.len() > LONGEST {
            return Err(TOO_LONG);
        }
    }
    Ok(Val::text(out))
}
