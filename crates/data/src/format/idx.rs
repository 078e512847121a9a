//! IDX: the format of MNIST and of the sets made in its likeness (LeCun, Cortes
//! and Burges, <http://yann.lecun.com/exdb/mnist/>), plain or in gzip.
//!
//! ```text
//! images  00 00 08 03 | count | rows | columns | count * rows * columns bytes
//! labels  00 00 08 01 | count                  | count bytes
//! ```
//! The dimensions are big-endian, 32 bits. Whether a file is compressed is told by
//! its first two bytes (1f 8b), not by its name.
//!
//! A file is not trusted. The header's product is checked and bounded by
//! [`MAX_BYTES`] before anything is read; memory then grows with the bytes that
//! really arrive, to at most twice as many and never past the header's product; and
//! reading stops one byte after it, however much a gzip stream would still unfold to.

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

/// The largest body that is read: 2 GiB, or 2.7 million images of 28 x 28.
pub const MAX_BYTES: u64 = 1 << 31;

const IMAGES_MAGIC: u32 = 0x0000_0803;
const LABELS_MAGIC: u32 = 0x0000_0801;
/// The first step of growth; small beside any real file, and few reads for one.
const FIRST_READ: usize = 1 << 16;

/// An images file: bytes `[count][rows * columns]`, no dimension zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Images {
    /// Number of images.
    pub count: usize,
    /// Height of each.
    pub rows: usize,
    /// Width of each.
    pub columns: usize,
    /// `count * rows * columns` bytes.
    pub bytes: Vec<u8>,
}

/// Why a file is not an IDX file of the wanted kind. `file` is its path or name.
#[derive(Debug, thiserror::Error)]
pub enum IdxError {
    /// The operating system does not give the file.
    #[error("{file}: cannot be read: {cause}; check the path and its permissions")]
    Unreadable {
        /// The file.
        file: String,
        /// The system's reason.
        cause: io::Error,
    },
    /// The compressed stream is damaged or followed by something else.
    #[error("{file}: corrupt gzip stream after {at} unpacked bytes: {cause}; get the file again")]
    Gzip {
        /// The file.
        file: String,
        /// Bytes that could be unpacked.
        at: u64,
        /// What the decoder found.
        cause: io::Error,
    },
    /// The first four bytes name another kind of file.
    #[error(
        "{file}: starts with 0x{got:08x}, expected 0x{expected:08x} ({kind}); {}",
        magic_remedy(*expected, *got)
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
    #[error("{file}: the header's {dimension} is 0, expected at least 1; get the file again")]
    ZeroDimension {
        /// The file.
        file: String,
        /// "count", "rows" or "columns".
        dimension: &'static str,
    },
    /// The header announces more than is ever read.
    #[error(
        "{file}: the header announces {dimensions:?} bytes, more than the limit of {} bytes; \
         get the file again, or split it",
        MAX_BYTES
    )]
    TooLarge {
        /// The file.
        file: String,
        /// The header's dimensions, whose product is the size.
        dimensions: Vec<u32>,
    },
    /// The file ends early.
    #[error(
        "{file}: truncated, {got} bytes where the header asks for {expected}; get the file again"
    )]
    Truncated {
        /// The file.
        file: String,
        /// Bytes that a whole file has, header included (unpacked).
        expected: u64,
        /// Bytes this one has.
        got: u64,
    },
    /// The file goes on after its last byte.
    #[error(
        "{file}: over-long, more bytes follow the {expected} that the header asks for; \
         get the file again"
    )]
    Trailing {
        /// The file.
        file: String,
        /// Bytes that a whole file has, header included (unpacked).
        expected: u64,
    },
}

