//! The fixed part of all small programs, and what the harness itself must do.

use std::collections::BTreeSet;

use selvedge::runtime::Waits;

use crate::programs::Dice;
use crate::programs::draw_wide;
use crate::scope::code::Code;
use crate::scope::compare::Comparer;
use crate::scope::compare::Difference;
use crate::scope::compare::Fault;
use crate::scope::compare::Searcher;
use crate::scope::kind::Class;
use crate::scope::kind::Kind;
use crate::scope::oracle::Oracle;
use crate::scope::outcome;
use crate::scope::programs::FIRST;
use crate::scope::programs::Numbers;
use crate::scope::programs::Programs;
use crate::scope::progress::Place;
use crate::scope::progress::Progress;
use crate::scope::report;
use crate::scope::run::REACH;
use crate::scope::run::Run;
use crate::scope::run::Work;
use crate::scope::show;
use crate::scope::slice::Slice;
use crate::scope::slice::tiny;
use crate::small::Small;
use crate::small::Statement;
use crate::small::Statement::*;

fn all(programs: &Programs) -> impl Iterator<Item = Numbers> + '_ {
    let next = |numbers: &Numbers| programs.next_after(*numbers);
    std::iter::successors(programs.next_from(FIRST), next)
}

/// Holds programs to the oracle. The first that differs is made smaller and shown.
fn hold(comparer: &mut Comparer, program: &Small) {
    let found = comparer.compare(program);
    if let Some(&difference) = found.differences.first() {
        let least = report::shrink(comparer, program, difference);
        panic!("{}", report::text(&least, difference));
    }
}

#[test]
fn every_pair_of_kinds_is_in_some_slice() {
    let slices = Slice::all();
    let usual = || slices.iter().filter(|slice| !slice.large);
    for one in Kind::vocabulary() {
        for other in Kind::vocabulary() {
            let met = usual().any(|slice| slice.has(one) && slice.has(other));
            assert!(met, "{} and {} meet nowhere", one.name(), other.name());
        }
    }
}

#[test]
fn slices_have_at_most_eight_kinds_and_names_and_definitions_of_their_own() {
    let slices = Slice::all();
    let names: BTreeSet<&str> = slices.iter().map(|slice| slice.name.as_str()).collect();
    let definitions: BTreeSet<String> = slices.iter().map(Slice::definition).collect();

    assert_eq!(
        (names.len(), definitions.len()),
        (slices.len(), slices.len())
    );
    assert!(
        slices
            .iter()
            .all(|slice| slice.definition().matches('+').count() < 8)
    );
}

/// All sequences of so many statements, written without the code that is tested.
fn naive(
    count: usize,
    statements: &dyn Fn(Option<Vec<Statement>>) -> Vec<Statement>,
) -> Vec<Vec<Statement>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for inside in 0..count {
        for body in naive(inside, statements) {
            let mut heads = statements(Some(body.clone()));
            if inside == 0 {
                heads.extend(statements(None));
            }
            for head in heads {
                for rest in naive(count - 1 - inside, statements) {
                    all.push([std::slice::from_ref(&head), rest.as_slice()].concat());
                }
            }
        }
    }
    all
}

/// The least text of a program under all names of its threads and these of its objects.
fn least(program: &[Vec<Statement>], rename: &dyn Fn(&str) -> Vec<String>) -> String {
    let threads: Vec<String> = program.iter().map(|thread| format!("{thread:?}")).collect();
    let renamed = |names: usize| {
        let mut threads: Vec<String> = threads
            .iter()
            .map(|text| rename(text)[names].clone())
            .collect();
        threads.sort();
        threads.join("|")
    };
    (0..rename("").len())
        .map(renamed)
        .min()
        .expect("one name at least")
}

fn counted(
    statements: &dyn Fn(Option<Vec<Statement>>) -> Vec<Statement>,
    rename: &dyn Fn(&str) -> Vec<String>,
) -> usize {
    let threads: Vec<(usize, Vec<Statement>)> = (1..=3)
        .flat_map(|count| {
            naive(count, statements)
                .into_iter()
                .map(move |thread| (count, thread))
        })
        .collect();
    let mut different = BTreeSet::new();
    for (one, first) in &threads {
        for (two, second) in &threads {
            different.insert(least(&[first.clone(), second.clone()], rename));
            for (three, third) in &threads {
                if one + two + three <= 7 {
                    let program = [first.clone(), second.clone(), third.clone()];
                    different.insert(least(&program, rename));
                }
            }
        }
    }
    different.len()
}

