//! Bad input: one line that says what, where and what to do, and nothing on disk lost.

use std::fs;
use std::path::Path;

use crate::support::{fail, files, idx_header, small_data, small_run, succeed};

/// Runs with `set`, and checks that the line holds all of `words` and no folder was made.
fn refuse(folder: &Path, set: &str, words: &[&str]) {
    let line = fail(folder, &small_run(&["--set", set, "--out", "refused"]));
    for word in words {
        assert!(line.contains(word), "{set}: {word:?} is not in {line}");
    }
    assert!(!folder.join("refused").exists(), "{set}");
}

#[test]
fn settings() {
    let folder = small_data();
    for (set, words) in [
        (
            "learner.memory_windw=3",
            [
                "learner.memory_windw: unknown key",
                "mean learner.memory_window?",
            ],
        ),
        ("task=3", ["task: unknown key", "did you mean tasks?"]),
        ("xyzzy=3", ["--set: xyzzy: unknown key", ""]),
        ("tasks", ["--set tasks", "expected key=value"]),
        (
            "tasks=many",
            ["tasks: found string \"many\"", "expected a whole number"],
        ),
        ("tasks=0", ["tasks: found 0", "expected 1 to 10000"]),
        (
            "network.hidden=16",
            ["network.hidden: found integer `16`", "expected a list"],
        ),
        ("network.hidden=[0]", ["network.hidden", "[0]"]),
        (
            "learner.memory_window=-300",
            ["learner.memory_window", "-300"],
        ),
        (
            "learner.memory_window=nan",
            ["learner.memory_window", "NaN"],
        ),
        ("learner.sigma_prior=0", ["learner.sigma_prior", "0"]),
        ("learner.samples=0", ["learner.samples", "0"]),
        ("learner.kind=sgdx", ["learner.kind", "mesu, foovb"]),
        (
            "learner.estimator=guess",
            ["learner.estimator", "`weight-sampling`"],
        ),
        (
            "data.batch_size=0",
            ["data.batch_size: found 0", "1 or more"],
        ),
        (
            "data.batch_size=601",
            ["data.batch_size: found 601", "at most 600"],
        ),
        (
            "data.train_examples=601",
            ["data.train_examples: found 601", "1 to 600"],
        ),
        (
            "data.test_examples=201",
            ["data.test_examples: found 201", "1 to 200"],
        ),
        ("data.source=nowhere", ["nowhere", "no such folder"]),
        ("data.ood=nowhere", ["data.ood: nowhere", "no such folder"]),
    ] {
        refuse(folder.path(), set, &words);
    }
    let line = fail(folder.path(), &small_run(&["--seeds", "1,2,1"]));
    assert!(line.contains("--seeds 1: given twice"), "{line}");
    let line = fail(
        folder.path(),
        &small_run(&["--seeds", "1", "--set", "seed=2"]),
    );
    assert!(line.contains("--seeds and --set seed"), "{line}");
}

#[test]
fn experiments() {
    let folder = small_data();
    let line = fail(folder.path(), &["run", "permuted-digit"]);
    assert!(line.contains("did you mean permuted-digits?"), "{line}");
    let line = fail(folder.path(), &["run", "digits"]);
    assert!(line.contains("digits: can't be read"), "{line}");
    for (text, words) in [
        ("tasks = 2\n[data\n", ["own.toml, line 2, column", ""]),
        (
            "tasks = 2\ntasks = 3\n",
            ["own.toml, line 2, column", "duplicate"],
        ),
        (
            "[data]\nsouce = 'x'\n",
            ["own.toml: data.souce: unknown key", "mean data.source?"],
        ),
        (
            "[learner]\nlr_mu = 'fast'\n",
            ["own.toml: learner.lr_mu: found", "a number"],
        ),
        (
            "[network.hidden]\nx = 3\n",
            ["own.toml: network.hidden: found map", "a list"],
        ),
    ] {
        fs::write(folder.path().join("own.toml"), text).unwrap();
        let line = fail(folder.path(), &["run", "own.toml"]);
        for word in words {
            assert!(line.contains(word), "{text}: {word:?} is not in {line}");
        }
    }
    fs::write(folder.path().join("own.toml"), [b'a', b'\n', 0xff]).unwrap();
    let line = fail(folder.path(), &["run", "own.toml"]);
    assert!(
        line.contains("own.toml, line 2, column 1: not UTF-8"),
        "{line}"
    );
}

