//! Replacement of a file as a whole: temporary file, synchronization, rename, synchronization of
//! the folder.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// Prefix of the names of half-written files.
const TEMPORARY: &str = ".mesu-tmp-";

/// Replaces the file `path` by `content`, at once or not at all; its folder must exist.
///
/// # Errors
/// The system's reason; then the file is as it was.
pub fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    write_with(path, |file| file.write_all(content))
}

/// Replaces the file `path` by what `content` writes, at once or not at all; its folder must exist.
///
/// # Errors
/// The system's reason, or that of `content`; then the file is as it was.
pub fn write_with(
    path: &Path,
    content: impl FnOnce(&mut BufWriter<&File>) -> io::Result<()>,
) -> io::Result<()> {
    let temporary = temporary(path)?;
    let mut writer = BufWriter::new(temporary.as_file());
    content(&mut writer)?;
    writer.flush()?;
    drop(writer);
    temporary.as_file().sync_all()?;
    temporary.persist(path).map_err(|error| error.error)?;
    sync_folder(folder_of(path))
}

/// Moves `file`, written under the name `from`, to `to` in the same folder, at once or not at all.
///
/// # Errors
/// The system's reason; then `to` is as it was.
pub fn publish(file: &File, from: &Path, to: &Path) -> io::Result<()> {
    file.sync_all()?;
    fs::rename(from, to)?;
    sync_folder(folder_of(to))
}

/// Tells whether [`write()`] can make a file at `path`: to be asked before hours of work.
///
/// # Errors
/// The system's reason against it.
pub fn probe(path: &Path) -> io::Result<()> {
    temporary(path).map(drop)
}

/// Returns the folder that `path` lies in; `.` for a bare name.
#[must_use]
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// Tells whether `name` is that of a half-written file.
#[must_use]
pub fn is_temporary(name: &str) -> bool {
    name.starts_with(TEMPORARY)
}

/// Removes the half-written files in `folder` that a killed process left. To be called by the only
/// writer of the folder.
///
/// # Errors
/// The system's reason.
pub fn remove_temporaries(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if is_temporary(&entry.file_name().to_string_lossy()) {
            match fs::remove_file(entry.path()) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}

/// Synchronizes the names in `folder` with the disk, where the system can (Unix).
///
/// # Errors
/// The system's reason.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    // A name is safe on disk once its folder is.
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

/// Makes a new file beside `path` that is removed when it is dropped.
fn temporary(path: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY);
    #[cfg(unix)]
    {
        // As other files of the user, rather than for the user alone.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    // The system's reason alone: the name of a temporary file helps nobody.
    let reason = |error: io::Error| match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => io::Error::from(error.kind()),
    };
    builder.tempfile_in(folder_of(path)).map_err(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let name = |entry: io::Result<fs::DirEntry>| {
            entry.unwrap().file_name().to_string_lossy().into_owned()
        };
        let mut names: Vec<String> = entries.map(name).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(names(folder.path()), ["x"]);
    }

    #[test]
    fn a_failed_writer_leaves_the_old_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        write(&path, b"one").unwrap();
        let failed = write_with(&path, |file| {
            file.write_all(b"half")?;
            Err(io::Error::other("no more"))
        });
        assert_eq!(failed.unwrap_err().to_string(), "no more");
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(names(folder.path()), ["x"]);
    }

    #[test]
    fn a_published_file_takes_the_place_of_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let (part, whole) = (folder.path().join("x.part"), folder.path().join("x"));
        fs::write(&whole, b"one").unwrap();
        let mut file = File::create(&part).unwrap();
        file.write_all(b"two").unwrap();
        publish(&file, &part, &whole).unwrap();
        assert_eq!(fs::read(&whole).unwrap(), b"two");
        assert_eq!(names(folder.path()), ["x"]);
    }

    #[test]
    fn a_probe_leaves_nothing_and_names_no_temporary() {
        let folder = tempfile::tempdir().unwrap();
        probe(&folder.path().join("x")).unwrap();
        assert_eq!(names(folder.path()), [""; 0]);
        let error = probe(&folder.path().join("gone").join("x")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(!error.to_string().contains(TEMPORARY), "{error}");
    }

    #[test]
    fn only_temporaries_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        for name in [".mesu-tmp-abc", "x", ".lock"] {
            fs::write(folder.path().join(name), b"").unwrap();
        }
        remove_temporaries(folder.path()).unwrap();
        assert_eq!(names(folder.path()), [".lock", "x"]);
    }

    #[test]
    fn the_folder_of_a_bare_name_is_the_current_one() {
        assert_eq!(folder_of(Path::new("x")), Path::new("."));
        assert_eq!(folder_of(Path::new("a/x")), Path::new("a"));
    }
}
