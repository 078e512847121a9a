//! Presets, files, and what becomes of a picture.

use super::*;
use crate::resize::Picture;

const WHOLE: &str = "resize = [4, 6]\ncrop = 2\nfilter = 'bilinear'\nrange = 1\n\
    mean = [0.5, 0, 0]\nstd = [0.5, 1, 1]\nchannels = 'bgr'\n";

fn input(
    preprocess: &Preprocess,
    size: [Option<usize>; 2],
    picture: &Picture,
    planar: bool,
) -> Vec<f32> {
    let mut input = Vec::new();
    preprocess
        .for_model(size, "x")
        .unwrap()
        .append(picture, planar, &mut input);
    input
}

#[test]
fn presets_are_the_usual_formulas() {
    let picture = Picture {
        width: 1,
        height: 1,
        pixels: vec![0, 127, 255],
    };
    let of = |name: &str| {
        input(
            &Preprocess::preset(name).unwrap(),
            [Some(1); 2],
            &picture,
            true,
        )
    };
    assert_eq!(of("tensorflow"), [-127.0 / 128.0, 0.0, 1.0]);
    assert_eq!(of("zero-one"), [0.0, 127.0 / 255.0, 1.0]);
    let expected = [
        -0.485 / 0.229,
        (127.0 / 255.0 - 0.456) / 0.224,
        (1.0 - 0.406) / 0.225,
    ];
    for (found, expected) in of("imagenet").into_iter().zip(expected) {
        assert!((found - expected as f32).abs() < 1e-6, "{found} {expected}");
    }
    assert!(
        PRESETS
            .iter()
            .all(|name| Preprocess::preset(name).is_some())
    );
    assert!(Preprocess::preset("caffe").is_none());
}

#[test]
fn sizes_follow_the_model() {
    let preset = Preprocess::preset("imagenet").unwrap();
    for (model, crop, resize) in [
        ([None; 2], [224, 224], 256),
        ([Some(380); 2], [380, 380], 435),
        ([Some(96), Some(128)], [96, 128], 147),
    ] {
        let mut preset = preset.clone();
        if crop[0] != crop[1] {
            preset.resize = Some(Size::Side(resize));
        }
        let prepare = preset.for_model(model, "x").unwrap();
        assert_eq!(prepare.size(), crop);
        let stated = format!("resize = {resize}\n");
        assert!(
            prepare.description().contains(&stated),
            "{}",
            prepare.description()
        );
    }
}

#[test]
fn colors_and_layout_are_as_stated() {
    let preprocess = Preprocess::parse(WHOLE.as_bytes(), "x").unwrap();
    let picture = Picture {
        width: 3,
        height: 9,
        pixels: [255, 51, 0].repeat(27),
    };
    let planar = input(&preprocess, [None; 2], &picture, true);
    assert_eq!(planar, [[0.0; 4], [0.2; 4], [1.0; 4]].concat());
    let packed = input(&preprocess, [None; 2], &picture, false);
    assert_eq!(packed, [0.0, 0.2, 1.0].repeat(4));
}

#[test]
fn wrong_files_say_what_to_do() {
    for (from, to, words) in [
        (
            "filter = 'bilinear'",
            "filter = 'area'",
            "line 3: unknown variant `area`",
        ),
        ("mean", "means", "line 5: unknown field `means`"),
        ("range = 1\n", "", "missing field `range`"),
        (
            "range = 1",
            "range = 0",
            "range: found 0, expected a number above 0",
        ),
        (
            "std = [0.5, 1, 1]",
            "std = [0, 1, 1]",
            "std: found [0.0, 1.0, 1.0], expected three",
        ),
        (
            "mean = [0.5, 0, 0]",
            "mean = [nan, 0, 0]",
            "mean: found [NaN",
        ),
        ("mean = [0.5, 0, 0]", "mean = [0, 0]", "line 5: "),
        (
            "crop = 2",
            "crop = 0",
            "crop: found [0, 0], expected 1 to 4096",
        ),
        ("crop = 2", "crop = 9000000000", "expected 1 to 4096"),
        ("crop = 2", "crop = -2", "line 2: "),
        (
            "crop = 2",
            "crop = [5, 2]",
            "resize: found Both([4, 6]), expected at least crop, [5, 2]",
        ),
        ("range = 1", "range = ", "line 4: "),
    ] {
        let text = WHOLE.replace(from, to);
        let error = Preprocess::parse(text.as_bytes(), "x")
            .and_then(|preprocess| preprocess.for_model([None; 2], "x"))
            .map(|_| ())
            .unwrap_err();
        let message = error.to_string();
        assert!(message.contains(words), "{to}: {message}");
        assert!(!message.contains('\n'), "{message}");
    }
    let preprocess = Preprocess::parse(WHOLE.as_bytes(), "x").unwrap();
    let error = preprocess
        .for_model([Some(224); 2], "x")
        .map(|_| ())
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("crop is [2, 2] (height, width), but the model takes [224, 224]")
    );
}

#[test]
fn what_is_asked_for_or_lies_beside_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("net.onnx");
    let find = |asked| Preprocess::find(asked, &model).map(|(found, _)| found);
    let message = find(None).unwrap_err().to_string();
    assert!(
        message.contains("no preprocessing is given for it, and there is no net.toml"),
        "{message}"
    );
    std::fs::write(folder.path().join("net.toml"), WHOLE).unwrap();
    assert_eq!(find(None).unwrap().crop, Some(Size::Side(2)));
    assert_eq!(find(Some("imagenet")).unwrap().crop, None);
    let message = find(Some("imagnet")).unwrap_err().to_string();
    assert!(
        message.contains("preprocessing imagnet: no preset, and no file that can be read"),
        "{message}"
    );
}
