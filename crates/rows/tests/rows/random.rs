//! Random tables, written and read back.

use std::sync::{Arc, Mutex};

use mesu_rows::{Format, Rows, Value, ValueRef, Writer};
use proptest::prelude::*;

use crate::{all, open_with};

/// Memory that a writer fills.
#[derive(Clone, Default)]
pub(crate) struct Memory(pub(crate) Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn written(columns: &[String], rows: &[Vec<Value>], format: Format) -> Vec<u8> {
    let memory = Memory::default();
    let mut writer = Writer::to("memory", memory.clone(), columns, format).unwrap();
    for row in rows {
        let row: Vec<ValueRef> = row.iter().map(ValueRef::from).collect();
        writer.write(&row).unwrap();
    }
    writer.flush().unwrap();
    let bytes = memory.0.lock().unwrap().clone();
    assert_eq!(bytes.len() as u64, writer.bytes_written());
    bytes
}

fn read(bytes: &[u8], format: Format) -> Rows {
    let options = mesu_rows::Options {
        format: Some(format),
        separator: (format == Format::Csv).then_some(b','),
        columns: None,
    };
    open_with(bytes, &options).unwrap()
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,6}",
        "[,;|\t\"\r\n\u{feff}é☃\\\\{}\\[\\]a]{0,6}",
        any::<String>(),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Missing),
        any::<f64>()
            .prop_filter("JSON has no other numbers", |number| number.is_finite())
            .prop_map(Value::Number),
        any::<i32>().prop_map(|number| Value::Number(number.into())),
        any::<bool>().prop_map(Value::Boolean),
        text().prop_map(Value::Text),
    ]
}

fn table() -> impl Strategy<Value = (Vec<String>, Vec<Vec<Value>>)> {
    (1..6_usize).prop_flat_map(|width| {
        let names = prop::collection::hash_set("k[a-z\"]{0,4}[,;|\t\"\n é]{0,2}[a-z]", width);
        let rows = prop::collection::vec(prop::collection::vec(value(), width), 1..12);
        (names.prop_map(|names| names.into_iter().collect()), rows)
    })
}

/// The value as a CSV has it: text.
fn as_text(value: &Value) -> Value {
    match value {
        Value::Text(text) if text.is_empty() => Value::Missing,
        Value::Boolean(boolean) => Value::Text(boolean.to_string()),
        other => other.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn csv_is_read_as_it_was_written((columns, rows) in table()) {
        for format in [Format::Csv, Format::Tsv] {
            let bytes = written(&columns, &rows, format);
            let mut source = read(&bytes, format);
            prop_assert_eq!(source.columns(), &columns[..]);
            let mut row = mesu_rows::Row::default();
            for expected in &rows {
                match source.read(&mut row) {
                    // A row may say what the header says: that is told.
                    Err(mesu_rows::RowsError::HeaderAgain { .. }) => {
                        let names: Vec<Value> = columns.iter().cloned().map(Value::Text).collect();
                        prop_assert_eq!(expected, &names);
                        continue;
                    }
                    read => prop_assert!(read.unwrap()),
                }
                for (found, expected) in row.values.iter().zip(expected) {
                    match (found, as_text(expected)) {
                        (Value::Text(text), Value::Number(number)) => {
                            let read: f64 = text.parse().unwrap();
                            prop_assert_eq!(read.to_bits(), number.to_bits());
                        }
                        (found, expected) => prop_assert_eq!(found, &expected),
                    }
                }
            }
            prop_assert!(!source.read(&mut row).unwrap());
        }
    }

    #[test]
    fn json_lines_are_read_as_they_were_written((columns, rows) in table()) {
        let bytes = written(&columns, &rows, Format::JsonLines);
        let source = read(&bytes, Format::JsonLines);
        prop_assert_eq!(source.columns(), &columns[..]);
        let found = all(source).unwrap();
        prop_assert_eq!(found.len(), rows.len());
        for (found, expected) in found.iter().flatten().zip(rows.iter().flatten()) {
            match (found, expected) {
                (Value::Number(found), Value::Number(expected)) => {
                    prop_assert_eq!(found.to_bits(), expected.to_bits());
                }
                (found, expected) => prop_assert_eq!(found, expected),
            }
        }
    }

    #[test]
    fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(rows) = crate::open(bytes) {
            crate::messages(rows);
        }
    }

    #[test]
    fn any_text_ends(text in "[a,;\"\n\r{}\\[1:é\t|\\\\]{0,80}") {
        if let Ok(rows) = crate::open(text) {
            crate::messages(rows);
        }
    }
}
