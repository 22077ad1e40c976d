//! What may be typed. The doc comments here are the help; nothing is decided here.

use std::time::Duration;

use clap::Args;
use clap::Parser;
use clap::Subcommand;
use clap::ValueEnum;

use crate::calibration::Classic;
use crate::explore::ExplorerKind;
use crate::runtime::Waits;
use crate::strategy::Strategy;
use crate::wfp::EngineFault;
use crate::wfp::NamedProfile;
use crate::wfp::Reading;

use super::help::AFTER_HELP;
use super::help::CALIBRATE_EXAMPLES;
use super::help::STRESS_EXAMPLES;
use super::values;

/// Checks every interleaving of threads that drive the Windows Filtering Platform.
///
/// A model says which threads attach and detach what; a strategy says how they hold engine handles
/// and guard transactions. Selvedge runs the strategy under every interleaving and proves that
/// nothing breaks, or shows the shortest schedule that breaks it and replays it as often as you
/// like.
#[derive(Debug, Parser)]
#[command(name = "selvedge", version, after_help = AFTER_HELP, arg_required_else_help = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Compare strategies: one table per model, both readings of waits side by side
    Compare(CompareArguments),
    /// Hold models to the expectations that they state
    Check(CheckArguments),
    /// Replay a schedule step by step and show its lane table
    Replay(ReplayArguments),
    /// Find the shortest schedule that shows what was seen in the field
    ///
    /// Searches the models, under each strategy and reading of waits, for the least execution that
    /// shows it, and prints it as a counterexample; or says where it looked.
    Reproduce(ReproduceArguments),
    /// Run a strategy on real threads many times, and count what comes of it
    ///
    /// An attempt is one execution on threads of this machine: the driver at rest, all threads
    /// start together, each makes the calls of its thread of the model. What was found is confirmed
    /// by replaying its steps on the controlled runtime, and printed beside what the checker says
    /// in every run. How often a race occurs depends on the machine and on luck: a stress run that
    /// finds nothing is SAMPLED and proves nothing.
    Stress(StressArguments),
    /// Hold an explorer to classic programs whose number of executions is known by a formula
    ///
    /// Each program is explored to its end. There is one execution for each class of equivalent
    /// ones, not one too few and not one too many, and how many that is follows from a formula that
    /// knows nothing of the exploring. Executions that end in a deadlock are counted apart.
    Calibrate(CalibrateArguments),
    /// List what there is
    List {
        /// What to list
        what: Topic,
    },
    /// Explain status codes, errno values, and what Windows leaves open
    Explain {
        /// A value (0xC022000E, 0x8032000E, -1071513586), a name (`STATUS_FWP_TXN_IN_PROGRESS`,
        /// `FWP_E_TXN_IN_PROGRESS`, `TXN_IN_PROGRESS`), or `errno 22`; `profiles`, `faults`, or one
        /// of them, such as `notify-delete` and `commit-fails`
        #[arg(value_name = "CODE", required = true, allow_negative_numbers = true)]
        codes: Vec<String>,
    },
}

