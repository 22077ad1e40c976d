//! Loops of several looks: what holds a thread back, what wakes it, and what a round may not do.

use std::collections::BTreeSet;

use selvedge::explore::Coverage;
use selvedge::explore::ExplorerKind;
use selvedge::explore::Limit;
use selvedge::litmus::Atomic;
use selvedge::litmus::Condvar;
use selvedge::litmus::Explore;
use selvedge::litmus::Explored;
use selvedge::litmus::FindingKind;
use selvedge::litmus::Mutex;
use selvedge::litmus::Program;
use selvedge::litmus::RwLock;
use selvedge::litmus::choose;
use selvedge::litmus::observe;
use selvedge::litmus::retry;
use selvedge::litmus::spawn;
use selvedge::litmus::threads;
use selvedge::recount::Recount;
use selvedge::report::Verdict;

const EXPLORERS: [ExplorerKind; 4] = [
    ExplorerKind::Dfs,
    ExplorerKind::Dpor,
    ExplorerKind::Source,
    ExplorerKind::Icb,
];

/// What each explorer that sees everything comes to, and that a recount agrees with `dpor`.
fn everywhere(program: impl Fn() -> Program) -> Vec<Explored> {
    let run = |explorer: ExplorerKind| {
        Explore::new()
            .explorer(explorer)
            .steps_max(200)
            .run(program())
    };
    let all: Vec<Explored> = EXPLORERS.map(run).into();
    for one in &all {
        assert_eq!(one.coverage, Coverage::Exhausted, "{one}");
        assert_eq!(one.verdict, all[0].verdict, "{one}");
        assert_eq!(outcomes(one), outcomes(&all[0]), "{one}");
        assert_eq!(kinds(one), kinds(&all[0]), "{one}");
    }
    match Explore::new().recount(program(), 100_000) {
        Recount::Complete {
            traces, deadlocked, ..
        } => {
            assert_eq!((traces, deadlocked), (all[1].executions, all[1].deadlocked));
        }
        other @ (Recount::TooLarge(_)
        | Recount::TooLong(_)
        | Recount::Stopped
        | Recount::NotDeterministic { .. }) => {
            panic!("{other:?}")
        }
    }
    all
}

fn executions(all: &[Explored]) -> Vec<u64> {
    all.iter().map(|explored| explored.executions).collect()
}

fn outcomes(explored: &Explored) -> BTreeSet<&String> {
    explored.outcomes.keys().collect()
}

fn kinds(explored: &Explored) -> Vec<(FindingKind, &String)> {
    let findings = explored.findings.iter();
    findings.map(|found| (found.kind, &found.cause)).collect()
}

/// T0: `a := 1; b := 1`. T1: `first := a; while !(a && b) {}; assert first`.
fn two_flags() -> Program {
    threads(|threads| {
        let (a, b) = (Atomic::new(false).named("a"), Atomic::new(false).named("b"));
        let (sets_a, sets_b) = (a.clone(), b.clone());
        threads.spawn(move || {
            sets_a.store(true);
            sets_b.store(true);
        });
        threads.spawn(move || {
            let first = a.load();
            retry(|| (a.load() && b.load()).then_some(()));
            assert!(first, "a was not set at first");
        });
    })
}

/// The same with a loop that is run round by round, which never ends.
pub(crate) fn two_flags_in_a_bare_loop() -> Program {
    threads(|threads| {
        let (a, b) = (Atomic::new(false).named("a"), Atomic::new(false).named("b"));
        let (sets_a, sets_b) = (a.clone(), b.clone());
        threads.spawn(move || {
            sets_a.store(true);
            sets_b.store(true);
        });
        threads.spawn(move || {
            let first = a.load();
            while !(a.load() && b.load()) {}
            assert!(first, "a was not set at first");
        });
    })
}

