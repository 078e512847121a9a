//! Conversion of bytes or features to the numbers a network sees.
//!
//! A pixel v in 0..=255 becomes x = (v/255 − mean) / std, with the mean and the
//! standard deviation of v/255 over all pixels of all training images (for MNIST
//! 0.1307 and 0.3081; Bonnet et al. 2025, methods). There are 256 possible
//! answers, so the conversion is a table. A feature f becomes (f − mean) / std, with those of all features
//! or, if asked for, of each; one that does not vary becomes 0 then.

mod scale;

use crate::dataset::{Dataset, ExampleData};
use scale::{Moments, Scale};

/// The table `u8 -> f32`, with the mean and std (of v/255) that it was made from.
#[derive(Clone, Debug, PartialEq)]
pub struct Standardizer {
    table: [f32; 256],
    mean: f64,
    std: f64,
    /// Scale of each feature, if each has its own.
    each: Vec<Scale>,
}

/// Reason why no standardization can be fitted.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StandardizerError {
    /// Every number is the same: the standard deviation is 0.
    #[error(
        "all numbers of the {examples} training examples are {value}, so their standard deviation \
         is 0"
    )]
    Constant {
        /// Number of training examples.
        examples: usize,
        /// The value of every pixel or feature.
        value: f32,
    },
    /// Each feature is the same in every example.
    #[error("none of the {features} features varies over the {examples} training examples")]
    NoneVaries {
        /// Number of training examples.
        examples: usize,
        /// Number of features.
        features: usize,
    },
    /// Images have no features to be looked at one by one.
    #[error("images have no features to standardize one by one")]
    Images,
}

impl Standardizer {
    /// Fits mean and std on all pixels or features of `train`.
    ///
    /// # Errors
    /// [`StandardizerError::Constant`] if all are equal.
    pub fn fit(train: &Dataset) -> Result<Self, StandardizerError> {
        let constant = |value| StandardizerError::Constant {
            examples: train.len(),
            value,
        };
        match train.values() {
            ExampleData::Pixels(bytes) => Self::of_bytes(bytes).map_err(constant),
            ExampleData::Features(numbers) => Self::of_numbers(numbers).map_err(constant),
        }
    }

    /// Fits mean and std of each feature of `train` by itself, whatever its unit; features that do not vary
    /// beyond the rounding of f32 become 0.
    ///
    /// # Errors
    /// [`StandardizerError::Images`] of images, [`StandardizerError::NoneVaries`] if all features are constant.
    pub fn fit_each(train: &Dataset) -> Result<Self, StandardizerError> {
        Self::fit_each_above(train, 0.0)
    }

    /// [`Standardizer::fit_each`], but no feature is divided by less than `floor` of the root mean square of
    /// all standard deviations: among features of one unit, one that hardly ever moved would drown the others
    /// when it does.
    ///
    /// # Errors
    /// As [`Standardizer::fit_each`].
    pub fn fit_each_above(train: &Dataset, floor: f64) -> Result<Self, StandardizerError> {
        let ExampleData::Features(numbers) = train.values() else {
            return Err(StandardizerError::Images);
        };
        let width = train.pixels();
        let each = Moments::of_each(numbers, width);
        if !each.iter().any(Moments::varies) {
            return Err(StandardizerError::NoneVaries {
                examples: train.len(),
                features: width,
            });
        }
        let mean_square = each.iter().map(|m| m.variance).sum::<f64>() / width as f64;
        let least = floor * mean_square.sqrt();
        Ok(Self {
            each: each.iter().map(|moments| moments.scale(least)).collect(),
            ..Self::fit(train)?
        })
    }

