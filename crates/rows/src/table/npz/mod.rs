//! NPZ: numpy's archive of arrays. An array of one dimension is a column of its name; one of two
//! dimensions, [n][d], is d columns: `X` is x0, x1, … All have the same n. The arrays are read side by
//! side, each from its own place in the file.

mod array;
mod header;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use flate2::CrcReader;
use flate2::read::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

use super::{Table, names};
use crate::error::{At, RowsError, shown};
use crate::input::Bytes;
use crate::place::Place;
use crate::row::{Row, Value};
use array::Array;

const ENDING: &str = ".npy";

/// Most arrays of an archive: each is an open file.
const MAX_ARRAYS: usize = 1000;

struct Npz {
    file: String,
    columns: Vec<String>,
    arrays: Vec<Array>,
    /// Number of rows that are left.
    left: u64,
}

/// Opens the archive at `path`, called `file` in errors.
pub(super) fn open(path: &Path, file: &str) -> Result<Box<dyn Table>, RowsError> {
    let unopened = |source| RowsError::Unopened {
        path: file.to_owned(),
        source,
    };
    let content = |found: String, expected: &str| RowsError::Content {
        file: file.to_owned(),
        found,
        expected: expected.to_owned(),
    };
    let damaged = |error| {
        content(
            format!("no archive that can be read ({error})"),
            "numpy's archive of arrays",
        )
    };
    let mut archive = ZipArchive::new(File::open(path).map_err(unopened)?).map_err(damaged)?;
    if archive.len() > MAX_ARRAYS {
        let found = format!("an archive of {} members", archive.len());
        return Err(content(
            found,
            "at most 1000; put columns together in one array",
        ));
    }
    let (mut arrays, mut columns) = (Vec::new(), Vec::new());
    for index in 0..archive.len() {
        let member = archive.by_index(index).map_err(damaged)?;
        let full = member.name().map_err(damaged)?.to_string();
        let Some(name) = full.strip_suffix(ENDING) else {
            continue;
        };
        let start = member
            .data_start()
            .ok_or_else(|| content(format!("{} without a place", shown(&full)), "its place"))?;
        let (packed, method, crc) = (
            member.compressed_size(),
            member.compression(),
            member.crc32(),
        );
        let mut own = File::open(path).map_err(unopened)?;
        own.seek(SeekFrom::Start(start)).map_err(unopened)?;
        let bytes: Bytes = match method {
            CompressionMethod::Stored => Box::new(own.take(packed)),
            CompressionMethod::Deflated => Box::new(DeflateDecoder::new(own.take(packed))),
            other => {
                let found = format!("array {} packed by {other}", shown(name));
                return Err(content(found, "deflate or no packing"));
            }
        };
        let array = Array::open(CrcReader::new(bytes), crc).map_err(|found| {
            content(format!("array {}: {found}", shown(name)), "numbers or text")
        })?;
        if array.wide {
            let name = name.to_lowercase();
            columns.extend((0..array.width).map(|place| format!("{name}{place}")));
        } else {
            columns.push(name.to_owned());
        }
        names::few(columns.len(), file)?;
        arrays.push((name.to_owned(), array));
    }
    let Some((first, left)) = arrays
        .first()
        .map(|(name, array)| (name.clone(), array.rows))
    else {
        return Err(content(
            "no array in it".to_owned(),
            "arrays, as numpy.savez writes them",
        ));
    };
    if let Some((other, array)) = arrays.iter().find(|(_, array)| array.rows != left) {
        return Err(content(
            format!("{} rows in array {}", array.rows, shown(other)),
            &format!("{left}, as in array {}", shown(&first)),
        ));
    }
    Ok(Box::new(Npz {
        file: file.to_owned(),
        columns: names::checked(columns, file)?,
        arrays: arrays.into_iter().map(|(_, array)| array).collect(),
        left,
    }))
}

impl Table for Npz {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn read(&mut self, row: &mut Row, place: &mut Place) -> Result<bool, RowsError> {
        let number = row.number;
        let unreadable = |source| RowsError::Unreadable {
            at: At {
                file: self.file.clone(),
                row: Some(number),
                line: None,
                column: None,
            },
            source,
        };
        if self.left == 0 {
            for array in &mut self.arrays {
                array.end().map_err(unreadable)?;
            }
            return Ok(false);
        }
        self.left -= 1;
        row.values.resize(self.columns.len(), Value::Missing);
        let mut values = &mut row.values[..];
        for array in &mut self.arrays {
            let (own, rest) = values.split_at_mut(array.width);
            array.read(own).map_err(unreadable)?;
            values = rest;
        }
        place.add_values(&row.values);
        Ok(true)
    }
}