#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag that is given or not"
)]
pub(super) struct CompareArguments {
    /// Names of embedded models, or paths of .toml files [default: the headline race]
    #[arg(value_name = "MODEL", conflicts_with = "all")]
    pub(super) models: Vec<String>,
    /// Take every embedded model
    #[arg(long)]
    pub(super) all: bool,
    /// Strategies to compare [default: those that the model lists]
    #[arg(long = "strategy", value_name = "S", value_parser = Strategy::named)]
    pub(super) strategies: Vec<Strategy>,
    /// Who chooses the schedules, alone [default: dpor, and source beside it, to compare the
    /// classes of executions that both saw]
    #[arg(long, value_name = "E", value_parser = values::explorer())]
    pub(super) explorer: Option<ExplorerKind>,
    /// Search by dpor alone: half the work, and PROVED rests on one algorithm
    #[arg(long, conflicts_with = "explorer")]
    pub(super) once: bool,
    /// Explore every trace that has an execution with at most so many preemptions, fewest first,
    /// by icb, so without --explorer: BOUNDED, or PROVED if no trace needs more
    #[arg(long, value_name = "K", conflicts_with_all = ["explorer", "second_opinion"])]
    pub(super) preemptions: Option<u32>,
    /// Run every explorer beside dpor, and show whether they agree: PROVED by two that share no
    /// code of search says more than by one
    #[arg(long, conflicts_with_all = ["explorer", "fail_fast", "native_schedule"])]
    pub(super) second_opinion: bool,
    /// Recount the traces of each search that saw everything by another algorithm, and compare
    #[arg(long, conflicts_with_all = ["second_opinion", "fail_fast"])]
    pub(super) verify: bool,
    #[command(flatten)]
    pub(super) profile: ProfileArguments,
    #[command(flatten)]
    pub(super) faults: FaultArguments,
    /// How finite waits are read [default: both]
    #[arg(long, value_name = "W", value_parser = values::waits())]
    pub(super) waits: Option<Waits>,
    #[command(flatten)]
    pub(super) limits: Limits,
    /// The seed of random and of shuttle's samplers
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) seed: u64,
    /// End a search at its first violation: `failing` is then a lower bound
    #[arg(long)]
    pub(super) fail_fast: bool,
    /// What to print
    #[arg(long, value_name = "F", default_value = "terminal")]
    pub(super) format: Format,
    /// Print the lane table of each row's first counterexample
    #[arg(long)]
    pub(super) show: bool,
    /// Print the lane tables in another form, and nothing else
    #[arg(long, value_name = "F", conflicts_with = "second_opinion")]
    pub(super) show_as: Option<ShowAs>,
    /// With --show, print also the nearest execution that passes: what one ordering makes
    #[arg(long, requires = "show", conflicts_with = "show_as")]
    pub(super) contrast: bool,
    /// Measure time, rate and memory
    #[arg(long)]
    pub(super) measure: bool,
    /// Write each counterexample's schedule, with its model, into this directory
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<String>,
    /// With --out, keep each schedule also in the terms of the library that found it: shuttle's in
    /// the same file, loom's checkpoint beside it
    #[arg(long, requires = "out")]
    pub(super) native_schedule: bool,
    /// Write the report into this file instead of stdout
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<String>,
    #[command(flatten)]
    pub(super) page: PageArguments,
}

#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    /// Names of embedded models, paths of .toml files, or directories of them [default: every
    /// embedded model]
    #[arg(value_name = "MODEL|DIR")]
    pub(super) models: Vec<String>,
    /// Recount the traces of each search by another algorithm, and compare
    #[arg(long)]
    pub(super) verify: bool,
    /// Search by dpor alone, without source beside it
    #[arg(long)]
    pub(super) once: bool,
    #[command(flatten)]
    pub(super) limits: Limits,
}

#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag that is given or not"
)]
pub(super) struct ReplayArguments {
    /// A schedule file, or the token that a report prints
    #[arg(value_name = "FILE|TOKEN")]
    pub(super) schedule: String,
    /// Replay on this model instead of the recorded one: an embedded name or the path of a .toml
    /// file
    #[arg(long, value_name = "MODEL")]
    pub(super) model: Option<String>,
    /// Log each step to stderr, in the words of a driver's log
    #[arg(long, short)]
    pub(super) verbose: bool,
    /// Walk through it by commands: forward, back, to a step, on with another thread; `?` lists
    /// them. They are read line by line from stdin, which need be no terminal
    #[arg(long, conflicts_with_all = ["explorer", "contrast"])]
    pub(super) step: bool,
    /// The form of the lane table
    #[arg(
        long,
        value_name = "F",
        default_value = "terminal",
        conflicts_with = "step"
    )]
    pub(super) show_as: ShowAs,
    /// Leave out what does not fit any more, and say what that was and whether the property is
    /// broken all the same [default: end at the first difference]
    #[arg(long, conflicts_with = "explorer")]
    pub(super) best_effort: bool,
    /// Show also the nearest execution that passes: what one ordering makes
    #[arg(long)]
    pub(super) contrast: bool,
    /// Let the library that found it run the schedule, in its own terms: a file that was written
    /// with --native-schedule
    #[arg(long, value_name = "E")]
    pub(super) explorer: Option<Library>,
    #[command(flatten)]
    pub(super) page: PageArguments,
}

