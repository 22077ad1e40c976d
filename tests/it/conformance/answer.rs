//! What a call of the engine answered, and what a case says about it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use parking_lot::Mutex;

use selvedge::execution::ThreadId;
use selvedge::execution::Verb;
use selvedge::runtime::Runtime;
use selvedge::runtime::controlled::Controlled;
use selvedge::status::NtStatus;
use selvedge::wfp::EngineFault;

/// What is noted while a case runs. Clones are the same log. It is no modelled state: a thread
/// writes what it alone saw, and nobody reads it before the end.
#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<Pages>>);

#[derive(Default)]
struct Pages {
    /// The statuses that the case insisted on.
    statuses: BTreeSet<NtStatus>,
    /// The faults that it tried.
    faults: BTreeSet<(Verb, EngineFault)>,
    /// What each thread noted, in order; `None` is the start-up.
    notes: BTreeMap<Option<ThreadId>, Vec<String>>,
}

impl Log {
    /// Notes something for the calling thread.
    pub(super) fn note(&self, text: impl Into<String>) {
        let mut pages = self.0.lock();
        let own = pages.notes.entry(Controlled::current()).or_default();
        own.push(text.into());
    }

    /// Everything that was noted, by thread, and forgets it.
    pub(super) fn take_notes(&self) -> BTreeMap<Option<ThreadId>, Vec<String>> {
        std::mem::take(&mut self.0.lock().notes)
    }

    /// The statuses that the case insisted on so far.
    pub(super) fn statuses(&self) -> BTreeSet<NtStatus> {
        self.0.lock().statuses.clone()
    }

    /// The case tries a fault of a call.
    pub(super) fn tries(&self, verb: Verb, fault: EngineFault) {
        self.0.lock().faults.insert((verb, fault));
    }

    /// The faults that the case tried so far.
    pub(super) fn faults(&self) -> BTreeSet<(Verb, EngineFault)> {
        self.0.lock().faults.clone()
    }

    fn insist(&self, status: NtStatus) {
        self.0.lock().statuses.insert(status);
    }
}

/// What a call answered.
#[must_use = "a case says what it expects of each call"]
pub(super) struct Answer<T = ()> {
    result: Result<T, NtStatus>,
    log: Log,
}

impl Answer {
    pub(super) fn of_status(status: NtStatus, log: &Log) -> Self {
        let result = if status.is_success() {
            Ok(())
        } else {
            Err(status)
        };
        Self::of(result, log)
    }
}

impl<T> Answer<T> {
    pub(super) fn of(result: Result<T, NtStatus>, log: &Log) -> Self {
        let log = log.clone();
        Self { result, log }
    }

    /// The answer without what the call returned.
    pub(super) fn plain(self) -> Answer {
        Answer::of(self.result.map(|_| ()), &self.log)
    }

    fn status(&self) -> NtStatus {
        let failed = self.result.as_ref().err();
        failed.copied().unwrap_or(NtStatus::SUCCESS)
    }

    /// The call succeeded: what it returned.
    #[track_caller]
    pub(super) fn ok(self) -> T {
        match self.result {
            Ok(value) => value,
            Err(status) => panic!("expected success, got {status}"),
        }
    }

    /// Whether the call failed, in whatever way.
    pub(super) fn failed(self) -> bool {
        self.result.is_err()
    }

    /// The call failed with this status.
    #[track_caller]
    pub(super) fn is(self, expected: NtStatus) {
        assert_eq!(self.status(), expected);
        self.log.insist(expected);
    }

    /// The call failed with one of these statuses: which one is open.
    #[track_caller]
    pub(super) fn among(self, expected: &[NtStatus]) {
        let status = self.status();
        assert!(expected.contains(&status), "{status}, not {expected:?}");
        self.log.insist(status);
    }

    /// Notes the status, for a case about several threads. Whether it was success.
    pub(super) fn note(self, call: &str) -> bool {
        let status = self.status();
        let (success, short) = (status.is_success(), status.short());
        let short = if success { "ok" } else { &short };
        self.log.note(format!("{call}={short}"));
        self.log.insist(status);
        success
    }
}
