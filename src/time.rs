//! Floor 0: instants, wall-clock time, zones, durations, and the one place that reads bounds. Only this module names chrono.

mod civil;
mod clock;
mod instant;
mod period;
mod range;
mod read;
mod resolve;
mod zone;

#[cfg(not(target_arch = "wasm32"))]
mod native;

pub use civil::{Civil, DAY_MS};
pub use clock::Clock;
pub use instant::Instant;
pub use period::{Period, read_duration};
pub use range::{Bounds, Edge, Range, first_instant, last_instant, read_bounds, read_date, read_span};
pub use read::{Date, DateInput};
pub use resolve::{Local, resolve};
pub use zone::{Change, Offsets, Steady, Zone, ZoneSource, set_zone_source};

/// The zones of a build that has no host to ask.
fn native_zones() -> Option<std::rc::Rc<dyn ZoneSource>> {
    #[cfg(not(target_arch = "wasm32"))]
    return Some(std::rc::Rc::new(native::ChronoTz));
    #[cfg(target_arch = "wasm32")]
    None
}
