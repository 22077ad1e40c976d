//! Rounds of [`retry`](super::retry()): what a thread has looked at since one began, and what it
//! did that a round which fails must not do.
//!
//! # Why a round that fails may be left out
//!
//! It only looked. Locks that it took it gave back, with what they hold as it was. So the other
//! threads, and the thread itself, are as if the round had not been. One thing shows it: a try for
//! a lock that is refused because the round holds it. The lock notes that, and the thread learns it
//! when it gives the lock back. Such a round is *noticed*, and another one follows at once. Any
//! other is left out but for the last, and the thread is held back until an object that the round
//! looked at has changed since. If none ever does, another round would fail like this one.
//!
//! # What counts as a change
//!
//! Each object counts its own changes, as part of its value: a variable the steps that write it, a
//! lock the unlocks. A step that looks at an object depends on all that change it, so what it reads
//! of that number is the same in all equivalent executions.
//!
//! An unlock changes what its lock holds as far as anybody knows. Only the unlocks at the very end
//! of a round that fails do not, and these matter: two threads that take from one queue, and find
//! it empty, would wake each other for ever. So within a round an unlock is put off until the next
//! step of the thread, or to the end of the round. Nothing of the thread can be seen between.

use std::cell::Cell;
use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::execution::Access;
use crate::execution::Footprint;
use crate::execution::ObjectId;
use crate::execution::Step;
use crate::execution::StepResult;
use crate::execution::ThreadId;
use crate::execution::ThreadSet;
use crate::execution::Verb;
use crate::runtime::Runtime;
use crate::runtime::Shared;
use crate::runtime::Value;
use crate::runtime::controlled::Controlled;
use crate::runtime::controlled::Question;
use crate::runtime::controlled::steps_since;
use crate::runtime::controlled::steps_so_far;

use super::registry;

/// How often something happened to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Mark {
    /// It was changed.
    pub(super) changes: u32,
    /// A hold of it was ended, with a change or without.
    pub(super) unlocks: u32,
}

impl Mark {
    /// A hold is ended: with a change, as far as anybody knows, or certainly without.
    pub(super) fn count_unlock(&mut self, changed: bool) {
        self.unlocks += 1;
        self.changes += u32::from(changed);
    }
}

/// What counts its changes.
pub(super) trait Marked: Value {
    /// The counts. What they count depends on any step that looks at the object.
    fn mark(&self) -> Mark;
}

impl Marked for Mark {
    fn mark(&self) -> Mark {
        *self
    }
}

/// An object that counts its changes, whatever it is beside.
trait Counting {
    fn id(&self) -> ObjectId;
    fn count(&self) -> Mark;
}

impl<T: Marked> Counting for Shared<Controlled, T> {
    fn id(&self) -> ObjectId {
        Self::id(self)
    }

    fn count(&self) -> Mark {
        self.inspect(|value| value.mark())
    }
}

/// How a step of a round touched an object that counts its changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Touched {
    /// It looked at a variable, or took a lock, which shows what the lock holds.
    Looked,
    /// It was refused a lock.
    Refused,
    /// It gave a lock back; and whether somebody was refused it meanwhile.
    GaveBack { noticed: bool },
}

/// What a round has seen of an object.
struct Seen {
    /// What the program calls the object.
    label: ObjectId,
    object: Box<dyn Counting>,
    changes: u32,
    /// The number of unlocks when the round was refused the lock, if it was.
    refused: Option<u32>,
}

impl Question for Seen {
    fn object(&self) -> ObjectId {
        self.object.id()
    }

    /// Whether another round may see something else.
    fn ask(&self) -> bool {
        let now = self.object.count();
        now.changes != self.changes || self.refused.is_some_and(|then| now.unlocks != then)
    }
}

/// A round that has begun and not ended.
#[derive(Default)]
struct Round {
    /// How many steps the execution had when it began.
    since: usize,
    /// In the order in which they were looked at first.
    seen: Vec<Seen>,
    /// What was looked at last.
    last: Option<ObjectId>,
    /// Whether the round itself has met a change, or was noticed: another may follow at once.
    moved: bool,
    /// What it did, beside its steps, that a round which fails must not do.
    objection: Option<String>,
}

