//! Rows as lines of text.

use std::io::Write;

use crate::row::{MAX_EXACT, ValueRef};

/// Text format that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Text {
    /// Fields between these separators, behind a header.
    Separated(u8),
    /// One JSON object a line.
    Json,
}

/// Encoded names of the columns, and the encoding of rows.
pub(super) struct Encoder {
    text: Text,
    /// Name of each column with all that stands before its value, of JSON lines alone.
    keys: Vec<Vec<u8>>,
    /// First line of the file, empty where there is none.
    pub(super) header: Vec<u8>,
}

impl Encoder {
    pub(super) fn new(text: Text, columns: &[String]) -> Self {
        let (mut keys, mut header) = (Vec::new(), Vec::new());
        match text {
            Text::Separated(separator) => {
                let names: Vec<ValueRef> =
                    columns.iter().map(|name| name.as_str().into()).collect();
                separated(&names, separator, &mut header);
            }
            Text::Json => {
                for name in columns {
                    let mut key = vec![if keys.is_empty() { b'{' } else { b',' }];
                    quoted_json(name, &mut key);
                    key.push(b':');
                    keys.push(key);
                }
            }
        }
        Self { text, keys, header }
    }

    /// Adds the line of `values` to `line`.
    pub(super) fn row(&self, values: &[ValueRef<'_>], line: &mut Vec<u8>) {
        let separator = match self.text {
            Text::Separated(separator) => separator,
            Text::Json => {
                for (key, value) in self.keys.iter().zip(values) {
                    line.extend(key);
                    match value {
                        ValueRef::Missing => line.extend(b"null"),
                        ValueRef::Number(number) if !number.is_finite() => line.extend(b"null"),
                        ValueRef::Number(number) => shortest(*number, line),
                        ValueRef::Boolean(boolean) => line.extend(truth(*boolean)),
                        ValueRef::Text(text) => quoted_json(text, line),
                    }
                }
                line.extend(b"}\n");
                return;
            }
        };
        separated(values, separator, line);
    }
}

fn separated(values: &[ValueRef<'_>], separator: u8, line: &mut Vec<u8>) {
    let before = line.len();
    for (place, value) in values.iter().enumerate() {
        if place > 0 {
            line.push(separator);
        }
        match value {
            ValueRef::Missing => (),
            ValueRef::Number(number) => shortest(*number, line),
            ValueRef::Boolean(boolean) => line.extend(truth(*boolean)),
            ValueRef::Text(text) => field(text.as_bytes(), separator, line),
        }
    }
    // A line without content is no row to a reader.
    if line.len() == before {
        line.extend(b"\"\"");
    }
    line.push(b'\n');
}

/// Adds a field, in quotes where its content needs them.
fn field(text: &[u8], separator: u8, line: &mut Vec<u8>) {
    let special = |byte: &u8| *byte == separator || b"\"\r\n".contains(byte);
    // A byte order mark at the beginning of a file would be taken for one.
    if !text.iter().any(special) && !text.starts_with(b"\xef\xbb\xbf") {
        line.extend(text);
        return;
    }
    line.push(b'"');
    for byte in text {
        if *byte == b'"' {
            line.push(b'"');
        }
        line.push(*byte);
    }
    line.push(b'"');
}

fn truth(boolean: bool) -> &'static [u8] {
    if boolean { b"true" } else { b"false" }
}

/// Adds the shortest digits that are read back as `number`, with an exponent where it is far from 1: longer
/// digits would be read as an id.
pub(super) fn shortest(number: f64, line: &mut Vec<u8>) {
    let size = number.abs();
    // Writing to memory does not fail.
    let _ = if size == 0.0 || (1e-5..=MAX_EXACT as f64).contains(&size) || !size.is_finite() {
        write!(line, "{number}")
    } else {
        write!(line, "{number:e}")
    };
}

fn quoted_json(text: &str, line: &mut Vec<u8>) {
    // Writing text to memory does not fail.
    let _ = serde_json::to_writer(line, text);
}
