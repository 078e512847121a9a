//! Kernels for networks of Bayesian synapses: slices in, slices out, no state of their own.
//!
//! A layer of Gaussian synapses is two row-major matrices, `mu` and `sigma`, `[outputs][inputs]`
//! (see [`Matrix`] for their padding).
//! Two families of kernels work on them:
//!
//! - [`online`]: one example and its few noise samples. Activations are `[samples][features]`,
//!   gradients are outer products that are never stored, and the update is bound by the one pass
//!   over `mu` and `sigma`.
//! - [`gemm`] and [`batch`]: many examples. Activations are feature-major, `[features][columns]`
//!   with one column for every pair of sample and example, and the work is matrix products.
//!
//! [`conv`] makes matrix products of convolutions, [`pool`] shrinks images.
//!
//! Every kernel is written once, over vectors of [`LANES`] floats, and compiled for each
//! instruction set; the best one is chosen when the program runs (see [`level`]). Products and sums
//! are fused and taken in the same order everywhere, so all instruction sets and all numbers of
//! threads give the same bits. [`naive`] holds the plain loops that the kernels are tested against.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod batch;
pub mod conv;
pub mod gemm;
mod generator;
mod lanes;
pub mod level;
mod matrix;
pub mod naive;
pub mod online;
mod planes;
pub mod pool;
mod signs;
pub mod softmax;
mod update;

pub use batch::all_finite;
pub use generator::Generator;
pub use lanes::LANES;
pub use matrix::Matrix;
pub use planes::PlanesMut;
