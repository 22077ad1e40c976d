//! What callouts are told of the filters that name them.
//!
//! Only a callout whose functions are registered is told anything (DOC notifyFn, OBS O-16).

use super::Object;
use super::Profile;
use super::State;
use super::Told;
use super::Word;
use super::object::Key;
use super::profile::NotifyAbort;
use super::profile::NotifyDelete;
use super::state::Deed;
use super::state::Functions;
use super::state::Later;

/// The registered functions of the callout that a filter names.
pub(crate) fn functions(state: &State, filter: &Object) -> Option<Functions> {
    match filter.callout()?.key {
        Key::Given(callout) => state.functions.get(&callout).copied(),
        // Nobody can register functions for a key that he does not know.
        Key::BuiltIn | Key::Made(_) => None,
    }
}

/// The notification, if anybody is there to be told.
pub(crate) fn tell(state: &State, word: Word, filter: &Object) -> Option<Told> {
    functions(state, filter).map(|_| Told {
        word,
        filter: filter.number,
        certain: true,
    })
}

/// A delete that takes effect now: tells it, or puts the telling off (ASM A-09).
pub(crate) fn deleted(state: &mut State, filter: &Object, profile: &Profile) -> Option<Told> {
    match profile.notify_delete {
        NotifyDelete::BeforeReturn | NotifyDelete::AtCall => tell(state, Word::Deleted, filter),
        NotifyDelete::Deferred => {
            if filter.callout().is_some() {
                let certain = functions(state, filter).is_some();
                let later = Later::Deleted(filter.clone(), certain);
                state.later.push_back((None, later));
            }
            None
        }
    }
}

/// What a rollback tells (ASM A-08): nothing, or that the filters are gone that a callout was told
/// of. A delete that is rolled back is not told.
pub(crate) fn rolled_back(state: &State, deeds: &[Deed], profile: &Profile) -> Vec<Told> {
    if profile.notify_abort == NotifyAbort::Nothing {
        return Vec::new();
    }
    let deletes = |number: u32| {
        deeds.iter().find_map(|deed| match deed {
            Deed::Deleted { object, told } if object.number == number => Some(*told),
            Deed::Deleted { .. } | Deed::Added { .. } => None,
        })
    };
    let compensate = |deed: &Deed| match deed {
        Deed::Added {
            object, told: true, ..
        } => match deletes(object.number) {
            // It was deleted again, and the callout knows: it is told of the end once.
            Some(true) => None,
            // It was deleted again: a delete that is rolled back, of an add that is.
            Some(false) => tell(state, Word::Deleted, object).map(|told| Told {
                certain: false,
                ..told
            }),
            None => tell(state, Word::Deleted, object),
        },
        Deed::Added { .. } | Deed::Deleted { .. } => None,
    };
    deeds.iter().filter_map(compensate).collect()
}
