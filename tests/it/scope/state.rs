//! The states of a program: where each thread stands, what it has seen, and what objects hold.

use std::hash::Hash;
use std::hash::Hasher;

use super::code::Code;
use super::code::Op;
use super::code::Patience;
use super::code::See;
use super::digest::Digest;

/// How many threads, variables and locks a program may have, and how much a thread may see.
const THREADS: usize = 8;
const VARIABLES: usize = 8;
const LOCKS: usize = 6;
const SEEN: usize = 16;

/// One state. Equal states have the same future and the same past as far as threads saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct State {
    at: [u8; THREADS],
    /// A bit for each thread that was started and has not ended.
    alive: u8,
    /// A bit for each thread that panicked.
    panicked: u8,
    events: u8,
    /// A bit for each thread that said that it ended.
    ended: u8,
    local: [u8; THREADS],
    variables: [u8; VARIABLES],
    /// The readers, and [`WRITER`].
    locks: [u8; LOCKS],
    queue: List,
    /// A bit for each thread that was woken from the queue.
    woken: u8,
    /// A bit for each thread that waits for a notification.
    waiting: u8,
    /// For each notification, oldest first, the threads that may take it.
    notifications: List,
    seen: [Seen; THREADS],
}

const WRITER: u8 = 128;

/// What a thread has seen, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Seen {
    count: u8,
    values: [u8; SEEN - 1],
}

/// A few numbers in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
struct List {
    count: u8,
    items: [u8; THREADS - 1],
}

impl List {
    fn items(&self) -> &[u8] {
        &self.items[..usize::from(self.count)]
    }

    fn push(&mut self, item: u8) {
        self.items[usize::from(self.count)] = item;
        self.count += 1;
    }

    fn remove(&mut self, place: usize) -> u8 {
        let item = self.items[place];
        self.items.copy_within(place + 1.., place);
        self.items[THREADS - 2] = 0;
        self.count -= 1;
        item
    }
}

/// How a thread may go on in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ability {
    Ready,
    /// Its wait may expire.
    Expiring,
    Blocked,
}

/// Something does not fit into a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooLarge;

impl State {
    /// The beginning of a program.
    pub(crate) fn start(code: &Code) -> Result<Self, TooLarge> {
        let sizes = code.sizes;
        let fits = usize::from(sizes.threads) < THREADS
            && usize::from(sizes.variables) <= VARIABLES
            && usize::from(sizes.locks) <= LOCKS
            && sizes.events <= 8
            && sizes.conditions <= 1
            && sizes.waiters <= 1;
        if !fits {
            return Err(TooLarge);
        }
        let mut state = Self {
            at: [0; THREADS],
            alive: 0,
            panicked: 0,
            events: 0,
            ended: 0,
            local: [0; THREADS],
            variables: [0; VARIABLES],
            locks: [0; LOCKS],
            queue: List::default(),
            woken: 0,
            waiting: 0,
            notifications: List::default(),
            seen: [Seen {
                count: 0,
                values: [0; SEEN - 1],
            }; THREADS],
        };
        for thread in 0..code.roots {
            state.begin(code, thread);
        }
        Ok(state)
    }

    fn begin(&mut self, code: &Code, thread: usize) {
        self.alive |= 1 << thread;
        self.settle(code, thread);
    }

    /// Takes what is no step, up to the next step or the end of the thread.
    fn settle(&mut self, code: &Code, thread: usize) {
        loop {
            let Some(instruction) = code.threads[thread].get(usize::from(self.at[thread])) else {
                self.alive &= !(1 << thread);
                return;
            };
            if instruction.op != Op::Require {
                return;
            }
            if self.local[thread] == 0 {
                self.alive &= !(1 << thread);
                self.panicked |= 1 << thread;
                return;
            }
            self.at[thread] = instruction.yes;
        }
    }

    /// The threads that have not ended.
    pub(crate) fn alive(&self) -> impl Iterator<Item = usize> + use<> {
        let alive = self.alive;
        (0..THREADS).filter(move |thread| alive & 1 << thread != 0)
    }

    pub(crate) fn op(&self, code: &Code, thread: usize) -> Op {
        code.threads[thread][usize::from(self.at[thread])].op
    }

