//! The small problem that every learner has to learn.

use crate::Generator;

/// Numbers of an example.
pub const INPUTS: usize = 5;

/// Classes.
pub const CLASSES: usize = 3;

/// Returns `number` examples of the small problem and their labels, one class after another: points around
/// one corner for each class, with a standard deviation of 0.3.
#[must_use]
pub fn examples(seed: u64, number: usize) -> (Vec<f32>, Vec<u32>) {
    let mut noise = Generator::named(seed, "stream", &[]);
    let labels: Vec<u32> = (0..number).map(|i| (i % CLASSES) as u32).collect();
    let normals = noise.normals(number * INPUTS);
    let mut inputs: Vec<f32> = normals.iter().map(|z| 0.3 * z).collect();
    for (x, label) in inputs.chunks_mut(INPUTS).zip(&labels) {
        x[*label as usize] += 1.0;
    }
    (inputs, labels)
}
