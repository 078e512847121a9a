//! A perceptron that learns one example at a time, in memory of the caller's.
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
//! Sums run in the order of the vector kernels, and noise is drawn as they draw it: a network of theirs that
//! learns the same examples has the same bits. The plain loops here are what they are tested against.
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
//! let doubt = network.predict_one(&[1.0, -1.0], &mut noise, &mut probabilities);
//! assert!(probabilities[0] > 0.9 && doubt.epistemic < doubt.total);
//! # Ok::<(), mesu_core::perceptron::Misfit>(())
//! ```

use crate::elementary::{exp, ln};
use crate::generator::Generator;
use crate::real::Real;
use crate::sum::{LANES, dot};
use crate::synapse::{Gradient, Rule, State};

/// Sizes of a perceptron.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes<'a> {
    /// Inputs, neurons of each hidden layer, classes; each 1 or more.
    pub widths: &'a [usize],
    /// Whether neurons have a bias.
    pub bias: bool,
    /// Noise samples per update and per prediction, S; 1 or more.
    pub samples: usize,
}

/// Rows of scratch memory that a layer has for each sample: m, v, q, h, d and r.
const ROWS: usize = 6;

impl Sizes<'_> {
    /// Number of synapses, biases included.
    #[must_use]
    pub const fn connections(&self) -> usize {
        let (mut count, mut l) = (0, 1);
        while l < self.widths.len() {
            count += self.widths[l] * (self.widths[l - 1] + self.bias as usize);
            l += 1;
        }
        count
    }

    /// Floats that a rule keeps of all synapses.
    #[must_use]
    pub const fn synapses<R: Rule>(&self) -> usize {
        self.connections() * <R::State<f32> as State<f32>>::PLANES
    }

    /// Floats of scratch memory that an update or a prediction needs.
    #[must_use]
    pub const fn scratch(&self) -> usize {
        let (mut count, mut l) = (0, 1);
        while l < self.widths.len() {
            count += ROWS * self.samples * padded(self.widths[l]);
            l += 1;
        }
        count
    }
}

/// Width of a row that is a whole number of vectors, as the kernels have them.
const fn padded(width: usize) -> usize {
    width.next_multiple_of(LANES)
}

/// Memory that does not fit a perceptron.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Misfit {
    /// Fewer than two widths, a width of 0, or no samples.
    Sizes,
    /// A rule of point weights.
    PointWeights,
    /// Memory for the synapses of another length than [`Sizes::synapses`].
    Synapses {
        /// Floats given.
        found: usize,
        /// Floats needed.
        expected: usize,
    },
    /// Scratch memory shorter than [`Sizes::scratch`].
    Scratch {
        /// Floats given.
        found: usize,
        /// Floats needed.
        expected: usize,
    },
}

impl core::fmt::Display for Misfit {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Sizes => {
                f.write_str("expected two widths or more, and widths and samples above 0")
            }
            Self::PointWeights => f.write_str("expected a rule of Gaussian synapses"),
            Self::Synapses { found, expected } => {
                write!(f, "{found} floats for the synapses; expected {expected}")
            }
            Self::Scratch { found, expected } => {
                write!(f, "{found} floats of scratch memory; expected {expected}")
            }
        }
    }
}

impl core::error::Error for Misfit {}

/// Result of an update, from before it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Learned {
    /// Mean over the samples of -ln p(label), in nats.
    pub nll: f64,
    /// Whether the label was the most probable class.
    pub correct: bool,
}

/// Uncertainties of a prediction, in bits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Doubt {
    /// Entropy of the mean prediction.
    pub total: f32,
    /// Mean entropy of the samples' predictions.
    pub aleatoric: f32,
    /// Difference of the two; 0 or more.
    pub epistemic: f32,
}

/// A perceptron of Gaussian synapses.
///
/// The synapses lie layer by layer; a layer has a plane `[outputs][inputs]` for each number that the rule keeps,
/// then, with biases, a plane `[outputs]` for each.
#[derive(Debug)]
pub struct Perceptron<'a, R> {
    sizes: Sizes<'a>,
    rule: R,
    synapses: &'a mut [f32],
    scratch: &'a mut [f32],
    updates: u64,
}

