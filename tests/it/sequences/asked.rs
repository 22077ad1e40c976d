//! What the mock is handed: objects to add, functions of callouts and of subscribers.

use std::sync::Arc;

use selvedge::runtime::controlled::Controlled;
use selvedge::status::NtStatus;
use selvedge::wfp;
use selvedge::wfp::CalloutFunctions;
use selvedge::wfp::Engine;
use selvedge::wfp::EngineHandle;
use selvedge::wfp::FilterFlags;
use selvedge::wfp::Lifetime;
use selvedge::wfp::Notification;
use selvedge::wfp::SubscriptionHandle;

use crate::reference::Addition;
use crate::reference::Kind;
use crate::reference::Word;

use super::board::Board;
use super::mock::Brought;
use super::mock::Came;
use super::mock::Heard;
use super::mock::caller;
use super::names;

/// `Fwpm…Add0`.
pub(crate) fn add(engine: &Engine<Controlled>, handle: EngineHandle, add: &Addition) -> Came {
    let given = |key| names::given(add.kind, key);
    let key = add.key.map_or(wfp::Key::ZERO, given);
    let provider = add.provider.map(|key| names::given(Kind::Provider, key));
    let named = add.named;
    let lifetime = if add.persistent {
        Lifetime::Persistent
    } else {
        Lifetime::Static
    };
    match add.kind {
        Kind::Provider => {
            let asked = wfp::Provider {
                named,
                lifetime,
                ..wfp::Provider::with_key(key)
            };
            engine.provider_add(handle, asked).into()
        }
        Kind::Sublayer => {
            let asked = wfp::Sublayer {
                named,
                provider,
                lifetime,
                ..wfp::Sublayer::with_key(key)
            };
            engine.sublayer_add(handle, asked).into()
        }
        Kind::Callout => {
            let asked = wfp::Callout {
                named,
                provider,
                lifetime,
                ..wfp::Callout::with_key(key, names::layer(add.layer))
            };
            let id = engine.callout_add(handle, asked);
            id.map(|id| {
                add.key
                    .map_or(Brought::Nothing, |key| Brought::Callout(key, id))
            })
            .into()
        }
        Kind::Context => {
            let asked = wfp::ProviderContext {
                named,
                provider,
                lifetime,
                ..wfp::ProviderContext::with_key(key)
            };
            engine.provider_context_add(handle, asked).into()
        }
        Kind::Filter => {
            let id = engine.filter_add(handle, filter(key, provider, add));
            id.map(Brought::Filter).into()
        }
    }
}

fn filter(key: wfp::Key, provider: Option<wfp::Key>, add: &Addition) -> wfp::Filter {
    wfp::Filter {
        key,
        named: add.named,
        provider,
        sublayer: add.sublayer.map(|key| names::given(Kind::Sublayer, key)),
        action: names::action(add.action),
        provider_context: add.context.map(|key| names::given(Kind::Context, key)),
        flags: flags(add),
        raw_context: u32::from(add.raw_context),
        ..wfp::Filter::in_layer(names::layer(add.layer))
    }
}

fn flags(add: &Addition) -> FilterFlags {
    let asked = [
        (add.persistent, FilterFlags::PERSISTENT),
        (add.boot_time, FilterFlags::BOOT_TIME),
        (add.disabled, FilterFlags::DISABLED),
        (
            add.permit_if_unregistered,
            FilterFlags::PERMIT_IF_CALLOUT_UNREGISTERED,
        ),
    ];
    let set = asked.into_iter().filter(|(set, _)| *set);
    set.fold(FilterFlags::NONE, |flags, (_, flag)| flags.with(flag))
}

/// The functions of a callout, which write down what they are told.
pub(crate) fn functions(after_commit: bool, refuses: bool, board: &Board) -> CalloutFunctions {
    let board = board.clone();
    let notify = move |notification| {
        let (word, filter) = match notification {
            Notification::FilterAdded(filter) => (Word::Added, filter),
            Notification::FilterDeleted(filter) => (Word::Deleted, filter),
            Notification::FilterCommitted(filter) => (Word::Committed, filter),
        };
        let by = caller();
        board.hear(Heard { word, filter, by });
        if refuses {
            NtStatus::NO_MEMORY
        } else {
            NtStatus::SUCCESS
        }
    };
    CalloutFunctions {
        notify: Arc::new(notify),
        flow_delete: Some(Arc::new(|_| ())),
        commit_add_notify: after_commit,
    }
}

/// `Fwpm…SubscribeChanges0`, with a function that writes down what it is told.
pub(crate) fn subscribe(
    engine: &Engine<Controlled>,
    handle: EngineHandle,
    kind: Kind,
    board: &Board,
) -> Result<SubscriptionHandle, NtStatus> {
    let notices = board.clone();
    let function = move |notice| notices.notice(handle, notice);
    engine.subscribe_changes(handle, names::kind(kind), Arc::new(function))
}
