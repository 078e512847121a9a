//! `mesu micro`: sizes, and learners to devices and back.

use std::fs;
use std::path::Path;

use mesu::{Generator, Initialization, Learner, MesuConfig, NetworkConfig};
use mesu_micro::{Blob, Classifier, Float, Three, Two, shape};
use serde_json::Value;
use tempfile::tempdir;

use crate::support::{fail, json, small_data, small_run, stdout, succeed};

shape! { struct Net: [6, 5, 3], samples 2; }

/// A learner that has learned which of three inputs is the largest.
fn learned(init: Initialization, bias: bool) -> Learner {
    let network = NetworkConfig::default().hidden([5]).bias(bias).init(init);
    let mut learner = Learner::builder(6)
        .classes(3)
        .network(network)
        .config(MesuConfig::default())
        .build()
        .unwrap();
    let mut examples = Generator::named(1, "examples", &[]);
    for _ in 0..300 {
        let mut x = [0.0; 6];
        examples.fill_normal(&mut x);
        let label = (0..3).max_by(|a, b| x[*a].total_cmp(&x[*b])).unwrap();
        learner.learn(&x, &[label as u32]).unwrap();
    }
    learner
}

fn save(folder: &Path, learner: &Learner) {
    fs::write(folder.join("model.safetensors"), learner.save(&[]).unwrap()).unwrap();
}

/// Largest differences of means, and of sigmas by their share.
fn apart(a: &Learner, b: &Learner) -> (f32, f32) {
    let (mut mean, mut sigma) = (0.0f32, 0.0f32);
    for ((_, a), (_, b)) in a.network().groups().zip(b.network().groups()) {
        let means = a.mu().values().zip(b.mu().values());
        means.for_each(|(a, b)| mean = mean.max((a - b).abs()));
        let sigmas = a.sigma().unwrap().values().zip(b.sigma().unwrap().values());
        sigmas.for_each(|(a, b)| sigma = sigma.max((a / b - 1.0).abs()));
    }
    (mean, sigma)
}

#[test]
fn learners_go_to_a_device_and_come_back() {
    let folder = tempdir().unwrap();
    let folder = folder.path();
    let learner = learned(Initialization::Wide, true);
    save(folder, &learner);
    for (format, mean, sigma) in [
        ("f32", 1e-9, 1e-9),
        ("three", 2e-3, 0.03),
        ("two", 2e-2, 0.11),
    ] {
        let export = [
            "micro",
            "export",
            "model.safetensors",
            "--format",
            format,
            "--out",
            "net.blob",
        ];
        let told = stdout(&succeed(folder, &export));
        assert!(
            told.contains("net.blob: 6-5-3 of model.safetensors"),
            "{told}"
        );
        succeed(
            folder,
            &["micro", "import", "net.blob", "--out", "back.safetensors"],
        );
        let (back, _) =
            Learner::restore(&fs::read(folder.join("back.safetensors")).unwrap()).unwrap();
        let found = apart(&back, &learner);
        assert!(
            found.0 <= mean && (format != "f32" || found.1 <= sigma),
            "{format} {found:?}"
        );
        assert_eq!(back.updates(), learner.updates());
        // A device takes it.
        let blob = fs::read(folder.join("net.blob")).unwrap();
        match format {
            "f32" => Classifier::<Net, Float>::new().restore(&blob).unwrap(),
            "three" => Classifier::<Net, Three>::new().restore(&blob).unwrap(),
            _ => Classifier::<Net, Two>::new().restore(&blob).unwrap(),
        }
        // Once in the format, nothing more is lost.
        let again = [
            "micro",
            "export",
            "back.safetensors",
            "--format",
            format,
            "--out",
            "again.blob",
        ];
        let told = stdout(&succeed(folder, &again));
        assert!(told.contains("\n0 of 53 synapses were beyond"), "{told}");
        succeed(
            folder,
            &[
                "micro",
                "import",
                "again.blob",
                "--out",
                "twice.safetensors",
            ],
        );
        let (twice, _) =
            Learner::restore(&fs::read(folder.join("twice.safetensors")).unwrap()).unwrap();
        let found = apart(&twice, &back);
        assert!(found.0 <= 1e-9 && found.1 <= 1e-6, "{format} {found:?}");
    }
    succeed(
        folder,
        &["micro", "export", "model.safetensors", "--out", "net.rs"],
    );
    let code = fs::read_to_string(folder.join("net.rs")).unwrap();
    assert!(
        code.contains("pub struct Network: [6, 5, 3], samples 2;"),
        "{code}"
    );
}

