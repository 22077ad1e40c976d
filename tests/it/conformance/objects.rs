//! What an object must be to be added, and what the engine makes of it.

use selvedge::status::NtStatus;
use selvedge::wfp::Action;
use selvedge::wfp::AnyObject;
use selvedge::wfp::Callout;
use selvedge::wfp::Change;
use selvedge::wfp::Filter;
use selvedge::wfp::FilterFlags;
use selvedge::wfp::FilterId;
use selvedge::wfp::Key;
use selvedge::wfp::Kind;
use selvedge::wfp::Objects;
use selvedge::wfp::Provider;
use selvedge::wfp::ProviderContext;
use selvedge::wfp::Sublayer;
use selvedge::wfp::Target;
use selvedge::wfp::Weight;

use super::case::Case;
use super::case::asm;
use super::case::doc;
use super::case::obs;
use super::client::LAYER;
use super::client::callout;
use super::client::filter;
use super::client::key;
use super::desk::Desk;
use super::desk::STATIC;
use super::source::*;

/// What makes an action of a callout.
type Asks = fn(Key) -> Action;

pub(super) const CASES: &[Case] = &[
    doc(
        "65",
        "A zero key asks for one: two filters get two keys and two identifiers",
        |desk| {
            let s = desk.open(STATIC);
            let unnamed = Filter::in_layer(LAYER);
            let ids = [s.add(unnamed).ok(), s.add(unnamed).ok()];
            let keys = ids.map(|id| {
                let AnyObject::Filter(filter) = s.get(Target::Filter(id)).ok() else {
                    panic!("a filter")
                };
                filter.key
            });
            assert_ne!(ids[0], ids[1]);
            assert_ne!(keys[0], keys[1]);
            assert!(!keys.contains(&Key::ZERO));
        },
    )
    .per(&[OBJECTS, FILTER]),
    doc(
        "o1",
        "A zero key of any other object asks for one, too",
        |desk| {
            let s = desk.open(STATIC);
            for _ in 0..2 {
                s.add_this_provider(Provider::with_key(Key::ZERO)).ok();
                s.add_this_sublayer(Sublayer::with_key(Key::ZERO)).ok();
                s.add_this_callout(Callout::with_key(Key::ZERO, LAYER)).ok();
                s.add_this_context(ProviderContext::with_key(Key::ZERO))
                    .ok();
            }
            // Beside the sublayer that is built in.
            for (kind, count) in Kind::ALL.into_iter().zip([2, 3, 2, 2]) {
                let all = s.enum_create(kind).ok();
                assert_eq!(s.enumerate(all, 10).ok().len(), count, "{kind:?}");
            }
        },
    )
    .per(&[OBJECTS]),
    doc(
        "o2",
        "A key is used once for each kind of object: again it is ALREADY_EXISTS",
        |desk| {
            let s = desk.open(STATIC);
            // The same key for all of them: keys of different kinds do not meet.
            s.add_provider("K").ok();
            s.add_sublayer("K").ok();
            s.add_callout("K").ok();
            s.add_context("K").ok();
            s.add_filter("K").ok();
            s.add_provider("K").is(NtStatus::ALREADY_EXISTS);
            s.add_sublayer("K").is(NtStatus::ALREADY_EXISTS);
            s.add_callout("K").is(NtStatus::ALREADY_EXISTS);
            s.add_context("K").is(NtStatus::ALREADY_EXISTS);
            s.add_filter("K").is(NtStatus::ALREADY_EXISTS);
        },
    )
    .per(&[OBJECTS, CALLOUT_ADD, EBPF_5501, OVS_84]),
    doc("o3", "A key that was deleted is free", |desk| {
        let s = desk.open(STATIC);
        let first = s.add_filter("F").ok();
        s.delete(Target::Filter(first)).ok();
        let second = s.add_filter("F").ok();
        assert_ne!(first, second);
    })
    .per(&[OBJECTS]),
    doc(
        "o4",
        "The engine assigns identifiers, whatever the caller writes into them",
        |desk| {
            let s = desk.open(STATIC);
            let asked = Filter {
                id: FilterId::numbered(4711),
                ..filter("F", 0)
            };
            let id = s.add(asked).ok();
            assert_ne!(id, asked.id);
            assert_eq!(s.get_filter("F").ok().id, id);
        },
    )
    .per(&[OBJECTS, FILTER]),
    doc(
        "66",
        "A filter without a display name is NULL_DISPLAY_NAME",
        |desk| {
            let unnamed = Filter {
                named: false,
                ..filter("F", 0)
            };
            desk.open(STATIC)
                .add(unnamed)
                .is(NtStatus::NULL_DISPLAY_NAME);
        },
    )
    .per(&[FILTER, CODES]),
    doc(
        "o5",
        "Any other object without a display name is NULL_DISPLAY_NAME, too",
        |desk| {
            let s = desk.open(STATIC);
            let named = false;
            let provider = Provider::with_key(key("P"));
            let provider = s.add_this_provider(Provider { named, ..provider });
            provider.is(NtStatus::NULL_DISPLAY_NAME);
            let sublayer = Sublayer::with_key(key("SL"));
            let sublayer = s.add_this_sublayer(Sublayer { named, ..sublayer });
            sublayer.is(NtStatus::NULL_DISPLAY_NAME);
            let added = s.add_this_callout(Callout {
                named,
                ..callout("C")
            });
            added.is(NtStatus::NULL_DISPLAY_NAME);
            let context = ProviderContext::with_key(key("X"));
            let context = s.add_this_context(ProviderContext { named, ..context });
            context.is(NtStatus::NULL_DISPLAY_NAME);
        },
    )
    .per(&[PROVIDER_ADD, SUBLAYER_ADD, CALLOUT_ADD, CODES]),
    doc(
        "63",
        "A filter that names what is not there is ..._NOT_FOUND, of that kind",
        |desk| {
            let s = desk.open(STATIC);
            let nothing = Some(key("nothing"));
            let mut wrong = filter("F", 0);
            wrong.layer = key("nothing");
            s.add(wrong).is(NtStatus::LAYER_NOT_FOUND);
            wrong = filter("F", 0);
            wrong.sublayer = nothing;
            s.add(wrong).is(NtStatus::SUBLAYER_NOT_FOUND);
            wrong = filter("F", 0);
            wrong.provider = nothing;
            s.add(wrong).is(NtStatus::PROVIDER_NOT_FOUND);
            let callouts: [Asks; 3] = [Action::Terminating, Action::Unknown, Action::Inspection];
            for action in callouts {
                wrong = filter("F", 0);
                wrong.action = action(key("nothing"));
                s.add(wrong).is(NtStatus::CALLOUT_NOT_FOUND);
            }
            assert!(s.filters().is_empty());
        },
    )
    .per(&[CODES, FILTER_ADD]),
    obs(
        "o6",
        "A filter whose provider context is not there is PROVIDER_CONTEXT_NOT_FOUND",
        |desk| {
            let wrong = Filter {
                provider_context: Some(key("nothing")),
                ..filter("F", 0)
            };
            let added = desk.open(STATIC).add(wrong);
            added.is(NtStatus::PROVIDER_CONTEXT_NOT_FOUND);
        },
    )
    .per(&[VANARA_538]),
    asm(
        "o7",
        "Of several that are missing any may be named",
        |desk| {
            let wrong = Filter {
                layer: key("nothing"),
                sublayer: Some(key("nothing")),
                provider: Some(key("nothing")),
                action: Action::Terminating(key("nothing")),
                ..filter("F", 0)
            };
            desk.open(STATIC).add(wrong).among(&[
                NtStatus::LAYER_NOT_FOUND,
                NtStatus::SUBLAYER_NOT_FOUND,
                NtStatus::PROVIDER_NOT_FOUND,
                NtStatus::CALLOUT_NOT_FOUND,
            ]);
        },
    )
    .per(&[A04]),
    doc(
        "o8",
        "A callout that names a layer or provider that is not there is ..._NOT_FOUND",
        |desk| {
            let s = desk.open(STATIC);
            let nowhere = Callout::with_key(key("C"), key("nothing"));
            s.add_this_callout(nowhere).is(NtStatus::LAYER_NOT_FOUND);
            let provider = Some(key("nothing"));
            let orphan = Callout {
                provider,
                ..callout("C")
            };
            s.add_this_callout(orphan).is(NtStatus::PROVIDER_NOT_FOUND);
            let sublayer = Sublayer::with_key(key("SL"));
            let sublayer = s.add_this_sublayer(Sublayer {
                provider,
                ..sublayer
            });
            sublayer.is(NtStatus::PROVIDER_NOT_FOUND);
            let context = ProviderContext::with_key(key("X"));
            let context = s.add_this_context(ProviderContext {
                provider,
                ..context
            });
            context.is(NtStatus::PROVIDER_NOT_FOUND);
        },
    )
    .per(&[CODES, CALLOUT_ADD, SUBLAYER_ADD]),
    doc(
        "o9",
        "A delete or look-up of what is not there is ..._NOT_FOUND, of its kind",
        |desk| {
            let s = desk.open(STATIC);
            for (target, status) in missing() {
                s.get(target).is(status);
                s.delete(target).is(status);
                s.set_security(target).is(status);
            }
        },
    )
    .per(&[CODES, CALLOUT_DELETE, FILTER_GET]),
    doc(
        "o10",
        "A filter that names no sublayer is in the default one",
        |desk| {
            let s = desk.open(STATIC);
            let added = filter("F", 0);
            assert_eq!(added.sublayer, None);
            s.add(added).ok();
            s.get(Target::Sublayer(selvedge::wfp::DEFAULT_SUBLAYER))
                .ok();
        },
    )
    .per(&[FILTER]),
    doc(
        "53",
        "A filter that is persistent and boot-time is INVALID_FLAGS",
        |desk| {
            let both = FilterFlags::PERSISTENT.with(FilterFlags::BOOT_TIME);
            refuses_flags(desk, both, Action::Permit);
        },
    )
    .per(&[FILTER]),
    doc(
        "o11",
        "A filter that is to be added disabled is INVALID_FLAGS",
        |desk| {
            refuses_flags(desk, FilterFlags::DISABLED, Action::Permit);
        },
    )
    .per(&[FILTER]),
    obs(
        "o12",
        "PERMIT_IF_CALLOUT_UNREGISTERED without a deciding callout is INVALID_FLAGS",
        |desk| {
            let flag = FilterFlags::PERMIT_IF_CALLOUT_UNREGISTERED;
            let inspects = Action::Inspection(key("C"));
            for action in [Action::Permit, Action::Block, inspects] {
                refuses_flags(desk, flag, action);
            }
            let s = desk.open(STATIC);
            let both: [(&str, Asks); 2] = [("F", Action::Terminating), ("G", Action::Unknown)];
            for (name, action) in both {
                let decided = Filter {
                    flags: flag,
                    action: action(key("C")),
                    ..filter(name, 0)
                };
                s.add(decided).ok();
            }
        },
    )
    .per(&[FILTER, KILL_SWITCH]),
    asm(
        "o13",
        "A filter with a flag that no header defines is INVALID_FLAGS",
        |desk| {
            refuses_flags(desk, FilterFlags(0x4000_0000), Action::Permit);
        },
    )
    .per(&[CODES, A20]),
    doc(
        "o14",
        "A weight is exact, a range from 0 to 15, or left to the engine",
        |desk| {
            let s = desk.open(STATIC);
            let weights = [
                Weight::Automatic,
                Weight::Range(0),
                Weight::Range(15),
                Weight::Exact(0),
                Weight::Exact(u64::MAX),
            ];
            for weight in weights {
                let weighed = Filter {
                    weight,
                    ..Filter::in_layer(LAYER)
                };
                s.add(weighed).ok();
            }
            for weight in [Weight::Range(16), Weight::Range(255), Weight::OtherType] {
                let wrong = Filter {
                    weight,
                    ..Filter::in_layer(LAYER)
                };
                s.add(wrong).is(NtStatus::INVALID_WEIGHT);
            }
        },
    )
    .per(&[FILTER, CODES]),
    doc(
        "o15",
        "A filter whose action is none that a filter may have is INVALID_ACTION_TYPE",
        |desk| {
            let action = Action::OtherType;
            let wrong = Filter {
                action,
                ..filter("F", 0)
            };
            desk.open(STATIC)
                .add(wrong)
                .is(NtStatus::INVALID_ACTION_TYPE);
        },
    )
    .per(&[FILTER, CODES]),
    doc(
        "o17",
        "A sublayer beside one of each of the 65,536 weights is TOO_MANY_SUBLAYERS",
        |desk| {
            let s = desk.holding(one_of_each_weight()).open(STATIC);
            s.add_sublayer("SL").is(NtStatus::TOO_MANY_SUBLAYERS);
            s.delete(Target::Sublayer(key("7"))).ok();
            s.add_sublayer("SL").ok();
            assert_eq!(s.get_sublayer("SL").ok().weight, 7);
        },
    )
    .per(&[SUBLAYER_ADD, CODES]),
    obs(
        "99",
        "Of two sublayers with one weight the newer gets another",
        |desk| {
            let s = desk.open(STATIC);
            for (name, weight) in [("SL", 7), ("SM", 7), ("SN", 9)] {
                let sublayer = Sublayer::with_key(key(name));
                s.add_this_sublayer(Sublayer { weight, ..sublayer }).ok();
            }
            let weights = ["SL", "SM", "SN"].map(|name| s.get_sublayer(name).ok().weight);
            assert_eq!((weights[0], weights[2]), (7, 9));
            assert_ne!(weights[1], 7);
            assert!([6, 8].contains(&weights[1]), "{weights:?}");
        },
    )
    .per(&[WFP_RS, FERRUM, A27]),
    doc(
        "68",
        "A delete of the sublayer that is built in is BUILTIN_OBJECT",
        |desk| {
            let s = desk.open(STATIC);
            let built_in = Target::Sublayer(selvedge::wfp::DEFAULT_SUBLAYER);
            s.delete(built_in).is(NtStatus::BUILTIN_OBJECT);
            s.get(built_in).ok();
        },
    )
    .per(&[OBJECTS, CODES]),
    asm(
        "o16",
        "A filter with two faults is refused for one of them",
        |desk| {
            let wrong = Filter {
                named: false,
                weight: Weight::OtherType,
                flags: FilterFlags::DISABLED,
                layer: key("nothing"),
                ..filter("F", 0)
            };
            desk.open(STATIC).add(wrong).among(&[
                NtStatus::NULL_DISPLAY_NAME,
                NtStatus::INVALID_WEIGHT,
                NtStatus::INVALID_FLAGS,
                NtStatus::LAYER_NOT_FOUND,
            ]);
        },
    )
    .per(&[A04]),
];

