//! `mesu describe`, and a run of the network that it shows.

use std::fs;

use crate::support::{fail, small_data, small_run, stdout, succeed};
use serde_json::Value;

const LAYERS: &str = "network.layers = ['conv 4 3x3 same', 'relu', 'max-pool 2', 'dropout 0.1', \
                      'flatten', 'linear 6', 'relu']\nnetwork.bias = true\nnetwork.init = 'he'\n";

#[test]
fn a_network_is_shown_layer_by_layer() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("own.toml"), LAYERS).unwrap();
    let table = stdout(&succeed(folder.path(), &["describe", "own.toml"]));
    let rows: Vec<String> = table
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    for row in [
        "conv 4 3x3 same 4x28x28 40",
        "max-pool 2 4x14x14",
        "linear 6 6 4,710",
        "linear 10 (output) 10 70",
        "all 4,820",
    ] {
        assert!(rows.iter().any(|line| line == row), "{row}:\n{table}");
    }
    let json = stdout(&succeed(folder.path(), &["describe", "own.toml", "--json"]));
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&json["synapses"], &json["layers"][2]["shape"]),
        (&4820.into(), &"4x14x14".into())
    );

    // Cells of one network share its table.
    let grid = "grid.network.hidden=[[50],[30]]";
    let table = stdout(&succeed(
        folder.path(),
        &[
            "describe",
            "permuted-digits",
            "--set",
            grid,
            "--set",
            "compare=mesu,sgd",
        ],
    ));
    assert_eq!(table.matches("(output)").count(), 2, "{table}");
}

#[test]
fn layers_that_do_not_meet_are_refused_with_both_shapes() {
    let folder = tempfile::tempdir().unwrap();
    let describe = |layers: &str| {
        let set = format!("network.layers={layers}");
        fail(
            folder.path(),
            &["describe", "permuted-digits", "--set", &set],
        )
    };
    let line = describe("['conv 4 3x3', 'linear 6']");
    assert!(
        line.contains(
            "\"linear 6\" after \"conv 4 3x3\", which gives 4x26x26; expected 2704 numbers in a row"
        ),
        "{line}"
    );
    let line = describe("['conf 4 3x3']");
    assert!(
        line.contains("conf 4 3x3") && line.contains("max-pool N"),
        "{line}"
    );
    let line = describe("['conv 4 99x99']");
    assert!(
        line.contains("which gives 1x28x28") && line.contains("at least 99 rows"),
        "{line}"
    );
}

#[test]
fn a_network_of_convolutions_is_run_and_gone_on_with() {
    let folder = small_data();
    let layers = "network.layers=['conv 3 3x3','relu','flatten']";
    let more = [layers, "network.hidden=[]", "network.init=he"];
    let sets: Vec<&str> = more.iter().flat_map(|set| ["--set", set]).collect();
    let run = small_run(&[&sets[..], &["--out", "out"]].concat());
    let table = stdout(&succeed(folder.path(), &run));
    assert!(table.contains("newest task"), "{table}");
    let again = stdout(&succeed(folder.path(), &[&run[..], &["--resume"]].concat()));
    assert!(again.contains("newest task"), "{again}");
}
