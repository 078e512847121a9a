//! `mesu features` as its users run it, with a backbone of a few numbers.
#![cfg(feature = "features")]
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use mesu_data::format::npy::Values;
use mesu_data::format::npz::Npz;
use support::{fail, files, stderr, stdout, succeed};
use tempfile::TempDir;

/// Mean of red; of green - blue; of 1 - red; of red + green + blue; none below 0. See the
/// tests of `mesu-features`, which make it.
const TINY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../features/tests/tiny.onnx");

/// An image of one colour, `width` x `height`.
fn png(path: &Path, colour: [u8; 3], width: u32, height: u32) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let file = fs::File::create(path).unwrap();
    let mut encoder = png::Encoder::new(file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().unwrap();
    let pixels = colour.repeat((width * height) as usize);
    writer.write_image_data(&pixels).unwrap();
}

/// `net.onnx` and `photos` of two classes.
fn small() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::copy(TINY, at("net.onnx")).unwrap();
    png(&at("photos/große katze/1.png"), [255, 0, 0], 20, 10);
    png(&at("photos/große katze/2 b.png"), [0, 51, 0], 8, 8);
    png(&at("photos/dog/ü.png"), [0, 0, 255], 9, 30);
    folder
}

fn command<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let usual = [
        "features",
        "photos",
        "--backbone",
        "net.onnx",
        "--out",
        "out.npz",
        "--preprocess",
        "zero-one",
    ];
    [&usual[..], more].concat()
}

fn values(folder: &Path, name: &str) -> Values {
    let mut npz = Npz::open(&folder.join("out.npz")).unwrap();
    npz.array(name).unwrap().into_values()
}

fn texts(names: &[&str]) -> Values {
    Values::Text(names.iter().map(|&name| name.to_owned()).collect())
}

#[test]
fn folders_become_features() {
    let folder = small();
    let output = succeed(folder.path(), &command(&[]));
    assert_eq!(
        stdout(&output),
        "out.npz: 3 images, 4 features each, 2 classes\n"
    );
    let Values::F32(features) = values(folder.path(), "features") else {
        panic!()
    };
    let expected = [
        [0.0, 0.0, 1.0, 1.0],
        [1.0, 0.0, 0.0, 1.0],
        [0.0, 0.2, 1.0, 0.2],
    ];
    for (found, expected) in features.iter().zip(expected.as_flattened()) {
        assert!((found - expected).abs() < 1e-6, "{features:?}");
    }
    assert_eq!(values(folder.path(), "labels"), Values::I64(vec![0, 1, 1]));
    assert_eq!(
        values(folder.path(), "classes"),
        texts(&["dog", "große katze"])
    );
    let paths = ["dog/ü.png", "große katze/1.png", "große katze/2 b.png"];
    assert_eq!(values(folder.path(), "paths"), texts(&paths));
    assert!(
        Npz::open(&folder.path().join("out.npz"))
            .unwrap()
            .array("domains")
            .is_err()
    );
}

#[test]
fn a_second_run_computes_only_what_is_new() {
    let folder = small();
    succeed(folder.path(), &command(&[]));
    let first = fs::read(folder.path().join("out.npz")).unwrap();
    let again = succeed(folder.path(), &command(&["--json"]));
    let summary: serde_json::Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(
        (&summary["images"], &summary["from_cache"]),
        (&3.into(), &3.into())
    );
    assert_eq!(fs::read(folder.path().join("out.npz")).unwrap(), first);
    // Known by content: a new name is not a new image, a new colour is.
    fs::rename(
        folder.path().join("photos/dog/ü.png"),
        folder.path().join("photos/dog/u.png"),
    )
    .unwrap();
    png(&folder.path().join("photos/dog/v.png"), [9, 9, 9], 8, 8);
    let third = succeed(folder.path(), &command(&[]));
    assert!(
        stdout(&third).ends_with("; 3 were known\n"),
        "{}",
        stdout(&third)
    );
    // Other preparation, other features.
    let mut other = command(&[]);
    other[7] = "tensorflow";
    let other = succeed(folder.path(), &other);
    assert!(!stdout(&other).contains("known"), "{}", stdout(&other));
}

#[test]
fn threads_change_no_byte() {
    let folder = small();
    for image in 0..150_u8 {
        png(
            &folder.path().join(format!("photos/many/{image}.png")),
            [image, 7, image / 2],
            8,
            9,
        );
    }
    let mut outputs = Vec::new();
    for threads in ["1", "3"] {
        let mut run = support::mesu(folder.path(), &command(&["--no-cache", "--quiet"]));
        let output = run.env("RAYON_NUM_THREADS", threads).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        outputs.push(fs::read(folder.path().join("out.npz")).unwrap());
    }
    assert!(outputs[0] == outputs[1]);
    assert!(!folder.path().join(".mesu-cache").exists());
}

