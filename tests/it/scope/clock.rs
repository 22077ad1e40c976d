//! How long a run takes. Nothing that is compared depends on it.

#![expect(
    clippy::disallowed_types,
    reason = "a run keeps its position every few seconds, and says how fast it is"
)]

use std::time::Instant;

/// A clock that runs.
#[derive(Debug)]
pub(crate) struct Clock(Instant);

impl Clock {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}
