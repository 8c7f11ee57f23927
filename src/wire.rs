//! Floor 4: the shapes that leave the program or come in. Only this module names serde.

mod dag;
mod error;
mod input;
mod macros;
mod plan;
mod run_options;
mod timetable;

pub use dag::{GraphShape, TaskShape};
pub use error::{ErrorShape, WarningShape};
pub use input::DateShape;
pub use macros::{EntryShape, InspectionShape};
pub use plan::{DayShape, RequestShape, SummaryShape};
pub use run_options::RunOptionsShape;
pub use timetable::{ClockChangeShape, DateExplanationShape, ExplanationShape, TimetableShape};

/// What a shape is, for whoever carries it over the border.
pub use serde::{Serialize, de::DeserializeOwned};
