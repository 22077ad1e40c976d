//! The numbers of executions of the models under every combination of readings, derived.
//!
//! Attach and detach meet in few places, so that the number is a product. What the threads do to
//! the engine's lock or the strategy's has so many orders ([`orders`]); where delete notifications
//! come late, the thread of the system that brings them and the thread that detaches have
//! [`late_orders`] for each of these; and the readings that change nothing of this multiply.

use std::collections::BTreeSet;

use selvedge::check::Request;
use selvedge::check::check;
use selvedge::explore::Coverage;
use selvedge::explore::Unwatched;
use selvedge::scenario::Scenario;
use selvedge::strategy::Strategy;
use selvedge::wfp::NamedProfile;
use selvedge::wfp::NotifyDelete;
use selvedge::wfp::Scope;

/// What a step touches: steps of two threads that touch the same are dependent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Touched {
    /// What is left to the thread of the system.
    Queue,
    /// The states that the driver notes of its filters.
    States,
    /// The reference count of the filter context.
    References,
}

/// The thread that detaches, from the moment at which it has deleted the first filter and so left
/// the first notification to the system: it notes the first filter, leaves the second notification,
/// notes the second filter, drops the list's reference, and says that it makes no further calls.
const DETACHES: [Touched; 5] = [
    Touched::States,
    Touched::Queue,
    Touched::States,
    Touched::References,
    Touched::Queue,
];

/// The thread of the system: it takes up each notification, in which the driver notes the filter
/// and drops its reference, and then finds that there is nothing more to come.
const NOTIFIES: [Touched; 7] = [
    Touched::Queue,
    Touched::States,
    Touched::References,
    Touched::Queue,
    Touched::States,
    Touched::References,
    Touched::Queue,
];

/// What the second thread waits for: its step, and the step of the first that must have come. The
/// second notification was left to it; nothing more is to come.
const WAITS: [(usize, usize); 2] = [(3, 1), (6, 4)];

/// In how many ways the two threads can meet: two orders of all steps are one way if they agree on
/// every pair of dependent steps.
fn late_orders() -> u64 {
    let mut ways = BTreeSet::new();
    go_on(&mut Vec::new(), (0, 0), &mut ways);
    u64::try_from(ways.len()).unwrap()
}

/// Goes through every order of the steps that are left. The way so far is, for each step that
/// notifies, how many dependent steps of the other thread came before it.
fn go_on(
    way: &mut Vec<usize>,
    (detached, notified): (usize, usize),
    ways: &mut BTreeSet<Vec<usize>>,
) {
    if detached == DETACHES.len() && notified == NOTIFIES.len() {
        ways.insert(way.clone());
        return;
    }
    if detached < DETACHES.len() {
        go_on(way, (detached + 1, notified), ways);
    }
    let waits = WAITS
        .iter()
        .any(|&(step, other)| step == notified && detached <= other);
    if notified < NOTIFIES.len() && !waits {
        let touched = NOTIFIES[notified];
        let met = DETACHES[..detached].iter().filter(|one| **one == touched);
        way.push(met.count());
        go_on(way, (detached, notified + 1), ways);
        way.pop();
    }
}

/// In how many orders the transactions of the model's two threads can come. Under `push-lock` each
/// thread's calls are one section: 2!. With own handles an attach is one transaction, and a detach
/// is two deletes, between which it can come: 3; two attaches are two transactions: 2!.
fn orders(model: &str, strategy: &str) -> u64 {
    if strategy == "push-lock" || model == "attach/connect4_connect6" {
        2
    } else {
        3
    }
}

#[test]
fn two_late_notifications_and_a_detach_meet_in_32_ways() {
    assert_eq!(late_orders(), 32);
}

/// Of 136 executions of `attach_detach` under `push-lock`, say, each of 2 readings of `notify-add`
/// has 2 orders under each of 2 readings of `notify-delete`, and 2 times 32 under the third.
#[test]
fn the_executions_of_each_combination_of_readings_are_the_orders_and_the_ways_to_meet() {
    for (model, combinations) in [
        // `notify-add`.
        ("attach/connect4_connect6", 2),
        // The same and `notify-delete`.
        ("attach/attach_detach", 2 * 3),
        // And `notify-abort`, where a callout was told before the abort.
        ("attach/fault_in_add", (2 + 1) * 3),
    ] {
        for strategy in ["push-lock", "handle-per-context"] {
            let scenario = Scenario::embedded(model).unwrap();
            let request = Request {
                scope: Some(Scope::of(NamedProfile::Adversarial)),
                ..Request::default()
            };
            let strategy = Strategy::named(strategy).unwrap();
            let report = check(&scenario, &strategy, &request, &mut Unwatched);

            assert_eq!(report.coverage, Coverage::Exhausted);
            assert_eq!(report.rounds.len(), combinations);
            for round in &report.rounds {
                let deferred = round.circumstances.profile.notify_delete == NotifyDelete::Deferred;
                let late = if deferred { late_orders() } else { 1 };
                let expected = orders(model, strategy.name) * late;
                assert_eq!(round.executions, expected, "{model}: {round:?}");
            }
        }
    }
}
