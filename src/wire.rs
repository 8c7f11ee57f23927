//! Floor 4: the shapes that leave the program or come in. Only this module names serde.

mod dag;
mod error;
mod input;
mod macros;
mod plan;
mod run_options;
mod timetable;

pub use dag::{GraphShape, read_tasks};
pub use error::{ErrorShape, WarningShape};
pub use input::Input;
pub use macros::{EntryShape, InspectionShape};
pub use plan::{DayShape, SummaryShape, read_request};
pub use run_options::read_run_options;
pub use timetable::{ClockChangeShape, DateExplanationShape, ExplanationShape, read_origin, read_timetable};

/// What a shape is, for whoever carries it over the border.
pub use serde::Serialize;
