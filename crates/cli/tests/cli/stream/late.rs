//! Labels that come after their rows.

use super::{folder, learn, parsed, write};
use crate::support::{stderr, succeed};

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
