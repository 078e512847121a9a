//! Descriptions of experiments: from TOML documents and `key=value` settings to checked values.

pub(crate) mod cell;
pub mod document;
pub(crate) mod experiment;
pub(crate) mod former;
pub(crate) mod learner_section;
pub(crate) mod overlay;
pub(crate) mod plan;
pub(crate) mod presets;
mod read;
pub mod reference;
pub mod settings;
pub(crate) mod sweep;

pub use cell::Cell;
pub use experiment::{DataConfig, DomainsConfig, Experiment, Predicted, Scenario, Standardising};
pub use plan::Plan;
pub use presets::{Preset, find_preset, presets};
