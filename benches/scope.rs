//! Every small program of a slice, or random ones, under the oracle and the explorers.
//!
//! ```sh
//! cargo bench --bench scope -- --slice NAME|all --state FILE [--threads N] [--stop-at-first]
//!     [--every N]
//! cargo bench --bench scope -- --random FROM..TO --state FILE
//! cargo bench --bench scope -- --list
//! ```
//!
//! The position is kept in FILE, from which the same command goes on. Differences are counted, and
//! the smallest programs that show the first of them are written to `FILE.differences`. The exit
//! code is 0 if there are none, 1 if there are, 2 for bad input.

#[path = "../tests/it/objects.rs"]
mod objects;
#[path = "../tests/it/programs.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod programs;
#[path = "../tests/it/scope/mod.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod scope;
#[path = "../tests/it/seen.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod seen;
#[path = "../tests/it/sizes.rs"]
mod sizes;
#[path = "../tests/it/small.rs"]
#[expect(dead_code, unused_imports, reason = "the tests use the rest")]
mod small;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::io::Write;
use std::num::NonZeroU64;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use serde::Deserialize;
use serde::Serialize;

use scope::programs::Programs;
use scope::progress::Progress;
use scope::run::Run;
use scope::run::Work;
use scope::slice::Slice;

/// What is asked for.
#[derive(Debug, Parser)]
#[command(about = "Holds the explorers to every small program of a slice, or to random ones.")]
struct Arguments {
    /// The slice, or `all` for every slice that is not large.
    #[arg(long, value_name = "NAME")]
    slice: Option<String>,
    /// The seeds of random programs, instead of a slice.
    #[arg(long, value_name = "FROM..TO", conflicts_with = "slice")]
    random: Option<String>,
    /// Where the position is kept.
    #[arg(long, value_name = "FILE", default_value = "scope.json")]
    state: PathBuf,
    #[arg(long, value_name = "N", default_value_t = 1)]
    threads: usize,
    /// Ends at the first difference.
    #[arg(long)]
    stop_at_first: bool,
    /// Takes only one of so many programs of a slice.
    #[arg(long, value_name = "N", default_value = "1")]
    every: NonZeroU64,
    /// Only says how many programs each slice has.
    #[arg(long)]
    list: bool,
    /// What `cargo bench` adds.
    #[arg(long, hide = true)]
    bench: bool,
}

/// What is kept from one run to the next, by the name of what was run.
#[derive(Debug, Default, Serialize, Deserialize)]
struct State(BTreeMap<String, Progress>);

impl State {
    fn read(path: &Path) -> Result<Self, String> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(at(path, &error)),
        };
        let parsed = serde_json::from_str(&text);
        parsed.map_err(|error| at(path, &format!("{error}; remove the file to begin again")))
    }

    /// Writes the state so that the file is never half of one, and the differences beside it.
    fn write(&self, path: &Path) -> Result<(), String> {
        let text = serde_json::to_string_pretty(self).map_err(|error| at(path, &error))?;
        let beside = |extension: &str| {
            let mut name = path.as_os_str().to_owned();
            name.push(extension);
            PathBuf::from(name)
        };
        let new = beside(".new");
        fs::write(&new, text).map_err(|error| at(&new, &error))?;
        fs::rename(&new, path).map_err(|error| at(path, &error))?;
        let mut differences = String::new();
        for (name, progress) in &self.0 {
            for example in &progress.examples {
                _ = writeln!(differences, "# {name}\n{example}");
            }
        }
        let path = beside(".differences");
        fs::write(&path, differences).map_err(|error| at(&path, &error))
    }
}

fn at(path: &Path, error: &dyn Display) -> String {
    format!("{}: {error}", path.display())
}

fn say(text: &str) {
    // Nobody is left to be told if this fails.
    drop(writeln!(io::stderr(), "{text}"));
}

fn print(text: &str) {
    drop(writeln!(io::stdout(), "{text}"));
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            say(&format!("error: {message}"));
            ExitCode::from(2)
        }
    }
}

/// True if there is no difference.
fn run(arguments: &Arguments) -> Result<bool, String> {
    if arguments.list {
        for slice in Slice::all() {
            let large = if slice.large { " (large)" } else { "" };
            print(&format!(
                "{:>10} {}{large}",
                Programs::of(&slice).count(),
                slice.name
            ));
        }
        return Ok(true);
    }
    let mut state = State::read(&arguments.state)?;
    let mut names = Vec::new();
    if let Some(range) = &arguments.random {
        let (from, to) = seeds(range)?;
        names.push(format!("random {from}..{to}"));
        one(
            arguments,
            &mut state,
            (&names[0], "random"),
            Work::Random(from, to),
        )?;
    } else {
        for slice in slices(arguments.slice.as_deref())? {
            let programs = Programs::of(&slice);
            let (mut name, definition) = (slice.name.clone(), slice.definition());
            let work = if arguments.every.get() == 1 {
                Work::All(&programs)
            } else {
                _ = write!(name, " every {}", arguments.every);
                Work::Some(&programs, arguments.every.get())
            };
            names.push(name.clone());
            let stop = one(arguments, &mut state, (&name, &definition), work)?;
            if stop {
                break;
            }
        }
    }
    print(&Progress::heading());
    let ran = names
        .iter()
        .filter_map(|name| Some((name, state.0.get(name)?)));
    let mut good = true;
    let mut total = Progress::default();
    for (name, progress) in ran {
        print(&progress.line(name));
        total.add(progress);
        good &= progress.is_clean();
    }
    print(&total.line("together"));
    Ok(good)
}

fn slices(name: Option<&str>) -> Result<Vec<Slice>, String> {
    let all = Slice::all();
    let name = name.ok_or("say what to run: --slice NAME, --slice all or --random FROM..TO")?;
    let wanted = |slice: &Slice| slice.name == name || (name == "all" && !slice.large);
    let found: Vec<Slice> = all.into_iter().filter(wanted).collect();
    if found.is_empty() {
        return Err(format!("there is no slice `{name}`; --list names them"));
    }
    Ok(found)
}

fn seeds(range: &str) -> Result<(u64, u64), String> {
    let parsed = range.split_once("..").and_then(|(from, to)| {
        let (from, to) = (from.parse().ok()?, to.parse().ok()?);
        (from < to).then_some((from, to))
    });
    parsed.ok_or_else(|| format!("--random: `{range}` is not FROM..TO, such as 0..100000"))
}

/// Runs one slice, or goes on with it. True if the run is to end.
fn one(
    arguments: &Arguments,
    state: &mut State,
    (name, definition): (&str, &str),
    work: Work<'_>,
) -> Result<bool, String> {
    let progress = state.0.remove(name).unwrap_or_default();
    if !progress.is_of(definition) {
        let path = &arguments.state;
        let message = format!("`{name}` was begun when it was another; remove its entry");
        return Err(at(path, &message));
    }
    let mut run = Run::new(progress, definition, work);
    while run.advance(arguments.threads.max(1), arguments.stop_at_first) {
        say(&format!("{name}: {}", run.progress().told()));
        state.0.insert(name.to_owned(), run.progress().clone());
        state.write(&arguments.state)?;
    }
    state.0.insert(name.to_owned(), run.progress().clone());
    state.write(&arguments.state)?;
    Ok(arguments.stop_at_first && !run.progress().is_clean())
}
