//! What every answer is built of: one type, so that one serializer serves them all.

use serde::{Serialize, Serializer};

use crate::time::Instant;

/// A value as JavaScript has it.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// `null`.
    Null,
    /// A boolean.
    Flag(bool),
    /// A number.
    Number(f64),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Shape>),
    /// A plain object.
    Fields(Fields),
}

/// The fields of a plain object, in order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fields(Vec<(&'static str, Shape)>);

impl Fields {
    /// Adds a field.
    #[inline(never)]
    pub fn put(&mut self, name: &'static str, shape: Shape) {
        self.0.push((name, shape));
    }

    /// Adds a text.
    #[inline(never)]
    pub fn text(&mut self, name: &'static str, text: &str) {
        self.put(name, Shape::Text(text.to_owned()));
    }

    /// Adds a number.
    #[inline(never)]
    pub fn number(&mut self, name: &'static str, number: f64) {
        self.put(name, Shape::Number(number));
    }

    /// Adds a flag.
    pub fn flag(&mut self, name: &'static str, flag: bool) {
        self.put(name, Shape::Flag(flag));
    }

    /// Adds an instant as ISO 8601 text.
    #[inline(never)]
    pub fn instant(&mut self, name: &'static str, instant: Instant) {
        self.put(name, Shape::Text(instant.to_string()));
    }

    /// Adds a list.
    pub fn list(&mut self, name: &'static str, items: impl Iterator<Item = Shape>) {
        self.put(name, Shape::list(items));
    }

    /// Adds a list of texts.
    #[inline(never)]
    pub fn texts(&mut self, name: &'static str, texts: &[String]) {
        self.list(name, texts.iter().map(|text| Shape::Text(text.clone())));
    }
}

impl Shape {
    /// A list.
    pub fn list(mut items: impl Iterator<Item = Shape>) -> Shape {
        Shape::gathered(&mut || items.next())
    }

    fn gathered(next: &mut dyn FnMut() -> Option<Shape>) -> Shape {
        let mut list = Vec::new();
        while let Some(item) = next() {
            list.push(item);
        }
        Shape::List(list)
    }
}

impl Serialize for Shape {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Shape::Null => serializer.serialize_unit(),
            Shape::Flag(flag) => serializer.serialize_bool(*flag),
            Shape::Number(number) => serializer.serialize_f64(*number),
            Shape::Text(text) => serializer.serialize_str(text),
            Shape::List(list) => serializer.collect_seq(list),
            Shape::Fields(Fields(fields)) => serializer.collect_map(fields.iter().map(|(name, shape)| (name, shape))),
        }
    }
}
