//! One array: its shape, its elements, how it is read and written.

use std::io::{Read, Write};

use super::elements::Elements;
use super::error::NpyError;
use super::header::{Header, MAGIC, MAX_HEADER};
use super::kind::Kind;
use super::limits::{CHUNK, MAX_BYTES, MAX_TEXTS};

/// Elements with a shape: `values.len()` is the product of `shape`, 1 for the shape `[]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    shape: Vec<usize>,
    values: Elements,
}

impl Array {
    /// Creates an array of `values` in C order, seen as `shape`; `None` if their number is not its product.
    pub fn new(shape: &[usize], values: Elements) -> Option<Self> {
        let product = shape
            .iter()
            .try_fold(1_usize, |product, &size| product.checked_mul(size));
        (product == Some(values.len())).then(|| Self {
            shape: shape.to_vec(),
            values,
        })
    }

    /// Creates an array of `values` as a list, of the shape `[values.len()]`.
    pub fn list(values: Elements) -> Self {
        Self {
            shape: vec![values.len()],
            values,
        }
    }

    /// Returns its sizes, the last index running fastest.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Returns its elements.
    pub fn elements(&self) -> &Elements {
        &self.values
    }

    /// Returns its elements, without a copy.
    pub fn into_elements(self) -> Elements {
        self.values
    }

    /// Reads the array in `content`, called `file` in errors, to the end of `content`.
    ///
    /// # Errors
    /// Any [`NpyError`].
    pub fn read(content: impl Read, file: &str) -> Result<Self, NpyError> {
        let mut input = Input {
            reader: content,
            file,
            at: 0,
        };
        let header = input.header()?;
        input.array(&header)
    }

    /// Writes it in version 1.0, C order, little-endian.
    ///
    /// # Errors
    /// Those of `to`.
    pub fn write(&self, mut to: impl Write) -> std::io::Result<()> {
        let header = Header {
            kind: self.values.kind(),
            big_endian: false,
            fortran_order: false,
            shape: self.shape.iter().map(|&size| size as u64).collect(),
        };
        to.write_all(&header.to_bytes())?;
        to.write_all(&self.values.to_bytes())
    }

    /// Bytes that [`Array::write`] writes, but for the header.
    pub(in crate::format) fn bytes(&self) -> u64 {
        self.values.len() as u64 * self.values.kind().size()
    }
}

/// The bytes of a file, with what errors need to say about them.
struct Input<'a, R> {
    reader: R,
    file: &'a str,
    /// Bytes read so far.
    at: u64,
}

impl<R: Read> Input<'_, R> {
    fn header(&mut self) -> Result<Header, NpyError> {
        let start = self.up_to(MAGIC.len() + 2)?;
        let magic = &start[..start.len().min(MAGIC.len())];
        if magic != MAGIC {
            return Err(NpyError::Magic {
                file: self.file.to_owned(),
                got: magic.to_vec(),
            });
        }
        let (major, minor) = match start[MAGIC.len()..] {
            [major, minor] => (major, minor),
            _ => return Err(self.truncated(MAGIC.len() as u64 + 4)),
        };
        let length = match (major, minor) {
            (1, 0) => u32::from(u16::from_le_bytes(self.exactly()?)),
            (2 | 3, 0) => u32::from_le_bytes(self.exactly()?),
            _ => {
                return Err(NpyError::Version {
                    file: self.file.to_owned(),
                    major,
                    minor,
                });
            }
        };
        if length > MAX_HEADER {
            return Err(NpyError::Header {
                file: self.file.to_owned(),
                what: format!("{length} bytes long"),
            });
        }
        let expected = self.at + u64::from(length);
        let text = self.up_to(length as usize)?;
        if text.len() < length as usize {
            return Err(self.truncated(expected));
        }
        Header::parse(&text, self.file)
    }

    fn array(&mut self, header: &Header) -> Result<Array, NpyError> {
        let size = header.kind.size();
        let too_large = || NpyError::TooLarge {
            file: self.file.to_owned(),
            shape: header.shape.clone(),
            size,
        };
        let count = header
            .shape
            .iter()
            .try_fold(1_u64, |product, &size| product.checked_mul(size))
            .filter(|count| {
                count
                    .checked_mul(size)
                    .is_some_and(|bytes| bytes <= MAX_BYTES)
            })
            .filter(|&count| !matches!(header.kind, Kind::Text(_)) || count <= MAX_TEXTS)
            .and_then(|count| usize::try_from(count).ok())
            .ok_or_else(too_large)?;
        let shape: Vec<usize> = header
            .shape
            .iter()
            .map(|&size| usize::try_from(size))
            .collect::<Result<_, _>>()
            .map_err(|_| too_large())?;
        let values = self.values(header, count)?;
        Ok(Array {
            values: if header.fortran_order {
                values.into_c_order(&shape)
            } else {
                values
            },
            shape,
        })
    }

    /// The last `count` elements of the file, and proof that they are the last.
    fn values(&mut self, header: &Header, count: usize) -> Result<Elements, NpyError> {
        // At most MAX_BYTES, checked by the caller.
        let width = header.kind.size() as usize;
        let expected = self.at + count as u64 * width as u64;
        let mut values = Elements::empty(header.kind);
        let at_once = (CHUNK / width).max(1);
        while values.len() < count {
            let wanted = at_once.min(count - values.len());
            let bytes = self.up_to(wanted * width)?;
            if bytes.len() < wanted * width {
                return Err(self.truncated(expected));
            }
            if values.len() + wanted > values.capacity() {
                // Twice as many as have arrived, never more than there will be.
                values.reserve((values.len() + wanted).min(count - values.len()));
            }
            values
                .extend(&bytes, width, header.big_endian)
                .map_err(|(index, code)| NpyError::Character {
                    file: self.file.to_owned(),
                    index,
                    code,
                })?;
        }
        // Asking for one byte more also makes an archive check its checksum.
        if !self.up_to(1)?.is_empty() {
            return Err(NpyError::Trailing {
                file: self.file.to_owned(),
                expected,
            });
        }
        Ok(values)
    }

    /// The next `count` bytes, or as many as there are; memory follows the bytes that arrive.
    fn up_to(&mut self, count: usize) -> Result<Vec<u8>, NpyError> {
        let mut bytes = Vec::new();
        (&mut self.reader)
            .take(count as u64)
            .read_to_end(&mut bytes)
            .map_err(|cause| NpyError::Unreadable {
                file: self.file.to_owned(),
                cause,
            })?;
        self.at += bytes.len() as u64;
        Ok(bytes)
    }

    fn exactly<const N: usize>(&mut self) -> Result<[u8; N], NpyError> {
        let expected = self.at + N as u64;
        let bytes = self.up_to(N)?;
        bytes.try_into().map_err(|_| self.truncated(expected))
    }

    fn truncated(&self, expected: u64) -> NpyError {
        NpyError::Truncated {
            file: self.file.to_owned(),
            expected,
            got: self.at,
        }
    }
}
