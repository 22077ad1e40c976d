//! The mock's calls, as the threads of a sequence make them.

use std::sync::Arc;

use selvedge::execution::ThreadId;
use selvedge::runtime::Runtime;
use selvedge::runtime::controlled::Controlled;
use selvedge::status::NtStatus;
use selvedge::wfp;
use selvedge::wfp::Engine;
use selvedge::wfp::EngineHandle;
use selvedge::wfp::EngineImage;
use selvedge::wfp::EngineOptions;
use selvedge::wfp::FilterId;
use selvedge::wfp::Notification;
use selvedge::wfp::SessionOptions;
use selvedge::wfp::TransactionMode;

use crate::reference::Addition;
use crate::reference::Call;
use crate::reference::Kind;
use crate::reference::Mode;
use crate::reference::Name;
use crate::reference::Opening;
use crate::reference::Profile;
use crate::reference::Target;
use crate::reference::Word;

use super::board::Board;
use super::names;

/// Where the mock finds an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Key(Kind, wfp::Key),
    Id(FilterId),
}

/// What a thread is asked to do.
#[derive(Debug, Clone)]
pub(crate) enum Order {
    /// One call. The place is that of the object which a delete or look-up names.
    Make {
        handle: EngineHandle,
        call: Call,
        place: Option<Place>,
    },
    /// A look-up of each of these.
    Look {
        handle: EngineHandle,
        places: Vec<Place>,
    },
}

/// An object as the mock returns it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    Provider(wfp::Provider),
    Sublayer(wfp::Sublayer),
    Callout(wfp::Callout),
    Filter(wfp::Filter),
}

/// What a call brought beside its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Brought {
    Nothing,
    Session(EngineHandle),
    Filter(FilterId),
    Object(Seen),
    /// For each place: what was there, or why not.
    Looked(Vec<Result<Seen, NtStatus>>),
}

/// What came of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Came {
    pub(crate) status: NtStatus,
    pub(crate) brought: Brought,
}

/// What a callout was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) word: Word,
    pub(crate) filter: wfp::Filter,
    /// The thread that told it.
    pub(crate) by: Option<usize>,
}

/// The mock engine on the controlled runtime.
#[derive(Debug, Clone)]
pub(crate) struct Mock(pub(crate) Engine<Controlled>);

/// Whether the mock has this call.
pub(crate) fn has(call: &Call) -> bool {
    match call {
        Call::Begin(mode) => *mode != Mode::Unknown,
        Call::Close
        | Call::Commit
        | Call::Abort
        | Call::Add(_)
        | Call::Delete(_)
        | Call::Get(_)
        | Call::Register { .. }
        | Call::Unregister(_) => true,
        _ => false,
    }
}

/// The call, or one like it that the mock has.
pub(crate) fn today(call: Call) -> Call {
    let provider = Target::ByKey(Name::given(Kind::Provider, 0));
    let target = |target: Target| match target {
        Target::ByKey(name) if name.kind == Kind::Filter => match name.key {
            crate::reference::Key::Made(_) => target,
            _ => Target::ById(Some(0)),
        },
        Target::ByKey(name) if name.kind == Kind::Context => provider,
        Target::ByKey(Name::DEFAULT_SUBLAYER) => provider,
        other => other,
    };
    match call {
        Call::Open(opening) => Call::Open(Opening {
            key: None,
            ..opening
        }),
        Call::Add(add) => {
            let filter = matches!(add.kind, Kind::Filter | Kind::Context);
            let key = (!filter).then_some(add.key.unwrap_or(0));
            Call::Add(Addition {
                kind: if filter { Kind::Filter } else { add.kind },
                key,
                boot_time: false,
                disabled: false,
                permit_if_unregistered: false,
                layer: add.layer.or(Some(0)),
                context: None,
                ..add
            })
        }
        Call::Register {
            callout, refuses, ..
        } => Call::Register {
            callout,
            after_commit: false,
            refuses,
        },
        Call::Delete(one) => Call::Delete(target(one)),
        Call::Get(one) => Call::Get(target(one)),
        other if has(&other) => other,
        _ => Call::Get(provider),
    }
}

impl Mock {
    pub(crate) fn new(_profile: &Profile) -> Self {
        Self(Engine::new(
            &EngineImage::default(),
            &EngineOptions::default(),
        ))
    }

    pub(crate) fn carry_out(&self, order: Order, board: &Board) -> Came {
        match order {
            Order::Make {
                handle,
                call,
                place,
            } => match (call, place) {
                (Call::Delete(_), Some(place)) => status(self.delete(handle, place)),
                (Call::Get(_), Some(place)) => found(self.get(handle, place)),
                (call, _) => self.make(handle, call, board),
            },
            Order::Look { handle, places } => {
                let look = |place| self.get(handle, place);
                let seen = places.into_iter().map(look).collect();
                Came {
                    status: NtStatus::SUCCESS,
                    brought: Brought::Looked(seen),
                }
            }
        }
    }

