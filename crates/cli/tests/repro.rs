//! `mesu repro`: figures of the paper, run again.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::Value;
use support::{fail, stdout, succeed};

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
    assert!(table.contains("\nquick: a tenth as long"), "{table}");
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
    let line = fail(folder.path(), &["repro", "fig9"]);
    assert!(
        line.contains("fig9") && line.contains("fig3, fig4"),
        "{line}"
    );
    assert!(!folder.path().join("runs").exists());
}
