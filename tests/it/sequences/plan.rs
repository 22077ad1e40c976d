//! Random sequences: what may be asked for, and how often.

use proptest::prelude::*;

use crate::reference::Action;
use crate::reference::Addition;
use crate::reference::Call;
use crate::reference::Kind;
use crate::reference::Mode;
use crate::reference::Name;
use crate::reference::Opening;
use crate::reference::Profile;
use crate::reference::Target;

use super::shares::SESSIONS;

/// How many calls a sequence has at most.
const CALLS_MAX: usize = 60;

/// Whose handle a call uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// The thread's own session.
    Own,
    /// That of this thread.
    Of(u8),
    Null,
    Garbage,
}

/// What one thread is to do next. If it still waits in an earlier call, that call goes on, if it
/// can, or expires, if it may and the thread has no patience; the call of the item is not made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Item {
    pub(crate) thread: u8,
    pub(crate) whose: Whose,
    /// Filters and enumerators are counted back from the last one that was made.
    pub(crate) call: Call,
    /// Which of the objects that are there is meant instead; `None` leaves the call as it is.
    pub(crate) pick: Option<u8>,
    /// What the session is opened with, if it is closed.
    pub(crate) opening: Opening,
    /// The call is made even if the session is closed.
    pub(crate) stubborn: bool,
    pub(crate) impatient: bool,
    /// What happens to the engine before the call.
    pub(crate) incident: Option<Incident>,
}

/// What may happen to the engine by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Incident {
    /// The transaction of this thread's session is forcibly aborted.
    ForcedAbort(u8),
    /// The engine stops, or starts if it has stopped.
    StopOrStart,
    /// What was put off is done.
    Deferred,
}

/// A sequence and the readings under which it is played.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) profile: Profile,
    pub(crate) items: Vec<Item>,
}

pub(crate) fn plan() -> BoxedStrategy<Plan> {
    let bursts = prop::collection::vec(burst(), 16..=30);
    (profile(), bursts)
        .prop_map(|(profile, bursts)| {
            let items = bursts.into_iter().flatten().take(CALLS_MAX).collect();
            Plan { profile, items }
        })
        .boxed()
}

/// Some calls of one thread after another: single ones, a whole transaction, or objects that refer
/// to each other.
fn burst() -> BoxedStrategy<Vec<Item>> {
    let single = call().prop_map(|call| vec![call]);
    let calls = prop_oneof![6 => single, 3 => whole(), 3 => linked()];
    let extras = prop::collection::vec(extra(), 8);
    (0..SESSIONS, calls, extras)
        .prop_map(|(thread, calls, extras)| {
            let item = |(call, extra): (Call, Extra)| Item {
                thread,
                call,
                whose: extra.0,
                opening: extra.1,
                stubborn: extra.2.0,
                impatient: extra.2.1,
                pick: extra.3,
                incident: extra.4,
            };
            calls.into_iter().zip(extras).map(item).collect()
        })
        .boxed()
}

/// A transaction from begin to end.
fn whole() -> BoxedStrategy<Vec<Call>> {
    let change = prop_oneof![
        5 => addition().prop_map(Call::Add),
        4 => target().prop_map(Call::Delete),
        1 => target().prop_map(Call::Get),
    ];
    let end = prop_oneof![
        3 => Just(Some(Call::Commit)),
        3 => Just(Some(Call::Abort)),
        1 => Just(Some(Call::Close)),
        1 => Just(None),
    ];
    let begin = prop_oneof![5 => Just(Mode::ReadWrite), 1 => Just(Mode::ReadOnly)];
    let changes = prop::collection::vec(change, 1..=5);
    (begin, changes, end)
        .prop_map(|(mode, changes, end)| {
            let begin = [Call::Begin(mode)];
            begin.into_iter().chain(changes).chain(end).collect()
        })
        .boxed()
}

