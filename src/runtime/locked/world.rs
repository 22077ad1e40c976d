//! What belongs to one execution and is not modelled: its log, its choices, its names.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use parking_lot::Mutex;
use parking_lot::MutexGuard;

use crate::execution::Blocked;
use crate::execution::End;
use crate::execution::Execution;
use crate::execution::Fact;
use crate::execution::FactRecord;
use crate::execution::FinalState;
use crate::execution::Footprint;
use crate::execution::ObjectId;
use crate::execution::ObjectKind;
use crate::execution::Operation;
use crate::execution::Step;
use crate::execution::THREADS_MAX;
use crate::execution::ThreadId;
use crate::runtime::ChoiceKey;
use crate::runtime::ChoiceKind;
use crate::runtime::Script;
use crate::runtime::Waiting;
use crate::runtime::Waits;
use crate::runtime::names::Names;
use crate::runtime::panics;

use super::Body;
use super::Platform;

/// Who makes the choices of an execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chooser {
    /// A script.
    Script(Script),
    /// A number: each choice follows from it and the choice's key.
    Seed(u64),
}

impl Chooser {
    fn choose(&mut self, key: ChoiceKey, alternatives: u8) -> u8 {
        match self {
            Self::Script(script) => script.consult(key, alternatives),
            Self::Seed(seed) => {
                let thread = u64::from(key.thread.byte());
                let kind = u64::from(key.kind == ChoiceKind::Expiry);
                let place = thread << 40 | kind << 32 | u64::from(key.occurrence);
                let drawn = spread(*seed ^ spread(place)) % u64::from(alternatives);
                u8::try_from(drawn).expect("below the number of alternatives")
            }
        }
    }
}

/// The finaliser of `SplitMix64` (Steele, Lea, Flood, 2014): alike numbers become unlike.
const fn spread(number: u64) -> u64 {
    let number = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

/// What a thread's own facts and steps are, and how far it has come.
#[derive(Debug, Default)]
pub(super) struct Log {
    names: Names,
    /// Each with its number in the order of all steps.
    steps: Vec<(u64, Step)>,
    /// Each with the number of the step that it follows; [`INSIDE`] until that step is over.
    facts: Vec<(u64, Fact)>,
    /// The number of the last step; before the first, of the step that started the thread.
    last: u64,
    choices: u32,
    waits: u32,
    /// What the thread sleeps in.
    sleeps: Option<(Operation, Waiting)>,
}

/// Stands in for the number of a step that is not over.
const INSIDE: u64 = u64::MAX;

impl Log {
    pub(super) fn fresh(&mut self, maker: Option<ThreadId>, kind: ObjectKind) -> Option<ObjectId> {
        self.names.fresh(maker, kind)
    }

    pub(super) const fn last(&self) -> u64 {
        self.last
    }

    /// The nth choice of the thread this is, from 0.
    pub(super) const fn next_choice(&mut self) -> u32 {
        self.choices += 1;
        self.choices - 1
    }

    /// The nth finite wait of the thread this is, from 0, if it is one.
    pub(super) fn next_wait(&mut self, waiting: Waiting) -> u32 {
        let before = self.waits;
        self.waits += u32::from(waiting == Waiting::Finite);
        before
    }

    /// The facts from inside a step follow it.
    fn place_facts(&mut self) {
        let inside = self.facts.iter_mut().rev();
        inside
            .take_while(|(after, _)| *after == INSIDE)
            .for_each(|(after, _)| *after = self.last);
    }

    pub(super) const fn asleep(&mut self, operation: Operation, waiting: Waiting) {
        self.sleeps = Some((operation, waiting));
    }

    pub(super) const fn awake(&mut self) {
        self.sleeps = None;
    }
}

/// One execution, as far as it is not modelled.
pub struct World<P: Platform> {
    pub(super) crew: P::Crew,
    waits: Waits,
    /// Whether steps and facts are logged.
    records: AtomicBool,
    /// The number of the last step.
    clock: AtomicU64,
    chooser: Mutex<Chooser>,
    /// By thread index; the last is the start-up.
    logs: Vec<Mutex<Log>>,
    /// The panic of a thread under test, if one panicked: of several that of the least index.
    panicked: Mutex<Option<(ThreadId, String)>>,
    /// The threads that the start-up started.
    kept: Mutex<Vec<(ThreadId, Body)>>,
}

impl<P: Platform> fmt::Debug for World<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").finish_non_exhaustive()
    }
}

impl<P: Platform> World<P> {
    pub(super) fn new(crew: P::Crew, waits: Waits, chooser: Chooser, records: bool) -> Self {
        Self {
            crew,
            waits,
            records: AtomicBool::new(records),
            clock: AtomicU64::new(0),
            chooser: Mutex::new(chooser),
            logs: (0..=THREADS_MAX).map(|_| Mutex::default()).collect(),
            panicked: Mutex::new(None),
            kept: Mutex::new(Vec::new()),
        }
    }

    /// Logs nothing more: the execution has ended.
    #[cfg(feature = "second-opinions")]
    pub(super) fn close(&self) {
        self.records.store(false, Ordering::Relaxed);
    }

    pub(super) const fn waits(&self) -> Waits {
        self.waits
    }

    /// How many steps have been taken.
    pub(super) fn steps(&self) -> u64 {
        self.clock.load(Ordering::Relaxed)
    }

    pub(super) fn choose(
        &self,
        thread: ThreadId,
        kind: ChoiceKind,
        occurrence: u32,
        alternatives: u8,
    ) -> u8 {
        let key = ChoiceKey {
            thread,
            kind,
            occurrence,
        };
        self.chooser.lock().choose(key, alternatives)
    }

