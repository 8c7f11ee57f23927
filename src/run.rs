//! Floor 3: state machines. Events go in, commands come out, the clock is an argument.

pub mod backfill;
pub mod dag_run;
pub mod event;
pub mod key;
pub mod machine;
pub mod retry;
pub mod scheduler;
pub mod summary;
pub mod throttle;
