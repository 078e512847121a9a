//! Bad input: one line that says what, where and what to do, and nothing on disk lost.

use std::fs;
use std::path::Path;

use crate::support::{fail, files, idx_header, small_data, small_run, stderr, succeed};

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
    assert!(
        line.contains("seed 1: given twice") && line.contains("--seeds"),
        "{line}"
    );
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

/// The error of `arguments`, after checking that a fact comes first and that all of `words` follow.
fn advised(folder: &Path, arguments: &[&str], words: &[&str]) -> String {
    let line = fail(folder, arguments);
    for word in words {
        assert!(line.contains(word), "{word:?} is not in {line}");
    }
    line
}

#[test]
fn facts_are_followed_by_advice() {
    let folder = small_data();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("phone.heic"), b"\0\0\0\x18ftypheic\0\0\0\0mif1heic").unwrap();
    fs::write(at("photo.webp"), b"RIFF\x24\0\0\0WEBPVP8 ").unwrap();
    fs::write(at("cut.npz"), b"PK\x03\x04").unwrap();
    fs::write(at("latin.txt"), "words").unwrap();
    let set = |set: &'static str| ["run", "permuted-digits", "--set", set];
    let small = |set: &'static str| small_run(&["--set", set]);
    let cases: [(&[&str], &[&str]); 17] = [
        (
            &["run", "photographs"],
            &[
                "data.source: photos.npz",
                "; make it with: mesu features PHOTOS",
                "--out photos.npz, or choose another with --set data.source=FILE",
            ],
        ),
        (
            &small("data.ood=other.npz"),
            &[
                "data.ood: other.npz",
                "; make it with: mesu features",
                "--set data.ood=FILE",
            ],
        ),
        (
            &set("data.source=nowhere"),
            &["no such folder", "; data sets by name: mesu data list"],
        ),
        (
            &set("data.source=phone.heic"),
            &[
                "a HEIC image",
                "; convert it to PNG or JPEG",
                "mesu features",
            ],
        ),
        (
            &set("data.source=photo.webp"),
            &[
                "a WebP image",
                "; convert it to PNG or JPEG",
                "mesu features",
            ],
        ),
        (
            &set("data.source=cut.npz"),
            &[
                "no readable NPZ",
                "; get the file again, or save it with numpy.savez",
            ],
        ),
        (
            &set("data.source=latin.txt"),
            &["a text file", "numpy.savez"],
        ),
        (&["run", "bad.toml"], &["line 1", "; mend that line"]),
        (
            &["run", "digit"],
            &["no such preset", "`mesu list` shows the presets"],
        ),
        (
            &set("tasks=0"),
            &[
                "tasks: found 0",
                "; change it in the file or with --set tasks=…",
            ],
        ),
        (
            &small("learner.memory_window=-1"),
            &[
                "learner.memory_window is -1",
                "; change it in the file or with --set",
            ],
        ),
        (
            &small("scenario=domain"),
            &[
                "tasks: found 3, expected 1",
                "; set tasks=1, or give an array `domains`",
                "mesu features --domains",
            ],
        ),
        (
            &small("scenario=split"),
            &[
                "4 classes can't be cut into 3 tasks",
                "; give a number of tasks",
            ],
        ),
        (
            &set("grid.seed=[1, 2]"),
            &["grid.seed", "; give --seeds N,… instead"],
        ),
        (
            &small_run(&["--seeds", "1,1"]),
            &["seed 1: given twice; name every seed of --seeds once"],
        ),
        (
            &small_run(&["--out", "latin.txt"]),
            &[
                "latin.txt: can't be read as a folder",
                "; choose another --out",
            ],
        ),
        (
            &["data", "get", "cifar10", "--from", "latin.txt"],
            &["latin.txt: not the published", "get it elsewhere"],
        ),
    ];
    fs::write(at("bad.toml"), "tasks = [\n").unwrap();
    for (arguments, words) in cases {
        advised(folder.path(), arguments, words);
    }
    let ood = fail(folder.path(), &small("data.ood=other.npz"));
    assert!(!ood.contains("data.source"), "{ood}");
}

#[test]
fn damaged_files_are_followed_by_advice() {
    let folder = small_data();
    let images = folder.path().join("digits/train-images-idx3-ubyte");
    let labels = folder.path().join("digits/train-labels-idx1-ubyte");
    let [whole_images, whole_labels] = [&images, &labels].map(|path| fs::read(path).unwrap());
    let run = small_run(&["--out", "refused"]);
    fs::write(&images, &whole_images[..99]).unwrap();
    advised(folder.path(), &run, &["truncated", "; get the file again"]);
    fs::write(&images, &whole_labels).unwrap();
    advised(
        folder.path(),
        &run,
        &["it is a labels file; give the images file"],
    );
    fs::write(&images, &whole_images).unwrap();
    fs::write(&labels, [idx_header(0x801, &[599]), vec![0; 599]].concat()).unwrap();
    advised(
        folder.path(),
        &run,
        &["599 labels; give two files of one set"],
    );
    fs::remove_file(&labels).unwrap();
    advised(
        folder.path(),
        &run,
        &["no training labels there", "; put the file there"],
    );
}

#[test]
fn what_tells_less_than_it_seems_is_noted_before_the_run() {
    let folder = small_data();
    let noted = |more: &[&str]| stderr(&succeed(folder.path(), &small_run(more)));
    let one = [
        "--set",
        "scenario=split",
        "--set",
        "tasks=4",
        "--set",
        "data.epochs=1",
    ];
    let some = [
        "--set",
        "data.train_examples=40",
        "--set",
        "data.test_examples=20",
    ];
    let text = noted(&[&one[..], &some, &["--out", "one"]].concat());
    assert!(
        text.contains("note: one class per task: a head with one output can't be wrong; fewer"),
        "{text}"
    );
    let quiet = noted(&[&one[..], &some, &["--out", "quiet", "--quiet"]].concat());
    assert_eq!(quiet, "");
    // Class 1 becomes 3: four classes, of which one never occurs.
    for set in ["train", "t10k"] {
        let path = folder
            .path()
            .join(format!("digits/{set}-labels-idx1-ubyte"));
        let mut labels = fs::read(&path).unwrap();
        labels[8..]
            .iter_mut()
            .filter(|label| **label == 1)
            .for_each(|label| *label = 3);
        fs::write(&path, labels).unwrap();
    }
    let text = noted(&["--out", "gap"]);
    assert!(
        text.contains("note: classes without a training example: 1\n"),
        "{text}"
    );
    assert!(!text.contains("one class per task"), "{text}");
}
