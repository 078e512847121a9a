//! Backbones: pretrained networks that turn images into features.

mod depthwise;
mod engine;
mod error;
mod model;
mod network;

pub use error::BackboneError;
pub use model::{MAX_FILE_BYTES, Model};
pub use network::Backbone;
