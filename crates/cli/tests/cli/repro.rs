//! `mesu repro`: figures of the paper, run again.

use std::fs;
use std::path::Path;

use crate::support::{fail, mesu, stderr, stdout, succeed};
use serde_json::Value;

#[test]
fn a_figure_is_run_and_its_numbers_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let figure = [
        "repro",
        "supp-importance",
        "--quick",
        "--quiet",
        "--out",
        "out",
    ];
    let table = stdout(&succeed(folder.path(), &figure));
    assert!(table.contains("\nquick: a tenth of the length"), "{table}");
    // The runs are there now: the same command only reads them.
    let again = succeed(folder.path(), &[&figure[..], &["--json"]].concat());
    let json: Value = serde_json::from_str(&stdout(&again)).unwrap();
    let rows = json["rows"].as_array().unwrap();
    assert_eq!((rows.len(), &json["quick"]), (4, &Value::Bool(true)));
    for row in rows {
        let correlation = row["ours"].as_f64().unwrap();
        assert!((0.5..=1.0).contains(&correlation), "{row}");
        assert!(table.contains(&format!("{correlation:.4}")), "{table}");
    }
}

#[test]
fn unknown_figures_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    // Before anything is run.
    fs::write(folder.path().join("file"), "").unwrap();
    let line = fail(folder.path(), &["repro", "digits", "--record", "file"]);
    assert!(line.contains("file: can't be made"), "{line}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    let refused = mesu(folder.path(), &["repro", "fig9"]).output().unwrap();
    let lines = stderr(&refused);
    assert_eq!(refused.status.code(), Some(2), "{lines}");
    assert!(
        lines.contains("'fig9'") && lines.contains("fig3, fig3-seeds") && lines.contains("fig5"),
        "{lines}"
    );
    assert!(!folder.path().join("runs").exists());
}

#[test]
fn results_are_printed_or_written() {
    let folder = tempfile::tempdir().unwrap();
    let records = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../results");
    let records = records.to_str().unwrap();
    let printed = stdout(&succeed(folder.path(), &["results", records]));
    assert!(printed.starts_with("# Results\n") && printed.contains("mesu repro"));
    succeed(folder.path(), &["results", records, "--out", "R.md"]);
    assert_eq!(
        fs::read_to_string(folder.path().join("R.md")).unwrap(),
        printed
    );
}

#[test]
fn wrong_records_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let line = fail(folder.path(), &["results", "."]);
    assert!(line.contains("--record"), "{line}");
    fs::write(folder.path().join("fig3.json"), "{").unwrap();
    let line = fail(folder.path(), &["results", "."]);
    assert!(
        line.contains("fig3.json") && line.contains("mesu repro"),
        "{line}"
    );
    fs::write(folder.path().join("fig3.json"), "").unwrap();
    let line = fail(folder.path(), &["results", ".", "--out", "nowhere/R.md"]);
    assert!(line.contains("fig3.json"), "{line}");
}