/// A provider, a sublayer of it, a callout with functions, and a filter that names them.
fn linked() -> BoxedStrategy<Vec<Call>> {
    let keys = (key(), key(), key(), key());
    let flags = (
        prop::bool::ANY,
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.2),
    );
    (keys, flags)
        .prop_map(|((provider, sublayer, callout, filter), flags)| {
            let (after_commit, refuses, persistent) = flags;
            let plain = |kind, key| Addition {
                persistent,
                provider: (kind != Kind::Provider).then_some(provider),
                ..Addition::plain(kind, Some(key))
            };
            vec![
                Call::Add(plain(Kind::Provider, provider)),
                Call::Add(plain(Kind::Sublayer, sublayer)),
                Call::Add(plain(Kind::Callout, callout)),
                Call::Register {
                    callout,
                    after_commit,
                    refuses,
                },
                Call::Add(Addition {
                    sublayer: Some(sublayer),
                    action: Action::Terminating(callout),
                    ..plain(Kind::Filter, filter)
                }),
            ]
        })
        .boxed()
}

/// What an item has beside its thread and call.
type Extra = (Whose, Opening, (bool, bool), Option<u8>, Option<Incident>);

fn extra() -> BoxedStrategy<Extra> {
    let flags = (prop::bool::weighted(0.1), prop::bool::weighted(0.4));
    let pick = prop_oneof![1 => Just(None), 2 => any::<u8>().prop_map(Some)];
    (whose(), opening(), flags, pick, incident()).boxed()
}

fn whose() -> BoxedStrategy<Whose> {
    prop_oneof![
        50 => Just(Whose::Own),
        3 => (0..SESSIONS).prop_map(Whose::Of),
        1 => Just(Whose::Null),
        1 => Just(Whose::Garbage),
    ]
    .boxed()
}

fn incident() -> BoxedStrategy<Option<Incident>> {
    prop_oneof![
        160 => Just(None),
        20 => Just(Some(Incident::Deferred)),
        5 => (0..SESSIONS).prop_map(|thread| Some(Incident::ForcedAbort(thread))),
        1 => Just(Some(Incident::StopOrStart)),
    ]
    .boxed()
}

fn opening() -> BoxedStrategy<Opening> {
    let key = prop_oneof![3 => Just(None), 1 => (0..SESSIONS).prop_map(Some)];
    let flags = (prop::bool::ANY, prop::bool::ANY, prop::bool::weighted(0.3));
    (flags, key)
        .prop_map(|((dynamic, kernel, infinite_wait), key)| Opening {
            dynamic,
            kernel,
            infinite_wait,
            key,
        })
        .boxed()
}

fn call() -> BoxedStrategy<Call> {
    prop_oneof![
        30 => transaction(),
        32 => addition().prop_map(Call::Add),
        28 => target().prop_map(Call::Delete),
        5 => target().prop_map(Call::Get),
        3 => Just(Call::Close),
        1 => opening().prop_map(Call::Open),
        8 => fwps(),
        8 => engine(),
    ]
    .boxed()
}

fn transaction() -> BoxedStrategy<Call> {
    prop_oneof![
        10 => Just(Call::Begin(Mode::ReadWrite)),
        3 => Just(Call::Begin(Mode::ReadOnly)),
        1 => Just(Call::Begin(Mode::Unknown)),
        6 => Just(Call::Commit),
        5 => Just(Call::Abort),
    ]
    .boxed()
}

/// Calls of callout drivers.
fn fwps() -> BoxedStrategy<Call> {
    let callout = key();
    let flags = (prop::bool::ANY, prop::bool::weighted(0.25));
    prop_oneof![
        5 => (callout, flags).prop_map(|(callout, (after_commit, refuses))| {
            Call::Register { callout, after_commit, refuses }
        }),
        3 => key().prop_map(Call::Unregister),
        1 => key().prop_map(Call::FlowAssociate),
        1 => key().prop_map(Call::FlowRemove),
    ]
    .boxed()
}

/// Enumerations, subscriptions, options.
fn engine() -> BoxedStrategy<Call> {
    let number = prop_oneof![9 => (0..3_u32).prop_map(Some), 1 => Just(None)];
    prop_oneof![
        3 => kind().prop_map(|kind| Call::EnumCreate(kind, 0)),
        3 => number.clone().prop_map(Call::EnumRest),
        1 => number.prop_map(Call::EnumDestroy),
        1 => kind().prop_map(Call::Subscribe),
        1 => kind().prop_map(Call::Unsubscribe),
        1 => Just(Call::SetOption),
    ]
    .boxed()
}

