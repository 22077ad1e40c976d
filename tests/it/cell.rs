//! The one shared object of the tests of runtimes, and what goes with it.

use selvedge::execution::Fact;
use selvedge::execution::ObjectId;
use selvedge::execution::ObjectKind;
use selvedge::execution::Operation;
use selvedge::execution::Verb;
use selvedge::runtime::Runtime;
use selvedge::runtime::Shared;
use selvedge::runtime::WakeReason;
use selvedge::status::NtStatus;

/// What a thread does.
pub(crate) type Body = Box<dyn FnOnce() + Send>;

/// A variable, a lock that is free at 0, or an event that is set at 1.
pub(crate) struct Cell<R: Runtime>(pub(crate) Shared<R, u32>);

impl<R: Runtime> Clone for Cell<R> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<R: Runtime> Cell<R> {
    pub(crate) fn new(index: u16) -> Self {
        let id = ObjectId::initial(ObjectKind::Variable, index);
        Self(Shared::new(id, 0))
    }

    pub(crate) fn on(&self, verb: Verb) -> Operation {
        Operation::on(verb, self.0.id())
    }

    pub(crate) fn load(&self) -> u32 {
        R::act(self.on(Verb::Load), (&self.0,), |(value,)| *value)
    }

    pub(crate) fn store(&self, new: u32) {
        R::act(self.on(Verb::Store), (&self.0,), |(mut value,)| {
            *value = new;
        });
    }

    /// Adds one: the new value.
    pub(crate) fn count(&self) -> u32 {
        R::act(self.on(Verb::Update), (&self.0,), |(mut value,)| {
            *value += 1;
            *value
        })
    }

    pub(crate) fn lock(&self) {
        let operation = self.on(Verb::Lock);
        R::wait(
            operation,
            (&self.0,),
            |(value,)| **value == 0,
            |(mut value,)| *value = 1,
        );
    }

    /// Whether the lock was taken in time.
    pub(crate) fn lock_in_time(&self) -> bool {
        let operation = self.on(Verb::Lock);
        R::wait_or_expire(
            operation,
            (&self.0,),
            |(value,)| **value == 0,
            |(mut value,), turn| {
                if turn == WakeReason::Ready {
                    *value = 1;
                }
                turn == WakeReason::Ready
            },
        )
    }

    pub(crate) fn unlock(&self) {
        let operation = self.on(Verb::Unlock);
        R::act(operation, (&self.0,), |(mut value,)| *value.release() = 0);
    }

    pub(crate) fn set(&self) {
        let operation = self.on(Verb::EventSet);
        R::act(operation, (&self.0,), |(mut value,)| *value = 1);
    }

    pub(crate) fn wait_for(&self, wanted: u32) {
        let operation = self.on(Verb::EventWait);
        R::wait(operation, (&self.0,), |(value,)| **value == wanted, |_| ());
    }

    /// Whether the event was set before the wait ran out.
    pub(crate) fn wait_timed(&self) -> bool {
        let operation = self.on(Verb::EventWait);
        R::wait_or_expire(
            operation,
            (&self.0,),
            |(value,)| **value == 1,
            |_, turn| turn == WakeReason::Ready,
        )
    }

    /// The value, outside any execution.
    pub(crate) fn value(&self) -> u32 {
        self.0.inspect(|value| *value)
    }
}

/// Gives a lock back when it goes: a step in a destructor.
pub(crate) struct Guard<R: Runtime>(Cell<R>);

impl<R: Runtime> Guard<R> {
    pub(crate) fn of(cell: &Cell<R>) -> Self {
        cell.lock();
        Self(cell.clone())
    }
}

impl<R: Runtime> Drop for Guard<R> {
    fn drop(&mut self) {
        self.0.unlock();
    }
}

pub(crate) fn body(body: impl FnOnce() + Send + 'static) -> Body {
    Box::new(body)
}

/// Records what a thread saw, so that outcomes tell it.
pub(crate) fn saw<R: Runtime>(value: u32) {
    R::record(Fact::CallReturns {
        call: 0,
        errno: value,
        expected: value,
        cause: NtStatus::SUCCESS,
    });
}
