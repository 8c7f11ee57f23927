//! The catalog of the face: every name of the core has its row there, and every example prints what the row says.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use dagfill::error::Result;
use dagfill::macros::{Alone, Context, Host, Json, Lookup, Neighbours, OnUnknown, Template, catalog, inspect};
use dagfill::time::{Instant, Zone};

const DAY: i64 = 86_400_000;

struct Daily;

impl Neighbours for Daily {
    fn previous(&self, date: Instant) -> Option<Instant> {
        Instant::new(date.ms() - DAY).ok()
    }

    fn next(&self, date: Instant) -> Option<Instant> {
        Instant::new(date.ms() + DAY).ok()
    }

    fn interval(&self, date: Instant) -> Option<(Instant, Instant)> {
        Alone.interval(date).map(|(start, _)| (start, Instant::clamped(date.ms() + DAY)))
    }
}

struct Warehouse;

impl Host for Warehouse {
    fn knows(&self, _: Lookup) -> bool {
        true
    }

    fn look_up(&self, lookup: Lookup, name: &str) -> Result<Option<Json>> {
        Ok(match (lookup, name) {
            (Lookup::Variable, "bucket") => Some(Json::Text("lake".into())),
            (Lookup::Variable, "cfg") => Some(Json::parse(r#"{"retries":3}"#)?),
            (Lookup::Connection, "warehouse") => {
                Some(Json::parse(r#"{"host":"db.example","get_uri":"postgres://db.example"}"#)?)
            }
            _ => None,
        })
    }
}

const FACTS: &str = r#"{"dag_run.start_date":"2024-03-02T00:00:05Z","dag_run.end_date":null,"dag_run.queued_at":null,
"ti.start_date":null,"ti.end_date":null,"ti.queued_dttm":null,"prev_data_interval_start_success":"2024-02-29T00:00:00Z",
"prev_data_interval_end_success":null,"prev_start_date_success":null,"prev_end_date_success":null,
"prev_execution_date_success":null,"prev_ds_success":null,"latest_date":null,"test_mode":false,"inlets":[],"outlets":[],
"inlet_events":[],"outlet_events":[],"triggering_dataset_events":[],"triggering_asset_events":[],"expanded_ti_count":1,
"map_index_template":"a","templates_dict":{"sql":"x"},"start_date":"2024-01-01T00:00:00Z"}"#;

fn rows() -> Vec<(&'static str, [String; 4])> {
    let files = [
        ("macro", include_str!("../js/macros/catalog/macros.ts")),
        ("filter", include_str!("../js/macros/catalog/filters.ts")),
        ("method", include_str!("../js/macros/catalog/methods.ts")),
        ("test", include_str!("../js/macros/catalog/tests.ts")),
        ("statement", include_str!("../js/macros/catalog/statements.ts")),
    ];
    let mut rows = Vec::new();
    for (kind, text) in files {
        for line in text.lines().filter_map(|line| line.strip_prefix("  [")) {
            rows.push((kind, serde_json::from_str(&format!("[{}", line.strip_suffix(',').unwrap())).unwrap()));
        }
    }
    rows
}

#[test]
fn every_name_has_a_row_and_every_example_is_true() {
    let json = |text: &str| Json::parse(text).unwrap();
    let (conf, params) = (json(r#"{"region":"eu","tables":["orders","items"]}"#), json(r#"{"limit":100}"#));
    let (dag, task, facts) = (json(r#"{"owner":"data"}"#), json(r#"{"retries":2}"#), json(FACTS));
    let xcom = json(r#"{"extract":{"return_value":"s3://b/x","rows":42}}"#);
    let zone = Zone::utc();
    let date = Instant::new(1_709_251_200_000).unwrap();
    let context = Context {
        run_type: "scheduled",
        dag_id: Some("sales"),
        task_id: Some("load"),
        conf: &conf,
        params: &params,
        dag: &dag,
        task: &task,
        facts: &facts,
        now: Some(Instant::new(date.ms() + 365 * DAY).unwrap()),
        host: &Warehouse,
        ..Context::new(date, &zone, &Daily)
    };
    let mut printed = serde_json::Map::new();
    let mut wrong = Vec::new();
    let rows = rows();
    for (kind, [name, meaning, example, result]) in &rows {
        let last = name.rsplit('.').next().unwrap();
        if !example.contains(last) || !meaning.ends_with('.') {
            wrong.push(format!("{kind} {name}: {meaning} {example}"));
        }
        match Template::parse(example).render(&context, Some(&xcom), OnUnknown::Error) {
            Ok(output) => {
                if output != *result {
                    wrong.push(format!("{kind} {name}: {example} gives {output:?}, not {result:?}"));
                }
                printed.insert(format!("{kind} {name}"), output.into());
            }
            Err(error) => wrong.push(format!("{kind} {name}: {example} {error}")),
        }
        let unknown = inspect(example).unknown;
        if !unknown.iter().all(|part| part.text == "dag.owner" || part.text == "task.retries") {
            wrong.push(format!("{kind} {name}: {unknown:?}"));
        }
    }
    if let Some(path) = std::env::var_os("DAGFILL_WRITE_CATALOG") {
        std::fs::write(path, serde_json::Value::Object(printed).to_string()).unwrap();
    }
    let has = |kind: &str, name: &str| rows.iter().filter(|(known, row)| *known == kind && row[0] == name).count();
    for entry in catalog() {
        if has(entry.kind.as_str(), entry.name) != 1 {
            wrong.push(format!("{} {} has no row, or several", entry.kind.as_str(), entry.name));
        }
    }
    assert_eq!(rows.len(), catalog().count());
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
