//! Several files and folders.

use std::fs;

use mesu_rows::{Options, Row, Rows, RowsError, Source};

use crate::{all, texts};

#[test]
fn a_folder_is_read_in_the_order_of_names() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("2026-02.csv", "b,a\n4,3\n");
    write("2026-01.csv", "a,b\n1,2\n");
    write("2026-03.tsv", "a\tb\n5\t6\n");
    write(
        "2026-04.jsonl",
        "{\"b\": \"8\", \"c\": 1, \"a\": \"7\"}\n{\"a\": \"9\"}\n",
    );
    write("notes.txt", "no table");
    write(".2026-00.csv", "a,b\n0,0\n");
    fs::create_dir(folder.path().join("2025.csv")).unwrap();
    let mut rows = Rows::open(Source::path(folder.path()).unwrap(), &Options::default()).unwrap();
    assert_eq!(rows.columns(), ["a", "b"]);
    let mut row = Row::default();
    let mut found = Vec::new();
    while rows.read(&mut row).unwrap() {
        found.push(row.values.clone());
        assert_eq!(row.number, found.len() as u64);
    }
    assert_eq!(found, texts("1 2/3 4/5 6/7 8/9 -"));
    assert_eq!(rows.unknown_keys(), ["c"]);
}

#[test]
fn files_are_read_in_the_order_given() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("a.csv"), "a\n1\n").unwrap();
    fs::write(path("b.csv"), "a\n2").unwrap();
    fs::write(path("alone.csv"), "a\n").unwrap();
    let source = Source::paths([path("b.csv"), path("alone.csv"), path("a.csv")]).unwrap();
    let rows = Rows::open(source, &Options::default()).unwrap();
    assert_eq!(all(rows).unwrap(), texts("2/1"));
}

#[test]
fn other_columns_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("1.csv"), "a,b\n1,2\n").unwrap();
    fs::write(path("2.csv"), "a,c,d\n1,2,3\n").unwrap();
    let mut rows = Rows::open(Source::path(folder.path()).unwrap(), &Options::default()).unwrap();
    let mut row = Row::default();
    assert!(rows.read(&mut row).unwrap());
    let error = rows.read(&mut row).unwrap_err();
    assert!(!error.is_of_row());
    assert!(matches!(error, RowsError::Columns { .. }));
    let message = error.to_string();
    assert!(
        message.ends_with(
            "2.csv: other columns than the first file: b missing, c, d more; expected the same"
        ),
        "{message}"
    );
    assert!(!rows.read(&mut row).unwrap());
}

#[test]
fn errors_name_the_file_with_the_row_of_the_whole_source() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("1.csv"), "a,b\n1,2\n3,4\n").unwrap();
    fs::write(path("2.csv"), "b,a\n5\n6,7\n").unwrap();
    let mut rows = Rows::open(Source::path(folder.path()).unwrap(), &Options::default()).unwrap();
    let mut row = Row::default();
    assert!(rows.read(&mut row).unwrap() && rows.read(&mut row).unwrap());
    let message = rows.read(&mut row).unwrap_err().to_string();
    assert!(
        message.ends_with("2.csv, row 3 (line 2): 1 values; expected 2, one for each column"),
        "{message}"
    );
    assert!(rows.read(&mut row).unwrap());
    assert_eq!((row.number, row.values), (4, texts("7 6")[0].clone()));
    assert_eq!(rows.place().rows, 4);
}
