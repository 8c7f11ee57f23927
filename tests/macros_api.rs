//! What templates do besides rendering: unknown names, inspection, JSON values, ranges, the catalog.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::cell::Cell;

use dagfill::macros::{
    Alone, Context, Json, Kind, Neighbours, OnUnknown, Template, XcomUse, catalog, inspect, render_json, render_range,
    resolve_date_macros, resolve_xcom, set_case_source,
};
use dagfill::time::{Instant, Zone};
use proptest::prelude::*;

const DATE: i64 = 1_709_251_200_000;
const DAY: i64 = 86_400_000;

/// A daily schedule that counts how often it is asked.
#[derive(Default)]
struct Daily(Cell<u32>);

impl Daily {
    fn shifted(&self, date: Instant, by: i64) -> Instant {
        self.0.set(self.0.get() + 1);
        Instant::new(date.ms() + by).unwrap()
    }
}

impl Neighbours for Daily {
    fn previous(&self, date: Instant) -> Option<Instant> {
        Some(self.shifted(date, -DAY))
    }

    fn next(&self, date: Instant) -> Option<Instant> {
        Some(self.shifted(date, DAY))
    }

    fn interval(&self, date: Instant) -> Option<(Instant, Instant)> {
        Some((date, self.shifted(date, DAY)))
    }
}

