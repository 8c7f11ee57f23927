//! Templates against tables: Jinja's own renders, hostile texts, the catalog's examples.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use dagfill::macros::{Alone, Context, Json, OnUnknown, Template, inspect};
use dagfill::time::{DateInput::Text, Edge, Zone, read_date};

fn table(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn every_render_is_jinjas() {
    let file = table(include_str!("cases/macros/jinja.json"));
    let (conf, params) =
        (Json::parse(&file["conf"].to_string()).unwrap(), Json::parse(&file["params"].to_string()).unwrap());
    let mut wrong = Vec::new();
    for case in file["cases"].as_array().unwrap() {
        let zone = Zone::load(case["timeZone"].as_str().unwrap()).unwrap();
        let date = read_date(Text(case["executionDate"].as_str().unwrap()), &zone, Edge::Point).unwrap();
        let context = Context { conf: &conf, params: &params, ..Context::new(date, &zone, &Alone) };
        for render in case["renders"].as_array().unwrap() {
            let (template, expected) = (render["template"].as_str().unwrap(), render["output"].as_str().unwrap());
            let output = Template::parse(template).render(&context, None, OnUnknown::Keep).unwrap();
            if output != expected {
                wrong.push(format!("{}: {template}\n  expected {expected:?}\n  got      {output:?}", case["case"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn parts(parts: &serde_json::Value) -> String {
    let part = |part: &serde_json::Value| part[0].as_str().unwrap().repeat(part[1].as_u64().unwrap() as usize);
    parts.as_array().unwrap().iter().map(part).collect()
}

#[test]
fn hostile_texts_stay_harmless() {
    let zone = Zone::utc();
    let date = read_date(Text("2024-03-01T00:00:00Z"), &zone, Edge::Point).unwrap();
    for case in table(include_str!("cases/macros/hostile.json"))["cases"].as_array().unwrap() {
        let json = |name: &str| Json::parse(&case[name].to_string()).unwrap();
        let (conf, xcom) = (json("conf"), json("xcom"));
        let context = Context { conf: &conf, ..Context::new(date, &zone, &Alone) };
        let template = parts(&case["template"]);
        let expected = if case["output"].is_null() { template.clone() } else { parts(&case["output"]) };
        let xcom = (!case["xcom"].is_null()).then_some(&xcom);
        let output = Template::parse(&template).render(&context, xcom, OnUnknown::Keep).unwrap();
        // A megabyte is no message.
        let start = |text: &str| text.chars().take(200).collect::<String>();
        assert!(
            output == expected,
            "{}\n  expected {:?}\n  got      {:?}",
            case["name"],
            start(&expected),
            start(&output)
        );
        inspect(&template);
    }
}