    /// How a thread may go on, if every wait that may expire may do so now.
    pub(crate) fn ability(&self, code: &Code, thread: usize) -> Ability {
        let op = self.op(code, thread);
        let patient = |ready: bool, patience| match (ready, patience) {
            (true, _) => Ability::Ready,
            (false, Patience::MayExpire) => Ability::Expiring,
            (false, Patience::Endless) => Ability::Blocked,
        };
        let forever = |ready| patient(ready, Patience::Endless);
        let free = |lock: u8| self.locks[usize::from(lock)] == 0;
        let is_set = |event: u8| self.events & 1 << event != 0;
        let mine = 1 << thread;
        match op {
            Op::SpinLoad(variable) => forever(self.variables[usize::from(variable)] != 0),
            Op::SpinSwap(variable) => forever(self.variables[usize::from(variable)] == 0),
            Op::Acquire(lock, patience) => patient(free(lock), patience),
            Op::AcquireShared(lock) => forever(self.locks[usize::from(lock)] & WRITER == 0),
            Op::Wait(event, patience) => patient(is_set(event), patience),
            Op::Either(both) | Op::EitherIncrement(both) => forever(is_set(both) || free(both)),
            Op::Both(both) => forever(is_set(both) && free(both)),
            Op::Dequeue(lock) => forever(self.woken & mine != 0 && free(lock)),
            Op::Leave(patience) => {
                let mut sets = self.notifications.items().iter();
                patient(sets.any(|set| set & mine != 0), patience)
            }
            Op::Join(other) => forever(self.ended & 1 << other != 0),
            Op::Load(_)
            | Op::IsZero(_)
            | Op::Store(..)
            | Op::StoreLocal(..)
            | Op::Increment(_)
            | Op::Swap(_)
            | Op::TryAcquire(_)
            | Op::Release(_)
            | Op::TryShared(_)
            | Op::ReleaseShared(_)
            | Op::Set(_)
            | Op::Clear(_)
            | Op::Choose(_)
            | Op::Queue(_)
            | Op::WakeQueue(_)
            | Op::Enter(_)
            | Op::Notify(_)
            | Op::Start(_)
            | Op::End(_)
            | Op::Require => Ability::Ready,
        }
    }

    /// Takes the step of a thread that is able to. `choice` counts where there is one.
    pub(crate) fn step(
        &mut self,
        code: &Code,
        thread: usize,
        (expired, choice): (bool, u8),
    ) -> Result<(), TooLarge> {
        let instruction = code.threads[thread][usize::from(self.at[thread])];
        let (answer, value) = if expired {
            if matches!(instruction.op, Op::Leave(_)) {
                self.leave(thread);
            }
            (false, 0)
        } else {
            self.perform(code, thread, (instruction.op, choice))
        };
        let sees = match instruction.see {
            See::Nothing => None,
            See::Value => Some(value),
            See::Answer => Some(u8::from(answer)),
            See::Success => answer.then_some(1),
            See::Found(number) => answer.then_some(number),
        };
        if let Some(value) = sees {
            self.local[thread] = value;
            let own = &mut self.seen[thread];
            let slot = own.values.get_mut(usize::from(own.count));
            *slot.ok_or(TooLarge)? = value;
            own.count += 1;
        }
        self.at[thread] = if answer {
            instruction.yes
        } else {
            instruction.no
        };
        self.settle(code, thread);
        Ok(())
    }

    /// The effect of an instruction that does not expire: its answer, and a value.
    fn perform(&mut self, code: &Code, thread: usize, (op, choice): (Op, u8)) -> (bool, u8) {
        let mine = 1_u8 << thread;
        match op {
            Op::Load(_)
            | Op::IsZero(_)
            | Op::Store(..)
            | Op::StoreLocal(..)
            | Op::Increment(_)
            | Op::Swap(_)
            | Op::SpinLoad(_)
            | Op::SpinSwap(_) => return self.access(thread, op),
            Op::Acquire(lock, _) => self.locks[usize::from(lock)] = WRITER,
            Op::TryAcquire(lock) => {
                let lock = &mut self.locks[usize::from(lock)];
                let free = *lock == 0;
                *lock |= WRITER * u8::from(free);
                return (free, 0);
            }
            Op::TryShared(lock) => {
                let lock = &mut self.locks[usize::from(lock)];
                let shared = *lock & WRITER == 0;
                *lock += u8::from(shared);
                return (shared, 0);
            }
            Op::Release(lock) => self.locks[usize::from(lock)] &= !WRITER,
            Op::AcquireShared(lock) => self.locks[usize::from(lock)] += 1,
            Op::ReleaseShared(lock) => self.locks[usize::from(lock)] -= 1,
            Op::Set(event) => self.events |= 1 << event,
            Op::Clear(event) => self.events &= !(1 << event),
            Op::Either(event) => return (true, self.events >> event & 1),
            Op::EitherIncrement(variable) => {
                return self.access(thread, Op::Increment(variable));
            }
            Op::Choose(_) => return (true, choice),
            Op::Queue(lock) => {
                self.locks[usize::from(lock)] &= !WRITER;
                self.queue.push(u8::try_from(thread).expect("few threads"));
            }
            Op::Dequeue(lock) => {
                self.woken &= !mine;
                self.locks[usize::from(lock)] = WRITER;
            }
            Op::WakeQueue(all) => {
                let count = if all {
                    self.queue.count
                } else {
                    self.queue.count.min(1)
                };
                for _ in 0..count {
                    self.woken |= 1 << self.queue.remove(0);
                }
            }
            Op::Enter(lock) => {
                self.locks[usize::from(lock)] &= !WRITER;
                self.waiting |= mine;
            }
            Op::Leave(_) => self.leave(thread),
            Op::Notify(all) => self.notify(all),
            Op::Start(other) => self.begin(code, usize::from(other)),
            Op::End(own) => self.ended |= 1 << own,
            Op::Wait(..) | Op::Both(_) | Op::Join(_) | Op::Require => {}
        }
        (true, 0)
    }

