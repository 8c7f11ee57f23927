//! Templates. What was parsed lately is kept: the same few templates are rendered for many runs.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Reflect;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::codes::{LookupCode, OnUnknownCode};
use super::convert::{answer, instant, thrown};
use super::timetable::RawTimetable;
use crate::error::{Code, Error};
use crate::macros::quoted_by_shell;
use crate::macros::{
    Context, Host, Json, Lookup, NoHost, OnUnknown, Template, Unresolved, catalog, inspect, render_range, resolve_xcom,
    xcom_tasks,
};
use crate::plan::{RunDates, RunType};
use crate::time::{Edge, Instant, Zone};
use crate::wire::{catalog_shape, inspection_shape, unresolved_shape};

type Answer<T> = Result<T, JsValue>;

/// More would be templates made of data; those are not worth keeping.
const KEPT: usize = 256;
/// So many bytes of texts. What is made of them takes several times as much.
const KEPT_BYTES: usize = 4 << 20;

/// Things made of texts, ascending by text, for as long as there are not too many.
struct Lately<T> {
    texts: Vec<String>,
    made: Vec<Rc<T>>,
    bytes: usize,
}

thread_local! {
    static TEMPLATES: RefCell<Lately<Template>> = const { RefCell::new(Lately::new()) };
    static VALUES: RefCell<Lately<Json>> = const { RefCell::new(Lately::new()) };
}

impl<T> Lately<T> {
    const fn new() -> Lately<T> {
        Lately { texts: Vec::new(), made: Vec::new(), bytes: 0 }
    }

    fn get(&self, text: &str) -> Option<Rc<T>> {
        self.made.get(place(&self.texts, text).ok()?).cloned()
    }

