//! Writing of rows as CSV, TSV or JSON lines.

mod error;
#[cfg(feature = "parquet")]
mod parquet;
mod text;

use std::collections::HashSet;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

pub use error::WriteError;
#[cfg(feature = "parquet")]
pub use parquet::ParquetWriter;
use text::{Encoder, Text};

use crate::error::shown;
use crate::format::Format;
use crate::row::ValueRef;

/// Endings of formats that are written.
const ENDINGS: &str = ".csv, .tsv or .jsonl";

/// Writer of rows with named columns.
///
/// Numbers have the fewest digits that are read back as the same f64. What was written is in the file after
/// [`flush`](Self::flush): a writer that is dropped has lost what it could not write.
///
/// ```
/// use mesu_rows::{ValueRef, Writer};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("predictions.csv");
/// let columns = ["id".to_owned(), "probability".to_owned()];
/// let mut writer = Writer::create(&path, &columns, None)?;
/// writer.write(&["a".into(), 0.75.into()])?;
/// writer.flush()?;
/// let bytes = writer.bytes_written();
/// writer.write(&["b".into(), ValueRef::Missing])?; // Lost with the process that wrote it, or not.
/// drop(writer);
///
/// let mut writer = Writer::append_at(&path, bytes, &columns, None)?;
/// writer.write(&["b".into(), 0.5.into()])?;
/// writer.flush()?;
/// assert_eq!(std::fs::read_to_string(&path)?, "id,probability\na,0.75\nb,0.5\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Writer {
    to: Box<dyn Write + Send>,
    /// The file, where it is one.
    synchronized: Option<File>,
    name: String,
    encoder: Encoder,
    columns: usize,
    line: Vec<u8>,
    bytes: u64,
}

impl Writer {
    /// Creates the file at `path`, or replaces its content, in `format` or that of its ending.
    ///
    /// # Errors
    /// [`WriteError::Format`], [`WriteError::Columns`], [`WriteError::Full`] or [`WriteError::Unwritten`].
    pub fn create(
        path: &Path,
        columns: &[String],
        format: Option<Format>,
    ) -> Result<Self, WriteError> {
        let name = path.display().to_string();
        let text = text_of(path, format)?;
        checked(columns, &name)?;
        let file = File::create(path).map_err(|error| WriteError::of(error, &name))?;
        Self::over(file, name, text, columns)?.with_header()
    }

    /// Returns a writer to the standard output.
    ///
    /// # Errors
    /// [`WriteError::Format`] or [`WriteError::Columns`].
    pub fn stdout(columns: &[String], format: Format) -> Result<Self, WriteError> {
        Self::to("standard output", io::stdout(), columns, format)
    }

    /// Returns a writer to `to`, called `name` in errors.
    ///
    /// # Errors
    /// [`WriteError::Format`] or [`WriteError::Columns`].
    pub fn to(
        name: &str,
        to: impl Write + Send + 'static,
        columns: &[String],
        format: Format,
    ) -> Result<Self, WriteError> {
        let text = text_of(Path::new(name), Some(format))?;
        checked(columns, name)?;
        Self::new(Box::new(to), None, name.to_owned(), text, columns).with_header()
    }

    /// Opens the file at `path` that an earlier writer of the same columns wrote `bytes` bytes to, cuts off
    /// what is behind them, and goes on there. With 0 bytes the file may be missing.
    ///
    /// # Errors
    /// [`WriteError::Shorter`] for a shorter file, [`WriteError::Other`] for one of other columns or where
    /// `bytes` is within a row, and those of [`create`](Self::create).
    pub fn append_at(
        path: &Path,
        bytes: u64,
        columns: &[String],
        format: Option<Format>,
    ) -> Result<Self, WriteError> {
        if bytes == 0 {
            return Self::create(path, columns, format);
        }
        let name = path.display().to_string();
        let text = text_of(path, format)?;
        checked(columns, &name)?;
        let unwritten = |error| WriteError::of(error, &name);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(path)
            .map_err(unwritten)?;
        let found = file.metadata().map_err(unwritten)?.len();
        if found < bytes {
            return Err(WriteError::Shorter {
                file: name,
                found,
                expected: bytes,
            });
        }
        let encoder = Encoder::new(text, columns);
        let mut first = Vec::new();
        let length = encoder.header.len() as u64;
        (&mut file)
            .take(length)
            .read_to_end(&mut first)
            .map_err(unwritten)?;
        let mut last = [0];
        file.seek(SeekFrom::Start(bytes - 1)).map_err(unwritten)?;
        file.read_exact(&mut last).map_err(unwritten)?;
        let found = if first != encoder.header {
            Some(shown(&String::from_utf8_lossy(&first)))
        } else if bytes < length || last != *b"\n" {
            Some(format!("byte {bytes} within a row"))
        } else {
            None
        };
        if let Some(found) = found {
            return Err(WriteError::Other {
                file: name,
                found,
                expected: shown(&columns.join(", ")),
            });
        }
        file.set_len(bytes).map_err(unwritten)?;
        let mut writer = Self::over(file, name, text, columns)?;
        writer.bytes = bytes;
        Ok(writer)
    }

