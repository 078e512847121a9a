//! `mesu features` as its users run it, with a backbone of a few numbers.

mod domains;
mod pictures;
mod refusals;
mod rows;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{files, stderr, stdout, succeed};
use mesu_data::format::npy::Elements;
use mesu_data::format::npz::Npz;
use tempfile::TempDir;

/// Mean of red; of green - blue; of 1 - red; of red + green + blue; none below 0. See the
/// tests of `mesu-vision`, which make it.
const TINY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../vision/tests/tiny.onnx");

/// An image of one colour, `width` x `height`.
fn png(path: &Path, colour: [u8; 3], width: u32, height: u32) {
    write_png(
        path,
        &colour.repeat((width * height) as usize),
        width,
        height,
    );
}

fn write_png(path: &Path, pixels: &[u8], width: u32, height: u32) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let file = fs::File::create(path).unwrap();
    let mut encoder = png::Encoder::new(file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(pixels).unwrap();
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

fn values(folder: &Path, name: &str) -> Elements {
    let mut npz = Npz::open(&folder.join("out.npz")).unwrap();
    npz.array(name).unwrap().into_elements()
}

fn texts(names: &[&str]) -> Elements {
    Elements::Text(names.iter().map(|&name| name.to_owned()).collect())
}

#[test]
fn folders_become_features() {
    let folder = small();
    let output = succeed(folder.path(), &command(&[]));
    assert_eq!(
        stdout(&output),
        "out.npz: 3 images, 4 features each, 2 classes\n"
    );
    let Elements::F32(features) = values(folder.path(), "features") else {
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
    assert_eq!(
        values(folder.path(), "labels"),
        Elements::I64(vec![0, 1, 1])
    );
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
fn a_data_set_keeps_its_test_images_apart() {
    let folder = small();
    let record = |label: u8, [red, green, blue]: [u8; 3]| {
        let planes = [red, green, blue].map(|colour| [colour; 1024]);
        [&[label], planes.as_flattened()].concat()
    };
    let batches = folder.path().join("data/cifar10/cifar-10-batches-bin");
    fs::create_dir_all(&batches).unwrap();
    let train = [record(3, [255, 0, 0]), record(9, [0, 51, 0])].concat();
    fs::write(batches.join("data_batch_1.bin"), train).unwrap();
    fs::write(batches.join("test_batch.bin"), record(4, [0, 0, 255])).unwrap();
    let mut arguments = command(&[]);
    arguments[1] = "cifar10";
    let run = |more: &[&str]| {
        let arguments = [&arguments[..], more].concat();
        let mut command = crate::support::mesu(folder.path(), &arguments);
        command
            .env("MESU_DATA", folder.path().join("data"))
            .output()
            .unwrap()
    };
    let output = run(&[]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).starts_with("out.npz: 3 images, 4 features each, 10 classes"));
    let close = |name: &str, expected: &[[f32; 4]]| {
        let Elements::F32(features) = values(folder.path(), name) else {
            panic!("{name}")
        };
        assert_eq!(features.len(), 4 * expected.len());
        let mut pairs = features.iter().zip(expected.as_flattened());
        assert!(pairs.all(|(a, b)| (a - b).abs() < 1e-6), "{features:?}");
    };
    close(
        "features_train",
        &[[1.0, 0.0, 0.0, 1.0], [0.0, 0.2, 1.0, 0.2]],
    );
    close("features_test", &[[0.0, 0.0, 1.0, 1.0]]);
    let labels = |name| values(folder.path(), name);
    assert_eq!(labels("labels_train"), Elements::I64(vec![3, 9]));
    assert_eq!(labels("labels_test"), Elements::I64(vec![4]));
    assert_eq!(labels("paths_test"), texts(&["test/0"]));

    assert!(stdout(&run(&[])).contains("3 were known"));
    let refused = run(&["--domains"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("cifar10: a data set has classes of its own"));
    // A folder of that name goes first.
    fs::rename(folder.path().join("photos"), folder.path().join("cifar10")).unwrap();
    assert!(stdout(&run(&[])).contains("2 classes"));
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
        let mut run = crate::support::mesu(folder.path(), &command(&["--no-cache", "--quiet"]));
        let output = run.env("RAYON_NUM_THREADS", threads).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        outputs.push(fs::read(folder.path().join("out.npz")).unwrap());
    }
    assert!(outputs[0] == outputs[1]);
    assert!(!folder.path().join(".mesu-cache").exists());
}
