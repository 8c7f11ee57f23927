//! Templates of public DAGs, and of the test suites of Jinja2, Airflow and pendulum, against what Airflow's environment gave.
//! What differs is listed in COMPATIBILITY.md and here; nothing else may.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::string_slice)]

use dagfill::error::Result;
use dagfill::macros::{Context, Host, Json, Lookup, OnUnknown, Template};
use dagfill::plan::{RunDates, RunType};
use dagfill::schedule::{Dialect, ScheduleInput, Timetable, TimetableOptions};
use dagfill::time::{DateInput::Text, Edge, Zone, read_date};
use serde_json::{Value, json};

/// What a case gives the host.
struct Given {
    variables: Option<Json>,
    macros: Json,
}

impl Host for Given {
    fn knows(&self, lookup: Lookup) -> bool {
        lookup == Lookup::Macro || lookup == Lookup::Variable && self.variables.is_some()
    }

    fn look_up(&self, lookup: Lookup, name: &str) -> Result<Option<Json>> {
        let from = if lookup == Lookup::Macro { Some(&self.macros) } else { self.variables.as_ref() };
        Ok(from.and_then(|from| from.get(name)).cloned())
    }
}

fn json(value: &Value) -> Json {
    Json::parse(&if value.is_null() { "{}".to_owned() } else { value.to_string() }).unwrap()
}

struct Case<'a> {
    date: &'a str,
    schedule: &'a str,
    zone: &'a str,
    macro_zone: &'a str,
    run_id: Option<&'a str>,
    conf: &'a Value,
    params: &'a Value,
    xcom: &'a Value,
    facts: Value,
    host: Given,
}

fn render(template: &str, case: &Case<'_>) -> String {
    let schedule =
        ScheduleInput::Cron { texts: vec![case.schedule.to_owned()], dialect: Dialect::Unix, day_match: None };
    let options = TimetableOptions { time_zone: Some(case.zone.to_owned()), ..Default::default() };
    let timetable = Timetable::new(&schedule, &options).unwrap();
    let date = read_date(Text(case.date), timetable.zone(), Edge::Point).unwrap();
    let zone = Zone::load(case.macro_zone).unwrap();
    let dates = RunDates::new(&timetable, RunType::Scheduled);
    let (conf, params, xcom, facts) = (json(case.conf), json(case.params), json(case.xcom), json(&case.facts));
    let context = Context {
        run_type: "scheduled",
        run_id: case.run_id,
        dag_id: Some("my_dag"),
        dag_zone: Some(timetable.zone()),
        task_id: Some("my_task"),
        conf: &conf,
        params: &params,
        facts: &facts,
        host: &case.host,
        ..Context::new(date, &zone, &dates)
    };
    Template::parse(template).render(&context, Some(&xcom), OnUnknown::Keep).unwrap()
}

/// The difference that COMPATIBILITY.md lists: dates with a T, JSON instead of Python's literals, the last line's end.
fn canonical(text: &str) -> String {
    let bytes: Vec<char> = text.trim_end_matches('\n').chars().collect();
    let mut out = String::new();
    let digit = |at: usize| bytes.get(at).is_some_and(char::is_ascii_digit);
    let mut at = 0;
    while at < bytes.len() {
        let c = bytes[at];
        let is_date =
            at >= 10 && digit(at - 1) && digit(at + 1) && bytes[at - 3] == '-' && bytes.get(at + 3) == Some(&':');
        match c {
            ' ' if is_date => out.push('T'),
            ' ' if matches!(at.checked_sub(1).map(|at| bytes[at]), Some(',' | ':')) => {}
            '\'' => out.push('"'),
            '(' => out.push('['),
            ')' => out.push(']'),
            c => out.push(c),
        }
        at += 1;
    }
    [("True", "true"), ("False", "false"), ("None", "null"), (",]", "]")]
        .iter()
        .fold(out, |text, (a, b)| text.replace(a, b))
}

/// Prints a figure of a test that passes, too: what is written past the test's own capture is always seen.
#[allow(clippy::explicit_write)]
fn figure(text: &str) {
    use std::io::Write;
    writeln!(std::io::stderr(), "{text}").unwrap();
}

#[derive(Default)]
struct Counts {
    exact: usize,
    listed: usize,
    kept: Vec<String>,
    wrong: Vec<String>,
    /// Where Airflow raises.
    raised: usize,
}

