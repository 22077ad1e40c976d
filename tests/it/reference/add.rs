//! Adding objects: what forbids it, and what is there after it.

use super::Action;
use super::Addition;
use super::Key;
use super::Kind;
use super::Lifetime;
use super::Name;
use super::Object;
use super::Profile;
use super::Session;
use super::State;
use super::Status;
use super::answer::Objections;
use super::profile::AddAgain;
use super::profile::ForeignReference;
use super::profile::PersistentInDynamic;
use super::state::Transaction;

/// The rules that need nothing but the call and its session.
pub(crate) fn structure(add: &Addition, session: &Session, profile: &Profile) -> Objections {
    let mut found = Objections::default();
    let dynamic = session.opening.dynamic;
    // DOC error codes: displayData.name cannot be null.
    found.must(!add.named, Status::NullDisplayName);
    // ASM A-19: a dynamic session adds something persistent.
    let stored = add.persistent || add.boot_time;
    match profile.persistent_in_dynamic {
        PersistentInDynamic::DynamicSessionInProgress => {
            found.must(dynamic && stored, Status::DynamicSessionInProgress);
        }
        PersistentInDynamic::LifetimeMismatch => {
            found.must(dynamic && stored, Status::LifetimeMismatch);
        }
        PersistentInDynamic::InvalidFlags => found.must(dynamic && stored, Status::InvalidFlags),
        PersistentInDynamic::Accepted => {}
    }
    if add.kind == Kind::Filter {
        // DOC `FWPM_FILTER0`: persistent and boot-time exclude each other; disabled cannot be set
        // when adding. The code is OBS O-12's.
        found.must(add.persistent && add.boot_time, Status::InvalidFlags);
        found.must(add.disabled, Status::InvalidFlags);
        // DOC `FWPM_FILTER0`: this flag goes with two actions only. OBS O-12 for the code.
        let fits = matches!(add.action, Action::Terminating(_) | Action::Unknown(_));
        found.must(add.permit_if_unregistered && !fits, Status::InvalidFlags);
    }
    found
}

/// The lifetime that the call asks for (DOC Object Management: object lifetimes).
fn lifetime(add: &Addition, session: &Session, number: u32) -> Lifetime {
    if add.kind == Kind::Filter && add.boot_time {
        Lifetime::BootTime
    } else if add.persistent {
        Lifetime::Persistent
    } else if session.opening.dynamic {
        // DOC Object Management: any object added during a dynamic session is dynamic.
        Lifetime::Dynamic(number)
    } else {
        Lifetime::Static
    }
}

/// What it refers to. A provider refers to nothing; only a filter refers to more than a provider.
fn refers(add: &Addition) -> Vec<Name> {
    let provider = add.provider.map(|key| Name::given(Kind::Provider, key));
    match add.kind {
        Kind::Provider => Vec::new(),
        Kind::Sublayer | Kind::Callout | Kind::Context => provider.into_iter().collect(),
        Kind::Filter => {
            let sublayer = add.sublayer.map(|key| Name::given(Kind::Sublayer, key));
            let callout = add.action.callout();
            let callout = callout.map(|key| Name::given(Kind::Callout, key));
            let context = add.context.map(|key| Name::given(Kind::Context, key));
            // DOC `FWPM_FILTER0`: a zero sublayer key is the default sublayer.
            let sublayer = sublayer.unwrap_or(Name::DEFAULT_SUBLAYER);
            let others = [callout, context].into_iter().flatten();
            provider
                .into_iter()
                .chain([sublayer])
                .chain(others)
                .collect()
        }
    }
}

/// The object that the call would add.
pub(crate) fn object(state: &State, session: u32, add: &Addition) -> Object {
    let number = state.made + 1;
    let opening = state.session(session).opening;
    let has_layer = matches!(add.kind, Kind::Callout | Kind::Filter);
    Object {
        name: Name {
            kind: add.kind,
            // DOC Object Management: a zero GUID is replaced by a generated one.
            key: add.key.map_or(Key::Made(number), Key::Given),
        },
        number,
        lifetime: lifetime(add, state.session(session), session),
        dynamic_adder: opening.dynamic.then_some(session),
        refers: refers(add),
        layer: add.layer.filter(|_| has_layer),
        raw_context: if add.kind == Kind::Filter {
            add.raw_context
        } else {
            0
        },
    }
}

