//! A template, parsed once: text, expressions and statements as a tree.

use super::error::{Fault, OPEN, Place, Why};
use super::output::Piece;
use super::parser::Parser;
use super::scan::{Span, scan};
use super::statements::{Statement, read};
use super::syntax::{Block, BlockKind, Node, Parsed, Tag};

/// Statements nested deeper than this stay as written.
const DEEPEST: usize = 32;

/// A parsed template. Parsing never fails: what is outside the language stays text.
#[derive(Debug)]
pub struct Template {
    pub(super) text: String,
    pub(super) nodes: Vec<Node>,
    /// Names that its statements give, ascending.
    pub(super) bound: Vec<String>,
    /// Places that came from somewhere else: there are no statements, and nothing of the host's.
    pub(super) foreign: Vec<Place>,
}

impl Template {
    /// Parses a template.
    pub fn parse(text: &str) -> Template {
        Template::with_foreign(text, &[])
    }

    pub(super) fn with_foreign(text: &str, pieces: &[Piece]) -> Template {
        let mut tree = Tree { text, open: Vec::new(), nodes: Vec::new(), skipped: 0, macros: 0 };
        let spans = scan(text, pieces);
        for (index, span) in spans.iter().enumerate() {
            tree.add(*span, spans.get(index + 1));
        }
        while let Some(frame) = tree.open.pop() {
            tree.give_up(frame);
        }
        let mut bound = Vec::new();
        bound_names(&tree.nodes, &mut bound);
        crate::sort::sort_by(&mut bound, |a, b| a < b);
        bound.dedup();
        let foreign = pieces.iter().map(|piece| piece.to).collect();
        Template { text: text.to_owned(), nodes: tree.nodes, bound, foreign }
    }

    /// The text it was parsed from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether a statement of the template gives this name.
    pub(super) fn binds(&self, name: &str) -> bool {
        name == "loop" || self.bound.binary_search_by(|bound| bound.as_str().cmp(name)).is_ok()
    }
}

/// A block whose end was not seen yet.
struct Frame {
    end: &'static str,
    kind: Parsed<BlockKind>,
    tags: Vec<Tag>,
    bodies: Vec<Vec<Node>>,
    has_else: bool,
    /// What stands in front of the block.
    before: Vec<Node>,
}

struct Tree<'t> {
    text: &'t str,
    open: Vec<Frame>,
    /// Of the innermost block.
    nodes: Vec<Node>,
    /// Starts that were not taken because they nest too deeply.
    skipped: usize,
    macros: usize,
}