fn magic_remedy(expected: u32, got: u32) -> &'static str {
    match (expected, got) {
        (IMAGES_MAGIC, LABELS_MAGIC) => "this is a labels file, give the images file",
        (LABELS_MAGIC, IMAGES_MAGIC) => "this is an images file, give the labels file",
        _ => "give an IDX file of unsigned bytes, plain or in gzip",
    }
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
struct Input<'a, R> {
    reader: R,
    file: &'a str,
    gzip: bool,
    /// Bytes read so far.
    at: u64,
}

impl<'a, R: Read> Input<'a, R> {
    fn new(reader: R, file: &'a str, gzip: bool) -> Self {
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
    fn read_to(
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

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;
    use std::io::Write;

    fn images_file(dimensions: [u32; 3], body: &[u8]) -> Vec<u8> {
        let header = [IMAGES_MAGIC, dimensions[0], dimensions[1], dimensions[2]];
        let mut file: Vec<u8> = header.iter().flat_map(|word| word.to_be_bytes()).collect();
        file.extend(body);
        file
    }

    fn small() -> Vec<u8> {
        images_file([2, 2, 3], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    }

    fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn images(file: &[u8]) -> Result<Images, IdxError> {
        parse_images(file, "x")
    }

    #[test]
    fn plain_and_gzip_give_the_same() {
        let plain = images(&small()).unwrap();
        assert_eq!((plain.count, plain.rows, plain.columns), (2, 2, 3));
        assert_eq!(plain.bytes, (1..=12).collect::<Vec<u8>>());
        assert_eq!(images(&gz(&small())).unwrap(), plain);
        // Two members in a row are one stream (RFC 1952).
        let halves = [gz(&small()[..9]), gz(&small()[9..])].concat();
        assert_eq!(images(&halves).unwrap(), plain);
        let labels = [0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9];
        assert_eq!(parse_labels(&labels[..], "y").unwrap(), [7, 8, 9]);
    }

    #[test]
    fn every_truncation_is_named() {
        let plain = small();
        for length in 0..plain.len() {
            let error = images(&plain[..length]).unwrap_err();
            let IdxError::Truncated { got, expected, .. } = error else {
                panic!("{length}: {error}");
            };
            assert_eq!(got, length as u64);
            assert_eq!(expected, if length < 16 { 16 } else { 28 });
        }
        let packed = gz(&plain);
        for length in 2..packed.len() {
            let error = images(&packed[..length]).unwrap_err();
            assert!(matches!(error, IdxError::Gzip { .. }), "{length}: {error}");
        }
    }

    #[test]
    fn what_follows_the_end_is_refused() {
        let long = [small(), vec![0]].concat();
        for file in [long.clone(), gz(&long), [gz(&small()), gz(&[0])].concat()] {
            let error = images(&file).unwrap_err();
            assert!(
                matches!(error, IdxError::Trailing { expected: 28, .. }),
                "{error}"
            );
        }
        let error = images(&[gz(&small()), vec![1, 2, 3]].concat()).unwrap_err();
        assert!(matches!(error, IdxError::Gzip { at: 28, .. }), "{error}");
    }

    #[test]
    fn wrong_headers_say_what_to_do() {
        let mut wrong = small();
        wrong[3] = 1;
        assert_eq!(
            images(&wrong).unwrap_err().to_string(),
            "x: starts with 0x00000801, expected 0x00000803 (IDX images of bytes); \
             this is a labels file, give the images file"
        );
        for (at, name) in ["count", "rows", "columns"].into_iter().enumerate() {
            let mut dimensions = [2, 2, 3];
            dimensions[at] = 0;
            let error = images(&images_file(dimensions, &[0; 12])).unwrap_err();
            assert!(
                matches!(error, IdxError::ZeroDimension { dimension, .. } if dimension == name)
            );
        }
        for dimensions in [
            [u32::MAX; 3],
            [1 << 31, 1, 2],
            [1, 65_536, 65_536],
            [1 << 31, 1 << 31, 4],
        ] {
            let error = images(&images_file(dimensions, &[0; 12])).unwrap_err();
            assert!(matches!(error, IdxError::TooLarge { .. }), "{error}");
            assert!(error.to_string().contains("2147483648 bytes"), "{error}");
        }
    }

    #[test]
    fn memory_follows_the_bytes_that_arrive() {
        // The header promises 2 GiB; the file holds 100,000 bytes of them.
        let body = vec![0; 100_000];
        let mut input = Input::new(&body[..], "x", false);
        let mut bytes = Vec::new();
        let error = input.read_to(1 << 17, &mut bytes, MAX_BYTES).unwrap_err();
        assert!(matches!(error, IdxError::Truncated { got: 100_000, .. }));
        assert!(bytes.capacity() <= 1 << 18, "{}", bytes.capacity());
        let hostile = images_file([1 << 31, 1, 1], &body);
        assert!(matches!(
            images(&hostile).unwrap_err(),
            IdxError::Truncated { got: 100_016, .. }
        ));
        let whole = images(&images_file([1000, 10, 10], &body)).unwrap();
        assert_eq!(whole.bytes.capacity(), 100_000);
    }

    #[test]
    fn a_bomb_is_not_unfolded() {
        // 64 MiB of zeros behind a header of four pixels, in 64 kB.
        let bomb = gz(&images_file([1, 2, 2], &vec![0; 64 << 20]));
        let mut rest = &bomb[..];
        let error = parse_images(&mut rest, "x").unwrap_err();
        assert!(matches!(error, IdxError::Trailing { expected: 20, .. }));
        assert!(
            rest.len() > bomb.len() / 2,
            "{} of {}",
            rest.len(),
            bomb.len()
        );
    }

    #[test]
    fn missing_files_and_folders_are_named() {
        let folder = tempfile::tempdir().unwrap();
        for path in [folder.path().join("none"), folder.path().to_owned()] {
            let error = read_images(&path).unwrap_err();
            assert!(matches!(error, IdxError::Unreadable { .. }));
            assert!(error.to_string().starts_with(&path.display().to_string()));
        }
        let path = folder.path().join("images");
        std::fs::write(&path, gz(&small())).unwrap();
        assert_eq!(read_images(&path).unwrap(), images(&small()).unwrap());
    }

    proptest! {
        #[test]
        fn random_bytes_are_refused_or_consistent(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(images(&bytes).is_err() || bytes.starts_with(&[0, 0, 8, 3]));
            let _ = images(&[&[0x1f, 0x8b, 8][..], &bytes].concat());
            if let Ok(found) = images(&[&[0, 0, 8, 3][..], &bytes].concat()) {
                prop_assert_eq!(found.bytes.len(), found.count * found.rows * found.columns);
            }
        }

        #[test]
        fn one_flipped_byte_of_gzip_never_passes_for_another(at in 0_usize..10_000, flip in 1_u8..) {
            let mut file = gz(&small());
            let at = at % file.len();
            file[at] ^= flip;
            // Some header bits (time, system, text flag) mean nothing to the content.
            if let Ok(found) = images(&file) {
                prop_assert_eq!(found, images(&small()).unwrap());
            }
        }

        #[test]
        fn any_shape_goes_round(count in 1_u32..5, rows in 1_u32..40, columns in 1_u32..40, packed: bool) {
            let body: Vec<u8> = (0..count * rows * columns).map(|i| (i % 256) as u8).collect();
            let plain = images_file([count, rows, columns], &body);
            let found = images(&if packed { gz(&plain) } else { plain }).unwrap();
            prop_assert_eq!(
                (found.count, found.rows, found.columns, found.bytes),
                (count as usize, rows as usize, columns as usize, body)
            );
        }

        #[test]
        fn mutated_headers_never_panic(at in 0_usize..16, value: u8, cut in 0_usize..29) {
            let mut file = small();
            file[at] = value;
            if let Ok(found) = images(&file[..cut.min(28)]) {
                prop_assert_eq!(found.bytes.len(), 12);
            }
        }
    }
}
