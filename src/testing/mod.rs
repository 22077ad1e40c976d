//! Assertions for `#[test]`: a strategy is proved on a model, or refuted by a property.
//!
//! The macros [`assert_proves!`](crate::assert_proves) and
//! [`assert_refutes!`](crate::assert_refutes) take the name of an embedded model or the path of a
//! scenario file, and the name of a strategy. A failing one prints what was found: the least
//! counterexample with its lane table, its cause and the line that replays it, or what stopped the
//! search. What fails is kept in a folder of schedules, which are replayed before the next search.

mod assertion;
mod regressions;

pub use assertion::check_model;
pub use assertion::prove;
pub use assertion::require_proved;
pub use assertion::require_refuted;
