//! A learner's state in a file.

use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::bookmark::Bookmark;
use super::error::RunError;
use crate::learner::StreamLearner;
use crate::state::{Notes, StateError};

/// Name of the note that holds a state's bookmark.
const NOTE: &str = "bookmark";

/// File of a state; while it is held, no other process learns into it.
#[derive(Debug)]
pub(super) struct StateFile {
    path: PathBuf,
    _lock: Lock,
}

/// A file beside the state that is locked as long as this is held, and then removed.
#[derive(Debug)]
struct Lock {
    path: PathBuf,
    /// Held for its lock.
    _file: File,
}

impl Lock {
    /// Locks the file at `path`; `None` if another process has.
    fn take(path: PathBuf) -> std::io::Result<Option<Self>> {
        loop {
            let file = File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .open(&path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // Whoever held it may have removed it in between: then what is locked is a file that nobody else
            // will find.
            if is_at(&file, &path) {
                return Ok(Some(Self { path, _file: file }));
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Before the lock is let go, so that only the file that is locked is removed.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Returns whether an open file is the one that its path leads to.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(open), Ok(there)) => id(open) == id(there),
        _ => false,
    }
}

/// Returns whether an open file is the one that its path leads to: a file that is open can't be removed
/// there, or stays until it is closed.
#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
}

impl StateFile {
    /// Locks the file at `path`, which may not be there yet.
    pub(super) fn lock(path: &Path) -> Result<Self, RunError> {
        // A link stays one: the file that it leads to is locked and replaced.
        let target = match path.is_symlink() {
            true => std::fs::canonicalize(path).ok(),
            false => None,
        };
        let path = target.as_deref().unwrap_or(path);
        let unlocked = |error| RunError::file(path, error);
        if path.is_dir() {
            return Err(unlocked(ErrorKind::IsADirectory.into()));
        }
        match Lock::take(beside(path, "lock")).map_err(unlocked)? {
            Some(lock) => Ok(Self {
                path: path.to_owned(),
                _lock: lock,
            }),
            None => Err(RunError::Busy {
                path: path.to_owned(),
            }),
        }
    }

    /// Reads the state, if there is one.
    pub(super) fn read(&self) -> Result<Option<(StreamLearner, Bookmark)>, RunError> {
        match read(&self.path) {
            Err(RunError::NoState { .. }) => Ok(None),
            read => read.map(Some),
        }
    }

    /// Replaces the state as a whole.
    pub(super) fn write(
        &self,
        learner: &StreamLearner,
        bookmark: &Bookmark,
    ) -> Result<(), RunError> {
        let note = serde_json::to_string(bookmark).map_err(|_| crate::StreamError::Unsaved)?;
        let bytes = learner.save(&Notes::from([(NOTE.to_owned(), note)]))?;
        // One name for all that are half written: killed often, a run leaves one of them at most.
        let part = beside(&self.path, "part");
        let replace = || {
            let mut file = File::create(&part)?;
            file.write_all(&bytes)?;
            mesu_store::publish(&file, &part, &self.path)
        };
        replace().map_err(|error| {
            // What is half written has no use, and may fill the disk.
            let _ = std::fs::remove_file(&part);
            RunError::file(&self.path, error)
        })
    }
}

/// Writes a state that is new, with texts that a front end keeps: the file must not be there.
///
/// # Errors
/// [`RunError::File`], [`RunError::Busy`].
pub fn create(path: &Path, learner: &StreamLearner, notes: Notes) -> Result<(), RunError> {
    let file = StateFile::lock(path)?;
    if path.exists() {
        return Err(RunError::file(path, ErrorKind::AlreadyExists.into()));
    }
    let bookmark = Bookmark {
        notes,
        ended: true,
        ..Bookmark::default()
    };
    file.write(learner, &bookmark)
}

/// Path of a hidden file beside that of a state.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{ending}"))
}

/// Replaces the state at `path` as a whole, or makes one. A learner and a bookmark that were read are written
/// byte for byte.
///
/// # Errors
/// [`RunError::Busy`] while a process is learning into it, [`RunError::File`] and [`RunError::Stream`]; what was
/// there is then as before.
pub fn write_state(
    path: &Path,
    learner: &StreamLearner,
    bookmark: &Bookmark,
) -> Result<(), RunError> {
    StateFile::lock(path)?.write(learner, bookmark)
}

/// Reads a state.
pub(super) fn read(path: &Path) -> Result<(StreamLearner, Bookmark), RunError> {
    let bytes = std::fs::read(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => RunError::NoState {
            path: path.to_owned(),
        },
        _ => RunError::file(path, error),
    })?;
    let state = |error| RunError::State {
        path: path.to_owned(),
        error,
    };
    let (learner, notes) = StreamLearner::restore(&bytes).map_err(state)?;
    let bookmark = match notes.get(NOTE).map(|note| serde_json::from_str(note)) {
        None => Bookmark::default(),
        Some(read) => {
            read.map_err(|error| state(StateError::Damaged(format!("its bookmark: {error}"))))?
        }
    };
    Ok((learner, bookmark))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learner::StreamSettings;
    use crate::schema::{Column, Kind, Schema, Target};

    #[test]
    fn what_is_read_is_written_byte_for_byte() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("a.mesu"), folder.path().join("b.mesu"));
        let columns = ["x", "y"].map(|name| Column::new(name, Kind::Number));
        let schema = Schema::new(columns.into(), 1, Target::Value).unwrap();
        let learner = StreamLearner::new(schema, StreamSettings::default()).unwrap();
        let bookmark = Bookmark {
            origin: "rows.csv".to_owned(),
            before: 7,
            ..Bookmark::default()
        };
        write_state(&path, &learner, &bookmark).unwrap();
        let (learner, read) = read(&path).unwrap();
        assert_eq!(read, bookmark);
        write_state(&other, &learner, &read).unwrap();
        assert_eq!(std::fs::read(path).unwrap(), std::fs::read(other).unwrap());
    }

    /// Threads that count in a file under the lock lose no count, however often the lock's file comes and
    /// goes.
    #[test]
    fn a_lock_is_one_lock_though_its_file_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let (path, counter) = (folder.path().join("a.mesu"), folder.path().join("counter"));
        std::fs::write(&counter, "0").unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let mut counted = 0;
                    while counted < 200 {
                        let Ok(_held) = StateFile::lock(&path) else {
                            std::thread::yield_now();
                            continue;
                        };
                        let before: u64 =
                            std::fs::read_to_string(&counter).unwrap().parse().unwrap();
                        std::fs::write(&counter, (before + 1).to_string()).unwrap();
                        counted += 1;
                    }
                });
            }
        });
        assert_eq!(std::fs::read_to_string(&counter).unwrap(), "800");
        let left = std::fs::read_dir(folder.path()).unwrap();
        let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["counter"]);
    }

    #[test]
    fn a_state_that_is_learned_into_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.mesu");
        let columns = ["x", "y"].map(|name| Column::new(name, Kind::Number));
        let schema = Schema::new(columns.into(), 1, Target::Value).unwrap();
        let learner = StreamLearner::new(schema, StreamSettings::default()).unwrap();
        let _held = StateFile::lock(&path).unwrap();
        let error = write_state(&path, &learner, &Bookmark::default()).unwrap_err();
        assert!(matches!(error, RunError::Busy { .. }), "{error}");
        assert!(!path.exists());
    }
}
