//! A scenario without some of its threads, calls or faults: what a counterexample can do without.
//!
//! What is left keeps its numbers: a thread that is left out stays as one without calls, so that
//! every other thread, work item and object has the name that it has in the whole scenario. The
//! name says what is left out, so that a schedule of the smaller scenario finds its way back:
//!
//! ```text
//! name    := MODEL { '~' omitted }
//! omitted := THREAD | THREAD '.' CALL | 'f' FAULT
//! ```
//!
//! All numbers count from 0 in the file. A call goes with the later calls of its thread on the same
//! link, so that no link is detached before it is attached.

use std::collections::BTreeSet;
use std::fmt;

use crate::attach::Workload;

use super::Scenario;

/// A part of a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Omitted {
    /// A fault.
    Fault(usize),
    /// All calls of a thread.
    Thread(usize),
    /// A call of a thread, and the later ones on the same link.
    Call {
        /// The thread.
        thread: usize,
        /// The nth call of the thread.
        call: usize,
    },
}

impl fmt::Display for Omitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(fault) => write!(f, "f{fault}"),
            Self::Thread(thread) => write!(f, "{thread}"),
            Self::Call { thread, call } => write!(f, "{thread}.{call}"),
        }
    }
}

impl Omitted {
    fn parse(text: &str) -> Option<Self> {
        let number = |digits: &str| digits.parse::<usize>().ok();
        let omitted = match (text.strip_prefix('f'), text.split_once('.')) {
            (Some(fault), _) => Self::Fault(number(fault)?),
            (None, Some((thread, call))) => Self::Call {
                thread: number(thread)?,
                call: number(call)?,
            },
            (None, None) => Self::Thread(number(text)?),
        };
        // Signs and leading zeros are other ways to write the same; there is one way.
        (omitted.to_string() == text).then_some(omitted)
    }

    /// Whether the workload has this part and it has calls to lose.
    fn is_in(self, workload: &Workload) -> bool {
        match self {
            Self::Fault(fault) => fault < workload.faults.len(),
            Self::Thread(thread) => thread < workload.threads.len(),
            Self::Call { thread, call } => {
                let thread = workload.threads.get(thread);
                thread.is_some_and(|thread| call < thread.calls.len())
            }
        }
    }
}

impl Scenario {
    /// The name of a smaller scenario as that of the whole and what is left out. A name that says
    /// nothing of the kind is that of the whole.
    pub fn split_name(name: &str) -> (&str, BTreeSet<Omitted>) {
        let mut whole = name;
        let mut omitted = BTreeSet::new();
        while let Some((before, last)) = whole.rsplit_once('~') {
            let Some(part) = Omitted::parse(last) else {
                break;
            };
            omitted.insert(part);
            whole = before;
        }
        (whole, omitted)
    }

    /// The scenario without these parts of it; itself if there are none. Its text is that of the
    /// whole, and what the text expects is of the whole, too. `None` if it has no such part.
    pub fn without(&self, omitted: &BTreeSet<Omitted>) -> Option<Self> {
        let whole = self.workload();
        if !omitted.iter().all(|part| part.is_in(whole)) {
            return None;
        }
        let mut smaller = self.clone();
        for part in omitted {
            smaller.name.push('~');
            smaller.name.push_str(&part.to_string());
        }
        smaller.workload = reduced(whole, omitted);
        Some(smaller)
    }
}

fn reduced(whole: &Workload, omitted: &BTreeSet<Omitted>) -> Workload {
    let mut workload = whole.clone();
    for (index, thread) in workload.threads.iter_mut().enumerate() {
        let calls = whole.threads[index].calls.iter().enumerate();
        let is_left_out = |place: usize, link: usize| {
            omitted.iter().any(|part| match *part {
                Omitted::Fault(_) => false,
                Omitted::Thread(thread) => thread == index,
                Omitted::Call { thread, call } => {
                    let same = thread == index && call <= place;
                    same && whole.threads[index].calls[call].link == link
                }
            })
        };
        let kept = calls.filter(|(place, call)| !is_left_out(*place, call.link));
        thread.calls = kept.map(|(_, call)| *call).collect();
    }
    let faults = whole.faults.iter().enumerate();
    let kept = faults.filter(|(index, _)| !omitted.contains(&Omitted::Fault(*index)));
    workload.faults = kept.map(|(_, fault)| *fault).collect();
    workload
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_is_left_out_and_is_read_back() {
        let omitted = BTreeSet::from([
            Omitted::Fault(0),
            Omitted::Thread(3),
            Omitted::Call { thread: 1, call: 2 },
        ]);

        assert_eq!(
            Scenario::split_name("a/b~f0~3~1.2"),
            ("a/b", omitted.clone())
        );
        for other in ["a/b", "a~b", "a/b~01", "a/b~+1", "a/b~1.", "a/b~f"] {
            assert_eq!(Scenario::split_name(other), (other, BTreeSet::new()));
        }
    }

    #[test]
    fn what_is_left_keeps_its_numbers() {
        let whole = Scenario::embedded("attach/five_types").unwrap();
        let omitted = BTreeSet::from([Omitted::Thread(1), Omitted::Thread(3)]);
        let smaller = whole.without(&omitted).unwrap();

        assert_eq!(smaller.name(), "attach/five_types~1~3");
        let calls = |scenario: &Scenario| -> Vec<usize> {
            let threads = scenario.workload().threads.iter();
            threads.map(|thread| thread.calls.len()).collect()
        };
        assert_eq!(
            (calls(&whole), calls(&smaller)),
            (vec![1; 5], vec![1, 0, 1, 0, 1])
        );
        assert_eq!(smaller.workload().links, whole.workload().links);
        assert_eq!(
            whole.without(&Scenario::split_name(smaller.name()).1),
            Some(smaller)
        );
    }

    #[test]
    fn what_is_not_there_cannot_be_left_out() {
        let whole = Scenario::embedded("attach/connect4_connect6").unwrap();
        for part in [
            Omitted::Thread(2),
            Omitted::Fault(0),
            Omitted::Call { thread: 0, call: 1 },
        ] {
            assert_eq!(whole.without(&BTreeSet::from([part])), None);
        }
    }
}