    /// Fits one of pixels; gives the one that all are if they don't differ.
    fn of_bytes(bytes: &[u8]) -> Result<Self, f32> {
        // Summing 256 counts instead of millions of pixels is exact and quick.
        let mut histogram = [0_u64; 256];
        for &pixel in bytes {
            histogram[usize::from(pixel)] += 1;
        }
        let count = bytes.len() as f64;
        let expectation = |f: &dyn Fn(f64) -> f64| -> f64 {
            let weighted = |(value, &n): (usize, &u64)| n as f64 * f(value as f64 / 255.0);
            histogram.iter().enumerate().map(weighted).sum::<f64>() / count
        };
        let mean = expectation(&|x| x);
        let variance = expectation(&|x| (x - mean).powi(2));
        // Asked of the counts: the computed variance of equal pixels may round above 0.
        let first = bytes[0];
        if histogram[usize::from(first)] == bytes.len() as u64 {
            return Err(f32::from(first));
        }
        Ok(Self::with(mean, variance.sqrt()))
    }

    /// Fits one of features; gives the one that all are if they don't differ.
    fn of_numbers(numbers: &[f32]) -> Result<Self, f32> {
        let expectation = |f: &dyn Fn(f64) -> f64| -> f64 {
            numbers.iter().map(|x| f(f64::from(*x))).sum::<f64>() / numbers.len() as f64
        };
        let mean = expectation(&|x| x);
        let variance = expectation(&|x| (x - mean).powi(2));
        let first = numbers[0];
        match numbers.iter().all(|x| *x == first) {
            true => Err(first),
            false => Ok(Self::with(mean, variance.sqrt())),
        }
    }

    /// Creates the map x = v/255 alone, in 0..=1 (mean 0, std 1).
    pub fn identity() -> Self {
        Self::with(0.0, 1.0)
    }

    fn with(mean: f64, std: f64) -> Self {
        let value = |v: usize| ((v as f64 / 255.0 - mean) / std) as f32;
        Self {
            table: std::array::from_fn(value),
            mean,
            std,
            each: Vec::new(),
        }
    }

    /// The mean that is subtracted, of pixels scaled to 0..=1.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// The standard deviation that is divided by, of pixels scaled to 0..=1; above 0.
    pub fn std(&self) -> f64 {
        self.std
    }

    /// Returns x of each byte: `table()[v]` is x(v).
    #[inline]
    pub fn table(&self) -> &[f32; 256] {
        &self.table
    }

    /// Returns x of the feature at place `at`: (f − mean) / std.
    ///
    /// # Panics
    /// If each feature has its own mean, and there are no more than `at`.
    #[inline]
    pub fn feature(&self, at: usize, feature: f32) -> f32 {
        match self.each.is_empty() {
            true => ((f64::from(feature) - self.mean) / self.std) as f32,
            false => self.each[at].apply(feature),
        }
    }

    /// Returns the mean and the deviation of bytes, 0..=255: x of v is (v − mean) / deviation.
    #[must_use]
    pub fn scale_of_bytes(&self) -> (f64, f64) {
        (255.0 * self.mean, 255.0 * self.std)
    }

    /// Returns the mean and the deviation of the feature at place `at`, whose x is (f − mean) / deviation; a deviation of 0
    /// stands for a feature that is always 0.
    ///
    /// # Panics
    /// As [`feature`](Self::feature).
    #[must_use]
    pub fn scale_of_feature(&self, at: usize) -> (f64, f64) {
        match self.each.is_empty() {
            true => (self.mean, self.std),
            false => self.each[at].moments(),
        }
    }

    /// Writes x of feature i of an example to `outputs[i]`.
    ///
    /// # Panics
    /// If the lengths differ, or each feature has its own mean and there are fewer.
    pub fn features(&self, features: &[f32], outputs: &mut [f32]) {
        assert_eq!(features.len(), outputs.len(), "one output per feature");
        let pairs = outputs.iter_mut().zip(features);
        if self.each.is_empty() {
            let (mean, std) = (self.mean, self.std);
            pairs.for_each(|(output, f)| *output = ((f64::from(*f) - mean) / std) as f32);
        } else {
            let each = &self.each[..features.len()];
            pairs
                .zip(each)
                .for_each(|((output, f), scale)| *output = scale.apply(*f));
        }
    }

