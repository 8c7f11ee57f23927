//! Floor 4: the shapes that leave the program or come in. Only this module names serde.

mod dag;
mod error;
mod input;
mod macros;
mod plan;
mod run_options;
mod shape;
mod timetable;

pub use dag::{graph_shape, read_tasks};
pub use error::{error_shape, warnings_shape};
pub use input::Input;
pub use macros::{catalog_shape, inspection_shape, unresolved_shape};
pub use plan::{days_shape, read_request, summary_shape};
pub use run_options::{read_run_options, read_start_windows, read_valve};
pub use shape::{Fields, Shape};
pub use timetable::{date_explanation_shape, explanation_shape, read_origin, read_timetable};

/// What a shape is, for whoever carries it over the border.
pub use serde::Serialize;
