//! What subscribers may be told: nothing but committed changes of others (DOC change
//! notifications), each at most once for a subscription, and any time later or never.

use selvedge::wfp::ChangeNotice;
use selvedge::wfp::EngineHandle;

use crate::reference::Deed;
use crate::reference::Name;
use crate::reference::Object;
use crate::reference::Objects;
use crate::reference::State;
use crate::reference::Transaction;

use super::follower::Difference;
use super::names;
use super::names::Names;

/// A change that a session may be told of.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Owed {
    session: u32,
    name: Name,
    number: u32,
    added: bool,
}

/// The changes that subscribers may still be told of.
#[derive(Debug, Default)]
pub(crate) struct Changes(Vec<Owed>);

impl Changes {
    /// Notes what a call of a session committed; nobody is told of its own changes.
    pub(crate) fn note(&mut self, before: &State, after: &State, by: Option<u32>) {
        let (old, new) = (&before.committed, &after.committed);
        let lacks = |there: &Object, objects: &Objects| {
            objects
                .get(there.name)
                .is_none_or(|one| one.number != there.number)
        };
        let added = new.0.values().filter(|object| lacks(object, old));
        let deleted = old.0.values().filter(|object| lacks(object, new));
        let all = added
            .map(|one| (one, true))
            .chain(deleted.map(|one| (one, false)));
        for (object, added) in all {
            self.owe(before, object, added, by);
        }
        self.note_passing(before, after, by);
        // A subscription that is cancelled, or ends with its session, tells nothing any more.
        self.0.retain(|owed| {
            let session = after.session(owed.session);
            session.subscribed.contains(&owed.name.kind)
        });
    }

    /// What a transaction added and deleted again: nobody says whether it counts as changes.
    fn note_passing(&mut self, before: &State, after: &State, by: Option<u32>) {
        let session = by.and_then(|by| before.sessions.get(&by));
        let Some(Transaction::ReadWrite(draft)) = session.and_then(|one| one.transaction.as_ref())
        else {
            return;
        };
        let ended = by.is_some_and(|by| after.session(by).transaction.is_none());
        // An abort leaves something else than the draft, unless the draft was no change at all.
        if !ended || after.committed != draft.objects {
            return;
        }
        let there = |name: Name, number: u32, objects: &Objects| {
            objects.get(name).is_some_and(|one| one.number == number)
        };
        for deed in &draft.deeds {
            if let Deed::Added { object, .. } = deed
                && !there(object.name, object.number, &draft.objects)
            {
                self.owe(before, object, true, by);
                self.owe(before, object, false, by);
            }
        }
    }

    fn owe(&mut self, before: &State, object: &Object, added: bool, by: Option<u32>) {
        for (number, session) in &before.sessions {
            let kind = object.name.kind;
            let times = session.subscribed.iter().filter(|one| **one == kind);
            let owed = Owed {
                session: *number,
                name: object.name,
                number: object.number,
                added,
            };
            if by != Some(*number) {
                self.0.extend(times.map(|_| owed.clone()));
            }
        }
    }

    /// A subscriber was told: it must be something that it may be told.
    pub(crate) fn told(
        &mut self,
        handle: EngineHandle,
        notice: ChangeNotice,
        names: &Names,
    ) -> Result<(), Difference> {
        let session = names.session(handle);
        let is_it = |owed: &Owed| {
            let key = names.key(owed.name);
            let filter = notice.filter.and_then(|id| names.number(id));
            session == Some(owed.session)
                && notice.kind == names::kind(owed.name.kind)
                && notice.added == owed.added
                && key.is_none_or(|key| key == notice.key)
                && filter.is_none_or(|number| number == owed.number)
        };
        match self.0.iter().position(is_it) {
            Some(place) => {
                self.0.remove(place);
                Ok(())
            }
            None => Err(format!("session {session:?} was told {notice:?}")),
        }
    }
}