    /// A thread is about to be started, behind the step of this number.
    pub(super) fn enlist(&self, thread: ThreadId, after: u64) {
        self.logs[thread.index()].lock().last = after;
        P::enlist(self, thread);
    }

    pub(super) fn keep_for_the_start(&self, thread: ThreadId, body: Body) {
        self.kept.lock().push((thread, body));
    }

    /// The threads that the start-up started, in order.
    pub(super) fn take_kept(&self) -> Vec<(ThreadId, Body)> {
        std::mem::take(&mut *self.kept.lock())
    }

    /// A thread under test panicked.
    pub(super) fn panicked(&self, thread: ThreadId, message: String) {
        panics::keep_least(&mut self.panicked.lock(), thread, message);
    }

    /// Who sleeps in what, and how it waits, in order of thread.
    pub(super) fn sleeping(&self) -> Vec<(Blocked, Waiting)> {
        let sleeps = |(index, log): (usize, &Mutex<Log>)| {
            let (operation, waiting) = log.lock().sleeps?;
            let thread = ThreadId::new(index);
            Some((Blocked { thread, operation }, waiting))
        };
        let logs = self.logs.iter().take(THREADS_MAX).enumerate();
        logs.filter_map(sleeps).collect()
    }

    /// How an execution ended in which nothing runs any more.
    pub(super) fn end(&self) -> End {
        if let Some((thread, message)) = self.panicked.lock().clone() {
            return End::Panicked { thread, message };
        }
        let blocked: Vec<Blocked> = self.sleeping().into_iter().map(|(who, _)| who).collect();
        End::stuck(blocked)
    }

    /// What made the choices, with what it met.
    #[cfg(feature = "second-opinions")]
    pub(super) fn chooser(&self) -> Chooser {
        self.chooser.lock().clone()
    }

    /// The execution, when nothing runs any more. Its log is gone from here.
    pub(super) fn execution(&self, end: End, rest: FinalState) -> Execution {
        let mut steps: Vec<(u64, Step)> = Vec::new();
        let mut facts: Vec<(u64, Option<ThreadId>, Fact)> = Vec::new();
        for index in std::iter::once(THREADS_MAX).chain(0..THREADS_MAX) {
            let mut log = self.logs[index].lock();
            let thread = (index < THREADS_MAX).then(|| ThreadId::new(index));
            steps.append(&mut log.steps);
            facts.extend(
                log.facts
                    .drain(..)
                    .map(|(after, fact)| (after, thread, fact)),
            );
        }
        steps.sort_unstable_by_key(|(number, _)| *number);
        facts.sort_by_key(|(after, ..)| *after);
        let place = |(after, thread, fact): (u64, Option<ThreadId>, Fact)| {
            let after = steps.partition_point(|(number, _)| *number <= after);
            FactRecord {
                after: u32::try_from(after).expect("few steps"),
                thread,
                fact,
            }
        };
        let facts = facts.into_iter().map(place).collect();
        Execution {
            steps: steps.into_iter().map(|(_, step)| step).collect(),
            facts,
            end,
            rest,
        }
    }
}

/// Who runs on a thread.
pub struct Current<P: Platform> {
    pub(super) world: Arc<World<P>>,
    /// `None` is the start-up, or the look at what is left.
    pub(super) thread: Option<ThreadId>,
    /// Whether the body of a step is running.
    inside: Cell<bool>,
}

impl<P: Platform> fmt::Debug for Current<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Current")
            .field("thread", &self.thread)
            .finish_non_exhaustive()
    }
}

impl<P: Platform> Current<P> {
    pub(super) const fn new(world: Arc<World<P>>, thread: Option<ThreadId>) -> Self {
        Self {
            world,
            thread,
            inside: Cell::new(false),
        }
    }

    pub(super) fn log(&self) -> MutexGuard<'_, Log> {
        let index = self.thread.map_or(THREADS_MAX, ThreadId::index);
        self.world.logs[index].lock()
    }

    /// Refuses what may not happen inside a step.
    pub(super) fn require_outside(&self) {
        assert!(!self.inside.get(), "a step was taken inside another step");
    }

    /// Runs the body of a step, or asks whether it is ready. Neither may take a step.
    pub(super) fn inside<O>(&self, body: impl FnOnce() -> O) -> O {
        struct Leave<'c>(&'c Cell<bool>);
        impl Drop for Leave<'_> {
            fn drop(&mut self) {
                self.0.set(false);
            }
        }
        self.require_outside();
        self.inside.set(true);
        let leave = Leave(&self.inside);
        let result = body();
        drop(leave);
        result
    }

    /// Logs a step. To be called while its objects are open: its number is drawn here.
    pub(super) fn record_step(&self, step: Step) {
        let number = 1 + self.world.clock.fetch_add(1, Ordering::Relaxed);
        let mut log = self.log();
        log.last = number;
        if self.world.records.load(Ordering::Relaxed) {
            log.steps.push((number, step));
            log.place_facts();
        }
    }

    /// Adds to the thread's last step what another did that ran behind it, unscheduled.
    pub(super) fn step_unscheduled(&self, footprint: Footprint) {
        let mut log = self.log();
        if let Some((_, step)) = log.steps.last_mut() {
            step.footprint = step.footprint.union(footprint);
        }
        log.place_facts();
    }

    pub(super) fn record_fact(&self, fact: Fact) {
        if self.world.records.load(Ordering::Relaxed) {
            let mut log = self.log();
            let after = if self.inside.get() && self.thread.is_some() {
                INSIDE
            } else {
                log.last
            };
            log.facts.push((after, fact));
        }
    }
}
