//! The rules of the calls that add and delete objects.

use super::Rule;
use super::calls::CALLS_ARE_DENIED;
use super::calls::NO_TRAFFIC;
use super::held;
use super::left_out;
use super::rule;

pub(super) const RULES: &[Rule] = &[
    rule(
        "FwpmProviderAdd0 and FwpmProviderDeleteByKey0",
        &[
            held("A provider has a display name", &["o5"]),
            held("Its key is used once", &["o2", "40"]),
            held("An add needs a right", &["s13"]),
            held("It may be persistent", &["p2"]),
            held(
                "Its service says whether its stored objects come back",
                &["p3"],
            ),
            left_out(
                "It refers to nothing",
                "the types leave no room for a reference",
            ),
            held(
                "A delete of what is not there is PROVIDER_NOT_FOUND",
                &["o9"],
            ),
            held("A provider that a sublayer names is IN_USE", &["57"]),
            held(
                "So is that of a callout, provider context or filter",
                &["r1"],
            ),
            held(
                "A delete is subject to the rules about sessions",
                &["41", "43a", "43b", "l1"],
            ),
            left_out(
                "What is built in cannot be deleted",
                "no provider is built in here",
            ),
            held("Subscribers are told", &["g1"]),
            held("No callout is told", &["n1"]),
        ],
    ),
    rule(
        "FwpmSubLayerAdd0 and FwpmSubLayerDeleteByKey0",
        &[
            held("A sublayer has a display name", &["o5"]),
            held("Its key is used once", &["o2"]),
            held("Its provider is there", &["o8"]),
            held("Its provider lives long enough", &["50", "48a"]),
            held("An add needs a right", &["s13"]),
            left_out("It needs a right on the provider", CALLS_ARE_DENIED),
            held(
                "There is room for so many, then it is TOO_MANY_SUBLAYERS",
                &["o17"],
            ),
            held(
                "The weight of one of two with one weight is changed",
                &["99"],
            ),
            held(
                "A delete of what is not there is SUBLAYER_NOT_FOUND",
                &["o9"],
            ),
            held("A sublayer with a filter is IN_USE", &["61", "r2"]),
            held("What is built in is BUILTIN_OBJECT", &["68", "l2", "r6"]),
        ],
    ),
    rule(
        "FwpmCalloutAdd0 and FwpmCalloutDeleteById0",
        &[
            held("A callout has a display name", &["o5"]),
            held("Its key is used once", &["o2"]),
            held("Its layer and its provider are there", &["o8"]),
            held("An add needs a right", &["s13"]),
            left_out(
                "It needs a right on the provider and the layer",
                CALLS_ARE_DENIED,
            ),
            held(
                "It returns the identifier that registering returns",
                &["70"],
            ),
            held(
                "Adding and registering may come in either order",
                &["70", "c2"],
            ),
            held("It needs no registered functions", &["c2"]),
            left_out(
                "That functions are registered is an output flag",
                "callouts have no flags here but their lifetime",
            ),
            held("A callout that a filter names is IN_USE", &["60"]),
            held(
                "A delete of what is not there is CALLOUT_NOT_FOUND",
                &["o9"],
            ),
            held("A delete leaves the functions registered", &["c3"]),
            left_out(
                "INVALID_PARAMETER is about a tunnel",
                "the page repeats a row of another one",
            ),
            held("No callout is told; subscribers are", &["n1", "g1"]),
        ],
    ),
    rule(
        "FwpmFilterAdd0",
        &[
            held("A filter has a display name", &["66"]),
            held(
                "Its layer, sublayer, provider and callout are there",
                &["63", "o7"],
            ),
            held("Its provider context is there", &["o6"]),
            held("Without a sublayer it is in the default one", &["o10"]),
            held("Its key is used once", &["o2"]),
            held("It is not both persistent and boot-time", &["53"]),
            held("It is not added disabled", &["o11"]),
            held(
                "Only with a deciding callout it says what is decided without",
                &["o12"],
            ),
            held("An unknown flag is INVALID_FLAGS", &["o13"]),
            held(
                "Its action is one of those that a filter may have",
                &["o15"],
            ),
            held(
                "Its weight is exact, a range, or the engine's choice",
                &["o14"],
            ),
            held("Its raw context reaches the callout", &["71", "71b"]),
            left_out(
                "With a provider context, that one's identifier reaches it instead",
                "provider contexts are there as far as references need them: they have none",
            ),
            held("An add needs a right", &["s13"]),
            left_out(
                "An add needs a right on every object that it refers to",
                CALLS_ARE_DENIED,
            ),
            held(
                "All that it refers to lives long enough",
                &["48a", "49", "50", "51"],
            ),
            held(
                "A callout that refuses is CALLOUT_NOTIFICATION_FAILED",
                &["72"],
            ),
            left_out("A wrong security descriptor is refused", "there are none"),
            held(
                "It returns an identifier, which the callout gets, too",
                &["65", "71b", "o4"],
            ),
            left_out(
                "Without functions a filter blocks, permits or is ignored",
                NO_TRAFFIC,
            ),
            held(
                "A callout with functions is told once, with the filter's key",
                &["71", "71b"],
            ),
            held("When it is told in a transaction is open", &["82", "82b"]),
            left_out(
                "The callout may write its own context into the filter",
                "a notification is a value; nobody reads it later",
            ),
        ],
    ),
    rule(
        "FwpmFilterDeleteById0",
        &[
            held(
                "A delete of what is not there is FILTER_NOT_FOUND",
                &["o9", "r4"],
            ),
            held(
                "It is subject to the rules about sessions",
                &["41", "43a", "43b", "l1"],
            ),
            held("It needs a right", &["s13"]),
            held(
                "In a transaction it takes effect at the commit",
                &["t4", "r5", "80"],
            ),
            held(
                "A callout with functions is told, without a key",
                &["74", "71b"],
            ),
            held("It is told also if it was not told of the add", &["74c"]),
            held("What it answers is ignored", &["74b"]),
            held("A failed delete tells nothing", &["74d", "f4"]),
            held(
                "Nothing is told after the functions are unregistered",
                &["75"],
            ),
            held("When it is told is open", &["80a", "80b", "80c"]),
        ],
    ),
];
