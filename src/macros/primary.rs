//! Reads a value that stands alone: a literal, a name, or something in brackets.

use super::checks;
use super::error::{Fault, Kind, Place, Why};
use super::names;
use super::parser::{Parser, WORDS, chained};
use super::syntax::{Expr, Literal, Name, Parsed};

impl Parser<'_> {
    pub(super) fn primary(&mut self) -> Parsed<Expr> {
        let literal = match self.peek() {
            Some(b'\'' | b'"') => {
                let mut text = self.string()?;
                // Texts side by side are one, as in Python.
                while let Some(b'\'' | b'"') = self.peek() {
                    text.push_str(&self.string()?);
                }
                Literal::Text(text)
            }
            Some(b'0'..=b'9') => self.number()?,
            Some(b'(') => {
                self.at += 1;
                if self.take(b')') {
                    return Ok(Expr::Tuple(Vec::new()));
                }
                let inner = self.tuple(true)?;
                self.expect(b')', "expected \")\"")?;
                return Ok(inner);
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
                return Ok(Expr::List(items));
            }
            Some(b'{') => {
                self.at += 1;
                let mut pairs = Vec::new();
                while !self.take(b'}') {
                    let key = self.expression()?;
                    self.expect(b':', "expected \":\" behind the key")?;
                    pairs.push((key, self.expression()?));
                    if !self.take(b',') && self.peek() != Some(b'}') {
                        return self.fail("expected \",\" or \"}\"");
                    }
                }
                return Ok(Expr::Dict(pairs));
            }
            _ => return self.named(),
        };
        Ok(Expr::Literal(literal))
    }

    /// A name, with the names behind it that the table holds as one.
    pub(super) fn named(&mut self) -> Parsed<Expr> {
        let start = self.start();
        let Some(root) = self.word().filter(|word| !WORDS.contains(word)) else {
            self.at = start;
            return self.fail("expected a macro, a text or a number");
        };
        let literal = match root {
            "true" | "True" => Some(Literal::Bool(true)),
            "false" | "False" => Some(Literal::Bool(false)),
            "none" | "None" => Some(Literal::None),
            _ => None,
        };
        if let Some(literal) = literal {
            return Ok(Expr::Literal(literal));
        }
        let mut name = Name {
            root: root.to_owned(),
            row: names::find(root),
            rest: Vec::new(),
            place: Place { start, end: self.at },
        };
        let mut whole = name.row.map_or(root, |row| row.name).to_owned();
        while name.row.is_some() && names::is_space(&whole) {
            let before = self.at;
            let Some(key) = self.key() else { break };
            let longer = [&whole, ".", &key].concat();
            match names::find(&longer) {
                Some(row) => name.row = Some(row),
                None => {
                    self.at = before;
                    break;
                }
            }
            name.place.end = self.at;
            name.rest.push(key);
            whole = name.row.map_or(longer, |row| row.name.to_owned());
        }
        Ok(Expr::Name(Box::new(name)))
    }

    /// `.name`, or `['name']`, which means the same.
    pub(super) fn key(&mut self) -> Option<String> {
        let before = self.at;
        let key = if self.take(b'.') {
            self.word().map(str::to_owned)
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

    /// The argument of a test without parentheses: `is divisibleby 3`.
    pub(super) fn bare_argument(&mut self) -> Parsed<Option<Expr>> {
        let before = self.start();
        let starts = match self.byte() {
            Some(b'\'' | b'"' | b'0'..=b'9' | b'[' | b'{') => true,
            _ => {
                let word = self.word();
                self.at = before;
                word.is_some_and(|word| !WORDS.contains(&word))
            }
        };
        if !starts {
            return Ok(None);
        }
        let value = self.primary()?;
        let mut steps = Vec::new();
        self.postfix(&mut steps)?;
        Ok(Some(chained(value, steps)))
    }

    /// A test's name, which may be a word that means something else elsewhere.
    pub(super) fn check(&mut self) -> Parsed<(Option<&'static checks::Check>, Place)> {
        let start = self.start();
        let Some(name) = self.word() else { return self.fail("expected the name of a test") };
        Ok((checks::find(name), Place { start, end: self.at }))
    }

    /// A fault about a name that no table has.
    pub(super) fn unknown(place: Place, kind: Kind) -> Fault {
        Fault { place, why: Why::Unknown(kind) }
    }
}