#[test]
fn a_csv_gives_labels_and_domains() {
    let folder = small();
    let list = "path,label,domain\ndog/ü.png,hund,nacht\n\"große katze/2 b.png\",katze,tag\n";
    fs::write(folder.path().join("photos/list.csv"), list).unwrap();
    for images in [&["--csv", "photos/list.csv"][..], &[]] {
        let mut arguments = command(images);
        if images.is_empty() {
            arguments[1] = "photos/list.csv";
        }
        let output = succeed(folder.path(), &arguments);
        assert!(stdout(&output).contains("2 images, 4 features each, 2 classes, 2 domains"));
        assert_eq!(values(folder.path(), "classes"), texts(&["hund", "katze"]));
        assert_eq!(values(folder.path(), "domains"), Values::I64(vec![0, 1]));
        assert_eq!(
            values(folder.path(), "domain_names"),
            texts(&["nacht", "tag"])
        );
    }
}

/// Runs with a bad file `name`, which must be named, and then without it.
fn refuse(name: &str, content: &[u8], words: &str) {
    let folder = small();
    let path = folder.path().join("photos").join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    if name.ends_with('/') {
        fs::create_dir(&path).unwrap();
    } else {
        fs::write(&path, content).unwrap();
    }
    fs::write(folder.path().join("out.npz"), "old").unwrap();
    let line = fail(folder.path(), &command(&[]));
    assert!(
        line.contains(name.trim_end_matches('/')) && line.contains(words),
        "{line}"
    );
    assert!(line.contains("--skip-bad"), "{line}");
    assert_eq!(fs::read(folder.path().join("out.npz")).unwrap(), b"old");
    let left = |path: &PathBuf| path.display().to_string().contains(".mesu-tmp-");
    assert!(!files(folder.path()).keys().any(left));
    let output = succeed(folder.path(), &command(&["--skip-bad"]));
    assert!(stdout(&output).contains("3 images") && stdout(&output).ends_with("; 1 left out\n"));
    assert!(stderr(&output).contains("left out: ") && stderr(&output).contains(words));
}

#[test]
fn bad_images_are_named_or_skipped() {
    let folder = small();
    let whole = fs::read(folder.path().join("photos/dog/ü.png")).unwrap();
    let mut huge = whole.clone();
    huge[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
    let mut crc = flate2::Crc::new();
    crc.update(&huge[12..29]);
    huge[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    refuse("dog/half.png", &whole[..whole.len() / 2], "is damaged");
    refuse("dog/huge one.png", &huge, "announces 65535 x 65535 pixels");
    refuse("dog/notes.txt", b"walk at five", "is no PNG or JPEG image");
    refuse("dog/empty.jpg", b"", "is empty");
    refuse("emu/", b"", "a class without any image");
    refuse("readme.txt", b"", "lies beside the folders of the classes");
}

#[test]
fn bad_models_and_settings_are_refused() {
    let folder = small();
    let tiny = fs::read(TINY).unwrap();
    let mut unknown = tiny.clone();
    let at = unknown.windows(4).position(|word| word == b"Relu").unwrap();
    unknown[at..at + 4].copy_from_slice(b"Rely");
    fs::write(folder.path().join("unknown.onnx"), unknown).unwrap();
    fs::write(folder.path().join("short.onnx"), &tiny[..tiny.len() / 2]).unwrap();
    fs::write(folder.path().join("text.onnx"), "hello").unwrap();
    let plain = |model: &'static str| {
        [
            "features",
            "photos",
            "--backbone",
            model,
            "--out",
            "out.npz",
            "--preprocess",
            "zero-one",
        ]
    };
    for (arguments, words) in [
        (
            &plain("unknown.onnx")[..],
            "unknown.onnx: uses operators that are not supported: Rely",
        ),
        (
            &plain("short.onnx"),
            "short.onnx: no ONNX model that can be used",
        ),
        (
            &plain("text.onnx"),
            "text.onnx: no ONNX model that can be used",
        ),
        (&plain("none.onnx"), "none.onnx: cannot be read"),
        (
            &plain("net.onnx")[..6],
            "net.onnx: nothing says how to prepare pictures",
        ),
        (
            &[
                "features",
                "nowhere",
                "--backbone",
                "net.onnx",
                "--out",
                "out.npz",
                "--preprocess",
                "zero-one",
            ],
            "nowhere: cannot be read",
        ),
        (
            &[
                "features",
                "photos",
                "--backbone",
                "net.onnx",
                "--out",
                "no/out.npz",
                "--preprocess",
                "zero-one",
            ],
            "no/out.npz: its folder is not there",
        ),
        (
            &[
                "features",
                "photos",
                "--backbone",
                "net.onnx",
                "--out",
                "photos",
                "--preprocess",
                "zero-one",
            ],
            "photos: is a folder",
        ),
        (
            &[
                "features",
                "photos",
                "--backbone",
                "net.onnx",
                "--out",
                "out.npz",
                "--preprocess",
                "imagnet",
            ],
            "--preprocess imagnet: no preset",
        ),
    ] {
        let line = fail(folder.path(), arguments);
        assert!(line.contains(words), "{line}");
        assert!(!folder.path().join("out.npz").exists());
    }
    fs::write(
        folder.path().join("net.toml"),
        "crop = 9\nfilter = 'bilinear'\nrange = 1\nmean = [0, 0, 0]\nstd = [1, 1, 1]\n",
    )
    .unwrap();
    let line = fail(folder.path(), &plain("net.onnx")[..6]);
    assert!(
        line.contains("net.toml: crop is [9, 9] (height, width), but the model takes [8, 8]"),
        "{line}"
    );
}
