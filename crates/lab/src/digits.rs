//! The test images of the newest task that the network is surest and least sure of.

use mesu::Prediction;
use mesu_data::Dataset;
use serde::{Deserialize, Serialize};

/// Images of each kind.
const EACH: usize = 12;

/// Larger images are not kept: every checkpoint holds them again.
const MOST_PIXELS: usize = 64 * 64;

/// The surest and the least sure, most extreme first. Pixels keep their places, whatever
/// the task's permutation: as people see them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digits {
    /// Height of an image, pixels.
    pub rows: usize,
    /// Width of an image, pixels.
    pub columns: usize,
    /// With the smallest total uncertainty.
    pub surest: Vec<Digit>,
    /// With the largest.
    pub least_sure: Vec<Digit>,
}

/// A test image and what the network says of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digit {
    /// Its place in the test set, counted from 0.
    pub example: usize,
    /// Its class.
    pub label: u32,
    /// The most probable class.
    pub predicted: u32,
    /// The probability of that, 0..=1.
    pub probability: f32,
    /// Total uncertainty, bits.
    pub total: f32,
    /// Epistemic uncertainty, bits.
    pub epistemic: f32,
    /// Bytes `[rows][columns]` in hexadecimal; 255 is bright.
    pub pixels: String,
}

impl Digits {
    /// Of `dataset`, whose examples `prediction` is of, in order; none if images are too large
    /// or coloured.
    pub(crate) fn of(dataset: &Dataset, prediction: &Prediction) -> Option<Self> {
        let fit = dataset.channels() == 1 && dataset.pixels() <= MOST_PIXELS;
        if !fit || prediction.len() != dataset.len() {
            return None;
        }
        let mut order: Vec<usize> = (0..prediction.len()).collect();
        // A stable sort: equals stay in the order of the test set.
        order.sort_by(|&a, &b| prediction.total[a].total_cmp(&prediction.total[b]));
        let digit = |&example: &usize| {
            let (predicted, probability) = prediction.top(example);
            Digit {
                example,
                label: dataset.label(example),
                predicted,
                probability,
                total: prediction.total[example],
                epistemic: prediction.epistemic[example],
                pixels: hexadecimal(dataset.image(example)),
            }
        };
        Some(Self {
            rows: dataset.rows(),
            columns: dataset.columns(),
            surest: order.iter().take(EACH).map(digit).collect(),
            least_sure: order.iter().rev().take(EACH).map(digit).collect(),
        })
    }
}

impl Digit {
    /// The bytes of [`Digit::pixels`]; `None` if it is not hexadecimal.
    pub(crate) fn bytes(&self) -> Option<Vec<u8>> {
        let digits: Option<Vec<u8>> = self
            .pixels
            .chars()
            .map(|digit| digit.to_digit(16).map(|value| value as u8))
            .collect();
        let pairs = digits?;
        (pairs.len() % 2 == 0).then(|| pairs.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extremes_are_found_with_their_pixels() {
        let count = 30;
        let images: Vec<u8> = (0..count * 2).map(|i| (i * 4 + 3) as u8).collect();
        let labels = vec![1; count];
        let dataset = Dataset::new(images, labels, 1, 2, 2).unwrap();
        let bits: Vec<f32> = (0..count).map(|i| (i * 7 % count) as f32 / 30.0).collect();
        let prediction = Prediction {
            classes: 2,
            probabilities: [0.75, 0.25].repeat(count),
            total: bits.clone(),
            aleatoric: vec![0.0; count],
            epistemic: bits.clone(),
        };
        let digits = Digits::of(&dataset, &prediction).unwrap();
        assert_eq!((digits.surest.len(), digits.least_sure.len()), (EACH, EACH));
        assert_eq!((digits.surest[0].total, digits.surest[0].example), (0.0, 0));
        assert_eq!(digits.least_sure[0].total, 29.0 / 30.0);
        for digit in digits.surest.iter().chain(&digits.least_sure) {
            assert_eq!((digit.label, digit.predicted), (1, 0));
            assert_eq!(digit.bytes().unwrap(), dataset.image(digit.example));
            assert_eq!(digit.total, bits[digit.example]);
        }
        assert!(Digits::of(&dataset, &Prediction::default()).is_none());
    }
}
