//! The runs in flight, by row.

use crate::run::event::AbortReason;

/// A run whose callback was called and has not settled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flight {
    pub(super) attempt: u32,
    pub(super) started: i64,
    /// When to abort it, or, once aborted, when to give it up.
    pub(super) deadline: Option<i64>,
    pub(super) aborted: Option<AbortReason>,
}

/// Ascending by row. Rows start in order, so that a new one is nearly always the last.
#[derive(Debug, Default)]
pub(super) struct Flights(Vec<(u32, Flight)>);

impl Flights {
    fn find(&self, run: u32) -> Result<usize, usize> {
        self.0.binary_search_by_key(&run, |(run, _)| *run)
    }

    pub(super) fn get_mut(&mut self, run: u32) -> Option<&mut Flight> {
        let index = self.find(run).ok()?;
        self.0.get_mut(index).map(|(_, flight)| flight)
    }

    pub(super) fn insert(&mut self, run: u32, flight: Flight) {
        match self.find(run) {
            Err(index) => self.0.insert(index, (run, flight)),
            Ok(index) => {
                if let Some((_, slot)) = self.0.get_mut(index) {
                    *slot = flight;
                }
            }
        }
    }

    pub(super) fn remove(&mut self, run: u32) {
        if let Ok(index) = self.find(run) {
            self.0.remove(index);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(u32, Flight)> {
        self.0.iter()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut (u32, Flight)> {
        self.0.iter_mut()
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &Flight> {
        self.0.iter().map(|(_, flight)| flight)
    }

    /// Takes all of them out.
    pub(super) fn take(&mut self) -> Vec<(u32, Flight)> {
        std::mem::take(&mut self.0)
    }
}
