//! The real backbone. Runs only where `MESU_BACKBONE` names `efficientnet_lite0_features.onnx`.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use mesu_vision::{Backbone, Model};

/// `images[i] = i/150528 - 0.5`, and what the model's own description says of its features.
#[test]
fn the_test_vector_is_met() {
    let Some(path) = std::env::var_os("MESU_BACKBONE") else {
        return;
    };
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
