//! The rules about what may be added to and removed from the objects of an engine.

use crate::status::NtStatus;
use crate::wfp::Callout;
use crate::wfp::Change;
use crate::wfp::Filter;
use crate::wfp::FilterId;
use crate::wfp::Key;
use crate::wfp::Lifetime;
use crate::wfp::Objects;
use crate::wfp::Origin;
use crate::wfp::Provider;
use crate::wfp::SessionId;
use crate::wfp::Sublayer;

const STATIC: Origin = Origin {
    session: SessionId::numbered(0),
    dynamic: false,
};
const DYNAMIC: Origin = Origin {
    session: SessionId::numbered(1),
    dynamic: true,
};
const FOREIGN: Origin = Origin {
    session: SessionId::numbered(2),
    dynamic: true,
};
const OWNER: Key = Key::of("provider");
const GROUP: Key = Key::of("sublayer");
const CALLOUT: Key = Key::of("callout");

fn provider(lifetime: Lifetime) -> Provider {
    Provider {
        key: OWNER,
        named: true,
        lifetime,
    }
}

fn sublayer(lifetime: Lifetime) -> Sublayer {
    Sublayer {
        key: GROUP,
        named: true,
        provider: None,
        lifetime,
    }
}

fn filter(lifetime: Lifetime) -> Filter {
    Filter {
        id: FilterId::numbered(7),
        named: true,
        provider: None,
        layer: Key::of("layer"),
        sublayer: Some(GROUP),
        callout: None,
        raw_context: 0,
        lifetime,
    }
}

type Check = fn(&Objects, Origin) -> Result<Change, NtStatus>;

fn with(origin: Origin, changes: &[Check]) -> Objects {
    let mut objects = Objects::default();
    for change in changes {
        objects.apply(change(&objects, origin).unwrap());
    }
    objects
}

/// Object Management: nothing refers to what may be deleted before it.
#[test]
fn a_filter_refers_only_to_what_lives_as_long() {
    let add = |objects: &Objects, origin| objects.add_filter(origin, filter(Lifetime::Static));
    let grouped = |origin| {
        with(
            origin,
            &[|o, by| o.add_sublayer(by, sublayer(Lifetime::Static))],
        )
    };

    assert!(add(&grouped(STATIC), STATIC).is_ok());
    assert!(add(&grouped(STATIC), DYNAMIC).is_ok());
    assert!(add(&grouped(DYNAMIC), DYNAMIC).is_ok());
    assert_eq!(add(&grouped(DYNAMIC), STATIC), Err(NtStatus::WRONG_SESSION));
    assert_eq!(
        add(&grouped(DYNAMIC), FOREIGN),
        Err(NtStatus::WRONG_SESSION)
    );
    let persistent = filter(Lifetime::Persistent);
    let mismatch = grouped(STATIC).add_filter(STATIC, persistent);
    assert_eq!(mismatch, Err(NtStatus::LIFETIME_MISMATCH));
}

#[test]
fn a_persistent_object_needs_a_persistent_one_of_its_own_provider() {
    let objects = with(
        STATIC,
        &[
            |o, by| o.add_provider(by, provider(Lifetime::Persistent)),
            |o, by| {
                let owned = Sublayer {
                    provider: Some(OWNER),
                    ..sublayer(Lifetime::Persistent)
                };
                o.add_sublayer(by, owned)
            },
        ],
    );
    let own = Filter {
        provider: Some(OWNER),
        ..filter(Lifetime::Persistent)
    };

    assert!(objects.add_filter(STATIC, own).is_ok());
    let foreign = objects.add_filter(STATIC, filter(Lifetime::Persistent));
    assert_eq!(foreign, Err(NtStatus::LIFETIME_MISMATCH));
}

