//! Benchmarks: the speed of this machine, and how near the learner comes to its limits. Prints nothing.
//!
//! ```text
//! stream    updates/s, one example at a time                            Stream
//! batch     images/s learned in batches, against matrix products        Batch
//! predict   images/s predicted, against matrix products                 Predict
//! cnn       images/s learned by convolutions, against a matrix product  Cnn
//! roofline  what bounds each of them here, and how closely              Roofline, Limits, Work
//! ```
//!
//! Every benchmark is a type with a function `measure`; its fields are those of `mesu bench --json`.
//! A machine that is shared is noisy: figures are medians of rounds, what is compared is measured in
//! turns and compared round by round, and limits are the best of their rounds.
//!
//! The feature `baselines` adds the matrix products of another library to compare with; without it
//! their rates and our share of them are unknown, and everything else is the same.
#![cfg_attr(test, allow(clippy::unwrap_used))]

#[cfg(feature = "baselines")]
#[path = "baseline/faer.rs"]
mod baseline;
#[cfg(not(feature = "baselines"))]
#[path = "baseline/none.rs"]
mod baseline;
mod batch;
mod cnn;
mod comparison;
mod digits;
mod error;
mod limits;
mod predict;
mod product;
mod roofline;
mod stream;
mod timing;
mod work;

pub use batch::{Batch, BatchRun, learning_products};
pub use cnn::{Cnn, CnnRun, convolution_flops};
pub use comparison::{Comparison, Rates};
pub use digits::Digits;
pub use error::BenchError;
pub use limits::{Level, Limits};
pub use predict::{Predict, prediction_products};
pub use product::{Layout, Product, flops};
pub use roofline::{Bandwidth, LimitRates, Measured, Roofline, Row};
pub use stream::{Stream, StreamLength};
pub use timing::{Effort, median};
pub use work::{Bound, Resource, Work};

/// True if the matrix products of another library are built in.
pub const BASELINES: bool = cfg!(feature = "baselines");
