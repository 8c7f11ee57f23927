//! Every filter: name, parameters, function.

use super::args::Args;
use super::containers::{at, entries};
use super::data_functions::as_json;
use super::date_parts::{formatted, iso};
use super::error::{ABSENT, EvalError, MARKUP, TOO_LARGE};
use super::format::percent;
use super::list_filters as lists;
use super::methods::{attribute, find as find_method, rows};
use super::number::{parse_float, parse_int, rounded, whole};
use super::print::{to_text, write_repr};
use super::text_filters as texts;
use super::text_methods::{self as text, lower, upper};
use super::value::{Answer, Text, Value, gather};

/// A row of the table.
pub(super) struct Filter {
    pub name: &'static str,
    pub params: &'static str,
    run: Run,
}

/// Filters that give a text of the same kind as theirs.
const KEEPS_MARKUP: [&str; 8] = ["capitalize", "center", "indent", "lower", "reverse", "trim", "truncate", "upper"];

type Run = for<'a> fn(&Value<'a>, &Args<'a>) -> Answer<'a>;

/// The filter of that name.
pub(super) fn find(name: &str) -> Option<&'static Filter> {
    let name = match name {
        "d" => "default",
        "count" => "length",
        "e" => "escape",
        other => other,
    };
    FILTERS.iter().find(|row| row.name == name)
}

impl Filter {
    /// Only `default` takes what is absent.
    pub(super) fn apply<'a>(&self, value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
        match value {
            Value::Hidden => Err(ABSENT),
            Value::Undefined if self.name != "default" => Err(ABSENT),
            value if value.is_markup() && self.name == "format" => Err(MARKUP),
            value => match (self.run)(value, args)? {
                Value::Text(text) if value.is_markup() && KEEPS_MARKUP.contains(&self.name) => {
                    Ok(Value::markup(&*text))
                }
                made => Ok(made),
            },
        }
    }
}

fn dated<'a>(value: &Value<'a>, format: &str) -> Answer<'a> {
    if value.is_none() { Ok(value.clone()) } else { formatted(value, format) }
}

fn ts<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    if value.is_none() { Ok(value.clone()) } else { iso(value, args) }
}

fn ts_nodash_with_tz<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    let Value::Moment(moment) = value else {
        let text = ts(value, args)?;
        return Ok(text.as_text().map_or(Value::None, |text| Value::text(text.replace(['-', ':'], ""))));
    };
    let mut out = String::new();
    moment.to_wall().write(super::wall::Form::TsNodashWithTz, &mut out);
    Ok(Value::text(out))
}

/// What is absent, also where Python has None, and with `boolean` what is empty.
fn default<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    if value.is_absent() || args.is_true(1, false) && !value.is_truthy() {
        return Ok(args.get(0).cloned().unwrap_or_else(|| Value::text("")));
    }
    Ok(value.clone())
}

fn length<'a>(value: &Value<'a>, _: &Args<'a>) -> Answer<'a> {
    let length = value.len().ok_or(EvalError::Refused("only text, lists and objects have elements"))?;
    Ok(Value::Int(length as i64))
}

fn tojson<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    if value.is_absent() {
        return Err(ABSENT);
    }
    if !(value.is_list()
        || value.is_object()
        || value.is_none()
        || value.as_text().is_some()
        || value.as_float().is_some())
    {
        return Err(EvalError::Refused("an argument must be text"));
    }
    as_json(value, args, 0).map(|text| text.as_text().map_or(Value::None, Value::markup))
}

fn int<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    known_digits(value)?;
    let base = u32::try_from(args.int_or(1, 10)?).unwrap_or(10);
    let cut = |number: f64| (!number.is_nan()).then(|| whole(number).map(Value::Int)).transpose();
    let found = match value {
        Value::Text(digits) => match parse_int(digits, base) {
            Some(Ok(number)) => Some(Value::Int(number)),
            Some(Err(digits)) => Some(Value::Digits(Text::Shared(digits.into()))),
            None => parse_float(digits).filter(|number| number.is_finite()).map_or(Ok(None), cut)?,
        },
        Value::Digits(digits) if !digits.contains(['.', 'e', 'E']) => Some(value.clone()),
        other => match other.as_int() {
            Some(number) => Some(Value::Int(number)),
            None => other.as_float().map_or(Ok(None), cut)?,
        },
    };
    Ok(found.or_else(|| args.get(0).cloned()).unwrap_or(Value::Int(0)))
}

