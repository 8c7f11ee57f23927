//! The list of one field, read into bit sets.

use super::Dialect;
use super::field::{Field, Item, Span};
use super::fields::{DayOfMonth, DayOfWeek, Notes, Years};
use super::part::Part;
use crate::error::Result;

/// What the list of a field holds; which sets it fills depends on the field.
#[derive(Default)]
pub(super) struct List {
    /// Plain values.
    pub(super) bits: u64,
    /// An item is `*` or `?`.
    pub(super) star: bool,
    /// There is a `*` in the text, with or without a step.
    pub(super) asterisk: bool,
    /// The text starts with `*` or `?`.
    pub(super) starred: bool,
    pub(super) day: DayOfMonth,
    pub(super) weekday: DayOfWeek,
    pub(super) years: Years,
}

impl List {
    /// A field that is not written.
    pub(super) fn fixed(bits: u64) -> List {
        List { bits, star: bits == 0, ..List::default() }
    }

    pub(super) fn read(field: &Field, part: &Part<'_>, dialect: Dialect, notes: &mut Notes) -> Result<List> {
        let starred = matches!(part.text().as_bytes().first(), Some(b'*' | b'?'));
        let mut list = List { asterisk: part.has(b'*'), starred, ..List::default() };
        let mut rest = Some(*part);
        while let Some(items) = rest {
            let item;
            (item, rest) = items.cut(b',');
            match field.item(&item, dialect)? {
                Item::Star => {
                    list.star = true;
                    list.bits |= (2 << field.max.min(62)) - (1 << field.min);
                }
                Item::Values(span) => {
                    note(field, &item, span, notes);
                    list.values(field, &item, span)?;
                }
                Item::Nearest(span) => each(field, span, &mut |day| list.day.nearest |= 1 << day),
                Item::FromLast { days, nearest } => {
                    let set = if nearest { &mut list.day.nearest_from_last } else { &mut list.day.from_last };
                    *set |= 1 << days;
                }
                Item::Nth(span, nth) => each(field, span, &mut |day| {
                    if let Some(set) = list.weekday.nth.get_mut(day as usize) {
                        *set |= nth;
                    }
                }),
            }
        }
        list.day.days = list.bits;
        list.weekday.days = list.bits;
        Ok(list)
    }

    fn values(&mut self, field: &Field, item: &Part<'_>, span: Span) -> Result<()> {
        if field.max < 64 {
            each(field, span, &mut |value| self.bits |= 1 << value);
        } else if span.last > field.max {
            return Err(item.fail("a range of years: expected the first year before the last"));
        } else {
            self.years.insert_all(span.first, span.last, span.step);
        }
        Ok(())
    }
}

/// The values of a span, wrapped around the field's end.
fn each(field: &Field, span: Span, found: &mut dyn FnMut(u32)) {
    let size = field.max - field.min + 1;
    let mut value = span.first;
    while value <= span.last {
        found(field.min + (value - field.min) % size);
        value += span.step;
    }
}

/// What may surprise in a value, a range or a step.
fn note(field: &Field, item: &Part<'_>, span: Span, notes: &mut Notes) {
    let Span { first, last, step } = span;
    let size = field.max - field.min + 1;
    let whole = matches!(item.text().as_bytes().first(), Some(b'*' | b'?' | b'/')) || !item.has(b'-');
    if step > 1 && whole && !size.is_multiple_of(step) && field.max < 64 {
        notes.uneven.get_or_insert((field.name, step, size));
    }
    let wraps = last > field.max && last - first < size && !(last == 7 && field.max == 6);
    if wraps && step > 1 && !(field.max + 1 - first).is_multiple_of(step) {
        notes.departures.push("a step over the end of a field: it keeps its distance");
    }
    if first == last && item.has(b'-') {
        notes.departures.push("a range from a value to itself: just that value");
    }
}
