//! Reasons why a file is not an IDX file.

use std::io;

use super::layout::{IMAGES_MAGIC, LABELS_MAGIC, MAX_BYTES};

/// Reason why a file is not an IDX file of the wanted kind. `file` is its path or name.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdxError {
    /// The operating system does not give the file.
    #[error("{file}: cannot be read: {cause}")]
    Unreadable {
        /// The file.
        file: String,
        /// The system's reason.
        cause: io::Error,
    },
    /// The compressed stream is damaged or followed by something else.
    #[error("{file}: corrupt gzip stream after {at} unpacked bytes: {cause}")]
    Gzip {
        /// The file.
        file: String,
        /// Bytes that could be unpacked.
        at: u64,
        /// Finding of the decoder.
        cause: io::Error,
    },
    /// The first four bytes name another kind of file.
    #[error(
        "{file}: starts with 0x{got:08x}, expected 0x{expected:08x} ({kind}){}",
        other_kind(*expected, *got)
    )]
    Magic {
        /// The file.
        file: String,
        /// The kind of file wanted.
        kind: &'static str,
        /// The number such a file starts with.
        expected: u32,
        /// The number this one starts with.
        got: u32,
    },
    /// A dimension is zero.
    #[error("{file}: the header's {dimension} is 0, expected at least 1")]
    ZeroDimension {
        /// The file.
        file: String,
        /// Dimension: "count", "rows" or "columns".
        dimension: &'static str,
    },
    /// The header announces more than is ever read.
    #[error(
        "{file}: the header announces {dimensions:?} bytes, more than the limit of {} bytes",
        MAX_BYTES
    )]
    TooLarge {
        /// The file.
        file: String,
        /// The header's dimensions, whose product is the size.
        dimensions: Vec<u32>,
    },
    /// The file ends early.
    #[error("{file}: truncated, {got} bytes where the header asks for {expected}")]
    Truncated {
        /// The file.
        file: String,
        /// Bytes that a whole file has, header included (unpacked).
        expected: u64,
        /// Bytes this one has.
        got: u64,
    },
    /// The file goes on after its last byte.
    #[error("{file}: over-long, more bytes follow the {expected} that the header asks for")]
    Trailing {
        /// The file.
        file: String,
        /// Bytes that a whole file has, header included (unpacked).
        expected: u64,
    },
}

/// Returns `; it is a labels file` of an IDX file of the other kind.
fn other_kind(expected: u32, got: u32) -> &'static str {
    match (expected, got) {
        (IMAGES_MAGIC, LABELS_MAGIC) => "; it is a labels file",
        (LABELS_MAGIC, IMAGES_MAGIC) => "; it is an images file",
        _ => "",
    }
}
