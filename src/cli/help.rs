//! What the help has below the arguments: examples, exit codes, the environment.

pub(super) const AFTER_HELP: &str = "\
Examples:
  selvedge compare                                   every strategy on the headline race
  selvedge compare --strategy shared-handle --show   the bug, step by step
  selvedge compare attach/five_types --waits may-expire --strategy push-lock
  selvedge compare --once                            by one explorer alone, in less time
  selvedge compare --second-opinion                  what loom and shuttle say of the same
  selvedge compare my.toml --out found               schedules that replay anywhere
  selvedge check                                     hold all models to what they expect
  selvedge replay found/my.shared-handle.sufficient.non-interference.schedule
  selvedge replay -v TOKEN                           the same, and the log of a driver on stderr
  selvedge replay --step TOKEN                       walk through it: forward, back, another thread
  selvedge replay --show-as markdown TOKEN           the same table, for a pull request
  selvedge reproduce --like 'errno 22'               the shortest schedule that shows it
  selvedge stress --threads 8 --attempts 10000       how often the race bites on real threads
  selvedge compare --profile adversarial             every reading of what Windows leaves open
  selvedge compare --engine-faults 1 --strategy retry   any one engine call may fail
  selvedge calibrate                                 is the search exact? ask known numbers
  selvedge explain 0xC022000E 'errno 22'             what a code means and where it comes from
  selvedge explain profiles notify-delete            what is open, and how it can be read

Exit codes:
  0  as the model expects; without an expectation: PROVED
  1  not as the model expects; without an expectation: VIOLATED; EXPLORERS DISAGREE; a replay that
     reproduces; what was seen is reproduced; second opinions that differ
  2  bad input: arguments, a model, a schedule, a code, a file that cannot be written
  3  inconclusive: BOUNDED, SAMPLED or UNSUITABLE (unless BOUNDED is expected), NOT DETERMINISTIC,
     nothing to check, a replay that diverges or breaks nothing, nothing like what was seen

Environment:
  RUST_LOG  log what a command does to stderr: selvedge=info each violation, selvedge=debug also
            each execution and each step that fails, selvedge=trace every step
  NO_COLOR  no colours";

pub(super) const STRESS_EXAMPLES: &str = "\
Examples:
  selvedge stress --threads 8 --attempts 10000                      how rare the race is here
  selvedge stress --threads 8 --engine-latency 200us                slow engine calls widen it
  selvedge stress --threads 8 --engine-latency 200us --out found    a schedule that replays
  selvedge stress --strategy push-lock --threads 8 --measure        what the fix costs

Ctrl-C ends the run and prints what was counted; a second one ends the process.

Exit codes:
  1  VIOLATED: found, and confirmed by replay; or an attempt hung
  2  bad input
  3  SAMPLED: nothing found, or nothing that replays";

pub(super) const CALIBRATE_EXAMPLES: &str = "\
Examples:
  selvedge calibrate                                 all programs
  selvedge calibrate mutex_inc -n 8                  eight threads: 8! = 40320 executions
  selvedge calibrate try -n 4 -k 3                   four threads with three tries each
  selvedge calibrate ninc -n 3 --preemptions 1       what at most one preemption reaches
  selvedge calibrate --measure                       what each costs
  selvedge calibrate --format json

Exit codes:
  0  every number is as the formula says
  1  one is not
  2  bad input";
