//! A desk: one engine, and whoever works on it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use selvedge::execution::ThreadId;
use selvedge::execution::Verb;
use selvedge::runtime::Runtime;
use selvedge::runtime::controlled::Controlled;
use selvedge::status::NtStatus;
use selvedge::wfp::CalloutFunctions;
use selvedge::wfp::CalloutId;
use selvedge::wfp::CircumstanceLog;
use selvedge::wfp::Circumstances;
use selvedge::wfp::Engine;
use selvedge::wfp::EngineHandle;
use selvedge::wfp::EngineImage;
use selvedge::wfp::EngineOptions;
use selvedge::wfp::Notification;
use selvedge::wfp::Objects;
use selvedge::wfp::ServiceState;
use selvedge::wfp::SessionOptions;
use selvedge::wfp::StateFn;
use selvedge::wfp::SubscriptionHandle;
use selvedge::wfp::Wait;

use super::answer::Answer;
use super::answer::Log;
use super::client::Client;
use super::client::key;

/// A finite wait. How long it is does not matter: no run measures time.
pub(super) const FINITE: Wait = Wait::Milliseconds(1000);

/// A static session of the kernel that waits for ever.
pub(super) const STATIC: SessionOptions = SessionOptions {
    key: selvedge::wfp::Key::ZERO,
    dynamic: false,
    wait: Wait::Infinite,
    kernel: true,
};

/// A dynamic session of the kernel that waits for ever.
pub(super) const DYNAMIC: SessionOptions = SessionOptions {
    dynamic: true,
    ..STATIC
};

/// A static session of user mode that waits for ever.
pub(super) const USER: SessionOptions = SessionOptions {
    kernel: false,
    ..STATIC
};

/// A static session of the kernel whose wait is finite.
pub(super) const HASTY: SessionOptions = SessionOptions {
    wait: FINITE,
    ..STATIC
};

/// An engine under given circumstances, and the log of a case. Clones are the same desk.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) engine: Engine<Controlled>,
    circumstances: Circumstances,
    log: Log,
    threads: Arc<AtomicUsize>,
}

impl Desk {
    pub(super) fn new(circumstances: &Circumstances, log: &Log) -> Self {
        Self::with(
            circumstances,
            log,
            EngineOptions::default(),
            Objects::default(),
        )
    }

    fn with(
        circumstances: &Circumstances,
        log: &Log,
        options: EngineOptions,
        objects: Objects,
    ) -> Self {
        let options = EngineOptions {
            ledger: Arc::new(CircumstanceLog::new(circumstances.clone(), false)),
            ..options
        };
        Self {
            engine: Engine::new(&EngineImage::from(objects), &options),
            circumstances: circumstances.clone(),
            log: log.clone(),
            threads: Arc::default(),
        }
    }

    /// Another engine, for which callers lack the right for a call.
    pub(super) fn denying(&self, verb: Verb) -> Self {
        self.another(EngineOptions {
            denied: BTreeSet::from([verb]),
            ..EngineOptions::default()
        })
    }

    /// Another engine, made so.
    pub(super) fn another(&self, options: EngineOptions) -> Self {
        Self::with(&self.circumstances, &self.log, options, Objects::default())
    }

    /// Another engine, which has these objects.
    pub(super) fn holding(&self, objects: Objects) -> Self {
        let options = EngineOptions::default();
        Self::with(&self.circumstances, &self.log, options, objects)
    }

    /// Opens a session.
    pub(super) fn open(&self, options: SessionOptions) -> Client {
        self.try_open(options).ok()
    }

    pub(super) fn try_open(&self, options: SessionOptions) -> Answer<Client> {
        let opened = self.engine.engine_open(options);
        let client = opened.map(|handle| Client::new(&self.engine, handle, &self.log));
        Answer::of(client, &self.log)
    }

    /// A client with a handle that nobody opened.
    pub(super) fn client_with(&self, handle: EngineHandle) -> Client {
        Client::new(&self.engine, handle, &self.log)
    }

    /// Starts a thread, which tells the engine when it makes no further calls.
    pub(super) fn thread<O>(&self, body: impl FnOnce() -> O + Send + 'static) {
        let index = self.threads.fetch_add(1, Ordering::Relaxed);
        let engine = self.engine.clone();
        Controlled::spawn(ThreadId::new(index), move || {
            let _result = body();
            engine.leave();
        });
    }

    /// Notes something for the calling thread.
    pub(super) fn note(&self, text: impl Into<String>) {
        self.log.note(text);
    }

    /// Everything that was noted so far, and forgets it.
    pub(super) fn heard(&self) -> Vec<String> {
        self.log.take_notes().into_values().flatten().collect()
    }

    fn status(&self, status: NtStatus) -> Answer {
        Answer::of_status(status, &self.log)
    }

    /// The functions of a callout that notes what it is told and answers so.
    pub(super) fn listener(&self, answer: NtStatus) -> CalloutFunctions {
        let log = self.log.clone();
        let notify = move |notification| {
            log.note(told(&notification));
            answer
        };
        CalloutFunctions {
            notify: Arc::new(notify),
            flow_delete: None,
            commit_add_notify: false,
        }
    }

    /// The same of a callout that wants to be told of commits, too.
    pub(super) fn commit_listener(&self) -> CalloutFunctions {
        CalloutFunctions {
            commit_add_notify: true,
            ..self.listener(NtStatus::SUCCESS)
        }
    }

    /// Registers the functions of a callout that notes what it is told.
    pub(super) fn listen(&self, callout: &str) -> CalloutId {
        self.register(callout, self.listener(NtStatus::SUCCESS))
            .ok()
    }

    pub(super) fn register(&self, callout: &str, functions: CalloutFunctions) -> Answer<CalloutId> {
        let registered = self.engine.callout_register(key(callout), functions);
        Answer::of(registered, &self.log)
    }

    pub(super) fn unregister(&self, callout: &str) -> Answer {
        self.status(self.engine.callout_unregister(key(callout)))
    }

    pub(super) fn mark_flow(&self, callout: &str, flow: u32) -> Answer {
        self.status(self.engine.flow_associate_context(key(callout), flow))
    }

    pub(super) fn unmark_flow(&self, callout: &str, flow: u32) -> Answer {
        self.status(self.engine.flow_remove_context(key(callout), flow))
    }

    pub(super) fn watch_service(&self, function: StateFn) -> SubscriptionHandle {
        self.engine.service_subscribe(function)
    }

    /// A function that notes the states of the service.
    pub(super) fn state_listener(&self) -> StateFn {
        let log = self.log.clone();
        Arc::new(move |state: ServiceState| log.note(format!("{state:?}")))
    }

    pub(super) fn unwatch_service(&self, handle: SubscriptionHandle) -> Answer {
        self.status(self.engine.service_unsubscribe(handle))
    }

    /// The service stops and starts again.
    pub(super) fn restart(&self) {
        self.engine.service_stop();
        self.engine.service_start();
    }
}

/// A notification, with the raw context of its filter.
fn told(notification: &Notification) -> String {
    match notification {
        Notification::FilterAdded(filter) => format!("added:{}", filter.raw_context),
        Notification::FilterDeleted(filter) => format!("deleted:{}", filter.raw_context),
        Notification::FilterCommitted(filter) => format!("committed:{}", filter.raw_context),
    }
}
