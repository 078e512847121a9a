//! Conversion of a picture to a backbone's input: resize, crop, normalize.
//!
//! ```text
//! x[channel] = (p range/255 - mean[channel]) / std[channel],   p: a byte, 0..=255
//! ```
//! A small TOML file beside the model says how; `NAME.toml` belongs to `NAME.onnx`:
//!
//! ```toml
//! resize = 256                  # the shorter side, in pixels; or [height, width]
//! crop = 224                    # the middle; or [height, width]
//! filter = "bicubic"            # or "bilinear"
//! range = 255                   # the largest value of a pixel before mean and std
//! mean = [127, 127, 127]        # red, green, blue
//! std = [128, 128, 128]
//! channels = "rgb"              # or "bgr"
//! ```
//! `crop` is the model's input size unless stated, `resize` 8/7 of it: the middle 7/8, as
//! ImageNet's models are tested.

mod error;
mod prepare;
mod settings;
#[cfg(test)]
mod tests;

pub use error::PreprocessError;
pub use prepare::Prepare;
pub use settings::{Channels, MAX_SIDE, PRESETS, Preprocess, Size};
