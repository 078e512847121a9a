//! One Bayesian synapse and how it moves, without `std` and without an allocator.
//!
//! A rule is a pure function of one synapse and its gradient ([`Rule`]), written once over [`Real`]:
//! it runs in `f64` for tests, in `f32` on small devices, and on vectors in kernels (feature `simd`).
//! `f32` and vectors give the same bits, on every machine.
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
//! | module | what |
//! |---|---|
//! | [`rule`] | the update rules |
//! | [`elementary`] | exponential, logarithm, sine and cosine: one polynomial for scalars and vectors |
//! | [`generator`] | named, splittable streams of uniform and normal numbers |
//! | [`perceptron`] | a network that learns one example at a time, in memory of the caller's |

#![no_std]
#![cfg_attr(test, allow(clippy::unwrap_used))]

#[cfg(test)]
extern crate std;

pub mod elementary;
pub mod generator;
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
