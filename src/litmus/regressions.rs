//! Programs in `#[test]`: schedules that once failed are replayed first, then the program is
//! explored, and what is found is kept.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::replay::Of;
use crate::replay::keep;
use crate::replay::schedules;
use crate::report::Verdict;
use crate::report::waits_name;

use super::Explore;
use super::Explored;
use super::Finding;
use super::Program;

impl Explore {
    /// Replays the schedules of the program that once failed, if a folder of
    /// [`regressions`](Explore::regressions) is named, and then explores the program: what to call
    /// in a `#[test]`. What is found is kept in the folder.
    ///
    /// # Panics
    ///
    /// If a schedule of the folder still fails, or the verdict is not PROVED; the message shows
    /// what was found. If a file of the folder is no schedule. As [`Explore::run`], too.
    #[track_caller]
    pub fn prove(&self, program: impl Into<Program>) {
        let program = program.into();
        if let Some(folder) = &self.regressions
            && let Some((path, found)) = self.first_failing(folder, &program)
        {
            panic!("the regression `{path}` fails again; nothing else was searched\n\n{found}");
        }
        let explored = self.explore(&program);
        if explored.verdict == Verdict::Proved {
            return;
        }
        let mut text = explored.to_string();
        if let Some(folder) = &self.regressions {
            self.keep_all(folder, &explored, &mut text);
        }
        panic!("{text}");
    }

    /// The first schedule of the folder, by name, that is of this program and reading of waits and
    /// still fails: the path of its file, and what is wrong.
    fn first_failing(&self, folder: &Path, program: &Program) -> Option<(String, Finding)> {
        let start = self.start_of_names();
        schedules(folder, Of::Program).into_iter().find_map(|path| {
            let name = path.file_name()?.to_string_lossy().into_owned();
            if !name.starts_with(&start) {
                return None;
            }
            let path = path.display().to_string();
            let text = fs::read_to_string(&path)
                .unwrap_or_else(|error| panic!("cannot read the regression `{path}`: {error}"));
            let lines = text.lines().filter(|line| !line.starts_with('#'));
            let token: String = lines.collect();
            match self.replay_program(&token, program) {
                Ok(found) => Some((path, found?)),
                Err(super::ReplayError::Diverged { .. }) => None,
                Err(error) => panic!(
                    "the regression `{path}` is no schedule: {error}; remove it, or record it again"
                ),
            }
        })
    }

    /// What the names of the files of this program and reading of waits begin with.
    fn start_of_names(&self) -> String {
        crate::replay::file_name(&[&self.name, waits_name(self.waits)]) + "."
    }

    /// Keeps what was found: the token, below a comment that shows it.
    fn keep_all(&self, folder: &Path, explored: &Explored, text: &mut String) {
        for found in &explored.findings {
            let comment = found.to_string();
            let comment = comment.lines().map(|line| format!("# {line}"));
            let comment: Vec<String> = comment.collect();
            let file = format!("{}\n{}\n", comment.join("\n"), found.schedule);
            let kind = found.kind.name();
            let names = [self.name.as_str(), waits_name(self.waits), kind];
            let line = match keep(folder, Of::Program, &names, &file) {
                Ok(path) => format!("kept in `{}`, to be replayed first", path.display()),
                Err(error) => format!("could not be kept in `{}`: {error}", folder.display()),
            };
            // Writing to a string does not fail.
            let _infallible = write!(text, "\n{kind}: {line}\n");
        }
    }
}