/// Places of a layer in the memory of a perceptron.
#[derive(Clone, Copy)]
struct Place {
    inputs: usize,
    outputs: usize,
    /// First float of the layer's synapses.
    synapses: usize,
    /// First float of its scratch memory.
    scratch: usize,
}

impl Place {
    /// Floats of a row of scratch memory.
    fn stride(&self) -> usize {
        padded(self.outputs)
    }

    /// Place of number `row` (m, v, q, h, d, r) of a sample.
    fn row(&self, row: usize, sample: usize, samples: usize) -> usize {
        self.scratch + (row * samples + sample) * self.stride()
    }
}

const M: usize = 0;
const V: usize = 1;
const Q: usize = 2;
const H: usize = 3;
const D: usize = 4;
const R_: usize = 5;

impl<'a, R: Rule> Perceptron<'a, R> {
    /// Number of numbers that the rule keeps of a synapse.
    const PLANES: usize = <R::State<f32> as State<f32>>::PLANES;

    /// Creates a perceptron whose synapses are as `synapses` holds them; `scratch` may hold anything.
    ///
    /// # Errors
    /// [`Misfit`].
    pub fn new(
        sizes: Sizes<'a>,
        rule: R,
        synapses: &'a mut [f32],
        scratch: &'a mut [f32],
    ) -> Result<Self, Misfit> {
        if sizes.widths.len() < 2 || sizes.widths.contains(&0) || sizes.samples == 0 {
            return Err(Misfit::Sizes);
        }
        if !<R::State<f32> as State<f32>>::GAUSSIAN {
            return Err(Misfit::PointWeights);
        }
        let (found, expected) = (synapses.len(), sizes.synapses::<R>());
        if found != expected {
            return Err(Misfit::Synapses { found, expected });
        }
        let (found, expected) = (scratch.len(), sizes.scratch());
        if found < expected {
            return Err(Misfit::Scratch { found, expected });
        }
        Ok(Self {
            sizes,
            rule,
            synapses,
            scratch,
            updates: 0,
        })
    }

    /// Draws first values as the paper does: mu uniform in ±4/sqrt(inputs), sigma 2/sqrt(inputs); other
    /// numbers of the rule are 0.
    pub fn set_first_values(&mut self, init: &mut Generator) {
        for l in 0..self.layers() {
            let place = self.place(l);
            let fan_in = place.inputs as f32;
            let (bound, sigma) = (4.0 / Real::sqrt(fan_in), 2.0 / Real::sqrt(fan_in));
            let groups = [place.outputs * place.inputs, self.biases(place)];
            let mut at = place.synapses;
            for len in groups {
                let planes = &mut self.synapses[at..at + len * Self::PLANES];
                planes.fill(0.0);
                init.fill_uniform(&mut planes[..len], -bound, bound);
                planes[len..2 * len].fill(sigma);
                at += len * Self::PLANES;
            }
        }
    }

    /// Synapses, layer by layer.
    #[must_use]
    pub fn synapses(&self) -> &[f32] {
        self.synapses
    }

    /// Number of updates so far.
    #[must_use]
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// Makes one update on an example: `x`, `[inputs]`, and a label below the number of classes.
    ///
    /// # Panics
    /// When `x` has another length, or the label is no class.
    pub fn learn_one(&mut self, x: &[f32], label: usize, noise: &mut Generator) -> Learned {
        self.forward(x, noise);
        let learned = self.loss(label);
        self.backward();
        let rule = self.rule.at(self.updates);
        for l in 0..self.layers() {
            self.update(l, x, &rule);
        }
        self.updates += 1;
        learned
    }

