//! The clock and the memory of the process: the one place that looks at either.

#![expect(
    clippy::disallowed_types,
    reason = "time is measured and limited here and nowhere else"
)]

use std::fs;
use std::time::Duration;
use std::time::Instant;

use crate::report::Measure;

/// Runs from its start.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts one.
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }

    /// How long it has run.
    pub(super) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }

    /// What so many executions have cost since the start.
    pub(super) fn measure(self, executions: u64) -> Measure {
        let elapsed = self.elapsed();
        Measure {
            seconds: elapsed.as_secs_f64(),
            executions_per_second: rate(executions, elapsed),
            peak_memory_bytes: peak_memory_bytes(),
        }
    }
}

fn rate(executions: u64, elapsed: Duration) -> u64 {
    let nanoseconds = elapsed.as_nanos().max(1);
    u64::try_from(u128::from(executions) * 1_000_000_000 / nanoseconds).unwrap_or(u64::MAX)
}

/// The most memory the process has had, where Linux tells.
fn peak_memory_bytes() -> Option<u64> {
    high_water_mark(&fs::read_to_string("/proc/self/status").ok()?)
}

/// `VmHWM:     1234 kB`, in bytes.
fn high_water_mark(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_high_water_mark_is_read_in_bytes() {
        assert_eq!(
            high_water_mark("VmPeak:\t9 kB\nVmHWM:\t    1234 kB\n"),
            Some(1_263_616)
        );
        assert_eq!(high_water_mark("VmHWM:\tmany\n"), None);
        assert_eq!(high_water_mark(""), None);
    }

    #[test]
    fn a_rate_is_per_second_and_never_a_division_by_zero() {
        assert_eq!(rate(10, Duration::from_millis(500)), 20);
        assert_eq!(rate(3, Duration::ZERO), 3_000_000_000);
    }
}