#[derive(Debug, Args)]
pub(super) struct ReproduceArguments {
    /// What was seen: a status (0xC022000E, -2144206834 or `TXN_IN_PROGRESS`), `errno 22`, a line
    /// of a log that has one of them, the name of a property, or a word such as hangs, deadlock,
    /// orphan, partial, leak, irql. All that it says has to be shown. A number, symbol or function
    /// that is not understood is refused; what is passed over is listed
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(super) like: String,
    /// Names of embedded models, paths of .toml files, or directories of them [default: every
    /// embedded model]
    #[arg(value_name = "MODEL|DIR")]
    pub(super) models: Vec<String>,
    /// Strategies to search [default: those that the model lists]
    #[arg(long = "strategy", value_name = "S", value_parser = Strategy::named)]
    pub(super) strategies: Vec<Strategy>,
    #[command(flatten)]
    pub(super) profile: ProfileArguments,
    #[command(flatten)]
    pub(super) faults: FaultArguments,
    /// How finite waits are read [default: both]
    #[arg(long, value_name = "W", value_parser = values::waits())]
    pub(super) waits: Option<Waits>,
    /// End the search of a model under a strategy after so many executions
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) executions: u64,
    /// Show also the nearest execution that passes: what one ordering makes
    #[arg(long)]
    pub(super) contrast: bool,
    /// Write the schedule, with its model, into this directory
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<String>,
    #[command(flatten)]
    pub(super) page: PageArguments,
}

#[derive(Debug, Args)]
#[command(after_help = STRESS_EXAMPLES)]
pub(super) struct StressArguments {
    /// Name of an embedded model, or path of a .toml file [default: the headline race]
    #[arg(value_name = "MODEL")]
    pub(super) model: Option<String>,
    /// The strategy to stress
    #[arg(long, value_name = "S", default_value = "shared-handle", value_parser = Strategy::named)]
    pub(super) strategy: Strategy,
    /// How many threads: thread i does what thread i mod k of the model's k does, on links of its
    /// own; 64 at most, with deferred work [default: the model's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(super) threads: Option<u8>,
    /// How many attempts
    #[arg(long, value_name = "N", default_value = "1000")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) attempts: u64,
    #[command(flatten)]
    pub(super) profile: ProfileArguments,
    /// Let every engine call take at least this much longer: 50us, 1ms, 2s [default: not at all]
    #[arg(long, value_name = "D", value_parser = values::latency)]
    pub(super) engine_latency: Option<Duration>,
    /// How finite waits are read: with may-expire, a blocked one runs out or not as the seed says
    #[arg(long, value_name = "W", default_value = "sufficient", value_parser = values::waits())]
    pub(super) waits: Waits,
    /// What choices follow from: `maybe` faults, and waits that may expire
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) seed: u64,
    /// Give up when no thread has taken a step for so many seconds although one neither waits nor
    /// has ended (a deadlock is seen at once)
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = values::seconds)]
    pub(super) hang_after: Duration,
    /// What to print
    #[arg(long, value_name = "F", default_value = "terminal")]
    pub(super) format: Format,
    /// Measure time and rate
    #[arg(long)]
    pub(super) measure: bool,
    /// Write the schedule of each confirmed violation, with its model, into this directory
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<String>,
    /// Write the report into this file instead of stdout
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<String>,
    #[command(flatten)]
    pub(super) page: PageArguments,
}

/// What the engine reads where Windows leaves something open.
#[derive(Debug, Args)]
pub(super) struct ProfileArguments {
    /// How the mock reads what Windows leaves open; adversarial goes through every combination of
    /// the readings that matter [default: the model's]
    #[arg(long, value_name = "P", value_parser = values::profile())]
    pub(super) profile: Option<NamedProfile>,
    /// Fix one reading, whatever the profile says: `notify-delete=deferred`. May be repeated;
    /// `selvedge explain profiles` lists the questions
    #[arg(long = "reading", value_name = "QUESTION=READING")]
    pub(super) readings: Vec<Reading>,
}

