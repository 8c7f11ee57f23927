//! What a template uses, and what in it nobody can resolve.

use super::error::{Fault, Kind, Place, Why};
use super::names::{Gives, depends_on_date, find};
use super::parser::is_of_name;
use super::syntax::{BlockKind, Call, Expr, Literal, Name, Node, Step, StepKind, Tag};
use super::template::Template;
use super::units::{Units, Unknown};
use super::unknown::{head, unknown_steps, unknowns, walk, walk_steps};

/// An XCom value that a template names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct XcomUse {
    /// The task that leaves it.
    pub task_id: String,
    /// Its key.
    pub key: String,
    /// Another DAG, whose run on the same date left it.
    pub dag_id: Option<String>,
    /// Whether runs on earlier dates may have left it.
    pub prior: bool,
}

/// A name, filter, method, test, key or statement, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// As it is written.
    pub name: String,
    /// What it is; keys of conf, params and variables are "key".
    pub kind: &'static str,
    /// Where it begins, in UTF-16 units.
    pub start: usize,
    /// Where it ends, in UTF-16 units.
    pub end: usize,
}

/// What a template uses. Names are in the order of their first use, each once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inspection {
    /// Macros, as in the catalog; params with their key.
    pub macros: Vec<String>,
    /// Keys of conf.
    pub conf_keys: Vec<String>,
    /// XCom values.
    pub xcoms: Vec<XcomUse>,
    /// Variables and connections, as they are written: `var.value.x`, `conn.x`.
    pub lookups: Vec<String>,
    /// Every name, filter, method, test, key and statement, in order.
    pub uses: Vec<Use>,
    /// What stays as written, whatever the run. Names that the host may give are among them.
    pub unknown: Vec<Unknown>,
    /// Whether another date could give another text. Parts outside the language count when they name a macro of a date.
    pub depends_on_date: bool,
    /// Whether it tells the time of its own rendering.
    pub uses_now: bool,
}

/// Reads a template without rendering it.
///
/// ```
/// let found = dagfill::macros::inspect("{{ ds }}/{{ dag_run.conf.region }}/{{ ds_nodahs }}");
/// assert_eq!((found.macros, found.conf_keys), (vec!["ds".to_owned()], vec!["region".to_owned()]));
/// assert_eq!((found.unknown[0].start, found.unknown[0].suggestion.as_deref()), (38, Some("ds_nodash")));
/// assert!(found.depends_on_date);
/// ```
pub fn inspect(template: &str) -> Inspection {
    let template = Template::parse(template);
    let mut found = Inspector::walked(&template).found;
    crate::sort::sort_by(&mut found.uses, |a, b| a.start < b.start);
    [&mut found.macros, &mut found.conf_keys, &mut found.lookups].into_iter().for_each(once);
    once(&mut found.xcoms);
    found
}

/// The tasks of its own run whose XCom a template reads; `None` where that is only known when it is rendered. Whoever renders one task of
/// thousands need not hand over the XCom of all of them.
///
/// ```
/// use dagfill::macros::xcom_tasks;
/// assert_eq!(xcom_tasks("{{ xcom.a.rows }} {{ ti.xcom_pull('b') }}"), Some(vec!["a".to_owned(), "b".to_owned()]));
/// assert_eq!(xcom_tasks("{{ ti.xcom_pull(conf.task) }}"), None);
/// ```
pub fn xcom_tasks(template: &str) -> Option<Vec<String>> {
    let mentions = template.matches("xcom").count();
    if mentions == 0 {
        return Some(Vec::new());
    }
    // A statement may give a task, or its XCom, another name.
    if template.contains("{%") {
        return None;
    }
    let template = Template::parse(template);
    let inspector = Inspector::walked(&template);
    let known = inspector.pulls == mentions;
    known.then(|| inspector.found.xcoms.into_iter().map(|read| read.task_id).collect())
}

struct Inspector<'t> {
    template: &'t Template,
    found: Inspection,
    /// How many times XCom is read of tasks that are written out.
    pulls: usize,
    units: Units<'t>,
}