impl Counts {
    fn add(&mut self, template: &str, got: &str, expected: std::result::Result<&str, &str>, listed: bool) {
        let shown = || {
            format!(
                "{}\n    got      {got:?}\n    expected {expected:?}",
                template.chars().take(300).collect::<String>()
            )
        };
        match expected {
            Ok(text) if got == text => self.exact += 1,
            Ok(text) if listed || canonical(got) == canonical(text) => self.listed += 1,
            Ok(_) if got.contains("{{") || got.contains("{%") => self.kept.push(shown()),
            Ok(_) => self.wrong.push(shown()),
            Err(_) if got.contains("{{") || got.contains("{%") => self.raised += 1,
            Err(_) if listed => self.listed += 1,
            Err(_) => self.wrong.push(shown()),
        }
    }

    fn print(&self, what: &str) {
        let Counts { exact, listed, kept, wrong, raised } = self;
        let (kept, wrong) = (kept.len(), wrong.len());
        figure(&format!(
            "{what}: {exact} exact, {listed} listed, {kept} left, {wrong} wrong; {raised} stay where Airflow raises"
        ));
    }

    /// What is neither exact nor listed.
    fn faults(&self) -> String {
        format!("kept:\n  {}\nwrong:\n  {}", self.kept.join("\n  "), self.wrong.join("\n  "))
    }
}

/// `var_a_b` for `var.value.a_b` and `var.json.a.b`, as the corpus has it.
fn corpus_variables(template: &str) -> Json {
    let mut all = serde_json::Map::new();
    for part in template.split("var.").skip(1) {
        let path: String = part.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.')).collect();
        let path = path.strip_prefix("value.").or(path.strip_prefix("json.")).unwrap_or(&path);
        let mut keys: Vec<&str> = path.split('.').collect();
        if keys[0] == "get" {
            keys = vec![part.split(['\'', '"']).nth(1).unwrap()];
        }
        let leaf = Value::String(format!("var_{}", keys.join("_")));
        let (first, rest) = keys.split_first().unwrap();
        let value = rest.iter().rev().fold(leaf, |inner, key| serde_json::json!({ *key: inner }));
        match (all.get_mut(*first), value) {
            (Some(Value::Object(known)), Value::Object(more)) => known.extend(more),
            (_, value) => drop(all.insert((*first).to_owned(), value)),
        }
    }
    json(&Value::Object(all))
}

/// What only a running Airflow knows.
const ELSEWHERE: &[&str] =
    &["utcnow()", "log_url", "unixname", "job_id", "dag_run.start_date", "task_instance.", "ti.start_date", "run.id"];

#[test]
fn templates_of_public_dags_render_as_airflows() {
    let file: Value = serde_json::from_str(include_str!("cases/templates/real_templates.json")).unwrap();
    let mut counts = Counts::default();
    for row in file["templates"].as_array().unwrap() {
        let template = row["template"].as_str().unwrap();
        for context in file["contexts"].as_array().unwrap() {
            let text = |name: &str| context[name].as_str().unwrap();
            let expected = &row["expected"][text("id")];
            let expected = expected["ok"].as_str().ok_or_else(|| expected["error"].as_str().unwrap());
            let none = Value::Null;
            let case = Case {
                date: text("executionDate"),
                schedule: text("schedule"),
                zone: text("timeZone"),
                macro_zone: "UTC",
                run_id: Some(text("runId")),
                conf: if context["conf"] == true { &row["conf"] } else { &none },
                params: &row["params"],
                xcom: &row["xcom"],
                facts: serde_json::json!({ "prev_start_date_success": null }),
                host: Given { variables: Some(corpus_variables(template)), macros: Json::Object(vec![]) },
            };
            let got = render(template, &case);
            let only_airflow = got == template && ELSEWHERE.iter().any(|name| template.contains(name));
            // None of an absent value stays as written.
            let absent = expected == Ok("None") && got == template;
            counts.add(template, &got, expected, only_airflow || absent);
        }
    }
    counts.print("templates of public DAGs in six contexts");
    assert!(counts.wrong.is_empty() && counts.kept.is_empty(), "{}", counts.faults());
    assert_eq!((counts.exact, counts.listed, counts.raised), (1208, 150, 136));
}

