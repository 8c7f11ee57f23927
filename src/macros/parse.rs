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
    let fault = Fault { place: Place { start, end }, why: Why::Syntax("expected an expression") };
    let mut parser = Parser { text: text.get(..end).unwrap_or_default(), at: start, depth: 0, fault };
    parser.whole().ok_or(parser.fault)
}

/// A place in an expression, and the last fault that was found.
pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    depth: u32,
    fault: Fault,
}

/// What was read; where it is `None`, the parser holds the fault.
pub(super) type Parsed<T> = Option<T>;

impl<'a> Parser<'a> {
    pub(super) fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next byte that is no white space.
    #[inline(never)]
    fn peek(&mut self) -> Option<u8> {
        self.at = self.text.len() - self.rest().trim_start().len();
        self.byte()
    }

    /// Where the next thing begins that is no white space.
    fn start(&mut self) -> usize {
        self.peek();
        self.at
    }

    #[inline(never)]
    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    #[inline(never)]
    fn expect(&mut self, byte: u8, what: &'static str) -> Parsed<()> {
        if self.take(byte) { Some(()) } else { self.fail(what) }
    }

    pub(super) fn fail<T>(&mut self, what: &'static str) -> Parsed<T> {
        self.note(what);
        None
    }

    #[cold]
    #[inline(never)]
    fn note(&mut self, what: &'static str) {
        let length = self.rest().chars().next().map_or(0, char::len_utf8);
        self.fault = Fault { place: Place { start: self.at, end: self.at + length }, why: Why::Syntax(what) };
    }

    fn unknown<T>(&mut self, place: Place, kind: Kind) -> Parsed<T> {
        self.fault = Fault { place, why: Why::Unknown(kind) };
        None
    }

    /// A filter or method that no table has. Behind a name that no table has either, that name is the one to mend.
    fn unknown_of<T>(&mut self, head: &Head, place: Place, kind: Kind) -> Parsed<T> {
        match head {
            Head::Unknown(place) => self.unknown(*place, Kind::Macro),
            _ => self.unknown(place, kind),
        }
    }