/// A filter with these flags and this action is refused for its flags.
fn refuses_flags(desk: &Desk, flags: FilterFlags, action: Action) {
    let s = desk.open(STATIC);
    if s.get(Target::Callout(key("C"))).failed() {
        s.add_callout("C").ok();
    }
    let wrong = Filter {
        flags,
        action,
        ..filter("wrong", 0)
    };
    s.add(wrong).is(NtStatus::INVALID_FLAGS);
}

/// Static sublayers of every weight, each named after its own.
fn one_of_each_weight() -> Objects {
    let mut objects = Objects::default();
    for weight in 0..=u16::MAX {
        let sublayer = Sublayer::with_key(key(&weight.to_string()));
        objects.apply(Change::AddSublayer(Sublayer { weight, ..sublayer }));
    }
    objects
}

/// What is not there, with the status that says so.
fn missing() -> [(Target, NtStatus); 6] {
    let nothing = key("nothing");
    let no_context = NtStatus::PROVIDER_CONTEXT_NOT_FOUND;
    [
        (Target::Provider(nothing), NtStatus::PROVIDER_NOT_FOUND),
        (Target::Sublayer(nothing), NtStatus::SUBLAYER_NOT_FOUND),
        (Target::Callout(nothing), NtStatus::CALLOUT_NOT_FOUND),
        (Target::ProviderContext(nothing), no_context),
        (Target::FilterKey(nothing), NtStatus::FILTER_NOT_FOUND),
        (
            Target::Filter(FilterId::numbered(1)),
            NtStatus::FILTER_NOT_FOUND,
        ),
    ]
}
