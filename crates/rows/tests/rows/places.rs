//! Places: going on exactly where a reading stopped.

use std::path::Path;

use mesu_rows::{Options, Place, Row, Rows, RowsError, Source};

use crate::open;

const CSV: &str = "a,b\n1,2\n3,\"4\n5\"\n6\n7,\n8,9\n";
const JSON: &str = "{\"a\":1}\n\n{\"a\":2}\nx\n{\"a\":3}\n{\"a\":4}\n";

/// Place behind `count` rows.
fn place_behind(mut rows: Rows, count: u64) -> Place {
    let mut row = Row::default();
    while rows.place().rows < count {
        match rows.read(&mut row) {
            Ok(read) => assert!(read),
            Err(error) => assert!(error.is_of_row(), "{error}"),
        }
    }
    rows.place()
}

#[test]
fn reading_goes_on_behind_a_place() {
    let numpy = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/numpy.npz");
    let opened: [(&dyn Fn() -> Rows, u64); 3] = [
        (&|| open(CSV).unwrap(), 5),
        (&|| open(JSON).unwrap(), 5),
        (
            &|| Rows::open(Source::path(&numpy).unwrap(), &Options::default()).unwrap(),
            3,
        ),
    ];
    for (open, count) in opened {
        for place in 0..=count {
            let place = place_behind(open(), place);
            // What a state holds is what it was given.
            let kept = serde_json::to_string(&place).unwrap();
            let place: Place = serde_json::from_str(&kept).unwrap();
            let mut rows = open();
            rows.skip_to(&place).unwrap();
            assert_eq!(rows.place(), place);
            let mut row = Row::default();
            let mut left = 0;
            loop {
                match rows.read(&mut row) {
                    Ok(true) => (),
                    Ok(false) => break,
                    Err(error) => assert!(error.is_of_row(), "{error}"),
                }
                left += 1;
                assert_eq!(row.number, place.rows + left);
            }
            assert_eq!(place.rows + left, count);
            assert_eq!(rows.place(), place_behind(open(), count));
        }
    }
}

#[test]
fn other_rows_are_noticed() {
    let place = place_behind(open(CSV).unwrap(), 3);
    for (changed, words) in [
        (
            CSV.replace('1', "0"),
            "the first 3 rows are not those that were read before",
        ),
        (CSV.replace("4\n5", "4\n\n5"), "the first 3 rows"),
        (CSV.replace("\n6\n", "\n6,\n"), "the first 3 rows"),
        ("a,b\n3,\"4\n5\"\n1,2\n6\n".to_owned(), "the first 3 rows"),
        (
            "a,b\n1,2\n".to_owned(),
            "1 rows; expected the 3 that were read before",
        ),
        ("a,b\n".to_owned(), "0 rows; expected the 3"),
    ] {
        let error = open(&changed).unwrap().skip_to(&place).unwrap_err();
        assert!(error.to_string().starts_with(words), "{changed}: {error}");
        assert!(!error.is_of_row());
    }
    // Rows behind the place are nobody's business, nor is what ends a line or packs a file.
    for same in [
        CSV.replace("8,9", "0,0"),
        CSV.to_owned() + "10,11\n",
        CSV.replace("1,2\n", "1,2\r\n\n"),
    ] {
        open(&same).unwrap().skip_to(&place).unwrap();
    }
    // A place that is passed can't be gone to.
    let mut rows = open(CSV).unwrap();
    rows.skip_to(&place).unwrap();
    rows.skip_to(&place).unwrap();
    let error = rows
        .skip_to(&place_behind(open(CSV).unwrap(), 2))
        .unwrap_err();
    assert!(matches!(error, RowsError::Changed { .. }));
}

#[test]
fn a_pipe_goes_on_where_the_last_one_ended() {
    let whole = place_behind(open("a\n1\n2\n3\n").unwrap(), 3);
    let place = place_behind(open("a\n1\n2\n3\n").unwrap(), 2);
    let mut rows = open("a\n3\n").unwrap();
    rows.go_on_at(&place);
    let mut row = Row::default();
    assert!(rows.read(&mut row).unwrap());
    assert_eq!((row.number, rows.place()), (3, whole));
    assert!(!rows.read(&mut row).unwrap());
    // Nothing new is no error.
    let mut rows = open("a\n").unwrap();
    rows.go_on_at(&place);
    assert!(!rows.read(&mut row).unwrap());
}

#[test]
fn places_are_of_the_rows_and_not_of_their_reading() {
    let mut rows = open("a,b\n1,2\n").unwrap();
    let before = rows.place();
    assert_eq!(before, Place::default());
    rows.read(&mut Row::default()).unwrap();
    assert_ne!(rows.place().checksum, before.checksum);
    // Bytes moved from one row to the next are other rows.
    let moved = place_behind(open("a\n12\n3\n").unwrap(), 2);
    assert_ne!(moved, place_behind(open("a\n1\n23\n").unwrap(), 2));
    // A checksum that states hold: another one would leave them behind.
    let place = place_behind(open("a,b\n0.5,red\n1.25,blue and green\n").unwrap(), 2);
    assert_eq!(format!("{:016x}", place.checksum), "8f2856d50edee6ec");
}
