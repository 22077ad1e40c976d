//! Random client programs: transactions that a thread runs one after another.

use std::fmt;

use proptest::prelude::*;

use selvedge::runtime::Waits;

use crate::reference::Action;
use crate::reference::Addition;
use crate::reference::Call;
use crate::reference::Kind;
use crate::reference::Mode;
use crate::reference::Name;
use crate::reference::Profile;
use crate::reference::Target;
use crate::reference::profile::LockMode;
use crate::reference::profile::LookUp;

/// One transaction of a program.
#[derive(Debug, Clone)]
pub(super) enum Unit {
    /// The calls between a begin and its end. A begin that fails skips the rest.
    Explicit {
        mode: Mode,
        calls: Vec<Call>,
        commits: bool,
    },
    /// A call that is a transaction of its own.
    Implicit(Call),
}

/// What each thread runs, and under which readings.
#[derive(Debug, Clone)]
pub(super) struct Program {
    pub(super) profile: Profile,
    pub(super) infinite_wait: bool,
    pub(super) threads: Vec<Vec<Unit>>,
}

impl Program {
    /// The reading of waits that goes with the sessions' waits.
    pub(super) const fn waits(&self) -> Waits {
        if self.infinite_wait {
            Waits::Sufficient
        } else {
            Waits::MayExpire
        }
    }
}

pub(super) fn program() -> BoxedStrategy<Program> {
    let two = prop::collection::vec(prop::collection::vec(unit(), 1..=3), 2..=2);
    let three = prop::collection::vec(prop::collection::vec(unit(), 1..=2), 3..=3);
    let threads = prop_oneof![2 => two, 1 => three];
    (profile(), prop::bool::weighted(0.7), threads)
        .prop_map(|(profile, infinite_wait, threads)| Program {
            profile,
            infinite_wait,
            threads,
        })
        .boxed()
}

fn profile() -> BoxedStrategy<Profile> {
    use proptest::sample::select;
    (select(LockMode::ALL), select(LookUp::ALL))
        .prop_map(|(lock_mode, look_up)| Profile {
            lock_mode,
            look_up,
            ..Profile::default()
        })
        .boxed()
}

fn unit() -> BoxedStrategy<Unit> {
    let writes = prop::collection::vec(call(), 1..=3);
    let reads = prop::collection::vec(target().prop_map(Call::Get), 1..=3);
    let any = (Just(Mode::ReadOnly), prop::collection::vec(call(), 1..=2));
    let calls = prop_oneof![
        6 => (Just(Mode::ReadWrite), writes),
        3 => (Just(Mode::ReadOnly), reads),
        1 => any,
    ];
    let explicit = (calls, prop::bool::weighted(0.7));
    prop_oneof![
        1 => explicit.prop_map(|((mode, calls), commits)| Unit::Explicit { mode, calls, commits }),
        1 => call().prop_map(Unit::Implicit),
    ]
    .boxed()
}

/// Few objects, so that the threads meet at them.
fn name() -> BoxedStrategy<Name> {
    prop_oneof![
        2 => Just(Name::given(Kind::Provider, 0)),
        1 => Just(Name::given(Kind::Provider, 1)),
        2 => Just(Name::given(Kind::Sublayer, 0)),
    ]
    .boxed()
}

fn target() -> BoxedStrategy<Target> {
    let filter = (0..2_u32).prop_map(|number| Target::ById(Some(number)));
    prop_oneof![3 => name().prop_map(Target::ByKey), 1 => filter].boxed()
}

fn call() -> BoxedStrategy<Call> {
    let object = name().prop_map(|name| match name.key {
        crate::reference::Key::Given(key) => Addition {
            provider: (name.kind == Kind::Sublayer).then_some(0),
            ..Addition::plain(name.kind, Some(key))
        },
        other => panic!("{other:?} was not asked for"),
    });
    let filter = prop_oneof![Just(None), Just(Some(0_u8))].prop_map(|sublayer| Addition {
        sublayer,
        action: Action::Terminating(0),
        ..Addition::plain(Kind::Filter, None)
    });
    prop_oneof![
        3 => object.prop_map(Call::Add),
        2 => filter.prop_map(Call::Add),
        3 => target().prop_map(Call::Delete),
        4 => target().prop_map(Call::Get),
    ]
    .boxed()
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Implicit(call) => write!(f, "{call}"),
            Self::Explicit {
                mode,
                calls,
                commits,
            } => {
                write!(f, "begin {mode:?} (")?;
                for call in calls {
                    write!(f, " {call};")?;
                }
                f.write_str(if *commits { " ) commit" } else { " ) abort" })
            }
        }
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:?}", self.profile)?;
        for (thread, units) in self.threads.iter().enumerate() {
            for unit in units {
                writeln!(f, "thread {thread}: {unit}")?;
            }
        }
        Ok(())
    }
}
