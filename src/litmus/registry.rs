//! The book of the exploration that runs on this operating-system thread: who is which thread, who
//! has ended, and what was observed.
//!
//! A thread is known by its parent and its place among the children, which does not depend on the
//! interleaving. The first execution that starts it gives it the next free [`ThreadId`], and all
//! later executions of the exploration keep to that. All this is written and read between steps,
//! and no thread under test reads it, so nothing is lost by its being no shared object.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::hash::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher;

use crate::execution::Names;
use crate::execution::ObjectId;
use crate::execution::THREADS_MAX;
use crate::execution::ThreadId;
use crate::replay::ThreadLabels;
use crate::runtime::Runtime;
use crate::runtime::controlled::Controlled;

use super::rounds;

/// The path of the main thread. Its children count from 1, so that a path is an index wherever only
/// the main thread starts others.
const MAIN: &str = "main";

/// What was observed in one execution: values by name.
pub(super) type Observed = BTreeMap<String, String>;

/// The threads that one parent starts.
#[derive(Debug, Clone, Default)]
struct Children {
    /// All of them, for all executions, in the order of their starts.
    children: Vec<ThreadId>,
    /// How many have been started in this execution.
    born: usize,
}

/// What one thread leaves of an execution beside its steps.
#[derive(Debug, Default)]
struct Notes {
    observed: Observed,
    hidden: Option<u64>,
}

#[derive(Debug, Default)]
struct ThreadRegistry {
    /// Whether an execution is running or being started.
    open: bool,
    /// By parent: its children. The last parent is the start-up.
    families: Vec<Children>,
    /// The path of each thread, by index, for all executions.
    paths: Vec<String>,
    /// What the program calls its objects, for all executions.
    names: BTreeMap<ObjectId, String>,
    /// How many threads have been started and not come to their end, in this execution.
    unfinished: usize,
    observed: Observed,
    /// What each thread noted, and a hash of the values that it met and that no step shows.
    noted: BTreeMap<Option<ThreadId>, Notes>,
}

thread_local! {
    static BOOK: RefCell<ThreadRegistry> = RefCell::default();
}

fn with<O>(look: impl FnOnce(&mut ThreadRegistry) -> O) -> O {
    BOOK.with(|book| look(&mut book.borrow_mut()))
}

/// Forgets everything: another exploration begins.
///
/// # Panics
///
/// If a thread of one is running here.
#[track_caller]
pub(super) fn begin_exploration() {
    assert!(
        Controlled::current().is_none(),
        "an exploration begins inside of a program that is explored"
    );
    with(|book| *book = ThreadRegistry::default());
}

/// Another execution begins.
pub(super) fn begin_execution() {
    rounds::clear();
    with(|book| {
        book.open = true;
        book.families.resize(THREADS_MAX + 1, Children::default());
        for family in &mut book.families {
            family.born = 0;
        }
        book.unfinished = 0;
        book.observed.clear();
        book.noted.clear();
    });
}

/// Nothing can be made or started any more.
pub(super) fn close() {
    with(|book| book.open = false);
}

/// Refuses what is done outside of any execution: it would be shared between executions.
///
/// # Panics
///
/// If no execution is running.
#[track_caller]
pub(super) fn require_open(what: &str) {
    let open = with(|book| book.open);
    assert!(
        open,
        "{what} outside of an exploration: do it inside of the program that is explored, so that \
         every execution begins anew"
    );
    rounds::object_to(&format!("does more: {what}"));
}

/// The next thread that the caller starts.
///
/// # Panics
///
/// If there are [`THREADS_MAX`] already.
#[track_caller]
pub(super) fn next_thread() -> ThreadId {
    let parent = Controlled::current();
    let next = with(|book| book.next_thread(parent, false));
    next.unwrap_or_else(|| panic!("a program may start at most {THREADS_MAX} threads"))
}

/// The thread that runs the program's closure.
pub(super) fn main_thread() -> ThreadId {
    let next = with(|book| book.next_thread(None, true));
    next.expect("the first thread has room")
}

