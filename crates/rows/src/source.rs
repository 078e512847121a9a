//! Sources of rows: files, folders, or whatever can be read.

use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::error::RowsError;
use crate::format::{ENDINGS, Format};

/// Source of rows.
#[derive(Debug)]
pub struct Source(pub(crate) Vec<Part>);

/// One file of a source, or a stream.
pub(crate) enum Part {
    File(PathBuf),
    Stream(String, Box<dyn Read + Send>),
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{path:?}"),
            Self::Stream(name, _) => write!(f, "stream {name}"),
        }
    }
}

impl Source {
    /// Returns the source of one file, or of the files of a folder in the order of their names (of their
    /// bytes: `10.csv` before `9.csv`). Of a folder those files are read whose ending is that of a table;
    /// hidden files and folders in it are not.
    ///
    /// # Errors
    /// [`RowsError::Unopened`]; [`RowsError::NoFiles`] for a folder without a table.
    pub fn path(path: impl AsRef<Path>) -> Result<Self, RowsError> {
        Self::paths([path])
    }

    /// Returns the source of several files or folders, in the order given. They must have the same columns,
    /// in any order.
    ///
    /// # Errors
    /// Those of [`path`](Self::path).
    pub fn paths<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Result<Self, RowsError> {
        let mut parts = Vec::new();
        for path in paths {
            let path = path.as_ref();
            let unopened = |source: io::Error| RowsError::Unopened {
                path: path.display().to_string(),
                source,
            };
            if fs::metadata(path).map_err(unopened)?.is_dir() {
                parts.extend(tables(path)?.into_iter().map(Part::File));
            } else {
                parts.push(Part::File(path.to_owned()));
            }
        }
        Ok(Self(parts))
    }

    /// Returns the source of what `bytes` gives, called `name` in errors. It is read as it comes.
    pub fn reader(name: &str, bytes: impl Read + Send + 'static) -> Self {
        Self(vec![Part::Stream(name.to_owned(), Box::new(bytes))])
    }

    /// Returns the source of the standard input.
    #[must_use]
    pub fn stdin() -> Self {
        Self::reader("standard input", io::stdin())
    }
}

/// Tables of a folder, in the order of their names.
fn tables(folder: &Path) -> Result<Vec<PathBuf>, RowsError> {
    let unopened = |source| RowsError::Unopened {
        path: folder.display().to_string(),
        source,
    };
    let mut tables = Vec::new();
    for entry in fs::read_dir(folder).map_err(unopened)? {
        let path = entry.map_err(unopened)?.path();
        let hidden = path
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if !hidden && Format::of_path(&path).is_some() && path.is_file() {
            tables.push(path);
        }
    }
    if tables.is_empty() {
        let endings: Vec<String> = ENDINGS
            .iter()
            .map(|(known, _)| format!(".{known}"))
            .collect();
        return Err(RowsError::NoFiles {
            folder: folder.display().to_string(),
            expected: endings.join(", "),
        });
    }
    tables.sort();
    Ok(tables)
}