    fn put(&mut self, text: &str, made: T) -> Rc<T> {
        if self.texts.len() >= KEPT || self.bytes + text.len() > KEPT_BYTES {
            *self = Lately::new();
        }
        self.bytes += text.len();
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

fn value(json: &str) -> Answer<Rc<Json>> {
    if let Some(known) = VALUES.with_borrow(|known| known.get(json)) {
        return Ok(known);
    }
    let value = Json::parse(json).map_err(thrown)?;
    Ok(VALUES.with_borrow_mut(|known| known.put(json, value)))
}

#[wasm_bindgen]
extern "C" {
    /// The host's variables, connections and macros, by the number of a `LookupCode`: an object of the face.
    pub type MacroHost;
    #[wasm_bindgen(method)]
    fn knows(this: &MacroHost, lookup: u8) -> bool;
    /// The value of a name as JSON text, or nothing.
    #[wasm_bindgen(method, catch, js_name = lookUp)]
    fn look_up(this: &MacroHost, lookup: u8, name: &str) -> Result<Option<String>, JsValue>;
}

struct Asked(MacroHost);

impl Host for Asked {
    fn knows(&self, lookup: Lookup) -> bool {
        self.0.knows(LookupCode::from(lookup) as u8)
    }

    fn look_up(&self, lookup: Lookup, name: &str) -> crate::error::Result<Option<Json>> {
        let told = self.0.look_up(LookupCode::from(lookup) as u8, name).map_err(|error| {
            let message = Reflect::get(&error, &JsValue::from_str("message")).ok().and_then(|text| text.as_string());
            Error::new(Code::InvalidOption, message.unwrap_or_else(|| format!("{name}: the lookup failed")))
        })?;
        told.map(|json| Json::parse(&json)).transpose()
    }
}

/// Everything about a run but its date. The face makes one for the runs that share it.
#[wasm_bindgen]
pub struct RawMacros {
    timetable: crate::schedule::Timetable,
    run_type: RunType,
    zone: Zone,
    dag_id: Option<String>,
    conf: Rc<Json>,
    params: Rc<Json>,
    on_unknown: OnUnknown,
    /// Texts that stayed as written in the last template that was rendered.
    unresolved: RefCell<Vec<Unresolved>>,
}

#[wasm_bindgen]
#[allow(missing_docs)]
impl RawMacros {
    /// `conf` and `params` are JSON objects; `on_unknown` is a number of `OnUnknownCode`.
    #[wasm_bindgen(constructor)]
    pub fn new(
        timetable: &RawTimetable,
        run_type: &str,
        macro_zone: Option<String>,
        dag_id: Option<String>,
        conf: &str,
        params: &str,
        on_unknown: u32,
    ) -> Answer<RawMacros> {
        let zone = macro_zone.map_or_else(|| Ok(timetable.0.zone().clone()), |name| Zone::load(&name));
        Ok(RawMacros {
            timetable: timetable.0.clone(),
            run_type: RunType::from_name(run_type).unwrap_or_default(),
            zone: zone.map_err(|error| thrown(error.field("macroTimeZone")))?,
            dag_id,
            conf: value(conf)?,
            params: value(params)?,
            on_unknown: OnUnknownCode::read(on_unknown).unwrap_or(OnUnknown::Keep),
            unresolved: RefCell::default(),
        })
    }

    /// Renders a template. `xcom` is a JSON object by task and key; `known` a JSON object of what else is known of the run: `dag`,
    /// `task`, `facts`, `elsewhere` (XCom of other runs), `now`, `until`, where its data interval ends (milliseconds), and `preview` for one.
    /// With `reports` what stayed as written can be taken afterwards.
    #[allow(clippy::too_many_arguments)]
    pub fn render(
        &self,
        text: &str,
        date: &JsValue,
        run_id: Option<String>,
        task_id: Option<String>,
        attempt: u32,
        xcom: Option<String>,
        known: Option<String>,
        host: Option<MacroHost>,
        reports: bool,
    ) -> Answer<String> {
        let run = Run { run_id, task_id, attempt, xcom, known, host };
        self.with_run(date, run, |context, xcom| {
            if !reports {
                return template(text).render(context, xcom, self.on_unknown);
            }
            let report = template(text).render_report(context, xcom, self.on_unknown)?;
            *self.unresolved.borrow_mut() = report.unresolved;
            Ok(report.text)
        })
    }

    /// Texts that stayed as written in the last render with `reports`.
    #[wasm_bindgen(js_name = takeUnresolved)]
    pub fn take_unresolved(&self) -> Answer<JsValue> {
        answer(unresolved_shape(&self.unresolved.take()))
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

/// The parts of a context that differ from render to render.
struct Run {
    run_id: Option<String>,
    task_id: Option<String>,
    attempt: u32,
    xcom: Option<String>,
    known: Option<String>,
    host: Option<MacroHost>,
}

impl RawMacros {
    fn with_run<T>(
        &self,
        date: &JsValue,
        run: Run,
        render: impl FnOnce(&Context<'_>, Option<&Json>) -> crate::error::Result<T>,
    ) -> Answer<T> {
        const NOTHING: &Json = &Json::Null;
        let date =
            instant(date, self.timetable.zone(), Edge::Point).map_err(|error| thrown(error.field("executionDate")))?;
        let xcom = run.xcom.map(|xcom| value(&xcom)).transpose()?;
        let known = run.known.map(|known| value(&known)).transpose()?;
        let known = |name: &str| known.as_deref().and_then(|known| known.get(name));
        let now = match known("now") {
            Some(Json::Int(now)) => Some(Instant::clamped(*now)),
            _ => None,
        };
        let asked = run.host.map(Asked);
        let until = match known("until") {
            Some(Json::Int(until)) => Some(Instant::clamped(*until)),
            _ => None,
        };
        let dates = RunDates::new(&self.timetable, self.run_type).until(until);
        let context = Context {
            run_id: run.run_id.as_deref(),
            task_id: run.task_id.as_deref(),
            attempt: run.attempt,
            dag: known("dag").unwrap_or(NOTHING),
            task: known("task").unwrap_or(NOTHING),
            facts: known("facts").unwrap_or(NOTHING),
            elsewhere: known("elsewhere").unwrap_or(NOTHING),
            now,
            host: asked.as_ref().map_or(&NoHost, |asked| asked),
            previews: known("preview").is_some(),
            ..self.context(date, &dates)
        };
        render(&context, xcom.as_deref()).map_err(thrown)
    }

    fn context<'a>(&'a self, date: Instant, dates: &'a RunDates<'a>) -> Context<'a> {
        Context {
            run_type: self.run_type.as_str(),
            dag_id: self.dag_id.as_deref(),
            conf: &self.conf,
            params: &self.params,
            dag_zone: Some(self.timetable.zone()),
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
    Ok(resolve_xcom(text, &Json::parse(xcom).map_err(thrown)?))
}

/// The names that a template uses. `command`: with `quoted`, where the expressions stand that a shell reads as quoted.
#[wasm_bindgen(js_name = inspectTemplate)]
pub fn inspect_template(text: &str, command: Option<bool>) -> Answer<JsValue> {
    answer(inspection_shape(&inspect(text), command.map(|_| quoted_by_shell(text))))
}

/// Every name of the language and its kind; the texts about it are the face's.
#[wasm_bindgen(js_name = macroNames)]
pub fn macro_names() -> Answer<JsValue> {
    answer(catalog_shape(catalog()))
}

/// The tasks whose XCom a template reads, where it says so itself.
#[wasm_bindgen(js_name = xcomTasks)]
pub fn xcom_tasks_of(template: &str) -> Option<Vec<String>> {
    xcom_tasks(template)
}
