//! The state of an engine: what is committed, who has a transaction open, who waits for nothing.

use std::collections::BTreeMap;
use std::collections::VecDeque;

use super::Key;
use super::Kind;
use super::Mode;
use super::Name;
use super::Object;
use super::Objects;
use super::Opening;
use super::profile::LockMode;

/// What became of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Open,
    Closed,
    /// The engine's stop ended it, and its handle is not closed yet.
    Ended,
}

/// One thing that a transaction did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Deed {
    /// An add: whether the callout was registered at the time, and whether it was told.
    Added {
        object: Object,
        registered: bool,
        told: bool,
    },
    /// A delete, and whether the callout was told.
    Deleted { object: Object, told: bool },
}

/// A read-write transaction: the objects as it sees them, and what it did, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    pub(crate) objects: Objects,
    pub(crate) deeds: Vec<Deed>,
}

/// An explicit transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Transaction {
    ReadOnly,
    ReadWrite(Draft),
}

/// A session (`FWPM_SESSION0`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) opening: Opening,
    pub(crate) phase: Phase,
    /// At most one (DOC Object Management).
    pub(crate) transaction: Option<Transaction>,
    /// Its transaction was forcibly aborted, and no call has told it so yet.
    pub(crate) forcibly_aborted: bool,
    /// The kinds it subscribed to, as often as it did.
    pub(crate) subscribed: Vec<Kind>,
    /// What each enumerator has still to return.
    pub(crate) enumerators: BTreeMap<u32, Vec<Object>>,
}

impl Session {
    pub(crate) const fn new(opening: Opening) -> Self {
        Self {
            opening,
            phase: Phase::Open,
            transaction: None,
            forcibly_aborted: false,
            subscribed: Vec::new(),
            enumerators: BTreeMap::new(),
        }
    }
}

/// The functions that a driver registered for a callout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Functions {
    pub(crate) after_commit: bool,
    pub(crate) refuses: bool,
    pub(crate) flows: u32,
}

/// Something that is done later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Later {
    /// A callout is told of a deleted filter (ASM A-09), certainly or perhaps.
    Deleted(Object, bool),
    /// The objects of this closed dynamic session are deleted (ASM A-16).
    TearDown(u32),
}

/// Everything that an answer depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) committed: Objects,
    /// By number, counted from the first open.
    pub(crate) sessions: BTreeMap<u32, Session>,
    pub(crate) functions: BTreeMap<u8, Functions>,
    pub(crate) running: bool,
    /// How many objects were ever made: numbers are never used twice (ASM A-11).
    pub(crate) made: u32,
    /// What is done later, in order. That of one thread is done in order.
    pub(crate) later: VecDeque<(Option<u8>, Later)>,
}

impl State {
    pub(crate) fn new() -> Self {
        Self {
            committed: Objects::built_in(),
            sessions: BTreeMap::new(),
            functions: BTreeMap::new(),
            running: true,
            made: 0,
            later: VecDeque::new(),
        }
    }

    pub(crate) fn session(&self, number: u32) -> &Session {
        &self.sessions[&number]
    }

    pub(crate) fn session_mut(&mut self, number: u32) -> &mut Session {
        let session = self.sessions.get_mut(&number);
        session.expect("a session that was opened")
    }

    /// The objects as a session sees them: its own uncommitted changes, nobody else's (DOC Object
    /// Management: isolation; OBS O-11: a transaction reads its own writes).
    pub(crate) fn view(&self, session: u32) -> &Objects {
        match &self.session(session).transaction {
            Some(Transaction::ReadWrite(draft)) => &draft.objects,
            Some(Transaction::ReadOnly) | None => &self.committed,
        }
    }

    /// Whoever calls has put off what nobody else has.
    pub(crate) fn put_off_by(&mut self, thread: u8) {
        let unclaimed = self.later.iter_mut().filter(|(whose, _)| whose.is_none());
        unclaimed.for_each(|(whose, _)| *whose = Some(thread));
    }

    /// Nobody says any more whether callouts are told of what was put off.
    pub(crate) fn doubt_what_is_late(&mut self) {
        for (_, later) in &mut self.later {
            if let Later::Deleted(_, certain) = later {
                *certain = false;
            }
        }
    }

    /// Whether functions are registered for a callout.
    pub(crate) fn has_functions(&self, callout: Name) -> bool {
        matches!(callout.key, Key::Given(key) if self.functions.contains_key(&key))
    }

    /// Whether a session can have the lock now. A transaction holds it from begin to end (DOC
    /// Object Management); who may hold it together is open (ASM A-02).
    pub(crate) fn lock_is_free(&self, session: u32, mode: Mode, lock: LockMode) -> bool {
        let sessions = self.sessions.iter();
        let mut others = sessions.filter(|(number, _)| **number != session);
        others.all(|(_, other)| match &other.transaction {
            None => true,
            Some(Transaction::ReadOnly) => {
                mode == Mode::ReadOnly && lock == LockMode::SharedReaders
            }
            Some(Transaction::ReadWrite(_)) => false,
        })
    }
}
