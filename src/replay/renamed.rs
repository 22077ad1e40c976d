//! What a schedule says beside its course, in another version of its scenario: the calls that fail,
//! and the parts of the scenario that are left out.
//!
//! As in [`Renaming`], a thread or link is known by its name; a call by its thread, its kind and
//! link, and its number among such calls; a fault by all that it says. A part that is gone
//! cannot be left out, and need not be.

use std::collections::BTreeSet;

use crate::attach::Call;
use crate::attach::Fault;
use crate::attach::Workload;
use crate::scenario::Omitted;
use crate::wfp::CallKey;
use crate::wfp::Circumstances;

use super::rename::Renaming;

/// The circumstances with the new numbers of threads.
pub(super) fn circumstances(renaming: &Renaming, old: &Circumstances) -> Circumstances {
    let renamed = |call: &CallKey| CallKey {
        thread: renaming.thread(call.thread),
        ..*call
    };
    let faults = old.faults.iter();
    Circumstances {
        faults: faults
            .map(|(call, fault)| (renamed(call), *fault))
            .collect(),
        profile: old.profile,
    }
}

/// The parts that are left out, as the new version numbers them.
pub(super) fn omitted(
    parts: &BTreeSet<Omitted>,
    old: &Workload,
    new: &Workload,
) -> BTreeSet<Omitted> {
    let places = Places { old, new };
    parts.iter().filter_map(|part| places.part(*part)).collect()
}

/// The places of parts in two versions of a workload.
struct Places<'a> {
    old: &'a Workload,
    new: &'a Workload,
}

impl Places<'_> {
    fn part(&self, part: Omitted) -> Option<Omitted> {
        match part {
            Omitted::Thread(thread) => self.thread(thread).map(Omitted::Thread),
            Omitted::Call { thread, call } => self.call(thread, call),
            Omitted::Fault(fault) => self.fault(fault).map(Omitted::Fault),
        }
    }

    fn thread(&self, thread: usize) -> Option<usize> {
        let name = |spec: &crate::attach::ThreadSpec| spec.name.clone();
        let old: Vec<String> = self.old.threads.iter().map(name).collect();
        let new: Vec<String> = self.new.threads.iter().map(name).collect();
        same(&old, thread, &new)
    }

    fn call(&self, thread: usize, call: usize) -> Option<Omitted> {
        let place = self.thread(thread)?;
        let named = |workload: &Workload, thread: usize| {
            let calls = workload.threads[thread].calls.iter();
            let name = |call: &Call| (call.kind, workload.links[call.link].name.clone());
            calls.map(name).collect::<Vec<_>>()
        };
        let (old, new) = (named(self.old, thread), named(self.new, place));
        let call = same(&old, call, &new)?;
        Some(Omitted::Call {
            thread: place,
            call,
        })
    }

    fn fault(&self, fault: usize) -> Option<usize> {
        let moved = |fault: &Fault| Fault {
            thread: self.thread(fault.thread).unwrap_or(usize::MAX),
            ..*fault
        };
        let old: Vec<Fault> = self.old.faults.iter().map(moved).collect();
        same(&old, fault, &self.new.faults)
    }
}

/// The place of an item of one list in another: of several that are alike, the first is the first.
pub(super) fn same<T: PartialEq>(old: &[T], index: usize, new: &[T]) -> Option<usize> {
    let item = old.get(index)?;
    let before = old[..index].iter().filter(|other| *other == item).count();
    let mut alike = (0..new.len()).filter(|&at| new[at] == *item);
    alike.nth(before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    fn workload(text: &str) -> Workload {
        let scenario = Scenario::parse("x", text).unwrap();
        scenario.workload().clone()
    }

    /// A thread and a fault were inserted before those that are left out, and a call was removed.
    #[test]
    fn what_is_left_out_is_known_by_its_name() {
        let whole = Scenario::embedded("attach/attach_detach").unwrap();
        let old = whole.workload();
        let mut new = old.clone();
        new.threads.insert(0, old.threads[1].clone());
        "new".clone_into(&mut new.threads[0].name);
        new.threads[2].calls.clear();

        let parts = |list: &[Omitted]| list.iter().copied().collect::<BTreeSet<_>>();
        let left_out = parts(&[Omitted::Thread(0), Omitted::Call { thread: 1, call: 0 }]);
        assert_eq!(omitted(&left_out, old, &new), parts(&[Omitted::Thread(1)]));
        assert_eq!(omitted(&left_out, old, old), left_out);
        assert_eq!(old, &workload(whole.text()));
    }

    #[test]
    fn of_several_that_are_alike_the_first_is_the_first() {
        assert_eq!(same(&["a", "a", "b"], 1, &["x", "a", "a"]), Some(2));
        assert_eq!(same(&["a", "b"], 1, &["a", "a"]), None);
    }
}
