//! Meaning of a network's outputs: classes, or a number with its noise.

mod config;
mod judged;
mod kind;
mod noise;
mod predict;
mod prediction;
mod scale;
mod target;
mod values;

pub use self::config::{RegressionConfig, ValueLikelihood};
pub(crate) use self::judged::Judged;
pub(crate) use self::kind::{Outputs, OutputsConfig};
pub use self::prediction::Prediction;
pub(crate) use self::target::OwnedTargets;
pub use self::target::{Target, Targets};
#[cfg(feature = "checkpoint")]
pub(crate) use self::values::SavedValues;
pub(crate) use self::values::Values;
