//! Runs the tree of a template.

use super::error::{EvalError, LONGEST, Place};
use super::machine::{MASK, Machine, Stop, XCOM};
use super::names::Gives;
use super::output::Piece;
use super::print::write_text;
use super::report::Cause;
use super::syntax::{Expr, Node, Parsed, Tag};
use super::value::{Answer, Value};
use super::wall::Form;

/// Whether statements run, or stay as written with all that is inside them but expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Live,
    Dead,
    /// Only expressions that name XCom are resolved.
    XcomOnly,
}

/// A render that ends early; the machine knows why.
pub(super) struct Ended;

pub(super) type Ran = Result<(), Ended>;

impl<'a> Machine<'a> {
    pub(super) fn run(&mut self, nodes: &'a [Node], mode: Mode) -> Ran {
        let template: &'a str = &self.template.text;
        for node in nodes {
            match node {
                Node::Text(place, trail) => self.output.text(template, *place, *trail),
                Node::Output(tag, parsed) => self.print(*tag, parsed, mode)?,
                Node::Comment(tag) if mode == Mode::Live => self.output.begin(template, *tag),
                Node::Raw(open, inside, trail, close) if mode == Mode::Live => {
                    self.output.begin(template, *open);
                    self.output.text(template, *inside, *trail);
                    self.output.begin(template, *close);
                }
                Node::Stay(tag, fault) => self.stay(tag.place, Cause::Fault(*fault), mode)?,
                Node::Set(tag, set) if mode == Mode::Live => self.set(*tag, set)?,
                Node::Block(block) if mode == Mode::Live => self.block(block)?,
                Node::Comment(tag) => self.output.keep(template, tag.place),
                Node::Raw(open, _, _, close) => {
                    self.output.keep(template, Place { start: open.place.start, end: close.place.end });
                }
                Node::Set(tag, set) => {
                    self.output.keep(template, tag.place);
                    if let Ok((target, expr)) = set {
                        self.note_inside(tag.place, expr);
                        self.hide(target);
                    }
                }
                Node::Block(block) => {
                    let place = block.tags.first().map(|tag| tag.place).unwrap_or_default();
                    block.exprs().into_iter().for_each(|expr| self.note_inside(place, expr));
                    self.dead(block, mode)?;
                }
            }
        }
        Ok(())
    }

    /// An expression: its value, or the tag as written.
    pub(super) fn print(&mut self, tag: Tag, parsed: &'a Parsed<Expr>, mode: Mode) -> Ran {
        let template: &'a str = &self.template.text;
        let expr = match parsed {
            Ok(expr) => expr,
            Err(_) if mode == Mode::XcomOnly => return self.as_written(tag),
            Err(fault) => return self.stay(tag.place, Cause::Fault(*fault), mode),
        };
        if mode == Mode::XcomOnly && !super::unknown::names_xcom(expr) {
            return self.as_written(tag);
        }
        let before = self.is_foreign;
        self.is_foreign |= super::scan::touches(&self.template.foreign, tag.place);
        let mark = self.output.mark();
        self.output.begin(template, tag);
        let start = self.output.text.len();
        let written = self.write(expr);
        self.is_foreign = before;
        if self.stop.is_some() {
            return Err(Ended);
        }
        match written {
            Ok(()) => {
                if self.hides() && !self.output.text.get(start..).is_some_and(|text| text.contains(MASK)) {
                    self.output.text.truncate(start);
                    self.output.text.push_str(MASK);
                }
                if mode == Mode::XcomOnly {
                    let to = Place { start, end: self.output.text.len() };
                    self.pieces.push(Piece { to, from: tag.place, is_quoted: super::unknown::quotes(expr) });
                } else if self.made_of & XCOM != 0 && !super::unknown::quotes(expr) {
                    self.check_xcom(start)?;
                }
                if self.output.text.len() > LONGEST << 4 {
                    return self.too_long();
                }
                Ok(())
            }
            Err(error) => {
                self.output.back_to(mark);
                if mode == Mode::XcomOnly {
                    return self.as_written(tag);
                }
                self.lost(tag, Cause::Error(&[expr], error))
            }
        }
    }

    pub(super) fn as_written(&mut self, tag: Tag) -> Ran {
        self.output.keep(&self.template.text, tag.place);
        Ok(())
    }

    pub(super) fn too_long(&mut self) -> Ran {
        let what = "the rendered text would be longer than 256 MiB";
        self.stop = Some(Stop::Error(crate::error::Error::new(crate::error::Code::RangeTooLarge, what)));
        Err(Ended)
    }

    /// Appends the value of an expression. The plain dates are written straight into the result.
    pub(super) fn write(&mut self, expr: &'a Expr) -> Result<(), EvalError> {
        if let (Expr::Name(name), true, Some(context)) = (expr, self.locals.is_empty(), self.context)
            && let Some(Gives::Date(point, form)) = name.row.map(|row| row.gives)
            && form != Form::Object
        {
            self.made_of = 0;
            point.wall(context)?.write(form, &mut self.output.text);
            return Ok(());
        }
        let value = self.value(expr)?;
        self.charge_tree(&value)?;
        let length = self.output.text.len();
        write_text(&value, &mut self.output.text)?;
        self.charge((self.output.text.len() - length) as u64 / 64)
    }

    /// A value that is not absent.
    pub(super) fn value(&mut self, expr: &'a Expr) -> Answer<'a> {
        self.made_of = 0;
        let value = match self.eval(expr) {
            // The mask may fail where the value would not.
            Err(_) if self.hides() => Value::borrowed(MASK),
            answer => answer?,
        };
        if value.is_absent() { Err(EvalError::Absent) } else { Ok(value) }
    }

    /// Values of XCom are templates, unless they are quoted: what brings braces is read once more, as a part of the template around it.
    pub(super) fn check_xcom(&mut self, start: usize) -> Ran {
        let has_braces = self.output.text.get(start..).is_some_and(|text| text.contains(['{', '}']));
        if has_braces && self.reads_xcom_again {
            self.stop = Some(Stop::XcomBraces);
            return Err(Ended);
        }
        Ok(())
    }
}
