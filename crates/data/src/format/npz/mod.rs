//! NPZ: a zip archive of arrays, each under its name with `.npy` behind it, as
//! `numpy.savez` and `numpy.savez_compressed` write them.
//!
//! An archive is not trusted: see [`npy`](super::npy) for what holds of each array. One that
//! would unfold to more than [`FREE_BYTES`] must have filled at least 1/[`MAX_RATIO`] of it,
//! or it is refused before it is unfolded.
//!
//! ```
//! use mesu_data::format::npy::{Array, Elements};
//! use mesu_data::format::npz::{Npz, write};
//!
//! let features = Array::new(&[2, 3], Elements::F32(vec![0.0, 0.5, 1.0, 1.5, 2.0, 2.5])).unwrap();
//! let classes = Array::list(Elements::Text(vec!["cat".to_owned(), "dog".to_owned()]));
//! let mut file = std::io::Cursor::new(Vec::new());
//! write(&mut file, &[("features", &features), ("classes", &classes)])?;
//!
//! let mut npz = Npz::read(file, "animals.npz")?;
//! assert_eq!(npz.names(), ["features", "classes"]);
//! assert_eq!(npz.array("features")?, features);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, Write};
use std::path::Path;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::npy::{Array, NpzError};

/// Whatever unfolds to no more than this is never called a bomb.
pub const FREE_BYTES: u64 = 1 << 26;
/// Number of bytes that one byte of the archive may stand for beyond that; deflate allows 1032.
pub const MAX_RATIO: u64 = 200;

const ENDING: &str = ".npy";

/// An open archive, of which arrays are read one at a time.
pub struct Npz<R> {
    archive: ZipArchive<R>,
    file: String,
    names: Vec<String>,
}

impl Npz<BufReader<File>> {
    /// Opens the archive at `path`; no array is read yet.
    ///
    /// # Errors
    /// [`NpzError::Io`] or [`NpzError::Archive`].
    pub fn open(path: &Path) -> Result<Self, NpzError> {
        let file = path.display().to_string();
        match File::open(path) {
            Ok(content) => Self::read(BufReader::new(content), &file),
            Err(cause) => Err(NpzError::Io {
                file,
                what: "cannot be read",
                cause,
            }),
        }
    }
}

impl<R: Read + Seek> Npz<R> {
    /// Opens the archive in `content`, called `file` in errors.
    ///
    /// # Errors
    /// [`NpzError::Io`] or [`NpzError::Archive`].
    pub fn read(content: R, file: &str) -> Result<Self, NpzError> {
        let archive = ZipArchive::new(content).map_err(|cause| failed(cause, file))?;
        let names = archive
            .file_names()
            .filter_map(|name| Some(name.ok()?.strip_suffix(ENDING)?.to_owned()))
            .collect();
        Ok(Self {
            archive,
            file: file.to_owned(),
            names,
        })
    }

    /// The names of its arrays, in the archive's order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Reads the array `name`.
    ///
    /// # Errors
    /// Any [`NpzError`].
    pub fn array(&mut self, name: &str) -> Result<Array, NpzError> {
        let Some(index) = self.archive.index_for_name(&format!("{name}{ENDING}")) else {
            return Err(NpzError::Missing {
                file: self.file.clone(),
                name: name.to_owned(),
                found: self.names.clone(),
            });
        };
        let member = self
            .archive
            .by_index(index)
            .map_err(|cause| failed(cause, &format!("{}, array {name}", self.file)))?;
        let (packed, unpacked) = (member.compressed_size(), member.size());
        if unpacked > FREE_BYTES && unpacked / MAX_RATIO > packed {
            return Err(NpzError::Bomb {
                file: self.file.clone(),
                name: name.to_owned(),
                packed,
                unpacked,
            });
        }
        // What the directory says of its size is all that is unfolded, and one byte to tell.
        let member = member.take(unpacked.saturating_add(1));
        Ok(Array::read(
            member,
            &format!("{}, array {name}", self.file),
        )?)
    }
}

/// Writes `arrays`, each with its name, as a compressed archive; the same bytes for the same arrays.
///
/// # Errors
/// Those of `to`.
pub fn write(to: impl Write + Seek, arrays: &[(&str, &Array)]) -> io::Result<()> {
    let mut archive = ZipWriter::new(to);
    for (name, array) in arrays {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            // Headers are short: an array near the limit takes the large form.
            .large_file(array.bytes() > u64::from(u32::MAX / 2));
        archive.start_file(format!("{name}{ENDING}"), options)?;
        array.write(&mut archive)?;
    }
    archive.finish()?.flush()
}

fn failed(cause: zip::result::ZipError, file: &str) -> NpzError {
    match cause {
        zip::result::ZipError::Io(cause) if cause.kind() != io::ErrorKind::UnexpectedEof => {
            NpzError::Io {
                file: file.to_owned(),
                what: "cannot be read",
                cause,
            }
        }
        cause => NpzError::Archive {
            file: file.to_owned(),
            what: cause.to_string(),
        },
    }
}
