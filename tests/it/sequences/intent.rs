//! What an item of a plan asks for, as things are.

use crate::reference::Action;
use crate::reference::Addition;
use crate::reference::Call;
use crate::reference::Handle;
use crate::reference::Key;
use crate::reference::Kind;
use crate::reference::Object;
use crate::reference::Objects;
use crate::reference::Phase;
use crate::reference::Request;
use crate::reference::Target;

use super::follower::ScheduleReplayer;
use super::plan::Item;
use super::plan::Whose;

impl ScheduleReplayer {
    /// The call that an item stands for, as things are.
    pub(crate) fn request(&self, item: &Item) -> Request {
        let whose = match item.whose {
            Whose::Own => Some(item.thread),
            Whose::Of(thread) => Some(thread),
            Whose::Null | Whose::Garbage => None,
        };
        let session = whose.and_then(|thread| self.own[usize::from(thread)]);
        let handle = match (item.whose, session) {
            (Whose::Null, _) => Handle::Null,
            (Whose::Garbage, _) => Handle::Garbage,
            (_, Some(session)) => Handle::Of(session),
            (_, None) => Handle::Null,
        };
        let own = self.own[usize::from(item.thread)];
        let phase = own.map(|session| self.state.session(session).phase);
        let call = match phase {
            None | Some(Phase::Closed) if !item.stubborn => Call::Open(item.opening),
            Some(Phase::Ended) if !item.stubborn => Call::Close,
            _ => {
                let state = &self.state;
                let view = session.map_or(&state.committed, |session| state.view(session));
                let call = item.pick.map(|pick| guided(item.call, view, pick));
                self.resolved(call.unwrap_or(item.call), handle)
            }
        };
        Request {
            thread: item.thread,
            handle,
            call,
            waited: false,
        }
    }

    /// The call with the numbers of what it means.
    fn resolved(&self, call: Call, handle: Handle) -> Call {
        match call {
            // An open session is not left behind.
            Call::Open(opening) if !self.is_taken(opening.key) => Call::Close,
            other => self.counted_back(other, handle),
        }
    }

    /// Whether an open session has this key.
    fn is_taken(&self, key: Option<u8>) -> bool {
        let mut sessions = self.state.sessions.values();
        sessions.any(|session| {
            key.is_some() && session.phase == Phase::Open && session.opening.key == key
        })
    }
}

/// The call with other objects in place of those it names: ones that are there.
fn guided(call: Call, view: &Objects, pick: u8) -> Call {
    let any = |kind: Kind| {
        let all: Vec<&Object> = view.of(kind).collect();
        let index = usize::from(pick).checked_rem(all.len())?;
        match all[index].name.key {
            Key::Given(key) => Some(key),
            Key::BuiltIn | Key::Made(_) => None,
        }
    };
    let there = |kind: Kind, named: Option<u8>| named.map(|key| any(kind).unwrap_or(key));
    let target = || {
        let all: Vec<&Object> = view.0.values().collect();
        let index = usize::from(pick).checked_rem(all.len())?;
        Some(Target::ByKey(all[index].name))
    };
    match call {
        Call::Delete(named) => Call::Delete(target().unwrap_or(named)),
        Call::Get(named) => Call::Get(target().unwrap_or(named)),
        Call::Add(add) => Call::Add(Addition {
            provider: there(Kind::Provider, add.provider),
            sublayer: there(Kind::Sublayer, add.sublayer),
            context: there(Kind::Context, add.context),
            action: match add.action {
                Action::Terminating(key) => Action::Terminating(any(Kind::Callout).unwrap_or(key)),
                other => other,
            },
            ..add
        }),
        other => other,
    }
}