#[test]
fn runs_are_exported_with_their_scaling() {
    let data = small_data();
    let run = [
        "--set",
        "network.init=wide",
        "--set",
        "learner.max_step_ratio=1",
        "--set",
        "learner.sigma_step=closed-form",
        "--set",
        "learner.prior_step=exact",
        "--set",
        "learner.sigma_at_most_prior=true",
        "--out",
        "run",
    ];
    succeed(data.path(), &small_run(&run));
    let told = stdout(&succeed(
        data.path(),
        &["micro", "export", "run", "--out", "run.blob"],
    ));
    assert!(told.contains("run.blob: "), "{told}");
    let accuracies: Vec<f64> = told
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .filter(|number| (10.0..=100.0).contains(number))
        .collect();
    let [before, after] = accuracies[accuracies.len() - 2..] else {
        panic!("{told}");
    };
    let summary = json(&data.path().join("run/summary.json"));
    let newest = 100.0 * summary["newest_accuracy"].as_f64().unwrap();
    assert!(
        told.contains("accuracy on the test set of the newest task"),
        "{told}"
    );
    // Other noise, and codes.
    assert!(
        (before - newest).abs() < 5.0 && (after - before).abs() < 5.0,
        "{told} {newest}"
    );
    let told = stdout(&succeed(
        data.path(),
        &["micro", "import", "run.blob", "--out", "run.safetensors"],
    ));
    assert!(
        told.contains("inputs were scaled as (x - ") && !told.contains("(x - 0) / 1"),
        "{told}"
    );
}

#[test]
fn sizes_are_told() {
    let folder = tempdir().unwrap();
    let told = stdout(&succeed(folder.path(), &["micro", "size", "784-50-10"]));
    assert!(
        told.contains("784-50-10: 39,760 synapses") && told.contains("RP2040"),
        "{told}"
    );
    let json = stdout(&succeed(
        folder.path(),
        &["micro", "size", "196-24-10", "--json"],
    ));
    let json: Value = serde_json::from_str(&json).unwrap();
    assert!(json["formats"]["two"]["ram_bytes"].as_u64().unwrap() < 13_000);
    assert_eq!(json["formats"]["two"]["chips"][0], "nRF51822 (micro:bit)");
    for network in ["784", "784-x", "784-0-10", ""] {
        let line = fail(folder.path(), &["micro", "size", network]);
        assert!(line.contains("expected widths"), "{line}");
    }
}

#[test]
fn what_can_not_go_is_refused() {
    let folder = tempdir().unwrap();
    let folder = folder.path();
    let refused = |learner: &Learner, expected: &str| {
        save(folder, learner);
        let line = fail(
            folder,
            &["micro", "export", "model.safetensors", "--out", "net.blob"],
        );
        assert!(
            line.contains(expected) && !folder.join("net.blob").exists(),
            "{line}"
        );
    };
    refused(&learned(Initialization::Auto, true), "a prior of its own");
    let builder = || Learner::builder(6).classes(3);
    let paper = builder()
        .config(MesuConfig::paper())
        .init(Initialization::Wide)
        .build();
    refused(&paper.unwrap(), "expected a rule with max_step_ratio");
    refused(
        &builder()
            .config(mesu::SgdConfig::default())
            .build()
            .unwrap(),
        "learned with sgd",
    );
    save(folder, &learned(Initialization::He, false));
    succeed(
        folder,
        &["micro", "export", "model.safetensors", "--out", "net.blob"],
    );
    let blob = fs::read(folder.join("net.blob")).unwrap();
    let refused = |bytes: &[u8], expected: &str| {
        fs::write(folder.join("bad.blob"), bytes).unwrap();
        let line = fail(
            folder,
            &["micro", "import", "bad.blob", "--out", "back.safetensors"],
        );
        assert!(
            line.contains(expected) && !folder.join("back.safetensors").exists(),
            "{line}"
        );
    };
    let edited = |at: usize, to: u8| {
        let mut edited = blob.clone();
        edited[at] = to;
        edited
    };
    refused(&[], "bytes; expected");
    refused(&blob[..blob.len() - 1], "bytes; expected");
    refused(&edited(0, b'x'), "do not begin as a learner's do");
    refused(&edited(4, 9), "version 9 of the form; expected 1");
    refused(&edited(200, !blob[200]), "the CRC is not that of the bytes");
    let line = fail(
        folder,
        &["micro", "import", "none.blob", "--out", "back.safetensors"],
    );
    assert!(line.contains("none.blob: can't be read"), "{line}");
}