#[test]
fn data_files() {
    let images = "digits/train-images-idx3-ubyte";
    let labels = "digits/train-labels-idx1-ubyte";
    let whole = fs::read(small_data().path().join(images)).unwrap();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        (images, Vec::new()),
        (images, whole[..9].to_vec()),
        (images, whole[..whole.len() - 1].to_vec()),
        (images, [&whole[..], &[0]].concat()),
        (images, idx_header(0x801, &[600, 8, 8])),
        (images, idx_header(0x803, &[u32::MAX, u32::MAX, u32::MAX])),
        (images, idx_header(0x803, &[0, 8, 8])),
        (labels, [idx_header(0x801, &[599]), vec![0; 599]].concat()),
        (labels, [idx_header(0x801, &[600]), vec![200; 600]].concat()),
    ];
    for (number, (file, content)) in cases.into_iter().enumerate() {
        let folder = small_data();
        fs::write(folder.path().join(file), content).unwrap();
        let line = fail(folder.path(), &small_run(&["--out", "refused"]));
        assert!(line.contains(file), "case {number}: {line}");
        assert!(!folder.path().join("refused").exists());
    }
    let folder = small_data();
    fs::remove_file(folder.path().join("digits/t10k-labels-idx1-ubyte")).unwrap();
    let line = fail(folder.path(), &small_run(&[]));
    assert!(line.contains("digits: no test labels there"), "{line}");
}

#[test]
fn occupied_directories() {
    let folder = small_data();
    let run = small_run(&["--out", "out"]);
    succeed(folder.path(), &run);
    let out = folder.path().join("out");
    let before = files(&out);

    let line = fail(folder.path(), &run);
    assert!(
        line.contains("out: holds a run already") && line.contains("--resume"),
        "{line}"
    );
    let other = [
        "--out",
        "out",
        "--resume",
        "--set",
        "learner.lr_mu=0.5",
        "--set",
        "seed=7",
    ];
    let line = fail(folder.path(), &small_run(&other));
    assert!(
        line.contains("learner.lr_mu: 1.0 there, 0.5 asked for"),
        "{line}"
    );
    assert!(line.contains("seed: 1 there, 7 asked for"), "{line}");
    let line = fail(
        folder.path(),
        &small_run(&["--out", "out", "--seeds", "1,2"]),
    );
    assert!(line.contains("out: holds accuracy.csv"), "{line}");
    assert_eq!(files(&out), before);

    fs::create_dir(folder.path().join("mine")).unwrap();
    fs::write(folder.path().join("mine/thesis.tex"), "years").unwrap();
    for more in [&["--out", "mine"][..], &["--out", "mine", "--resume"]] {
        let line = fail(folder.path(), &small_run(more));
        assert!(line.contains("mine: holds thesis.tex"), "{line}");
    }
    assert_eq!(fs::read_dir(folder.path().join("mine")).unwrap().count(), 1);
    let line = fail(folder.path(), &small_run(&["--out", "mine/thesis.tex"]));
    assert!(line.contains("mine/thesis.tex"), "{line}");

    // Gone on with after its end: the same files again.
    succeed(folder.path(), &small_run(&["--out", "out", "--resume"]));
    assert_eq!(files(&out), before);
}

#[test]
fn checkpoints() {
    let folder = small_data();
    let run = small_run(&["--out", "out"]);
    succeed(folder.path(), &run);
    succeed(
        folder.path(),
        &small_run(&["--out", "seed", "--set", "seed=2"]),
    );
    succeed(
        folder.path(),
        &small_run(&["--out", "wide", "--set", "network.hidden=[17]"]),
    );
    let out = folder.path().join("out");
    let checkpoint = out.join("checkpoint.safetensors");
    let whole = fs::read(&checkpoint).unwrap();
    let read =
        |name: &str| fs::read(folder.path().join(name).join("checkpoint.safetensors")).unwrap();

    let mut cases = vec![Vec::new(), b"hello".to_vec(), read("seed"), read("wide")];
    for share in [1, 50, 99] {
        cases.push(whole[..whole.len() * share / 100].to_vec());
    }
    let header = u64::from_le_bytes(whole[..8].try_into().unwrap()) as usize;
    let last = whole.len() - 1;
    for place in [
        0,
        7,
        8,
        9,
        40,
        header / 2,
        header,
        header + 20,
        whole.len() / 2,
        last,
    ] {
        let mut flipped = whole.clone();
        flipped[place] ^= 0x10;
        cases.push(flipped);
    }
    let resume = small_run(&["--out", "out", "--resume"]);
    for (number, case) in cases.iter().enumerate() {
        fs::write(&checkpoint, case).unwrap();
        let before = files(&out);
        let line = fail(folder.path(), &resume);
        assert!(
            line.contains("checkpoint.safetensors"),
            "case {number}: {line}"
        );
        assert_eq!(files(&out), before, "case {number}");
    }
    fs::write(&checkpoint, &whole).unwrap();
    succeed(folder.path(), &resume);
}

#[test]
fn divergence_keeps_the_last_good_checkpoint() {
    let folder = small_data();
    let wild = [
        "--out",
        "out",
        "--set",
        "learner.samples=1",
        "--set",
        "learner.lr_sigma=1000",
    ];
    let line = fail(
        folder.path(),
        &small_run(&[&wild[..], &["--quiet"]].concat()),
    );
    for word in [
        "error: seed 1, task 1: ",
        "layer",
        "update",
        "lr_sigma",
        "out/checkpoint.safetensors",
    ] {
        assert!(line.contains(word), "{word:?} is not in {line}");
    }
    let checkpoint = fs::read(folder.path().join("out/checkpoint.safetensors")).unwrap();
    safetensors::SafeTensors::deserialize(&checkpoint).unwrap();
}