    /// Predicts the class of `x`, `[inputs]`: writes the mean probabilities, `[classes]`.
    ///
    /// # Panics
    /// When `x` or `probabilities` has another length.
    pub fn predict_one(
        &mut self,
        x: &[f32],
        noise: &mut Generator,
        probabilities: &mut [f32],
    ) -> Doubt {
        self.forward(x, noise);
        let place = self.place(self.layers() - 1);
        assert_eq!(probabilities.len(), place.outputs, "predict_one: classes");
        probabilities.fill(0.0);
        let mut aleatoric = 0.0;
        for s in 0..self.sizes.samples {
            aleatoric += self.softmax(place, s).1;
            let at = place.row(H, s, self.sizes.samples);
            for (sum, p) in probabilities.iter_mut().zip(&self.scratch[at..]) {
                *sum += p;
            }
        }
        let share = 1.0 / self.sizes.samples as f32;
        let bits = core::f32::consts::LOG2_E;
        let mut total = 0.0;
        for p in probabilities {
            *p *= share;
            let safe = if *p > f32::MIN_POSITIVE {
                *p
            } else {
                f32::MIN_POSITIVE
            };
            total -= *p * ln(safe);
        }
        let (total, aleatoric) = (total * bits, aleatoric * share * bits);
        let difference = total - aleatoric;
        Doubt {
            total,
            aleatoric,
            // Never negative but for rounding (Jensen).
            epistemic: if difference > 0.0 { difference } else { 0.0 },
        }
    }

    fn layers(&self) -> usize {
        self.sizes.widths.len() - 1
    }

    fn biases(&self, place: Place) -> usize {
        if self.sizes.bias { place.outputs } else { 0 }
    }

    fn place(&self, l: usize) -> Place {
        let widths = self.sizes.widths;
        let below = Sizes {
            widths: &widths[..=l],
            ..self.sizes
        };
        Place {
            inputs: widths[l],
            outputs: widths[l + 1],
            synapses: below.synapses::<R>(),
            scratch: below.scratch(),
        }
    }

    /// Input i of layer `l` for a sample.
    fn input(&self, l: usize, x: &[f32], sample: usize, i: usize) -> f32 {
        match l.checked_sub(1) {
            None => x[i],
            Some(below) => self.scratch[self.place(below).row(H, sample, self.sizes.samples) + i],
        }
    }

    /// From the input to the pre-activations of the last layer, which are in its row h.
    fn forward(&mut self, x: &[f32], noise: &mut Generator) {
        assert_eq!(x.len(), self.sizes.widths[0], "perceptron: inputs");
        let samples = self.sizes.samples;
        for l in 0..self.layers() {
            let place = self.place(l);
            let (len, stride) = (place.outputs * place.inputs, place.stride());
            let bias = place.synapses + len * Self::PLANES;
            for s in 0..samples {
                for o in 0..place.outputs {
                    let row = place.synapses + o * place.inputs;
                    let inputs = || (0..place.inputs).map(|i| (i, self.input(l, x, s, i)));
                    let mut m = dot(inputs().map(|(i, x)| (self.synapses[row + i], x)));
                    let mut v = dot(inputs().map(|(i, x)| {
                        let sigma = self.synapses[row + len + i];
                        (sigma * sigma, x * x)
                    }));
                    if self.sizes.bias {
                        let sigma = self.synapses[bias + place.outputs + o];
                        m += self.synapses[bias + o];
                        v += sigma * sigma;
                    }
                    self.scratch[place.row(M, s, samples) + o] = m;
                    self.scratch[place.row(V, s, samples) + o] = v;
                }
            }
            // Padding takes noise too, as in the kernels.
            let q = place.row(Q, 0, samples);
            noise.fill_normal(&mut self.scratch[q..q + samples * stride]);
            for s in 0..samples {
                for o in 0..place.outputs {
                    let at = |row| place.row(row, s, samples) + o;
                    let (m, v) = (self.scratch[at(M)], self.scratch[at(V)]);
                    let z = self.scratch[at(Q)];
                    let std = Real::sqrt(v);
                    let a = Real::mul_add(std, z, m);
                    self.scratch[at(Q)] = z * if v > 0.0 { 1.0 / std } else { 0.0 };
                    let last = l + 1 == self.layers();
                    self.scratch[at(H)] = if last || a > 0.0 { a } else { 0.0 };
                }
            }
        }
    }

