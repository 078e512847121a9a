//! Images, models and settings that can't be used.

use std::fs;

use super::*;
use crate::support::{fail, stderr, stdout, succeed};

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
            "there is no net.toml; write net.toml, or give --preprocess imagenet",
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
            "preprocessing imagnet: no preset",
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
