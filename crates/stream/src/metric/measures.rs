//! Measures of either kind of answer.

use serde::Serialize;

use super::classes::ClassMeasures;
use super::values::ValueMeasures;

/// Measures of answers.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Measures {
    /// Measures of classes.
    Class(ClassMeasures),
    /// Measures of values.
    Value(ValueMeasures),
}

impl Measures {
    /// Measures of classes; `None` of values.
    #[must_use]
    pub fn class(&self) -> Option<&ClassMeasures> {
        match self {
            Self::Class(measures) => Some(measures),
            Self::Value(_) => None,
        }
    }

    /// Measures of values; `None` of classes.
    #[must_use]
    pub fn value(&self) -> Option<&ValueMeasures> {
        match self {
            Self::Class(_) => None,
            Self::Value(measures) => Some(measures),
        }
    }
}

/// A measure as people read it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct NamedMeasure {
    /// Name.
    pub name: &'static str,
    /// Value; NaN where there is none yet.
    pub value: f64,
    /// Way to write it.
    pub unit: MeasureUnit,
    /// Meaning, in a few words.
    pub meaning: &'static str,
}

/// Way to write a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MeasureUnit {
    /// Share of a whole, 0 to 1: a percentage.
    Share,
    /// Number near 1: a few decimals.
    Decimal,
    /// Number in units of the target.
    OfTarget,
}

impl Measures {
    /// All measures, in the order in which they are shown.
    #[must_use]
    pub fn list(&self) -> Vec<NamedMeasure> {
        use MeasureUnit::{Decimal, OfTarget, Share};
        let measure = |name, value, unit, meaning| NamedMeasure {
            name,
            value,
            unit,
            meaning,
        };
        match self {
            Self::Class(m) => vec![
                measure("accuracy", m.accuracy, Share, "share of right answers"),
                measure("kappa", m.kappa, Decimal, "accuracy beyond chance"),
                measure(
                    "balanced accuracy",
                    m.balanced_accuracy,
                    Share,
                    "mean recall of the classes",
                ),
                measure("log loss", m.log_loss, Decimal, "-ln p(label), nats"),
                measure(
                    "Brier score",
                    m.brier,
                    Decimal,
                    "squared error of probabilities",
                ),
                measure("ECE", m.ece, Decimal, "calibration error, 0 is best"),
            ],
            Self::Value(m) => vec![
                measure("MAE", m.mae, OfTarget, "mean absolute error"),
                measure("RMSE", m.rmse, OfTarget, "root mean squared error"),
                measure("R2", m.r2, Decimal, "share of variance explained"),
                measure("NLL", m.nll, Decimal, "-ln of the density, nats"),
                measure("CRPS", m.crps, OfTarget, "continuous ranked probability"),
                measure(
                    "coverage of 90 %",
                    m.coverage,
                    Share,
                    "values within their intervals",
                ),
            ],
        }
    }
}
