//! Every small program, under an oracle that shares nothing with the explorers.
//!
//! A *slice* is a list of kinds of statement. All programs of a slice are enumerated, each once up
//! to the names of its threads and objects, and run under both readings of finite waits. The oracle
//! ([`oracle`]) says which outcomes a program has; `dpor` and `source` must come to these, run the
//! same classes of executions, and so must the recount where it is run.
//!
//! `cargo test` takes a fixed part; `cargo bench --bench scope` takes all.

pub(crate) mod body;
pub(crate) mod clock;
pub(crate) mod code;
pub(crate) mod compare;
pub(crate) mod digest;
pub(crate) mod kind;
pub(crate) mod oracle;
pub(crate) mod outcome;
pub(crate) mod programs;
pub(crate) mod progress;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod show;
pub(crate) mod slice;
pub(crate) mod state;
