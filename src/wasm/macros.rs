//! Templates. What was parsed lately is kept: the same few templates are rendered for many runs.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::convert::{answer, instant, thrown};
use super::timetable::RawTimetable;
use crate::macros::{Context, OnUnknown, Template, Value, catalog, inspect, render_range, resolve_xcom};
use crate::plan::{RunDates, RunType};
use crate::time::{Edge, Instant, Zone};
use crate::wire::{catalog_shape, inspection_shape};

type Answer<T> = Result<T, JsValue>;

/// More would be templates made of data; those are not worth keeping.
const KEPT: usize = 256;

/// Things made of texts, ascending by text, for as long as there are not too many.
struct Lately<T> {
    texts: Vec<String>,
    made: Vec<Rc<T>>,
}

thread_local! {
    static TEMPLATES: RefCell<Lately<Template>> = const { RefCell::new(Lately::new()) };
    static VALUES: RefCell<Lately<Value>> = const { RefCell::new(Lately::new()) };
}

impl<T> Lately<T> {
    const fn new() -> Lately<T> {
        Lately { texts: Vec::new(), made: Vec::new() }
    }

    fn get(&self, text: &str) -> Option<Rc<T>> {
        self.made.get(place(&self.texts, text).ok()?).cloned()
    }

    fn put(&mut self, text: &str, made: T) -> Rc<T> {
        if self.texts.len() >= KEPT {
            self.texts.clear();
            self.made.clear();
        }
        let made = Rc::new(made);
        if let Err(place) = place(&self.texts, text) {
            self.texts.insert(place, text.to_owned());
            self.made.insert(place, made.clone());
        }
        made
    }
}

/// Where a text stands among others, or where it belongs.
#[inline(never)]
fn place(texts: &[String], text: &str) -> Result<usize, usize> {
    texts.binary_search_by(|other| other.as_str().cmp(text))
}

fn template(text: &str) -> Rc<Template> {
    let known = TEMPLATES.with_borrow(|known| known.get(text));
    known.unwrap_or_else(|| {
        let template = Template::parse(text);
        TEMPLATES.with_borrow_mut(|known| known.put(text, template))
    })
}

fn value(json: &str) -> Answer<Rc<Value>> {
    if let Some(known) = VALUES.with_borrow(|known| known.get(json)) {
        return Ok(known);
    }
    let value = Value::parse(json).map_err(thrown)?;
    Ok(VALUES.with_borrow_mut(|known| known.put(json, value)))
}

/// Everything about a run but its date. The face makes one for the runs that share it.
#[wasm_bindgen]
pub struct RawMacros {
    timetable: crate::schedule::Timetable,
    run_type: RunType,
    zone: Zone,
    dag_id: Option<String>,
    conf: Rc<Value>,
    params: Rc<Value>,
    on_unknown: OnUnknown,
}

#[wasm_bindgen]
#[allow(missing_docs)]
impl RawMacros {
    /// `conf` and `params` are JSON objects; `on_unknown` is 0 = keep, 1 = error, 2 = empty.
    #[wasm_bindgen(constructor)]
    pub fn new(
        timetable: &RawTimetable,
        run_type: &str,
        macro_zone: Option<String>,
        dag_id: Option<String>,
        conf: &str,
        params: &str,
        on_unknown: u8,
    ) -> Answer<RawMacros> {
        let zone = macro_zone.map_or_else(|| Ok(timetable.0.zone().clone()), |name| Zone::load(&name));
        Ok(RawMacros {
            timetable: timetable.0.clone(),
            run_type: RunType::from_name(run_type).unwrap_or_default(),
            zone: zone.map_err(|error| thrown(error.field("macroTimeZone")))?,
            dag_id,
            conf: value(conf)?,
            params: value(params)?,
            on_unknown: match on_unknown {
                1 => OnUnknown::Error,
                2 => OnUnknown::Empty,
                _ => OnUnknown::Keep,
            },
        })
    }

    /// Renders a template. `xcom` is a JSON object by task and key.
    #[allow(clippy::too_many_arguments)]
    pub fn render(
        &self,
        text: &str,
        date: &JsValue,
        run_id: Option<String>,
        task_id: Option<String>,
        attempt: u32,
        xcom: Option<String>,
    ) -> Answer<String> {
        let date =
            instant(date, self.timetable.zone(), Edge::Point).map_err(|error| thrown(error.field("executionDate")))?;
        let xcom = xcom.map(|xcom| value(&xcom)).transpose()?;
        let dates = RunDates::new(&self.timetable, self.run_type);
        let context =
            Context { run_id: run_id.as_deref(), task_id: task_id.as_deref(), attempt, ..self.context(date, &dates) };
        template(text).render(&context, xcom.as_deref(), self.on_unknown).map_err(thrown)
    }

    /// One template for many dates.
    #[wasm_bindgen(js_name = renderRange)]
    pub fn render_range(
        &self,
        text: &str,
        dates: &[f64],
        run_id: Option<String>,
        task_id: Option<String>,
    ) -> Answer<RawRendered> {
        let mut instants = Vec::with_capacity(dates.len());
        for (index, ms) in dates.iter().enumerate() {
            let read = Instant::from_js(*ms).map_err(|error| error.field(format!("dates[{index}]")));
            instants.push(read.map_err(thrown)?);
        }
        let first = instants.first().copied().unwrap_or(Instant::MIN);
        let around = RunDates::new(&self.timetable, self.run_type);
        let (run_id, task_id) = (run_id.as_deref(), task_id.as_deref());
        let context = Context { run_id, task_id, ..self.context(first, &around) };
        let rendered = render_range(&template(text), &instants, &context, None, self.on_unknown).map_err(thrown)?;
        Ok(RawRendered { text: rendered.text, ends: rendered.ends })
    }
}

impl RawMacros {
    fn context<'a>(&'a self, date: Instant, dates: &'a RunDates<'a>) -> Context<'a> {
        Context {
            run_type: self.run_type.as_str(),
            dag_id: self.dag_id.as_deref(),
            conf: &self.conf,
            params: &self.params,
            ..Context::new(date, &self.zone, dates)
        }
    }
}

/// Many texts in one: `ends` are in UTF-16 units.
#[wasm_bindgen]
pub struct RawRendered {
    text: String,
    ends: Vec<u32>,
}

#[wasm_bindgen]
#[allow(missing_docs)]
impl RawRendered {
    #[wasm_bindgen(js_name = takeText)]
    pub fn take_text(&mut self) -> String {
        std::mem::take(&mut self.text)
    }

    #[wasm_bindgen(js_name = takeEnds)]
    pub fn take_ends(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.ends)
    }
}

/// XCom references alone.
#[wasm_bindgen(js_name = resolveXcom)]
pub fn resolve_xcom_references(text: &str, xcom: &str) -> Answer<String> {
    Ok(resolve_xcom(text, &Value::parse(xcom).map_err(thrown)?))
}

/// What a template uses.
#[wasm_bindgen(js_name = inspectTemplate)]
pub fn inspect_template(text: &str) -> Answer<JsValue> {
    answer(inspection_shape(&inspect(text)))
}

/// Every macro, filter and method.
#[wasm_bindgen(js_name = macroCatalog)]
pub fn macro_catalog() -> Answer<JsValue> {
    answer(catalog_shape(catalog()))
}
