//! Reads one expression: a name, text or number, followed by attributes, indices, slices, calls and filters.
//!
//! Names are bound to the tables here, once, so that rendering looks nothing up but data.

use super::expr::{Args, Expr, Fault, Head, Place, Step, Why};
use super::table::{self, Gives};
use super::{Kind, Value, filters, methods};

/// Nesting of brackets and arguments that is still read. What nests deeper is text.
const DEEPEST: u32 = 32;

/// Reads the expression in `text[start..end]`.
pub(super) fn parse(text: &str, start: usize, end: usize) -> Result<Expr, Fault> {
    let mut parser = Parser { text: text.get(..end).unwrap_or_default(), at: start, depth: 0 };
    let expr = parser.expression()?;
    match parser.peek() {
        None => Ok(expr),
        Some(_) => Err(parser.fault("expected the end of the expression")),
    }
}

/// A place in an expression.
pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    depth: u32,
}

pub(super) type Parsed<T> = Result<T, Fault>;

impl<'a> Parser<'a> {
    pub(super) fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        self.at = self.text.len() - self.rest().trim_start().len();
        self.byte()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8, what: &'static str) -> Parsed<()> {
        if self.take(byte) { Ok(()) } else { Err(self.fault(what)) }
    }

    pub(super) fn fault(&self, what: &'static str) -> Fault {
        let length = self.rest().chars().next().map_or(0, char::len_utf8);
        Fault { place: Place { start: self.at, end: self.at + length }, why: Why::Syntax(what) }
    }

    fn unknown(&self, start: usize, kind: Kind) -> Fault {
        Fault { place: Place { start, end: self.at }, why: Why::Unknown(kind) }
    }

    /// The name at this place.
    fn name(&mut self) -> Option<&'a str> {
        self.peek();
        let rest = self.rest();
        let len = rest.find(|c: char| !is_of_name(c)).unwrap_or(rest.len());
        let name =
            rest.get(..len).filter(|name| !name.starts_with(|c: char| c.is_ascii_digit()) && !name.is_empty())?;
        self.at += len;
        Some(name)
    }

    fn expression(&mut self) -> Parsed<Expr> {
        if self.depth == DEEPEST {
            return Err(self.fault("nested too deeply"));
        }
        self.depth += 1;
        let mut expr = self.primary()?;
        self.postfix(&mut expr)?;
        while self.take(b'|') {
            let start = (self.peek(), self.at).1;
            let name = self.name().ok_or_else(|| self.fault("expected the name of a filter"))?;
            let filter = filters::find(name).ok_or_else(|| self.unknown(start, Kind::Filter))?;
            let args = if self.take(b'(') { self.arguments(Some(filter.params))? } else { Args::default() };
            expr.steps.push(Step::Filter(filter, args));
        }
        self.depth -= 1;
        Ok(expr)
    }

    fn primary(&mut self) -> Parsed<Expr> {
        let head = match self.peek() {
            Some(b'\'' | b'"') => {
                let mut text = self.string()?;
                // Texts side by side are one, as in Python.
                while let Some(b'\'' | b'"') = self.peek() {
                    text.push_str(&self.string()?);
                }
                Head::Value(Value::Text(text))
            }
            Some(b'{') => {
                self.at += 1;
                self.expect(b'}', "expected \"}\": only the empty object can be written")?;
                Head::Value(Value::Object(Vec::new()))
            }
            Some(b'-' | b'0'..=b'9') => Head::Value(self.number()?),
            Some(b'(') => {
                self.at += 1;
                let inner = self.expression()?;
                self.expect(b')', "expected \")\"")?;
                return Ok(inner);
            }
            Some(b'[') => {
                self.at += 1;
                let mut items = Vec::new();
                while !self.take(b']') {
                    items.push(self.expression()?);
                    if !self.take(b',') && self.peek() != Some(b']') {
                        return Err(self.fault("expected \",\" or \"]\""));
                    }
                }
                Head::List(items)
            }
            _ => return self.named(),
        };
        Ok(Expr { head, steps: Vec::new() })
    }

    /// A name, or two with a dot between them that the table holds as one.
    fn named(&mut self) -> Parsed<Expr> {
        let start = (self.peek(), self.at).1;
        let name = self.name().ok_or_else(|| self.fault("expected a macro, a text or a number"))?;
        let value = |value| Ok(Expr { head: Head::Value(value), steps: Vec::new() });
        match name {
            "true" | "True" => return value(Value::Bool(true)),
            "false" | "False" => return value(Value::Bool(false)),
            "none" | "None" => return value(Value::Null),
            _ => {}
        }
        let after = (self.at, self.place_from(start));
        let key = self.key();
        let dotted = key.as_ref().map(|key| [name, ".", key].concat());
        let found = match dotted.as_deref().and_then(table::find) {
            Some(row) => row,
            None if table::ELSEWHERE.contains(&name) => return Err(self.unknown(start, Kind::Macro)),
            None => {
                self.at = after.0;
                let Some(row) = table::find(name) else {
                    return Ok(Expr { head: Head::Unknown(after.1), steps: Vec::new() });
                };
                row
            }
        };
        let head = match found.gives {
            Gives::Function(params, _) | Gives::Pull(params) => {
                self.expect(b'(', "expected \"(\" and the arguments of the function")?;
                Head::Call(found, self.arguments(Some(params))?)
            }
            _ => Head::Macro(found),
        };
        Ok(Expr { head, steps: Vec::new() })
    }

    fn place_from(&self, start: usize) -> Place {
        Place { start, end: self.at }
    }

    /// `.name`, or `['name']`, which means the same.
    fn key(&mut self) -> Option<String> {
        let before = self.at;
        let key = if self.take(b'.') {
            self.name().map(str::to_owned)
        } else if self.take(b'[') && matches!(self.peek(), Some(b'\'' | b'"')) {
            self.string().ok().filter(|_| self.take(b']'))
        } else {
            None
        };
        if key.is_none() {
            self.at = before;
        }
        key
    }

    fn postfix(&mut self, expr: &mut Expr) -> Parsed<()> {
        loop {
            match self.peek() {
                Some(b'.') => {
                    self.at += 1;
                    let start = (self.peek(), self.at).1;
                    if let Some(b'0'..=b'9') = self.byte() {
                        let index = self.number()?;
                        expr.steps.push(Step::Item(Expr { head: Head::Value(index), steps: Vec::new() }));
                        continue;
                    }
                    let name = self.name().ok_or_else(|| self.fault("expected a name after the dot"))?;
                    let method = methods::find(name);
                    if self.peek() == Some(b'(') {
                        let method = method
                            .ok_or(Fault { place: self.named_place(start, name), why: Why::Unknown(Kind::Method) })?;
                        self.at += 1;
                        let params =
                            method.params.ok_or_else(|| self.fault("this is an attribute: it takes no parentheses"))?;
                        expr.steps.push(Step::Method(method, self.arguments(Some(params))?));
                        continue;
                    }
                    // Data has keys of any name; the dates and texts of the table have only these.
                    let is_data = !expr.steps.is_empty()
                        || !matches!(&expr.head, Head::Macro(row) if matches!(row.gives, Gives::Date(..) | Gives::Fact(..)));
                    if method.is_none() && !is_data {
                        return Err(Fault { place: self.named_place(start, name), why: Why::Unknown(Kind::Method) });
                    }
                    expr.steps.push(Step::Attribute(name.to_owned(), method));
                }
                Some(b'[') => {
                    self.at += 1;
                    let step = self.subscript()?;
                    expr.steps.push(step);
                }
                Some(b'(') => return Err(self.fault("only functions and methods take parentheses")),
                _ => return Ok(()),
            }
        }
    }

    fn named_place(&self, start: usize, name: &str) -> Place {
        Place { start, end: start + name.len() }
    }

    fn subscript(&mut self) -> Parsed<Step> {
        let start = if self.peek() == Some(b':') { None } else { Some(self.expression()?) };
        if self.take(b':') {
            let end = if self.peek() == Some(b']') { None } else { Some(self.expression()?) };
            self.expect(b']', "expected \"]\"")?;
            return Ok(Step::Slice(start, end));
        }
        self.expect(b']', "expected \"]\"")?;
        match start {
            Some(Expr { head: Head::Value(Value::Text(key)), steps }) if steps.is_empty() => {
                let method = methods::find(&key);
                Ok(Step::Attribute(key, method))
            }
            Some(index) => Ok(Step::Item(index)),
            None => Err(self.fault("expected an index")),
        }
    }

    /// Arguments up to `)`. Names must be among `params`, and there must not be more than those.
    fn arguments(&mut self, params: Option<&'static [&'static str]>) -> Parsed<Args> {
        let params = params.unwrap_or_default();
        let mut args = Args::default();
        while !self.take(b')') {
            let before = (self.peek(), self.at).1;
            let name = self.name();
            if let Some(name) = name.filter(|_| self.peek() == Some(b'=') && !self.rest().starts_with("==")) {
                let taken = args.positional.len();
                let position = params.iter().position(|param| *param == name);
                if position.is_none_or(|position| position < taken) || args.named.iter().any(|(other, _)| other == name)
                {
                    return Err(self.fault("there is no free argument of this name"));
                }
                self.at += 1;
                let value = self.expression()?;
                args.named.push((name.to_owned(), value));
            } else {
                self.at = before;
                if !args.named.is_empty() || args.positional.len() == params.len() {
                    return Err(self.fault("too many arguments, or one without a name behind one with a name"));
                }
                args.positional.push(self.expression()?);
            }
            if !self.take(b',') && self.peek() != Some(b')') {
                return Err(self.fault("expected \",\" or \")\""));
            }
        }
        Ok(args)
    }
}

/// Letters beyond ASCII need no table here: a name that nobody knows stays as it is.
pub(super) fn is_of_name(c: char) -> bool {
    c == '_' || c.is_ascii_alphanumeric() || !c.is_ascii() && !c.is_whitespace()
}