fn with_context<T>(conf: &str, run: impl FnOnce(&Context<'_>) -> T) -> T {
    let (zone, daily) = (Zone::utc(), Daily::default());
    let (conf, params) = (Json::parse(conf).unwrap(), Json::parse(r#"{"limit":100}"#).unwrap());
    run(&Context {
        run_type: "scheduled",
        dag_id: Some("sales"),
        task_id: Some("load"),
        conf: &conf,
        params: &params,
        ..Context::new(Instant::new(DATE).unwrap(), &zone, &daily)
    })
}

fn render(template: &str, conf: &str) -> String {
    with_context(conf, |context| Template::parse(template).render(context, None, OnUnknown::Keep).unwrap())
}

fn refuse(template: &str) -> dagfill::error::Error {
    with_context("{}", |context| Template::parse(template).render(context, None, OnUnknown::Error).unwrap_err())
}

#[test]
fn every_name_of_the_catalog_stands_once() {
    let mut names = Vec::new();
    for entry in catalog() {
        assert!(!names.contains(&(entry.kind, entry.name)), "{} stands twice", entry.name);
        names.push((entry.kind, entry.name));
    }
    for known in [
        (Kind::Macro, "ds"),
        (Kind::Filter, "default"),
        (Kind::Method, "strftime"),
        (Kind::Test, "defined"),
        (Kind::Statement, "for"),
    ] {
        assert!(names.contains(&known), "{known:?}");
    }
}

#[test]
fn unknown_names_are_errors_with_place_and_suggestion_when_asked() {
    let error = refuse("é {{ ds_nodahs }}");
    assert_eq!((error.code.as_str(), error.span), ("UNKNOWN_MACRO", Some((5, 14))));
    assert_eq!(error.hint.as_deref(), Some("Did you mean ds_nodash?"));
    for (template, code, span, hint) in [
        ("{{ dag_run.confg.x }}", "UNKNOWN_MACRO", (3, 16), Some("Did you mean dag_run.conf?")),
        ("{{ macros.ds_ad(ds, 1) }}", "UNKNOWN_MACRO", (3, 15), Some("Did you mean macros.ds_add?")),
        ("{{ macros.ds_add(dss, 1) }}", "UNKNOWN_MACRO", (17, 20), Some("Did you mean ds?")),
        ("{{ ds | uper }}", "UNKNOWN_MACRO", (8, 12), Some("Did you mean upper?")),
        ("{{ logical_date.strftim('%d') }}", "UNKNOWN_MACRO", (16, 23), Some("Did you mean strftime?")),
        ("{{ logical_date.yeer }}", "UNKNOWN_MACRO", (16, 20), Some("Did you mean year?")),
        ("{{ dss.strftim('%d') }}", "UNKNOWN_MACRO", (3, 6), Some("Did you mean ds?")),
        ("{{ dss.upper().strftim('%d') }}", "UNKNOWN_MACRO", (3, 6), Some("Did you mean ds?")),
        ("{{ dss | uper }}", "UNKNOWN_MACRO", (3, 6), Some("Did you mean ds?")),
        ("{{ ds | default(dss.strftim('%d')) }}", "UNKNOWN_MACRO", (16, 19), Some("Did you mean ds?")),
        ("{{ dag_run.conf.x }}", "UNKNOWN_MACRO", (0, 20), None),
        ("{{ logical_date.in_timezone('X') }}", "UNKNOWN_MACRO", (0, 35), None),
        ("{{ xcom.a.b }}", "UNKNOWN_MACRO", (0, 14), None),
        ("{{ ds if xx }}", "UNKNOWN_MACRO", (9, 11), None),
        ("{{ ds ds }}", "INVALID_TEMPLATE", (6, 7), None),
        ("{{ ds is defind }}", "UNKNOWN_MACRO", (9, 15), Some("Did you mean defined?")),
        ("{% fro x in [] %}", "UNKNOWN_MACRO", (3, 6), Some("Did you mean for?")),
        ("{% if dss %}x{% endif %}", "UNKNOWN_MACRO", (6, 9), Some("Did you mean ds?")),
        ("{% for x in dss %}x{% endfor %}", "UNKNOWN_MACRO", (12, 15), Some("Did you mean ds?")),
        ("{% set x = dss %}", "UNKNOWN_MACRO", (11, 14), Some("Did you mean ds?")),
        ("{% for x in [1] %}{{ dss }}{% endfor %}", "UNKNOWN_MACRO", (21, 24), Some("Did you mean ds?")),
        ("{% if ds %}", "INVALID_TEMPLATE", (0, 11), None),
        ("a {{ ds", "INVALID_TEMPLATE", (2, 7), None),
    ] {
        let error = refuse(template);
        assert_eq!((error.code.as_str(), error.span.unwrap()), (code, span), "{template}: {error}");
        assert_eq!(error.hint.as_deref(), hint, "{template}");
    }
}

#[test]
fn what_leaves_the_calendar_stays_as_written() {
    // Python's dates end where the year has no four digits: Airflow raises OverflowError, and nothing is printed.
    let (first, last) = (Instant::MIN, Instant::new(Instant::MAX.ms() / DAY * DAY).unwrap());
    let late = Instant::new(last.ms() + 20 * 3_600_000).unwrap();
    let (utc, tokyo, lima) = (Zone::utc(), Zone::load("Asia/Tokyo").unwrap(), Zone::load("America/Lima").unwrap());
    for (date, zone, template) in [
        (last, &utc, "{{ tomorrow_ds }}"),
        (last, &utc, "{{ tomorrow_ds_nodash }}"),
        (first, &utc, "{{ yesterday_ds }}"),
        (first, &utc, "{{ yesterday_ds_nodash }}"),
        (last, &utc, "{{ tomorrow_ds | default('never') }}"),
        (late, &tokyo, "{{ ds }}"),
        (late, &tokyo, "{{ ts_nodash_with_tz }}"),
        (late, &tokyo, "{{ logical_date }}"),
        (late, &tokyo, "{{ logical_date.year }}"),
        (first, &lima, "{{ ts }}"),
        (first, &lima, "{{ execution_date | ds }}"),
        (late, &utc, "{{ logical_date.in_timezone('Asia/Tokyo') }}"),
        (late, &utc, "{{ logical_date.in_tz('Asia/Tokyo').isoformat() }}"),
        (first, &utc, "{{ logical_date.in_timezone('America/Lima') | ds }}"),
        (Instant::new(late.ms() - 15 * 3_600_000).unwrap(), &tokyo, "{{ logical_date.add(hours=12) }}"),
        (last, &utc, "{{ logical_date.add(days=1) }}"),
        (last, &utc, "{{ macros.ds_add(ds, 1) }}"),
        (last, &utc, "{{ macros.ds_format('9999-366', '%Y-%j', '%Y-%m-%d') }}"),
        (first, &tokyo, "{{ logical_date.start_of('year') }}"),
        (first, &tokyo, "{{ logical_date.set(hour=1) }}"),
        (late, &lima, "{{ logical_date.end_of('year') }}"),
    ] {
        let context = Context::new(date, zone, &Alone);
        let template = Template::parse(template);
        assert_eq!(template.render(&context, None, OnUnknown::Keep).unwrap(), template.text(), "{date}");
        let error = template.render(&context, None, OnUnknown::Error).unwrap_err();
        let why = if template.text().contains("9999-366") { "date format" } else { "the years 1 to 9999" };
        assert!(error.code.as_str() == "UNKNOWN_MACRO" && error.message.contains(why), "{error}");
    }
    let render = |date, zone, template| {
        Template::parse(template).render(&Context::new(date, zone, &Alone), None, OnUnknown::Error).unwrap()
    };
    assert_eq!(
        render(last, &utc, "{{ ds }} {{ yesterday_ds }} {{ logical_date.end_of('year') | ds }}"),
        "9999-12-31 9999-12-30 9999-12-31"
    );
    assert_eq!(render(first, &utc, "{{ ds }} {{ tomorrow_ds }}"), "0001-01-01 0001-01-02");
    assert_eq!(render(late, &lima, "{{ ts }}"), "9999-12-31T15:00:00-05:00");
}

#[test]
fn letters_beyond_ascii_are_asked_of_the_source() {
    let template = "{{ 'Straße ΟΔΟΣ' | upper }} {{ 'ΟΔΟΣ É'.lower() }} {{ macros.ds_format('1É', '%dé', '%d') }}";
    assert_eq!(render(template, "{}"), "STRASSE ΟΔΟΣ οδος é 01");
    set_case_source(|text, case| format!("<{text} {case:?}>"));
    assert_eq!(render("{{ 'é' | upper }} {{ 'É'.lower() }} {{ 'Eu'.upper() }}", "{}"), "<é Upper> <É Lower> EU");
}

#[test]
fn unknown_names_are_left_out_when_asked() {
    let empty =
        |text: &str| with_context("{}", |context| resolve_date_macros(text, context, OnUnknown::Empty).unwrap());
    assert_eq!(
        empty(
            "a {{ nope }} {{- dag_run.conf.x -}} {{ ds if x }}{% if nope %}b{% endif %}{% huh %}{{ xcom.a.b }}{{ ds }} {{ ds"
        ),
        "a 2024-03-01 {{ ds"
    );
}

#[test]
fn what_was_quoted_is_no_template() {
    let evil = r#"{"a":{"v":"{{ \"'; touch x; '\" }}","c":"{{ dag_run.conf.x }}","l":["{{ ds }}","b c"],"p":"{{ \"a","q":"' }}","d":"{{ ds }}"}}"#;
    let xcom = Json::parse(evil).unwrap();
    for (template, expected) in [
        ("echo {{ xcom.a.v | quote }}", r#"echo '{{ "'"'"'; touch x; '"'"'" }}'"#),
        ("echo {{ ti.xcom_pull('a', key='v') | quote }}", r#"echo '{{ "'"'"'; touch x; '"'"'" }}'"#),
        ("echo {{ xcom.a.c | quote }} {{ ds }}", "echo '{{ dag_run.conf.x }}' 2024-03-01"),
        // Beside a value that is a template, too, and with white space trimmed on both sides.
        ("{{ xcom.a.d }} {{- xcom.a.c | quote -}} .", "2024-03-01'{{ dag_run.conf.x }}'."),
        ("{{ xcom.a.l | map('quote') | join(' ') }}", "'{{ ds }}' 'b c'"),
        ("-v{{ 'x=' ~ (xcom.a.c | quote) }}", "-vx='{{ dag_run.conf.x }}'"),
        // Two quoted values make no tag together.
        ("{{ xcom.a.p | quote }} {{ xcom.a.q | quote }}", r#"'{{ "a' ''"'"' }}'"#),
        ("{% if xcom.a %}{{ xcom.a.c | quote }}{% endif %}", "'{{ dag_run.conf.x }}'"),
    ] {
        with_context("{}", |context| {
            let rendered = Template::parse(template).render(context, Some(&xcom), OnUnknown::Keep).unwrap();
            assert_eq!(rendered, expected, "{template}");
        });
    }
}

#[test]
fn what_xcom_brought_is_data_beside_the_text_of_the_author() {
    let brought = r#"{"a":{"v":"{{ nope }} {{ ds }}","open":"{{","brace":"{ ds }}","half":"{{ x","tail":"{{ ds }}  ","if":"{% if","end":"}}"}}"#;
    let xcom = Json::parse(brought).unwrap();
    for (template, expected) in [
        // Whatever the author says of unresolved text, that of a value is none.
        ("{{ xcom.a.v }}", "{{ nope }} 2024-03-01"),
        ("{{ ds }} {{ xcom.a.v }} {{ xcom.a.half }}", "2024-03-01 {{ nope }} 2024-03-01 {{ x"),
        // Braces of a value make no tag together with what stands beside it, and hide none.
        ("{{ xcom.a.open }} ds }}", "{{ ds }}"),
        ("{ {{- xcom.a.brace }}", "{{ ds }}"),
        ("{{ xcom.a.half }}{{ ds }}", "{{ x2024-03-01"),
        ("{{ xcom.a.half }} {{ ds }} {{ xcom.a.end }}", "{{ x 2024-03-01 }}"),
        ("{{ xcom.a.if }} true %}{{ ds }}", "{% if true %}2024-03-01"),
        // White space of a value is not trimmed.
        ("{{ xcom.a.tail }}{%- if true -%}{{ xcom.a.tail }}{% endif %}.", "2024-03-01  2024-03-01  ."),
    ] {
        with_context("{}", |context| {
            for on_unknown in [OnUnknown::Keep, OnUnknown::Error, OnUnknown::Empty] {
                let rendered = Template::parse(template).render(context, Some(&xcom), on_unknown);
                assert_eq!(rendered.unwrap(), expected, "{template} {on_unknown:?}");
            }
        });
    }
}

#[test]
fn xcom_and_dates_are_two_functions() {
    let xcom = Json::parse(r#"{"a":{"return_value":"{{ ds }}","n":{"x":[1,"é"]}},"b-c":{"k":null}}"#).unwrap();
    for (template, after_xcom, after_dates) in [
        ("{{ xcom.a.return_value }}", "{{ ds }}", "2024-03-01"),
        ("{{ ti.xcom_pull('a') }}|{{ ds }}", "{{ ds }}|{{ ds }}", "2024-03-01|2024-03-01"),
        ("{{ task_instance.xcom_pull(task_ids='a', key='n').x[1] | upper }}", "É", "É"),
        ("{{ ti.xcom_pull(task_ids=['a', 'nope'], key='n') }}", r#"[{"x":[1,"é"]}]"#, r#"[{"x":[1,"é"]}]"#),
        ("{{ xcom['b-c'].k }}{{ xcom['b-c']['k'] | default('d', true) }}", "nulld", "nulld"),
        (
            "{{ ti.xcom_pull('nope', default='d') }}{{ xcom.nope.k | default('e') }}",
            "{{ xcom.nope.k | default('e') }}",
            "",
        ),
        ("{{ dag_run.conf.x }} {{ nope }}", "{{ dag_run.conf.x }} {{ nope }}", "{{ dag_run.conf.x }} {{ nope }}"),
        (" {{- xcom.a.n.x[0] -}} ", "1", "1"),
        ("{{ ti.xcom_pull('a', key='n', dag_id='other') }}", "{{ ti.xcom_pull('a', key='n', dag_id='other') }}", ""),
    ] {
        if !after_dates.is_empty() {
            assert_eq!(resolve_xcom(template, &xcom), after_xcom);
            with_context("{}", |context| {
                assert_eq!(resolve_date_macros(after_xcom, context, OnUnknown::Keep).unwrap(), after_dates);
                assert_eq!(
                    Template::parse(template).render(context, Some(&xcom), OnUnknown::Keep).unwrap(),
                    after_dates
                );
            });
        }
    }
    let both = "{{ macros.ds_add(ds, xcom.a.n.x[0]) }}";
    with_context("{}", |context| {
        assert_eq!(resolve_xcom(both, &xcom), both);
        assert_eq!(Template::parse(both).render(context, Some(&xcom), OnUnknown::Keep).unwrap(), "2024-03-02");
    });
}

#[test]
fn every_text_of_a_json_value_is_rendered() {
    let value =
        Json::parse(r#"{"{{ ds }}":["{{ ds_nodash }}",1.50,null,{"a":"{{ nope }}"}],"n":12345678901234567890}"#)
            .unwrap();
    let rendered = with_context("{}", |context| render_json(&value, context, None, OnUnknown::Keep).unwrap());
    assert_eq!(
        rendered.to_json(),
        r#"{"2024-03-01":["20240301",1.50,null,{"a":"{{ nope }}"}],"n":12345678901234567890}"#
    );
}

#[test]
fn the_schedule_is_asked_only_by_templates_that_need_it() {
    let (zone, daily) = (Zone::utc(), Daily::default());
    let dates: Vec<Instant> = (0..50).map(|day| Instant::new(DATE + day * DAY).unwrap()).collect();
    let context = Context::new(dates[0], &zone, &daily);
    let range = |text: &str| render_range(&Template::parse(text), &dates, &context, None, OnUnknown::Keep).unwrap();
    let rendered = range("✓{{ ds }}\n");
    assert_eq!(daily.0.get(), 0);
    let units: Vec<u16> = rendered.text.encode_utf16().collect();
    let mut start = 0;
    for (date, end) in dates.iter().zip(&rendered.ends) {
        let text = String::from_utf16(&units[start..*end as usize]).unwrap();
        assert_eq!(text, format!("✓{}\n", date.to_string().split_once('T').unwrap().0));
        start = *end as usize;
    }
    range("{{ prev_ds }}");
    assert_eq!(daily.0.get(), 50);
}

#[test]
fn a_template_tells_what_it_uses() {
    let found = inspect(
        "{{ ds }}{{ ds }}{{ params.limit }}{{ dag_run.conf.a.b }}{{ conf.get('c') }}{{ macros.ds_add(ts[:10], 1) }}{{ dag_run.conf }}\
         {{ xcom.t.k.x }}{{ ti.xcom_pull(task_ids=['u', 'v'], key='k') }}{{ ti.xcom_pull('w') }}{{ 😀",
    );
    assert_eq!(found.macros, ["ds", "params.limit", "macros.ds_add", "ts", "dag_run.conf"]);
    assert_eq!(found.conf_keys, ["a", "c"]);
    let xcoms: Vec<(&str, &str)> =
        found.xcoms.iter().map(|XcomUse { task_id, key, .. }| (task_id.as_str(), key.as_str())).collect();
    assert_eq!(xcoms, [("t", "k"), ("u", "k"), ("v", "k"), ("w", "return_value")]);
    assert_eq!(found.unknown.len(), 1);
    assert_eq!((found.unknown[0].text.as_str(), found.unknown[0].end - found.unknown[0].start), ("{{ 😀", 5));
    let found = inspect("{{ foo.bar() }}");
    assert_eq!((found.unknown.len(), found.unknown[0].text.as_str(), found.unknown[0].start), (1, "foo", 3));
    for (template, message) in [
        ("{{ macros.datatime(2024, 1, 1) }}", "macros.datatime: no such macro, did you mean macros.datetime?"),
        ("{{ ds | uper }}", "uper: no such filter, did you mean upper?"),
        ("{% include 'a.sql' %}", "include: no such statement"),
        ("{{ (ds }}", "{{ (ds }}: expected \")\""),
    ] {
        assert_eq!(inspect(template).unknown[0].message, message);
    }
    for (template, depends) in [
        ("{{ ds }}", true),
        ("{{ run_id }}{{ nope }}", true),
        ("{% if ds == x %}", true),
        ("{{ ds if x }}", true),
        ("{{ execution_date + 1 }}", true),
        ("{{ dag_run.conf.ds }}", false),
        ("{{ dag.dag_id }} {% if x %} ds {# ds #}", false),
        ("ds {{ dsx }} {{ x.y if z }}", false),
    ] {
        assert_eq!(inspect(template).depends_on_date, depends, "{template}");
    }
}

#[test]
fn json_is_read_strictly_and_written_compactly() {
    for text in [
        "",
        "{",
        "[1,]",
        "01",
        "1.",
        "-",
        "nul",
        "\"a",
        "\"\\x\"",
        "\"\n\"",
        "{a:1}",
        "1 2",
        "[1",
        "\"\\ud8\"",
        "+1",
        ".5",
        "NaN",
    ] {
        assert_eq!(Json::parse(text).unwrap_err().code.as_str(), "INVALID_OPTION", "{text}");
    }
    assert!(Json::parse(&["[".repeat(201), "]".repeat(201)].concat()).is_ok());
    for deep in ["[".repeat(1_000_000), "{\"a\":".repeat(1_000_000)] {
        assert!(Json::parse(&deep).unwrap_err().message.contains("nested"));
    }
    let pairs =
        [(r#""\ud83d\ude00\u00e9\/""#, "\"😀é/\""), (r#""\ud800""#, "\"\u{fffd}\""), ("[-0, 1e3, -5]", "[-0,1e3,-5]")];
    for (text, written) in pairs {
        assert_eq!(Json::parse(text).unwrap().to_json(), written);
    }
}

/// Any JSON.
fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::from),
            prop::collection::vec((any::<String>(), inner), 0..5).prop_map(|entries| entries.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn text_without_braces_comes_out_as_it_went_in(text in any::<String>()) {
        prop_assume!(!text.contains("{{"));
        prop_assert_eq!(render(&text, "{}"), text);
    }

    #[test]
    fn nothing_panics_and_pieces_cover_the_text(text in "[{}%#'\"\\\\|.()\\[\\]:,a-dsé 0-9=_-]{0,60}") {
        render(&text, r#"{"a":"b"}"#);
        inspect(&text);
        prop_assert_eq!(resolve_xcom(&text, &Json::Null).len() >= text.trim().len().min(1), true);
    }

    #[test]
    fn expressions_of_known_words_never_panic(words in prop::collection::vec(prop::sample::select(vec![
        "ds", "logical_date", "dag_run", "conf", "macros", "ds_add", "ds_format", "strftime", "add", "days", "=", "'%Y'", "'x'", "1", "-1", "(", ")",
        "[", "]", ".", "|", ",", ":", "default", "replace", "split", "in_timezone", "'UTC'", "start_of", "'week'", "end_of", " ", "ti", "xcom_pull",
        "xcom", "a", "'%d%m%j%U%W%V%z'", "9999999999999999999", "years", "get",
    ]), 0..14)) {
        let template = ["{{", &words.concat(), "}}"].concat();
        render(&template, r#"{"a":["b",{"c":1}]}"#);
        inspect(&template);
    }

    #[test]
    fn json_survives(value in any_json()) {
        let text = value.to_string();
        let read = Json::parse(&text).unwrap();
        prop_assert_eq!(read.to_json(), text);
    }

    #[test]
    fn conf_values_are_never_read_again(value in any::<String>()) {
        let conf = serde_json::json!({ "v": value }).to_string();
        prop_assert_eq!(render("{{ dag_run.conf.v }}", &conf), value);
    }
}

#[test]
fn a_duration_that_is_written_out_is_that_of_its_function_and_arguments() {
    let text = "{% for f in [macros.timedelta, macros.dateutil.relativedelta.relativedelta] %}{{ logical_date - f(days=-1) }} \
                {{ f(days=1) }};{% endfor %}{% for n in [1, 2] %}{{ macros.timedelta(n, seconds=+1) }} {{ macros.timedelta(*[n]) }} \
                {{ macros.timedelta(**{'hours': n}) }};{% endfor %}{% set macros = {'timedelta': 'x'} %}{{ macros.timedelta }}";
    let template = Template::parse(text);
    for date in [DATE, DATE + DAY] {
        let (zone, date) = (Zone::utc(), Instant::clamped(date));
        let rendered = template.render(&Context::new(date, &zone, &Alone), None, OnUnknown::Error).unwrap();
        let next = Instant::clamped(date.ms() + DAY).to_string().replace('Z', "+00:00");
        let expected = format!(
            "{next} 1 day, 0:00:00;{next} relativedelta(days=+1);1 day, 0:00:01 1 day, 0:00:00 1:00:00;\
             2 days, 0:00:01 2 days, 0:00:00 2:00:00;x"
        );
        assert_eq!(rendered, expected);
    }
}

#[test]
fn codes_of_strftime_end_at_whole_characters() {
    for (format, expected) in [
        ("%é%", "%é%"),
        ("%Eé%d", "%Eé01"),
        ("%-😀%j", "%-😀061"),
        ("%E%d", "%E%d"),
        ("%5%|%3d|%1d|%-m|%_5H|%05e|%#p|%^a", "    %|001|1|3|    0|00001|am|FRI"),
        ("%5", "%5"),
        ("%-f%f", "%-f000000"),
        ("%Y%m%dé%F", "20240301é2024-03-01"),
    ] {
        assert_eq!(render(&format!("{{{{ logical_date.strftime('{format}') }}}}"), "{}"), expected, "{format}");
    }
}

#[test]
fn a_filter_over_a_block_gives_text_or_stays() {
    for text in [
        "{% filter length %}abc{% endfilter %}",
        "a{% filter list %}bc{% endfilter %}d",
        "{% filter int %}5{% endfilter %}",
    ] {
        assert_eq!(render(text, "{}"), text);
    }
    assert_eq!(render("{% filter length | string %}abc{% endfilter %}{% filter upper %}a{% endfilter %}", "{}"), "3A");
    assert_eq!(render("{% filter escape %}a<b{% endfilter %}", "{}"), "a&lt;b");
}
