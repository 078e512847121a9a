//! Parquet, as Arrow's own library for Python writes it.

use std::path::{Path, PathBuf};

use mesu_rows::{Options, ParquetWriter, Rows, RowsError, Source, Value, ValueRef};

use crate::all;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/files")
        .join(name)
}

fn open(path: impl AsRef<Path>) -> Result<Rows, RowsError> {
    Rows::open(Source::path(path).unwrap(), &Options::default())
}

#[test]
fn every_kind_of_column_is_read() {
    let rows = open(file("arrow.parquet")).unwrap();
    assert_eq!(
        rows.columns(),
        [
            "x", "n", "small", "color", "kind", "sure", "day", "price", "tags"
        ]
    );
    let (number, none) = (Value::Number, Value::Missing);
    let text = |text: &str| Value::Text(text.to_owned());
    assert_eq!(
        all(rows).unwrap(),
        [
            vec![
                number(0.5),
                number(1.0),
                number(1.0),
                text("red"),
                text("a"),
                Value::Boolean(true),
                text("2026-01-02"),
                number(1.25),
                text("[p, q]"),
            ],
            vec![
                none.clone(),
                number(2.0),
                number(2.0),
                none.clone(),
                text("b"),
                Value::Boolean(false),
                none.clone(),
                none.clone(),
                text("[]"),
            ],
            vec![
                number(3.0),
                text("9007199254740993"),
                none.clone(),
                text("blue"),
                text("a"),
                none.clone(),
                text("1999-12-31"),
                number(-3.5),
                none,
            ],
        ]
    );
}

#[test]
fn rows_are_read_as_they_were_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.parquet");
    let columns = ["number", "sure", "text", "mixed"].map(str::to_owned);
    let row = |place: u32| {
        let number = f64::from(place) / 3.0;
        let text = format!("row {place}");
        match place % 3 {
            0 => [
                Value::Number(number),
                Value::Missing,
                Value::Text(text),
                Value::Boolean(true),
            ],
            1 => [
                Value::Missing,
                Value::Boolean(place < 100),
                Value::Missing,
                Value::Number(number),
            ],
            _ => [
                Value::Number(-number),
                Value::Boolean(true),
                Value::Text(String::new()),
                Value::Missing,
            ],
        }
    };
    for count in [1, 4_096, 70_000] {
        let mut writer = ParquetWriter::create(&path, &columns).unwrap();
        for place in 0..count {
            writer
                .write(&row(place).each_ref().map(ValueRef::from))
                .unwrap();
        }
        writer.finish().unwrap();
        let found = all(open(&path).unwrap()).unwrap();
        assert_eq!(found.len(), count as usize);
        for (found, place) in found.iter().zip(0..count) {
            let mut expected = row(place);
            // A column of several kinds is text, but where its first rows are of one.
            if count > 1 {
                expected[3] = match &expected[3] {
                    Value::Number(number) => Value::Text(number.to_string()),
                    Value::Boolean(boolean) => Value::Text(boolean.to_string()),
                    other => other.clone(),
                };
            }
            assert_eq!(found[..], expected, "{place} of {count}");
        }
    }
    let mut writer = ParquetWriter::create(&path, &columns[..1]).unwrap();
    for _ in 0..4_096 {
        writer.write(&[1.0.into()]).unwrap();
    }
    writer.write(&["x".into()]).unwrap();
    let error = writer.finish().unwrap_err().to_string();
    assert!(
        error.ends_with("column number: a value of another kind; expected numbers"),
        "{error}"
    );
    // A table without rows is a table.
    ParquetWriter::create(&path, &columns)
        .unwrap()
        .finish()
        .unwrap();
    assert!(matches!(
        all(open(&path).unwrap()),
        Err(RowsError::NoRows { .. })
    ));
}

#[test]
fn what_can_not_be_read_is_told() {
    let error = open(file("arrow-zstd.parquet"))
        .and_then(all)
        .unwrap_err()
        .to_string();
    assert!(error.to_lowercase().contains("zstd"), "{error}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.parquet");
    let sound = std::fs::read(file("arrow.parquet")).unwrap();
    for end in [4, 40, sound.len() / 2, sound.len() - 1] {
        std::fs::write(&path, &sound[..end]).unwrap();
        let error = open(&path).and_then(all).unwrap_err();
        assert!(!error.is_of_row(), "{error}");
    }
    // One bit of any byte flipped: an error or other values, whatever Arrow's reader makes of it.
    for place in 0..sound.len() {
        let mut flipped = sound.clone();
        flipped[place] ^= 1 << (place % 8);
        std::fs::write(&path, flipped).unwrap();
        if let Err(error) = open(&path).and_then(all) {
            assert!(!error.is_of_row(), "{error}");
        }
    }
    let error = crate::open(&sound).err().unwrap().to_string();
    assert!(error.contains("Parquet in a stream"), "{error}");
}
