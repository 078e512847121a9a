//! A real backbone, `efficientnet_lite0_features.onnx`, which is too large for the repository:
//! `MESU_BACKBONE=FILE cargo test -p mesu-vision --test real -- --ignored`.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use mesu_vision::{Backbone, Model};

/// `images[i] = i/150528 - 0.5`, and what the model's own description says of its features.
#[test]
#[ignore = "needs the file that MESU_BACKBONE names"]
fn the_test_vector_is_met() {
    let path = std::env::var_os("MESU_BACKBONE").expect("MESU_BACKBONE names the file");
    let backbone = Backbone::new(Model::read(Path::new(&path)).unwrap(), [224, 224]).unwrap();
    let input: Vec<f32> = (0..150_528)
        .map(|i| (f64::from(i) / 150_528.0 - 0.5) as f32)
        .collect();
    let features = backbone.features(&input).unwrap();
    assert_eq!(features.len(), 1280);
    let mean = features.iter().sum::<f32>() / 1280.0;
    assert!((features[455] - 4.7192).abs() < 1e-4, "{}", features[455]);
    assert!((mean - 0.054_787).abs() < 1e-4, "{mean}");
}
