//! Walks through expressions: what they name, and what in them no table has.

use super::error::{Kind, Place};
use super::methods::is_known;
use super::names::{Gives, is_function};
use super::syntax::{Call, Expr, Literal, Name, Step, StepKind};

/// Calls `visit` with an expression and everything inside it, in the order in which they stand.
pub(super) fn walk<'e>(expr: &'e Expr, visit: &mut dyn FnMut(&'e Expr)) {
    visit(expr);
    match expr {
        Expr::Literal(_) | Expr::Name(_) => {}
        Expr::List(items) | Expr::Tuple(items) | Expr::All(items) | Expr::Any(items) => {
            items.iter().for_each(|item| walk(item, visit));
        }
        Expr::Dict(pairs) => pairs.iter().for_each(|(key, value)| {
            walk(key, visit);
            walk(value, visit);
        }),
        Expr::Chain(head, steps) => {
            walk(head, visit);
            walk_steps(steps, visit);
        }
        Expr::Binary(first, rest) => {
            walk(first, visit);
            rest.iter().for_each(|(_, operand)| walk(operand, visit));
        }
        Expr::Compare(first, rest) => {
            walk(first, visit);
            rest.iter().for_each(|(_, operand)| walk(operand, visit));
        }
        Expr::Not(inner) | Expr::Sign(_, inner) => walk(inner, visit),
        Expr::If(choices, otherwise) => {
            for (condition, value) in choices {
                walk(value, visit);
                walk(condition, visit);
            }
            otherwise.iter().for_each(|value| walk(value, visit));
        }
    }
}

/// The same for what stands behind a value.
pub(super) fn walk_steps<'e>(steps: &'e [Step], visit: &mut dyn FnMut(&'e Expr)) {
    for step in steps {
        match &step.kind {
            StepKind::Attribute(..) => {}
            StepKind::Item(index) => walk(index, visit),
            StepKind::Slice(bounds) => bounds.iter().flatten().for_each(|bound| walk(bound, visit)),
            StepKind::Call(call) | StepKind::Filter(_, call) | StepKind::Check(_, _, call) => walk_call(call, visit),
        }
    }
}

fn walk_call<'e>(call: &'e Call, visit: &mut dyn FnMut(&'e Expr)) {
    call.positional.iter().for_each(|value| walk(value, visit));
    call.named.iter().for_each(|(_, value)| walk(value, visit));
    call.star.iter().chain(&call.pairs).for_each(|value| walk(value, visit));
}

/// The name that an expression is, or starts with.
pub(super) fn head(expr: &Expr) -> Option<(&Name, &[Step])> {
    match expr {
        Expr::Name(name) => Some((name, &[])),
        Expr::Chain(head, steps) => match head.as_ref() {
            Expr::Name(name) => Some((name, steps)),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn names_xcom(expr: &Expr) -> bool {
    let mut found = false;
    walk(expr, &mut |expr| {
        if let Expr::Name(name) = expr {
            found |= matches!(name.row.map(|row| row.gives), Some(Gives::Xcom | Gives::Pull));
        }
    });
    found
}

/// Whether an expression quotes for a shell anywhere, as a filter or by `map("quote")`.
pub(super) fn quotes(expr: &Expr) -> bool {
    let mut found = false;
    walk(expr, &mut |expr| match expr {
        Expr::Literal(Literal::Text(text)) => found |= text == "quote",
        Expr::Chain(_, steps) => {
            found |=
                steps.iter().any(|step| matches!(&step.kind, StepKind::Filter(Some(row), _) if row.name == "quote"));
        }
        _ => {}
    });
    found
}

/// Names in an expression that no table has, and what should stand there.
pub(super) fn unknowns(expr: &Expr, is_bound: &dyn Fn(&str) -> bool, found: &mut dyn FnMut(Place, Kind)) {
    walk(expr, &mut |expr| match expr {
        Expr::Name(name) if name.row.is_none() && !is_bound(&name.root) => found(name.place, Kind::Macro),
        Expr::Chain(head, steps) => {
            let named = match head.as_ref() {
                Expr::Name(name) if !is_bound(&name.root) => Some(name),
                _ => None,
            };
            // Behind a name that no table has either, that name is the one to mend.
            let is_lost = named.is_some_and(|name| name.row.is_none());
            unknown_steps(steps, named.map(|name| &**name).filter(|_| !is_lost), is_lost, found);
        }
        _ => {}
    });
}

/// The same for what stands behind a value.
pub(super) fn unknown_steps(steps: &[Step], named: Option<&Name>, is_lost: bool, found: &mut dyn FnMut(Place, Kind)) {
    for (index, step) in steps.iter().enumerate() {
        match &step.kind {
            StepKind::Filter(None, _) if !is_lost => found(step.place, Kind::Filter),
            StepKind::Check(None, ..) if !is_lost => found(step.place, Kind::Test),
            StepKind::Attribute(name, _) if !is_lost => {
                let is_call = matches!(steps.get(index + 1).map(|step| &step.kind), Some(StepKind::Call(_)));
                let row = named.and_then(|name| name.row).filter(|_| index == 0);
                match row.map(|row| row.gives) {
                    Some(Gives::Space | Gives::Function(..)) => {
                        let space = row.map_or("", |row| row.name);
                        if !matches!(space, "var.value" | "var.json" | "conn") {
                            let start = named.map_or(step.place.start, |name| name.place.start);
                            found(Place { start, end: step.place.end }, Kind::Macro);
                        }
                    }
                    // Data has keys of any name; dates and texts of the table have only these.
                    Some(Gives::Date(..) | Gives::Fact(..)) if !is_known(name) => found(step.place, Kind::Method),
                    // A name that a statement gave may stand for a part of `macros`.
                    _ if is_call && !is_known(name) && !is_function(name) => found(step.place, Kind::Method),
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

/// The first of them.
pub(super) fn first_unknown(expr: &Expr, is_bound: &dyn Fn(&str) -> bool) -> Option<(Place, Kind)> {
    let mut first: Option<(Place, Kind)> = None;
    unknowns(expr, is_bound, &mut |place, kind| {
        if first.is_none_or(|(known, _)| place.start < known.start) {
            first = Some((place, kind));
        }
    });
    first
}
