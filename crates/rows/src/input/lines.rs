//! Lines of a text, with their numbers.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};

use super::Bytes;
use crate::error::{At, MAX_ROW, RowsError};

/// Most lines that are looked at before the first row is read.
const FIRST: usize = 64;

/// Lines of a text, read one at a time into memory that is used again.
pub(crate) struct Lines {
    file: String,
    bytes: BufReader<Bytes>,
    /// Lines that were looked at and not yet read.
    first: VecDeque<Vec<u8>>,
    /// Number of lines that were read.
    number: u64,
    /// Number of the line that the row begins in.
    begin: u64,
}

impl Lines {
    pub(crate) fn new(file: String, bytes: Bytes) -> Self {
        Self {
            file,
            bytes: BufReader::with_capacity(1 << 16, bytes),
            first: VecDeque::new(),
            number: 0,
            begin: 0,
        }
    }

    /// Name of the file.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// Place of `row`, which is read.
    pub(crate) fn at(&self, row: Option<u64>) -> At {
        At {
            file: self.file.clone(),
            row,
            line: Some(self.begin),
            column: None,
        }
    }

    /// Reads the next line of `row` to the end of `to`, with what ends it; `false` where there is none. The
    /// row begins with it where `to` is empty.
    ///
    /// # Errors
    /// [`RowsError::Unreadable`], or [`RowsError::TooLong`] where `to` would be longer than a row may be.
    pub(crate) fn read(&mut self, to: &mut Vec<u8>, row: Option<u64>) -> Result<bool, RowsError> {
        let before = to.len();
        if before == 0 {
            self.begin = self.number + 1;
        }
        if let Some(line) = self.first.pop_front() {
            to.extend(line);
        } else {
            self.take(to).map_err(|source| RowsError::Unreadable {
                at: self.at(row),
                source,
            })?;
        }
        if to.len() > MAX_ROW {
            return Err(RowsError::TooLong { at: self.at(row) });
        }
        let read = to.len() > before;
        self.number += u64::from(read);
        Ok(read)
    }

    /// Looks at the first lines without reading them, at most `count`, and no more than 64 or, where they
    /// are long, than 16 MiB.
    ///
    /// # Errors
    /// [`RowsError::Unreadable`], or [`RowsError::TooLong`].
    pub(crate) fn first(&mut self, count: usize) -> Result<&VecDeque<Vec<u8>>, RowsError> {
        let mut bytes: usize = self.first.iter().map(Vec::len).sum();
        while self.first.len() < count.min(FIRST) && bytes <= MAX_ROW {
            let mut line = Vec::new();
            let taken = self.take(&mut line);
            let at = || At {
                line: Some(self.first.len() as u64 + 1),
                ..self.at(None)
            };
            taken.map_err(|source| RowsError::Unreadable { at: at(), source })?;
            if line.len() > MAX_ROW {
                return Err(RowsError::TooLong { at: at() });
            }
            if line.is_empty() {
                break;
            }
            bytes += line.len();
            self.first.push_back(line);
        }
        Ok(&self.first)
    }

    fn take(&mut self, to: &mut Vec<u8>) -> io::Result<()> {
        let room = (MAX_ROW + 1).saturating_sub(to.len());
        self.bytes
            .by_ref()
            .take(room as u64)
            .read_until(b'\n', to)
            .map(drop)
    }
}

/// Content of a line, or of a row over several, without what ends it.
pub(crate) fn content(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
