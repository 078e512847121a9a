//! Bytes of a file or stream: unpacked by what they are, not by their name, and taken line by line.

mod lines;
mod zst;

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::PathBuf;

use flate2::read::MultiGzDecoder;

pub(crate) use lines::{Lines, content};

use crate::error::{At, RowsError};
use crate::source::Part;

pub(crate) type Bytes = Box<dyn Read + Send>;

/// Open file or stream.
pub(crate) struct Input {
    /// Path of the file, or name of the stream.
    pub(crate) name: String,
    /// Path, where the bytes are those of a file as it is: one can go back and forth in it.
    pub(crate) path: Option<PathBuf>,
    /// First bytes of what is read, at most 8.
    pub(crate) head: Vec<u8>,
    /// All bytes, unpacked, without a byte order mark.
    pub(crate) bytes: Bytes,
}

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
/// Bytes 1 to 3 of a Zstandard frame without data, which some files begin with.
const SKIPPED: &[u8] = &[0x2a, 0x4d, 0x18];
const MARK: &[u8] = &[0xef, 0xbb, 0xbf];

impl Input {
    /// Opens `part`, and looks at its first bytes.
    ///
    /// # Errors
    /// [`RowsError::Unopened`], [`RowsError::Unreadable`] or [`RowsError::Empty`].
    pub(crate) fn open(part: Part) -> Result<Self, RowsError> {
        let (name, mut path, bytes) = match part {
            Part::Stream(name, bytes) => (name, None, bytes),
            Part::File(path) => {
                let name = path.display().to_string();
                match File::open(&path) {
                    Ok(file) => (name, Some(path), Box::new(file) as Bytes),
                    Err(source) => return Err(RowsError::Unopened { path: name, source }),
                }
            }
        };
        let unreadable = |source| RowsError::Unreadable {
            at: At {
                file: name.clone(),
                row: None,
                line: None,
                column: None,
            },
            source,
        };
        let (mut head, mut bytes) = peek(bytes).map_err(unreadable)?;
        let zstd = head.starts_with(ZSTD) || head.get(1..4) == Some(SKIPPED);
        if zstd || head.starts_with(GZIP) {
            path = None;
            let packed = whole(&head, bytes);
            let unpacked: Bytes = if zstd {
                Box::new(zst::Decoder::new(BufReader::new(packed)))
            } else {
                Box::new(MultiGzDecoder::new(packed))
            };
            (head, bytes) = peek(unpacked).map_err(unreadable)?;
        }
        if head.starts_with(MARK) {
            head.drain(..MARK.len());
        }
        if head.is_empty() {
            return Err(RowsError::Empty { file: name });
        }
        Ok(Self {
            bytes: whole(&head, bytes),
            name,
            path,
            head,
        })
    }
}

/// Bytes that were looked at, and those behind them.
fn whole(head: &[u8], rest: Bytes) -> Bytes {
    Box::new(Cursor::new(head.to_vec()).chain(rest))
}

/// Reads the first 8 bytes, fewer where there are no more.
fn peek(mut bytes: Bytes) -> io::Result<(Vec<u8>, Bytes)> {
    let mut head = Vec::new();
    bytes.by_ref().take(8).read_to_end(&mut head)?;
    Ok((head, bytes))
}
