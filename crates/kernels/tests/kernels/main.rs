//! Every kernel against its plain twin in `naive`, on random shapes and values.

#![allow(clippy::unwrap_used)]

mod batch;
mod bits;
mod broken;
mod conv;
mod covariance;
mod gemm;
mod online;
mod pool;
mod softmax;
mod support;