    /// Softmax of a sample's logits, in place; returns `ln sum exp` and the entropy, in nats.
    fn softmax(&mut self, place: Place, sample: usize) -> (f32, f32) {
        let at = place.row(H, sample, self.sizes.samples);
        let logits = &mut self.scratch[at..at + place.outputs];
        let largest = logits
            .iter()
            .fold(f32::MIN, |l, a| if *a > l { *a } else { l });
        let (mut total, mut weighted) = (0.0f32, 0.0f32);
        for a in logits.iter_mut() {
            let shifted = *a - largest;
            *a = exp(shifted);
            total += *a;
            weighted = Real::mul_add(*a, shifted, weighted);
        }
        let inverse = 1.0 / total;
        logits.iter_mut().for_each(|p| *p *= inverse);
        let log_total = ln(total);
        (log_total + largest, log_total - weighted * inverse)
    }

    /// The loss, and its gradient d at the logits.
    fn loss(&mut self, label: usize) -> Learned {
        let (place, samples) = (self.place(self.layers() - 1), self.sizes.samples);
        assert!(label < place.outputs, "perceptron: label");
        let share = 1.0 / samples as f32;
        let own = |s: usize| place.row(H, s, samples) + label;
        let own_logits: f64 = (0..samples).map(|s| f64::from(self.scratch[own(s)])).sum();
        let log_sums: f64 = (0..samples)
            .map(|s| f64::from(self.softmax(place, s).0))
            .sum();
        let (mut best, mut most) = (0, f32::MIN);
        for o in 0..place.outputs {
            let mut sum = 0.0;
            for s in 0..samples {
                let p = self.scratch[place.row(H, s, samples) + o];
                sum += p;
                let d = p * share;
                self.scratch[place.row(D, s, samples) + o] = if o == label { d - share } else { d };
            }
            if sum > most {
                (best, most) = (o, sum);
            }
        }
        Learned {
            nll: (log_sums - own_logits) / samples as f64,
            correct: best == label,
        }
    }

    /// From d of the last layer to d and r of all.
    fn backward(&mut self) {
        let samples = self.sizes.samples;
        for l in (0..self.layers()).rev() {
            let place = self.place(l);
            let len = place.outputs * place.inputs;
            for s in 0..samples {
                for o in 0..place.outputs {
                    let at = |row| place.row(row, s, samples) + o;
                    self.scratch[at(R_)] = self.scratch[at(D)] * self.scratch[at(Q)];
                }
                let Some(below) = l.checked_sub(1).map(|l| self.place(l)) else {
                    continue;
                };
                for i in 0..place.inputs {
                    let (mut through_mu, mut through_sigma) = (0.0f32, 0.0f32);
                    for o in 0..place.outputs {
                        let at = |row| place.row(row, s, samples) + o;
                        let weight = place.synapses + o * place.inputs + i;
                        let (mu, sigma) = (self.synapses[weight], self.synapses[weight + len]);
                        through_mu = Real::mul_add(mu, self.scratch[at(D)], through_mu);
                        through_sigma =
                            Real::mul_add(sigma * sigma, self.scratch[at(R_)], through_sigma);
                    }
                    let h = self.scratch[below.row(H, s, samples) + i];
                    let gradient = Real::mul_add(through_sigma, h, through_mu);
                    self.scratch[below.row(D, s, samples) + i] =
                        if h > 0.0 { gradient } else { 0.0 };
                }
            }
        }
    }

