//! One Bayesian synapse and how it moves, without `std` and without an allocator.
//!
//! A rule is a pure function of one synapse and its gradient ([`Rule`]), written once over [`Real`]:
//! it runs in `f64` for tests, in `f32` on small devices, and on vectors in kernels (feature `simd`).
//! `f32` and vectors give the same bits, on every machine.
//!
//! With C the expected negative log-likelihood of a weight w ~ N(mu, sigma^2), a rule maps mu, sigma, dC/dmu
//! and dC/dsigma to the next mu and sigma. MESU ([`rule::Mesu`]), with a memory window of N updates and a
//! prior of standard deviation s around m:
//!
//! ```text
//! mu    <- mu    + lr_mu        ( -sigma^2 dC/dmu    + sigma^2 (m - mu) / (N s^2) )
//! sigma <- sigma + lr_sigma 1/2 ( -sigma^2 dC/dsigma + sigma (s^2 - sigma^2) / (N s^2) )
//! ```
//!
//! ```
//! use mesu_core::rule::Mesu;
//! use mesu_core::{Gradient, Rule, Synapse};
//!
//! let mesu = Mesu::default().memory_window(1e4);
//! let mut synapse = Synapse { mu: 0.0f32, sigma: 0.5 };
//! for _ in 0..1_000 {
//!     // The loss (w - 1)^2 / 2, expected over the synapse: dC/dmu = mu - 1, dC/dsigma = sigma.
//!     synapse = mesu.step(synapse, Gradient::new(synapse.mu - 1.0, 1.0));
//! }
//! assert!((synapse.mu - 1.0).abs() < 0.01 && synapse.sigma < 0.05);
//! ```
//!
//! A rule of one's own is one function. It is checked in `f64`, and runs in `f32` and in kernels as it is; a
//! state with other numbers than mu and sigma is made by [`planes!`].
//!
//! ```
//! use mesu_core::{Gradient, Real, Rule, Synapse};
//!
//! /// A Newton step of the mean; sigma as the precision that evidence adds up to.
//! #[derive(Clone, Copy)]
//! struct Kalman;
//!
//! impl Rule for Kalman {
//!     type State<R: Real> = Synapse<R>;
//!
//!     fn step<R: Real>(&self, synapse: Synapse<R>, gradient: Gradient<R>) -> Synapse<R> {
//!         let Synapse { mu, sigma } = synapse;
//!         // 1/sigma^2 grows by the curvature, which is dC/dsigma / sigma.
//!         let precision = mu.constant(1.0) / (sigma * sigma) + gradient.variance();
//!         let variance = mu.constant(1.0) / precision;
//!         Synapse { mu: mu - variance * gradient.mu(), sigma: variance.sqrt() }
//!     }
//! }
//!
//! // A prior N(0, 1) and one observation of 1 with variance 1: N(1/2, 1/2).
//! let exact = Kalman.step(Synapse { mu: 0.0f64, sigma: 1.0 }, Gradient::new(-1.0, 1.0));
//! assert!((exact.mu - 0.5).abs() < 1e-15 && (exact.sigma.powi(2) - 0.5).abs() < 1e-15);
//! let small = Kalman.step(Synapse { mu: 0.0f32, sigma: 1.0 }, Gradient::new(-1.0, 1.0));
//! assert_eq!(f64::from(small.mu), exact.mu);
//! assert!((f64::from(small.sigma) - exact.sigma).abs() < 1e-7);
//! ```
//!
//! | module | what |
//! |---|---|
//! | [`rule`] | the update rules |
//! | [`likelihood`] | classes, and numbers with three kinds of noise: density and gradient |
//! | [`elementary`] | exponential, logarithm, sine and cosine: one polynomial for scalars and vectors |
//! | [`generator`] | named, splittable streams of uniform and normal numbers |
//! | [`perceptron`] | a network that learns one example at a time, in memory that the caller owns |

#![no_std]
#![cfg_attr(test, allow(clippy::unwrap_used))]

#[cfg(test)]
extern crate std;

pub mod elementary;
pub mod generator;
pub mod likelihood;
pub mod perceptron;
mod real;
pub mod rule;
mod scalar;
#[cfg(feature = "simd")]
pub mod simd;
pub mod sum;
mod synapse;

pub use real::{Real, Single};
pub use synapse::{Gradient, MAX_PLANES, Rule, State, Synapse};

/// Examples of the README, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