/// The calls of the engine that fail.
#[derive(Debug, Args)]
pub(super) struct FaultArguments {
    /// Go through every way in which up to so many engine calls of one execution fail, 8 at most:
    /// fewest first [default: the model's, or 0]
    #[arg(long, value_name = "N", value_parser = values::fault_budget())]
    pub(super) engine_faults: Option<u32>,
    /// How they may fail; may be repeated [default: in every way]
    #[arg(long = "fault", value_name = "KIND", value_parser = values::engine_fault())]
    pub(super) faults: Vec<EngineFault>,
}

#[derive(Debug, Args)]
#[command(after_help = CALIBRATE_EXAMPLES)]
pub(super) struct CalibrateArguments {
    /// The program [default: all, each in a few sizes]
    #[arg(value_name = "PROGRAM", value_parser = values::classic())]
    pub(super) program: Option<&'static Classic>,
    /// How many threads, or what the program counts by
    #[arg(short, value_name = "N", requires = "program")]
    pub(super) n: Option<u32>,
    /// How many sections or tries each thread has, where the program has them
    #[arg(short, value_name = "K", requires = "program")]
    pub(super) k: Option<u32>,
    /// Who chooses the schedules
    #[arg(long, value_name = "E", default_value = "dpor", value_parser = values::reducing())]
    pub(super) explorer: ExplorerKind,
    /// Explore what has an execution with at most so many preemptions, where that is known
    #[arg(
        long,
        value_name = "P",
        requires = "program",
        conflicts_with = "explorer"
    )]
    pub(super) preemptions: Option<u32>,
    /// What to print
    #[arg(long, value_name = "F", default_value = "terminal")]
    pub(super) format: Format,
    /// Measure time and peak memory, each row in a process of its own
    #[arg(long)]
    pub(super) measure: bool,
    /// Measure in this process: what --measure starts
    #[arg(long, hide = true, requires = "program", conflicts_with = "measure")]
    pub(super) measure_here: bool,
    #[command(flatten)]
    pub(super) page: WidthArguments,
}

/// What ends a search early.
#[derive(Debug, Args)]
pub(super) struct Limits {
    /// End a search after so many executions [default: 1000000; loom and shuttle-dfs: 200000;
    /// shuttle's samplers: 10000; beside dpor, with --second-opinion: 20000, samplers: 2000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) executions: Option<u64>,
    /// Cut an execution off after so many steps [default: 10000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) steps: Option<u32>,
    /// End a search after so many seconds
    #[arg(long, value_name = "SECONDS", value_parser = values::seconds)]
    pub(super) time: Option<Duration>,
}

#[derive(Debug, Args)]
pub(super) struct WidthArguments {
    /// How many columns a table may have [default: the terminal's width, or 100]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(40..=1000))]
    pub(super) width: Option<u16>,
}

/// How a page with lane tables looks.
#[derive(Debug, Args)]
pub(super) struct PageArguments {
    #[command(flatten)]
    pub(super) width: WidthArguments,
    /// Which characters to print beside names [default: what the locale says in a terminal, else
    /// ascii]
    #[arg(long, value_name = "C")]
    pub(super) charset: Option<CharsetName>,
    /// Give every step of a lane table a row: do not fold what is repeated, and what no other
    /// thread depends on
    #[arg(long)]
    pub(super) every_step: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum CharsetName {
    /// Only ASCII
    Ascii,
    /// Unicode
    #[value(name = "utf-8")]
    Utf8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum ShowAs {
    /// A lane table for a terminal
    #[default]
    Terminal,
    /// A table for a pull request
    Markdown,
    /// A sequence diagram of Mermaid
    Mermaid,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Tables for a reader
    Terminal,
    /// One JSON document
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Library {
    /// The library shuttle
    Shuttle,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Topic {
    /// The embedded models
    Models,
    /// The strategies
    Strategies,
    /// The properties
    Properties,
    /// The explorers
    Explorers,
}