    /// The effect of an instruction on a variable.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the caller looks")]
    fn access(&mut self, thread: usize, op: Op) -> (bool, u8) {
        let local = self.local[thread];
        let variables = &mut self.variables;
        match op {
            Op::Load(variable) | Op::SpinLoad(variable) => {
                return (true, variables[usize::from(variable)]);
            }
            Op::IsZero(variable) => return (variables[usize::from(variable)] == 0, 0),
            Op::Store(variable, value) => variables[usize::from(variable)] = value,
            Op::StoreLocal(variable, more) => variables[usize::from(variable)] = local + more,
            Op::Increment(variable) => {
                let value = &mut variables[usize::from(variable)];
                *value += 1;
                return (true, *value);
            }
            Op::Swap(variable) | Op::SpinSwap(variable) => {
                let value = &mut variables[usize::from(variable)];
                let free = *value == 0;
                if free {
                    *value = 1;
                }
                return (free, 0);
            }
            _ => unreachable!("an instruction on no variable"),
        }
        (true, 0)
    }

    /// A notification that would find nobody to wake is lost.
    fn notify(&mut self, all: bool) {
        let sleepers = self.waiting.count_ones();
        if u32::from(self.notifications.count) >= sleepers {
            return;
        }
        if all {
            self.notifications = List::default();
            for _ in 0..sleepers {
                self.notifications.push(self.waiting);
            }
        } else {
            self.notifications.push(self.waiting);
        }
    }

    /// The thread waits no longer, and takes the oldest notification that it may.
    fn leave(&mut self, thread: usize) {
        let mine = 1 << thread;
        let mut sets = self.notifications.items().iter();
        if let Some(place) = sets.position(|set| set & mine != 0) {
            self.notifications.remove(place);
        }
        self.waiting &= !mine;
        for set in &mut self.notifications.items {
            *set &= !mine;
        }
    }

    /// The outcome, if nothing can go on: see [`super::outcome`] for the numbers.
    pub(crate) fn outcome(&self, code: &Code, words: &mut Vec<u32>) {
        words.clear();
        let spins = |thread| matches!(self.op(code, thread), Op::SpinLoad(_) | Op::SpinSwap(_));
        let end = match (self.panicked, self.alive) {
            (0, 0) => 0,
            (0, _) if self.alive().all(spins) => 2,
            (0, _) => 1,
            (_, _) => 3,
        };
        // Of several threads that panic, an execution ends in the panic of the first by index.
        let least = self.panicked & self.panicked.wrapping_neg();
        let who = if end == 3 { least } else { self.alive };
        words.extend([end, u32::from(who)]);
        let sizes = code.sizes;
        let count = usize::from;
        let variables = &self.variables[..count(sizes.variables)];
        words.extend(variables.iter().map(|&value| u32::from(value)));
        let lock = |&lock: &u8| u32::from(lock & !WRITER) + 256 * u32::from(lock / WRITER);
        words.extend(self.locks[..count(sizes.locks)].iter().map(lock));
        let bits = |mask: u8, count: u16| (0..count).map(move |bit| u32::from(mask >> bit & 1));
        words.extend(bits(self.events, sizes.events));
        words.extend(bits(self.ended, sizes.threads));
        let digits = |list: &List, bits: u32, more: u32| {
            let items = list.items().iter();
            items.fold(0_u32, |word, &item| word << bits | (u32::from(item) + more))
        };
        if sizes.conditions > 0 {
            words.extend([digits(&self.queue, 4, 1), u32::from(self.woken)]);
        }
        if sizes.waiters > 0 {
            words.extend([u32::from(self.waiting), digits(&self.notifications, 8, 0)]);
        }
        for thread in 0..count(sizes.threads) {
            let seen = &self.seen[thread];
            words.push(u32::from(seen.count));
            let values = &seen.values[..count(u16::from(seen.count))];
            words.extend(values.iter().map(|&value| u32::from(value)));
        }
    }

    /// A number that stands for the state.
    pub(crate) fn digest(&self) -> u128 {
        let mut digest = Digest::default();
        self.hash(&mut digest);
        let _ = digest.finish();
        digest.whole()
    }
}
