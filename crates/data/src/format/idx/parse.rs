//! The parser: headers first, then as many bytes as they announce.

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use super::error::IdxError;
use super::layout::{FIRST_READ, IMAGES_MAGIC, LABELS_MAGIC, MAX_BYTES};

/// An images file: bytes `[count][rows * columns]`, no dimension zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Images {
    /// Number of images.
    pub count: usize,
    /// Height of each.
    pub rows: usize,
    /// Width of each.
    pub columns: usize,
    /// Pixels, `count * rows * columns` bytes.
    pub bytes: Vec<u8>,
}

/// Reads the images file at `path`.
///
/// # Errors
/// Any [`IdxError`], naming `path`.
pub fn read_images(path: &Path) -> Result<Images, IdxError> {
    parse_images(open(path)?, &path.display().to_string())
}

/// Reads the labels file at `path`: one byte per example, not checked against any number of classes.
///
/// # Errors
/// Any [`IdxError`], naming `path`.
pub fn read_labels(path: &Path) -> Result<Vec<u8>, IdxError> {
    parse_labels(open(path)?, &path.display().to_string())
}

/// Reads an images file from `content`, called `file` in errors.
///
/// # Errors
/// Any [`IdxError`].
pub fn parse_images(content: impl BufRead, file: &str) -> Result<Images, IdxError> {
    let ([count, rows, columns], bytes) = parse(
        content,
        file,
        IMAGES_MAGIC,
        "IDX images of bytes",
        ["count", "rows", "columns"],
    )?;
    Ok(Images {
        count,
        rows,
        columns,
        bytes,
    })
}

/// Reads a labels file from `content`, called `file` in errors.
///
/// # Errors
/// Any [`IdxError`].
pub fn parse_labels(content: impl BufRead, file: &str) -> Result<Vec<u8>, IdxError> {
    parse(
        content,
        file,
        LABELS_MAGIC,
        "IDX labels of bytes",
        ["count"],
    )
    .map(|(_, bytes)| bytes)
}

fn open(path: &Path) -> Result<BufReader<File>, IdxError> {
    File::open(path)
        .map(BufReader::new)
        .map_err(|cause| IdxError::Unreadable {
            file: path.display().to_string(),
            cause,
        })
}

fn parse<const D: usize>(
    mut content: impl BufRead,
    file: &str,
    magic: u32,
    kind: &'static str,
    names: [&'static str; D],
) -> Result<([usize; D], Vec<u8>), IdxError> {
    let start = content.fill_buf().map_err(|cause| IdxError::Unreadable {
        file: file.to_owned(),
        cause,
    })?;
    if start.starts_with(&[0x1f, 0x8b]) {
        let unpacked = MultiGzDecoder::new(content);
        Input::new(unpacked, file, true).parse(magic, kind, names)
    } else {
        Input::new(content, file, false).parse(magic, kind, names)
    }
}

/// The unpacked bytes of a file, with what errors need to say about them.
pub(super) struct Input<'a, R> {
    reader: R,
    file: &'a str,
    gzip: bool,
    /// Bytes read so far.
    at: u64,
}

impl<'a, R: Read> Input<'a, R> {
    pub(super) fn new(reader: R, file: &'a str, gzip: bool) -> Self {
        Self {
            reader,
            file,
            gzip,
            at: 0,
        }
    }

    fn parse<const D: usize>(
        mut self,
        magic: u32,
        kind: &'static str,
        names: [&'static str; D],
    ) -> Result<([usize; D], Vec<u8>), IdxError> {
        let file = || self.file.to_owned();
        let header_bytes = 4 + 4 * D as u64;
        let got = self.word(header_bytes)?;
        if got != magic {
            return Err(IdxError::Magic {
                file: file(),
                kind,
                expected: magic,
                got,
            });
        }
        let mut dimensions = [0_u32; D];
        for dimension in &mut dimensions {
            *dimension = self.word(header_bytes)?;
        }
        if let Some(zero) = dimensions.iter().position(|&d| d == 0) {
            return Err(IdxError::ZeroDimension {
                file: file(),
                dimension: names[zero],
            });
        }
        let size = dimensions
            .iter()
            .try_fold(1_u64, |product, &d| product.checked_mul(u64::from(d)))
            .filter(|&size| size <= MAX_BYTES)
            .and_then(|size| usize::try_from(size).ok())
            .ok_or_else(|| IdxError::TooLarge {
                file: file(),
                dimensions: dimensions.to_vec(),
            })?;
        let body = self.body(size)?;
        // No dimension exceeds the product, which fits a usize.
        Ok((dimensions.map(|d| d as usize), body))
    }

    /// The next big-endian number of a header that has `header_bytes` in all.
    fn word(&mut self, header_bytes: u64) -> Result<u32, IdxError> {
        let mut bytes = Vec::with_capacity(4);
        self.read_to(4, &mut bytes, header_bytes)?;
        Ok(bytes
            .iter()
            .fold(0, |word, &byte| word << 8 | u32::from(byte)))
    }

    /// The last `size` bytes of the file, and proof that they are the last.
    fn body(&mut self, size: usize) -> Result<Vec<u8>, IdxError> {
        let expected = self.at + size as u64;
        let mut body = Vec::new();
        while body.len() < size {
            let target = (2 * body.len()).clamp(FIRST_READ.min(size), size);
            body.reserve_exact(target - body.len());
            self.read_to(target, &mut body, expected)?;
        }
        // Asking for one byte more also makes the gzip decoder check its checksum.
        if self.read_at_most(1, &mut Vec::new())? > 0 {
            return Err(IdxError::Trailing {
                file: self.file.to_owned(),
                expected,
            });
        }
        Ok(body)
    }

    /// Fills `bytes` up to `length`; `expected` is the whole file's size, for the error.
    pub(super) fn read_to(
        &mut self,
        length: usize,
        bytes: &mut Vec<u8>,
        expected: u64,
    ) -> Result<(), IdxError> {
        let missing = length - bytes.len();
        if self.read_at_most(missing, bytes)? < missing {
            return Err(IdxError::Truncated {
                file: self.file.to_owned(),
                expected,
                got: self.at,
            });
        }
        Ok(())
    }

    fn read_at_most(&mut self, count: usize, bytes: &mut Vec<u8>) -> Result<usize, IdxError> {
        let before = bytes.len();
        let result = (&mut self.reader).take(count as u64).read_to_end(bytes);
        let read = bytes.len() - before;
        self.at += read as u64;
        match result {
            Ok(_) => Ok(read),
            Err(cause) => Err(self.failed(cause)),
        }
    }

    fn failed(&self, cause: io::Error) -> IdxError {
        let file = self.file.to_owned();
        // These are the decoder's own findings; the rest comes from the system below.
        let corrupt = [
            ErrorKind::InvalidData,
            ErrorKind::InvalidInput,
            ErrorKind::UnexpectedEof,
        ];
        if self.gzip && corrupt.contains(&cause.kind()) {
            let at = self.at;
            IdxError::Gzip { file, at, cause }
        } else {
            IdxError::Unreadable { file, cause }
        }
    }
}