/// Python also reads digits beyond ASCII, which nobody knows here.
fn known_digits(value: &Value<'_>) -> Result<(), EvalError> {
    value.as_text().unwrap_or_default().chars().try_for_each(|c| text::is_letter(c).map(drop))
}

fn float<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    known_digits(value)?;
    let found = match value {
        Value::Text(text) => parse_float(text),
        other => other.as_float(),
    };
    Ok(found.map(Value::Float).or_else(|| args.get(0).cloned()).unwrap_or(Value::Float(0.0)))
}

fn round<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    let number = value.as_float().ok_or(EvalError::Refused("an argument must be a number"))?;
    let places = args.int_or(0, 0)?;
    let method = args.text_or_none(1)?.unwrap_or("common");
    if method == "common" {
        if let (Some(whole), 0..) = (value.as_int(), places) {
            return Ok(Value::Int(whole));
        }
        let found = rounded(number, places);
        return Ok(if value.as_int().is_some() { Value::Int(whole(found)?) } else { Value::Float(found) });
    }
    let scale = (super::host::floats().power)(10.0, places as f64);
    let found = match method {
        // Python's are whole numbers, which have no negative zero.
        "ceil" => ((number * scale).ceil() + 0.0) / scale,
        "floor" => ((number * scale).floor() + 0.0) / scale,
        _ => return Err(EvalError::Refused("this is none of the words that it takes")),
    };
    if found.is_finite() { Ok(Value::Float(found)) } else { Err(TOO_LARGE) }
}

fn reverse<'a>(value: &Value<'a>, _: &Args<'a>) -> Answer<'a> {
    if let Value::Text(text) = value {
        return Ok(Value::text(text.chars().rev().collect::<String>()));
    }
    let mut items = value.items()?;
    items.reverse();
    Value::list(items)
}

/// The first element, or the last one; of an object a key.
fn edge<'a>(value: &Value<'a>, index: i64) -> Answer<'a> {
    if value.is_list() || value.as_text().is_some() {
        return Ok(at(value, index));
    }
    Ok(at(&Value::list(value.items()?)?, index))
}

/// `map('filter', ...)`, or `map(attribute='name', default=...)`.
fn map<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    if value.is_none() {
        return Value::list(Vec::new());
    }
    let named = |name: &str| args.named.iter().find(|(key, _)| *key == name).map(|(_, value)| value);
    let items = value.items()?;
    if let Some(attribute) = named("attribute") {
        let part = |item: &Value<'a>| match lists::path(item, attribute)? {
            Value::Undefined => Ok(named("default").cloned().unwrap_or(Value::Undefined)),
            found => Ok(found),
        };
        return Value::list(gather(items.iter().map(part))?);
    }
    let (name, rest) = args.rest.split_first().ok_or(EvalError::Refused("no filter has this name"))?;
    let filter = name.as_text().and_then(find).ok_or(EvalError::Refused("no filter has this name"))?;
    if matches!(filter.name, "map" | "select" | "reject" | "selectattr" | "rejectattr") {
        return Err(EvalError::Refused("no filter has this name"));
    }
    let args = Args::bind(filter.params, rest.to_vec(), args.named.clone(), args.now)?;
    Value::list(gather(items.iter().map(|item| filter.apply(item, &args)))?)
}

fn format<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    let values = if args.rest.is_empty() && !args.named.is_empty() {
        Value::dict(args.named.iter().map(|(key, value)| (Value::borrowed(key), value.clone())).collect())?
    } else {
        Value::tuple(args.rest.clone())?
    };
    percent(&to_text(value)?, &values).map(Value::text)
}

fn pprint<'a>(value: &Value<'a>, _: &Args<'a>) -> Answer<'a> {
    let mut out = String::new();
    write_repr(value, &mut out)?;
    Ok(Value::text(out))
}

fn abs<'a>(value: &Value<'a>, _: &Args<'a>) -> Answer<'a> {
    let is_negative = match value {
        Value::Float(number) => return Ok(Value::Float(number.abs())),
        Value::Span(span) => span.micros().is_some_and(|micros| micros < 0),
        value => value.as_float().ok_or(EvalError::Refused("an argument must be a number"))? < 0.0,
    };
    if is_negative {
        super::arithmetic::negated(value)
    } else {
        Ok(value.as_int().map_or_else(|| value.clone(), Value::Int))
    }
}

