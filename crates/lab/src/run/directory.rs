//! The folder of one run, in which a half-written file is never found under its name.
//!
//! Every file is written beside its place, synchronised, and renamed into it. One
//! process at a time may write, which a lock on the file `.lock` ensures; the system
//! drops the lock when the process ends, however it ends.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use mesu_store::{FolderLock, LOCK_FILE as LOCK, LockError};
use serde::Serialize;

use crate::error::LabError;
use crate::record::files::CONFIG;

/// A locked folder, for one process to write into.
#[derive(Debug)]
pub(crate) struct RunDirectory {
    path: PathBuf,
    // Held for its lock.
    _lock: FolderLock,
}

/// Test of the names that belong in a folder, beside the lock and half-written files.
pub(crate) type Belongs<'a> = &'a dyn Fn(&str) -> bool;

/// Returns whether `name` shows that a folder holds a run.
pub(crate) fn is_run(name: &str) -> bool {
    name == CONFIG
}

impl RunDirectory {
    /// Makes the folder if need be, and locks it. With `resume` it may hold what `belongs`
    /// to a run; without it, and if nothing there does, it must be empty.
    ///
    /// # Errors
    /// [`LabError::Occupied`], [`LabError::Foreign`], [`LabError::Busy`], [`LabError::Io`];
    /// then nothing was written into it.
    pub(crate) fn open(path: &Path, belongs: Belongs<'_>, resume: bool) -> Result<Self, LabError> {
        check(path, belongs, resume)?;
        fs::create_dir_all(path).map_err(LabError::io(path, "can't be made a folder"))?;
        let lock = FolderLock::acquire(path).map_err(|error| match error {
            LockError::Lock(cause) => LabError::io(&path.join(LOCK), "can't be locked")(cause),
            LockError::Open(cause) => LabError::io(path, "can't be written into")(cause),
            _ => LabError::Busy {
                path: path.to_owned(),
            },
        })?;
        // Again, now that nobody else can change it.
        check(path, belongs, resume)?;
        mesu_store::remove_temporaries(path).map_err(LabError::io(
            path,
            "its half-written files can't be removed",
        ))?;
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    /// Path of the file `name`.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The content of the file `name`, if there is one.
    pub(crate) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, LabError> {
        read(&self.file(name))
    }

    /// Replaces the file `name` by a JSON document.
    pub(crate) fn write_json(&self, name: &str, content: &impl Serialize) -> Result<(), LabError> {
        let text = serde_json::to_string_pretty(content).expect("numbers and words are JSON");
        self.write(name, (text + "\n").as_bytes())
    }

    /// Removes the file `name`, if there is one.
    pub(crate) fn remove(&self, name: &str) -> Result<(), LabError> {
        let path = self.file(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(LabError::io(&path, "can't be removed")(error))
            }
            _ => Ok(()),
        }
    }

    /// Replaces the file `name`, at once or not at all.
    pub(crate) fn write(&self, name: &str, content: &[u8]) -> Result<(), LabError> {
        let path = self.file(name);
        mesu_store::write(&path, content).map_err(LabError::io(
            &path,
            "can't be written, its old content is kept",
        ))
    }
}

/// Replaces the file `path`, at once or not at all; its folder must be there.
///
/// # Errors
/// [`LabError::Io`] when it can't be written.
pub fn write_file(path: &Path, content: &[u8]) -> Result<(), LabError> {
    mesu_store::write(path, content).map_err(LabError::io(path, "can't be written"))
}

/// The content of the file `path`, if there is one.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>, LabError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(LabError::io(path, "can't be read")(error)),
    }
}

/// Checks that a run may be started or resumed in `path`, as [`RunDirectory::open`] sees it.
pub(crate) fn check(path: &Path, belongs: Belongs<'_>, resume: bool) -> Result<(), LabError> {
    let names = names(path)?;
    let own = |name: &str| name == LOCK || mesu_store::is_temporary(name);
    let holds_run = names.iter().any(|name| belongs(name));
    match names.into_iter().find(|name| !own(name)) {
        Some(found) if !holds_run => Err(LabError::Foreign {
            path: path.to_owned(),
            found,
        }),
        Some(_) if !resume => Err(LabError::Occupied {
            path: path.to_owned(),
        }),
        _ => Ok(()),
    }
}

/// The names in the folder `path`, in order; none if there is no such folder.
fn names(path: &Path) -> Result<Vec<String>, LabError> {
    let unreadable = |source| LabError::RunFolder {
        path: path.to_owned(),
        source,
    };
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(unreadable)?;
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(path: &Path, resume: bool) -> Result<RunDirectory, LabError> {
        RunDirectory::open(path, &is_run, resume)
    }

    #[test]
    fn a_new_folder_is_made_and_written() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("a").join("b");
        let directory = open(&path, false).unwrap();
        directory.write("x", b"one").unwrap();
        directory.write("x", b"two").unwrap();
        assert_eq!(
            directory.read("x").unwrap().as_deref(),
            Some(b"two".as_slice())
        );
        assert_eq!(directory.read("y").unwrap(), None);
        assert_eq!(names(&path).unwrap(), [LOCK, "x"]);
    }

    #[test]
    fn runs_and_strangers_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(CONFIG);
        fs::write(&file, "").unwrap();
        assert!(matches!(
            open(folder.path(), false),
            Err(LabError::Occupied { .. })
        ));
        assert!(open(folder.path(), true).is_ok());

        fs::rename(file, folder.path().join("thesis.tex")).unwrap();
        for resume in [false, true] {
            let error = open(folder.path(), resume).unwrap_err();
            assert!(error.to_string().contains("thesis.tex"), "{error}");
        }
        let file = folder.path().join("thesis.tex");
        assert!(matches!(
            open(&file, false),
            Err(LabError::RunFolder { .. })
        ));
    }

    #[test]
    fn what_a_killed_process_left_is_cleared() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".mesu-tmp-abc"), "half").unwrap();
        fs::write(folder.path().join(LOCK), "").unwrap();
        let _held = open(folder.path(), false).unwrap();
        assert_eq!(names(folder.path()).unwrap(), [LOCK]);
    }

    #[test]
    fn one_writer_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let first = open(folder.path(), false).unwrap();
        assert!(matches!(
            open(folder.path(), false),
            Err(LabError::Busy { .. })
        ));
        drop(first);
        open(folder.path(), false).unwrap();
    }
}
