//! Names that a template gives while it runs.

use super::value::Value;

/// A name with its value.
pub(super) struct Local<'a> {
    pub value: Value<'a>,
    /// The sources of the value: bits `XCOM` and `SECRET`.
    pub made_of: u8,
    /// Its place among the names of the template.
    name: usize,
    /// One more than the place of the value that it hides.
    hidden: usize,
}

/// All of them, innermost last. The newest value of a name is found without a walk through the others.
pub(super) struct Locals<'a> {
    /// Every name that the template gives, ascending.
    names: &'a [String],
    values: Vec<Local<'a>>,
    /// By the place of the name: one more than the place of its newest value.
    newest: Vec<usize>,
}

impl<'a> Locals<'a> {
    pub(super) fn new(names: &'a [String]) -> Locals<'a> {
        Locals { names, values: Vec::new(), newest: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Gives a name a value: over the one that it has from `scope` on, or behind the others.
    pub(super) fn bind(&mut self, scope: usize, name: &str, value: Value<'a>, made_of: u8) {
        let Ok(name) = self.names.binary_search_by(|known| known.as_str().cmp(name)) else { return };
        if self.newest.is_empty() {
            self.newest.resize(self.names.len(), 0);
        }
        let Some(newest) = self.newest.get_mut(name) else { return };
        match newest.checked_sub(1).filter(|place| *place >= scope).and_then(|place| self.values.get_mut(place)) {
            Some(local) => (local.value, local.made_of) = (value, made_of),
            None => {
                self.values.push(Local { value, made_of, name, hidden: *newest });
                *newest = self.values.len();
            }
        }
    }

    /// The innermost value of a name that stands at `own_from` or behind it, or before `seen_to`.
    pub(super) fn find(&self, name: &str, own_from: usize, seen_to: usize) -> Option<&Local<'a>> {
        let name = self.names.binary_search_by(|known| known.as_str().cmp(name)).ok()?;
        let mut next = *self.newest.get(name)?;
        loop {
            let place = next.checked_sub(1)?;
            let local = self.values.get(place)?;
            if place >= own_from || place < seen_to {
                return Some(local);
            }
            next = local.hidden;
        }
    }

    /// Forgets all but the first ones.
    pub(super) fn truncate(&mut self, len: usize) {
        while self.values.len() > len {
            let Some(local) = self.values.pop() else { return };
            if let Some(newest) = self.newest.get_mut(local.name) {
                *newest = local.hidden;
            }
        }
    }
}
