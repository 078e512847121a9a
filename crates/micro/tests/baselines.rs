//! Networks of point weights that the firmware's counts are compared with: they learn.
#![allow(clippy::unwrap_used)]

mod sgd;

use mesu_data::Dataset;
use mesu_datasets::embedded::{mnist_test, mnist_train};
use sgd::{ByteSgd, FloatSgd};

/// Percent of 2,000 test images that are told right after 10,000 of the training set.
fn taught(
    mut learn: impl FnMut(&[u8; 784], usize),
    mut predict: impl FnMut(&[u8; 784]) -> usize,
) -> usize {
    let image = |set: &Dataset, index| {
        let pixels = set.image(index).unwrap();
        (
            *pixels.first_chunk().unwrap(),
            usize::from(set.label(index) as u8),
        )
    };
    let (train, test) = (mnist_train().unwrap(), mnist_test().unwrap());
    for index in 0..10_000 {
        let (x, label) = image(&train, index);
        learn(&x, label);
    }
    let right = (0..2_000).filter(|index| {
        let (x, label) = image(&test, *index);
        predict(&x) == label
    });
    right.count() / 20
}

#[test]
fn floats_and_bytes_learn_digits() {
    let scaled = |x: &[u8; 784]| x.map(|x| f32::from(x) / 256.0);
    let floats = std::cell::RefCell::new(Box::new(FloatSgd::<784, 50, 10>::EMPTY));
    floats.borrow_mut().start(0.03125);
    let found = taught(
        |x, label| _ = floats.borrow_mut().learn(&scaled(x), label),
        |x| floats.borrow_mut().predict(&scaled(x)),
    );
    let bytes = std::cell::RefCell::new(Box::new(ByteSgd::<784, 50, 10>::EMPTY));
    bytes.borrow_mut().start(5);
    let in_bytes = taught(
        |x, label| _ = bytes.borrow_mut().learn(x, label),
        |x| bytes.borrow_mut().predict(x),
    );
    assert!(found >= 85 && in_bytes + 3 >= found, "{found} {in_bytes}");
}
