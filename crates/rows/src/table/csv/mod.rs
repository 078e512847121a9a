//! CSV and TSV: one row a line, fields between separators, and in quotes where they hold separators, quotes
//! (twice) or ends of lines. Empty lines are passed over. Everything is text; an empty field is missing, in
//! quotes too.

mod quotes;
mod separator;

use quotes::Scan;

use super::{Options, Table, names};
use crate::error::{At, RowsError, shown};
use crate::input::{Lines, content};
use crate::place::Place;
use crate::row::{Row, Value};

struct Csv {
    lines: Lines,
    separator: u8,
    columns: Vec<String>,
    /// Bytes of the header, where there is one.
    header: Option<Vec<u8>>,
    record: Record,
}

/// Bytes of one row.
#[derive(Default)]
struct Record {
    bytes: Vec<u8>,
}

/// Opens the table in `lines`.
pub(super) fn open(
    mut lines: Lines,
    options: &Options,
    separator: Option<u8>,
) -> Result<Box<dyn Table>, RowsError> {
    let separator = match separator {
        Some(separator) if separator.is_ascii() && !b"\"\r\n".contains(&separator) => separator,
        Some(other) => {
            return Err(RowsError::Content {
                file: lines.file().to_owned(),
                found: format!("the byte 0x{other:02x} as a separator"),
                expected: "an ASCII character that neither quotes nor ends a line".to_owned(),
            });
        }
        None => separator::find(&mut lines)?,
    };
    let mut record = Record::default();
    let (columns, header) = match &options.columns {
        Some(columns) => (names::checked(columns.clone(), lines.file())?, None),
        None => {
            if !record.read(&mut lines, separator, None)? {
                return Err(RowsError::Empty {
                    file: lines.file().to_owned(),
                });
            }
            let columns = header(&record, &lines, separator)?;
            (columns, Some(content(&record.bytes).to_vec()))
        }
    };
    Ok(Box::new(Csv {
        lines,
        separator,
        columns,
        header,
        record,
    }))
}

/// Names of the columns in the first row: a column without a name is called by its number.
fn header(record: &Record, lines: &Lines, separator: u8) -> Result<Vec<String>, RowsError> {
    let at = lines.at(None);
    let text = record.text(separator, &[], &at)?;
    let mut columns = Vec::new();
    let mut numbers = 0;
    quotes::fields(text, separator, |place, name| {
        let name = name.trim();
        numbers += usize::from(name.parse::<f64>().is_ok());
        columns.push(if name.is_empty() {
            format!("column_{}", place + 1)
        } else {
            name.to_owned()
        });
    })
    .map_err(|(_, found)| RowsError::Quotes { at, found })?;
    if numbers == columns.len() {
        return Err(RowsError::Header {
            file: lines.file().to_owned(),
            found: format!("numbers alone ({})", shown(text)),
        });
    }
    names::checked(columns, lines.file())
}

impl Record {
    /// Reads the lines of the next row; `false` at the end.
    fn read(
        &mut self,
        lines: &mut Lines,
        separator: u8,
        row: Option<u64>,
    ) -> Result<bool, RowsError> {
        loop {
            self.bytes.clear();
            if !lines.read(&mut self.bytes, row)? {
                return Ok(false);
            }
            if !content(&self.bytes).is_empty() {
                break;
            }
        }
        if !self.bytes.contains(&b'"') {
            return Ok(true);
        }
        let (mut scan, mut scanned) = (Scan::Start, 0);
        loop {
            for byte in &self.bytes[scanned..] {
                scan = scan.over(*byte, separator);
            }
            scanned = self.bytes.len();
            // A quote that is still open at the end of the file is told when the fields are taken apart.
            if scan != Scan::Quoted || !lines.read(&mut self.bytes, row)? {
                return Ok(true);
            }
        }
    }

    /// Text of the row.
    fn text(&self, separator: u8, columns: &[String], at: &At) -> Result<&str, RowsError> {
        let bytes = content(&self.bytes);
        std::str::from_utf8(bytes).map_err(|error| {
            let before = &bytes[..error.valid_up_to()];
            let column = columns.get(quotes::separators(before, separator));
            RowsError::Encoding {
                at: At {
                    column: column.cloned(),
                    ..at.clone()
                },
                byte: bytes[before.len()],
            }
        })
    }
}

impl Csv {
    fn fill(&self, row: &mut Row) -> Result<(), RowsError> {
        let place = |column: Option<usize>| At {
            column: column.and_then(|column| self.columns.get(column).cloned()),
            ..self.lines.at(Some(row.number))
        };
        let bytes = content(&self.record.bytes);
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        if self.header.as_deref() == Some(bytes) {
            return Err(RowsError::HeaderAgain { at: place(None) });
        }
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(_) => self
                .record
                .text(self.separator, &self.columns, &place(None))?,
        };
        row.values.resize(self.columns.len(), Value::Missing);
        let values = &mut row.values;
        let found = quotes::fields(text, self.separator, |place, field| {
            if let Some(value) = values.get_mut(place) {
                if field.is_empty() {
                    *value = Value::Missing;
                } else {
                    value.set_text(field);
                }
            }
        });
        match found {
            Ok(found) if found == self.columns.len() => Ok(()),
            Ok(found) => Err(RowsError::Width {
                at: place(None),
                found,
                expected: self.columns.len(),
            }),
            Err((column, found)) => Err(RowsError::Quotes {
                at: place(Some(column)),
                found,
            }),
        }
    }
}

impl Table for Csv {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn read(&mut self, row: &mut Row, place: &mut Place) -> Result<bool, RowsError> {
        if !self
            .record
            .read(&mut self.lines, self.separator, Some(row.number))?
        {
            return Ok(false);
        }
        place.add(content(&self.record.bytes));
        self.fill(row)?;
        Ok(true)
    }
}
