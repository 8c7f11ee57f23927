//! What is known while a template runs: the run, names that the template gave, what the host answered, and the limits.

use super::answers::Answers;
use super::containers;
use super::context::{Context, Lookup, OnUnknown};
use super::error::{EvalError, FOREIGN, Kept, NO_XCOM, TOO_MANY};
use super::json::Json;
use super::locals::Locals;
use super::methods::attribute;
use super::names::{Gives, Name as Row};
use super::output::{Output, Piece};
use super::report::Unresolved;
use super::syntax::{Block, Name};
use super::template::Template;
use super::units::Units;
use super::value::{Answer, Value};
use super::wall::Form;
use crate::error::Error;

/// Steps that a template may take, and more for each byte of it. Fuzzing is to reach the limit in a hundredth of the time.
const STEPS: u64 = if cfg!(fuzzing) { 20_000 } else { 4_000_000 };
const STEPS_A_BYTE: u64 = if cfg!(fuzzing) { 20 } else { 200 };

/// Source of a value, one bit each: XCom.
pub(super) const XCOM: u8 = 1;
/// Source of a value: a variable or a connection.
pub(super) const SECRET: u8 = 2;

/// The text that a preview shows in place of a value whose source is secret.
pub(super) const MASK: &str = "***";

/// Calls and blocks inside each other.
pub(super) const DEEPEST_CALLS: u32 = 120;

pub(super) const NO_RUN: EvalError = EvalError::Refused("no run is known here");

/// Why a render ends early.
pub(super) enum Stop {
    Error(Error),
    /// A value of XCom has braces: it has to be read as a part of the template.
    XcomBraces,
}

/// A macro that was defined: where, and how many scopes were open there.
#[derive(Clone, Copy)]
pub(super) struct Defined<'a> {
    pub block: &'a Block,
    pub scopes: usize,
}

pub(super) struct Machine<'a> {
    pub template: &'a Template,
    pub context: Option<&'a Context<'a>>,
    pub xcom: Option<&'a Json>,
    /// Names, innermost last, and where each open scope begins.
    pub locals: Locals<'a>,
    pub scopes: Vec<usize>,
    /// Of the macro that runs: its own names begin here, and those it sees besides end there.
    pub own_from: usize,
    pub seen_to: usize,
    pub defined: Vec<Option<Defined<'a>>>,
    /// Loops that may call themselves.
    pub loops: Vec<&'a Block>,
    /// What the host answered in this render.
    pub answers: Answers<'a>,
    pub steps: u64,
    pub depth: u32,
    /// The sources of the value that is evaluated now: bits `XCOM` and `SECRET`.
    pub made_of: u8,
    /// Whether the text is only shown.
    pub previews: bool,
    /// Whether this text may not ask the host.
    pub is_foreign: bool,
    pub stop: Option<Stop>,
    pub unresolved: Vec<Unresolved>,
    pub units: Units<'a>,
    pub kept: Kept,
    /// Whether the statement that stays as written, around what runs now, lacks nothing but XCom.
    pub lacks_xcom: bool,
    pub on_unknown: OnUnknown,
    pub output: Output,
    /// The body of the `{% call %}` that calls the next macro.
    pub caller: Option<usize>,
    /// Whether a value of XCom with braces ends the render, so that it is read as a part of the template.
    pub reads_xcom_again: bool,
    /// Whether what stays is noted.
    pub reports: bool,
    /// Values of XCom that were put in first.
    pub pieces: Vec<Piece>,
}

