//! What there is to say of executions that the bound on steps has cut off.

use crate::execution::Looping;
use crate::execution::Operation;
use crate::execution::ThreadId;

use super::phrases::counted;
use super::phrases::grouped;

/// How many steps of a round are named.
const NAMED_MAX: usize = 8;

/// How many executions were cut off, which threads looped in the first of them, and what each of
/// them can do about it, a line each. Empty if none was cut off.
pub(crate) fn cut_off_lines(
    cut_off: u64,
    loops: &[Looping],
    thread: impl Fn(ThreadId) -> String,
    does: impl Fn(Operation) -> String,
    advice: impl Fn(&Looping) -> &'static str,
) -> Vec<String> {
    let (were, first) = match cut_off {
        0 => return Vec::new(),
        1 => ("was", "in it"),
        _ => ("were", "in the first of them"),
    };
    let executions = counted(cut_off, "execution");
    let head = format!("{executions} {were} cut off by the bound on steps");
    if loops.is_empty() {
        return vec![format!(
            "{head}; {first}, no thread repeats its steps: raise the bound"
        )];
    }
    let line = |found: &Looping| {
        let steps: Vec<String> = found.round.iter().map(|step| does(*step)).collect();
        let rounds = u64::try_from(found.rounds).unwrap_or(u64::MAX);
        format!(
            "{} repeats, {} times in a row: {}; {}",
            thread(found.thread),
            grouped(rounds),
            listed(&steps),
            advice(found)
        )
    };
    let head = format!("{head}; {first}:");
    std::iter::once(head)
        .chain(loops.iter().map(line))
        .collect()
}

/// The steps of a round, without those in the middle of a long one.
fn listed(steps: &[String]) -> String {
    if steps.len() <= NAMED_MAX {
        return steps.join(", ");
    }
    let (head, last) = (&steps[..NAMED_MAX - 1], &steps[steps.len() - 1]);
    let more = steps.len() - NAMED_MAX;
    format!("{}, ({more} more), {last}", head.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execution::Verb;

    fn lines(cut_off: u64, loops: &[Looping]) -> Vec<String> {
        let does =
            |operation: Operation| format!("{} {}", operation.verb.title(), operation.argument);
        cut_off_lines(
            cut_off,
            loops,
            |thread| format!("thread {thread}"),
            does,
            |_| "bound it",
        )
    }

    #[test]
    fn the_thread_and_its_steps_are_named() {
        let round = |count| {
            (0..count)
                .map(|it| Operation::local(Verb::Load).with(it))
                .collect()
        };
        let looping = |count| Looping {
            thread: ThreadId::new(1),
            round: round(count),
            rounds: 5_000,
            looks: true,
        };

        assert_eq!(lines(0, &[]), Vec::<String>::new());
        assert_eq!(
            lines(1, &[looping(2)]),
            [
                "1 execution was cut off by the bound on steps; in it:",
                "thread 1 repeats, 5,000 times in a row: load 0, load 1; bound it",
            ]
        );
        assert!(lines(2, &[looping(20)])[1].contains("load 6, (12 more), load 19;"));
        assert_eq!(
            lines(2, &[]),
            [
                "2 executions were cut off by the bound on steps; in the first of them, no thread \
              repeats its steps: raise the bound"
            ]
        );
    }
}
