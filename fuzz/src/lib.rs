//! What the targets about templates do with one input.

use dagfill::macros::{Alone, Context, Host, Json, Lookup, OnUnknown, Template, inspect, resolve_xcom};
use dagfill::time::{Instant, Zone};

struct Answers;

impl Host for Answers {
    fn knows(&self, lookup: Lookup) -> bool {
        lookup != Lookup::Connection
    }

    fn look_up(&self, _: Lookup, name: &str) -> dagfill::error::Result<Option<Json>> {
        Ok(match name.len() % 4 {
            0 => None,
            1 => Some(Json::Text(name.into())),
            2 => Some(Json::List(vec![Json::Int(1), Json::Text("{{ ds }}".into()), Json::Null])),
            _ => Some(Json::Object(vec![(name.into(), Json::Decimal("1.50".into()))])),
        })
    }
}

/// Any text is parsed, inspected and rendered in every way; the reports point into it.
pub fn template(choice: u8, at: i64, text: &str) {
    const ZONES: [&str; 4] = ["UTC", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe"];
    let Ok(zone) = Zone::load(ZONES[usize::from(choice) % 4]) else { return };
    let conf = Json::parse(r#"{"a":[1,2,{"b":"c"}],"t":"{{ ds }}","n":null,"f":1.50,"k":{"z":1,"y":[]}}"#).unwrap();
    let xcom = Json::parse(r#"{"t":{"return_value":"{{ ds }}{% if true %}","k":7},"u":{"k":"}}{{"}}"#).unwrap();
    let date = Instant::clamped(at);
    let context =
        Context { conf: &conf, params: &conf, now: Some(date), host: &Answers, ..Context::new(date, &zone, &Alone) };
    let parsed = Template::parse(text);
    let units = text.encode_utf16().count();
    for on_unknown in [OnUnknown::Keep, OnUnknown::Empty, OnUnknown::Error] {
        if let Ok(report) = parsed.render_report(&context, Some(&xcom), on_unknown) {
            for part in &report.unresolved {
                assert!(part.start <= part.end && part.end <= units, "{part:?}");
            }
        }
    }
    for part in inspect(text).unknown {
        assert!(part.start <= part.end && part.end <= units, "{part:?}");
    }
    resolve_xcom(text, &xcom);
}

const WORDS: &[&str] = &[
    "{{ ", " }}", "{% if ", " %}", "{% else %}", "{% endif %}", "{% for x in ", "{% endfor %}", "{% set x = ", "{% set ns.a = ",
    "{% set ns = namespace(a=1) %}", "{% macro m(a, b=2) %}", "{% endmacro %}", "{% call m(x) %}", "{% endcall %}", "{% with x = ",
    "{% endwith %}", "{% filter upper %}", "{% endfilter %}", "{% set y %}", "{% endset %}", "{% raw %}", "{% endraw %}", "{# c #}",
    "ds", "logical_date", "conf", "params", "x", "y", "ns", "m", "loop", "loop.index", "ti.xcom_pull('t')", "xcom.u.k", "var.value.ab",
    "macros.timedelta", "macros.datetime", "macros.dateutil.relativedelta.relativedelta", "range", "dict", "'{:>5}'", "'%s %05.2f'",
    "[", "]", "(", ")", "{", "}", ",", ":", ".", "|", "~", "+", "-", "*", "/", "//", "%", "**", "==", "<", " in ", " not ", " and ",
    " or ", " is ", " if ", " else ", "=", "1", "0", "-1", "9223372036854775807", "1.5", "1e308", "'a'", "'2024-02-30'", "'%Y-%j'",
    "true", "none", "days=", "months=", "day=", "hour=", "a", ".add(", ".replace(", ".start_of('week')", ".format(", ".strftime(",
    ".split(", ".append(", ".items()", "[::-1]", "[1:]", "| sort", "| map('upper')", "| join(',')", "| default(", "| int", "| round(2)",
    "| groupby('a')", "| batch(2)", "| tojson", "| length", "defined", "odd", "recursive", "-%}", "{%- ", " ", "\n", "é", "nope",
];

/// Words of the language in any order.
pub fn expression(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let text: String = rest.iter().map(|byte| WORDS[usize::from(*byte) % WORDS.len()]).collect();
    template(*first, i64::from(*first) * 10_000_000_000, &text);
}