impl Round {
    fn touched<T: Marked>(
        &mut self,
        label: ObjectId,
        object: &Shared<Controlled, T>,
        how: Touched,
    ) {
        let now = object.count();
        let refused = (how == Touched::Refused).then_some(now.unlocks);
        if how == (Touched::GaveBack { noticed: true }) {
            self.moved = true;
        }
        if !matches!(how, Touched::GaveBack { .. }) {
            self.last = Some(label);
        }
        let known = self.seen.iter_mut().find(|seen| seen.label == label);
        let Some(seen) = known else {
            self.seen.push(Seen {
                label,
                object: Box::new(object.clone()),
                changes: now.changes,
                refused,
            });
            return;
        };
        match how {
            // Who holds a lock is the only one to change its number of changes.
            Touched::GaveBack { .. } => {}
            // A lock that was refused and is taken now has been given back meanwhile.
            Touched::Looked => self.moved |= seen.ask() || seen.refused.is_some(),
            Touched::Refused => self.moved |= seen.ask(),
        }
        seen.changes = now.changes;
        seen.refused = seen.refused.or(refused);
    }

    /// What it did that a round which fails must not do.
    fn objection(&self) -> Option<String> {
        let steps = steps_since(self.since);
        let mut held: Vec<ObjectId> = Vec::new();
        let wrong = steps.iter().find_map(|step| self.wrong(step, &mut held));
        let names = registry::names();
        let kept = || Some(format!("keeps {}", names.object(*held.first()?)));
        self.objection.clone().or(wrong).or_else(kept)
    }

    /// What is wrong with a step. `held` are the locks that the round has taken so far.
    fn wrong(&self, step: &Step, held: &mut Vec<ObjectId>) -> Option<String> {
        let (verb, object) = (step.operation.verb, step.operation.object);
        let name = object.map_or_else(String::new, |object| {
            registry::names().object(object).into_owned()
        });
        let looks = || step.footprint.iter().all(|it| it.access == Access::Read);
        let known = |object: ObjectId| {
            let mut seen = self.seen.iter();
            seen.any(|seen| seen.label == object || seen.object() == object)
        };
        let fine = match (verb, object) {
            (Verb::Load | Verb::SpinLoad | Verb::Swap, Some(object)) if known(object) => {
                if !looks() {
                    return Some(format!("writes {name}"));
                }
                true
            }
            // Another loop inside of this one was held back.
            (Verb::Retry, _) => step.footprint.iter().all(|it| known(it.object)),
            (Verb::Lock | Verb::LockShared, Some(object)) if known(object) => {
                held.push(object);
                !step.expired
            }
            (Verb::TryLock, Some(object)) if known(object) => {
                if step.result == StepResult::Value(1) {
                    return Some(format!("takes {name} by a try"));
                }
                true
            }
            (Verb::Unlock | Verb::UnlockShared, Some(object)) if known(object) => {
                let taken = held.iter().rposition(|held| *held == object);
                taken.map(|taken| held.remove(taken)).is_some()
            }
            (Verb::Store | Verb::Update | Verb::SpinSwap, Some(_)) => {
                return Some(format!("writes {name}"));
            }
            _ => false,
        };
        let does = || {
            format!(
                "takes the step {:?}",
                format!("{} {name}", verb.title()).trim()
            )
        };
        (!fine).then(does)
    }
}

/// An unlock that was put off. It is told whether it is to count as a change.
type Unlock = Box<dyn FnOnce(bool)>;

/// What is known of a thread that is in a round.
#[derive(Default)]
struct Track {
    /// The rounds, each inside of the one before.
    rounds: Vec<Round>,
    /// In the order in which they come.
    unlocks: Vec<Unlock>,
    /// How many steps the execution had when the first of them was put off.
    since: usize,
}

thread_local! {
    /// The threads that are in a round.
    static OPEN: Cell<ThreadSet> = const { Cell::new(ThreadSet::EMPTY) };
    static TRACKS: RefCell<BTreeMap<ThreadId, Track>> = const { RefCell::new(BTreeMap::new()) };
}

/// The thread that runs, if it is in a round.
fn inside() -> Option<ThreadId> {
    let open = OPEN.with(Cell::get);
    if open.is_empty() {
        // By far the most frequent case.
        return None;
    }
    Controlled::current().filter(|&thread| open.contains(thread))
}

/// Looks at the track of the thread that runs, if it is in a round.
fn track<O>(look: impl FnOnce(&mut Track) -> O) -> Option<O> {
    let thread = inside()?;
    TRACKS.with(|tracks| tracks.borrow_mut().get_mut(&thread).map(look))
}

/// Whether the thread that runs is in a round.
pub(super) fn is_inside() -> bool {
    inside().is_some()
}

/// Forgets everything: another execution begins.
pub(super) fn clear() {
    OPEN.with(|open| open.set(ThreadSet::EMPTY));
    TRACKS.with(|tracks| tracks.borrow_mut().clear());
}

/// The thread that runs is about to take a step: the unlocks that were put off come first.
pub(super) fn before_step() {
    if is_inside() {
        give_back(true);
    }
}

