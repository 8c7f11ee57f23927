//! What a template uses, and what in it nobody can resolve.

use super::Kind;
use super::catalog::catalog;
use super::expr::{Args, Expr, Fault, Head, Place, Step, Why};
use super::parse::is_of_name;
use super::table::{Gives, find};
use super::template::{Body, Template, walk};
use super::value::Value;
use crate::error::nearest;

/// A template with more unknown names than this is no template; the others get no suggestion, each of which is a search.
const MOST_SUGGESTIONS: usize = 1_000;

/// An XCom value that a template names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XcomUse {
    /// The task that leaves it.
    pub task_id: String,
    /// Its key.
    pub key: String,
}

/// A part of a template that nobody can resolve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// The name, or the whole expression where it is outside the language.
    pub text: String,
    /// Where it begins, in UTF-16 units.
    pub start: usize,
    /// Where it ends, in UTF-16 units.
    pub end: usize,
    /// The nearest name that there is.
    pub suggestion: Option<String>,
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
    /// What stays as written, whatever the run.
    pub unknown: Vec<Unknown>,
    /// Whether another date could give another text. Parts outside the language count when they name a macro of a date.
    pub depends_on_date: bool,
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
    let mut found = Inspection::default();
    let mut units = Units { text: &template.text, bytes: 0, units: 0, named: 0 };
    for piece in &template.pieces {
        let whole = Place { start: piece.start, end: piece.end };
        let source = template.source(piece);
        let (place, kind) = match &piece.body {
            Body::Text => {
                found.depends_on_date |= blocks_name_date(source);
                continue;
            }
            Body::Expression { parsed: Ok(expr), .. } => {
                walk(expr, &mut |expr| found.add(expr, &mut units));
                continue;
            }
            Body::Expression { parsed: Err(Fault { place, why: Why::Unknown(kind) }), .. } => (*place, Some(*kind)),
            Body::Expression { .. } | Body::Unclosed => (whole, None),
        };
        found.unknown.push(units.unknown(place, kind));
        found.depends_on_date |= names_date(source);
    }
    found
}

impl Inspection {
    fn add(&mut self, expr: &Expr, units: &mut Units<'_>) {
        match &expr.head {
            Head::Unknown(place) => self.unknown.push(units.unknown(*place, Some(Kind::Macro))),
            Head::Macro(row) => {
                self.depends_on_date |= depends_on_date(row.gives);
                let key = first_key(&expr.steps);
                match (row.gives, key) {
                    (Gives::Conf, Some(key)) => note(&mut self.conf_keys, key.to_owned()),
                    (Gives::Params, Some(key)) => note(&mut self.macros, ["params.", key].concat()),
                    (Gives::Xcom, Some(task)) => {
                        let key = first_key(expr.steps.get(1..).unwrap_or_default()).unwrap_or_default();
                        note(&mut self.xcoms, XcomUse { task_id: task.to_owned(), key: key.to_owned() });
                    }
                    _ => note(&mut self.macros, row.entry.name.to_owned()),
                }
            }
            Head::Call(row, args) => match row.gives {
                Gives::Pull(_) => self.add_pull(argument(args, 0), argument(args, 2)),
                _ => note(&mut self.macros, row.entry.name.to_owned()),
            },
            Head::Value(_) | Head::List(_) => {}
        }
    }

    /// Both are the arguments `task_ids` and `key` of a pull, where they are written out.
    fn add_pull(&mut self, tasks: Option<&Expr>, key: Option<&Expr>) {
        let key = key.and_then(text).unwrap_or("return_value");
        let tasks = match tasks.map(|tasks| &tasks.head) {
            Some(Head::List(items)) => items.as_slice(),
            _ => tasks.map(std::slice::from_ref).unwrap_or_default(),
        };
        for task_id in tasks.iter().filter_map(text) {
            note(&mut self.xcoms, XcomUse { task_id: task_id.to_owned(), key: key.to_owned() });
        }
    }
}

fn argument(args: &Args, place: usize) -> Option<&Expr> {
    args.get(place)?.as_ref()
}

/// A text that is written out.
fn text(expr: &Expr) -> Option<&str> {
    match &expr.head {
        Head::Value(Value::Text(text)) => Some(text),
        _ => None,
    }
}

fn note<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

/// The key that is asked first, where it is written out.
fn first_key(steps: &[Step]) -> Option<&str> {
    match steps.first()? {
        Step::Attribute(key, _) => Some(key),
        Step::Method(method, args) if method.entry.name == "get" => text(argument(args, 0)?),
        _ => None,
    }
}

fn depends_on_date(gives: Gives) -> bool {
    matches!(gives, Gives::Date(..) | Gives::Fact(_, true))
}

/// Whether the words of a text include a macro of a date.
fn names_date(text: &str) -> bool {
    let is_date = |name: &str| find(name).is_some_and(|row| depends_on_date(row.gives));
    let mut words = text.split(|c: char| c != '.' && !is_of_name(c));
    words.any(|word| is_date(word) || word.split_once('.').is_some_and(|(first, _)| is_date(first)))
}

/// The same for the blocks in a text, which dagfill leaves to others.
fn blocks_name_date(text: &str) -> bool {
    text.split("{%").skip(1).any(|block| names_date(block.split("%}").next().unwrap_or_default()))
}

/// The nearest name of a kind.
pub(super) fn suggestion(name: &str, kind: Kind) -> Option<&'static str> {
    nearest(name, catalog().filter(|entry| entry.kind == kind).map(|entry| entry.name))
}

/// Counts UTF-16 units on the way through a text, so that many spans cost one pass.
struct Units<'a> {
    text: &'a str,
    bytes: usize,
    units: usize,
    /// How many unknown names there were.
    named: usize,
}

impl Units<'_> {
    fn at(&mut self, byte: usize) -> usize {
        if byte < self.bytes {
            (self.bytes, self.units) = (0, 0);
        }
        let between = self.text.get(self.bytes..byte).unwrap_or_default();
        self.units += if between.is_ascii() { between.len() } else { between.encode_utf16().count() };
        self.bytes = byte;
        self.units
    }

    fn unknown(&mut self, place: Place, kind: Option<Kind>) -> Unknown {
        let text = self.text.get(place.start..place.end).unwrap_or_default();
        self.named += 1;
        let suggestion =
            kind.filter(|_| self.named <= MOST_SUGGESTIONS).and_then(|kind| suggestion(text, kind)).map(str::to_owned);
        Unknown { text: text.to_owned(), start: self.at(place.start), end: self.at(place.end), suggestion }
    }
}