fn enumerated(slice: &Slice) -> usize {
    let programs = Programs::of(slice);
    let different: BTreeSet<String> = all(&programs)
        .map(|numbers| format!("{:?}", programs.program(numbers)))
        .collect();
    assert_eq!(u64::try_from(different.len()).unwrap(), programs.count());
    different.len()
}

#[test]
fn programs_of_sections_are_those_of_a_naive_enumeration() {
    let statements = |body: Option<Vec<Statement>>| match body {
        Some(body) => vec![Locked(0, body)],
        None => vec![Load(0)],
    };

    let same = |text: &str| vec![text.to_owned()];
    assert_eq!(
        enumerated(&tiny("lock load", &[])),
        counted(&statements, &same)
    );
}

#[test]
fn programs_of_two_objects_are_those_of_a_naive_enumeration() {
    let statements = |body: Option<Vec<Statement>>| match body {
        Some(_) => Vec::new(),
        None => vec![Store(0, 2), Store(1, 2)],
    };
    let exchange = |text: &str| {
        let other = text
            .replace("Store(0", "Store(?")
            .replace("Store(1", "Store(0");
        vec![text.to_owned(), other.replace("Store(?", "Store(1")]
    };

    let slice = tiny("store", &[Class::Variable]);
    assert_eq!(enumerated(&slice), counted(&statements, &exchange));
}

/// The outcomes of a program, for a reader.
fn outcomes(program: &[Vec<Statement>], waits: Waits) -> BTreeSet<String> {
    let code = Code::of(&Small(program.to_vec()));
    let mut all = BTreeSet::new();
    let visit = |_, words: &[u32]| {
        all.insert(outcome::text(words, code.sizes));
    };
    Oracle::default()
        .outcomes(&code, (waits, 10_000), visit)
        .unwrap();
    all
}

fn texts(texts: &[&str]) -> BTreeSet<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

#[test]
fn the_oracle_knows_lost_updates() {
    let program = vec![vec![LoadStore(0)]; 2];

    assert_eq!(
        outcomes(&program, Waits::MayExpire),
        texts(&[
            "finished, x0 = 1, T0 saw [0], T1 saw [0]",
            "finished, x0 = 2, T0 saw [0], T1 saw [1]",
            "finished, x0 = 2, T0 saw [1], T1 saw [0]",
        ])
    );
}

/// The section ends without help, so that a sufficient wait never expires.
#[test]
fn the_oracle_reads_finite_waits_in_both_ways() {
    let program = [vec![Locked(0, vec![])], vec![Timed(0, vec![])]];
    let taken = "finished, lock0 = 0, T1 saw [1]";

    assert_eq!(outcomes(&program, Waits::Sufficient), texts(&[taken]));
    let both = texts(&[taken, "finished, lock0 = 0, T1 saw [0]"]);
    assert_eq!(outcomes(&program, Waits::MayExpire), both);
}

/// Each holds what the other waits for; either of them may expire first, and lets the other in.
#[test]
fn any_one_of_sufficient_waits_expires_where_nothing_else_can_run() {
    let cross = |a, b| vec![Locked(a, vec![Timed(b, vec![])])];
    let seen: BTreeSet<String> = outcomes(&[cross(0, 1), cross(1, 0)], Waits::Sufficient);

    assert_eq!(
        seen,
        texts(&[
            "finished, lock0 = 0, lock1 = 0, T0 saw [0], T1 saw [1]",
            "finished, lock0 = 0, lock1 = 0, T0 saw [1], T1 saw [0]",
            "finished, lock0 = 0, lock1 = 0, T0 saw [1], T1 saw [1]",
        ])
    );
}

