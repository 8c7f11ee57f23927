//! What a user may write: for documentation, completion lists and tests.

use super::filters::FILTERS;
use super::methods::METHODS;
use super::table::MACROS;

/// Where a name may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// At the start of an expression.
    Macro,
    /// Behind `|`.
    Filter,
    /// Behind a dot.
    Method,
}

impl Kind {
    /// "macro", "filter" or "method".
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Macro => "macro",
            Kind::Filter => "filter",
            Kind::Method => "method",
        }
    }
}

/// One name. `result` is what `example` prints for the daily run of 2024-03-01 of the DAG `sales`, task `load`, with the conf
/// `{"region":"eu","tables":["orders","items"]}`, the params `{"limit":100}` and the XCom `{"extract":{"return_value":"s3://b/x","rows":42}}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// As it is written.
    pub name: &'static str,
    /// Where it may stand.
    pub kind: Kind,
    /// One sentence.
    pub meaning: &'static str,
    /// A template that uses it.
    pub example: &'static str,
    /// What that prints.
    pub result: &'static str,
}

/// Every macro, filter and method.
///
/// ```
/// use dagfill::macros::catalog;
/// let ds = catalog().find(|entry| entry.name == "ds").unwrap();
/// assert_eq!((ds.example, ds.result), ("{{ ds }}", "2024-03-01"));
/// ```
pub fn catalog() -> impl Iterator<Item = &'static Entry> {
    let macros = MACROS.iter().map(|row| &row.entry);
    macros.chain(FILTERS.iter().map(|row| &row.entry)).chain(METHODS.iter().map(|row| &row.entry))
}
