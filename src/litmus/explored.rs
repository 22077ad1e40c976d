//! What an exploration came to, as data and in words.

use std::collections::BTreeMap;
use std::fmt;

use crate::explore::Coverage;
use crate::explore::NotDeterministic;
use crate::explore::SecondProof;
use crate::report::Verdict;
use crate::report::counted;

use super::Finding;

/// What an exploration came to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explored {
    /// What the program is called: see [`Explore::named`](super::Explore::named).
    pub program: String,
    /// What may be said of the program.
    pub verdict: Verdict,
    /// How many complete executions there were, those that end in a deadlock included. With `dpor`
    /// this is the number of classes of equivalent executions.
    pub executions: u64,
    /// How many executions were cut off because they would have repeated others.
    pub redundant: u64,
    /// How many complete executions ended in a deadlock.
    pub deadlocked: u64,
    /// How many complete executions panicked, or were objected to at their end.
    pub panicked: u64,
    /// How many executions the bound on steps cut off. What would have come of them is not known,
    /// so the verdict is BOUNDED, or VIOLATED if something was found elsewhere.
    pub cut_off: u64,
    /// The threads that repeat their steps in the first of those: a sentence each, behind one that
    /// says how many were cut off. Empty if none was.
    pub loops: Vec<String>,
    /// How much of the space was seen.
    pub coverage: Coverage,
    /// What was found, each kind once, in its simplest execution. In order of
    /// [`Finding::cause`]. Empty unless the verdict is VIOLATED.
    pub findings: Vec<Finding>,
    /// What a second search by `source` says, if there was one: see
    /// [`Explore::once`](super::Explore::once).
    pub second_proof: Option<SecondProof>,
    /// The first execution that one of the two searches saw and the other lacks. The verdict is
    /// then EXPLORERS DISAGREE, or VIOLATED.
    pub disagreement: Option<Finding>,
    /// What showed that the program is not deterministic. The verdict then says just that.
    pub not_deterministic: Option<NotDeterministic>,
    /// How often each outcome occurred: the values noted with [`observe`](super::observe), as
    /// `name=value` in order of name. Executions that noted nothing are left out.
    pub outcomes: BTreeMap<String, u64>,
}

impl Explored {
    /// Panics unless the verdict is PROVED. The message shows what was found, step by step.
    ///
    /// # Panics
    ///
    /// If it is anything else.
    #[track_caller]
    pub fn require_proved(&self) {
        assert!(self.verdict == Verdict::Proved, "{self}");
    }
}

impl fmt::Display for Explored {
    /// The verdict with its counts, and every finding as a table with a lane for each thread. The
    /// alternate form (`{:#}`) shows the nearest executions that pass, too.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} after {}",
            self.verdict.word(),
            counted(self.executions, "execution")
        )?;
        let counts = [
            (self.panicked, "failing"),
            (self.deadlocked, "deadlocked"),
            (self.cut_off, "cut off"),
            (self.redundant, "redundant beside"),
        ];
        for (count, what) in counts.into_iter().filter(|(count, _)| *count > 0) {
            write!(f, ", {count} {what}")?;
        }
        match self.coverage {
            Coverage::Exhausted => writeln!(f, " (exhausted{})", twice(self.second_proof))?,
            Coverage::Bounded(limit) => writeln!(f, " (bounded by {limit})")?,
            Coverage::Sampled { seed, .. } => writeln!(f, " (sampled with seed {seed})")?,
            Coverage::Unsuitable(reason) => writeln!(f, " ({reason})")?,
        }
        if let Some(found) = &self.not_deterministic {
            writeln!(f, "  {found}")?;
        }
        for (outcome, count) in &self.outcomes {
            writeln!(f, "  {count:>7}  {outcome}")?;
        }
        for (place, line) in self.loops.iter().enumerate() {
            writeln!(f, "{}{line}", if place == 0 { "\n" } else { "  " })?;
        }
        let findings = self.findings.iter().chain(&self.disagreement);
        findings.into_iter().try_for_each(|finding| {
            if f.alternate() {
                write!(f, "\n{finding:#}")
            } else {
                write!(f, "\n{finding}")
            }
        })
    }
}

/// What a second search adds to one that saw everything.
fn twice(second: Option<SecondProof>) -> String {
    match second {
        None => String::new(),
        Some(SecondProof::Agrees { .. }) => " by dpor and by source".to_owned(),
        Some(SecondProof::Stopped { seen, classes }) => {
            format!(" by dpor alone; source saw {seen} of {classes} classes")
        }
        Some(SecondProof::Differs { .. }) => " by dpor, but not as by source".to_owned(),
    }
}