impl ThreadRegistry {
    fn next_thread(&mut self, parent: Option<ThreadId>, is_main: bool) -> Option<ThreadId> {
        let family = &mut self.families[parent.map_or(THREADS_MAX, ThreadId::index)];
        let place = family.born;
        family.born += 1;
        self.unfinished += 1;
        if let Some(&known) = family.children.get(place) {
            return Some(known);
        }
        let path = match parent.map(|parent| self.paths[parent.index()].as_str()) {
            None if is_main => MAIN.to_owned(),
            None => place.to_string(),
            Some(MAIN) => (place + 1).to_string(),
            Some(path) => format!("{path}.{place}"),
        };
        let thread = self.thread_at(&path)?;
        self.families[parent.map_or(THREADS_MAX, ThreadId::index)]
            .children
            .push(thread);
        Some(thread)
    }

    /// The thread with this path. One that has not been met gets the next free index.
    fn thread_at(&mut self, path: &str) -> Option<ThreadId> {
        let known = self.paths.iter().position(|known| known == path);
        let index = known.unwrap_or(self.paths.len());
        if index == THREADS_MAX {
            return None;
        }
        if known.is_none() {
            self.paths.push(path.to_owned());
        }
        Some(ThreadId::new(index))
    }
}

/// A thread has come to its end.
pub(super) fn finished() {
    with(|book| book.unfinished -= 1);
}

/// Whether every thread has come to its end.
pub(super) fn all_finished() -> bool {
    with(|book| book.unfinished == 0)
}

/// What the threads are called in a schedule: by their paths.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paths;

impl ThreadLabels for Paths {
    fn label(&self, thread: ThreadId) -> String {
        with(|book| book.paths[thread.index()].clone())
    }

    fn thread(&mut self, label: &str) -> Option<ThreadId> {
        let numbers = || label.split('.').all(|part| part.parse::<u8>().is_ok());
        let is_path = label == MAIN || numbers();
        is_path
            .then(|| with(|book| book.thread_at(label)))
            .flatten()
    }
}

/// Notes what the program calls an object.
pub(super) fn name(object: ObjectId, name: &str) {
    with(|book| {
        let known = book.names.entry(object);
        known.or_insert_with(|| name.to_owned());
    });
}

/// Notes whose end an object is.
pub(super) fn name_end(object: ObjectId, thread: ThreadId) {
    with(|book| {
        let path = &book.paths[thread.index()];
        let known = book.names.entry(object);
        known.or_insert_with(|| format!("thread {path}"));
    });
}

/// What the threads met so far are called, which is by their paths, and what the program calls its
/// objects.
pub(super) fn names() -> Names {
    with(|book| Names::of_labels(book.paths.clone(), book.names.clone()))
}

/// Notes a value under a name.
pub(super) fn observe(name: String, value: String) {
    rounds::object_to("does more: something was observed");
    let thread = Controlled::current();
    with(|book| {
        let notes = book.noted.entry(thread).or_default();
        notes.observed.insert(name.clone(), value.clone());
        book.observed.insert(name, value);
    });
}

/// Notes that a step met a value which does not show in its result.
pub(super) fn meet(value: u64) {
    let thread = Controlled::current();
    with(|book| {
        let notes = book.noted.entry(thread).or_default();
        let mut hasher = DefaultHasher::new();
        (notes.hidden, value).hash(&mut hasher);
        notes.hidden = Some(hasher.finish());
    });
}

/// Takes what was observed in this execution.
pub(super) fn take_observed() -> Observed {
    with(|book| std::mem::take(&mut book.observed))
}

/// What this execution left beside its steps, as a text: what each thread observed, a hash of the
/// values that it met and that no step shows. By thread, because equivalent executions agree on
/// that, whatever the order of their steps.
pub(super) fn noted() -> String {
    with(|book| {
        let mut parts = Vec::new();
        for (thread, notes) in &book.noted {
            let path = thread.map(|thread| book.paths[thread.index()].as_str());
            let path = path.unwrap_or("the end");
            let observed = notes.observed.iter();
            parts.extend(observed.map(|(name, value)| format!("{name}={value} of {path}")));
            let hidden = notes.hidden;
            parts.extend(hidden.map(|hash| format!("values of {path} with the hash {hash:016x}")));
        }
        parts.join(", ")
    })
}