impl<'t> Inspector<'t> {
    fn walked(template: &'t Template) -> Inspector<'t> {
        let units = Units::new(&template.text);
        let mut inspector = Inspector { template, found: Inspection::default(), units, pulls: 0 };
        inspector.nodes(&template.nodes);
        inspector
    }

    fn nodes(&mut self, nodes: &'t [Node]) {
        for node in nodes {
            match node {
                Node::Text(..) | Node::Comment(_) | Node::Raw(..) => {}
                Node::Output(_, Ok(expr)) => self.expr(expr),
                Node::Output(tag, Err(fault)) | Node::Stay(tag, fault) => self.fault(tag.place, *fault),
                Node::Set(tag, set) => {
                    self.statement(*tag);
                    match set {
                        Ok((_, expr)) => self.expr(expr),
                        Err(fault) => self.fault(tag.place, *fault),
                    }
                }
                Node::Block(block) => {
                    let first = block.tags.first().copied();
                    first.into_iter().for_each(|tag| self.statement(tag));
                    match &block.kind {
                        Ok(BlockKind::If(conditions)) => {
                            for (place, body) in block.bodies.iter().enumerate() {
                                match (conditions.get(place), block.tags.get(place)) {
                                    (Some(Ok(expr)), _) => self.expr(expr),
                                    (Some(Err(fault)), Some(tag)) => self.fault(tag.place, *fault),
                                    _ => {}
                                }
                                self.nodes(body);
                            }
                            continue;
                        }
                        Ok(kind) => self.kind(kind),
                        Err(fault) => first.into_iter().for_each(|tag| self.fault(tag.place, *fault)),
                    }
                    block.bodies.iter().for_each(|body| self.nodes(body));
                }
            }
        }
    }

    fn kind(&mut self, kind: &'t BlockKind) {
        match kind {
            BlockKind::If(_) => {}
            BlockKind::For(each) => {
                self.expr(&each.items);
                each.filter.iter().for_each(|filter| self.expr(filter));
            }
            BlockKind::With(bound) => bound.iter().for_each(|(_, expr)| self.expr(expr)),
            BlockKind::Set(_, steps) | BlockKind::Filter(steps) => {
                let mut lost = Vec::new();
                unknown_steps(steps, None, false, &mut |place, kind| lost.push((place, kind)));
                self.lost(lost);
                self.steps(steps);
                let mut inner = Vec::new();
                walk_steps(steps, &mut |expr| inner.push(expr));
                inner.into_iter().for_each(|expr| self.add(expr));
            }
            BlockKind::Macro(_, definition) => definition.defaults.iter().for_each(|expr| self.expr(expr)),
            BlockKind::Call(_, definition, call) => {
                definition.defaults.iter().for_each(|expr| self.expr(expr));
                self.expr(call);
            }
        }
    }

    fn expr(&mut self, expr: &'t Expr) {
        let template = self.template;
        let mut lost = Vec::new();
        unknowns(expr, &|name| template.binds(name), &mut |place, kind| lost.push((place, kind)));
        self.lost(lost);
        walk(expr, &mut |expr| self.add(expr));
    }

    fn lost(&mut self, mut lost: Vec<(Place, Kind)>) {
        crate::sort::sort_by(&mut lost, |(a, _), (b, _)| a.start < b.start);
        for (place, kind) in lost {
            let unknown = self.units.unknown(place, Why::Unknown(kind));
            self.found.unknown.push(unknown);
        }
    }

    fn fault(&mut self, tag: Place, fault: Fault) {
        let place = if matches!(fault.why, Why::Syntax(_)) { tag } else { fault.place };
        let unknown = self.units.unknown(place, fault.why);
        self.found.unknown.push(unknown);
        let source = self.template.text.get(tag.start..tag.end).unwrap_or_default();
        self.found.depends_on_date |= names_date(source);
    }

    fn used(&mut self, name: &str, kind: &'static str, place: Place) {
        let (start, end) = (self.units.at(place.start), self.units.at(place.end));
        self.found.uses.push(Use { name: name.to_owned(), kind, start, end });
    }

    /// The word of a statement.
    fn statement(&mut self, tag: Tag) {
        let source = self.template.text.get(tag.place.start..tag.place.end).unwrap_or_default();
        let from = source.find(is_of_name).unwrap_or(0);
        let word = source.get(from..).unwrap_or_default();
        let word = word.get(..word.find(|c| !is_of_name(c)).unwrap_or(word.len())).unwrap_or_default();
        let start = tag.place.start + from;
        self.used(word, "statement", Place { start, end: start + word.len() });
    }

    fn steps(&mut self, steps: &'t [Step]) {
        for (index, step) in steps.iter().enumerate() {
            let name = self.template.text.get(step.place.start..step.place.end).unwrap_or_default();
            match &step.kind {
                StepKind::Filter(..) => self.used(name, "filter", step.place),
                StepKind::Check(..) => self.used(name, "test", step.place),
                StepKind::Attribute(name, _)
                    if matches!(steps.get(index + 1).map(|step| &step.kind), Some(StepKind::Call(_))) =>
                {
                    self.used(name, "method", step.place);
                }
                StepKind::Attribute(name, _) => self.used(name, "key", step.place),
                StepKind::Item(Expr::Literal(Literal::Text(key))) => self.used(key, "key", step.place),
                _ => {}
            }
        }
    }

    fn add(&mut self, expr: &'t Expr) {
        if let Expr::Chain(_, steps) = expr {
            self.steps(steps);
            if let Some((name, steps)) = head(expr) {
                self.name(name, steps);
            }
        }
        // A name inside a chain was seen with what is behind it.
        if let Expr::Name(name) = expr {
            self.used(&name.whole(), "macro", name.place);
            self.name(name, &[]);
        }
    }

    fn name(&mut self, name: &'t Name, steps: &'t [Step]) {
        let (Some(row), false) = (name.row, self.template.binds(&name.root)) else { return };
        let has_more = self.has_more(name);
        let found = &mut self.found;
        found.depends_on_date |= depends_on_date(row.gives);
        found.uses_now |= matches!(row.gives, Gives::Now(..));
        let key = first_key(steps);
        match (row.gives, key) {
            (Gives::Conf, Some(key)) => found.conf_keys.push(key.to_owned()),
            (Gives::Params, Some(key)) => found.macros.push(["params.", key].concat()),
            (Gives::Xcom, Some(task)) => {
                let key = first_key(steps.get(1..).unwrap_or_default()).unwrap_or_default();
                let (task_id, key) = (task.to_owned(), key.to_owned());
                found.xcoms.push(XcomUse { task_id, key, dag_id: None, prior: false });
                self.pulls += 1;
            }
            (Gives::Pull, _) => {
                if let Some(StepKind::Call(call)) = steps.first().map(|step| &step.kind) {
                    self.pull(call);
                }
            }
            (Gives::Space, Some(key)) if matches!(row.name, "var.value" | "var.json" | "conn") => {
                found.lookups.push([row.name, ".", key].concat());
            }
            (Gives::Conf | Gives::Params | Gives::Xcom | Gives::Space, None) if has_more => {}
            _ => found.macros.push(name.whole()),
        }
    }

    /// Whether this name was seen as the head of a chain already.
    fn has_more(&self, name: &Name) -> bool {
        let rest = self.template.text.get(name.place.end..).unwrap_or_default().trim_start();
        rest.starts_with(['.', '['])
    }

    /// The arguments of a pull, where they are written out.
    fn pull(&mut self, call: &'t Call) {
        let argument = |name: &str, place: usize| {
            let named = call.named.iter().find(|(known, _)| known == name).map(|(_, value)| value);
            named.or_else(|| call.positional.get(place))
        };
        let key = argument("key", 2).map_or(Some("return_value"), text).unwrap_or_default();
        let dag_id = argument("dag_id", 1).and_then(text).map(str::to_owned);
        let is_false = |value: &Expr| matches!(value, Expr::Literal(Literal::Bool(false) | Literal::None));
        let prior = argument("include_prior_dates", 3).is_some_and(|value| !is_false(value));
        let tasks = match argument("task_ids", 0) {
            Some(Expr::List(items) | Expr::Tuple(items)) => items.as_slice(),
            task => task.map(std::slice::from_ref).unwrap_or_default(),
        };
        self.pulls += usize::from(!tasks.is_empty() && tasks.iter().all(|task| text(task).is_some()));
        for task_id in tasks.iter().filter_map(text) {
            let (task_id, key) = (task_id.to_owned(), key.to_owned());
            self.found.xcoms.push(XcomUse { task_id, key, dag_id: dag_id.clone(), prior });
        }
    }
}

impl Name {
    /// As the table has it, or as it is written.
    fn whole(&self) -> String {
        let mut whole = self.root.clone();
        self.rest.iter().for_each(|key| whole.extend([".", key]));
        whole
    }
}

/// A text that is written out.
fn text(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Literal(Literal::Text(text)) => Some(text),
        _ => None,
    }
}

