//! The network module registrar: the binding between a link and its hook provider.
//!
//! A provider that refuses a client is no error of the registration: there is just no binding. A
//! binding whose provider answers "pending" to a detach ends when the provider says that the detach
//! is complete, and the deregistration waits for that. Left out: providers that come and go.

use crate::execution::ObjectId;
use crate::execution::ObjectKind;
use crate::execution::Operation;
use crate::execution::Verb;
use crate::runtime::Runtime;
use crate::runtime::Shared;

/// The state of a binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The client is not registered.
    Unregistered,
    /// The client is registered; no provider has taken it.
    Registered,
    /// There is a binding.
    Bound,
    /// The provider's detach is pending.
    Unbinding,
}

/// The NMR's side of one client.
#[derive(Debug)]
pub(super) struct Binding<R: Runtime> {
    state: Shared<R, State>,
}

impl<R: Runtime> Binding<R> {
    pub(super) fn new(link: u16) -> Self {
        let id = ObjectId::initial(ObjectKind::Binding, link);
        Self {
            state: Shared::new(id, State::Unregistered),
        }
    }

    fn set(&self, verb: Verb, next: State) {
        R::act(
            Operation::on(verb, self.state.id()),
            (&self.state,),
            |(mut state,)| *state = next,
        );
    }

    /// `NmrRegisterClient`, before it offers the client to the providers.
    pub(super) fn register(&self) {
        self.set(Verb::NmrRegister, State::Registered);
    }

    /// A provider has taken the client.
    pub(super) fn bind(&self) {
        self.set(Verb::NmrBound, State::Bound);
    }

    /// `NmrDeregisterClient`: whether there is a binding that has to end first.
    pub(super) fn deregister(&self) -> bool {
        let operation = Operation::on(Verb::NmrDeregister, self.state.id());
        R::act(operation, (&self.state,), |(mut state,)| {
            let bound = *state == State::Bound;
            *state = if bound {
                State::Unbinding
            } else {
                State::Unregistered
            };
            bound
        })
    }

    /// `NmrProviderDetachClientComplete`.
    pub(super) fn detach_complete(&self) {
        self.set(Verb::NmrDetachComplete, State::Unregistered);
    }

    /// `NmrWaitForClientDeregisterComplete`.
    pub(super) fn wait_for_deregister(&self) {
        let operation = Operation::on(Verb::NmrWait, self.state.id());
        let over = |state: &State| *state == State::Unregistered;
        R::wait(operation, (&self.state,), |(state,)| over(state), |_| ());
    }

    /// Whether there is a binding, outside any execution.
    pub(super) fn is_bound(&self) -> bool {
        self.state
            .inspect(|state| matches!(state, State::Bound | State::Unbinding))
    }
}
