//! Models whose features are known, and files that are no such model.
#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;

use mesu_vision::{Backbone, Model};
use support::{attribute, model, node, tensor, tiny, value};

fn backbone(bytes: &[u8], size: [usize; 2]) -> Backbone {
    Backbone::new(Model::parse(bytes, "x").unwrap(), size).unwrap()
}

/// Why those bytes are no backbone for images of 8 x 8: one line.
fn refusal(bytes: &[u8]) -> String {
    let result = Model::parse(bytes, "x").and_then(|model| Backbone::new(model, [8, 8]));
    let message = result.map(|_| ()).unwrap_err().to_string();
    assert!(!message.contains('\n'), "{message}");
    assert!(message.len() < 600, "{message}");
    message
}

/// A graph of one operator from an input to a flat mean.
fn one(operator: &str, input: Vec<u8>, attributes: &[Vec<u8>], weights: &[Vec<u8>]) -> Vec<u8> {
    let inputs: &[&str] = if weights.is_empty() {
        &["images"]
    } else {
        &["images", "w", "b"]
    };
    model(
        &[
            node(operator, inputs, "y", attributes),
            node("GlobalAveragePool", &["y"], "mean", &[]),
            node("Flatten", &["mean"], "features", &[]),
        ],
        weights,
        &[input],
        &[value("features", 1, &[0, 0])],
    )
}

fn close(found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-5, "{found} {expected}");
    }
}

/// `tiny.onnx` is what `support::tiny` makes; to make it anew, run this with `MESU_WRITE=1`.
#[test]
fn the_committed_model_has_its_recipe() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tiny.onnx");
    if std::env::var_os("MESU_WRITE").is_some() {
        std::fs::write(&path, tiny()).unwrap();
    }
    assert_eq!(std::fs::read(path).unwrap(), tiny());
}

#[test]
fn features_are_those_known() {
    let backbone = backbone(&tiny(), [8, 8]);
    assert_eq!(
        (backbone.width(), backbone.batch(), backbone.planar()),
        (4, 1, true)
    );
    let image = [[0.5; 64], [0.25; 64], [-1.0; 64]].concat();
    close(&backbone.features(&image).unwrap(), &[0.5, 1.25, 0.5, 0.0]);
}

#[test]
fn a_fixed_batch_is_filled_up() {
    let input = value("images", 1, &[3, 3, 8, 8]);
    let backbone = backbone(&one("Relu", input, &[], &[]), [8, 8]);
    assert_eq!(backbone.batch(), 3);
    let image = |x: f32| [[x; 64], [2.0 * x; 64], [-x; 64]].concat();
    close(&backbone.features(&image(1.0)).unwrap(), &[1.0, 2.0, 0.0]);
    let two = [image(1.0), image(3.0)].concat();
    close(
        &backbone.features(&two).unwrap(),
        &[1.0, 2.0, 0.0, 3.0, 6.0, 0.0],
    );
}

#[test]
fn depthwise_convolutions_are_computed_here() {
    // Sums of 3 x 3 at every second place of 5 x 5 pixels, a border of zeros around them.
    let weights = [[1.0; 9], [0.5; 9], [-2.0; 9]].concat();
    let bytes = one(
        "Conv",
        value("images", 1, &[0, 3, 5, 5]),
        &[
            attribute("group", &[3], false),
            attribute("pads", &[1, 1, 1, 1], true),
            attribute("strides", &[2, 2], true),
        ],
        &[
            tensor("w", &[3, 1, 3, 3], &weights),
            tensor("b", &[3], &[0.0, 10.0, 0.0]),
        ],
    );
    let backbone = backbone(&bytes, [5, 5]);
    // Of ones: 4 in the corners, 6 at the edges, 9 in the middle of the 3 x 3 outputs.
    let mean = 49.0 / 9.0;
    close(
        &backbone.features(&[1.0; 75]).unwrap(),
        &[mean, 10.0 + 0.5 * mean, -2.0 * mean],
    );
}

#[test]
fn what_keeps_their_outputs_within_bounds_is_computed_here_too() {
    let bytes = model(
        &[
            node(
                "Conv",
                &["images", "w", "b"],
                "y",
                &[attribute("group", &[3], false)],
            ),
            node("Clip", &["y", "least", "most"], "clipped", &[]),
            node("GlobalAveragePool", &["clipped"], "mean", &[]),
            node("Flatten", &["mean"], "features", &[]),
        ],
        &[
            tensor("w", &[3, 1, 1, 1], &[1.0, 2.0, 3.0]),
            tensor("b", &[3], &[0.0; 3]),
            tensor("least", &[], &[0.0]),
            tensor("most", &[], &[6.0]),
        ],
        &[value("images", 1, &[0, 3, 2, 2])],
        &[value("features", 1, &[0, 3])],
    );
    let backbone = backbone(&bytes, [2, 2]);
    let image = [-1.0, 1.0, 2.0, 5.0].repeat(3);
    close(&backbone.features(&image).unwrap(), &[2.0, 3.0, 3.75]);
}

