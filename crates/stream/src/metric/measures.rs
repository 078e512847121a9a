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
