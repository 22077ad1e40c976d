//! A folder of schedules that once failed.
//!
//! A schedule is a file of its own, named for what it is of and for its bytes. So an old file is
//! never changed, and two tests that find the same at once write the same. A file appears whole or
//! not at all.

use std::fs;
use std::fs::File;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use sha2::Digest;
use sha2::Sha256;

/// What a schedule is of, by which its file is told from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// A model.
    Model,
    /// A program of a test.
    Program,
}

impl Of {
    /// What the name of a schedule file ends with.
    const fn extension(self) -> &'static str {
        match self {
            Self::Model => "schedule",
            Self::Program => "program",
        }
    }
}

/// The schedule files of a folder, sorted by name.
pub(crate) fn schedules(folder: &Path, of: Of) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_schedule = |path: &PathBuf| path.extension().is_some_and(|it| it == of.extension());
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(is_schedule)
        .collect();
    paths.sort_unstable();
    paths
}

/// Keeps a schedule in a folder, which is made if need be, in a file that is called by these names
/// and by the text. Returns the path of the file.
///
/// # Errors
///
/// Those of the file system.
pub(crate) fn keep(folder: &Path, of: Of, names: &[&str], text: &str) -> io::Result<PathBuf> {
    let name = file_name(names);
    let path = folder.join(format!("{name}.{}.{}", digest(text), of.extension()));
    if fs::read(&path).is_ok_and(|known| known == text.as_bytes()) {
        return Ok(path);
    }
    fs::create_dir_all(folder)?;
    write_whole(&path, text.as_bytes())?;
    Ok(path)
}

/// Names as the beginning of a file's name, on any system.
pub(crate) fn file_name(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| safe(name)).collect();
    names.join(".")
}

/// Writes a file under another name and then gives it its own.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let fresh = path.with_extension(format!("{}.fresh", std::process::id()));
    let written = File::create(&fresh).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let moved = written.and_then(|()| fs::rename(&fresh, path));
    if moved.is_err() {
        // A half-written file is of no use.
        drop(fs::remove_file(&fresh));
    }
    moved
}

/// A name as a part of a file's name, on any system. Only the last bytes of a long one are kept.
fn safe(name: &str) -> String {
    const BYTES_MAX: usize = 80;
    let safe = |character: char| match character {
        '/' | '\\' => '.',
        other if other.is_ascii_alphanumeric() || "-_.".contains(other) => other,
        _ => '-',
    };
    let name: String = name.chars().map(safe).collect();
    let kept = &name[name.len().saturating_sub(BYTES_MAX)..];
    kept.trim_start_matches(['.', '-']).to_owned()
}

/// The first 8 digits of the SHA-256 of a text.
fn digest(text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    let first = hash.first_chunk().expect("a hash has 32 bytes");
    format!("{:08x}", u32::from_be_bytes(*first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_safe_as_a_part_of_a_file_name() {
        assert_eq!(file_name(&["attach/two_types"]), "attach.two_types");
        assert_eq!(file_name(&["../../x y:z/\u{e4}", "b"]), "x-y-z.-.b");
        assert_eq!(file_name(&[&"n".repeat(300)]).len(), 80);
    }

    #[test]
    fn a_file_that_cannot_get_its_name_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("taken.schedule");
        fs::create_dir(&taken).unwrap();

        assert!(write_whole(&taken, b"text").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_is_not_there_has_no_regressions() {
        assert_eq!(
            schedules(Path::new("no/such/folder"), Of::Model),
            [""; 0].map(PathBuf::from)
        );
    }
}
