//! What is told about templates.

use super::{Fields, Shape};
use crate::macros::{Entry, Inspection};

/// What a template uses.
pub fn inspection_shape(found: &Inspection) -> Shape {
    let mut fields = Fields::default();
    fields.texts("macros", &found.macros);
    fields.texts("confKeys", &found.conf_keys);
    fields.list("xcoms", &found.xcoms, |used| {
        let mut fields = Fields::default();
        fields.text("taskId", &used.task_id);
        fields.text("key", &used.key);
        Shape::Fields(fields)
    });
    fields.list("unknown", &found.unknown, |part| {
        let mut fields = Fields::default();
        fields.text("text", &part.text);
        fields.number("start", part.start as f64);
        fields.number("end", part.end as f64);
        if let Some(suggestion) = &part.suggestion {
            fields.text("suggestion", suggestion);
        }
        Shape::Fields(fields)
    });
    fields.flag("dependsOnDate", found.depends_on_date);
    Shape::Fields(fields)
}

/// The lines of the catalog.
pub fn catalog_shape(entries: impl Iterator<Item = &'static Entry>) -> Shape {
    let mut lines = Vec::new();
    for entry in entries {
        let Entry { name, meaning, example, result, .. } = *entry;
        let kind = entry.kind.as_str();
        let mut fields = Fields::default();
        for (name, text) in
            [("name", name), ("kind", kind), ("meaning", meaning), ("example", example), ("result", result)]
        {
            fields.text(name, text);
        }
        lines.push(Shape::Fields(fields));
    }
    Shape::List(lines)
}
