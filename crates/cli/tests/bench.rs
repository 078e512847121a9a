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

/// A rate, and that of the baseline where one is built in.
fn rates(value: &Value) {
    positive(value, &["images_per_second", "gflops"]);
    for key in ["gemm_gflops", "share"] {
        let known = value[key].as_f64().is_some_and(|x| x > 0.0);
        assert_eq!(known, cfg!(feature = "baselines"), "{key} in {value}");
        assert!(known || value[key].is_null(), "{key} in {value}");
    }
}

fn stream(value: &Value, network: [u64; 3]) {
    positive(value, &["updates_per_second", "nanoseconds_per_synapse"]);
    assert_eq!(value["network"], serde_json::json!(network));
    let rounds = value["updates_per_second_rounds"].as_array().unwrap();
    assert!(rounds.len() >= 3, "{value}");
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
        rates(run);
    }
}

fn predict(value: &Value) {
    positive(value, &["threads"]);
    rates(value);
    assert_eq!(
        (&value["images"], &value["samples"]),
        (&10_000.into(), &10.into())
    );
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
        rates(run);
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
        positive(row, &["bound", "measured", "cores", "share"]);
        assert_eq!(row["bounds"].as_object().unwrap().len(), 3, "{row}");
        assert!(
            row["bounds"]
                .get(row["bounded_by"].as_str().unwrap())
                .is_some()
        );
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
fn all_has_every_figure_and_the_machine() {
    let value = bench(&["all"]);
    let machine = &value["machine"];
    let cores = std::thread::available_parallelism().unwrap().get();
    assert_eq!(machine["cores"], cores);
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
    let hint = text.contains("--features baselines -- bench all");
    assert_eq!(hint, cfg!(not(feature = "baselines")), "{text}");
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