/// What COMPATIBILITY.md lists by name: what the names of offsets, of locales, HTML, and Python's own objects would take.
const LISTED: &[&str] = &[
    "to_cookie_string",
    "to_rfc850_string",
    "isocalendar() }}",
    "tojson",
    "urlize",
    "ds_format_locale",
    "ti.xcom_pull('absent') }}",
    "_undefined_name",
];

#[test]
fn rows_of_other_test_suites_render_as_jinjas() {
    let file: Value = serde_json::from_str(include_str!("cases/templates/jinja_rows.json")).unwrap();
    let mut counts = Counts::default();
    for row in file["rows"].as_array().unwrap() {
        let Some(template) = row["template"].as_str() else { continue };
        let context = &row["context"];
        let text = |name: &str| context[name].as_str();
        let case = Case {
            date: text("executionDate").unwrap(),
            schedule: text("schedule").unwrap(),
            zone: text("timeZone").unwrap(),
            macro_zone: text("macroTimeZone").or(text("timeZone")).unwrap(),
            run_id: None,
            conf: &context["conf"],
            params: &context["params"],
            xcom: &context["xcom"],
            facts: Value::Null,
            host: Given { variables: context.get("variables").map(json), macros: json(&context["macros"]) },
        };
        let got = render(template, &case);
        let plain = row["plainJinja"]["expected"].as_str().is_some_and(|plain| canonical(plain) == canonical(&got));
        let expected = row["expected"].as_str().ok_or("raises");
        counts.add(template, &got, expected, plain || LISTED.iter().any(|name| template.contains(name)));
    }
    counts.print("rows of other test suites");
    assert_eq!((counts.exact, counts.listed, counts.raised), (1244, 205, 45));
    assert!(counts.wrong.is_empty() && counts.kept.is_empty(), "{}", counts.faults());
}

#[test]
fn generated_expressions_render_as_jinjas() {
    let file: Value = serde_json::from_str(include_str!("cases/templates/generated.json")).unwrap();
    let (mut wrong, mut rendered, none) = (Vec::new(), 0, Value::Null);
    for row in file["renders"].as_array().unwrap() {
        let when = &file["dates"][row[0].as_u64().unwrap() as usize];
        let template = row[1].as_str().unwrap();
        let mut params = file["params"].as_object().unwrap().clone();
        params.extend(file["conf"].as_object().unwrap().clone());
        let case = Case {
            date: when[0].as_str().unwrap(),
            schedule: "@daily",
            zone: when[1].as_str().unwrap(),
            macro_zone: when[1].as_str().unwrap(),
            run_id: None,
            conf: &file["conf"],
            params: &Value::Object(params),
            xcom: &none,
            facts: Value::Null,
            host: Given { variables: None, macros: Json::Object(vec![]) },
        };
        let got = render(template, &case);
        // Where Python raises something stays, or dagfill is more lenient about what is absent.
        let is_right = match row[2].as_str() {
            Some(expected) => got == expected,
            None => got.contains("{{") || got.contains("{%") || template.contains("absent"),
        };
        rendered += 1;
        if !is_right {
            wrong.push(format!("{when} {template}\n    got      {got:?}\n    expected {}", row[2]));
        }
    }
    figure(&format!("generated expressions: {rendered} rendered, {} wrong", wrong.len()));
    assert_eq!(rendered, 2400);
    assert!(wrong.is_empty(), "{} wrong:\n  {}", wrong.len(), wrong.join("\n  "));
}

#[test]
fn what_python_does_at_its_edges_is_done_here() {
    let file: Value = serde_json::from_str(include_str!("cases/templates/edges.json")).unwrap();
    let none = Value::Null;
    // What stays although Python has a value, as COMPATIBILITY.md says.
    let kept = file["kept"].as_array().unwrap().iter().map(|text| json!(["2024-03-01T00:00:00Z", "UTC", text, null]));
    for row in file["renders"].as_array().unwrap().iter().cloned().chain(kept) {
        let text = |place: usize| row[place].as_str().unwrap();
        let case = Case {
            date: text(0),
            schedule: "@daily",
            zone: text(1),
            macro_zone: text(1),
            run_id: None,
            conf: &none,
            params: &none,
            xcom: &none,
            facts: Value::Null,
            host: Given { variables: None, macros: Json::Object(vec![]) },
        };
        let expected = row[3].as_str().unwrap_or(text(2));
        assert_eq!(render(text(2), &case), expected, "{row}");
    }
}
