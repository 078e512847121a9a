//! Standardization of inputs that runs along with learning.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// Standardization of a learner's inputs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Scaling {
    /// Inputs are taken as they are: they are to be standardized already.
    #[default]
    None,
    /// Each input is standardized by the mean and the standard deviation of all examples learned so far, that which is
    /// being learned included, and cut to ±10; one that has not varied yet is 0.
    Running,
}

/// Largest magnitude of a standardized input: one that hardly ever varied would drown the others when it does.
const LARGEST: f64 = 10.0;

/// Running mean and variance of each input (Welford 1962).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RunningScale {
    count: f64,
    means: Vec<f64>,
    /// Sums of the squared differences to the mean.
    squares: Vec<f64>,
}

impl RunningScale {
    pub(crate) fn new(inputs: usize) -> Self {
        Self {
            count: 0.0,
            means: vec![0.0; inputs],
            squares: vec![0.0; inputs],
        }
    }

    /// Takes in examples, `[n][inputs]`.
    pub(crate) fn learn(&mut self, examples: &[f32]) {
        for example in examples.chunks_exact(self.means.len()) {
            self.count += 1.0;
            let moments = self.means.iter_mut().zip(&mut self.squares);
            for (x, (mean, squares)) in example.iter().zip(moments) {
                let off = f64::from(*x) - *mean;
                *mean += off / self.count;
                *squares += off * (f64::from(*x) - *mean);
            }
        }
    }

    /// Returns examples, `[n][inputs]`, standardized.
    pub(crate) fn scaled(&self, examples: &[f32]) -> Vec<f32> {
        let factor = |squares: &f64| {
            let factor = (self.count / squares).sqrt();
            if factor.is_finite() { factor } else { 0.0 }
        };
        let factors: Vec<f64> = self.squares.iter().map(factor).collect();
        let scale = self.means.iter().zip(&factors).cycle();
        let scaled = examples.iter().zip(scale).map(|(x, (mean, factor))| {
            ((f64::from(*x) - mean) * factor).clamp(-LARGEST, LARGEST) as f32
        });
        scaled.collect()
    }

    /// Words of its numbers, for a checkpoint.
    pub(crate) fn words(&self) -> Vec<u32> {
        let numbers = std::iter::once(&self.count)
            .chain(&self.means)
            .chain(&self.squares);
        let words = |x: &f64| [x.to_bits() as u32, (x.to_bits() >> 32) as u32];
        numbers.flat_map(words).collect()
    }

    /// Restores what [`words`](Self::words) gave; `None` if that is no scale of as many inputs.
    pub(crate) fn restore(&mut self, words: &[u32]) -> Option<()> {
        let number =
            |word: &[u32; 2]| f64::from_bits(u64::from(word[0]) | u64::from(word[1]) << 32);
        let numbers: Vec<f64> = words.as_chunks::<2>().0.iter().map(number).collect();
        let inputs = self.means.len();
        let sound = words.len() == 2 * (1 + 2 * inputs) && numbers.iter().all(|x| x.is_finite());
        let (count, moments) = numbers.split_first().filter(|_| sound)?;
        let (means, squares) = moments.split_at(inputs);
        (*count >= 0.0 && squares.iter().all(|x| *x >= 0.0)).then_some(())?;
        self.count = *count;
        self.means.copy_from_slice(means);
        self.squares.copy_from_slice(squares);
        Some(())
    }
}

/// Inputs as the network sees them.
pub(crate) fn scaled<'a>(scale: Option<&RunningScale>, inputs: &'a [f32]) -> Cow<'a, [f32]> {
    match scale {
        None => Cow::Borrowed(inputs),
        Some(scale) => Cow::Owned(scale.scaled(inputs)),
    }
}
