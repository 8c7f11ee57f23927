//! What a template is, once it is parsed.

use std::cell::OnceCell;
use std::rc::Rc;

use super::arithmetic::Op;
use super::checks::Check;
use super::error::{Fault, Place};
use super::filters::Filter;
use super::method_kinds::Method;
use super::names::Name as Row;
use super::span::Span;

/// An expression. Chains of one kind are flat, so that only brackets nest.
#[derive(Debug)]
pub(super) enum Expr {
    Literal(Literal),
    Name(Box<Name>),
    List(Vec<Expr>),
    Tuple(Vec<Expr>),
    Dict(Vec<(Expr, Expr)>),
    Chain(Box<Expr>, Vec<Step>),
    Binary(Box<Expr>, Vec<(Op, Expr)>),
    Compare(Box<Expr>, Vec<(Comparison, Expr)>),
    Not(Box<Expr>),
    /// A sign: true for minus.
    Sign(bool, Box<Expr>),
    All(Vec<Expr>),
    Any(Vec<Expr>),
    /// Conditions with what they choose, and what is chosen else.
    If(Vec<(Expr, Expr)>, Option<Box<Expr>>),
}

#[derive(Debug)]
pub(super) enum Literal {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// A whole number that 64 bits cannot hold.
    Digits(String),
    Text(String),
}

/// A name, with the names behind it that the table holds as one: `dag_run.conf`.
#[derive(Debug)]
pub(super) struct Name {
    /// The first of them.
    pub root: String,
    pub row: Option<&'static Row>,
    /// The others, for templates that give the first one anew.
    pub rest: Vec<String>,
    pub place: Place,
}

#[derive(Debug)]
pub(super) struct Step {
    pub kind: StepKind,
    pub place: Place,
}

pub(super) enum StepKind {
    /// A name, and the attributes and methods of the table that have it.
    Attribute(String, &'static [Method]),
    Item(Expr),
    Slice([Option<Expr>; 3]),
    Call(Call),
    /// `None` where the table has no such filter.
    Filter(Option<&'static Filter>, Call),
    /// A test; whether it is negated.
    Check(Option<&'static Check>, bool, Call),
}

#[derive(Debug, Default)]
pub(super) struct Call {
    pub positional: Vec<Expr>,
    pub named: Vec<(String, Expr)>,
    /// `*list` and `**object`.
    pub star: Option<Box<Expr>>,
    pub pairs: Option<Box<Expr>>,
    /// A function of the table, and the duration that it gave for arguments that are written out: it is the same at every date.
    pub known: OnceCell<(&'static str, Rc<Span>)>,
}

impl Call {
    /// Whether all arguments are written out.
    pub(super) fn is_constant(&self) -> bool {
        let is_literal = |expr: &Expr| match expr {
            Expr::Sign(_, inner) => matches!(**inner, Expr::Literal(_)),
            expr => matches!(expr, Expr::Literal(_)),
        };
        self.star.is_none()
            && self.pairs.is_none()
            && self.positional.iter().chain(self.named.iter().map(|(_, value)| value)).all(is_literal)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
}

/// What was read between braces, or why nothing was.
pub(super) type Parsed<T> = Result<T, Fault>;

/// `{% ... %}` or `{{ ... }}` with its braces. A dash trims the white space beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag {
    pub place: Place,
    pub trim_left: bool,
    pub trim_right: bool,
}

#[derive(Debug)]
pub(super) enum Node {
    /// Text; so many bytes at its end are white space that the tag behind it trims.
    Text(Place, usize),
    Output(Tag, Parsed<Expr>),
    Comment(Tag),
    /// The tag of the start, what is inside, the tag of the end.
    Raw(Tag, Place, usize, Tag),
    /// What nobody can run: it stays.
    Stay(Tag, Fault),
    Set(Tag, Parsed<(Target, Expr)>),
    Block(Box<Block>),
}

/// A statement with an end. There is one tag more than bodies.
#[derive(Debug)]
pub(super) struct Block {
    pub kind: Parsed<BlockKind>,
    pub tags: Vec<Tag>,
    pub bodies: Vec<Vec<Node>>,
}

pub(super) enum BlockKind {
    /// The conditions of the bodies; the last body may have none.
    If(Vec<Parsed<Expr>>),
    For(For),
    /// `{% set x %}...{% endset %}`, and filters over it.
    Set(Target, Vec<Step>),
    With(Vec<(Target, Expr)>),
    Filter(Vec<Step>),
    /// The number of the macro in the template.
    Macro(usize, Definition),
    /// Parameters of the caller, and the call.
    Call(usize, Definition, Expr),
}

pub(super) struct For {
    pub target: Target,
    pub items: Expr,
    pub filter: Option<Expr>,
    pub recursive: bool,
}

/// A name of `{% macro %}` with its parameters and their defaults.
#[derive(Debug, Clone, Default)]
pub(super) struct Definition {
    pub name: String,
    pub params: Vec<String>,
    /// Of the last parameters.
    pub defaults: Rc<Vec<Expr>>,
}

/// What is bound.
#[derive(Debug)]
pub(super) enum Target {
    Name(String),
    /// `ns.name`.
    Field(String, String),
    Tuple(Vec<Target>),
}

impl Target {
    /// Calls `visit` with every name.
    pub(super) fn names<'t>(&'t self, visit: &mut dyn FnMut(&'t str)) {
        match self {
            Target::Name(name) => visit(name),
            Target::Field(..) => {}
            Target::Tuple(parts) => parts.iter().for_each(|part| part.names(visit)),
        }
    }
}

impl std::fmt::Debug for StepKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Step")
    }
}

impl std::fmt::Debug for BlockKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Block")
    }
}
