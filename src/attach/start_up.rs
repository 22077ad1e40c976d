//! The start of the driver: what it adds to the engine before anybody attaches.
//!
//! It opens the session that the strategy asks for, and in one transaction adds the provider, the
//! sublayers and a callout for every filter of every attach type. It is the same for all executions
//! of a scenario under a strategy, so it runs once, outside scheduling, and its result is an image.
//! `FwpsCalloutRegister` is no part of a transaction: each execution registers the functions of the
//! callouts it uses. Left out: the layer-2 callouts and injection handles.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::runtime::Runtime;
use crate::status::NtStatus;
use crate::strategy::HandleScope;
use crate::strategy::SessionKind;
use crate::strategy::Strategy;
use crate::wfp::Callout;
use crate::wfp::CircumstanceLog;
use crate::wfp::Engine;
use crate::wfp::EngineHandle;
use crate::wfp::EngineImage;
use crate::wfp::EngineOptions;
use crate::wfp::Key;
use crate::wfp::Provider;
use crate::wfp::SessionOptions;
use crate::wfp::Sublayer;
use crate::wfp::TransactionMode;

use super::AttachType;
use super::Module;
use super::Workload;
use super::kind::SUBLAYERS;

/// The key of the driver's provider object.
pub(super) const PROVIDER: Key = Key::of("provider eBPF for Windows");

/// The key of one of the driver's sublayers.
pub(super) fn sublayer_key(name: &str) -> Key {
    Key::of(&format!("sublayer {name}"))
}

/// The key of one of the driver's callouts.
pub(super) fn callout_key(name: &str) -> Key {
    Key::of(&format!("callout {name}"))
}

/// What the start of the driver leaves: the engine, and the handles it keeps.
#[derive(Debug, Clone)]
pub struct StartUp {
    /// The engine.
    pub image: EngineImage,
    /// What each execution's engine is given.
    pub options: EngineOptions,
    /// The driver's own handle.
    pub driver: EngineHandle,
    /// The handles of [`HandleScope::Module`].
    modules: Vec<(Module, EngineHandle)>,
    /// The handles of [`HandleScope::Provider`].
    providers: Vec<(AttachType, EngineHandle)>,
}

impl StartUp {
    /// Starts the driver on a new engine. To be called outside any execution.
    ///
    /// # Panics
    ///
    /// If an engine call fails: alone on a new engine none does.
    pub fn run<R: Runtime>(
        strategy: &Strategy,
        workload: &Workload,
        ledger: &Arc<CircumstanceLog>,
    ) -> Self {
        let options = EngineOptions {
            ledger: Arc::clone(ledger),
            callouts_change: false,
            // A context's handle is closed when nobody has the context any more, a thread's by the
            // thread, and all others stay open.
            closes_meet_calls: false,
            system_threads: workload.system_threads_from(),
            watchdogs: None,
            ..EngineOptions::default()
        };
        let engine = Engine::<R>::new(&EngineImage::default(), &options);
        let open = |kind| {
            let opened = engine.engine_open(SessionOptions {
                dynamic: kind == SessionKind::Dynamic,
                ..workload.session()
            });
            opened.expect("internal bug: the driver starts alone")
        };
        let driver = open(strategy.driver_session);
        add_objects(&engine, driver);
        let open = || open(strategy.own_session);
        let types: BTreeSet<AttachType> =
            workload.links.iter().map(|link| link.attach_type).collect();
        let modules: BTreeSet<Module> = types.iter().map(|attach| attach.module()).collect();
        let mut start_up = Self {
            image: EngineImage::default(),
            options,
            driver,
            modules: Vec::new(),
            providers: Vec::new(),
        };
        match strategy.scope {
            HandleScope::Module => {
                start_up.modules = modules.into_iter().map(|module| (module, open())).collect();
            }
            HandleScope::Provider => {
                start_up.providers = types.into_iter().map(|attach| (attach, open())).collect();
            }
            HandleScope::Driver | HandleScope::Context | HandleScope::Thread => {}
        }
        start_up.image = engine.image();
        start_up
    }

    pub(super) fn of_module(&self, module: Module) -> EngineHandle {
        let found = self.modules.iter().find(|(of, _)| *of == module);
        found
            .expect("internal bug: the start opened a handle for each module in use")
            .1
    }

    pub(super) fn of_provider(&self, attach_type: AttachType) -> EngineHandle {
        let found = self.providers.iter().find(|(of, _)| *of == attach_type);
        found
            .expect("internal bug: the start opened a handle for each provider in use")
            .1
    }
}

fn add_objects<R: Runtime>(engine: &Engine<R>, handle: EngineHandle) {
    must(engine.transaction_begin(handle, TransactionMode::ReadWrite));
    must(engine.provider_add(handle, Provider::with_key(PROVIDER)));
    let provider = Some(PROVIDER);
    for name in SUBLAYERS {
        let sublayer = Sublayer::with_key(sublayer_key(name));
        must(engine.sublayer_add(
            handle,
            Sublayer {
                provider,
                ..sublayer
            },
        ));
    }
    let mut added = BTreeSet::new();
    for spec in AttachType::ALL.iter().flat_map(|attach| attach.filters()) {
        let callout = Callout::with_key(callout_key(spec.callout), Key::of(spec.layer));
        if added.insert(callout.key) {
            let added = engine.callout_add(
                handle,
                Callout {
                    provider,
                    ..callout
                },
            );
            must(added.err().unwrap_or(NtStatus::SUCCESS));
        }
    }
    must(engine.transaction_commit(handle));
}

fn must(status: NtStatus) {
    assert_eq!(
        status,
        NtStatus::SUCCESS,
        "internal bug: the driver starts alone"
    );
}