#[test]
fn what_is_referred_to_is_in_use() {
    let mut objects = with(
        STATIC,
        &[
            |o, by| o.add_provider(by, provider(Lifetime::Static)),
            |o, by| {
                o.add_sublayer(
                    by,
                    Sublayer {
                        provider: Some(OWNER),
                        ..sublayer(Lifetime::Static)
                    },
                )
            },
            |o, by| o.add_filter(by, filter(Lifetime::Static)),
        ],
    );

    assert_eq!(
        objects.remove_provider(STATIC, OWNER),
        Err(NtStatus::IN_USE)
    );
    assert_eq!(
        objects.remove_sublayer(STATIC, GROUP),
        Err(NtStatus::IN_USE)
    );
    let gone = objects
        .remove_filter(STATIC, FilterId::numbered(7))
        .unwrap();
    objects.apply(gone);
    assert!(objects.remove_sublayer(STATIC, GROUP).is_ok());
}

#[test]
fn a_callout_in_use_stays() {
    let layer = Key::of("layer");
    let mut objects = Objects::default();
    let callout = Callout {
        key: CALLOUT,
        named: true,
        provider: None,
        layer,
        lifetime: Lifetime::Static,
    };
    objects.apply(objects.add_callout(STATIC, callout).unwrap());
    let calling = Filter {
        sublayer: None,
        callout: Some(CALLOUT),
        ..filter(Lifetime::Static)
    };
    objects.apply(objects.add_filter(STATIC, calling).unwrap());

    assert_eq!(
        objects.remove_callout(STATIC, CALLOUT),
        Err(NtStatus::IN_USE)
    );
    let unknown = Filter {
        callout: Some(GROUP),
        ..calling
    };
    assert_eq!(
        objects.add_filter(STATIC, unknown),
        Err(NtStatus::CALLOUT_NOT_FOUND)
    );
}

/// The remark of every delete page.
#[test]
fn a_dynamic_session_deletes_only_its_own() {
    let added = |origin| {
        with(
            origin,
            &[|o, by| o.add_provider(by, provider(Lifetime::Static))],
        )
    };
    let delete = |objects: &Objects, origin| objects.remove_provider(origin, OWNER).err();

    assert_eq!(delete(&added(DYNAMIC), DYNAMIC), None);
    assert_eq!(
        delete(&added(DYNAMIC), FOREIGN),
        Some(NtStatus::WRONG_SESSION)
    );
    assert_eq!(
        delete(&added(STATIC), DYNAMIC),
        Some(NtStatus::DYNAMIC_SESSION_IN_PROGRESS)
    );
    assert_eq!(delete(&added(STATIC), STATIC), None);
    assert_eq!(delete(&added(DYNAMIC), STATIC), None);
    let built_in = with(
        STATIC,
        &[|o, by| o.add_provider(by, provider(Lifetime::BuiltIn))],
    );
    assert_eq!(delete(&built_in, STATIC), Some(NtStatus::BUILTIN_OBJECT));
}

#[test]
fn a_key_is_used_once_and_a_name_is_needed() {
    let objects = with(
        STATIC,
        &[|o, by| o.add_provider(by, provider(Lifetime::Static))],
    );
    let nameless = Provider {
        named: false,
        ..provider(Lifetime::Static)
    };
    let persistent = provider(Lifetime::Persistent);

    let again = objects.add_provider(STATIC, provider(Lifetime::Static));
    assert_eq!(again, Err(NtStatus::ALREADY_EXISTS));
    assert_eq!(
        objects.add_provider(STATIC, nameless),
        Err(NtStatus::NULL_DISPLAY_NAME)
    );
    let refused = Objects::default().add_provider(DYNAMIC, persistent);
    assert_eq!(refused, Err(NtStatus::DYNAMIC_SESSION_IN_PROGRESS));
}

#[test]
fn the_end_of_a_session_takes_its_objects_and_no_others() {
    let mut objects = with(
        STATIC,
        &[|o, by| o.add_provider(by, provider(Lifetime::Static))],
    );
    let sublayer = objects.add_sublayer(DYNAMIC, sublayer(Lifetime::Static));
    objects.apply(sublayer.unwrap());
    objects.apply(
        objects
            .add_filter(DYNAMIC, filter(Lifetime::Static))
            .unwrap(),
    );
    for change in objects.owned_by(DYNAMIC.session) {
        objects.apply(change);
    }

    assert!(objects.filters().is_empty() && objects.sublayer(GROUP).is_none());
    assert!(objects.provider(OWNER).is_some());
}