/// The thread that runs has touched an object in a step just now.
pub(super) fn touched<T: Marked>(
    label: ObjectId,
    object: &Shared<Controlled, T>,
    how: impl FnOnce() -> Touched,
) {
    if is_inside() {
        let how = how();
        track(|track| {
            for round in &mut track.rounds {
                round.touched(label, object, how);
            }
        });
    }
}

/// The thread that runs does something beside its steps that a round which fails must not do.
pub(super) fn object_to(what: &str) {
    track(|track| {
        for round in &mut track.rounds {
            round.objection.get_or_insert_with(|| what.to_owned());
        }
    });
}

/// Puts an unlock off, if the thread that runs is in a round; takes it at once otherwise.
pub(super) fn unlock(unlock: impl FnOnce(bool) + 'static) {
    if is_inside() && !std::thread::panicking() {
        track(|track| {
            if track.unlocks.is_empty() {
                track.since = steps_so_far();
            }
            track.unlocks.push(Box::new(unlock));
        });
    } else {
        unlock(true);
    }
}

/// Takes the unlocks that were put off.
///
/// # Panics
///
/// If the thread has taken another step meanwhile, which is then none of the types of this module.
fn give_back(changes: bool) {
    let put_off = track(|track| (std::mem::take(&mut track.unlocks), track.since));
    let Some((unlocks, since)) = put_off.filter(|(unlocks, _)| !unlocks.is_empty()) else {
        return;
    };
    assert!(
        since == steps_so_far() || std::thread::panicking(),
        "a round of `retry` gives a lock back and then takes a step that is none of \
         `selvedge::litmus`: take it outside of the round"
    );
    for unlock in unlocks {
        unlock(changes);
    }
}

/// A round of the thread that runs: from its beginning until it is dropped.
pub(super) struct Open(ThreadId);

/// Begins a round. `None` where no thread runs, but the start-up or the look at the end.
pub(super) fn begin() -> Option<Open> {
    let thread = Controlled::current()?;
    before_step();
    OPEN.with(|open| open.set(open.get().union(ThreadSet::only(thread))));
    TRACKS.with(|tracks| {
        let mut tracks = tracks.borrow_mut();
        tracks.entry(thread).or_default().rounds.push(Round {
            since: steps_so_far(),
            ..Round::default()
        });
    });
    Some(Open(thread))
}

/// What a thread waits for that is held back.
pub(super) struct Watched {
    /// What the round looked at, in the order of the first looks.
    pub(super) questions: Vec<Box<dyn Question>>,
    /// What it looked at last, by what the program calls it.
    pub(super) last: Option<ObjectId>,
}

impl Open {
    /// Ends a round that succeeds.
    pub(super) fn succeed(self) {
        give_back(true);
        drop(self);
    }

    /// Ends a round that fails: what the thread waits for before the next, `None` if for nothing.
    ///
    /// # Errors
    ///
    /// What the round did that one which fails must not do.
    pub(super) fn fail(self) -> Result<Option<Watched>, String> {
        give_back(false);
        let round = track(|track| track.rounds.pop().map(|round| (round.objection(), round)));
        let (objection, round) = round.flatten().expect("internal bug: a round is open");
        std::mem::forget(self);
        settle();
        if let Some(objection) = objection {
            return Err(format!(
                "a round of `retry` that fails may only look, and take locks and give them back: \
                 this one {objection}"
            ));
        }
        if round.moved {
            return Ok(None);
        }
        let looked = round.seen.len();
        if looked > Footprint::CAPACITY {
            return Err(format!(
                "a round of `retry` that fails has looked at {looked} objects, which is more than \
                 the {} that a thread can be held back for: put what belongs together into one \
                 object",
                Footprint::CAPACITY
            ));
        }
        let question = |seen| -> Box<dyn Question> { Box::new(seen) };
        let questions = round.seen.into_iter();
        Ok(Some(Watched {
            questions: questions.map(question).collect(),
            last: round.last,
        }))
    }
}

/// A thread has left a round: it may have left the last.
fn settle() {
    let left = track(|track| track.rounds.is_empty()) == Some(true);
    if let Some(thread) = inside().filter(|_| left) {
        TRACKS.with(|tracks| tracks.borrow_mut().remove(&thread));
        OPEN.with(|open| open.set(open.get().difference(ThreadSet::only(thread))));
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        // A panic of the round, or the end of an execution that was cut off: the locks come free.
        if inside() == Some(self.0) {
            give_back(true);
            track(|track| track.rounds.pop());
            settle();
        }
    }
}
