//! Predictions of a network, and how sure it is.

use crate::numeric::{argmax, normal_quantile};

/// Predictions of a batch of inputs, with their uncertainties: of classes, or of values.
///
/// Classes: with p_s the softmax of noise sample s and p their mean, in bits (Depeweg et al. 2018):
/// total = H(p), aleatoric = mean of H(p_s), epistemic = total - aleatoric: what the weights'
/// uncertainty adds, high for inputs unlike those learned.
///
/// Values: with m_s the mean and v_s the variance of the noise that sample s predicts, in squared units of the
/// targets: aleatoric = mean of v_s, epistemic = variance of m_s, total = their sum.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prediction {
    /// Number of classes; 0 of values.
    pub classes: usize,
    /// `[examples][classes]`, each row a distribution; empty of values.
    pub probabilities: Vec<f32>,
    /// Predicted values, `[examples]`, in units of the targets; empty of classes.
    pub mean: Vec<f32>,
    /// `[examples]`: 0 to log2(classes) bits, or variances.
    pub total: Vec<f32>,
    /// `[examples]`, bits or variances.
    pub aleatoric: Vec<f32>,
    /// `[examples]`, bits or variances, >= 0.
    pub epistemic: Vec<f32>,
    /// Spread of the logits over the samples, `[examples]`, >= 0: the sum over the classes of the variance of the
    /// logit less its sample's mean logit. It sees inputs far away, where the samples are all sure and the
    /// entropies small. Of values it is their epistemic variance over the variance of the targets. 0 of point weights
    /// and of a single sample.
    pub spread: Vec<f32>,
}

impl Prediction {
    /// Predictions of parts of the examples as one, of so many classes, 0 of values.
    #[must_use]
    pub fn joined(classes: usize, parts: impl IntoIterator<Item = Self>) -> Self {
        let mut joined = Self {
            classes,
            ..Self::default()
        };
        parts.into_iter().for_each(|part| joined.extend(part));
        joined
    }

    /// Adds the examples of another prediction.
    fn extend(&mut self, other: Self) {
        self.probabilities.extend(other.probabilities);
        self.mean.extend(other.mean);
        self.total.extend(other.total);
        self.aleatoric.extend(other.aleatoric);
        self.epistemic.extend(other.epistemic);
        self.spread.extend(other.spread);
    }

    /// Number of examples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.total.len()
    }

    /// Returns whether there are no examples.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.total.is_empty()
    }

    /// Probabilities of example `i`, `[classes]`.
    ///
    /// # Panics
    /// When there is no such example, or the prediction is of values.
    #[must_use]
    pub fn probabilities_of(&self, i: usize) -> &[f32] {
        assert!(self.classes > 0, "probabilities of a prediction of values");
        &self.probabilities[i * self.classes..(i + 1) * self.classes]
    }

    /// The most probable class of example `i` (the first of equals), and its probability.
    ///
    /// # Panics
    /// When there is no such example, or the prediction is of values.
    #[must_use]
    pub fn top(&self, i: usize) -> (u32, f32) {
        let row = self.probabilities_of(i);
        let class = argmax(row);
        (class as u32, row[class])
    }

    /// Interval around the mean of example `i` that holds the value with the probability `level`, above 0 and below
    /// 1: that of a normal distribution of the predicted mean and total variance.
    ///
    /// # Panics
    /// When there is no such example, the prediction is of classes, or `level` is out of its range.
    #[must_use]
    pub fn interval(&self, i: usize, level: f64) -> (f64, f64) {
        assert!(level > 0.0 && level < 1.0, "level {level}; expected 0 to 1");
        let mean = f64::from(self.mean[i]);
        let half = normal_quantile(0.5 + 0.5 * level) * f64::from(self.total[i]).sqrt();
        (mean - half, mean + half)
    }
}
