//! Rundown references: many may hold one until somebody waits for all to let go.

use crate::execution::Fact;
use crate::execution::Misuse;
use crate::execution::ObjectId;
use crate::execution::Operation;
use crate::execution::Verb;
use crate::runtime::Runtime;
use crate::runtime::Shared;

#[derive(Debug, Default)]
struct State {
    count: u32,
    /// Somebody waits or has waited: nobody acquires any more.
    down: bool,
}

/// `EX_RUNDOWN_REF`.
#[derive(Debug)]
pub struct Rundown<R: Runtime> {
    state: Shared<R, State>,
}

impl<R: Runtime> Rundown<R> {
    /// `ExInitializeRundownProtection`.
    pub fn new(id: ObjectId) -> Self {
        Self {
            state: Shared::new(id, State::default()),
        }
    }

    /// `ExAcquireRundownProtection`: whether it was granted.
    pub fn acquire(&self) -> bool {
        let operation = Operation::on(Verb::RundownAcquire, self.state.id());
        R::act(operation, (&self.state,), |(mut state,)| {
            let granted = !state.down;
            if granted {
                state.count += 1;
            }
            granted
        })
    }

    /// `ExReleaseRundownProtection`. More than was acquired is recorded.
    pub fn release(&self) {
        let operation = Operation::on(Verb::RundownRelease, self.state.id());
        let held = R::act(operation, (&self.state,), |(mut state,)| {
            let left = state.count.checked_sub(1);
            state.count = left.unwrap_or(0);
            left.is_some()
        });
        if !held {
            R::record(Fact::Misused(Misuse::OverRelease));
        }
    }

    /// `ExWaitForRundownProtectionRelease`: refuses from now on, then waits for those who hold it.
    pub fn wait(&self) {
        let operation = Operation::on(Verb::RundownWait, self.state.id());
        let free = R::act(operation, (&self.state,), |(mut state,)| {
            state.down = true;
            state.count == 0
        });
        if !free {
            R::wait(
                operation.with(1),
                (&self.state,),
                |(state,)| state.count == 0,
                |_| (),
            );
        }
    }

    /// How many hold it, outside any execution.
    pub fn count(&self) -> u32 {
        self.state.inspect(|state| state.count)
    }

    /// Refuses everybody from now on, outside any execution.
    pub fn run_down(&self) {
        self.state.inspect(|state| state.down = true);
    }
}
