//! Reads one expression, as Jinja2 does. Names are bound to the table here, once, so that rendering looks nothing up but data.

use super::arithmetic::Op;
use super::error::{Fault, Place, Why};
use super::syntax::{Comparison, Expr, Parsed};

/// Nesting of brackets and arguments that is still read. What nests deeper is text.
const DEEPEST: u32 = 32;

/// A place in an expression.
pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    pub(super) depth: u32,
}

/// The operators by how tight they bind, loosest first.
const LEVELS: [&[(&str, Op)]; 4] = [
    &[("+", Op::Add), ("-", Op::Sub)],
    &[("~", Op::Join)],
    &[("*", Op::Mul), ("//", Op::Floor), ("/", Op::Div), ("%", Op::Rem)],
    &[("**", Op::Pow)],
];

const COMPARISONS: [(&str, Comparison); 6] = [
    ("==", Comparison::Equal),
    ("!=", Comparison::Unequal),
    ("<=", Comparison::LessOrEqual),
    (">=", Comparison::GreaterOrEqual),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
];

/// Words that are no names.
pub(super) const WORDS: &[&str] = &["and", "or", "not", "in", "is", "if", "else", "elif"];

impl<'a> Parser<'a> {
    /// Reads what is inside a place of a text.
    pub(super) fn new(text: &'a str, inside: Place) -> Parser<'a> {
        Parser { text: text.get(..inside.end).unwrap_or_default(), at: inside.start, depth: 0 }
    }

    pub(super) fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next byte that is no white space.
    #[inline(never)]
    pub(super) fn peek(&mut self) -> Option<u8> {
        while let Some(byte) = self.byte() {
            match byte {
                b' ' | b'\t'..=b'\r' => self.at += 1,
                0x80.. => {
                    self.at = self.text.len() - self.rest().trim_start().len();
                    break;
                }
                _ => break,
            }
        }
        self.byte()
    }

    /// Where the next thing begins that is no white space.
    pub(super) fn start(&mut self) -> usize {
        self.peek();
        self.at
    }

    #[inline(never)]
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    #[inline(never)]
    pub(super) fn expect(&mut self, byte: u8, what: &'static str) -> Parsed<()> {
        if self.take(byte) { Ok(()) } else { self.fail(what) }
    }

    #[cold]
    #[inline(never)]
    pub(super) fn fail<T>(&self, what: &'static str) -> Parsed<T> {
        let length = self.rest().chars().next().map_or(0, char::len_utf8);
        Err(Fault { place: Place { start: self.at, end: self.at + length }, why: Why::Syntax(what) })
    }

    /// The word at this place, whatever it means.
    pub(super) fn word(&mut self) -> Option<&'a str> {
        self.peek();
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let mut len = bytes.iter().take_while(|byte| **byte == b'_' || byte.is_ascii_alphanumeric()).count();
        if bytes.get(len).is_some_and(|byte| !byte.is_ascii()) {
            len = rest.find(|c| !is_of_name(c)).unwrap_or(rest.len());
        }
        let name = rest.get(..len).filter(|name| !name.is_empty() && !bytes.first().is_some_and(u8::is_ascii_digit))?;
        self.at += len;
        Some(name)
    }