/// A stack behind a lock: `pushers` threads push their number, `poppers` try until they get one.
fn stack(pushers: u32, poppers: u32) -> Program {
    threads(move |threads| {
        let items = Mutex::new(Vec::new()).named("items");
        for pusher in 0..pushers {
            let items = items.clone();
            threads.spawn(move || items.lock().push(pusher));
        }
        for popper in 0..poppers {
            let items = items.clone();
            threads.spawn(move || {
                let item = retry(|| items.lock().pop());
                observe(format!("popper {popper}"), item);
            });
        }
    })
}

/// Two threads that each wait for two flags, of which the other sets one behind its own loop.
fn each_waits_for_the_other() -> Program {
    threads(|threads| {
        let flag = |name| Atomic::new(false).named(name);
        let (a, b, on) = (flag("a"), flag("b"), Atomic::new(true).named("on"));
        for (sets, needs) in [(a.clone(), b.clone()), (b, a)] {
            let on = on.clone();
            threads.spawn(move || {
                retry(|| (on.load() && needs.load()).then_some(()));
                sets.store(true);
            });
        }
    })
}

#[test]
fn what_comes_behind_a_loop_of_two_looks_is_found_under_every_explorer() {
    let all = everywhere(two_flags);

    assert_eq!(all[1].verdict, Verdict::Violated);
    // Where the two stores fall among the looks: 6 classes, of 11 interleavings.
    assert_eq!(executions(&all), [11, 6, 6, 6]);
}

#[test]
fn a_bare_loop_that_is_cut_off_is_named_with_its_steps() {
    let dfs = Explore::new().explorer(ExplorerKind::Dfs).steps_max(12);
    let explored = dfs.run(two_flags_in_a_bare_loop());

    assert_eq!(explored.coverage, Coverage::Bounded(Limit::Steps(12)));
    assert_eq!(explored.verdict, Verdict::Violated);
    assert!(explored.cut_off > 0);

    let dpor = Explore::new().steps_max(500);
    let text = dpor.run(two_flags_in_a_bare_loop()).to_string();
    assert!(text.contains(" cut off"), "{text}");
    assert!(text.contains("thread 1 repeats, "), "{text}");
    assert!(
        text.contains("it only looks: write the loop as `"),
        "{text}"
    );
}

/// The steps before which threads stand in an execution that was cut off are raced.
#[test]
fn a_bare_loop_hides_nothing_of_the_other_executions() {
    for explorer in [ExplorerKind::Dpor, ExplorerKind::Source] {
        let explore = Explore::new().explorer(explorer).steps_max(100);
        let explored = explore.run(two_flags_in_a_bare_loop());

        assert_eq!(explored.verdict, Verdict::Violated, "{explored}");
    }
}

#[test]
fn a_loop_that_changes_something_is_to_have_a_bound_of_its_own() {
    let explored = Explore::new().steps_max(100).run(|| {
        let (count, other) = (
            Atomic::new(0_u32).named("count"),
            Atomic::new(0_u32).named("other"),
        );
        while count.fetch_add(1) < u32::MAX {
            other.load();
        }
    });

    assert_eq!((explored.executions, explored.cut_off), (0, 1));
    assert_eq!(explored.verdict, Verdict::Bounded);
    let text = explored.to_string();
    let line = "  thread main repeats, 50 times in a row: read-modify-write count, load other; it \
                changes something: give the loop a bound of its own";
    assert!(text.contains(line), "{text}");
}

/// The push comes before the pop, or behind one look that finds nothing.
#[test]
fn a_pop_that_is_tried_until_it_succeeds_is_proved_in_two_executions() {
    let all = everywhere(|| stack(1, 1));

    assert_eq!(all[1].verdict, Verdict::Proved);
    assert_eq!(all[1].executions, 2);
}

#[test]
fn two_that_pop_do_not_wake_each_other() {
    let all = everywhere(|| stack(2, 2));

    assert_eq!(all[1].verdict, Verdict::Proved);
    assert_eq!(outcomes(&all[1]).len(), 2);
}

