//! A template, parsed once.

use super::expr::{Expr, Fault, Head, Step};
use super::parse::parse;
use super::scan::{Span, scan};
use super::table::Gives;

/// A parsed template. Parsing never fails: what is outside the language stays text.
#[derive(Debug)]
pub struct Template {
    pub(super) text: String,
    pub(super) pieces: Vec<Piece>,
    pub(super) has_xcom: bool,
}

#[derive(Debug)]
pub(super) struct Piece {
    /// Bytes of the template.
    pub start: usize,
    pub end: usize,
    pub body: Body,
}

#[derive(Debug)]
pub(super) enum Body {
    Text,
    Expression {
        parsed: Result<Expr, Fault>,
        names_xcom: bool,
        trim_left: bool,
        trim_right: bool,
    },
    /// `{{` that nothing closes.
    Unclosed,
}

impl Template {
    /// Parses a template.
    pub fn parse(text: &str) -> Template {
        let pieces = scan(text).into_iter().map(|span| match span {
            Span::Text { start, end } => Piece { start, end, body: Body::Text },
            Span::Unclosed { start, end } => Piece { start, end, body: Body::Unclosed },
            Span::Expression { start, end, inner, trim_left, trim_right } => {
                let parsed = parse(text, inner.0, inner.1);
                let names_xcom = parsed.as_ref().is_ok_and(names_xcom);
                Piece { start, end, body: Body::Expression { parsed, names_xcom, trim_left, trim_right } }
            }
        });
        let pieces: Vec<Piece> = pieces.collect();
        let has_xcom = pieces.iter().any(|piece| matches!(piece.body, Body::Expression { names_xcom: true, .. }));
        Template { text: text.to_owned(), pieces, has_xcom }
    }

    /// The text it was parsed from.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn source(&self, piece: &Piece) -> &str {
        self.text.get(piece.start..piece.end).unwrap_or_default()
    }
}

/// Calls `visit` with an expression and everything inside it.
pub(super) fn walk<'a>(expr: &'a Expr, visit: &mut dyn FnMut(&'a Expr)) {
    visit(expr);
    let mut arguments = Vec::new();
    match &expr.head {
        Head::List(items) => items.iter().for_each(|item| walk(item, visit)),
        Head::Call(_, args) => arguments.push(args),
        Head::Value(_) | Head::Macro(_) | Head::Unknown(_) => {}
    }
    for step in &expr.steps {
        match step {
            Step::Method(_, args) | Step::Filter(_, args) => arguments.push(args),
            Step::Item(index) => walk(index, visit),
            Step::Slice(start, end) => start.iter().chain(end).for_each(|bound| walk(bound, visit)),
            Step::Attribute(..) => {}
        }
    }
    for argument in arguments.into_iter().flatten().flatten() {
        walk(argument, visit);
    }
}

fn names_xcom(expr: &Expr) -> bool {
    let mut found = false;
    walk(expr, &mut |expr| {
        if let Head::Macro(row) | Head::Call(row, _) = &expr.head {
            found |= matches!(row.gives, Gives::Xcom | Gives::Pull(_));
        }
    });
    found
}