#[test]
fn the_oracle_tells_deadlock_livelock_and_panic_apart() {
    let upgrade = [vec![Reading(0, vec![Locked(0, vec![])])]];
    assert_eq!(
        outcomes(&upgrade, Waits::MayExpire),
        texts(&["deadlock of T0, lock0 = 1"])
    );
    let spin = [vec![SpinLoad(0)]];
    assert_eq!(
        outcomes(&spin, Waits::MayExpire),
        texts(&["livelock of T0, x0 = 0"])
    );
    let panic = [vec![Load(0), Require]];
    assert_eq!(
        outcomes(&panic, Waits::MayExpire),
        texts(&["panic, x0 = 0, T0 saw [0]"])
    );
}

/// One notification wakes either of two; none is kept for later.
#[test]
fn the_oracle_gives_a_notification_to_any_who_waits() {
    let wait = vec![Locked(
        0,
        vec![Await {
            condition: 0,
            lock: 0,
            finite: false,
        }],
    )];
    let notify = vec![Notify {
        condition: 0,
        all: false,
    }];

    assert_eq!(
        outcomes(&[wait.clone(), wait, notify], Waits::MayExpire),
        texts(&[
            "deadlock of T0 T1, lock0 = 0",
            "deadlock of T0, lock0 = 0",
            "deadlock of T1, lock0 = 0",
        ])
    );
}

#[test]
fn a_program_is_shown_in_words() {
    let inner = Timed(0, vec![]);
    let program = Small(vec![vec![Reading(2, vec![inner]), Load(0)], vec![Set(0)]]);

    assert_eq!(
        show::text(&program),
        "T0: read(l2) { lock_or_expire(l0) {} }; seen := x0\nT1: set(e0)\n"
    );
}

#[test]
fn every_program_of_a_few_tiny_slices_agrees() {
    let mut comparer = Comparer::new(REACH);
    for kinds in [
        "store fetch-add",
        "lock-or-expire",
        "read",
        "wait-either set",
    ] {
        let programs = Programs::of(&tiny(kinds, &[]));
        for numbers in all(&programs) {
            hold(&mut comparer, &programs.program(numbers));
        }
    }
}

/// The number is prime, so that it goes with no pattern of the enumeration.
#[test]
fn every_9973rd_program_of_the_slices_agrees() {
    let mut comparer = Comparer::new(REACH);
    for slice in Slice::all().iter().filter(|slice| !slice.large) {
        let programs = Programs::of(slice);
        for numbers in all(&programs).step_by(9973) {
            hold(&mut comparer, &programs.program(numbers));
        }
    }
}

#[test]
fn random_programs_agree() {
    let mut comparer = Comparer::new(REACH);
    for seed in 0..150 {
        hold(&mut comparer, &draw_wide(&mut Dice::new(seed)).program);
    }
}

/// A run from the middle on does the rest, and only that.
#[test]
fn a_run_goes_on_where_it_was_left() {
    let programs = Programs::of(&tiny("store", &[]));
    let work = Work::All(&programs);
    let mut whole = Run::new(Progress::default(), "tiny", work);
    while whole.advance(2, false) {}
    let mut left = Progress::default();
    let middle = all(&programs).nth(5).unwrap();
    left.place = Place::At(middle.map(u64::from));
    let mut rest = Run::new(left, "tiny", work);
    while rest.advance(1, false) {}

    assert_eq!(whole.progress().programs(), programs.count());
    assert_eq!(rest.progress().programs(), programs.count() - 5);
    assert!(whole.progress().is_clean());
}

#[test]
fn a_difference_is_counted_once_for_a_searcher_and_once_for_a_fault() {
    let difference = |fault, waits| Difference {
        searcher: Searcher::Dpor,
        fault,
        waits,
    };
    let mut progress = Progress::default();
    progress.count(&[
        difference(Fault::MissesClasses, Waits::MayExpire),
        difference(Fault::MissesClasses, Waits::Sufficient),
        difference(Fault::MissesOutcomes, Waits::Sufficient),
    ]);

    let counts: Vec<(&str, u64)> = progress.differing().collect();
    let expected = [
        ("dpor", 1),
        ("dpor MissesClasses", 1),
        ("dpor MissesOutcomes", 1),
    ];
    assert_eq!(counts, expected);
}