#[test]
fn who_pops_what_nobody_pushes_is_a_livelock() {
    for poppers in [1, 2] {
        let all = everywhere(|| stack(0, poppers));

        assert_eq!(all[1].verdict, Verdict::Violated);
        assert_eq!(all[1].findings[0].kind, FindingKind::Livelock);
    }
}

#[test]
fn two_loops_that_wait_for_each_other_are_a_livelock() {
    let all = everywhere(each_waits_for_the_other);

    assert_eq!(executions(&all)[1..], [1, 1, 1]);
    assert_eq!(
        all[1].findings[0].cause,
        "livelock: all threads that are left spin for ever (thread 0: wait to retry (b or another \
         object); thread 1: wait to retry (a or another object))"
    );
}

/// A failing round of a compare-and-swap met the change itself: there is nothing to wait for.
#[test]
fn a_loop_around_a_compare_and_swap_takes_no_step_between_rounds() {
    let all = everywhere(|| {
        threads(|threads| {
            let count = Atomic::new(0_u32).named("count");
            for _ in 0..2 {
                let count = count.clone();
                threads.spawn(move || {
                    retry(|| {
                        let seen = count.load();
                        count.compare_exchange(seen, seen + 1).ok()
                    });
                });
            }
            threads.finally(move || assert_eq!(count.load(), 2));
        })
    });

    assert_eq!(all[1].verdict, Verdict::Proved);
}

#[test]
fn a_lock_that_is_tried_until_it_is_free_keeps_others_out() {
    let all = everywhere(|| {
        threads(|threads| {
            let (lock, inside) = (Mutex::new(()), Atomic::new(0_u32));
            for _ in 0..2 {
                let (lock, inside) = (lock.clone(), inside.clone());
                threads.spawn(move || {
                    let guard = retry(|| lock.try_lock());
                    assert_eq!(inside.fetch_add(1), 0);
                    inside.fetch_sub(1);
                    drop(guard);
                });
            }
        })
    });

    assert_eq!(all[1].verdict, Verdict::Proved);
}

/// The one is refused the lock by rounds of the other that fail. These do not count as changes, but
/// the lock comes free. Each may meet the other so for ever, hence the bounds.
#[test]
fn who_was_refused_a_lock_is_woken_by_an_unlock_that_changes_nothing() {
    let explore = Explore::new().steps_max(40).executions_max(2_000);
    let explored = explore.run(threads(|threads| {
        let (lock, go) = (Mutex::new(()), Atomic::new(false));
        let (tried, goes) = (lock.clone(), go.clone());
        threads.spawn(move || {
            drop(retry(|| tried.try_lock()));
            goes.store(true);
        });
        threads.spawn(move || {
            retry(|| {
                let _guard = lock.lock();
                go.load().then_some(())
            });
        });
    }));

    assert_eq!((&explored.findings[..], explored.deadlocked), (&[][..], 0));
    assert!(explored.executions > 0);
}

#[test]
fn a_loop_over_a_reader_writer_lock_is_woken_by_the_writer() {
    let all = everywhere(|| {
        threads(|threads| {
            let value = RwLock::new(0_u32);
            for _ in 0..2 {
                let value = value.clone();
                threads.spawn(move || {
                    retry(|| Some(*value.read()).filter(|value| *value > 0));
                });
            }
            threads.spawn(move || *value.write() = 1);
        })
    });

    assert_eq!(all[1].verdict, Verdict::Proved);
}

