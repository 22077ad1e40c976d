//! What can be wrong with a scenario that is well-formed TOML.

use std::ops::Range;

use thiserror::Error;
use toml::Spanned;

use crate::attach::FaultPoint;
use crate::strategy::UnknownStrategy;
use crate::wfp::CircumstancesError;
use crate::wfp::EngineFault;
use crate::wfp::NamedProfile;

use super::ExpectedVerdict;

/// A rule of scenarios that a file breaks. The message says what to do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Flaw {
    /// The text has nothing but white space.
    #[error("the file is empty; begin with summary = \"what happens\" and pipeline = \"a1\"")]
    Empty,
    /// The summary is blank or has a control character, such as the end of a line.
    #[error("the summary is not one line of text; write one line that says what happens")]
    Summary,
    /// No profile has this name.
    #[error("unknown profile `{0}`; known are {known}", known = known_profiles())]
    UnknownProfile(String),
    /// A reading, or its question, is unknown.
    #[error(transparent)]
    Reading(CircumstancesError),
    /// More calls of the engine shall fail than may.
    #[error("{count} engine faults are more than the {max} that are allowed; lower the number")]
    TooManyEngineFaults {
        /// How many there are.
        count: u32,
        /// How many there may be.
        max: u32,
    },
    /// No fault of the engine has this name.
    #[error("unknown engine fault `{0}`; known are {known}", known = known_engine_faults())]
    UnknownEngineFault(String),
    /// Kinds of faults, but no call that may fail; or no kind.
    #[error(
        "`engine_fault_kinds` is of no use without `engine_faults` and a kind; say how many calls \
         may fail, or remove the key"
    )]
    NoEngineFaults,
    /// `strategies` is there and empty.
    #[error("`strategies` is empty; name one, or leave the key out to mean all presets")]
    NoStrategies,
    /// No strategy has this name.
    #[error(transparent)]
    UnknownStrategy(#[from] UnknownStrategy),
    /// A strategy is named twice.
    #[error("the strategy `{0}` is named twice; remove one of the two")]
    StrategyTwice(String),
    /// There is no link.
    #[error("there is no `[[link]]`; add one with a `name` and the type it is to `attach`")]
    NoLinks,
    /// There are more links than the calls of all threads could use.
    #[error("{count} links are more than the {max} that are allowed; remove some")]
    TooManyLinks {
        /// How many there are.
        count: usize,
        /// How many there may be.
        max: usize,
    },
    /// The name of a link is empty or has other characters.
    #[error("the link name `{0}` is not made of a-z, 0-9, `_` and `-`; rename it")]
    LinkName(String),
    /// Two links have one name.
    #[error("two links are called `{0}`; rename one of them")]
    LinkTwice(String),
    /// A link is neither attached nor in any call.
    #[error("no call uses the link `{0}`; remove it, or say `attached = true`")]
    LinkUnused(String),
    /// There is no thread.
    #[error("there is no `[[thread]]`; add one with its `calls`")]
    NoThreads,
    /// Threads and work items are more than an execution can have.
    #[error(
        "{threads} threads with {work_items} work items for their links are more than the {max} \
         that one execution can have; remove threads or calls"
    )]
    TooManyThreads {
        /// How many threads the file has.
        threads: usize,
        /// How many work items their links may need.
        work_items: usize,
        /// How many of both there may be.
        max: usize,
    },
    /// The name of a thread is empty, long, or has a control character.
    #[error("the thread name `{0}` is not 1 to {1} plain characters; shorten it or leave it out")]
    ThreadName(String, usize),
    /// A thread has no call.
    #[error("the thread has no call; add one such as {{ attach = \"a\" }} or remove the thread")]
    NoCalls,
    /// A thread has too many calls.
    #[error("{count} calls are more than the {max} that a thread may have; remove some")]
    TooManyCalls {
        /// How many there are.
        count: usize,
        /// How many there may be.
        max: usize,
    },
    /// A call says both `attach` and `detach`, or neither.
    #[error(
        "a call is either {{ attach = \"link\" }} or {{ detach = \"link\" }}; write one of them"
    )]
    AttachOrDetach,
    /// No link has this name.
    #[error("unknown link `{name}`; the links are {known}: correct the name or add a `[[link]]`")]
    UnknownLink {
        /// The name.
        name: String,
        /// The names of the first links.
        known: String,
    },
    /// Two threads use one link.
    #[error(
        "the link `{name}` is used by thread {first} and by thread {second}, and a link is used by \
         one thread only; give each its own `[[link]]`"
    )]
    LinkShared {
        /// The link.
        name: String,
        /// The index of the thread that uses it first.
        first: usize,
        /// The index of the other thread.
        second: usize,
    },
    /// A detach of a link that nothing attached.
    #[error(
        "the link `{0}` is not attached when it is detached; attach it in an earlier call of this \
         thread, or say `attached = true` in its `[[link]]`"
    )]
    NotAttached(String),
    /// A second detach of a link.
    #[error("the link `{0}` is detached twice; attach it in between, or remove one of the two")]
    DetachedTwice(String),
    /// An attach of a link that may be attached.
    #[error(
        "the link `{0}` may be attached already; detach it before, or add another `[[link]]` of \
         the same type"
    )]
    StillAttached(String),
    /// A fault is for a thread that is not there.
    #[error("there is no thread {thread}: they are numbered 0 to {last}; name one of them")]
    UnknownThread {
        /// The index in the file.
        thread: u32,
        /// The greatest index.
        last: usize,
    },
    /// No call has this name.
    #[error("unknown call `{0}`; the calls that can fail are {known}", known = known_points())]
    UnknownCall(String),
    /// No status has this name.
    #[error(
        "unknown status `{0}`; write a name or number that `selvedge explain` knows, such as \
         STATUS_NO_MEMORY or ERROR_ACCESS_DENIED, or 0x and 8 digits such as 0xC0000017"
    )]
    UnknownStatus(String),
    /// A fault with a status that means success.
    #[error("the status `{0}` is a success, and a fault fails; write an error status")]
    FaultSucceeds(String),
    /// Two faults hit the same call.
    #[error(
        "another fault hits occurrence {occurrence} of {call} by thread {thread} already; remove \
         one, or change its `occurrence`"
    )]
    FaultTwice {
        /// The index of the thread.
        thread: usize,
        /// The call.
        call: &'static str,
        /// The occurrence.
        occurrence: u32,
    },
    /// An expectation for a strategy that the file does not list.
    #[error("the strategy `{0}` is not among those of the file; list it in `strategies`")]
    StrategyNotListed(String),
    /// Two expectations for the same.
    #[error(
        "there is another expectation for `{strategy}` with waits `{waits}` under the same \
         circumstances; remove one"
    )]
    ExpectedTwice {
        /// The strategy.
        strategy: String,
        /// The reading of finite waits.
        waits: &'static str,
    },
    /// No property has this name.
    #[error("unknown property `{name}`; known are {known}")]
    UnknownProperty {
        /// The name.
        name: String,
        /// The names there are.
        known: String,
    },
    /// A key that says how something is violated, where nothing is.
    #[error("`{key}` contradicts the verdict {verdict}: it belongs to VIOLATED; remove it")]
    OnlyViolated {
        /// The key.
        key: &'static str,
        /// The verdict.
        verdict: ExpectedVerdict,
    },
    /// Failing executions, and a verdict that found none.
    #[error("{failing} failing executions contradict the verdict {verdict}; correct one of them")]
    FailingUnviolated {
        /// How many.
        failing: u64,
        /// The verdict.
        verdict: ExpectedVerdict,
    },
    /// A violation without a failing execution.
    #[error("0 failing executions contradict the verdict VIOLATED; correct one of them")]
    NoneFailing,
    /// A part is greater than the whole.
    #[error("{count} {key} are more than the {executions} executions; correct one of them")]
    MoreThanExecutions {
        /// The key.
        key: &'static str,
        /// Its count.
        count: u64,
        /// The executions.
        executions: u64,
    },
}

/// A flaw, and the bytes of the text that show it.
#[derive(Debug)]
pub(super) struct Located {
    pub(super) flaw: Flaw,
    pub(super) span: Range<usize>,
}

impl Flaw {
    /// The flaw of this value.
    pub(super) fn at<T>(self, value: &Spanned<T>) -> Located {
        Located {
            flaw: self,
            span: value.span(),
        }
    }

    /// The flaw of the whole file: shown at its beginning.
    pub(super) const fn at_start(self) -> Located {
        Located {
            flaw: self,
            span: 0..0,
        }
    }
}

fn known_profiles() -> String {
    NamedProfile::ALL.map(NamedProfile::name).join(", ")
}

fn known_engine_faults() -> String {
    EngineFault::ALL.map(EngineFault::name).join(", ")
}

fn known_points() -> String {
    FaultPoint::ALL.map(|(_, name)| name).join(", ")
}
