//! What the targets do with one input.

use dagfill::macros::{Alone, Context, Host, Json, Lookup, OnUnknown, Template, inspect, resolve_xcom};
use dagfill::schedule::{DayMatch, Dialect, Dst, ScheduleInput, Timetable, TimetableOptions};
use dagfill::time::{Instant, Range, Zone};

const ZONES: [&str; 4] = ["UTC", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe"];
const POLICIES: [Dst; 5] = [Dst::AIRFLOW, Dst::VIXIE, Dst::JAVA, Dst::KUBERNETES, Dst::EARLIER];

pub const DIALECTS: [(&str, Dialect); 3] =
    [("unix", Dialect::Unix), ("quartz", Dialect::Quartz), ("aws", Dialect::Aws)];

/// A text is read or refused; what is read can be explained and walked. Whether it was read.
pub fn cron(dialect: Dialect, choice: u8, at: i64, length: u32, text: &str) -> bool {
    let day_match = [None, Some(DayMatch::Or), Some(DayMatch::And), Some(DayMatch::Vixie)][usize::from(choice >> 6)];
    let options = TimetableOptions {
        time_zone: Some(ZONES[usize::from(choice >> 1) % 4].to_owned()),
        dst: POLICIES[usize::from(choice >> 3) % 5],
        ..Default::default()
    };
    let schedule = ScheduleInput::Cron { texts: vec![text.to_owned()], dialect, day_match };
    let Ok(timetable) = Timetable::new(&schedule, &options) else { return false };
    let start = Instant::clamped(at);
    let range = Range { start, end: Instant::clamped(start.ms() + i64::from(length % 400_000_000)) };
    let dates = timetable.expand(range, Some(2_000)).unwrap();
    assert!(dates.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(dates.iter().all(|date| range.contains(Instant::clamped(*date as i64))));
    timetable.explain(start, 2);
    timetable.explain_date(start, Some(range));
    if let Some(next) = timetable.next(start) {
        assert!(next > start && timetable.is_date(next));
        assert!(timetable.previous(next).is_none_or(|previous| previous <= start));
    }
    true
}

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
    thread_local! {
        static GIVEN: [Json; 2] = [
            r#"{"a":[1,2,{"b":"c"}],"t":"{{ ds }}","n":null,"f":1.50,"k":{"z":1,"y":[]}}"#,
            r#"{"t":{"return_value":"{{ ds }}{% if true %}","k":7},"u":{"k":"}}{{"}}"#,
        ]
        .map(|text| Json::parse(text).unwrap());
    }
    GIVEN.with(|[conf, xcom]| template_with(choice, at, text, conf, xcom));
}

fn template_with(choice: u8, at: i64, text: &str, conf: &Json, xcom: &Json) {
    let Ok(zone) = Zone::load(ZONES[usize::from(choice) % 4]) else { return };
    let date = Instant::clamped(at);
    let context = Context { conf, params: conf, now: Some(date), host: &Answers, ..Context::new(date, &zone, &Alone) };
    let parsed = Template::parse(text);
    let units = text.encode_utf16().count();
    for on_unknown in [OnUnknown::Keep, OnUnknown::Empty, OnUnknown::Error] {
        if let Ok(report) = parsed.render_report(&context, Some(xcom), on_unknown) {
            for part in &report.unresolved {
                assert!(part.start <= part.end && part.end <= units, "{part:?}");
            }
        }
    }
    for part in inspect(text).unknown {
        assert!(part.start <= part.end && part.end <= units, "{part:?}");
    }
    resolve_xcom(text, xcom);
}

const WORDS: &[&str] = &[
    "{{ ",
    " }}",
    "{% if ",
    " %}",
    "{% else %}",
    "{% endif %}",
    "{% for x in ",
    "{% endfor %}",
    "{% set x = ",
    "{% set ns.a = ",
    "{% set ns = namespace(a=1) %}",
    "{% macro m(a, b=2) %}",
    "{% endmacro %}",
    "{% call m(x) %}",
    "{% endcall %}",
    "{% with x = ",
    "{% endwith %}",
    "{% filter upper %}",
    "{% endfilter %}",
    "{% set y %}",
    "{% endset %}",
    "{% raw %}",
    "{% endraw %}",
    "{# c #}",
    "ds",
    "logical_date",
    "conf",
    "params",
    "x",
    "y",
    "ns",
    "m",
    "loop",
    "loop.index",
    "ti.xcom_pull('t')",
    "xcom.u.k",
    "var.value.ab",
    "macros.timedelta",
    "macros.datetime",
    "macros.dateutil.relativedelta.relativedelta",
    "range",
    "dict",
    "'{:>5}'",
    "'%s %05.2f'",
    "[",
    "]",
    "(",
    ")",
    "{",
    "}",
    ",",
    ":",
    ".",
    "|",
    "~",
    "+",
    "-",
    "*",
    "/",
    "//",
    "%",
    "**",
    "==",
    "<",
    " in ",
    " not ",
    " and ",
    " or ",
    " is ",
    " if ",
    " else ",
    "=",
    "1",
    "0",
    "-1",
    "9223372036854775807",
    "1.5",
    "1e308",
    "'a'",
    "'2024-02-30'",
    "'%Y-%j'",
    "true",
    "none",
    "days=",
    "months=",
    "day=",
    "hour=",
    "a",
    ".add(",
    ".replace(",
    ".start_of('week')",
    ".format(",
    ".strftime(",
    ".split(",
    ".append(",
    ".items()",
    "[::-1]",
    "[1:]",
    "| sort",
    "| map('upper')",
    "| join(',')",
    "| default(",
    "| int",
    "| round(2)",
    "| groupby('a')",
    "| batch(2)",
    "| tojson",
    "| length",
    "defined",
    "odd",
    "recursive",
    "-%}",
    "{%- ",
    " ",
    "\n",
    "é",
    "nope",
];

/// Words of the language in any order.
pub fn expression(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let text: String = rest.iter().map(|byte| WORDS[usize::from(*byte) % WORDS.len()]).collect();
    template(*first, i64::from(*first) * 10_000_000_000, &text);
}
