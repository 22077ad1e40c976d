//! A difference in words: the program, what is missing, and an execution that shows it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::ops::ControlFlow;

use selvedge::execution::Execution;
use selvedge::execution::Step;
use selvedge::explore::Bounds;
use selvedge::explore::DporExplorer;
use selvedge::explore::Explorer;
use selvedge::explore::SourceExplorer;
use selvedge::explore::Unwatched;
use selvedge::explore::Watch;
use selvedge::explore::search;
use selvedge::runtime::Waits;

use crate::programs::smaller;
use crate::seen::machine;
use crate::seen::trace_class;
use crate::small::Small;
use crate::small::Watched;

use super::code::Code;
use super::compare::Comparer;
use super::compare::Difference;
use super::compare::Fault;
use super::compare::Searcher;
use super::oracle::Oracle;
use super::outcome;
use super::show;

/// The smallest program, by leaving out statements, that shows the same difference.
pub(crate) fn shrink(comparer: &mut Comparer, program: &Small, difference: Difference) -> Small {
    let mut least = program.clone();
    loop {
        let shows = |program: &Small| {
            let found = comparer.compare(program);
            !found.given_up && found.differences.contains(&difference)
        };
        let Some(less) = smaller(&least).into_iter().find(shows) else {
            return least;
        };
        least = less;
    }
}

/// A program on which a search differs, for a reader.
pub(crate) fn text(program: &Small, difference: Difference) -> String {
    let Difference {
        searcher,
        fault,
        waits,
    } = difference;
    let mut said = format!("{} under {waits:?}: {}\n", searcher.name(), name(fault));
    said += &show::text(program);
    writeln!(said, "{:?}", program.0).expect("a string takes all");
    let (own, other) = (
        all_of(program, waits, searcher),
        all_of(program, waits, beside(searcher)),
    );
    match fault {
        Fault::Panics => {}
        Fault::MissesClasses => {
            let missing = other
                .classes
                .iter()
                .filter(|(class, _)| !own.classes.contains_key(*class));
            for (_, example) in missing.take(3) {
                _ = writeln!(said, "missing: {example}");
            }
        }
        Fault::RepeatsClasses => {
            let all = own.executions;
            _ = writeln!(said, "{all} executions of {} classes", own.classes.len());
        }
        Fault::MissesOutcomes | Fault::InventsOutcomes => {
            let right = outcomes_of(program, waits);
            let (missing, from, to) = if fault == Fault::MissesOutcomes {
                ("missing", &right, &own.outcomes)
            } else {
                ("invented", &own.outcomes, &right)
            };
            let sizes = Watched::new(program.clone()).sizes();
            let words = from.iter().filter(|words| !to.contains(*words));
            for words in words.take(3) {
                _ = writeln!(said, "{missing}: {}", outcome::text(words, sizes));
            }
        }
    }
    said
}

const fn name(fault: Fault) -> &'static str {
    match fault {
        Fault::MissesOutcomes => "misses outcomes",
        Fault::InventsOutcomes => "comes to outcomes that there are not",
        Fault::MissesClasses => "misses classes",
        Fault::RepeatsClasses => "runs classes twice",
        Fault::Panics => "panics",
    }
}

/// With what a search is compared.
const fn beside(searcher: Searcher) -> Searcher {
    match searcher {
        Searcher::Dpor | Searcher::Recount => Searcher::Source,
        Searcher::Source => Searcher::Dpor,
    }
}

/// Everything that a search sees, with an example of each class.
#[derive(Default)]
struct All {
    executions: u64,
    classes: BTreeMap<Vec<u64>, String>,
    outcomes: BTreeSet<Vec<u32>>,
}

fn all_of(program: &Small, waits: Waits, searcher: Searcher) -> All {
    let explored = std::panic::catch_unwind(|| match searcher {
        Searcher::Dpor | Searcher::Recount => explored(program, waits, DporExplorer::new(waits)),
        Searcher::Source => explored(program, waits, SourceExplorer::new(waits)),
    });
    explored.unwrap_or_default()
}

fn explored<E: Explorer>(program: &Small, waits: Waits, mut explorer: E) -> All {
    let system = Watched::new(program.clone());
    let mut all = All::default();
    let bounds = Bounds {
        executions_max: 100_000,
        ..Bounds::default()
    };
    let watch: &mut dyn Watch = &mut Unwatched;
    let with = (&bounds, watch);
    search(
        &mut machine(waits),
        &system,
        &mut explorer,
        with,
        |execution| {
            let mut words = Vec::new();
            outcome::words_of(execution, system.sizes(), &mut words);
            all.executions += 1;
            all.classes.insert(trace_class(execution), steps(execution));
            all.outcomes.insert(words);
            ControlFlow::Continue(())
        },
    );
    all
}

fn outcomes_of(program: &Small, waits: Waits) -> BTreeSet<Vec<u32>> {
    let mut all = BTreeSet::new();
    let visit = |_, words: &[u32]| {
        all.insert(words.to_vec());
    };
    let found = Oracle::default().outcomes(&Code::of(program), (waits, usize::MAX), visit);
    found.expect("it was compared before");
    all
}

fn steps(execution: &Execution) -> String {
    let step = |step: &Step| {
        let expired = if step.expired { " expired" } else { "" };
        format!(
            "{}:{}{expired}",
            step.thread.index(),
            step.operation.verb.name()
        )
    };
    let steps: Vec<String> = execution.steps.iter().map(step).collect();
    steps.join(" ")
}
