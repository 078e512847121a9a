//! Every benchmark runs, and its JSON has what it promises. No times are asserted: a machine may be
//! of any speed, and this test shares it.

#![allow(clippy::unwrap_used)]

#[path = "cli/support/mod.rs"]
mod support;

use serde_json::Value;
use support::{mesu, stdout, succeed};

/// The JSON of `mesu bench arguments --quick --json`.
fn bench(arguments: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [&["bench"], arguments, &["--quick", "--json"]].concat();
    serde_json::from_str(&stdout(&succeed(folder.path(), &arguments))).unwrap()
}

fn positive(value: &Value, keys: &[&str]) {
    for key in keys {
        let number = value[key].as_f64();
        assert!(number.is_some_and(|x| x > 0.0), "{key} in {value}");
    }
}

/// A share of a limit: noise may lift it above 1, but not by much.
fn share(value: &Value) {
    let share = value["share"].as_f64().unwrap();
    assert!(share > 0.0 && share < 1.5, "{value}");
}

fn stream(value: &Value, network: [u64; 3]) {
    positive(value, &["updates_per_second", "nanoseconds_per_synapse"]);
    assert_eq!(value["network"], serde_json::json!(network));
    let synapses = (network[0] * network[1] + network[1] * network[2]) as f64;
    let of = |key: &str| value[key].as_f64().unwrap();
    let seconds = of("updates_per_second") * of("nanoseconds_per_synapse") * synapses / 1e9;
    assert!((seconds - 1.0).abs() < 1e-9);
}

fn batch(value: &Value) {
    assert_eq!(value["network"], serde_json::json!([784, 400, 400, 10]));
    assert_eq!(value["batch_size"], 128);
    let runs = value["runs"].as_array().unwrap();
    assert_eq!(
        (&runs[0]["samples"], &runs[1]["samples"]),
        (&10.into(), &1.into())
    );
    for run in runs {
        positive(run, &["images_per_second", "gflops", "gemm_gflops"]);
        share(run);
    }
}

fn predict(value: &Value) {
    positive(
        value,
        &["images_per_second", "gflops", "gemm_gflops", "threads"],
    );
    assert_eq!(
        (&value["images"], &value["samples"]),
        (&10_000.into(), &10.into())
    );
    share(value);
}

fn cnn(value: &Value) {
    positive(value, &["batch_size", "threads"]);
    let runs = value["runs"].as_array().unwrap();
    let named = |run: &Value| (run["estimator"].clone(), run["samples"].clone());
    let expected = ["weight-sampling", "local-reparameterization"]
        .map(|estimator| [8, 1].map(|samples| (estimator.into(), samples.into())));
    assert_eq!(
        runs.iter().map(named).collect::<Vec<_>>(),
        expected.concat()
    );
    for run in runs {
        positive(run, &["images_per_second", "gflops", "gemm_gflops"]);
        share(run);
    }
}

fn roofline(value: &Value) {
    let limits = &value["limits"];
    positive(limits, &["gflops", "normals_per_second"]);
    let levels = limits["bandwidth"].as_array().unwrap();
    let names: Vec<&Value> = levels.iter().map(|level| &level["name"]).collect();
    assert_eq!(names, ["L1", "L2", "L3", "memory"]);
    for level in levels {
        positive(level, &["gigabytes_per_second", "measured_bytes"]);
    }
    let table = value["table"].as_array().unwrap();
    assert_eq!(table.len(), 6);
    for row in table {
        positive(row, &["bound", "measured", "cores"]);
        let bounds = row["bounds"].as_object().unwrap();
        assert_eq!(bounds.len(), 3);
        let least = bounds.values().filter_map(Value::as_f64).reduce(f64::min);
        assert_eq!(row["bound"].as_f64(), least);
        assert_eq!(bounds[row["bounded_by"].as_str().unwrap()], row["bound"]);
        share(row);
    }
}

#[test]
fn stream_gives_rate_and_time_per_synapse() {
    stream(&bench(&["stream", "--hidden", "24"]), [784, 24, 10]);
}

#[test]
fn batch_is_compared_with_a_matrix_product() {
    batch(&bench(&["batch"]));
}

#[test]
fn convolutions_are_compared_with_a_matrix_product() {
    cnn(&bench(&["cnn"]));
}

#[test]
fn predict_is_compared_with_a_matrix_product() {
    predict(&bench(&["predict"]));
}

#[test]
fn roofline_bounds_every_benchmark() {
    roofline(&bench(&["roofline"]));
}

#[test]
fn all_has_every_figure_and_the_machine() {
    let value = bench(&["all"]);
    let machine = &value["machine"];
    positive(machine, &["cores"]);
    for key in ["simd", "platform", "version"] {
        assert!(machine[key].is_string(), "{key} in {machine}");
    }
    for key in ["cpu", "memory_bytes", "caches"] {
        assert!(machine.get(key).is_some(), "{key} in {machine}");
    }
    assert_eq!(value["quick"], true);
    for (value, hidden) in value["stream"]
        .as_array()
        .unwrap()
        .iter()
        .zip([50, 512, 1024])
    {
        stream(value, [784, hidden, 10]);
    }
    batch(&value["batch"]);
    predict(&value["predict"]);
    cnn(&value["cnn"]);
    roofline(&value["roofline"]);
}

#[test]
fn tables_fit_the_screen() {
    let folder = tempfile::tempdir().unwrap();
    let text = stdout(&succeed(folder.path(), &["bench", "all", "--quick"]));
    for part in ["stream", "batch", "predict", "cnn", "roofline"] {
        assert!(text.contains(&format!("\n{part}\n")), "{text}");
    }
    assert!(
        text.contains("ns per synapse") && text.contains("bounded by"),
        "{text}"
    );
    assert!(
        text.lines().all(|line| line.chars().count() <= 90),
        "{text}"
    );
}

#[test]
fn every_help_shows_an_example() {
    let folder = tempfile::tempdir().unwrap();
    for command in ["stream", "batch", "predict", "cnn", "roofline", "all"] {
        let text = stdout(&succeed(folder.path(), &["bench", command, "--help"]));
        assert!(text.contains("Example") && text.contains(&format!("  mesu bench {command}")));
        assert!(
            text.lines().all(|line| line.chars().count() <= 100),
            "{text}"
        );
    }
    let both = ["bench", "stream", "--quick", "--seconds", "1"];
    let output = mesu(folder.path(), &both).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}