#[test]
fn a_loop_inside_of_a_loop_is_held_back_by_itself() {
    let all = everywhere(|| {
        threads(|threads| {
            let (a, b) = (Atomic::new(0_u32), Atomic::new(0_u32));
            let (sets_a, sets_b) = (a.clone(), b.clone());
            threads.spawn(move || {
                sets_a.store(1);
                sets_b.store(1);
                sets_a.store(2);
            });
            threads.spawn(move || {
                let (a, b) = retry(|| {
                    let a = retry(|| Some(a.load()).filter(|a| *a > 0));
                    Some((a, b.load())).filter(|(_, b)| *b > 0)
                });
                observe("seen", (a, b));
            });
        })
    });

    assert_eq!(all[1].verdict, Verdict::Proved);
    assert_eq!(outcomes(&all[1]).len(), 2);
}

#[test]
fn a_round_that_looks_at_nothing_is_a_livelock_that_says_so() {
    let explored = Explore::new().run(threads(|threads| {
        threads.spawn(|| retry(|| None));
    }));

    assert_eq!(explored.findings[0].kind, FindingKind::Livelock);
    let cause = &explored.findings[0].cause;
    assert!(
        cause.contains("the round looks at nothing that is shared"),
        "{cause}"
    );
}

#[test]
fn a_panic_in_a_round_frees_what_the_round_holds() {
    let explored = Explore::new().run(threads(|threads| {
        let lock = Mutex::new(0_u32);
        let other = lock.clone();
        threads.spawn(move || {
            retry(|| {
                let guard = lock.lock();
                assert_ne!(*guard, 0, "nothing is there");
                Some(())
            });
        });
        threads.spawn(move || *other.lock() = 1);
    }));

    assert_eq!(explored.coverage, Coverage::Exhausted);
    assert_eq!((explored.deadlocked, explored.panicked), (0, 1));
    assert!(explored.findings[0].cause.contains("nothing is there"));
}

/// What a thread is found to panic with whose round does this, and fails.
fn refused(round: impl Fn(&Shared) + Clone + Send + Sync + 'static) -> String {
    let explored = Explore::new().run(threads(move |threads| {
        let shared = Shared {
            variables: std::array::from_fn(|_| Atomic::new(0_u32)),
            lock: Mutex::new(0_u32).named("lock"),
            condition: Condvar::new(),
        };
        let round = round.clone();
        threads.spawn(move || {
            retry(|| -> Option<()> {
                round(&shared);
                None
            });
        });
    }));
    assert_eq!(explored.panicked, explored.executions, "{explored}");
    explored.findings[0].cause.clone()
}

struct Shared {
    variables: [Atomic<u32>; 5],
    lock: Mutex<u32>,
    condition: Condvar,
}

#[test]
fn a_round_that_fails_and_did_more_than_look_is_refused() {
    let writes = [
        refused(|shared| shared.variables[0].store(1)),
        refused(|shared| {
            shared.variables[0].fetch_add(1);
        }),
        refused(|shared| assert!(shared.variables[0].compare_exchange(0, 1).is_ok())),
    ];
    for cause in writes {
        assert!(cause.contains("this one writes variable 0"), "{cause}");
    }
    let others = [
        (
            refused(|shared| shared.condition.notify_one()),
            "notify one condition 0",
        ),
        (refused(|_| assert!(choose(2) < 2)), "something was chosen"),
        (refused(|_| drop(spawn(|| ()))), "a thread was spawned"),
        (
            refused(|_| drop(Atomic::new(0_u32))),
            "a shared variable was made",
        ),
        (refused(|_| observe("it", 1)), "something was observed"),
        (
            refused(|shared| drop(shared.lock.try_lock())),
            "takes lock by a try",
        ),
        (
            refused(|shared| std::mem::forget(shared.lock.lock())),
            "keeps lock",
        ),
        (
            refused(|shared| {
                for variable in &shared.variables {
                    assert_eq!(variable.load(), 0);
                }
            }),
            "has looked at 5 objects, which is more than the 4",
        ),
    ];
    for (cause, expected) in others {
        assert!(cause.contains("a round of `retry` that fails"), "{cause}");
        assert!(cause.contains(expected), "{expected}: {cause}");
    }
}