    /// Writes one row.
    ///
    /// # Errors
    /// [`WriteError::Width`]; [`WriteError::Closed`], [`WriteError::Full`] or [`WriteError::Unwritten`].
    pub fn write(&mut self, values: &[ValueRef<'_>]) -> Result<(), WriteError> {
        if values.len() != self.columns {
            return Err(WriteError::Width {
                file: self.name.clone(),
                found: values.len(),
                expected: self.columns,
            });
        }
        self.line.clear();
        self.encoder.row(values, &mut self.line);
        self.put()
    }

    /// Number of bytes written to the file since it was created, with those that wait for a
    /// [`flush`](Self::flush).
    #[must_use]
    pub fn bytes_written(&self) -> u64 {
        self.bytes
    }

    /// Hands everything to the operating system: a killed process has then written it.
    ///
    /// # Errors
    /// [`WriteError::Closed`], [`WriteError::Full`] or [`WriteError::Unwritten`].
    pub fn flush(&mut self) -> Result<(), WriteError> {
        self.to
            .flush()
            .map_err(|error| WriteError::of(error, &self.name))
    }

    /// Flushes, and waits until a file is on its disk: a machine without power has then written it.
    ///
    /// # Errors
    /// Those of [`flush`](Self::flush).
    pub fn synchronize(&mut self) -> Result<(), WriteError> {
        self.flush()?;
        match &self.synchronized {
            Some(file) => file
                .sync_data()
                .map_err(|error| WriteError::of(error, &self.name)),
            None => Ok(()),
        }
    }

    /// Returns a writer to the end of `file`.
    fn over(
        mut file: File,
        name: String,
        text: Text,
        columns: &[String],
    ) -> Result<Self, WriteError> {
        let unwritten = |error| WriteError::of(error, &name);
        file.seek(SeekFrom::End(0)).map_err(unwritten)?;
        let same = file.try_clone().map_err(unwritten)?;
        Ok(Self::new(Box::new(file), Some(same), name, text, columns))
    }

    fn new(
        to: Box<dyn Write + Send>,
        synchronized: Option<File>,
        name: String,
        text: Text,
        columns: &[String],
    ) -> Self {
        Self {
            to: Box::new(BufWriter::with_capacity(1 << 16, to)),
            synchronized,
            name,
            encoder: Encoder::new(text, columns),
            columns: columns.len(),
            line: Vec::new(),
            bytes: 0,
        }
    }

    fn with_header(mut self) -> Result<Self, WriteError> {
        self.line.clone_from(&self.encoder.header);
        self.put()?;
        Ok(self)
    }

    /// Writes the line.
    fn put(&mut self) -> Result<(), WriteError> {
        self.to
            .write_all(&self.line)
            .map_err(|error| WriteError::of(error, &self.name))?;
        self.bytes += self.line.len() as u64;
        Ok(())
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer")
            .field("name", &self.name)
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

/// Format that a file is written in; without one given, that of its ending.
fn text_of(path: &Path, format: Option<Format>) -> Result<Text, WriteError> {
    let packed = path
        .extension()
        .is_some_and(|ending| ending == "gz" || ending == "zst");
    match format.or_else(|| Format::of_path(path).filter(|_| !packed)) {
        Some(Format::Csv) => Ok(Text::Separated(b',')),
        Some(Format::Tsv) => Ok(Text::Separated(b'\t')),
        Some(Format::JsonLines) => Ok(Text::Json),
        _ => Err(WriteError::Format {
            file: path.display().to_string(),
            expected: ENDINGS,
        }),
    }
}

/// Checks that there are columns, and that their names differ.
fn checked(columns: &[String], file: &str) -> Result<(), WriteError> {
    let mut known = HashSet::new();
    let found = match columns.iter().find(|name| !known.insert(*name)) {
        Some(name) => format!("column {} twice", shown(name)),
        None if columns.is_empty() => "no columns".to_owned(),
        None => return Ok(()),
    };
    Err(WriteError::Columns {
        file: file.to_owned(),
        found,
    })
}
