//! The real proposals, as points of the design space.
//!
//! Numbers are pull requests and issues of <https://github.com/microsoft/ebpf-for-windows>.

use std::num::NonZeroU8;

use super::Guard;
use super::HandleScope;
use super::SessionKind;
use super::Strategy;

/// The generation with the bug: one dynamic session for everything.
const SHARED_HANDLE: Strategy = Strategy {
    name: "shared-handle",
    summary: "one engine handle for the whole driver (the bug)",
    origin: "netebpfext before #3866; issues #3602, #3607, #3728",
    scope: HandleScope::Driver,
    driver_session: SessionKind::Dynamic,
    own_session: SessionKind::Dynamic,
    guard: Guard::None,
    attempts: NonZeroU8::MIN,
};

/// Own handles of some scope, everything static, as the shipped fix has it.
const fn own_handles(
    name: &'static str,
    scope: HandleScope,
    summary: &'static str,
    origin: &'static str,
) -> Strategy {
    Strategy {
        name,
        summary,
        origin,
        scope,
        driver_session: SessionKind::Static,
        own_session: SessionKind::Static,
        guard: Guard::None,
        attempts: NonZeroU8::MIN,
    }
}

const RETRY: Strategy = Strategy {
    name: "retry",
    summary: "the shared handle, and 5 tries to begin",
    origin: "#3659",
    attempts: NonZeroU8::new(5).expect("five is not zero"),
    ..SHARED_HANDLE
};

const CONTEXT: Strategy = own_handles(
    "handle-per-context",
    HandleScope::Context,
    "a static session for each filter context (the shipped fix)",
    "#3866, merged as 8fb3a7e30",
);

impl Strategy {
    /// The real proposals, the bug first.
    pub const PRESETS: &'static [Self] = &[
        SHARED_HANDLE,
        Self {
            name: "push-lock",
            summary: "the shared handle under one push lock",
            origin: "#3865, 5f50c5607",
            guard: Guard::PushLock,
            ..SHARED_HANDLE
        },
        Self {
            name: "spin-lock",
            summary: "the shared handle under one spin lock",
            origin: "#3865, first draft 313585c9f",
            guard: Guard::SpinLock,
            ..SHARED_HANDLE
        },
        RETRY,
        own_handles(
            "handle-per-module",
            HandleScope::Module,
            "a static session for each module of the driver",
            "#3866, first commits (d84e67af2)",
        ),
        own_handles(
            "handle-per-provider",
            HandleScope::Provider,
            "a static session for each hook provider",
            "the title of #3866",
        ),
        CONTEXT,
        Self {
            name: "handle-per-context-dynamic",
            summary: "a dynamic session for each filter context, the driver's static",
            origin: "#3685, 6b08d60b6",
            own_session: SessionKind::Dynamic,
            ..CONTEXT
        },
        Self {
            name: "handle-per-context-on-dynamic-global",
            summary: "a static session for each filter context, the driver's dynamic",
            origin: "#3685, last commit eb943062b",
            driver_session: SessionKind::Dynamic,
            ..CONTEXT
        },
        own_handles(
            "handle-per-thread",
            HandleScope::Thread,
            "a static session for each thread, closed when the thread ends",
            "discussed in #3602; never written",
        ),
    ];
}

/// `retry-N`. Names are static text, so the numbers that may stand in one are listed once.
pub(super) fn retry(attempts: u8) -> Option<Strategy> {
    const NAMES: [&str; 9] = [
        "retry-1", "retry-2", "retry-3", "retry-4", "retry-5", "retry-6", "retry-7", "retry-8",
        "retry-9",
    ];
    let attempts = NonZeroU8::new(attempts)?;
    let name = NAMES.get(usize::from(attempts.get()) - 1)?;
    Some(Strategy {
        name,
        summary: "the shared handle, and N tries to begin",
        attempts,
        ..RETRY
    })
}
