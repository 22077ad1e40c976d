//! From the tables of links, threads and faults to a [`Workload`] that keeps its promises.

use crate::attach::Workload;
use crate::execution::THREADS_MAX;

use super::Flaw;
use super::fault;
use super::file::File;
use super::file::SessionWait;
use super::file::ThreadTable;
use super::flaw::Located;
use super::ledger::LinkStates;

/// How many calls a thread may have.
const CALLS_MAX: usize = 64;

/// How many links there may be: as many as all calls of all threads could use.
pub(super) const LINKS_MAX: usize = THREADS_MAX * CALLS_MAX;

/// Checks links, threads and faults, and turns the names in them into indices.
pub(super) fn build(file: &File) -> Result<Workload, Located> {
    let mut ledger = LinkStates::new(&file.link)?;
    let Some(last) = file.thread.last() else {
        return Err(Flaw::NoThreads.at_start());
    };
    let mut threads = Vec::new();
    for (index, thread) in file.thread.iter().enumerate() {
        check_calls(thread.as_ref())?;
        threads.push(ledger.thread(index, thread.as_ref())?);
    }
    let workload = Workload {
        pipeline: file.pipeline.meant(),
        infinite_wait: file.session_wait == SessionWait::Infinite,
        links: ledger.finish()?,
        faults: fault::build(&file.fault, threads.len())?,
        threads,
    };
    check_threads(&workload).map_err(|flaw| flaw.at(last))?;
    Ok(workload)
}

/// Holds the number of calls of a thread to its limits.
fn check_calls(thread: &ThreadTable) -> Result<(), Located> {
    let count = thread.calls.as_ref().len();
    if count == 0 {
        return Err(Flaw::NoCalls.at(&thread.calls));
    }
    if count > CALLS_MAX {
        return Err(Flaw::TooManyCalls {
            count,
            max: CALLS_MAX,
        }
        .at(&thread.calls));
    }
    Ok(())
}

/// Holds the number of threads and work items to its limit.
fn check_threads(workload: &Workload) -> Result<(), Flaw> {
    let threads = workload.threads.len();
    let count = workload.thread_count();
    if count > THREADS_MAX {
        let work_items = count - threads;
        return Err(Flaw::TooManyThreads {
            threads,
            work_items,
            max: THREADS_MAX,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::scenario::Scenario;
    use crate::scenario::sample;
    use crate::scenario::sample::refused;

    /// A file with so many links and, for each, a thread that attaches it.
    fn attaches(pipeline: &str, count: usize) -> String {
        let one = |index: usize| {
            let link = format!("[[link]]\nname = \"l{index}\"\nattach = \"BIND\"\n");
            format!("{link}[[thread]]\ncalls = [{{ attach = \"l{index}\" }}]\n")
        };
        let rows: Vec<String> = (0..count).map(one).collect();
        format!(
            "summary = \"many\"\npipeline = \"{pipeline}\"\n{}",
            rows.concat()
        )
    }

    #[test]
    fn threads_and_work_items_are_64_at_most() {
        // A1 runs a work item for each link: 32 threads and 32 items are 64.
        for (pipeline, most) in [("direct", 64), ("a1", 32)] {
            assert!(Scenario::parse("t", &attaches(pipeline, most)).is_ok());
        }
        assert_eq!(
            refused(&attaches("direct", 65)),
            "t:326:1: 65 threads with 0 work items for their links are more than the 64 that one \
             execution can have; remove threads or calls"
        );
        let a1 = refused(&attaches("a1", 33));
        assert!(
            a1.contains(": 33 threads with 33 work items for their links are more"),
            "{a1}"
        );
    }

    #[test]
    fn a_thread_has_1_to_64_calls() {
        let call = "{ attach = \"v4\" }, { detach = \"v4\", returns = 22 }";
        let many = "{ attach = \"v4\" }, { detach = \"v4\" }, ".repeat(33);

        let none = refused(&sample::with(call, ""));
        assert!(
            none.starts_with("t:18:9: the thread has no call; add one such as "),
            "{none}"
        );
        let many = refused(&sample::with(call, &many));
        assert!(
            many.starts_with("t:18:9: 66 calls are more than the 64 that a"),
            "{many}"
        );
    }

    #[test]
    fn a_file_needs_a_link_and_a_thread() {
        let head = "summary = \"x\"\npipeline = \"a1\"\n";
        let link = "[[link]]\nname = \"a\"\nattach = \"BIND\"\n";

        assert!(refused(head).starts_with("t:1:1: there is no `[[link]]`; add one"));
        let no_thread = refused(&format!("{head}{link}"));
        assert!(
            no_thread.starts_with("t:1:1: there is no `[[thread]]`; add one"),
            "{no_thread}"
        );
    }

    #[test]
    fn an_infinite_wait_is_passed_on() {
        let text = sample::with("\"a1\"", "\"direct\"\nsession_wait = \"infinite\"");

        let scenario = Scenario::parse("t", &text).unwrap();

        assert!(scenario.workload().infinite_wait);
    }
}
