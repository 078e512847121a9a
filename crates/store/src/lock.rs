//! Exclusive lock of a folder, which the system releases when the process ends, however it ends.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

/// Name of the file that is locked in place of its folder.
pub const LOCK_FILE: &str = ".lock";

/// Reason why a folder is not locked.
#[derive(Debug)]
#[non_exhaustive]
pub enum LockError {
    /// Another process, or another lock of this one, holds it.
    Busy,
    /// The lock file can't be opened for writing.
    Open(io::Error),
    /// The system refuses to lock the file.
    Lock(io::Error),
}

impl std::fmt::Display for LockError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Busy => write!(formatter, "another process is writing into it"),
            Self::Open(cause) => write!(formatter, "{LOCK_FILE} can't be written: {cause}"),
            Self::Lock(cause) => write!(formatter, "{LOCK_FILE} can't be locked: {cause}"),
        }
    }
}

impl std::error::Error for LockError {}

/// Exclusive right to write into a folder, until it is dropped.
#[derive(Debug)]
pub struct FolderLock {
    // Held for its lock.
    _file: File,
}

impl FolderLock {
    /// Locks `folder`, which must exist, by its file [`LOCK_FILE`].
    ///
    /// # Errors
    /// [`LockError`].
    pub fn acquire(folder: &Path) -> Result<Self, LockError> {
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join(LOCK_FILE))
            .map_err(LockError::Open)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(LockError::Busy),
            Err(TryLockError::Error(error)) => Err(LockError::Lock(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_lock_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let lock = FolderLock::acquire(folder.path()).unwrap();
        let second = FolderLock::acquire(folder.path());
        assert!(matches!(second, Err(LockError::Busy)), "{second:?}");
        drop(lock);
        FolderLock::acquire(folder.path()).unwrap();
    }

    #[test]
    fn a_folder_that_is_not_there_is_not_locked() {
        let folder = tempfile::tempdir().unwrap();
        let lock = FolderLock::acquire(&folder.path().join("gone"));
        assert!(matches!(lock, Err(LockError::Open(_))), "{lock:?}");
    }
}