    fn make(&self, handle: EngineHandle, call: Call, board: &Board) -> Came {
        match call {
            Call::Open(opening) => self.open(opening),
            Call::Close => status(self.0.engine_close(handle)),
            Call::Begin(Mode::ReadOnly) => {
                status(self.0.transaction_begin(handle, TransactionMode::ReadOnly))
            }
            Call::Begin(_) => status(self.0.transaction_begin(handle, TransactionMode::ReadWrite)),
            Call::Commit => status(self.0.transaction_commit(handle)),
            Call::Abort => status(self.0.transaction_abort(handle)),
            Call::Add(addition) => self.add(handle, &addition),
            Call::Register {
                callout, refuses, ..
            } => self.register(callout, refuses, board),
            Call::Unregister(callout) => {
                let key = names::given(Kind::Callout, callout);
                status(self.0.callout_unregister(key))
            }
            other => panic!("the mock has no {other}"),
        }
    }

    fn open(&self, opening: Opening) -> Came {
        let handle = self.0.engine_open(SessionOptions {
            dynamic: opening.dynamic,
            infinite_wait: opening.infinite_wait,
        });
        Came {
            status: NtStatus::SUCCESS,
            brought: Brought::Session(handle),
        }
    }

    fn add(&self, handle: EngineHandle, add: &Addition) -> Came {
        let key = names::given(add.kind, add.key.unwrap_or(0));
        let provider = add.provider.map(|key| names::given(Kind::Provider, key));
        let lifetime = if add.persistent {
            wfp::Lifetime::Persistent
        } else {
            wfp::Lifetime::Static
        };
        let layer = names::layer(add.layer);
        match add.kind {
            Kind::Provider => {
                let provider = wfp::Provider {
                    key,
                    named: add.named,
                    lifetime,
                };
                status(self.0.provider_add(handle, provider))
            }
            Kind::Sublayer => {
                let sublayer = wfp::Sublayer {
                    key,
                    named: add.named,
                    provider,
                    lifetime,
                };
                status(self.0.sublayer_add(handle, sublayer))
            }
            Kind::Callout => {
                let callout = wfp::Callout {
                    key,
                    named: add.named,
                    provider,
                    layer,
                    lifetime,
                };
                status(self.0.callout_add(handle, callout))
            }
            Kind::Filter | Kind::Context => {
                let filter = wfp::Filter {
                    id: FilterId::numbered(0),
                    named: add.named,
                    provider,
                    layer,
                    sublayer: add.sublayer.map(|key| names::given(Kind::Sublayer, key)),
                    callout: add
                        .action
                        .callout()
                        .map(|key| names::given(Kind::Callout, key)),
                    raw_context: u32::from(add.raw_context),
                    lifetime,
                };
                match self.0.filter_add(handle, filter) {
                    Ok(id) => Came {
                        status: NtStatus::SUCCESS,
                        brought: Brought::Filter(id),
                    },
                    Err(error) => status(error),
                }
            }
        }
    }

    fn delete(&self, handle: EngineHandle, place: Place) -> NtStatus {
        match place {
            Place::Key(Kind::Provider, key) => self.0.provider_delete(handle, key),
            Place::Key(Kind::Sublayer, key) => self.0.sublayer_delete(handle, key),
            Place::Key(Kind::Callout, key) => self.0.callout_delete(handle, key),
            Place::Key(kind, _) => panic!("no delete of a {kind} by key"),
            Place::Id(id) => self.0.filter_delete(handle, id),
        }
    }

    fn get(&self, handle: EngineHandle, place: Place) -> Result<Seen, NtStatus> {
        match place {
            Place::Key(Kind::Provider, key) => self.0.provider_get(handle, key).map(Seen::Provider),
            Place::Key(Kind::Sublayer, key) => self.0.sublayer_get(handle, key).map(Seen::Sublayer),
            Place::Key(Kind::Callout, key) => self.0.callout_get(handle, key).map(Seen::Callout),
            Place::Key(kind, _) => panic!("no look-up of a {kind} by key"),
            Place::Id(id) => self.0.filter_get(handle, id).map(Seen::Filter),
        }
    }

    fn register(&self, callout: u8, refuses: bool, board: &Board) -> Came {
        let board = board.clone();
        let notify = move |notification| {
            let (word, filter) = match notification {
                Notification::FilterAdded(filter) => (Word::Added, filter),
                Notification::FilterDeleted(filter) => (Word::Deleted, filter),
            };
            let by = Controlled::current().map(ThreadId::index);
            board.hear(Heard { word, filter, by });
            if refuses {
                NtStatus::NO_MEMORY
            } else {
                NtStatus::SUCCESS
            }
        };
        let key = names::given(Kind::Callout, callout);
        status(self.0.callout_register(key, Arc::new(notify)))
    }

    /// The committed objects, in no order.
    pub(crate) fn committed(&self) -> Vec<Seen> {
        let objects = self.0.committed();
        let keys = (0..3).map(|key| {
            [
                objects
                    .provider(names::given(Kind::Provider, key))
                    .copied()
                    .map(Seen::Provider),
                objects
                    .sublayer(names::given(Kind::Sublayer, key))
                    .copied()
                    .map(Seen::Sublayer),
                objects
                    .callout(names::given(Kind::Callout, key))
                    .copied()
                    .map(Seen::Callout),
            ]
        });
        let filters = objects.filters().iter().copied().map(Seen::Filter);
        keys.flatten().flatten().chain(filters).collect()
    }
}

const fn status(status: NtStatus) -> Came {
    Came {
        status,
        brought: Brought::Nothing,
    }
}

fn found(found: Result<Seen, NtStatus>) -> Came {
    match found {
        Ok(seen) => Came {
            status: NtStatus::SUCCESS,
            brought: Brought::Object(seen),
        },
        Err(error) => status(error),
    }
}
