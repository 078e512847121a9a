//! What can be wrong with an array or with an archive of arrays.

use std::io;

use super::limits::MAX_BYTES;

/// Why bytes are not an array that can be read. `file` is the path or name of the file,
/// with the array's name where it is one of several.
#[derive(Debug, thiserror::Error)]
pub enum NpyError {
    /// The operating system does not give the file, or a compressed stream is damaged.
    #[error("{file}: cannot be read: {cause}; check the path, or get the file again")]
    Unreadable {
        /// The file.
        file: String,
        /// The reason.
        cause: io::Error,
    },
    /// The first bytes are not those of the format.
    #[error(
        "{file}: starts with {got:02x?}, expected 93 4e 55 4d 50 59 (NPY); give an array that numpy saved"
    )]
    Magic {
        /// The file.
        file: String,
        /// Its first bytes, at most 6.
        got: Vec<u8>,
    },
    /// A version that did not exist when this was written.
    #[error(
        "{file}: NPY version {major}.{minor}, expected 1.0, 2.0 or 3.0; save it with numpy.save"
    )]
    Version {
        /// The file.
        file: String,
        /// First byte of the version.
        major: u8,
        /// Second byte.
        minor: u8,
    },
    /// The header is not the dictionary it should be.
    #[error(
        "{file}: header: {what}, expected {{'descr': …, 'fortran_order': …, 'shape': …}}; save it anew with numpy.save"
    )]
    Header {
        /// The file.
        file: String,
        /// What was found.
        what: String,
    },
    /// Elements that only Python can read, and that can run code there.
    #[error(
        "{file}: holds Python objects (dtype {descr}), expected numbers or text; convert it with .astype and save it anew"
    )]
    Object {
        /// The file.
        file: String,
        /// The header's dtype.
        descr: String,
    },
    /// Elements of a kind that is not read here.
    #[error(
        "{file}: dtype {descr} is not read, expected bool, integers, floats of 16, 32 or 64 bits, or <U text; convert it with .astype"
    )]
    Dtype {
        /// The file.
        file: String,
        /// The header's dtype.
        descr: String,
    },
    /// The header announces more than is ever read.
    #[error(
        "{file}: the header announces {shape:?} elements of {size} bytes, more than the limit of {} bytes; split the array",
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
    #[error(
        "{file}: truncated, {got} bytes where the header asks for {expected}; get the file again"
    )]
    Truncated {
        /// The file.
        file: String,
        /// Bytes that a whole array has, header included.
        expected: u64,
        /// Bytes this one has.
        got: u64,
    },
    /// The data go on after the last element.
    #[error(
        "{file}: over-long, more bytes follow the {expected} that the header asks for; get the file again"
    )]
    Trailing {
        /// The file.
        file: String,
        /// Bytes that a whole array has, header included.
        expected: u64,
    },
    /// Text that is no Unicode.
    #[error("{file}: element {index} holds {code:#x}, which is no character; save it anew as text")]
    Character {
        /// The file.
        file: String,
        /// The element, counted from 0 in the file's order.
        index: usize,
        /// The number that names no character.
        code: u32,
    },
}

/// Why a file is not an archive of arrays, or lacks one.
#[derive(Debug, thiserror::Error)]
pub enum NpzError {
    /// The operating system does not give or take the file.
    #[error("{file}: {what}: {cause}; check the path and its permissions")]
    Io {
        /// The file.
        file: String,
        /// What was tried.
        what: &'static str,
        /// The reason.
        cause: io::Error,
    },
    /// No zip archive, or a damaged one.
    #[error(
        "{file}: no readable NPZ (zip) archive: {what}; get the file again, or save it with numpy.savez"
    )]
    Archive {
        /// The file.
        file: String,
        /// What the reader says.
        what: String,
    },
    /// No array of that name.
    #[error(
        "{file}: holds no array {name}, but {}; name one of these",
        listed(found)
    )]
    Missing {
        /// The file.
        file: String,
        /// The array looked for.
        name: String,
        /// Those that are there.
        found: Vec<String>,
    },
    /// A few bytes that unfold to very many.
    #[error(
        "{file}, array {name}: {packed} bytes unfold to {unpacked}, which no real data do; save it anew with numpy.savez"
    )]
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