    fn whole(&mut self) -> Parsed<Expr> {
        let expr = self.expression()?;
        if self.peek().is_some() { self.fail("expected the end of the expression") } else { Some(expr) }
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
            return self.fail("nested too deeply");
        }
        self.depth += 1;
        let mut expr = self.primary()?;
        while let Some(step) = self.step(&expr)? {
            expr.steps.push(step);
        }
        while self.take(b'|') {
            let start = self.start();
            let Some(name) = self.name() else { return self.fail("expected the name of a filter") };
            let Some(filter) = filters::find(name) else {
                return self.unknown_of(&expr.head, Place { start, end: self.at }, Kind::Filter);
            };
            let args = if self.take(b'(') { self.arguments(filter.params)? } else { Args::new() };
            expr.steps.push(Step::Filter(filter, args));
        }
        self.depth -= 1;
        Some(expr)
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
                return Some(inner);
            }
            Some(b'[') => {
                self.at += 1;
                let mut items = Vec::new();
                while !self.take(b']') {
                    items.push(self.expression()?);
                    if !self.take(b',') && self.peek() != Some(b']') {
                        return self.fail("expected \",\" or \"]\"");
                    }
                }
                Head::List(items)
            }
            _ => self.named()?,
        };
        Some(Expr { head, steps: Vec::new() })
    }

    /// A name, or two with a dot between them that the table holds as one.
    fn named(&mut self) -> Parsed<Head> {
        let start = self.start();
        let Some(name) = self.name() else { return self.fail("expected a macro, a text or a number") };
        match name {
            "true" | "True" => return Some(Head::Value(Value::Bool(true))),
            "false" | "False" => return Some(Head::Value(Value::Bool(false))),
            "none" | "None" => return Some(Head::Value(Value::Null)),
            _ => {}
        }
        let place = Place { start, end: self.at };
        let dotted = self.key().and_then(|key| table::find(&[name, ".", &key].concat()));
        let found = match dotted {
            Some(row) => row,
            None if table::ELSEWHERE.contains(&name) => {
                return self.unknown(Place { start, end: self.at }, Kind::Macro);
            }
            None => {
                self.at = place.end;
                let Some(row) = table::find(name) else { return Some(Head::Unknown(place)) };
                row
            }
        };
        match found.gives {
            Gives::Function(params, _) | Gives::Pull(params) => {
                self.expect(b'(', "expected \"(\" and the arguments of the function")?;
                Some(Head::Call(found, self.arguments(params)?))
            }
            _ => Some(Head::Macro(found)),
        }
    }

    /// `.name`, or `['name']`, which means the same.
    fn key(&mut self) -> Option<String> {
        let before = self.at;
        let key = if self.take(b'.') {
            self.name().map(str::to_owned)
        } else if self.take(b'[') && matches!(self.peek(), Some(b'\'' | b'"')) {
            self.string().filter(|_| self.take(b']'))
        } else {
            None
        };
        if key.is_none() {
            self.at = before;
        }
        key
    }

    /// The next attribute, method, index or slice behind `expr`, if there is one.
    fn step(&mut self, expr: &Expr) -> Parsed<Option<Step>> {
        match self.peek() {
            Some(b'.') => self.at += 1,
            Some(b'[') => {
                self.at += 1;
                return self.subscript().map(Some);
            }
            Some(b'(') => return self.fail("only functions and methods take parentheses"),
            _ => return Some(None),
        }
        let start = self.start();
        if let Some(b'0'..=b'9') = self.byte() {
            let head = Head::Value(self.number()?);
            return Some(Some(Step::Item(Expr { head, steps: Vec::new() })));
        }
        let Some(name) = self.name() else { return self.fail("expected a name after the dot") };
        let place = Place { start, end: self.at };
        let method = methods::find(name);
        let is_call = self.take(b'(');
        // Data has keys of any name; the dates and texts of the table have only these.
        let is_data = !expr.steps.is_empty()
            || !matches!(&expr.head, Head::Macro(row) if matches!(row.gives, Gives::Date(..) | Gives::Fact(..)));
        match method {
            None if is_call || !is_data => self.unknown_of(&expr.head, place, Kind::Method),
            Some(method) if is_call => match method.params {
                Some(params) => Some(Some(Step::Method(method, self.arguments(params)?))),
                None => self.fail("this is an attribute: it takes no parentheses"),
            },
            _ => Some(Some(Step::Attribute(name.to_owned(), method))),
        }
    }

    fn subscript(&mut self) -> Parsed<Step> {
        const CLOSE: &str = "expected \"]\"";
        let start = if self.peek() == Some(b':') { None } else { Some(self.expression()?) };
        if self.take(b':') {
            let end = if self.peek() == Some(b']') { None } else { Some(self.expression()?) };
            self.expect(b']', CLOSE)?;
            return Some(Step::Slice(start, end));
        }
        self.expect(b']', CLOSE)?;
        match start {
            Some(Expr { head: Head::Value(Value::Text(key)), steps }) if steps.is_empty() => {
                let method = methods::find(&key);
                Some(Step::Attribute(key, method))
            }
            Some(index) => Some(Step::Item(index)),
            None => self.fail("expected an index"),
        }
    }

    /// Arguments up to `)`, each in the place of its parameter. Names must be among `params`, and there must not be more than those.
    fn arguments(&mut self, params: &[&str]) -> Parsed<Args> {
        let mut args: Args = params.iter().map(|_| None).collect();
        let mut next = 0;
        while !self.take(b')') {
            let start = self.start();
            let name = self.name().filter(|_| self.peek() == Some(b'=') && !self.rest().starts_with("=="));
            let (place, why) = match name {
                Some(name) => {
                    // Behind an argument with a name there is none without.
                    next = params.len();
                    (params.iter().position(|param| *param == name), "there is no free argument of this name")
                }
                None => {
                    self.at = start;
                    next += 1;
                    (Some(next - 1), "too many arguments, or one without a name behind one with a name")
                }
            };
            let Some(slot @ None) = place.and_then(|place| args.get_mut(place)) else { return self.fail(why) };
            self.at += usize::from(name.is_some());
            *slot = Some(self.expression()?);
            if !self.take(b',') && self.peek() != Some(b')') {
                return self.fail("expected \",\" or \")\"");
            }
        }
        Some(args)
    }
}

/// Letters beyond ASCII need no table here: a name that nobody knows stays as it is.
pub(super) fn is_of_name(c: char) -> bool {
    c == '_' || c.is_ascii_alphanumeric() || !c.is_ascii() && !c.is_whitespace()
}
