//! What is told about templates.

use serde::Serialize;

use crate::macros::{Entry, Inspection};

/// What a template uses.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InspectionShape<'a> {
    macros: &'a [String],
    conf_keys: &'a [String],
    xcoms: Vec<XcomShape<'a>>,
    unknown: Vec<UnknownShape<'a>>,
    depends_on_date: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct XcomShape<'a> {
    task_id: &'a str,
    key: &'a str,
}

#[derive(Serialize)]
struct UnknownShape<'a> {
    text: &'a str,
    start: usize,
    end: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestion: Option<&'a str>,
}

impl<'a> From<&'a Inspection> for InspectionShape<'a> {
    fn from(found: &'a Inspection) -> Self {
        let xcoms = found.xcoms.iter().map(|used| XcomShape { task_id: &used.task_id, key: &used.key });
        let unknown = found.unknown.iter().map(|part| UnknownShape {
            text: &part.text,
            start: part.start,
            end: part.end,
            suggestion: part.suggestion.as_deref(),
        });
        InspectionShape {
            macros: &found.macros,
            conf_keys: &found.conf_keys,
            xcoms: xcoms.collect(),
            unknown: unknown.collect(),
            depends_on_date: found.depends_on_date,
        }
    }
}

/// One line of the catalog.
#[derive(Serialize)]
pub struct EntryShape {
    name: &'static str,
    kind: &'static str,
    meaning: &'static str,
    example: &'static str,
    result: &'static str,
}

impl From<&Entry> for EntryShape {
    fn from(entry: &Entry) -> Self {
        let Entry { name, meaning, example, result, .. } = *entry;
        EntryShape { name, kind: entry.kind.as_str(), meaning, example, result }
    }
}
