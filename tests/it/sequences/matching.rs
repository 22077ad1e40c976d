//! Whether what the mock did is one of the things that may happen.

use selvedge::status::NtStatus;
use selvedge::wfp::AnyObject;

use crate::reference::Call;
use crate::reference::Draft;
use crate::reference::Found;
use crate::reference::Object;
use crate::reference::Outcome;
use crate::reference::Reply;
use crate::reference::Request;
use crate::reference::State;
use crate::reference::Told;
use crate::reference::Transaction;
use crate::reference::Word;

use super::mock::Brought;
use super::mock::Came;
use super::mock::Heard;
use super::names;
use super::names::Names;

/// What the mock did: what came back, or nothing if it waits, and what callouts heard meanwhile.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Done {
    pub(crate) came: Option<Came>,
    pub(crate) heard: Vec<Heard>,
}

impl Done {
    pub(crate) fn reply(&self) -> Reply {
        let status = self.came.as_ref().map(|came| names::status(came.status));
        status.map_or(Reply::Waits, Reply::Status)
    }
}

/// Whether an outcome of a call is what the mock did.
pub(crate) fn fits(
    outcome: &Outcome,
    done: &Done,
    before: &State,
    request: Option<&Request>,
    names: &mut Names,
) -> bool {
    let after = outcome.state.as_ref().unwrap_or(before);
    let told = done
        .heard
        .iter()
        .map(|heard| number(heard, before, request, names));
    let told: Option<Vec<(Word, u32)>> = told.collect();
    outcome.reply == done.reply()
        && told.is_some_and(|told| were_told(outcome, told))
        && done
            .heard
            .iter()
            .all(|heard| tells_truth(heard, [before, after], names))
        && brings(&outcome.found, done, names)
}

/// The number of the filter that a callout heard of. One that nobody knows is the filter that is
/// being added.
fn number(
    heard: &Heard,
    before: &State,
    request: Option<&Request>,
    names: &Names,
) -> Option<(Word, u32)> {
    let adds = request.is_some_and(|request| matches!(request.call, Call::Add(_)));
    let new = (adds && names.is_new(heard.filter.id)).then_some(before.made + 1);
    let number = names.number(heard.filter.id).or(new)?;
    Some((heard.word, number))
}

/// Whether everything that must be told was, and nothing else but what may be. The order counts
/// among notifications of one kind, unless nobody promises any.
fn were_told(outcome: &Outcome, mut told: Vec<(Word, u32)>) -> bool {
    let mut expected: Vec<Told> = outcome.told.clone();
    if outcome.any_order {
        expected.sort();
        told.sort_unstable();
    } else {
        expected.sort_by_key(|told| told.word);
        told.sort_by_key(|(word, _)| *word);
    }
    let mut told = told.into_iter().peekable();
    let kept = expected.iter().all(|expected| {
        let is_it = told.next_if_eq(&(expected.word, expected.filter)).is_some();
        is_it || !expected.certain
    });
    kept && told.next().is_none()
}

/// Whether a callout was shown the filter as it is, as far as anybody knows it.
fn tells_truth(heard: &Heard, states: [&State; 2], names: &mut Names) -> bool {
    let number = names.number(heard.filter.id);
    let known = number.and_then(|number| {
        let mut found = states.into_iter().filter_map(|state| filter(state, number));
        found.next()
    });
    known.is_none_or(|object| names.are_same_filter(&heard.filter, object))
}

fn filter(state: &State, number: u32) -> Option<&Object> {
    let drafts =
        state
            .sessions
            .values()
            .filter_map(|session| match session.transaction.as_ref()? {
                Transaction::ReadWrite(Draft { objects, .. }) => Some(objects),
                Transaction::ReadOnly => None,
            });
    let mut views = drafts.chain([&state.committed]);
    views.find_map(|view| view.filter(number))
}

/// Whether the mock returned what was to be found.
fn brings(found: &Found, done: &Done, names: &mut Names) -> bool {
    let Some(came) = &done.came else {
        return true;
    };
    match (found, &came.brought) {
        (Found::Made(_), Brought::Filter(id)) => names.is_new(*id),
        (Found::Nothing | Found::Made(_), Brought::Callout(callout, id)) => {
            names.is_callout(*callout, *id)
        }
        (Found::Nothing, Brought::Session(handle)) => names.is_new_handle(*handle),
        (Found::Object(object), Brought::Object(seen)) => names.are_same(seen, object),
        (Found::Objects(objects), Brought::Objects(seen)) => are_the_same(objects, seen, names),
        (
            Found::Nothing | Found::Made(_),
            Brought::Nothing | Brought::Enumerator(_) | Brought::Subscription(_),
        ) => true,
        _ => false,
    }
}

/// Whether the mock returned these objects, in any order.
pub(crate) fn are_the_same(objects: &[Object], seen: &[AnyObject], names: &mut Names) -> bool {
    let returned = |object: &Object, names: &mut Names| {
        let mut seen = seen.iter();
        seen.any(|seen| names.are_same(seen, object))
    };
    objects.len() == seen.len() && objects.iter().all(|object| returned(object, names))
}

/// Whether a look-up returned what it should, or the status that it should.
pub(crate) fn shows(
    expected: &[Outcome],
    shown: &Result<AnyObject, NtStatus>,
    names: &mut Names,
) -> bool {
    let done = Done {
        came: Some(match shown {
            Ok(seen) => Came {
                status: NtStatus::SUCCESS,
                brought: Brought::Object(*seen),
            },
            Err(status) => Came {
                status: *status,
                brought: Brought::Nothing,
            },
        }),
        heard: Vec::new(),
    };
    let mut outcomes = expected.iter();
    outcomes.any(|outcome| outcome.reply == done.reply() && brings(&outcome.found, &done, names))
}
