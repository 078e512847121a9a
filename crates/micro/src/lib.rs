#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

#[cfg(test)]
extern crate std;

mod blob;
mod classifier;
mod flash;
mod format;
mod network;
mod noise;
mod plain;
mod regressor;
mod settings;
mod shape;
mod size;

pub use blob::{Blob, BlobError, Image, Received};
pub use classifier::{Classifier, Learned, Prediction};
pub use flash::{Flash, SlotError, Slots};
pub use format::{Active, Code, Float, Format, Row, Three, Two};
pub use mesu_core::rule::Mesu;
pub use noise::Noise;
pub use plain::Plain;
pub use regressor::{LearnedValue, PredictedValue, Regressor};
pub use settings::{Refused, Scaling, Settings, Targets, Unfit};
pub use shape::{Cell, Cells, Shape, is_shape, neurons, synapses};
pub use size::Memory;
