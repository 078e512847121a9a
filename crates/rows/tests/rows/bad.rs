//! Sources that can't be read, and what is said of them.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use mesu_rows::{MAX_COLUMNS, MAX_ROW, Options, Row, Rows, RowsError, Source};

use crate::{messages, open};

/// The message of opening `text`, or else that of its first row.
fn refusal(text: impl AsRef<[u8]>) -> String {
    match open(text) {
        Err(error) => error.to_string(),
        Ok(mut rows) => {
            let error = rows.read(&mut Row::default()).unwrap_err();
            assert!(!error.is_of_row(), "{error}");
            // Nothing more is read, and nothing panics.
            assert!(!matches!(rows.read(&mut Row::default()), Ok(true)));
            error.to_string()
        }
    }
}

#[test]
fn sources_without_rows_are_refused() {
    for text in ["", "\u{feff}"] {
        assert_eq!(refusal(text), "x: empty; expected a header or rows");
    }
    for text in ["a,b\n", "a,b", "\u{feff}a;b\r\n\n\r\n"] {
        assert_eq!(refusal(text), "x: a header alone; expected rows");
    }
    assert_eq!(refusal("\n\n"), "x: empty; expected a header or rows");
}

#[test]
fn headers_are_refused() {
    assert_eq!(
        refusal("a,b, a\n1,2,3\n"),
        "x: column a at 1 and at 3; expected different names"
    );
    assert_eq!(
        refusal("a,\"b\n1,2\n"),
        "x, header (line 1): a quote without its end; expected a separator or the end of the line \
         behind a closing quote"
    );
    assert_eq!(
        refusal(b"a,b\xff\n1,2\n"),
        "x, header (line 1): byte 0xff; expected text in UTF-8"
    );
    let wide = ",".repeat(MAX_COLUMNS);
    assert!(refusal(wide).contains("65537 columns (of 1 to 65536)"));
}

#[test]
fn other_content_is_refused() {
    for (bytes, words) in [
        (&b"\xff\xfea\0,\0"[..], "text in UTF-16; expected UTF-8"),
        (b"\x93NUMPY\x01\0v\0", "one array of numpy"),
        (b"PK\x03\x04zip", "an archive of arrays in a stream"),
        (b"PK\x05\x06", "an archive of arrays in a stream"),
        (b"\0\0\0\x18ftyp", "bytes that are no text"),
        (
            b"[{\"a\": 1}]\n",
            "a JSON array; expected one JSON object a line",
        ),
        (b"PAR1\x15\x04", "Parquet"),
    ] {
        let message = refusal(bytes);
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn bytes_that_are_no_text_have_a_row_and_a_column() {
    let mut text = b"id,\"the name\",n\n1,a,2\n".to_vec();
    text.extend(b"2,\"x,\xc3(\",3\n3,b,4\n4,c,\xf0\n");
    assert_eq!(
        messages(open(text).unwrap()),
        [
            "row 1",
            "x, row 2 (line 3), column the name: byte 0xc3; expected text in UTF-8",
            "row 3",
            "x, row 4 (line 5), column n: byte 0xf0; expected text in UTF-8",
        ]
    );
}

#[test]
fn a_quote_that_is_never_closed_ends_in_an_error() {
    assert_eq!(
        messages(open("a,b\n1,2\n3,\"4\n5,6\n").unwrap()),
        [
            "row 1",
            "x, row 2 (line 3), column b: a quote without its end; expected a separator or the end \
             of the line behind a closing quote",
        ]
    );
    let mut text = b"a,b\n1,\"2\n".to_vec();
    while text.len() <= MAX_ROW {
        text.extend([b'5'; 1000]);
        text.push(b'\n');
    }
    assert_eq!(
        messages(open(&text).unwrap()),
        ["x, row 1 (line 2): more than 16777216 bytes in a row; is a quote never closed?"]
    );
    text.fill(b'x');
    assert_eq!(
        refusal(&text),
        "x, header (line 1): more than 16777216 bytes in a row; is a quote never closed?"
    );
    text[0] = b'{';
    assert!(refusal(&text).contains("more than 16777216 bytes in a row"));
}

#[test]
fn damaged_packing_is_told_with_the_row() {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(b"a,b\n").unwrap();
    for number in 0..100_000 {
        writeln!(packed, "{number},{}", number % 7).unwrap();
    }
    let packed = packed.finish().unwrap();
    let told = messages(open(&packed[..packed.len() / 2]).unwrap());
    assert!(told.len() > 10_000);
    let last = told.last().unwrap();
    assert!(
        last.starts_with(&format!(
            "x, row {} (line {}): can't be read",
            told.len(),
            told.len() + 1
        )),
        "{last}"
    );
    let mut flipped = packed.clone();
    let at = flipped.len() - 6;
    flipped[at] ^= 1;
    let told = messages(open(&flipped).unwrap());
    assert!(
        told.last().unwrap().contains("can't be read"),
        "{:?}",
        told.last()
    );
    assert!(matches!(
        open([0x1f, 0x8b, 8]),
        Err(RowsError::Unreadable { .. })
    ));
    assert!(matches!(
        open([0x28, 0xb5, 0x2f, 0xfd, 0xff]),
        Err(RowsError::Unreadable { .. })
    ));
}

#[test]
fn what_is_not_there_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let error = Source::path(folder.path().join("rows.csv")).err().unwrap();
    assert!(matches!(error, RowsError::Unopened { .. }), "{error}");
    std::fs::write(folder.path().join("notes.txt"), "notes").unwrap();
    std::fs::write(folder.path().join(".rows.csv"), "a\n1\n").unwrap();
    let error = Source::path(folder.path()).err().unwrap();
    assert!(
        error
            .to_string()
            .contains("no table in it; expected files that end in .csv, .tsv,"),
        "{error}"
    );
    let none: [&str; 0] = [];
    let error = Rows::open(Source::paths(none).unwrap(), &Options::default())
        .err()
        .unwrap();
    assert!(matches!(error, RowsError::NoFiles { .. }), "{error}");
}
