//! Results on sets of examples, and sums over them.

use mesu::Prediction;
use mesu::metric::{self, RegressionSums, Reliability};

/// Results on a set, or on a part of one.
#[derive(Default)]
pub(super) struct Found {
    pub(super) labels: Vec<u32>,
    /// The most probable class of each.
    pub(super) answers: Vec<u32>,
    /// Prediction of a set that is kept, else empty.
    pub(super) prediction: Prediction,
    /// Sums over a set that is not kept.
    pub(super) calibration: Sums,
    /// Sums over a set of values.
    pub(super) values: RegressionSums,
}

impl Found {
    /// Share of right answers; of values R2, at least 0.
    pub(super) fn accuracy(&self) -> f64 {
        if let Some(scores) = self.values.scores() {
            return scores.r2.max(0.0);
        }
        let pairs = self.labels.iter().zip(&self.answers);
        pairs.filter(|(label, answer)| label == answer).count() as f64 / self.labels.len() as f64
    }

    /// With the part behind it.
    pub(super) fn join(mut self, part: Self) -> Self {
        self.labels.extend(part.labels);
        self.answers.extend(part.answers);
        self.calibration = self.calibration.merge(&part.calibration);
        self.values.merge(&part.values);
        extend(&mut self.prediction, &part.prediction);
        self
    }
}

/// Calibration over the examples of a part or of several.
#[derive(Default)]
pub(super) struct Sums {
    pub(super) examples: f64,
    pub(super) brier: f64,
    pub(super) nll: f64,
    pub(super) reliability: Reliability,
}

impl Sums {
    pub(super) fn of(prediction: &Prediction, labels: &[u32]) -> Self {
        let examples = labels.len() as f64;
        Self {
            examples,
            brier: examples * metric::brier(&prediction.probabilities, labels),
            nll: examples * metric::nll(&prediction.probabilities, labels),
            reliability: Reliability::of(&prediction.probabilities, labels),
        }
    }

    pub(super) fn merge(mut self, other: &Self) -> Self {
        self.examples += other.examples;
        self.brier += other.brier;
        self.nll += other.nll;
        self.reliability.merge(&other.reliability);
        self
    }
}

/// Puts the examples of `more` behind those of `all`.
pub(super) fn extend(all: &mut Prediction, more: &Prediction) {
    all.classes = all.classes.max(more.classes);
    all.probabilities.extend(&more.probabilities);
    all.mean.extend(&more.mean);
    all.total.extend(&more.total);
    all.aleatoric.extend(&more.aleatoric);
    all.epistemic.extend(&more.epistemic);
    all.spread.extend(&more.spread);
}