    /// Writes `outputs[i] = x(bytes[i])`.
    ///
    /// # Panics
    /// If the lengths differ.
    pub fn apply(&self, bytes: &[u8], outputs: &mut [f32]) {
        assert_eq!(bytes.len(), outputs.len(), "one output per byte");
        for (output, &byte) in outputs.iter_mut().zip(bytes) {
            *output = self.table[usize::from(byte)];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standardized_pixels_have_mean_zero_and_variance_one() {
        let bytes: Vec<u8> = (0..600_u32).map(|i| (i * i % 251) as u8).collect();
        let set = Dataset::new(bytes.clone(), vec![0; 6], 10, 10, 1).unwrap();
        let standardizer = Standardizer::fit(&set).unwrap();
        let mut outputs = vec![0.0; 600];
        standardizer.apply(&bytes, &mut outputs);
        let mean = outputs.iter().map(|&x| f64::from(x)).sum::<f64>() / 600.0;
        let variance = outputs.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / 600.0;
        assert!(mean.abs() < 1e-6 && (variance - 1.0).abs() < 1e-6);
        let naive = (f64::from(bytes[77]) / 255.0 - standardizer.mean()) / standardizer.std();
        assert_eq!(outputs[77], naive as f32);
    }

    #[test]
    fn identity_is_a_scale_alone() {
        let mut outputs = [0.0; 3];
        Standardizer::identity().apply(&[0, 51, 255], &mut outputs);
        assert_eq!(outputs, [0.0, 0.2, 1.0]);
    }

    #[test]
    fn scales_are_those_that_are_applied() {
        let set = Dataset::features(vec![1.0, 0.0, 5.0, 3.0, 20.0, 5.0], vec![0, 1], 3, 2).unwrap();
        for standardizer in [
            Standardizer::fit(&set).unwrap(),
            Standardizer::fit_each(&set).unwrap(),
        ] {
            for at in 0..3 {
                let (mean, deviation) = standardizer.scale_of_feature(at);
                let x = if deviation > 0.0 {
                    (2.5 - mean) / deviation
                } else {
                    0.0
                };
                assert!((f64::from(standardizer.feature(at, 2.5)) - x).abs() < 1e-6);
            }
        }
        let set = Dataset::new(vec![0, 51, 102, 255], vec![0; 2], 2, 1, 1).unwrap();
        let standardizer = Standardizer::fit(&set).unwrap();
        let (mean, deviation) = standardizer.scale_of_bytes();
        assert!((f64::from(standardizer.table()[51]) - (51.0 - mean) / deviation).abs() < 1e-6);
    }

    #[test]
    fn features_are_standardized_too() {
        let set = Dataset::features(vec![1.0, 2.0, 3.0, 6.0], vec![0, 1], 2, 2).unwrap();
        let standardizer = Standardizer::fit(&set).unwrap();
        assert_eq!(
            (standardizer.mean(), standardizer.std()),
            (3.0, 3.5_f64.sqrt())
        );
        assert_eq!(standardizer.feature(1, 3.0), 0.0);
        let mut outputs = [0.0; 2];
        standardizer.features(&[3.0, 6.5], &mut outputs);
        assert_eq!(outputs, [0.0, standardizer.feature(1, 6.5)]);
        assert_eq!(Standardizer::identity().feature(0, -2.5), -2.5);
        let same = Dataset::features(vec![0.1; 4], vec![0, 1], 2, 2).unwrap();
        assert!(Standardizer::fit(&same).is_err() && Standardizer::fit_each(&same).is_err());
    }

    #[test]
    fn each_feature_by_itself() {
        // The first moves by 1, the second by 10, the third not at all.
        let features = vec![1.0, 0.0, 5.0, 3.0, 20.0, 5.0];
        let set = Dataset::features(features, vec![0, 1], 3, 2).unwrap();
        let standardizer = Standardizer::fit_each(&set).unwrap();
        assert_eq!(standardizer.feature(0, 3.0), 1.0);
        assert_eq!(standardizer.feature(1, 0.0), -1.0);
        let mut outputs = [0.0; 3];
        standardizer.features(&[3.0, 0.0, 5.5], &mut outputs);
        assert_eq!(outputs, [1.0, -1.0, 0.0]);
        let images = Dataset::new(vec![0, 1], vec![0, 1], 1, 1, 2).unwrap();
        assert_eq!(
            Standardizer::fit_each(&images),
            Err(StandardizerError::Images)
        );
        let same = Dataset::features(vec![0.1, 7.0, 0.1, 7.0], vec![0, 1], 2, 2).unwrap();
        let error = Standardizer::fit_each(&same).unwrap_err();
        let [examples, features] = [2, 2];
        assert_eq!(error, StandardizerError::NoneVaries { examples, features });
    }

    #[test]
    fn a_floor_is_a_share_of_all_deviations() {
        let features = vec![1.0, 0.0, 5.0, 1.001, 20.0, 5.0];
        let set = Dataset::features(features, vec![0, 1], 3, 2).unwrap();
        let above = |floor| Standardizer::fit_each_above(&set, floor).unwrap();
        assert!((above(0.0).feature(0, 1.001) - 1.0).abs() < 1e-3);
        let (moved, floor) = (f64::from(1.001_f32) - 1.0, 0.02 * (100.0_f64 / 3.0).sqrt());
        let small = f64::from(above(0.02).feature(0, 1.001));
        assert!((small - moved / 2.0 / floor).abs() < 1e-6, "{small}");
        assert_eq!(above(0.02).feature(1, 20.0), 1.0);
        assert_eq!(above(0.02).feature(2, 5.5), 0.0);
    }

    #[test]
    fn columns_of_any_unit_count_alike() {
        let rounding = [0.1_f32, 0.1_f32.next_up()];
        let row = |i: u32| {
            let noise = f64::from(i.wrapping_mul(2_654_435_761) >> 8) / f64::from(1 << 24);
            let age = 20.0 + 60.0 * noise;
            let cents = 1e6 + 9e6 * noise * noise;
            // A thousand seconds: eight values in f32.
            let seconds = 1.7e9 + 1000.0 * noise;
            let days = 1.7e9 + 86_400.0 * f64::from(i);
            let numbers = [age, cents, seconds, days, 1e-6 * noise, 1e9, 0.1];
            let numbers = numbers.map(|x| x as f32);
            [&numbers[..], &[rounding[i as usize % 2], 1e-42 * i as f32]].concat()
        };
        let rows: Vec<Vec<f32>> = (0..1000).map(row).collect();
        let set = Dataset::features(rows.concat(), vec![0; 1000], 9, 2).unwrap();
        let standardizer = Standardizer::fit_each(&set).unwrap();
        let mut outputs = rows.clone();
        for (row, output) in rows.iter().zip(&mut outputs) {
            standardizer.features(row, output);
        }
        for at in 0..9 {
            let column = || outputs.iter().map(|row| f64::from(row[at]));
            let mean = column().sum::<f64>() / 1000.0;
            let deviation = (column().map(|x| x * x).sum::<f64>() / 1000.0).sqrt();
            let expected = f64::from(u8::from(at < 5));
            assert!(mean.abs() < 2.0 * scale::SHIFT, "column {at}: mean {mean}");
            assert!(
                (deviation - expected).abs() < 1e-5,
                "column {at}: {deviation}"
            );
        }
        assert_eq!(outputs[0][5..], [0.0; 4]);
        assert_eq!(standardizer.feature(5, 2e9), 0.0);
    }

    #[test]
    fn constant_images_are_refused() {
        for value in [0, 77, 255] {
            let set = Dataset::new(vec![value; 300], vec![0; 3], 10, 10, 1).unwrap();
            let error = Standardizer::fit(&set).unwrap_err();
            assert_eq!(
                error,
                StandardizerError::Constant {
                    examples: 3,
                    value: f32::from(value)
                }
            );
        }
    }
}
