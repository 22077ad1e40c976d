//! Progress of a search on a terminal, and the limit on its time.

use std::time::Duration;

use indicatif::ProgressBar;
use indicatif::ProgressDrawTarget;
use indicatif::ProgressStyle;

use crate::explore::Watch;

use super::measure::Stopwatch;

/// A search that is done by then needs no spinner.
const QUIET_AT_FIRST: Duration = Duration::from_millis(500);

/// Looks on while one search runs.
#[derive(Debug)]
pub(super) struct Progress {
    label: String,
    shown: bool,
    time_max: Option<Duration>,
    since: Stopwatch,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Looks on from now. `shown` says whether stderr is a terminal.
    pub(super) fn start(label: String, shown: bool, time_max: Option<Duration>) -> Self {
        Self {
            label,
            shown,
            time_max,
            since: Stopwatch::start(),
            bar: None,
        }
    }

    fn show(&mut self, executions: u64) {
        let bar = self.bar.get_or_insert_with(|| {
            let style = ProgressStyle::with_template("{spinner} {msg}  {human_pos} executions");
            let target = ProgressDrawTarget::stderr();
            ProgressBar::with_draw_target(None, target)
                .with_style(style.expect("the template is well-formed"))
                .with_message(self.label.clone())
        });
        bar.set_position(executions);
    }
}

impl Watch for Progress {
    fn go_on(&mut self, executions: u64) -> bool {
        let elapsed = self.since.elapsed();
        if self.shown && elapsed >= QUIET_AT_FIRST {
            self.show(executions);
        }
        self.time_max.is_none_or(|max| elapsed < max)
    }
}

impl Drop for Progress {
    /// Leaves a clean line, however the search ended.
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_goes_on_until_its_time_is_up() {
        let watch = |time_max| Progress::start(String::new(), false, time_max).go_on(1);

        assert!(watch(None));
        assert!(watch(Some(Duration::from_secs(1_000))));
        assert!(!watch(Some(Duration::ZERO)));
    }
}
