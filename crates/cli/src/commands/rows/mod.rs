//! Rows, learned and predicted.

pub(crate) mod learn;
#[cfg(feature = "vision")]
mod pictures;
pub(crate) mod predict;
mod source;
pub(crate) mod state;
