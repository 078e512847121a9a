//! A file on its way: `NAME.part` beside its place, until it is whole and checked.

use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// A half-written file, locked, with the checksum of what it holds.
pub(super) struct Part {
    target: PathBuf,
    path: PathBuf,
    file: File,
    sum: md5::Context,
    bytes: u64,
}

impl Part {
    /// Opens the part of `target`, and makes its folder if need be. What an earlier attempt
    /// left is kept and counted if `resume`.
    pub(super) fn open(target: &Path, resume: bool) -> Result<Self> {
        let mut name = target.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let path = target.with_file_name(name);
        let failed = || format!("{}: can't be written", path.display());
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder).with_context(failed)?;
        }
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .with_context(failed)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => bail!(
                "{}: another process is writing it; wait until it has ended",
                path.display()
            ),
            // Some network file systems have no locks.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        // Another process may have finished between a look and this lock.
        if target.exists() {
            let _ = fs::remove_file(&path);
            bail!("{}: arrived meanwhile; run this again", target.display());
        }
        let mut part = Self {
            target: target.to_owned(),
            path,
            file,
            sum: md5::Context::new(),
            bytes: 0,
        };
        if resume {
            part.count().with_context(failed_to_read(&part.path))?;
        } else {
            part.restart()?;
        }
        Ok(part)
    }

    /// Reads what is there into the checksum.
    fn count(&mut self) -> std::io::Result<()> {
        let mut buffer = vec![0; 1 << 16];
        loop {
            match self.file.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(read) => {
                    self.sum.consume(&buffer[..read]);
                    self.bytes += read as u64;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Bytes it holds.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The checksum of what it holds, in hexadecimal.
    pub(super) fn md5(&self) -> String {
        format!("{:x}", self.sum.clone().finalize())
    }

    /// Path of the file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Empties it.
    pub(super) fn restart(&mut self) -> Result<()> {
        use std::io::{Seek, SeekFrom};
        self.file
            .set_len(0)
            .and_then(|()| self.file.seek(SeekFrom::Start(0)).map(|_| ()))
            .with_context(|| format!("{}: can't be written", self.path.display()))?;
        self.sum = md5::Context::new();
        self.bytes = 0;
        Ok(())
    }

    /// Adds to its end.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.file
            .write_all(bytes)
            .with_context(|| format!("{}: can't be written", self.path.display()))?;
        self.sum.consume(bytes);
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// Puts it in its place, safe from a power cut.
    pub(super) fn finish(self) -> Result<()> {
        mesu_store::publish(&self.file, &self.path, &self.target)
            .with_context(|| format!("{}: can't be written", self.target.display()))
    }

    /// Leaves it for another attempt, or nothing if it is empty.
    pub(super) fn leave(self) {
        if self.bytes == 0 {
            self.remove();
        }
    }

    /// Takes it away, and its folder if nothing else is in there. What can't be removed is
    /// checked when it is resumed.
    pub(super) fn remove(self) {
        let _ = fs::remove_file(&self.path);
        if let Some(folder) = self.path.parent() {
            let _ = fs::remove_dir(folder);
        }
    }
}

fn failed_to_read(path: &Path) -> impl Fn() -> String {
    let path = path.display().to_string();
    move || format!("{path}: can't be read; remove it")
}

/// The checksum of a whole file, in hexadecimal.
pub(super) fn md5_of(path: &Path) -> Result<String> {
    let mut sum = md5::Context::new();
    let mut file =
        File::open(path).with_context(|| format!("{}: can't be read", path.display()))?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(format!("{:x}", sum.finalize())),
            Ok(read) => sum.consume(&buffer[..read]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => {
                return Err(error).with_context(|| format!("{}: can't be read", path.display()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_gone_on_with_or_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("set").join("file.gz");
        let mut part = Part::open(&target, true).unwrap();
        part.append(b"abc").unwrap();
        let busy = Part::open(&target, true).err().unwrap().to_string();
        assert!(busy.contains("file.gz.part: another process"), "{busy}");
        part.leave();
        let mut part = Part::open(&target, true).unwrap();
        assert_eq!(part.bytes(), 3);
        part.append(b"d").unwrap();
        assert_eq!(part.md5(), format!("{:x}", md5::compute("abcd")));
        part.restart().unwrap();
        part.append(b"xy").unwrap();
        part.leave();
        let part = Part::open(&target, false).unwrap();
        assert_eq!(part.bytes(), 0);
        part.leave();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn finished_it_is_in_its_place_and_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("file.gz");
        let mut part = Part::open(&target, true).unwrap();
        part.append(b"abc").unwrap();
        part.finish().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"abc");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(
            md5_of(&target).unwrap(),
            format!("{:x}", md5::compute("abc"))
        );
        let error = Part::open(&target, true).err().unwrap().to_string();
        assert!(error.contains("arrived meanwhile"), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
