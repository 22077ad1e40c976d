//! How many traces of a classic program have an execution with few preemptions.
//!
//! No formula is known; the numbers are those of a brute-force count of every schedule, which
//! `tests/it/icb.rs` repeats. With no preemption threads run one after the other, but for those
//! that block, so that the first number of each list is N! where the order of the threads can be
//! seen.

use crate::explore::ExplorerKind;

use super::classic::Instance;

/// The numbers of one program in one size.
#[derive(Debug)]
struct List {
    program: &'static str,
    n: u32,
    k: Option<u32>,
    /// By the bound: how many traces end well, and how many in a deadlock. The last is of all.
    traces: &'static [(u64, u64)],
}

const LISTS: &[List] = &[
    List {
        program: "ninc",
        n: 3,
        k: None,
        traces: &[(6, 0), (24, 0), (36, 0)],
    },
    List {
        program: "ninc",
        n: 4,
        k: None,
        traces: &[(24, 0), (168, 0), (432, 0), (576, 0)],
    },
    List {
        program: "try",
        n: 3,
        k: Some(1),
        traces: &[(6, 0), (21, 0)],
    },
    List {
        program: "try",
        n: 3,
        k: Some(2),
        traces: &[(6, 0), (21, 0), (45, 0), (63, 0), (75, 0)],
    },
    // All take their left fork: one preemption is enough for the deadlock, whatever N is.
    List {
        program: "phil_sym",
        n: 4,
        k: None,
        traces: &[(14, 0), (14, 1)],
    },
];

/// A program in one size, explored up to a number of preemptions.
#[derive(Debug, Clone, Copy)]
pub struct Bounded {
    /// The program; its numbers are those of the traces within the bound.
    pub instance: Instance,
    /// The most preemptions.
    pub preemptions: u32,
}

impl Bounded {
    /// Who explores them.
    pub const EXPLORER: ExplorerKind = ExplorerKind::Icb;

    /// The program under this bound, if its numbers are known.
    pub fn of(instance: Instance, preemptions: u32) -> Option<Self> {
        let list = list(&instance)?;
        let place = usize::try_from(preemptions).unwrap_or(usize::MAX);
        let &(traces, deadlocks) = list.traces.get(place).or_else(|| list.traces.last())?;
        Some(Self {
            instance: Instance {
                traces,
                deadlocks,
                ..instance
            },
            preemptions,
        })
    }

    /// All bounds of a program in one size, up to the one that covers everything.
    pub fn all(instance: Instance) -> impl Iterator<Item = Self> {
        let bounds = list(&instance).map_or(0..0, |list| 0..list.traces.len());
        let bounds = bounds.filter_map(|bound| u32::try_from(bound).ok());
        bounds.filter_map(move |preemptions| Self::of(instance, preemptions))
    }

    /// The sizes whose numbers are known, as options that name them.
    pub fn known() -> String {
        let option = |list: &List| {
            let k = list.k.map(|k| format!(" -k {k}")).unwrap_or_default();
            format!("{} -n {}{k}", list.program, list.n)
        };
        let options: Vec<String> = LISTS.iter().map(option).collect();
        options.join(", ")
    }

    /// The programs and sizes whose numbers are known: a name, N, and K.
    pub fn sizes() -> impl Iterator<Item = (&'static str, u32, Option<u32>)> {
        LISTS.iter().map(|list| (list.program, list.n, list.k))
    }
}

fn list(instance: &Instance) -> Option<&'static List> {
    let is = |list: &&List| {
        let named = list.program == instance.classic.name;
        named && list.n == instance.n && list.k == instance.k
    };
    LISTS.iter().find(is)
}
