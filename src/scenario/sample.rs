//! A scenario file with every key in it, for the tests of this module.

use super::Scenario;

/// Line 1 is a comment, so that the lines of the tests are those of the text.
pub(super) const GOOD: &str = r#"# An attach fails while a detach runs.
summary = "CONNECT4 is attached while CONNECT6 and more is detached"
pipeline = "a1"
strategies = ["shared-handle", "push-lock"]

[[link]]
name = "v4"
attach = "CONNECT4"

[[link]]
name = "v6"
attach = "CONNECT6"
compartment = 3
attached = true

[[thread]]
name = "attacher"
calls = [{ attach = "v4" }, { detach = "v4", returns = 22 }]

[[thread]]
calls = [{ detach = "v6" }]

[[fault]]
thread = 0
call = "FwpmFilterAdd"
occurrence = 2
status = "0xC002001B"
maybe = true

[[expect]]
strategy = "shared-handle"
waits = "sufficient"
verdict = "VIOLATED"
property = "non-interference"
cause = "STATUS_FWP_TXN_IN_PROGRESS"
executions = 4
failing = 2
deadlocked = 0

[[expect]]
strategy = "push-lock"
waits = "may-expire"
verdict = "PROVED"
"#;

/// [`GOOD`] with one part of it replaced.
pub(super) fn with(from: &str, to: &str) -> String {
    assert_eq!(
        GOOD.matches(from).count(),
        1,
        "`{from}` is in the text once"
    );
    GOOD.replace(from, to)
}

/// Why the text is refused.
pub(super) fn refused(text: &str) -> String {
    Scenario::parse("t", text)
        .expect_err("the text is refused")
        .to_string()
}
