//! Tables: one file or stream of rows each.

mod csv;
mod json;
mod names;
mod npz;
#[cfg(feature = "parquet")]
mod parquet;

use crate::error::RowsError;
use crate::format::Format;
use crate::input::{Input, Lines, content};
use crate::place::Place;
use crate::row::Row;

/// Reading that is not to be found out from the content.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Format; without it, that of the first bytes: `{` begins JSON lines, other text CSV.
    pub format: Option<Format>,
    /// Separator of a CSV, an ASCII character; without it, the one of `,` `;` tab `|` that divides the
    /// first 64 lines best; no line but the header is waited for where that has one kind alone.
    pub separator: Option<u8>,
    /// Names of the columns: of a CSV whose first line is a row already, or the keys of JSON lines that are
    /// read (found out else, which waits for 64 lines of a pipe). Other formats have names of their own.
    pub columns: Option<Vec<String>>,
}

/// Rows of one file or stream.
pub(crate) trait Table: Send {
    /// Names of the columns, all different.
    fn columns(&self) -> &[String];

    /// Reads the next row into `row`, whose number is set, and adds its content to `place`; `false` at the
    /// end. A row with an error of its own is passed: the next call reads the one behind it.
    fn read(&mut self, row: &mut Row, place: &mut Place) -> Result<bool, RowsError>;

    /// Keys found in rows that are no columns.
    fn unknown(&self) -> &[String] {
        &[]
    }
}

/// Opens the table in `input`. `columns` are those of the first file of the source, where this is a later
/// one.
pub(crate) fn open(
    input: Input,
    options: &Options,
    columns: Option<&[String]>,
) -> Result<Box<dyn Table>, RowsError> {
    let content_is = |found: &str, expected: &str| {
        Err(RowsError::Content {
            file: input.name.clone(),
            found: found.to_owned(),
            expected: expected.to_owned(),
        })
    };
    let magic = |magic: &[u8]| input.head.starts_with(magic);
    let tables = "CSV, JSON lines, NPZ or Parquet";
    let found = if magic(b"PK\x03\x04") || magic(b"PK\x05\x06") {
        Some(Format::Npz)
    } else if magic(b"PAR1") {
        Some(Format::Parquet)
    } else if magic(b"\xff\xfe") || magic(b"\xfe\xff") {
        return content_is("text in UTF-16", "UTF-8");
    } else if magic(b"\x93NUMPY") {
        return content_is("one array of numpy", "an archive of arrays (NPZ)");
    } else if input.head.contains(&0) {
        return content_is("bytes that are no text", tables);
    } else {
        None
    };
    let format = options.format.or(found);
    match format {
        Some(Format::Npz) => match &input.path {
            Some(path) => npz::open(path, &input.name),
            None => content_is(
                "an archive of arrays in a stream, or compressed again",
                "its file, which is read at several places",
            ),
        },
        Some(Format::Parquet) => parquet_table(&input),
        Some(Format::JsonLines) => json::open(lines(input), options, columns),
        Some(Format::Csv) => csv::open(lines(input), options, options.separator),
        Some(Format::Tsv) => csv::open(lines(input), options, options.separator.or(Some(b'\t'))),
        None => {
            let mut lines = lines(input);
            let first = lines
                .first(1)?
                .front()
                .map_or(&[][..], |line| content(line));
            match first.trim_ascii_start().first() {
                Some(b'{') => json::open(lines, options, columns),
                Some(b'[') => Err(RowsError::Content {
                    file: lines.file().to_owned(),
                    found: "a JSON array".to_owned(),
                    expected: "one JSON object a line".to_owned(),
                }),
                _ => csv::open(lines, options, options.separator),
            }
        }
    }
}

fn lines(input: Input) -> Lines {
    Lines::new(input.name, input.bytes)
}

#[cfg(feature = "parquet")]
fn parquet_table(input: &Input) -> Result<Box<dyn Table>, RowsError> {
    match &input.path {
        Some(path) => parquet::open(path, &input.name),
        None => Err(RowsError::Content {
            file: input.name.clone(),
            found: "Parquet in a stream, or compressed again".to_owned(),
            expected: "its file, whose end is read first".to_owned(),
        }),
    }
}

#[cfg(not(feature = "parquet"))]
fn parquet_table(input: &Input) -> Result<Box<dyn Table>, RowsError> {
    Err(RowsError::Content {
        file: input.name.clone(),
        found: "Parquet, which is not built in (feature parquet)".to_owned(),
        expected: "CSV, JSON lines or NPZ".to_owned(),
    })
}
