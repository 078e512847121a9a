//! Reasons why files are not a CIFAR set.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

use super::layout::MAX_BYTES;
use crate::dataset::DatasetError;

/// Reason why files are not a CIFAR set. `file` is a path, within an archive followed by the entry's.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CifarError {
    /// Absence of both the archive and its folder.
    #[error(
        "{}: no {archive} there, nor a folder {folder} with its files", path.display()
    )]
    NotThere {
        /// Place where it was looked for.
        path: PathBuf,
        /// The archive's name.
        archive: &'static str,
        /// Name of its folder.
        folder: &'static str,
    },
    /// The operating system does not give the file.
    #[error("{file}: cannot be read: {cause}")]
    Unreadable {
        /// The file.
        file: String,
        /// The system's reason.
        cause: io::Error,
    },
    /// The compressed stream is damaged, or not one.
    #[error("{file}: corrupt gzip stream: {cause}")]
    Gzip {
        /// The file.
        file: String,
        /// Finding of the decoder.
        cause: io::Error,
    },
    /// The archive's structure is damaged.
    #[error("{file}: corrupt tar archive: {cause}")]
    Tar {
        /// The file.
        file: String,
        /// Finding of the reader.
        cause: io::Error,
    },
    /// The archive holds something that a data set's archive never does.
    #[error("{file}: {what}, expected files and folders below the archive's own")]
    Hostile {
        /// The file.
        file: String,
        /// Defect: "a path that climbs out", "an absolute path", "a link" or "a special file".
        what: &'static str,
    },
    /// A file that occurs twice: which one is meant?
    #[error("{file}: there twice, expected once")]
    Twice {
        /// The file.
        file: String,
    },
    /// Announcement of more than is ever read.
    #[error("{file}: {bytes} bytes in all up to here, more than the limit of {MAX_BYTES}")]
    TooLarge {
        /// The file.
        file: String,
        /// Bytes of it and of all files before it.
        bytes: u64,
    },
    /// A size that is no number of records.
    #[error("{file}: {bytes} bytes, expected a multiple of {record}, the bytes of a record")]
    RecordSize {
        /// The file.
        file: String,
        /// Size of the file.
        bytes: u64,
        /// Bytes of a record.
        record: usize,
    },
    /// The file ends before the size that is announced for it.
    #[error("{file}: truncated in record {index}, {got} bytes where {expected} are announced")]
    Truncated {
        /// The file.
        file: String,
        /// The incomplete record, counted from 0.
        index: usize,
        /// Bytes that were announced.
        expected: u64,
        /// Bytes that there are.
        got: u64,
    },
    /// A label names no class.
    #[error(
        "{file}: record {index} has {kind} {label}, expected 0..={}",
        classes - 1
    )]
    Label {
        /// The file.
        file: String,
        /// The record, counted from 0.
        index: usize,
        /// Kind of label: "label", "coarse label" or "fine label".
        kind: &'static str,
        /// Value of the label.
        label: u8,
        /// Number of classes, at least 1.
        classes: usize,
    },
    /// A file of names that has not one for each class.
    #[error("{file}: {names} names, expected {classes} in lines of UTF-8")]
    Names {
        /// The file.
        file: String,
        /// Names there are.
        names: usize,
        /// Names there should be.
        classes: usize,
    },
    /// No file of images at all.
    #[error("{file}: holds none of {expected}")]
    NoImages {
        /// The archive or folder.
        file: String,
        /// The names of those files.
        expected: &'static str,
    },
    /// Content that does not make a data set.
    #[error("{file}: {error}")]
    Dataset {
        /// The archive or folder.
        file: String,
        /// Defect.
        error: DatasetError,
    },
}

/// A file as errors speak of it.
#[derive(Clone, Debug)]
pub(super) struct Name {
    pub(super) file: String,
    /// Returns whether it comes out of a gzip stream, whose decoder has findings of its own.
    pub(super) packed: bool,
}

impl Name {
    pub(super) fn failed(&self, cause: io::Error) -> CifarError {
        let file = self.file.clone();
        match cause.kind() {
            ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::UnexpectedEof
                if self.packed =>
            {
                CifarError::Gzip { file, cause }
            }
            _ => CifarError::Unreadable { file, cause },
        }
    }
}
