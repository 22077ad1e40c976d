//! From an execution that is wrong to a finding: the least that is wrong in the same way, why it
//! is, and the nearest that passes.

use crate::execution::Execution;
use crate::property::Cause;
use crate::property::CauseKind;
use crate::property::Change;
use crate::property::Contrast;
use crate::replay::Target;
use crate::replay::reordered;
use crate::replay::shrink;
use crate::runtime::Waits;

use super::Explore;
use super::Finding;
use super::Program;
use super::findings::Wrong;
use super::registry;
use super::schedule::Recorded;

/// A program that comes to something that is wrong.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counterexample<'a> {
    pub(super) explore: &'a Explore,
    pub(super) program: &'a Program,
    pub(super) waits: Waits,
    pub(super) wrong: &'a Wrong,
}

impl Counterexample<'_> {
    /// The finding in the least execution that is wrong in the same way.
    pub(super) fn least(self, execution: &Execution) -> Finding {
        let same = |execution: &Execution| Wrong::of(execution).as_ref() == Some(self.wrong);
        let shrunk = shrink(&self.target(&same), execution);
        Finding {
            replays: shrunk.replays,
            is_least: shrunk.is_least,
            ..self.explained(shrunk.execution)
        }
    }

    /// The finding in this execution.
    pub(super) fn explained(self, execution: Execution) -> Finding {
        let same = |execution: &Execution| Wrong::of(execution).as_ref() == Some(self.wrong);
        let is_clean = |execution: &Execution| Wrong::of(execution).is_none();
        let contrast = reordered(&self.target(&same), &is_clean, &execution);
        Finding {
            because: because(&execution, contrast.as_ref()),
            contrast,
            ..self.explore.finding(self.wrong, execution, self.waits)
        }
    }

    fn target<'t>(&'t self, fails: &'t dyn Fn(&Execution) -> bool) -> Target<'t> {
        Target {
            system: self.program,
            waits: self.waits,
            fails,
        }
    }
}

/// Why an execution came to what it did: what its steps show, or else the two whose order the
/// nearest execution that passes has the other way round. Empty if there is neither.
fn because(execution: &Execution, contrast: Option<&Contrast>) -> String {
    let cause = shown(execution, contrast).or_else(|| decided(contrast?));
    let sentence = cause.map(|cause| cause.sentence(execution, contrast, &registry::names()));
    sentence.unwrap_or_default()
}

/// The cause that the steps show. An update that is lost in an execution that passes as well is
/// none.
fn shown(execution: &Execution, contrast: Option<&Contrast>) -> Option<Cause> {
    let cause = Cause::of_program(execution);
    let passes = |contrast: &Contrast| Cause::of_program(&contrast.execution).kind == cause.kind;
    let is_lost = cause.kind == CauseKind::CheckThenAct && contrast.is_some_and(passes);
    (cause.kind != CauseKind::Order && !is_lost).then_some(cause)
}

/// The cause by the two steps that come in the other order where all is well.
fn decided(contrast: &Contrast) -> Option<Cause> {
    let Change::Order { earlier, later } = contrast.change else {
        return None;
    };
    Some(Cause {
        kind: CauseKind::Order,
        step: Some(later?),
        with: Some(earlier?),
        until: None,
        holds: Vec::new(),
    })
}

impl Explore {
    /// What a report has of an execution that is not explained.
    pub(super) fn finding(&self, wrong: &Wrong, execution: Execution, waits: Waits) -> Finding {
        Finding {
            kind: wrong.kind,
            cause: wrong.cause.clone(),
            because: String::new(),
            contrast: None,
            schedule: Recorded::of(&self.name, waits, wrong.kind, &execution).to_token(),
            names: registry::names(),
            execution,
            replays: 0,
            is_least: false,
        }
    }
}
