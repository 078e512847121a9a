//! CSV and TSV.

use mesu_rows::{Format, Options, Value};

use crate::{all, messages, open, open_with, texts};

#[test]
fn the_separator_is_found_out() {
    for (text, columns) in [
        ("a,b\n1,2\n", 2),
        ("a;b\n1,5;2,5\n", 2),
        ("a\tb\n1\t2\n", 2),
        ("a|b\n1|2\n", 2),
        ("a\n1\n", 1),
        // Several in the header: the one that the rows have too.
        ("name, first;age\nx;1\ny;2\n", 2),
        ("date,time|x|y\n1,2|3|4\n", 3),
        ("\"a,b,c\";d\n1;2\n", 2),
        ("a b,c;d\n\"1;2;3\",4\n\"5\n6\",7\n", 2),
    ] {
        let rows = open(text).unwrap();
        assert_eq!(
            rows.columns().len(),
            columns,
            "{text}: {:?}",
            rows.columns()
        );
        let rows = all(rows).unwrap();
        assert!(!rows.is_empty(), "{text}");
    }
}

#[test]
fn a_separator_can_be_told() {
    for (options, columns) in [
        (
            Options {
                separator: Some(b':'),
                ..Options::default()
            },
            ["a,b", "c\td"],
        ),
        (
            Options {
                format: Some(Format::Tsv),
                ..Options::default()
            },
            ["a,b:c", "d"],
        ),
    ] {
        assert_eq!(
            open_with("a,b:c\td\n1:2\n", &options).unwrap().columns(),
            columns
        );
    }
    for separator in [b'"', b'\n', 0xc3] {
        let options = Options {
            separator: Some(separator),
            ..Options::default()
        };
        let error = open_with("a\u{e9}b\n", &options).err().unwrap().to_string();
        assert!(error.contains("expected an ASCII character"), "{error}");
    }
}

#[test]
fn quotes_hold_separators_quotes_and_ends_of_lines() {
    const TEXT: &str =
        "a,b\n\"1,5\",\"say \"\"no\"\"\"\r\n\"two\r\nlines\n\",5\" pipe\n\"\",\"\"\"\"\n,\"\n\"";
    let text = |text: &str| Value::Text(text.to_owned());
    let rows = all(open(TEXT).unwrap()).unwrap();
    assert_eq!(
        rows,
        [
            [text("1,5"), text("say \"no\"")],
            [text("two\r\nlines\n"), text("5\" pipe")],
            [Value::Missing, text("\"")],
            [Value::Missing, text("\n")],
        ]
    );
}

#[test]
fn marks_empty_lines_and_any_end_of_line_are_passed_over() {
    let rows = open("\u{feff}a,b\r\n\r\n1,2\n\n3,\r\n,4").unwrap();
    assert_eq!(rows.columns(), ["a", "b"]);
    assert_eq!(all(rows).unwrap(), texts("1 2/3 -/- 4"));
}

#[test]
fn columns_without_a_name_are_called_by_their_number() {
    // As pandas writes its index.
    assert_eq!(
        open(", a ,\n0,1,2\n").unwrap().columns(),
        ["column_1", "a", "column_3"]
    );
}

#[test]
fn columns_are_named_where_there_is_no_header() {
    let error = open("0.5,1\n1,2\n").err().unwrap().to_string();
    assert_eq!(
        error,
        "x: numbers alone (0.5,1) in the header; expected names of columns"
    );
    let options = Options {
        columns: Some(vec!["p".to_owned(), "q".to_owned()]),
        ..Options::default()
    };
    let rows = open_with("0.5,1\n1,2\n", &options).unwrap();
    assert_eq!(rows.columns(), ["p", "q"]);
    assert_eq!(all(rows).unwrap(), texts("0.5 1/1 2"));
}

#[test]
fn text_stays_as_it_is() {
    let rows = all(open("a,b\n 1 ,007\nNaN,1e400\n").unwrap()).unwrap();
    let text = |text: &str| Value::Text(text.to_owned());
    assert_eq!(
        rows,
        [[text(" 1 "), text("007")], [text("NaN"), text("1e400")]]
    );
}

#[test]
fn what_comes_slowly_is_read_as_it_comes() {
    struct Slow(Vec<u8>);
    impl std::io::Read for Slow {
        fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
            // A reader that waited for a second line of this pipe would meet its panic.
            assert!(!self.0.is_empty(), "more was asked for than needed");
            to[0] = self.0.remove(0);
            Ok(1)
        }
    }
    let source = mesu_rows::Source::reader("pipe", Slow(b"abcd,efgh\n1,2\n".to_vec()));
    let mut rows = mesu_rows::Rows::open(source, &Options::default()).unwrap();
    let mut row = mesu_rows::Row::default();
    assert!(rows.read(&mut row).unwrap());
    assert_eq!(row.values, texts("1 2")[0]);
}

#[test]
fn rows_behind_one_with_an_error_are_read() {
    let text = "a,b\n1,2\n3\n4,5,6\n\"7\"8,9\na,b\n\u{feff}a,b\n10,11\n";
    assert_eq!(
        messages(open(text).unwrap()),
        [
            "row 1",
            "x, row 2 (line 3): 1 values; expected 2, one for each column",
            "x, row 3 (line 4): 3 values; expected 2, one for each column",
            "x, row 4 (line 5), column a: 8,9 behind a closing quote; expected a separator or the \
             end of the line behind a closing quote",
            "x, row 5 (line 6): the header again; expected values",
            "x, row 6 (line 7): the header again; expected values",
            "row 7",
        ]
    );
}
