//! Predictions of a network, and how sure it is.

use mesu_kernels::Matrix;
use mesu_kernels::softmax::{Predicted, predict, predict_one, spread};

use crate::numeric::argmax;

/// Probabilities and uncertainties of a batch of inputs.
///
/// With p_s the softmax of noise sample s and p their mean, in bits (Depeweg et al. 2018):
/// total = H(p), aleatoric = mean of H(p_s), epistemic = total - aleatoric: what the weights'
/// uncertainty adds, high for inputs unlike those learned.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prediction {
    /// Number of classes.
    pub classes: usize,
    /// `[examples][classes]`, each row a distribution.
    pub probabilities: Vec<f32>,
    /// `[examples]`, 0 to log2(classes) bits.
    pub total: Vec<f32>,
    /// `[examples]`, bits.
    pub aleatoric: Vec<f32>,
    /// `[examples]`, bits, >= 0.
    pub epistemic: Vec<f32>,
    /// Spread of the logits over the samples, `[examples]`, >= 0: the sum over the classes of the variance of the
    /// logit less its sample's mean logit. It sees inputs far away, where the samples are all sure and the
    /// entropies small. 0 of point weights and of a single sample.
    pub spread: Vec<f32>,
}

impl Prediction {
    /// A prediction of no example, of `classes` classes.
    fn none(classes: usize) -> Self {
        Self {
            classes,
            ..Self::default()
        }
    }

    /// The prediction of one example, from its logits, `[classes][samples]`.
    pub(crate) fn of_one(mut logits: Matrix) -> Self {
        let classes = logits.rows();
        let mut probabilities = vec![0.0; classes];
        let one = predict_one(&mut logits, &mut probabilities);
        Self {
            classes,
            probabilities,
            total: vec![one.total],
            aleatoric: vec![one.aleatoric],
            epistemic: vec![one.epistemic],
            spread: vec![one.spread],
        }
    }

    /// The predictions of parts of the examples as one.
    pub(crate) fn joined(classes: usize, parts: Vec<Self>) -> Self {
        let mut joined = Self::none(classes);
        parts.into_iter().for_each(|part| joined.extend(part));
        joined
    }

    /// Adds the examples of another prediction.
    fn extend(&mut self, other: Self) {
        self.probabilities.extend(other.probabilities);
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
    /// When there is no such example.
    #[must_use]
    pub fn probabilities_of(&self, i: usize) -> &[f32] {
        &self.probabilities[i * self.classes..(i + 1) * self.classes]
    }

    /// The most probable class of example `i` (the first of equals), and its probability.
    ///
    /// # Panics
    /// When there is no such example.
    #[must_use]
    pub fn top(&self, i: usize) -> (u32, f32) {
        let row = self.probabilities_of(i);
        let class = argmax(row);
        (class as u32, row[class])
    }
}

/// Turns the logits `[classes][samples * examples]`, into the prediction of the examples.
pub(crate) fn from_logits(logits: &mut [f32], classes: usize, samples: usize) -> Prediction {
    let examples = logits.len() / (classes * samples);
    let mut part = Prediction {
        classes,
        probabilities: vec![0.0; examples * classes],
        total: vec![0.0; examples],
        aleatoric: vec![0.0; examples],
        epistemic: vec![0.0; examples],
        spread: vec![0.0; examples],
    };
    spread(logits, classes, samples, &mut part.spread);
    let out = Predicted {
        probabilities: &mut part.probabilities,
        total: &mut part.total,
        aleatoric: &mut part.aleatoric,
        epistemic: &mut part.epistemic,
    };
    predict(logits, classes, samples, out);
    part
}
