//! What is told about templates.

use super::{Fields, Shape};
use crate::macros::{Entry, Inspection, Unknown, Unresolved, Use, XcomUse};

/// What a template uses. `quoted`: which expressions of a command a shell reads as quoted.
pub fn inspection_shape(found: &Inspection, quoted: Option<Vec<u32>>) -> Shape {
    let mut fields = Fields::default();
    fields.texts("macros", &found.macros);
    fields.texts("confKeys", &found.conf_keys);
    fields.list("xcoms", found.xcoms.iter().map(xcom_shape));
    fields.list("unknown", found.unknown.iter().map(unknown_shape));
    fields.flag("dependsOnDate", found.depends_on_date);
    fields.flag("usesNow", found.uses_now);
    fields.texts("lookups", &found.lookups);
    fields.list("uses", found.uses.iter().map(use_shape));
    if let Some(places) = quoted {
        fields.list("quoted", places.into_iter().map(|at| Shape::Number(at.into())));
    }
    Shape::Fields(fields)
}

fn xcom_shape(used: &XcomUse) -> Shape {
    let mut fields = Fields::default();
    fields.text("taskId", &used.task_id);
    fields.text("key", &used.key);
    if let Some(dag_id) = &used.dag_id {
        fields.text("dagId", dag_id);
    }
    if used.prior {
        fields.flag("prior", true);
    }
    Shape::Fields(fields)
}

fn unknown_shape(part: &Unknown) -> Shape {
    let mut fields = Fields::default();
    fields.text("text", &part.text);
    fields.number("start", part.start as f64);
    fields.number("end", part.end as f64);
    fields.text("message", &part.message);
    if let Some(suggestion) = &part.suggestion {
        fields.text("suggestion", suggestion);
    }
    Shape::Fields(fields)
}

fn use_shape(used: &Use) -> Shape {
    let mut fields = Fields::default();
    fields.text("name", &used.name);
    fields.text("kind", used.kind);
    fields.number("start", used.start as f64);
    fields.number("end", used.end as f64);
    Shape::Fields(fields)
}

/// What stayed as written in a rendering.
pub fn unresolved_shape(parts: &[Unresolved]) -> Shape {
    Shape::list(parts.iter().map(part_shape))
}

fn part_shape(part: &Unresolved) -> Shape {
    let mut fields = Fields::default();
    fields.text("text", &part.text);
    fields.text("code", part.code.as_str());
    fields.text("message", &part.message);
    fields.number("start", part.start as f64);
    fields.number("end", part.end as f64);
    if let Some(suggestion) = &part.suggestion {
        fields.text("suggestion", suggestion);
    }
    if part.lacks_xcom {
        fields.flag("lacksXcom", true);
    }
    Shape::Fields(fields)
}

/// The names of the catalog.
pub fn catalog_shape(entries: impl Iterator<Item = Entry>) -> Shape {
    Shape::list(entries.map(entry_shape))
}

fn entry_shape(entry: Entry) -> Shape {
    let mut fields = Fields::default();
    fields.text("name", entry.name);
    fields.text("kind", entry.kind.as_str());
    Shape::Fields(fields)
}
