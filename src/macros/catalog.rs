//! What a user may write. The texts about it are the face's; here are the names, which everything else follows.

use super::checks::CHECKS;
use super::error::Kind;
use super::filters::FILTERS;
use super::method_table::METHODS;
use super::names::NAMES;
use super::statements::STATEMENTS;
use crate::error::nearest;

/// One name, and where it may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// As it is written.
    pub name: &'static str,
    /// Where it may stand.
    pub kind: Kind,
}

/// Every macro, filter, method, test and statement. A method of several kinds of values stands once.
///
/// ```
/// use dagfill::macros::{Kind, catalog};
/// assert!(catalog().any(|entry| entry.name == "ds" && entry.kind == Kind::Macro));
/// ```
pub fn catalog() -> impl Iterator<Item = Entry> {
    let of = |kind: Kind| move |name: &'static str| Entry { name, kind };
    let mut last = "";
    let methods = METHODS.iter().map(|row| row.name).filter(move |name| std::mem::replace(&mut last, name) != *name);
    let macros = NAMES.iter().map(|row| row.name).map(of(Kind::Macro));
    macros
        .chain(FILTERS.iter().map(|row| row.name).map(of(Kind::Filter)))
        .chain(methods.map(of(Kind::Method)))
        .chain(CHECKS.iter().map(|row| row.name).map(of(Kind::Test)))
        .chain(STATEMENTS.iter().copied().map(of(Kind::Statement)))
}

/// The nearest name of a kind.
pub(super) fn suggestion(name: &str, kind: Kind) -> Option<&'static str> {
    nearest(name, catalog().filter(|entry| entry.kind == kind).map(|entry| entry.name))
}
