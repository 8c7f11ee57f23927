//! What an expression is: a head, and steps from there. Names are bound to the tables already.

use super::filters::Filter;
use super::methods::Method;
use super::table::Macro;
use super::{Kind, Value};

#[derive(Debug)]
pub(super) struct Expr {
    pub head: Head,
    pub steps: Vec<Step>,
}

pub(super) enum Head {
    Value(Value),
    List(Vec<Expr>),
    Macro(&'static Macro),
    Call(&'static Macro, Args),
    /// A name that no table has.
    Unknown(Place),
}

pub(super) enum Step {
    /// A key, and the attribute of that name, if there is one.
    Attribute(String, Option<&'static Method>),
    Item(Expr),
    Slice(Option<Expr>, Option<Expr>),
    Method(&'static Method, Args),
    Filter(&'static Filter, Args),
}

/// Arguments in the order of the parameters; those behind the last are missing too.
pub(super) type Args = Vec<Option<Expr>>;

/// Bytes of the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub start: usize,
    pub end: usize,
}

/// Why a text is no expression that can be resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fault {
    pub place: Place,
    pub why: Why,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// Outside the language.
    Syntax(&'static str),
    /// A name that no table has; names of this kind may stand there.
    Unknown(Kind),
}

impl std::fmt::Debug for Head {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Head")
    }
}

impl std::fmt::Debug for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Step")
    }
}
