//! JSON lines.

use mesu_rows::{Options, Row, Value};

use crate::{all, messages, open, open_with};

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[test]
fn columns_are_the_keys_of_the_first_lines_as_they_appear() {
    let lines = "{\"b\": 1.5, \"a\": \"x\"}\r\n\n{\"a\": null, \"c\": true}\n{ }\n{\"c\": false, \"b\": -2}";
    let rows = open(lines).unwrap();
    assert_eq!(rows.columns(), ["b", "a", "c"]);
    assert_eq!(
        all(rows).unwrap(),
        [
            [Value::Number(1.5), text("x"), Value::Missing],
            [Value::Missing, Value::Missing, Value::Boolean(true)],
            [Value::Missing, Value::Missing, Value::Missing],
            [Value::Number(-2.0), Value::Missing, Value::Boolean(false)],
        ]
    );
}

#[test]
fn keys_that_come_later_are_noted() {
    let mut lines = "{\"a\":1}\n".repeat(64);
    lines.push_str("{\"late\":1,\"a\":2}\n{\"later\":[1,{}],\"late\":2}\n");
    let mut rows = open(lines).unwrap();
    assert_eq!(rows.columns(), ["a"]);
    let mut row = Row::default();
    while rows.read(&mut row).unwrap() {
        if row.number == 65 {
            assert_eq!(row.values, [Value::Number(2.0)]);
            assert_eq!(rows.unknown_keys(), ["late"]);
        }
    }
    assert_eq!(row.values, [Value::Missing]);
    assert_eq!(rows.unknown_keys(), ["late", "later"]);
    let many: String = (0..300).map(|key| format!("{{\"k{key}\":0}}\n")).collect();
    let options = Options {
        columns: Some(vec!["k7".to_owned()]),
        ..Options::default()
    };
    let mut rows = open_with(many, &options).unwrap();
    while rows.read(&mut row).unwrap() {}
    assert_eq!(rows.unknown_keys().len(), 100);
}

#[test]
fn values_are_what_they_are() {
    for (json, value) in [
        ("0", Value::Number(0.0)),
        ("-1.25e2", Value::Number(-125.0)),
        ("0.1", Value::Number(0.1)),
        ("1e400", Value::Number(f64::INFINITY)),
        ("9007199254740992", Value::Number(9_007_199_254_740_992.0)),
        // Ids that an f64 would round.
        ("9007199254740993", text("9007199254740993")),
        ("-9007199254740993", text("-9007199254740993")),
        (
            "123456789012345678901234567890123456789012",
            text("123456789012345678901234567890123456789012"),
        ),
        ("1234567890123456.0", Value::Number(1_234_567_890_123_456.0)),
        ("\"\"", text("")),
        ("\"a\\n\\u00e9\\\"\"", text("a\né\"")),
        ("[1, {\"b\": 2}]", text("[1, {\"b\": 2}]")),
        ("{\"b\" : []}", text("{\"b\" : []}")),
    ] {
        let rows = all(open(format!("{{\"a\" : {json} }}\n")).unwrap()).unwrap();
        assert_eq!(rows, [[value]], "{json}");
    }
}

#[test]
fn lines_that_are_no_objects_are_told() {
    let lines = "{\"a\":1}\n{\"a\":1\n[1]\nx\n{\"a\":NaN}\n{\"a\":1,\"a\":2}\n{\"a\":\"\\ud800\"}\n{\"a\":1} 2\n{\"a\":2}\n";
    let told = messages(open(lines).unwrap());
    for (row, words) in [
        (
            2,
            "EOF while parsing an object at byte 6; expected a JSON object on one line",
        ),
        (3, "expected a JSON object"),
        (4, "expected value at byte 1"),
        (5, "expected value at byte 6"),
        (6, "key a twice"),
        (7, "hex escape"),
        (8, "trailing characters at byte 9"),
    ] {
        let message = &told[row - 1];
        assert!(
            message.starts_with(&format!("x, row {row} (line {row}): ")),
            "{message}"
        );
        assert!(message.contains(words), "{message}");
    }
    assert_eq!((told[0].as_str(), told[8].as_str()), ("row 1", "row 9"));
    let mut lines = b"{\"a\":1}\n{\"a\":\"\xe9\"}\n".to_vec();
    lines.extend(format!("{{\"a\":{}}}\n", "[".repeat(100_000)).as_bytes());
    let told = messages(open(lines).unwrap());
    assert_eq!(
        told[1],
        "x, row 2 (line 2): byte 0xe9; expected text in UTF-8"
    );
    assert!(told[2].contains("row 3"), "{told:?}");
    assert!(
        open("{}\n{}\n")
            .err()
            .unwrap()
            .to_string()
            .contains("0 columns")
    );
}