    /// Applies the rule to the synapses of layer `l`.
    fn update(&mut self, l: usize, x: &[f32], rule: &R) {
        let (place, samples) = (self.place(l), self.sizes.samples);
        let len = place.outputs * place.inputs;
        for o in 0..place.outputs {
            let at = |row, s| place.row(row, s, samples) + o;
            let sum = |row| {
                (0..samples)
                    .map(|s| self.scratch[at(row, s)])
                    .fold(0.0, |a, b| a + b)
            };
            let (d, r): (f32, f32) = (sum(D), sum(R_));
            for i in 0..place.inputs {
                let gradient = if l == 0 {
                    // The samples share the input.
                    Gradient {
                        d,
                        x: x[i],
                        r,
                        x_squared: x[i] * x[i],
                    }
                } else {
                    let (mut mu, mut variance) = (0.0f32, 0.0f32);
                    for s in 0..samples {
                        let h = self.input(l, x, s, i);
                        mu = Real::mul_add(h, self.scratch[at(D, s)], mu);
                        variance = Real::mul_add(h * h, self.scratch[at(R_, s)], variance);
                    }
                    Gradient::new(mu, variance)
                };
                self.step(place.synapses + o * place.inputs + i, len, gradient, rule);
            }
            if self.sizes.bias {
                let gradient = Gradient {
                    d: 1.0,
                    x: d,
                    r: 1.0,
                    x_squared: r,
                };
                let bias = place.synapses + len * Self::PLANES + o;
                self.step(bias, place.outputs, gradient, rule);
            }
        }
    }

    /// Applies the rule to the synapse at `at`, whose planes are `apart`.
    fn step(&mut self, at: usize, apart: usize, gradient: Gradient<f32>, rule: &R) {
        let old = R::State::read(|plane| self.synapses[at + plane * apart]);
        let new = rule.step(old, gradient);
        new.write(|plane, number| self.synapses[at + plane * apart] = number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{Mesu, Sgd};
    use std::vec;

    const SIZES: Sizes<'static> = Sizes {
        widths: &[3, 5, 2],
        bias: true,
        samples: 2,
    };

    #[test]
    fn memory_that_does_not_fit_is_refused() {
        let (mut synapses, mut scratch) = (vec![0.0; 64], vec![0.0; SIZES.scratch()]);
        assert_eq!(SIZES.connections(), 5 * 4 + 2 * 6);
        assert!(Perceptron::new(SIZES, Mesu::default(), &mut synapses, &mut scratch).is_ok());
        let found = Perceptron::new(SIZES, Mesu::default(), &mut synapses[1..], &mut scratch);
        let (found, expected) = (found.err(), 64);
        assert_eq!(
            found,
            Some(Misfit::Synapses {
                found: 63,
                expected
            })
        );
        let none = Sizes {
            samples: 0,
            ..SIZES
        };
        let found = Perceptron::new(none, Mesu::default(), &mut synapses, &mut scratch);
        assert_eq!(found.err(), Some(Misfit::Sizes));
        let found = Perceptron::new(SIZES, Sgd { lr: 0.1 }, &mut synapses[..32], &mut scratch);
        assert_eq!(found.err(), Some(Misfit::PointWeights));
        let found = Perceptron::new(SIZES, Mesu::default(), &mut synapses, &mut scratch[1..]);
        assert!(matches!(found.err(), Some(Misfit::Scratch { .. })));
    }

    #[test]
    fn learning_lowers_the_loss() {
        let (mut synapses, mut scratch) = (vec![0.0; 64], vec![0.0; SIZES.scratch()]);
        let mut network =
            Perceptron::new(SIZES, Mesu::default(), &mut synapses, &mut scratch).unwrap();
        network.set_first_values(&mut Generator::named(1, "init", &[]));
        let mut noise = Generator::named(1, "noise", &[]);
        let mut nll = |steps: usize| -> f64 {
            let examples = [([1.0, 0.0, 0.5], 0), ([0.0, 1.0, -0.5], 1)];
            let all = examples.iter().cycle().take(steps);
            let sum: f64 = all
                .map(|(x, y)| network.learn_one(x, *y, &mut noise).nll)
                .sum();
            sum / steps as f64
        };
        let (before, _, after) = (nll(20), nll(200), nll(20));
        assert!(after < 0.2 * before, "{before} {after}");
    }
}