impl<'a> Machine<'a> {
    pub(super) fn new(template: &'a Template, context: Option<&'a Context<'a>>, xcom: Option<&'a Json>) -> Machine<'a> {
        Machine {
            template,
            context,
            xcom,
            locals: Locals::new(&template.bound),
            scopes: Vec::new(),
            own_from: 0,
            seen_to: 0,
            defined: Vec::new(),
            loops: Vec::new(),
            answers: Answers::default(),
            steps: STEPS + STEPS_A_BYTE * template.text.len() as u64,
            depth: 0,
            made_of: 0,
            previews: context.is_some_and(|context| context.previews),
            is_foreign: false,
            stop: None,
            unresolved: Vec::new(),
            units: Units::new(&template.text),
            kept: Kept::default(),
            lacks_xcom: false,
            on_unknown: OnUnknown::Keep,
            output: Output::default(),
            caller: None,
            reads_xcom_again: false,
            reports: false,
            pieces: Vec::new(),
        }
    }

    /// Takes steps of the budget.
    pub(super) fn charge(&mut self, steps: u64) -> Result<(), EvalError> {
        self.steps = self.steps.saturating_sub(steps);
        if self.steps == 0 { Err(TOO_MANY) } else { Ok(()) }
    }

    /// Takes the steps that a walk through a value costs.
    pub(super) fn charge_for(&mut self, value: &Value<'a>) -> Result<(), EvalError> {
        let size = match value {
            Value::Text(text) => text.len() / 64,
            Value::List(list) | Value::Tuple(list) => list.items.borrow().len() / 4,
            Value::Dict(dict) => dict.pairs.borrow().len() / 4,
            Value::Json(Json::List(items)) => items.len() / 4,
            Value::Json(Json::Object(entries)) => entries.len() / 4,
            _ => return Ok(()),
        };
        self.charge(size as u64)
    }

    /// Takes the steps that a walk through all of a value costs, before it is copied, compared or written: where a list holds another
    /// one many times, and that a third, it has far more elements than memory holds.
    pub(super) fn charge_tree(&mut self, value: &Value<'a>) -> Result<(), EvalError> {
        self.charge_for(value)?;
        match value {
            Value::List(list) | Value::Tuple(list) => {
                self.charge(4)?;
                list.items.borrow().iter().try_for_each(|item| self.charge_tree(item))
            }
            Value::Dict(dict) => {
                self.charge(4)?;
                dict.pairs.borrow().iter().try_for_each(|(_, value)| self.charge_tree(value))
            }
            _ => Ok(()),
        }
    }

    /// Whether a preview hides the value that is evaluated now: one of its sources is secret.
    pub(super) fn hides(&self) -> bool {
        self.previews && self.made_of & SECRET != 0
    }

    pub(super) fn open_scope(&mut self) {
        self.scopes.push(self.locals.len());
    }

    pub(super) fn close_scope(&mut self) {
        let start = self.scopes.pop().unwrap_or(0);
        self.locals.truncate(start);
    }

    /// Gives a name in the innermost scope.
    pub(super) fn bind(&mut self, name: &str, value: Value<'a>, made_of: u8) {
        let start = self.scopes.last().copied().unwrap_or(0);
        self.locals.bind(start, name, value, made_of);
    }

    /// What the template gave a name.
    pub(super) fn local(&mut self, name: &str) -> Option<Value<'a>> {
        let found = self.locals.find(name, self.own_from, self.seen_to)?;
        self.made_of |= found.made_of;
        Some(found.value.clone())
    }

    /// The value of a name: the template's own, the table's, or the host's.
    pub(super) fn name(&mut self, name: &'a Name) -> Answer<'a> {
        if !self.locals.is_empty()
            && let Some(mut found) = self.local(&name.root)
        {
            if matches!(found, Value::Hidden) {
                let local = self.locals.find(&name.root, self.own_from, self.seen_to);
                return Err(match local.is_some_and(|local| local.made_of & XCOM != 0) {
                    true => NO_XCOM,
                    false => EvalError::Refused("this name is given by a statement that stays as written"),
                });
            }
            for key in &name.rest {
                found = attribute(&found, key)?;
            }
            return Ok(found);
        }
        match name.row {
            Some(row) => self.row(row),
            None => Ok(self.look_up(Lookup::Macro, &name.root)?.unwrap_or(Value::Undefined)),
        }
    }

    pub(super) fn row(&mut self, row: &'static Row) -> Answer<'a> {
        match row.gives {
            Gives::Space => return Ok(Value::Space(row.name)),
            Gives::Constant(wall) => return super::moment::Moment::plain(wall, None, false).map(Value::moment),
            Gives::Function(..) | Gives::Now(..) | Gives::Pull => return Ok(Value::Function(row.name)),
            Gives::Xcom => {
                self.made_of |= XCOM;
                return self.xcom.filter(|_| !self.is_foreign).map(Value::of).ok_or(NO_XCOM);
            }
            _ => {}
        }
        let context = self.context.ok_or(NO_RUN)?;
        let found = match row.gives {
            Gives::Date(point, Form::Object) => point.date(context).map(Value::moment),
            Gives::Date(point, form) => {
                let mut out = String::with_capacity(32);
                point.wall(context)?.write(form, &mut out);
                Ok(Value::text(out))
            }
            Gives::Fact(fact, _) => fact.value(context),
            Gives::Conf => Ok(Value::of(context.conf)),
            Gives::Params if self.is_foreign => return Err(FOREIGN),
            Gives::Params => Ok(Value::Params(context.conf, context.params)),
            _ => return self.known(row),
        };
        match found {
            Err(EvalError::Absent) if matches!(row.gives, Gives::Date(..)) => Ok(Value::Absent),
            Err(EvalError::Absent) => Ok(Value::Undefined),
            found => found,
        }
    }

    /// Whether the host or the template gives a name a value.
    pub(super) fn is_given(&self, name: &str) -> bool {
        self.answers.find(Lookup::Macro, name).is_some_and(|value| !matches!(value, Value::Undefined))
    }

    /// An index that is asked of a value, with the steps it costs.
    pub(super) fn item(&mut self, value: &Value<'a>, index: &Value<'a>) -> Answer<'a> {
        self.charge_for(value)?;
        if let (Value::Space(space), Value::Text(key)) = (value, index) {
            return self.space(space, key);
        }
        match index {
            Value::Text(_) => super::methods::subscript(value, index),
            _ => containers::item(value, index),
        }
    }
}
