//! Outcomes as numbers, so that the oracle and the explorers can be compared.
//!
//! The numbers of an outcome are: how it ended (0 finished, 1 deadlock, 2 livelock, 3 panic), a bit
//! for each thread that is stuck or for the one whose panic it is, the state of every object in the
//! order of [`Objects::words`](crate::objects::Objects::words), and for each thread how many values
//! it saw and which.

use std::fmt::Write;

use selvedge::execution::End;
use selvedge::execution::Execution;

use crate::sizes::Sizes;

/// How many numbers stand for the objects.
fn object_words(sizes: Sizes) -> usize {
    let plain = sizes.variables + sizes.locks + sizes.events + sizes.threads;
    usize::from(plain + 2 * (sizes.conditions + sizes.waiters))
}

/// The numbers of the outcome of a complete execution of a watched program.
pub(crate) fn words_of(execution: &Execution, sizes: Sizes, words: &mut Vec<u32>) {
    words.clear();
    let end = match &execution.end {
        End::Finished => 0,
        End::Deadlock(_) => 1,
        End::Livelock(_) => 2,
        End::Panicked { .. } => 3,
        End::Redundant | End::StepLimit | _ => {
            panic!("an execution that is not complete: {:?}", execution.end)
        }
    };
    let blocked = execution.end.blocked().iter();
    let who = if let End::Panicked { thread, .. } = &execution.end {
        1_u32 << thread.index()
    } else {
        blocked.fold(0, |mask, blocked| mask | 1_u32 << blocked.thread.index())
    };
    words.extend([end, who]);
    let (objects, seen) = execution.rest.values.split_at(object_words(sizes));
    words.extend(objects.iter().map(|(_, word)| word));
    for thread in 0..usize::from(sizes.threads) {
        let start = words.len();
        words.push(0);
        let own = seen.iter().filter(|(who, _)| who.index() == thread);
        words.extend(own.map(|(_, value)| value));
        words[start] = u32::try_from(words.len() - start - 1).expect("a few values");
    }
}

/// An outcome for a reader.
pub(crate) fn text(words: &[u32], sizes: Sizes) -> String {
    let threads = |mask: u32| {
        let threads = (0..32).filter(|bit| mask & 1 << bit != 0);
        let names: Vec<String> = threads.map(|bit| format!(" T{bit}")).collect();
        names.concat()
    };
    let mut said = match words[0] {
        0 => "finished".to_owned(),
        1 => format!("deadlock of{}", threads(words[1])),
        2 => format!("livelock of{}", threads(words[1])),
        _ => "panic".to_owned(),
    };
    let mut rest = &words[2..];
    let mut take = |count: usize| {
        let (taken, others) = rest.split_at(count);
        rest = others;
        taken
    };
    let count = usize::from;
    for (name, count) in [
        ("x", count(sizes.variables)),
        ("lock", count(sizes.locks)),
        ("event", count(sizes.events)),
    ] {
        for (index, word) in take(count).iter().enumerate() {
            _ = write!(said, ", {name}{index} = {word}");
        }
    }
    take(count(
        sizes.threads + 2 * (sizes.conditions + sizes.waiters),
    ));
    for thread in 0..count(sizes.threads) {
        let seen = take(1)[0];
        let seen = take(usize::try_from(seen).expect("a few values"));
        if !seen.is_empty() {
            _ = write!(said, ", T{thread} saw {seen:?}");
        }
    }
    said
}