#[test]
fn inputs_that_are_no_images_are_refused() {
    for (input, words) in [
        (
            value("images", 1, &[0, 3]),
            "its input is n,3,F32, expected images",
        ),
        (value("images", 1, &[0, 3, 8]), "expected images"),
        (value("images", 1, &[0, 3, 8, 8, 8]), "expected images"),
        (
            value("images", 1, &[0, 1, 8, 8]),
            "its input is n,1,8,8,F32",
        ),
        (
            value("images", 7, &[0, 3, 8, 8]),
            "its input is n,3,8,8,I64",
        ),
    ] {
        let message = refusal(&one("Relu", input, &[], &[]));
        assert!(message.contains(words), "{message}");
    }
    let two = [
        value("images", 1, &[0, 3, 8, 8]),
        value("more", 1, &[0, 3, 8, 8]),
    ];
    let bytes = model(
        &[node("Add", &["images", "more"], "features", &[])],
        &[],
        &two,
        &[value("features", 1, &[0, 3, 8, 8])],
    );
    assert!(refusal(&bytes).contains("has 2 inputs, expected 1"));
}

#[test]
fn images_of_absurd_size_are_refused() {
    let input = value("images", 1, &[0, 3, 1_000_000, 1_000_000]);
    let model = Model::parse(&one("Relu", input, &[], &[]), "x").unwrap();
    let size = model.size().map(Option::unwrap);
    let message = Backbone::new(model, size).err().unwrap().to_string();
    assert!(
        message.contains("its images are 1000000 x 1000000, expected 1 to 4096"),
        "{message}"
    );
}

#[test]
fn graphs_that_give_no_features_are_refused() {
    let input = || value("images", 1, &[0, 3, 8, 8]);
    let message = refusal(&one("Telepathy", input(), &[], &[]));
    assert!(
        message.contains("operators that are not supported: Telepathy"),
        "{message}"
    );
    let output = |name: &str| [value(name, 1, &[0, 0])];
    let relu = [node("Relu", &["images"], "features", &[])];
    for (bytes, words) in [
        (
            model(&relu, &[], &[input()], &output("features")),
            "its first output is [1, 3, 8, 8] for 1 images",
        ),
        (
            model(&relu, &[], &[input()], &output("other")),
            "nothing computes its output \"other\"",
        ),
        (model(&relu, &[], &[input()], &[]), "it has no output"),
        (
            model(&[], &[], &[input()], &output("features")),
            "it holds no graph",
        ),
        (
            model(
                &[node("Relu", &["nobody"], "features", &[])],
                &[],
                &[input()],
                &output("features"),
            ),
            "x: ",
        ),
        (
            one(
                "Conv",
                input(),
                &[],
                &[
                    tensor("w", &[4, 2, 1, 1], &[0.0; 8]),
                    tensor("b", &[4], &[0.0; 4]),
                ],
            ),
            "no ONNX model that can be used",
        ),
        (
            one(
                "Conv",
                input(),
                &[],
                &[
                    tensor("w", &[4, 3, 1, 1], &[0.0; 5]),
                    tensor("b", &[4], &[0.0; 4]),
                ],
            ),
            "no ONNX model that can be used",
        ),
    ] {
        let message = refusal(&bytes);
        assert!(message.contains(words), "{message}");
    }
    let message = Model::read(Path::new("nowhere.onnx"))
        .map(|_| ())
        .unwrap_err()
        .to_string();
    assert!(
        message.starts_with("nowhere.onnx: cannot be read"),
        "{message}"
    );
}

#[test]
fn what_is_cut_short_or_damaged_ends_in_an_error_or_a_backbone() {
    let whole = tiny();
    for length in 0..whole.len() {
        // The last field, the version of the operators, may be missing.
        if let Ok(model) = Model::parse(&whole[..length], "x") {
            let _ = Backbone::new(model, [8, 8]);
            assert!(length >= whole.len() - 4, "{length}");
        }
    }
    for at in 0..whole.len() {
        for flip in [1, 8, 64, 128] {
            let mut bytes = whole.clone();
            bytes[at] ^= flip;
            let result = Model::parse(&bytes, "x").and_then(|model| Backbone::new(model, [8, 8]));
            if let Ok(backbone) = result {
                let _ = backbone.features(&[0.5; 192]);
            }
        }
    }
}
