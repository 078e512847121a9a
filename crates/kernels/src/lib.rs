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
//! [`covariance`] is of posteriors whose synapses are correlated. [`conv`] computes convolutions as matrix products, [`pool`] downsamples images, [`softmax`] turns logits
//! into probabilities and uncertainties.
//!
//! An update ([`online::rank_one_update`], [`online::rank_update`], [`batch::update`]) applies a
//! [`Rule`](mesu_core::Rule) to the planes of a layer:
//!
//! ```
//! use mesu_core::rule::Foovb;
//! use mesu_kernels::batch::{Second, update};
//! use mesu_kernels::{Matrix, PlanesMut};
//!
//! let mut mu = Matrix::from_slice(1, 2, &[0.5, -0.5]);
//! let mut sigma = Matrix::from_slice(1, 2, &[0.1, 0.1]);
//! // Rows are padded to whole vectors: the padding of sigma has to be positive too.
//! sigma.repeat_last_into_padding();
//! let gradient = Matrix::from_slice(1, 2, &[1.0, 0.0]);
//! let curvature = Matrix::from_slice(1, 2, &[2.0, 0.0]);
//!
//! let planes = PlanesMut::new([&mut mu, &mut sigma]);
//! let second = Some((&curvature, Second::Variance));
//! assert!(update(planes, &gradient, second, &Foovb { lr_mu: 1.0, ..Foovb::default() }));
//! assert!(mu.row(0)[0] < 0.5 && sigma.row(0)[0] < 0.1);
//! assert_eq!((mu.row(0)[1], sigma.row(0)[1]), (-0.5, 0.1));
//! ```
//!
//! Every kernel is written once, over vectors of [`LANES`] floats, and compiled for each
//! instruction set; the best one is chosen when the program runs (see [`level`]). Products and sums
//! are fused and taken in the same order everywhere, so all instruction sets and all numbers of
//! threads give the same bits. [`naive`] holds the plain loops that the kernels are tested against.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod batch;
pub mod conv;
pub mod covariance;
pub mod gemm;
mod generator;
mod lanes;
pub mod level;
mod matrix;
pub mod naive;
pub mod online;
mod planes;
pub mod pool;
pub mod softmax;
mod update;

pub use batch::{all_finite, all_within};
pub use generator::Generator;
pub use lanes::LANES;
pub use matrix::Matrix;
pub use planes::PlanesMut;

/// Examples of the README, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
