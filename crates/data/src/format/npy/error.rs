//! Errors of an array or of an archive of arrays.

use std::io;

use super::limits::MAX_BYTES;

/// Reason why bytes are not an array that can be read. `file` is the path or name of the file,
/// with the array's name where it is one of several.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NpyError {
    /// The operating system does not give the file, or a compressed stream is damaged.
    #[error("{file}: cannot be read: {cause}")]
    Unreadable {
        /// The file.
        file: String,
        /// The reason.
        cause: io::Error,
    },
    /// The first bytes are not those of the format.
    #[error("{file}: starts with {got:02x?}, expected 93 4e 55 4d 50 59 (NPY)")]
    Magic {
        /// The file.
        file: String,
        /// First bytes of the file, at most 6.
        got: Vec<u8>,
    },
    /// A version that did not exist when this was written.
    #[error("{file}: NPY version {major}.{minor}, expected 1.0, 2.0 or 3.0")]
    Version {
        /// The file.
        file: String,
        /// First byte of the version.
        major: u8,
        /// Second byte.
        minor: u8,
    },
    /// The header is not the dictionary it should be.
    #[error("{file}: header: {what}, expected {{'descr': …, 'fortran_order': …, 'shape': …}}")]
    Header {
        /// The file.
        file: String,
        /// Value that was found.
        what: String,
    },
    /// Elements that only Python can read, and that can run code there.
    #[error("{file}: holds Python objects (dtype {descr}), expected numbers or text")]
    Object {
        /// The file.
        file: String,
        /// The header's dtype.
        descr: String,
    },
    /// Elements of a kind that is not read here.
    #[error(
        "{file}: dtype {descr} is not read, expected bool, integers, floats of 16, 32 or 64 bits, or <U text"
    )]
    Dtype {
        /// The file.
        file: String,
        /// The header's dtype.
        descr: String,
    },
    /// The header announces more than is ever read.
    #[error(
        "{file}: the header announces {shape:?} elements of {size} bytes, more than the limit of {} bytes",
        MAX_BYTES
    )]
    TooLarge {
        /// The file.
        file: String,
        /// The header's shape.
        shape: Vec<u64>,
        /// Bytes of one element.
        size: u64,
    },
    /// The data end early.
    #[error("{file}: truncated, {got} bytes where the header asks for {expected}")]
    Truncated {
        /// The file.
        file: String,
        /// Bytes that a whole array has, header included.
        expected: u64,
        /// Bytes this one has.
        got: u64,
    },
    /// The data go on after the last element.
    #[error("{file}: over-long, more bytes follow the {expected} that the header asks for")]
    Trailing {
        /// The file.
        file: String,
        /// Bytes that a whole array has, header included.
        expected: u64,
    },
    /// Text that is no Unicode.
    #[error("{file}: element {index} holds {code:#x}, which is no character")]
    Character {
        /// The file.
        file: String,
        /// The element, counted from 0 in the file's order.
        index: usize,
        /// The number that names no character.
        code: u32,
    },
}

/// Reason why a file is not an archive of arrays, or lacks one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NpzError {
    /// The operating system does not give or take the file.
    #[error("{file}: {what}: {cause}")]
    Io {
        /// The file.
        file: String,
        /// Attempt.
        what: &'static str,
        /// The reason.
        cause: io::Error,
    },
    /// No zip archive, or a damaged one.
    #[error("{file}: no readable NPZ (zip) archive: {what}")]
    Archive {
        /// The file.
        file: String,
        /// Message of the reader.
        what: String,
    },
    /// No array of that name.
    #[error("{file}: holds no array {name}, but {}", listed(found))]
    Missing {
        /// The file.
        file: String,
        /// The array looked for.
        name: String,
        /// Arrays that are there.
        found: Vec<String>,
    },
    /// A few bytes that unfold to very many.
    #[error("{file}, array {name}: {packed} bytes unfold to {unpacked}, which no real data do")]
    Bomb {
        /// The file.
        file: String,
        /// The array.
        name: String,
        /// Compressed size in bytes.
        packed: u64,
        /// Size it would have.
        unpacked: u64,
    },
    /// The archive's member is no array, or a damaged one.
    #[error(transparent)]
    Array(#[from] NpyError),
}

/// The first names of `names`, in one line.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 12;
    match names.len() {
        0 => "no array at all".to_owned(),
        count if count > SHOWN => {
            format!("{} and {} more", names[..SHOWN].join(", "), count - SHOWN)
        }
        _ => names.join(", "),
    }
}