const fn row(name: &'static str, params: &'static str, run: Run) -> Filter {
    Filter { name, params, run }
}

#[rustfmt::skip]
pub(super) static FILTERS: &[Filter] = &[
    row("abs", "", abs),
    row("attr", "name", |v, args| match args.text(0)? { name if v.is_object() && find_method(v, rows(name)).is_none() => Ok(Value::Undefined), name => attribute(v, name) }),
    row("batch", "linecount fill_with", lists::batch),
    row("capitalize", "", |v, _| Ok(Value::text(text::capitalized(&to_text(v)?)))),
    row("center", "width", |v, args| text::padded(&to_text(v)?, args, args.size(0, 80)?, 1)),
    row("default", "default_value boolean", default),
    row("dictsort", "case_sensitive by reverse", lists::dictsort),
    row("ds", "", |v, _| dated(v, "%Y-%m-%d")),
    row("ds_nodash", "", |v, _| dated(v, "%Y%m%d")),
    row("escape", "", |v, _| texts::escape(v).map(Value::Text)),
    row("filesizeformat", "binary", texts::file_size),
    row("first", "", |v, _| edge(v, 0)),
    row("float", "default", float),
    row("forceescape", "", |v, _| texts::escape(&Value::text(&*to_text(v)?)).map(Value::Text)),
    row("format", "*", format),
    row("groupby", "attribute default case_sensitive", lists::groupby),
    row("indent", "width first blank", texts::indent),
    row("int", "default base", int),
    row("items", "", |v, _| entries(v, true, true)),
    row("join", "d attribute", lists::join),
    row("last", "", |v, _| edge(v, -1)),
    row("length", "", length),
    row("list", "", |v, _| Value::list(v.items()?)),
    row("lower", "", |v, _| Ok(lower(&to_text(v)?))),
    row("map", "*", map),
    row("max", "case_sensitive attribute", |v, args| lists::extreme(v, args, true)),
    row("min", "case_sensitive attribute", |v, args| lists::extreme(v, args, false)),
    row("pprint", "", pprint),
    row("quote", "", |v, _| Ok(Value::text(texts::shell_quoted(&to_text(v)?)))),
    row("reject", "*", |v, args| lists::select(v, args, false, false)),
    row("rejectattr", "*", |v, args| lists::select(v, args, false, true)),
    row("replace", "old new count", |v, args| text::replace(&to_text(v)?, args)),
    row("reverse", "", reverse),
    row("round", "precision method", round),
    row("safe", "", |v, _| Ok(Value::markup(&*to_text(v)?))),
    row("select", "*", |v, args| lists::select(v, args, true, false)),
    row("selectattr", "*", |v, args| lists::select(v, args, true, true)),
    row("slice", "slices fill_with", lists::slice),
    row("sort", "reverse case_sensitive attribute", lists::sort),
    row("string", "", |v, _| to_text(v).map(Value::Text)),
    row("striptags", "", |v, _| Ok(Value::text(texts::without_tags(&to_text(v)?)))),
    row("sum", "attribute start", lists::sum),
    row("title", "", |v, _| Ok(Value::text(texts::title(&to_text(v)?)))),
    row("tojson", "indent", tojson),
    row("trim", "chars", |v, args| text::strip(&to_text(v)?, args, true, true)),
    row("truncate", "length killwords end leeway", texts::truncate),
    row("ts", "", ts),
    row("ts_nodash", "", |v, _| dated(v, "%Y%m%dT%H%M%S")),
    row("ts_nodash_with_tz", "", ts_nodash_with_tz),
    row("unique", "case_sensitive attribute", lists::unique),
    row("upper", "", |v, _| Ok(upper(&to_text(v)?))),
    row("urlencode", "", texts::url_encoded),
    row("wordcount", "", |v, _| texts::words(&to_text(v)?).map(Value::Int)),
    row("wordwrap", "width break_long_words wrapstring break_on_hyphens", texts::wrap),
    row("xmlattr", "autospace", texts::attributes),
];
