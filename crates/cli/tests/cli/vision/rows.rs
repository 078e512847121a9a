//! Pictures as rows: learned, predicted, and refused where the backbone is another.

use serde_json::Value;

use super::*;
use crate::support::fail;

/// `net.onnx` and `photos` of two classes that its features tell apart, in two shades each.
fn photos(count: u8) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: String| folder.path().join(name);
    fs::copy(TINY, at("net.onnx".to_owned())).unwrap();
    for i in 0..count {
        let shade = 255 - 4 * i;
        png(&at(format!("photos/red/{i:02}.png")), [shade, 0, 0], 8, 8);
        png(
            &at(format!("photos/sea/{i:02}.png")),
            [0, shade, shade],
            8,
            8,
        );
    }
    png(&at("new/one.png".to_owned()), [201, 0, 0], 8, 8);
    png(&at("new/sea/two.png".to_owned()), [0, 201, 201], 8, 8);
    folder
}

const LEARN: [&str; 6] = [
    "learn",
    "photos",
    "--backbone",
    "net.onnx",
    "--preprocess",
    "zero-one",
];

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn pictures_are_learned_and_predicted() {
    let folder = photos(30);
    let folder = folder.path();
    let learned = succeed(folder, &[&LEARN[..], &["--json", "--quiet"]].concat());
    let summary = parsed(&stdout(&learned));
    assert_eq!(summary["rows"], 60);
    assert!(summary["classes"].as_array().unwrap().len() == 2);

    let predicted = succeed(folder, &["predict", "photos.mesu", "new", "--quiet"]);
    let text = stdout(&predicted);
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(lines[0][..4], ["row", "path", "class", "prediction"]);
    assert_eq!(lines[1][1..4], ["one.png", "", "red"]);
    assert_eq!(lines[2][1..4], ["sea/two.png", "sea", "sea"]);

    // Tomorrow's pictures go on with the state, and a new class comes.
    png(&folder.join("tomorrow/sun/1.png"), [255, 255, 0], 8, 8);
    let more = [
        "learn",
        "tomorrow",
        "--state",
        "photos.mesu",
        "--json",
        "--quiet",
    ];
    let summary = parsed(&stdout(&succeed(folder, &more)));
    assert_eq!(summary["rows"], 61);
    assert_eq!(summary["classes"][2]["class"], "sun");

    // Rows of the same columns serve too.
    let row = "path,class,features0,features1,features2,features3\nx,,0.8,0,0.2,0.8\n";
    fs::write(folder.join("row.csv"), row).unwrap();
    let predicted = succeed(folder, &["predict", "photos.mesu", "row.csv", "--quiet"]);
    assert!(stdout(&predicted).contains("1,x,,red,"));
}

#[test]
fn a_state_serves_without_the_file_if_it_keeps_the_backbone() {
    let folder = photos(8);
    let folder = folder.path();
    let at = |name: &str| folder.join(name);
    succeed(
        folder,
        &[&LEARN[..], &["--quiet", "--state", "thin.mesu"]].concat(),
    );
    let kept = ["--quiet", "--keep-backbone", "--state", "whole.mesu"];
    succeed(folder, &[&LEARN[..], &kept].concat());
    let with = stdout(&succeed(
        folder,
        &["predict", "thin.mesu", "new", "--quiet"],
    ));
    fs::rename(at("net.onnx"), at("moved.onnx")).unwrap();
    let without = stdout(&succeed(
        folder,
        &["predict", "whole.mesu", "new", "--quiet"],
    ));
    assert_eq!(with, without);
    let refused = fail(folder, &["predict", "thin.mesu", "new", "--quiet"]);
    assert!(refused.contains("--backbone"), "{refused}");
    let named = [
        "predict",
        "thin.mesu",
        "new",
        "--quiet",
        "--backbone",
        "moved.onnx",
    ];
    assert_eq!(stdout(&succeed(folder, &named)), with);

    // Another file is another backbone, whatever it computes.
    let mut other = fs::read(TINY).unwrap();
    // A document string at the end of the model: field 6, two bytes.
    other.extend([0x32, 2, b'h', b'i']);
    fs::write(at("other.onnx"), other).unwrap();
    let named = [
        "predict",
        "thin.mesu",
        "new",
        "--quiet",
        "--backbone",
        "other.onnx",
    ];
    let refused = fail(folder, &named);
    assert!(refused.contains("another backbone"), "{refused}");
}

#[test]
fn pictures_that_cannot_be_read_are_told() {
    let folder = photos(4);
    let folder = folder.path();
    fs::write(folder.join("photos/red/bad.png"), "no picture").unwrap();
    let refused = fail(folder, &[&LEARN[..], &["--quiet"]].concat());
    assert!(refused.contains("bad.png"), "{refused}");
    let skipped = [&LEARN[..], &["--quiet", "--json", "--on-bad-row", "skip"]].concat();
    let summary = parsed(&stdout(&succeed(folder, &skipped)));
    assert_eq!(summary["rows"], 8);
    let tables = ["learn", "photos", "--target", "class", "--state", "n.mesu"];
    let refused = fail(folder, &tables);
    assert!(refused.contains("photos"), "{refused}");
    let empty = tempfile::tempdir().unwrap();
    let path = empty.path().to_str().unwrap();
    let none = [
        "learn",
        path,
        "--backbone",
        "net.onnx",
        "--preprocess",
        "zero-one",
    ];
    let refused = fail(folder, &none);
    assert!(refused.contains("holds no image"), "{refused}");
}
