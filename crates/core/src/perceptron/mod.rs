//! A perceptron that learns one example at a time, in memory that the caller owns.
//!
//! Layers are fully connected, with ReLU between them and, if asked for, biases; synapses are Gaussian, and
//! noise is drawn by local reparameterization (Kingma, Salimans, Welling 2015). With S samples, d = dC/da and
//! q = z / sqrt(v) (0 where v = 0), a layer computes
//!
//! ```text
//! m_o = sum_i mu_oi x_i      v_o = sum_i sigma_oi^2 x_i^2      a_o = m_o + sqrt(v_o) z_o
//! dC/dmu_oi = sum_s d_o x_i      dC/dsigma_oi = sigma_oi sum_s d_o q_o x_i^2
//! ```
//!
//! Sums and noise have the order of the vector kernels, so that both give the same bits on the same examples.
//! These plain loops are the oracle that the kernels are tested against.
//!
//! ```
//! use mesu_core::generator::Generator;
//! use mesu_core::perceptron::{Perceptron, Sizes};
//! use mesu_core::rule::Mesu;
//!
//! const SIZES: Sizes<'static> = Sizes { widths: &[2, 8, 2], bias: true, samples: 4 };
//! let mut synapses = [0.0; SIZES.synapses::<Mesu>()];
//! let mut scratch = [0.0; SIZES.scratch()];
//! let mut init = Generator::named(1, "init", &[]);
//! let mut network = Perceptron::new(SIZES, Mesu::default(), &mut synapses, &mut scratch)?;
//! network.set_first_values(&mut init);
//!
//! let mut noise = Generator::named(1, "noise", &[]);
//! for _ in 0..200 {
//!     network.learn_one(&[1.0, -1.0], 0, &mut noise);
//!     network.learn_one(&[-1.0, 1.0], 1, &mut noise);
//! }
//! let mut probabilities = [0.0; 2];
//! let uncertainty = network.predict_one(&[1.0, -1.0], &mut noise, &mut probabilities);
//! assert!(probabilities[0] > 0.9 && uncertainty.epistemic < uncertainty.total);
//! # Ok::<(), mesu_core::perceptron::Misfit>(())
//! ```

mod network;
mod sizes;
#[cfg(test)]
mod tests;

pub use self::network::{Learned, Perceptron, Uncertainty};
pub use self::sizes::{Misfit, Sizes};
