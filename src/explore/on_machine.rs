//! The executions that an explorer chooses, on a machine of this crate: run, compared with earlier
//! ones, and now and then run again.

use std::borrow::BorrowMut;

use tracing::Span;

use crate::execution::End;
use crate::execution::Execution;
use crate::execution::Journal;
use crate::runtime::controlled::Limits;
use crate::runtime::controlled::Machine;
use crate::runtime::controlled::System;

use super::Coverage;
use super::Executions;
use super::Explorer;
use super::Ran;
use super::deterministic::NotDeterministic;
use super::rerun::Before;
use super::rerun::Reruns;
use super::rerun::Retrace;
use super::rerun::difference;

/// What an explorer makes a machine run.
pub(super) struct OnMachine<'m, M, E> {
    machine: M,
    system: &'m dyn System,
    explorer: E,
    reruns: Reruns,
    before: Before,
    /// What the system noted of the last execution.
    noted: String,
    /// How many executions have been begun.
    begun: u64,
    /// The last execution that was run again, by number.
    rerun: u64,
    found: Option<NotDeterministic>,
}

/// The executions of a system that an explorer chooses, on a machine of their own.
pub fn on_machine<'s, E: Explorer + 's>(
    limits: Limits,
    system: &'s dyn System,
    explorer: E,
    reruns: Reruns,
) -> impl Executions + 's {
    OnMachine::new(Machine::new(limits), system, explorer, reruns)
}

impl<'m, M: BorrowMut<Machine>, E: Explorer> OnMachine<'m, M, E> {
    pub(super) fn new(machine: M, system: &'m dyn System, explorer: E, reruns: Reruns) -> Self {
        Self {
            machine,
            system,
            explorer,
            reruns,
            before: Before::default(),
            noted: String::new(),
            begun: 0,
            rerun: 0,
            found: None,
        }
    }

    /// Runs the execution that was prepared, and whatever is to be run again for it.
    fn run_prepared(&mut self) -> Result<(), NotDeterministic> {
        let machine = self.machine.borrow_mut();
        let (system, explorer) = (self.system, &mut self.explorer);
        NotDeterministic::caught(|| _ = machine.run(system, explorer))?;
        self.noted = system.noted();
        self.before.take_in(machine.execution())?;
        NotDeterministic::caught(|| explorer.ended(machine.execution(), machine.blocked()))?;
        let again = self.reruns.of(self.begun, &machine.execution().end);
        for _ in 0..again {
            self.run_again()?;
        }
        if self.explorer.repeats() {
            self.machine.borrow_mut().discard();
        }
        Ok(())
    }

    /// Runs the last execution again, unless it was discarded: the machine has it still.
    fn run_again(&mut self) -> Result<(), NotDeterministic> {
        self.rerun = self.begun;
        let machine = self.machine.borrow_mut();
        let before: Execution = machine.execution().clone();
        machine.tell_in(Journal::closed());
        let mut retrace = Retrace(&before.steps);
        let now = machine.run(self.system, &mut retrace);
        let noted = self.system.noted();
        match difference((&before, now), (&self.noted, &noted)) {
            Some(found) => Err(found),
            None => Ok(()),
        }
    }

    /// Keeps what was found, and leaves nothing of the execution that showed it.
    fn keep<O>(&mut self, result: Result<O, NotDeterministic>) -> Option<O> {
        match result {
            Ok(done) => Some(done),
            Err(found) => {
                self.machine.borrow_mut().abort();
                self.found = Some(NotDeterministic {
                    execution: Some(self.begun),
                    ..found
                });
                None
            }
        }
    }
}

impl<M: BorrowMut<Machine>, E: Explorer> Executions for OnMachine<'_, M, E> {
    fn advance(&mut self) -> bool {
        self.explorer.next_execution()
    }

    fn run(&mut self) -> Option<Ran<'_>> {
        self.begun += 1;
        let ran = self.run_prepared();
        self.keep(ran)?;
        let execution = self.machine.borrow().execution();
        Some(Ran {
            execution,
            native: None,
        })
    }

    fn run_last_again(&mut self) -> bool {
        let discarded = self.machine.borrow().execution().end == End::Redundant;
        if self.reruns == Reruns::None || self.rerun == self.begun || discarded {
            return true;
        }
        let ran = self.run_again();
        self.keep(ran).is_some()
    }

    fn not_deterministic(&self) -> Option<&NotDeterministic> {
        self.found.as_ref()
    }

    fn coverage(&self) -> Coverage {
        self.explorer.coverage()
    }

    fn span(&self) -> Span {
        self.machine.borrow().span().clone()
    }

    fn takes(&mut self, journal: &Journal) -> bool {
        self.machine.borrow_mut().tell_in(journal.clone());
        true
    }
}
