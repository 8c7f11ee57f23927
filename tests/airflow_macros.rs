//! Templates as Apache Airflow 2 rendered them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use dagfill::macros::{Context, Json, OnUnknown, Template};
use dagfill::plan::{RunDates, RunType};
use dagfill::schedule::{Dialect, ScheduleInput, Timetable, TimetableOptions};
use dagfill::time::{DateInput::Text, Edge, Zone, read_date};

#[test]
fn every_render_is_airflows() {
    let file: serde_json::Value = serde_json::from_str(include_str!("cases/airflow/airflow_macros.json")).unwrap();
    let mut rendered = 0;
    for case in file["cases"].as_array().unwrap() {
        let given = &case["context"];
        let text = |name: &str| given[name].as_str().unwrap();
        let schedule = match given["schedule"].as_str() {
            Some(text) => ScheduleInput::Cron { texts: vec![text.to_owned()], dialect: Dialect::Unix, day_match: None },
            None => {
                ScheduleInput::Every { period: given["schedule"]["every"].as_str().unwrap().to_owned(), anchor: None }
            }
        };
        let options = TimetableOptions { time_zone: Some(text("timeZone").to_owned()), ..Default::default() };
        let timetable = Timetable::new(&schedule, &options).unwrap();
        let date = read_date(Text(text("executionDate")), timetable.zone(), Edge::Point).unwrap();
        let zone = Zone::load(text("macroTimeZone")).unwrap();
        let dates = RunDates::new(&timetable, RunType::from_name(text("runType")).unwrap());
        let json = |name: &str| Json::parse(&given[name].to_string()).unwrap();
        let (conf, params) = (json("conf"), json("params"));
        let context = Context {
            run_type: text("runType"),
            dag_id: Some(text("dagId")),
            task_id: Some(text("taskId")),
            conf: &conf,
            params: &params,
            ..Context::new(date, &zone, &dates)
        };
        for render in case["renders"].as_array().unwrap() {
            let template = render["template"].as_str().unwrap();
            let output = Template::parse(template).render(&context, None, OnUnknown::Keep).unwrap();
            assert_eq!(output, render["output"].as_str().unwrap(), "{template} in {}", case["case"]);
            rendered += 1;
        }
    }
    assert_eq!(rendered, 423);
}