/// The first one of each, in the order in which they stand.
fn once<T: Ord>(list: &mut Vec<T>) {
    let mut order: Vec<(T, usize)> = list.drain(..).enumerate().map(|(place, item)| (item, place)).collect();
    crate::sort::sort_by(&mut order, |a, b| a < b);
    order.dedup_by(|later, first| later.0 == first.0);
    crate::sort::sort_by(&mut order, |a, b| a.1 < b.1);
    list.extend(order.into_iter().map(|(item, _)| item));
}

/// The key that is asked first, where it is written out.
fn first_key(steps: &[Step]) -> Option<&str> {
    match (&steps.first()?.kind, steps.get(1).map(|step| &step.kind)) {
        (StepKind::Attribute(get, _), Some(StepKind::Call(call))) if get == "get" => text(call.positional.first()?),
        (StepKind::Attribute(..), Some(StepKind::Call(_))) => None,
        (StepKind::Attribute(key, _), _) => Some(key),
        (StepKind::Item(index), _) => text(index),
        _ => None,
    }
}

/// Whether the words of a text include a macro of a date.
fn names_date(text: &str) -> bool {
    let is_date = |name: &str| find(name).is_some_and(|row| depends_on_date(row.gives));
    let mut words = text.split(|c: char| c != '.' && !is_of_name(c));
    words.any(|word| is_date(word) || word.split_once('.').is_some_and(|(first, _)| is_date(first)))
}