/// The status for a missing object of a kind (DOC error codes).
pub(crate) const fn not_found(kind: Kind) -> Status {
    match kind {
        Kind::Provider => Status::ProviderNotFound,
        Kind::Sublayer => Status::SublayerNotFound,
        Kind::Callout => Status::CalloutNotFound,
        Kind::Context => Status::ProviderContextNotFound,
        Kind::Filter => Status::FilterNotFound,
    }
}

/// The rules that need a view of the objects.
pub(crate) fn objections(
    state: &State,
    session: u32,
    add: &Addition,
    profile: &Profile,
) -> Objections {
    let mut found = structure(add, state.session(session), profile);
    let object = object(state, session, add);
    let view = state.view(session);
    // DOC error codes: the layer does not exist.
    let has_layer = matches!(add.kind, Kind::Callout | Kind::Filter);
    found.must(has_layer && add.layer.is_none(), Status::LayerNotFound);
    for name in &object.refers {
        match view.get(*name) {
            None => found.must(true, not_found(name.kind)),
            Some(referred) => reference(&object, referred, session, profile, &mut found),
        }
    }
    // A filter and its callout in different layers: DOC `FWPM_CALLOUT0` says that the filter cannot
    // invoke it, which is about traffic. No page says that the filter cannot be added.
    uniqueness(state, session, &object, profile, &mut found);
    found
}

/// GUIDs are unique among the objects of a kind (DOC Object Management).
fn uniqueness(
    state: &State,
    session: u32,
    object: &Object,
    profile: &Profile,
    found: &mut Objections,
) {
    let taken = state.view(session).get(object.name).is_some();
    found.must(taken, Status::AlreadyExists);
    // ASM A-13: is a key free again in the transaction that deleted it?
    let transaction = &state.session(session).transaction;
    let drafting = matches!(transaction, Some(Transaction::ReadWrite(_)));
    let committed = state.committed.get(object.name).is_some();
    let too_early = drafting && committed && profile.add_again == AddAgain::AfterCommit;
    found.must(too_early, Status::AlreadyExists);
}

/// An object cannot refer to one that may live shorter (DOC Object Management).
fn reference(from: &Object, to: &Object, session: u32, profile: &Profile, found: &mut Objections) {
    let stored = from.lifetime.is_stored();
    match to.lifetime {
        Lifetime::BuiltIn => {}
        // "Only if owned by the same provider". Of a provider itself that is true. Whether two
        // objects without any provider have the same one is not said, nor whether a boot-time
        // filter counts as persistent here.
        Lifetime::Persistent | Lifetime::BootTime => {
            let is_provider = to.name.kind == Kind::Provider;
            let differs = stored && !is_provider && from.provider() != to.provider();
            let unowned = stored && !is_provider && from.provider().is_none();
            let sure = differs && from.lifetime == Lifetime::Persistent;
            found.must(sure, Status::LifetimeMismatch);
            found.may(differs || unowned, Status::LifetimeMismatch);
        }
        // OBS O-12, O-14 for the code.
        Lifetime::Static => found.must(stored, Status::LifetimeMismatch),
        Lifetime::Dynamic(owner) => {
            found.must(stored, Status::LifetimeMismatch);
            found.must(owner != session, foreign(profile));
        }
    }
}

/// ASM A-18, OBS O-12 and O-13: the code for another session's dynamic object.
const fn foreign(profile: &Profile) -> Status {
    match profile.foreign_reference {
        ForeignReference::WrongSession => Status::WrongSession,
        ForeignReference::LifetimeMismatch => Status::LifetimeMismatch,
    }
}
