//! Races: pairs of steps that could have come in the other order.

use crate::execution::ThreadSet;

use super::event::Clock;
use super::event::Event;

/// A race of the last event with an earlier one.
#[derive(Debug)]
pub(super) struct Race {
    /// The index of the earlier event: the node before it must begin the other order.
    pub(super) earlier: usize,
    /// The threads that can begin it. Empty if that is not known: then every thread must be tried.
    pub(super) initials: ThreadSet,
}

/// The races of an event with those before it. `program_order` is what is before it anyway.
pub(super) fn races(events: &[Event], last: &Event, program_order: &Clock) -> Vec<Race> {
    let mut races = Vec::new();
    if last.last_resort {
        // An expiry that depends on all: it cannot come before anything.
        return races;
    }
    let mut hidden = program_order.clone();
    let arrived = events.iter().rposition(|event| event.thread == last.thread);
    for (index, earlier) in events.iter().enumerate().rev() {
        if earlier.thread == last.thread
            || hidden.covers(earlier)
            || earlier.last_resort
            || !earlier.footprint.depends(&last.footprint)
        {
            continue;
        }
        // The thread stood before this very step already, and could have taken it.
        let was_able =
            arrived.is_none_or(|arrived| arrived < index) && earlier.enabled.contains(last.thread);
        if last.attempt.waits_for(&earlier.footprint, &last.footprint) && !was_able {
            continue;
        }
        races.push(Race {
            earlier: index,
            initials: initials(&events[index..], last),
        });
        if was_able || !last.attempt.pure_wait {
            hidden.join(&earlier.clock);
        }
    }
    races
}

/// The threads that can begin an execution in which `last` does not follow the first of `events`:
/// those whose first event, among what does not follow it, has nothing of that before it.
fn initials(events: &[Event], last: &Event) -> ThreadSet {
    let (earlier, rest) = events.split_first().expect("the earlier event of a race");
    let kept: Vec<&Event> = rest
        .iter()
        .filter(|event| !earlier.happens_before(event))
        .collect();
    let mut met = ThreadSet::EMPTY;
    let mut initials = ThreadSet::EMPTY;
    for (position, event) in kept.iter().enumerate() {
        let first = !met.contains(event.thread);
        met.insert(event.thread);
        if first
            && !kept[..position]
                .iter()
                .any(|before| before.happens_before(event))
        {
            initials.insert(event.thread);
        }
    }
    if can_be_first(&kept, met, last) {
        initials.insert(last.thread);
    }
    initials
}

fn can_be_first(kept: &[&Event], met: ThreadSet, last: &Event) -> bool {
    let declared = &last.attempt.declared;
    !met.contains(last.thread) && !kept.iter().any(|event| event.footprint.depends(declared))
}
