//! One array, read row by row.

use std::io::{self, BufReader, Read};

use flate2::CrcReader;
use half::f16;

use super::header::Header;
use crate::error::{MAX_COLUMNS, MAX_ROW, shown};
use crate::input::Bytes;
use crate::row::Value;

/// Kind of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Boolean,
    Float,
    Signed,
    Unsigned,
    /// UTF-32, filled up with zeros.
    Text,
}

/// Array of n rows, at the row that is read next.
pub(super) struct Array {
    bytes: BufReader<CrcReader<Bytes>>,
    crc: u32,
    kind: Kind,
    /// Bytes of an element.
    size: usize,
    big_endian: bool,
    /// Elements of a row.
    pub(super) width: usize,
    /// Two dimensions, not one: several columns.
    pub(super) wide: bool,
    pub(super) rows: u64,
    row: Vec<u8>,
}

impl Array {
    /// Reads the header of the array whose bytes have the checksum `crc`; an error is what was found.
    pub(super) fn open(bytes: CrcReader<Bytes>, crc: u32) -> Result<Self, String> {
        let mut bytes = BufReader::with_capacity(1 << 15, bytes);
        let header = Header::read(&mut bytes)?;
        let (rows, width) = match header.shape[..] {
            [rows] => (rows, 1),
            [rows, width] => (rows, width),
            ref shape => return Err(format!("{} dimensions, of 1 or 2", shape.len())),
        };
        if header.fortran_order && width > 1 && rows > 1 {
            return Err("stored column by column (fortran_order), not row by row".to_owned());
        }
        let (big_endian, kind, size) = element(&header.descr)
            .ok_or_else(|| format!("elements of the kind {}", shown(&header.descr)))?;
        let width = usize::try_from(width)
            .ok()
            .filter(|width| (1..=MAX_COLUMNS).contains(width))
            .ok_or_else(|| format!("{width} columns, of 1 to {MAX_COLUMNS}"))?;
        let row = width
            .checked_mul(size)
            .filter(|bytes| *bytes <= MAX_ROW)
            .ok_or_else(|| format!("rows of more than {MAX_ROW} bytes"))?;
        Ok(Self {
            bytes,
            crc,
            kind,
            size,
            big_endian,
            width,
            wide: header.shape.len() == 2 && !(width == 1 && header.shape[1] == 1),
            rows,
            row: vec![0; row],
        })
    }

    /// Reads the next row into `values`, one for each element.
    pub(super) fn read(&mut self, values: &mut [Value]) -> io::Result<()> {
        self.bytes.read_exact(&mut self.row)?;
        for (value, element) in values.iter_mut().zip(self.row.chunks_exact_mut(self.size)) {
            if self.kind == Kind::Text {
                let text = text(element, self.big_endian)
                    .ok_or_else(|| damaged("an element that is no text"))?;
                value.set_text(&text);
                continue;
            }
            if self.big_endian {
                element.reverse();
            }
            number(value, self.kind, element);
        }
        Ok(())
    }

    /// Checks, behind the last row, that there is nothing more, and that the checksum is the archive's.
    pub(super) fn end(&mut self) -> io::Result<()> {
        if self.bytes.read(&mut [0])? > 0 {
            return Err(damaged("an array with more elements than its header says"));
        }
        if self.bytes.get_ref().crc().sum() != self.crc {
            return Err(damaged("an array differs from its checksum"));
        }
        Ok(())
    }
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Order of bytes, kind and size of the element that `descr` stands for.
fn element(descr: &str) -> Option<(bool, Kind, usize)> {
    let mut letters = descr.chars();
    let order = letters.next()?;
    let kind = letters.next()?;
    let size: usize = letters.as_str().parse().ok()?;
    let (kind, size) = match (kind, size) {
        ('b', 1) => (Kind::Boolean, 1),
        ('f', 2 | 4 | 8) => (Kind::Float, size),
        ('i', 1 | 2 | 4 | 8) => (Kind::Signed, size),
        ('u', 1 | 2 | 4 | 8) => (Kind::Unsigned, size),
        ('U', 1..) => (Kind::Text, size.checked_mul(4)?),
        _ => return None,
    };
    matches!(order, '<' | '>' | '=' | '|').then_some((order == '>', kind, size))
}

/// Sets `value` to the number in `bytes`, low end first.
fn number(value: &mut Value, kind: Kind, bytes: &[u8]) {
    let mut wide = [0; 8];
    wide[..bytes.len()].copy_from_slice(bytes);
    let bits = u64::from_le_bytes(wide);
    match (kind, bytes.len()) {
        (Kind::Boolean, _) => *value = Value::Boolean(bits != 0),
        (Kind::Float, 2) => *value = Value::Number(f16::from_bits(bits as u16).to_f64()),
        (Kind::Float, 4) => *value = Value::Number(f64::from(f32::from_bits(bits as u32))),
        (Kind::Float, _) => *value = Value::Number(f64::from_bits(bits)),
        (Kind::Signed, size) => {
            let above = 64 - 8 * size as u32;
            value.set_integer(i128::from((bits << above) as i64 >> above));
        }
        _ => value.set_integer(i128::from(bits)),
    }
}

/// Characters of UTF-32 before the zeros at its end.
fn text(bytes: &[u8], big_endian: bool) -> Option<String> {
    let (characters, _) = bytes.as_chunks::<4>();
    let end = characters
        .iter()
        .rposition(|character| *character != [0; 4]);
    characters[..end.map_or(0, |last| last + 1)]
        .iter()
        .map(|character| {
            char::from_u32(if big_endian {
                u32::from_be_bytes(*character)
            } else {
                u32::from_le_bytes(*character)
            })
        })
        .collect()
}