impl Tree<'_> {
    fn add(&mut self, span: Span, next: Option<&Span>) {
        match span {
            Span::Text(place) => {
                let trims = match next {
                    Some(
                        Span::Expression(tag, _) | Span::Statement(tag, _) | Span::Comment(tag) | Span::Raw(tag, ..),
                    ) => tag.trim_left,
                    _ => false,
                };
                self.nodes.push(Node::Text(place, self.trail(place, trims)));
            }
            Span::Expression(tag, inside) => {
                let mut parser = Parser::new(self.text, inside);
                let parsed = parser.tuple(true).and_then(|expr| parser.end().map(|()| expr));
                self.nodes.push(Node::Output(tag, parsed));
            }
            Span::Comment(tag) => self.nodes.push(Node::Comment(tag)),
            Span::Raw(open, inside, close) => {
                self.nodes.push(Node::Raw(open, inside, self.trail(inside, close.trim_left), close));
            }
            Span::Unclosed(place) => {
                let tag = Tag { place, trim_left: false, trim_right: false };
                self.nodes.push(Node::Stay(tag, Fault { place, why: OPEN }));
            }
            Span::Statement(tag, inside) => self.statement(tag, inside),
        }
    }

    /// How many bytes of white space end a text, where they are trimmed.
    fn trail(&self, place: Place, trims: bool) -> usize {
        let text = self.text.get(place.start..place.end).filter(|_| trims).unwrap_or_default();
        text.len() - text.trim_end().len()
    }

    fn statement(&mut self, tag: Tag, inside: Place) {
        let lost = |what| Fault { place: tag.place, why: Why::Syntax(what) };
        match read(self.text, inside, &mut self.macros) {
            Statement::Start(..) if self.open.len() >= DEEPEST => {
                self.skipped += 1;
                self.nodes.push(Node::Stay(tag, lost("nested too deeply")));
            }
            Statement::Start(end, kind) => {
                let before = std::mem::take(&mut self.nodes);
                self.open.push(Frame { end, kind, tags: vec![tag], bodies: Vec::new(), has_else: false, before });
            }
            Statement::Set(set) => self.nodes.push(Node::Set(tag, set)),
            Statement::Unknown(fault) => self.nodes.push(Node::Stay(tag, fault)),
            Statement::End(_) if self.skipped > 0 => {
                self.skipped -= 1;
                self.nodes.push(Node::Stay(tag, lost("nested too deeply")));
            }
            Statement::End(end) => {
                if !self.open.iter().any(|frame| frame.end == end) {
                    return self.nodes.push(Node::Stay(tag, lost("this has no start")));
                }
                while let Some(mut frame) = self.open.pop() {
                    if frame.end != end {
                        self.give_up(frame);
                        continue;
                    }
                    frame.tags.push(tag);
                    frame.bodies.push(std::mem::replace(&mut self.nodes, frame.before));
                    let block = Block { kind: frame.kind, tags: frame.tags, bodies: frame.bodies };
                    return self.nodes.push(Node::Block(Box::new(block)));
                }
            }
            Statement::Elif(condition) => {
                let nodes = &mut self.nodes;
                match self.open.last_mut() {
                    Some(Frame { kind: Ok(BlockKind::If(conditions)), tags, bodies, has_else: false, .. })
                        if self.skipped == 0 =>
                    {
                        conditions.push(condition);
                        tags.push(tag);
                        bodies.push(std::mem::take(nodes));
                    }
                    _ => nodes.push(Node::Stay(tag, lost("this has no start"))),
                }
            }
            Statement::Else => {
                let nodes = &mut self.nodes;
                match self.open.last_mut() {
                    Some(frame) if !frame.has_else && matches!(frame.end, "endif" | "endfor") && self.skipped == 0 => {
                        frame.has_else = true;
                        frame.tags.push(tag);
                        frame.bodies.push(std::mem::take(nodes));
                    }
                    _ => nodes.push(Node::Stay(tag, lost("this has no start"))),
                }
            }
        }
    }

    /// A block that nothing closes is no block: its tags stay.
    fn give_up(&mut self, frame: Frame) {
        let last = std::mem::replace(&mut self.nodes, frame.before);
        let fault = |tag: &Tag| Fault { place: tag.place, why: Why::Syntax("this statement is not closed") };
        for (tag, body) in frame.tags.iter().zip(frame.bodies.into_iter().chain([last])) {
            self.nodes.push(Node::Stay(*tag, fault(tag)));
            self.nodes.extend(body);
        }
    }
}

/// Every name that a statement gives.
fn bound_names(nodes: &[Node], bound: &mut Vec<String>) {
    for node in nodes {
        let mut add = |name: &str| bound.push(name.to_owned());
        match node {
            Node::Set(_, Ok((target, _))) => target.names(&mut add),
            Node::Block(block) => {
                match &block.kind {
                    Ok(BlockKind::For(each)) => {
                        each.target.names(&mut add);
                        add("loop");
                    }
                    Ok(BlockKind::Set(target, _)) => target.names(&mut add),
                    Ok(BlockKind::With(targets)) => targets.iter().for_each(|(target, _)| target.names(&mut add)),
                    Ok(BlockKind::Macro(_, definition) | BlockKind::Call(_, definition, _)) => {
                        add(&definition.name);
                        definition.params.iter().for_each(|param| add(param));
                        ["varargs", "kwargs", "caller"].into_iter().for_each(add);
                    }
                    _ => {}
                }
                block.bodies.iter().for_each(|body| bound_names(body, bound));
            }
            _ => {}
        }
    }
}
