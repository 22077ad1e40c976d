//! Reading and writing files: bounded reads, and writes that leave either the old file or the new.

use std::fs;
use std::fs::File;
use std::io;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;

use super::error::CliError;

/// How large a schedule file may be, in bytes: it carries a scenario, and a line per step.
const SCHEDULE_BYTES_MAX: u64 = 8 << 20;

/// Reads the text of a schedule file.
pub(super) fn read_schedule(path: &Path) -> Result<String, CliError> {
    let name = || path.display().to_string();
    let refused = |source| CliError::Read {
        path: name(),
        source,
    };
    if fs::metadata(path).map_err(refused)?.is_dir() {
        return Err(refused(io::ErrorKind::IsADirectory.into()));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(refused)?;
    file.take(SCHEDULE_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(refused)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > SCHEDULE_BYTES_MAX) {
        return Err(CliError::TooLarge {
            path: name(),
            max: SCHEDULE_BYTES_MAX,
        });
    }
    String::from_utf8(bytes).map_err(|_| CliError::NotText { path: name() })
}

/// Makes a directory, with those above it. One that exists is fine.
pub(super) fn make_directory(path: &Path) -> Result<(), CliError> {
    let refused = |source| CliError::Write {
        path: path.display().to_string(),
        source,
    };
    fs::create_dir_all(path).map_err(refused)
}

/// Finds out whether [`write_file`] could write this file, before much is done for it.
pub(super) fn probe_file(path: &Path) -> Result<(), CliError> {
    let refused = |source| CliError::Write {
        path: path.display().to_string(),
        source,
    };
    match fs::metadata(path) {
        Ok(known) if known.is_dir() => Err(refused(io::ErrorKind::IsADirectory.into())),
        Ok(known) if !known.is_file() => Ok(()),
        Ok(_) | Err(_) => {
            let beside = name_beside(path).map_err(refused)?;
            File::create(&beside)
                .and_then(|_| fs::remove_file(&beside))
                .map_err(refused)
        }
    }
}

/// Writes a file in one go: under another name first, then renamed, so that nobody reads half of
/// it and a failure leaves the old one. What is no regular file, such as `/dev/null`, is written
/// to directly.
pub(super) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let refused = |source| CliError::Write {
        path: path.display().to_string(),
        source,
    };
    match fs::metadata(path) {
        Ok(known) if known.is_dir() => Err(refused(io::ErrorKind::IsADirectory.into())),
        Ok(known) if !known.is_file() => fs::write(path, bytes).map_err(refused),
        Ok(_) | Err(_) => replace(path, bytes).map_err(refused),
    }
}

/// The same for a file that somebody else writes: under another name first, where there is no file,
/// then renamed.
#[cfg(feature = "second-opinions")]
pub(super) fn write_file_by<E: std::error::Error + Send + Sync + 'static>(
    path: &Path,
    write: impl FnOnce(&Path) -> Result<(), E>,
) -> Result<(), CliError> {
    probe_file(path)?;
    let refused = |source| CliError::Write {
        path: path.display().to_string(),
        source,
    };
    let beside = name_beside(path).map_err(refused)?;
    let written = write(&beside)
        .map_err(io::Error::other)
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // The first failure is the one to tell.
        let _also_failed = fs::remove_file(&beside);
    }
    written.map_err(refused)
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = name_beside(path)?;
    let written = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // The first failure is the one to tell.
        let _also_failed = fs::remove_file(&beside);
    }
    written
}

/// A name in the same directory that no other process of this tool uses.
fn name_beside(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    let mut beside = std::ffi::OsString::from(".");
    beside.push(name);
    beside.push(format!(".{}.tmp", std::process::id()));
    Ok(path.with_file_name(beside))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        probe_file(&path).unwrap();
        write_file(&path, b"old").unwrap();
        write_file(&path, b"new").unwrap();

        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_cannot_be_written_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        for path in [folder.path().to_owned(), folder.path().join("no/such/file")] {
            let message = format!("cannot write `{}`", path.display());
            assert_eq!(write_file(&path, b"x").unwrap_err().to_string(), message);
            assert_eq!(probe_file(&path).unwrap_err().to_string(), message);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_schedule_is_text_of_a_bounded_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.schedule");

        fs::write(&path, [0xFF, 0xFE]).unwrap();
        assert!(matches!(
            read_schedule(&path),
            Err(CliError::NotText { .. })
        ));
        File::create(&path).unwrap().set_len(30 << 20).unwrap();
        assert!(matches!(
            read_schedule(&path),
            Err(CliError::TooLarge { .. })
        ));
        assert!(matches!(
            read_schedule(folder.path()),
            Err(CliError::Read { .. })
        ));
    }
}
