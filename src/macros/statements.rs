//! Reads what stands between `{%` and `%}`.

use std::rc::Rc;

use super::error::{Kind, Place};
use super::parser::Parser;
use super::syntax::{BlockKind, Definition, Expr, For, Parsed, Target};

/// What a tag is.
pub(super) enum Statement {
    /// Its end, and what it does.
    Start(&'static str, Parsed<BlockKind>),
    Set(Parsed<(Target, Expr)>),
    Elif(Parsed<Expr>),
    Else,
    /// `endif` and its kin.
    End(&'static str),
    /// A word that no table has, or none.
    Unknown(super::error::Fault),
}

/// Every statement of the language.
pub(super) const STATEMENTS: &[&str] = &[
    "if",
    "elif",
    "else",
    "endif",
    "for",
    "endfor",
    "set",
    "endset",
    "with",
    "endwith",
    "filter",
    "endfilter",
    "macro",
    "endmacro",
    "call",
    "endcall",
    "do",
    "raw",
    "endraw",
];

const ENDS: &[&str] = &["endif", "endfor", "endset", "endwith", "endfilter", "endmacro", "endcall"];

/// Reads a tag; `number` counts the macros of the template.
pub(super) fn read(text: &str, inside: Place, number: &mut usize) -> Statement {
    let mut parser = Parser::new(text, inside);
    let start = parser.start();
    let Some(word) = parser.word() else {
        let fault = parser.fail::<()>("expected a statement such as \"if\"");
        return fault.map_or_else(Statement::Unknown, |()| Statement::Else);
    };
    if let Some(end) = ENDS.iter().find(|end| **end == word) {
        return match parser.end() {
            Ok(()) => Statement::End(end),
            Err(fault) => Statement::Unknown(fault),
        };
    }
    match word {
        "if" => Statement::Start("endif", Ok(BlockKind::If(vec![condition(&mut parser)]))),
        "elif" => Statement::Elif(condition(&mut parser)),
        "else" => parser.end().map_or_else(Statement::Unknown, |()| Statement::Else),
        "for" => Statement::Start("endfor", each(&mut parser)),
        "set" => set(&mut parser),
        "do" => {
            let value = parser.tuple(true).and_then(|value| parser.end().map(|()| value));
            // What it gives has a name that nobody can write.
            Statement::Set(value.map(|value| (Target::Name(String::new()), value)))
        }
        "with" => Statement::Start("endwith", with(&mut parser)),
        "filter" => Statement::Start("endfilter", filter(&mut parser)),
        "macro" => {
            *number += 1;
            Statement::Start("endmacro", definition(&mut parser, *number - 1))
        }
        "call" => {
            *number += 1;
            Statement::Start("endcall", call(&mut parser, *number - 1))
        }
        "raw" => {
            let fault = parser.fail::<()>("this statement is not closed");
            fault.map_or_else(Statement::Unknown, |()| Statement::Else)
        }
        _ => Statement::Unknown(Parser::unknown(Place { start, end: parser.at }, Kind::Statement)),
    }
}

fn condition(parser: &mut Parser<'_>) -> Parsed<Expr> {
    let found = parser.tuple(false)?;
    parser.end()?;
    Ok(found)
}

fn each(parser: &mut Parser<'_>) -> Parsed<BlockKind> {
    let target = targets(parser)?;
    if !parser.take_word("in") {
        return parser.fail("expected \"in\"");
    }
    let items = parser.tuple(false)?;
    let filter = if parser.take_word("if") { Some(parser.expression()?) } else { None };
    let recursive = parser.take_word("recursive");
    parser.end()?;
    let mut names_loop = false;
    target.names(&mut |name| names_loop |= name == "loop");
    if names_loop {
        return parser.fail("this is no name");
    }
    Ok(BlockKind::For(For { target, items, filter, recursive }))
}

/// A name, several with commas between them, or those in parentheses.
fn targets(parser: &mut Parser<'_>) -> Parsed<Target> {
    let first = target(parser, 0)?;
    if parser.peek() != Some(b',') {
        return Ok(first);
    }
    let mut parts = vec![first];
    while parser.take(b',') {
        if matches!(parser.peek(), None | Some(b'=' | b')')) {
            break;
        }
        parts.push(target(parser, 0)?);
    }
    Ok(Target::Tuple(parts))
}

fn target(parser: &mut Parser<'_>, depth: u32) -> Parsed<Target> {
    if parser.peek() == Some(b'(') && depth < 8 {
        parser.at += 1;
        let mut parts = Vec::new();
        while !parser.take(b')') {
            parts.push(target(parser, depth + 1)?);
            if !parser.take(b',') && parser.peek() != Some(b')') {
                return parser.fail("expected \",\" or \")\"");
            }
        }
        return Ok(Target::Tuple(parts));
    }
    let name = parser.name()?;
    if matches!(name, "true" | "false" | "none" | "True" | "False" | "None") {
        return parser.fail("this is no name");
    }
    if parser.take(b'.') {
        return Ok(Target::Field(name.to_owned(), parser.name()?.to_owned()));
    }
    Ok(Target::Name(name.to_owned()))
}

fn set(parser: &mut Parser<'_>) -> Statement {
    let target = match targets(parser) {
        Ok(target) => target,
        Err(fault) => return Statement::Set(Err(fault)),
    };
    if parser.take(b'=') {
        let value = parser.tuple(true).and_then(|value| parser.end().map(|()| (target, value)));
        return Statement::Set(value);
    }
    let mut steps = Vec::new();
    let read = filters(parser, &mut steps);
    Statement::Start("endset", read.map(|()| BlockKind::Set(target, steps)))
}

fn filters(parser: &mut Parser<'_>, steps: &mut Vec<super::syntax::Step>) -> Parsed<()> {
    while parser.take(b'|') {
        parser.filter(steps)?;
    }
    parser.end()
}

fn filter(parser: &mut Parser<'_>) -> Parsed<BlockKind> {
    let mut steps = Vec::new();
    parser.filter(&mut steps)?;
    filters(parser, &mut steps)?;
    Ok(BlockKind::Filter(steps))
}

fn with(parser: &mut Parser<'_>) -> Parsed<BlockKind> {
    let mut bound = Vec::new();
    while parser.peek().is_some() {
        let name = target(parser, 0)?;
        parser.expect(b'=', "expected \"=\"")?;
        bound.push((name, parser.expression()?));
        if !parser.take(b',') {
            break;
        }
    }
    parser.end()?;
    Ok(BlockKind::With(bound))
}

/// Parameters in parentheses, the last of them with defaults.
fn parameters(parser: &mut Parser<'_>, name: &str) -> Parsed<Definition> {
    let (mut params, mut defaults) = (Vec::new(), Vec::new());
    while !parser.take(b')') {
        params.push(parser.name()?.to_owned());
        if parser.take(b'=') {
            defaults.push(parser.expression()?);
        } else if !defaults.is_empty() {
            return parser.fail("a parameter without a default follows one with a default");
        }
        if !parser.take(b',') && parser.peek() != Some(b')') {
            return parser.fail("expected \",\" or \")\"");
        }
    }
    Ok(Definition { name: name.to_owned(), params, defaults: Rc::new(defaults) })
}

fn definition(parser: &mut Parser<'_>, number: usize) -> Parsed<BlockKind> {
    let name = parser.name()?.to_owned();
    parser.expect(b'(', "expected \"(\" and the parameters of the macro")?;
    let definition = parameters(parser, &name)?;
    parser.end()?;
    if definition.params.iter().any(|param| param == "caller") {
        return parser.fail("this is no name");
    }
    Ok(BlockKind::Macro(number, definition))
}

fn call(parser: &mut Parser<'_>, number: usize) -> Parsed<BlockKind> {
    let definition = if parser.take(b'(') {
        parameters(parser, "caller")?
    } else {
        Definition { name: "caller".to_owned(), ..Definition::default() }
    };
    let call = parser.expression()?;
    parser.end()?;
    Ok(BlockKind::Call(number, definition, call))
}