    /// Takes a word if it is this one.
    #[inline(never)]
    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let before = self.start();
        let found = self.word() == Some(word);
        if !found {
            self.at = before;
        }
        found
    }

    /// A name that may be given to something.
    pub(super) fn name(&mut self) -> Parsed<&'a str> {
        let start = self.start();
        match self.word() {
            Some(name) if !WORDS.contains(&name) => Ok(name),
            _ => {
                self.at = start;
                self.fail("expected a name")
            }
        }
    }

    /// Nothing may follow.
    pub(super) fn end(&mut self) -> Parsed<()> {
        if self.peek().is_some() { self.fail("expected the end of the expression") } else { Ok(()) }
    }

    /// One expression, or several with commas between them: a tuple. Where an `if` behind them means something else, none of them
    /// has one.
    pub(super) fn tuple(&mut self, with_if: bool) -> Parsed<Expr> {
        let one = |parser: &mut Self| if with_if { parser.expression() } else { parser.any() };
        let first = one(self)?;
        if self.peek() != Some(b',') {
            return Ok(first);
        }
        let mut items = vec![first];
        while self.take(b',') {
            match self.peek() {
                None | Some(b')' | b']' | b'=') => break,
                _ => items.push(one(self)?),
            }
        }
        Ok(Expr::Tuple(items))
    }

    /// `a if b else c`, and all that binds tighter.
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        if self.depth == DEEPEST {
            return self.fail("nested too deeply");
        }
        self.depth += 1;
        let mut value = self.any()?;
        let mut choices = Vec::new();
        while self.take_word("if") {
            let condition = self.any()?;
            choices.push((condition, value));
            if !self.take_word("else") {
                self.depth -= 1;
                return Ok(Expr::If(choices, None));
            }
            value = self.any()?;
        }
        self.depth -= 1;
        Ok(if choices.is_empty() { value } else { Expr::If(choices, Some(Box::new(value))) })
    }

    /// `a or b`.
    pub(super) fn any(&mut self) -> Parsed<Expr> {
        let mut parts = vec![self.all()?];
        while self.take_word("or") {
            parts.push(self.all()?);
        }
        Ok(only(&mut parts).unwrap_or(Expr::Any(parts)))
    }

    fn all(&mut self) -> Parsed<Expr> {
        let mut parts = vec![self.not()?];
        while self.take_word("and") {
            parts.push(self.not()?);
        }
        Ok(only(&mut parts).unwrap_or(Expr::All(parts)))
    }

    fn not(&mut self) -> Parsed<Expr> {
        let mut count = 0;
        while self.take_word("not") {
            count += 1;
        }
        let mut value = self.comparison()?;
        // Two of them are one bool.
        if count > 0 && count % 2 == 0 {
            value = Expr::Not(Box::new(value));
        }
        Ok(if count > 0 { Expr::Not(Box::new(value)) } else { value })
    }

    fn comparison(&mut self) -> Parsed<Expr> {
        let first = self.binary(0)?;
        let mut rest = Vec::new();
        loop {
            self.peek();
            let text = self.rest();
            let found = COMPARISONS.iter().find(|(sign, _)| text.starts_with(sign));
            let operator = if let Some((sign, operator)) = found {
                self.at += sign.len();
                *operator
            } else if self.take_word("in") {
                Comparison::In
            } else {
                let before = self.at;
                if !(self.take_word("not") && self.take_word("in")) {
                    self.at = before;
                    break;
                }
                Comparison::NotIn
            };
            rest.push((operator, self.binary(0)?));
        }
        Ok(if rest.is_empty() { first } else { Expr::Compare(Box::new(first), rest) })
    }

    fn binary(&mut self, level: usize) -> Parsed<Expr> {
        let Some(operators) = LEVELS.get(level) else { return self.unary(true) };
        let left = self.binary(level + 1)?;
        let mut rest = Vec::new();
        loop {
            let first = self.peek();
            let text = self.rest();
            let is_next = |sign: &str| sign.bytes().next() == first && text.starts_with(sign);
            let found = operators.iter().find(|(sign, _)| is_next(sign));
            // A star more is a tighter operator.
            let Some((sign, operator)) = found.filter(|(sign, _)| *sign != "*" || !text.starts_with("**")) else {
                break;
            };
            self.at += sign.len();
            rest.push((*operator, self.binary(level + 1)?));
        }
        Ok(if rest.is_empty() { left } else { Expr::Binary(Box::new(left), rest) })
    }

    /// A sign, what it is of, and the filters and tests behind both.
    fn unary(&mut self, with_filters: bool) -> Parsed<Expr> {
        let mut signs = Vec::new();
        while let Some(sign @ (b'-' | b'+')) = self.peek() {
            self.at += 1;
            signs.push(sign == b'-');
            if signs.len() > 8 {
                return self.fail("nested too deeply");
            }
        }
        let mut value = self.primary()?;
        let mut steps = Vec::new();
        self.postfix(&mut steps)?;
        if signs.is_empty() {
            if with_filters {
                self.filters(&mut steps)?;
            }
            return Ok(chained(value, steps));
        }
        value = chained(value, steps);
        for minus in signs.into_iter().rev() {
            value = Expr::Sign(minus, Box::new(value));
        }
        let mut steps = Vec::new();
        self.filters(&mut steps)?;
        Ok(chained(value, steps))
    }
}

pub(super) fn chained(head: Expr, steps: Vec<super::syntax::Step>) -> Expr {
    if steps.is_empty() { head } else { Expr::Chain(Box::new(head), steps) }
}

fn only(parts: &mut Vec<Expr>) -> Option<Expr> {
    if parts.len() == 1 { parts.pop() } else { None }
}

/// Letters beyond ASCII need no table here: a name that nobody knows stays as it is.
pub(super) fn is_of_name(c: char) -> bool {
    c == '_' || c.is_ascii_alphanumeric() || !c.is_ascii() && !c.is_whitespace()
}
