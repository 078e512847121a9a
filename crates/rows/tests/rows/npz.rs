//! NPZ, as numpy and other programs write it.

use std::io::Write;
use std::path::{Path, PathBuf};

use mesu_rows::{Options, Rows, RowsError, Source, Value};
use zip::write::SimpleFileOptions;

use crate::{all, messages};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/files")
        .join(name)
}

fn open(path: impl AsRef<Path>) -> Result<Rows, RowsError> {
    Rows::open(Source::path(path).unwrap(), &Options::default())
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[test]
fn archives_of_numpy_are_read() {
    let rows = open(file("numpy.npz")).unwrap();
    assert_eq!(rows.columns(), ["x0", "x1", "y"]);
    let rows = all(rows).unwrap();
    assert_eq!(
        rows[0],
        [Value::Number(0.5), Value::Number(-1.0), text("cat")]
    );
    assert_eq!(
        (&rows[1][0], &rows[1][2]),
        (&Value::Number(1e300), &text("dog"))
    );
    assert!(matches!(rows[1][1], Value::Number(number) if number.is_nan()));
    assert_eq!(
        rows[2],
        [Value::Number(3.0), Value::Number(4.0), text("grün")]
    );
}

#[test]
fn an_array_for_each_column_is_read() {
    let rows = open(file("numpy-columns.npz")).unwrap();
    assert_eq!(
        rows.columns(),
        [
            "age", "id", "half", "sure", "small", "neg", "big", "label", "one"
        ]
    );
    let number = Value::Number;
    assert_eq!(
        all(rows).unwrap(),
        [
            vec![
                number(1.0),
                number(9_007_199_254_740_992.0),
                number(0.5),
                Value::Boolean(true),
                number(255.0),
                number(-1.0),
                text("18446744073709551615"),
                text("a"),
                number(1.0),
            ],
            vec![
                number(2.0),
                text("9007199254740993"),
                number(2.0),
                Value::Boolean(false),
                number(0.0),
                number(0.0),
                number(0.0),
                text("bc"),
                number(2.0),
            ],
            vec![
                number(3.0),
                text("-9223372036854775808"),
                number(f64::INFINITY),
                Value::Boolean(true),
                number(1.0),
                number(1.0),
                number(1.0),
                text(""),
                number(3.0),
            ],
        ]
    );
}

/// Array of `shape` and elements `descr`, followed by `body`.
fn npy(descr: &str, shape: &str, order: &str, body: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
    let mut bytes = b"\x93NUMPY\x01\0".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(body);
    bytes
}

fn archive(arrays: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in arrays {
        archive
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn arrays_that_are_no_table_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.npz");
    let three = npy("|u1", "(3,)", "False", b"abc");
    for (arrays, words) in [
        (vec![], "no array in it"),
        (vec![("a.txt", three.clone())], "no array in it"),
        (
            vec![
                ("a.npy", three.clone()),
                ("b.npy", npy("|u1", "(2,)", "False", b"ab")),
            ],
            "2 rows in array b; expected 3, as in array a",
        ),
        (
            vec![("a.npy", npy("<f8", "()", "False", &[0; 8]))],
            "array a: 0 dimensions, of 1 or 2",
        ),
        (
            vec![("a.npy", npy("<f8", "(1, 1, 1)", "False", &[0; 8]))],
            "3 dimensions",
        ),
        (
            vec![("a.npy", npy("<f8", "(2, 2)", "True", &[0; 32]))],
            "stored column by column (fortran_order)",
        ),
        (
            vec![("a.npy", npy("|O", "(2,)", "False", &[0; 32]))],
            "elements of the kind |O",
        ),
        (
            vec![("a.npy", npy("<U0", "(2,)", "False", &[]))],
            "elements of the kind <U0",
        ),
        (
            vec![("a.npy", npy("<U9999999999", "(2,)", "False", &[]))],
            "rows of more than 16777216 bytes",
        ),
        (
            vec![("a.npy", npy("<f8", "(2, 65537)", "False", &[]))],
            "65537 columns, of 1 to 65536",
        ),
        (
            vec![("a.npy", npy("<f8", "(2, 0)", "False", &[]))],
            "0 columns",
        ),
        (
            vec![("a.npy", b"\x93NUMPY\x09\0".to_vec())],
            "version 9 of the format",
        ),
        (
            vec![("a.npy", b"\x93NUMPY\x02\0\xff\xff\xff\xff".to_vec())],
            "a header of 4294967295 bytes",
        ),
        (
            vec![("a.npy", b"\x93NUM".to_vec())],
            "it ends in its header",
        ),
        (
            vec![("a.npy", b"hello, hello".to_vec())],
            "no array of numpy",
        ),
        (
            vec![
                ("X.npy", npy("|u1", "(1, 1)", "False", b"a")),
                ("x0.npy", npy("|u1", "(1, 2)", "False", b"ab")),
            ],
            "",
        ),
        (
            vec![
                ("x0.npy", three.clone()),
                ("X.npy", npy("|u1", "(3, 2)", "False", b"abcdef")),
            ],
            "column x0 at 1 and at 2",
        ),
    ] {
        std::fs::write(&path, archive(&arrays)).unwrap();
        match open(&path) {
            Err(error) => assert!(error.to_string().contains(words), "{error}"),
            Ok(_) => assert!(words.is_empty(), "{words}"),
        }
    }
    std::fs::write(&path, b"PK\x03\x04 and no more").unwrap();
    assert!(matches!(open(&path), Err(RowsError::Content { .. })));
}

#[test]
fn damage_behind_the_header_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.npz");
    for (array, told) in [
        (
            npy("|u1", "(3,)", "False", b"ab"),
            vec!["row 1", "row 2", "row 3): can't be read"],
        ),
        (
            npy("|u1", "(2,)", "False", b"abc"),
            vec!["row 1", "row 2", "more elements than its header says"],
        ),
        (
            npy("<U1", "(2,)", "False", &[97, 0, 0, 0, 255, 255, 255, 255]),
            vec!["row 1", "an element that is no text"],
        ),
    ] {
        std::fs::write(&path, archive(&[("a.npy", array)])).unwrap();
        let found = messages(open(&path).unwrap());
        assert_eq!(found.len(), told.len(), "{found:?}");
        assert!(
            found
                .last()
                .unwrap()
                .contains(&told[told.len() - 1].replace("row 3)", "row 3")),
            "{found:?}"
        );
    }
    // One bit of an element that is stored as it is.
    let mut bytes = std::fs::read(file("numpy-columns.npz")).unwrap();
    let at = bytes
        .windows(6)
        .position(|six| six == [0, 1, 0, 2, 0, 3])
        .unwrap();
    bytes[at + 1] ^= 4;
    std::fs::write(&path, bytes).unwrap();
    let told = messages(open(&path).unwrap());
    assert!(
        told.last()
            .unwrap()
            .contains("an array differs from its checksum"),
        "{told:?}"
    );
}
