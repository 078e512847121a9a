//! Labels that come after their rows.

use super::{folder, learn, parsed, write};
use crate::support::{stderr, stdout, succeed};

#[test]
fn labels_come_late() {
    let folder = folder();
    let folder = folder.path();
    let (mut rows, mut labels) = ("id,a,y\n".to_owned(), "id,y\n".to_owned());
    for row in 0..400 {
        let (a, class) = (row % 7, if row % 7 > 3 { "high" } else { "low" });
        match row {
            0..300 => rows += &format!("r{row},{a},{class}\n"),
            _ => rows += &format!("r{row},{a},\n"),
        }
        if row >= 300 {
            labels += &format!("r{row},{class}\n");
        }
    }
    write(folder, "rows.csv", &rows);
    write(folder, "labels.csv", &labels);
    let more = ["--target", "y", "--id", "id", "--json", "--quiet"];
    let summary = parsed(&succeed(folder, &learn("rows.csv", &more)));
    assert_eq!(
        (&summary["rows"], &summary["labeled"], &summary["waiting"]),
        (&400.into(), &300.into(), &100.into())
    );
    let late = [
        "learn",
        "--labels",
        "labels.csv",
        "--state",
        "rows.mesu",
        "--json",
    ];
    let output = succeed(folder, &late);
    assert!(stderr(&output).contains("100 labels learned, 0 of rows that do not wait"));
    let summary = parsed(&output);
    assert_eq!(
        (&summary["rows"], &summary["labeled"], &summary["waiting"]),
        (&400.into(), &400.into(), &0.into())
    );
}

#[test]
fn a_state_without_labels_is_not_called_healthy() {
    let folder = folder();
    let folder = folder.path();
    let color = |row: usize| ["red", "blue"][row % 2];
    let rows: String = (0..60)
        .map(|row| format!("r{row},{},\n", color(row)))
        .collect();
    write(folder, "rows.csv", &format!("id,a,y\n{rows}"));
    let more = ["--target", "y", "--id", "id", "--quiet", "--json"];
    let summary = parsed(&succeed(folder, &learn("rows.csv", &more)));
    for key in ["accuracy", "kappa", "balanced_accuracy", "log_loss"] {
        assert!(summary[key].is_null(), "{key}: {summary:#}");
    }
    let told = stdout(&succeed(folder, &["doctor", "rows.mesu"]));
    assert!(
        told.starts_with("nothing learned yet: rows.mesu\n"),
        "{told}"
    );
    assert!(told.contains("No label was learned yet."), "{told}");
    assert!(
        !told.contains("healthy")
            && !told.contains("NaN")
            && !told.contains("Nothing has to be done")
    );
    let told = parsed(&succeed(folder, &["doctor", "rows.mesu", "--json"]));
    assert_eq!(told["verdict"], "nothing-learned-yet");
}

/// Words for one row are "a row", not "1 rows".
#[test]
fn one_row_is_not_several() {
    let folder = folder();
    let folder = folder.path();
    write(folder, "rows.csv", "id,a,y\nr1,1,\n");
    write(folder, "labels.csv", "id,y\nr1,low\n");
    let mut told = String::new();
    let mut run = |arguments: &[&str]| {
        let output = succeed(folder, arguments);
        told += &(stdout(&output) + &stderr(&output));
    };
    run(&learn("rows.csv", &["--target", "y", "--id", "id"]));
    run(&["doctor", "rows.mesu"]);
    run(&["predict", "rows.mesu", "rows.csv", "--output", "p.csv"]);
    run(&["learn", "--labels", "labels.csv", "--state", "rows.mesu"]);
    run(&["show", "rows.mesu"]);
    run(&["doctor", "rows.mesu"]);
    run(&["report", "rows.mesu"]);
    told += &std::fs::read_to_string(folder.join("rows.html")).unwrap();
    for several in ["rows", "labels", "columns", "members", "classes", "changes"] {
        let several = format!("1 {several}");
        let found = told.match_indices(&several).map(|(at, _)| &told[..at]);
        let mut bare =
            found.filter(|before| !before.ends_with(|c: char| c.is_ascii_digit() || c == ','));
        assert!(bare.next().is_none(), "{several}: {told}");
    }
    for one in [
        "1 row waits for its label",
        "1 label learned",
        "1 row predicted",
        "1 row, target y",
    ] {
        assert!(told.contains(one), "{one}: {told}");
    }
}

#[test]
fn an_id_that_waits_and_comes_again_is_told() {
    let folder = folder();
    let folder = folder.path();
    let mut rows = "id,a,y\n".to_owned();
    for row in 1..=40 {
        let id = match row {
            11 | 21 | 31 => 1,
            22 | 32 => 2,
            _ => row,
        };
        let class = if row > 30 {
            ["low", "high"][row % 2]
        } else {
            ""
        };
        rows += &format!("r{id},{},{class}\n", row % 7);
    }
    write(folder, "rows.csv", &rows);
    let more = ["--target", "y", "--id", "id", "--json"];
    let output = succeed(folder, &learn("rows.csv", &more));
    let told = stderr(&output);
    let note =
        "note: row 11 has the id of row 1, which still waits for its label, and takes its place";
    assert_eq!(told.matches("takes its place").count(), 1, "{told}");
    assert!(told.contains(note), "{told}");
    let summary = parsed(&output);
    assert_eq!(summary["replaced"], 3);
    assert_eq!(
        summary["first_replaced"],
        serde_json::json!([
            { "row": 11, "earlier": 1 },
            { "row": 21, "earlier": 11 },
            { "row": 22, "earlier": 2 },
        ])
    );
    // 30 rows without a label, of 27 ids; rows 31 and 32 bring the labels of two.
    assert_eq!(summary["waiting"], 25);
    let table = stdout(&succeed(folder, &["show", "rows.mesu"]));
    assert!(
        table.contains("their id came again at rows 11, 21, 22\n"),
        "{table}"
    );
    assert!(
        table.lines().all(|line| line.chars().count() <= 80),
        "{table}"
    );
}