fn kind() -> BoxedStrategy<Kind> {
    prop_oneof![
        3 => Just(Kind::Provider),
        3 => Just(Kind::Sublayer),
        3 => Just(Kind::Callout),
        1 => Just(Kind::Context),
        6 => Just(Kind::Filter),
    ]
    .boxed()
}

/// Few keys, so that they meet.
fn key() -> BoxedStrategy<u8> {
    (0..2_u8).boxed()
}

fn addition() -> BoxedStrategy<Addition> {
    let own = prop_oneof![5 => key().prop_map(Some), 1 => Just(None)];
    let rarely = || prop::bool::weighted(0.03);
    let persistent = prop::bool::weighted(0.15);
    let flags = (rarely(), persistent, rarely(), rarely(), rarely());
    let provider = prop_oneof![4 => Just(None), 1 => key().prop_map(Some)];
    let layer = prop_oneof![30 => Just(Some(0_u8)), 1 => Just(Some(1)), 1 => Just(None)];
    let sublayer = prop::option::of(key());
    let references = (provider, layer, sublayer, action(), context());
    (kind(), own, flags, references, any::<u8>())
        .prop_map(|(kind, key, flags, references, raw_context)| {
            let (unnamed, persistent, boot_time, disabled, permit) = flags;
            let (provider, layer, sublayer, action, context) = references;
            let filter = kind == Kind::Filter;
            Addition {
                kind,
                key,
                named: !unnamed,
                persistent,
                boot_time: boot_time && filter,
                disabled: disabled && filter,
                permit_if_unregistered: permit && filter,
                provider: provider.filter(|_| kind != Kind::Provider),
                layer,
                sublayer: sublayer.filter(|_| filter),
                action: if filter { action } else { Action::Permit },
                context: context.filter(|_| filter),
                raw_context,
            }
        })
        .boxed()
}

fn action() -> BoxedStrategy<Action> {
    prop_oneof![
        2 => Just(Action::Permit),
        4 => key().prop_map(Action::Terminating),
        1 => key().prop_map(Action::Unknown),
        1 => key().prop_map(Action::Inspection),
    ]
    .boxed()
}

fn context() -> BoxedStrategy<Option<u8>> {
    prop_oneof![12 => Just(None), 1 => key().prop_map(Some)].boxed()
}

fn target() -> BoxedStrategy<Target> {
    let named = (kind(), key()).prop_map(|(kind, key)| Target::ByKey(Name::given(kind, key)));
    prop_oneof![
        20 => named,
        10 => (0..4_u32).prop_map(|back| Target::ById(Some(back))),
        1 => Just(Target::ById(None)),
        1 => Just(Target::ByKey(Name::DEFAULT_SUBLAYER)),
    ]
    .boxed()
}

fn profile() -> BoxedStrategy<Profile> {
    use crate::reference::profile::*;
    use proptest::sample::select;

    let first = (
        select(LockMode::ALL),
        select(LookUp::ALL),
        select(ForcedAbort::ALL),
        select(CommitFailure::ALL),
        select(NotifyAdd::ALL),
        select(NotifyAbort::ALL),
        select(NotifyDelete::ALL),
        select(AddAgain::ALL),
    );
    let second = (
        select(AfterRestart::ALL),
        select(CloseTeardown::ALL),
        select(ForeignDelete::ALL),
        select(ForeignReference::ALL),
        select(PersistentInDynamic::ALL),
        select(NotifyRestart::ALL),
        select(LateRegistration::ALL),
    );
    let drawn = (first, second).prop_map(|(a, b)| Profile {
        lock_mode: a.0,
        look_up: a.1,
        forced_abort: a.2,
        commit_failure: a.3,
        notify_add: a.4,
        notify_abort: a.5,
        notify_delete: a.6,
        add_again: a.7,
        after_restart: b.0,
        close_teardown: b.1,
        foreign_delete: b.2,
        foreign_reference: b.3,
        persistent_in_dynamic: b.4,
        notify_restart: b.5,
        late_registration: b.6,
    });
    prop_oneof![1 => Just(Profile::default()), 1 => drawn].boxed()
}
