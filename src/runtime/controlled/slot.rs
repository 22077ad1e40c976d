//! What a suspended thread is about to do, and how to ask whether it can.

use std::cell::Cell;
use std::mem;
use std::ops::Range;
use std::panic;
use std::ptr;

use crate::execution::Footprint;
use crate::execution::Operation;
use crate::execution::Verb;
use crate::runtime::Waiting;

use super::Pending;
use super::policy::offers;
use super::tls;
use super::tls::Mode;

/// Asks whether a pending step is ready, and what that was read from. Lives on the stack of the
/// suspended coroutine.
pub(super) type Poll<'a> = dyn Fn() -> (bool, Footprint) + 'a;

/// How to ask a suspended thread whether its step is ready.
#[derive(Clone, Copy)]
struct Poller(*const Poll<'static>);

impl Poller {
    fn new<'a>(poll: &'a Poll<'a>) -> Self {
        #[expect(
            unsafe_code,
            reason = "part of the switch: the closure stays on its stack"
        )]
        // SAFETY: only the lifetime changes. Whoever calls it does so as `Poller::ask` demands.
        let poll = unsafe { mem::transmute::<&'a Poll<'a>, &'static Poll<'static>>(poll) };
        Self(ptr::from_ref(poll))
    }

    /// Asks. If the question panics the answer is that it is ready: the thread will ask itself
    /// before its step, and panic where it belongs.
    ///
    /// To be called only by the machine and only while the thread is suspended where it made this.
    fn ask(self) -> (bool, Footprint) {
        #[expect(
            unsafe_code,
            reason = "part of the switch: the closure stays on its stack"
        )]
        // SAFETY: the coroutine is suspended inside `pause`, whose frame holds the closure that
        // this points to; the machine replaces or drops the poller before it resumes the coroutine.
        let poll = unsafe { &*self.0 };
        let before = tls::mode();
        tls::set_mode(Mode::Running);
        let answer = panic::catch_unwind(panic::AssertUnwindSafe(poll));
        tls::set_mode(before);
        answer.unwrap_or((true, Footprint::EMPTY))
    }
}

/// A [`Pending`] in parts: most of who looks wants one of them.
pub(super) struct Slot {
    pub(super) operation: Cell<Operation>,
    pub(super) waiting: Cell<Waiting>,
    alternatives: Cell<u8>,
    pub(super) ready: Cell<bool>,
    pub(super) watch: Cell<Footprint>,
    awaited: Cell<Footprint>,
    pub(super) declared: Cell<Footprint>,
    poller: Cell<Option<Poller>>,
}

impl Slot {
    pub(super) const fn new() -> Self {
        Self {
            operation: Cell::new(Operation::local(Verb::Choose)),
            waiting: Cell::new(Waiting::Never),
            alternatives: Cell::new(1),
            ready: Cell::new(true),
            watch: Cell::new(Footprint::EMPTY),
            awaited: Cell::new(Footprint::EMPTY),
            declared: Cell::new(Footprint::EMPTY),
            poller: Cell::new(None),
        }
    }

    pub(super) fn set(&self, pending: &Pending, poll: Option<&Poll<'_>>) {
        self.operation.set(pending.operation);
        self.waiting.set(pending.waiting);
        self.alternatives.set(pending.alternatives);
        self.declared.set(pending.declared);
        self.awaited.set(pending.awaited);
        self.set_ready((pending.ready, pending.watch));
        self.poller.set(poll.map(Poller::new));
    }

    fn set_ready(&self, (ready, watch): (bool, Footprint)) {
        self.ready.set(ready);
        self.watch.set(watch);
    }

    pub(super) fn pending(&self) -> Pending {
        Pending {
            operation: self.operation.get(),
            waiting: self.waiting.get(),
            alternatives: self.alternatives.get(),
            ready: self.ready.get(),
            watch: self.watch.get(),
            awaited: self.awaited.get(),
            declared: self.declared.get(),
        }
    }

    /// The alternatives that the thread offers.
    pub(super) fn offered(&self) -> Range<u8> {
        offers(self.ready.get(), self.alternatives.get())
    }

    /// Asks the thread, which waits, again: whether it is ready.
    pub(super) fn poll(&self) -> bool {
        let poller = self.poller.get();
        let answer = poller.expect("internal bug: who waits can be asked").ask();
        self.set_ready(answer);
        answer.0
    }
}
