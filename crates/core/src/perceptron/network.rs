//! The network: forward beside backward, one example at a time.

use crate::elementary::ln;
use crate::generator::Generator;
use crate::likelihood::softmax;
use crate::real::Real;
use crate::sum::dot;
use crate::synapse::{Gradient, Rule, State};

use super::sizes::{Misfit, Place, Row, Sizes};

/// Result of an update, from before it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Learned {
    /// Mean over the samples of -ln p(label), in nats.
    pub nll: f64,
    /// True if the label was the most probable class.
    pub correct: bool,
}

/// Uncertainties of a prediction, in bits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Uncertainty {
    /// Entropy of the mean prediction.
    pub total: f32,
    /// Mean entropy of the samples' predictions.
    pub aleatoric: f32,
    /// Difference of the two; 0 or more.
    pub epistemic: f32,
}

/// A perceptron of Gaussian synapses.
///
/// Synapses are stored layer by layer; a layer has a plane `[outputs][inputs]` for each number that the rule
/// keeps, then, with biases, a plane `[outputs]` for each.
#[derive(Debug)]
pub struct Perceptron<'a, R> {
    sizes: Sizes<'a>,
    rule: R,
    synapses: &'a mut [f32],
    scratch: &'a mut [f32],
    updates: u64,
}

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
    ) -> Uncertainty {
        self.forward(x, noise);
        let place = self.place(self.layers() - 1);
        assert_eq!(probabilities.len(), place.outputs, "predict_one: classes");
        probabilities.fill(0.0);
        let mut aleatoric = 0.0;
        for s in 0..self.sizes.samples {
            aleatoric += self.softmax(place, s).1;
            let at = place.row(Row::H, s, self.sizes.samples);
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
        Uncertainty {
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
            Some(below) => {
                self.scratch[self.place(below).row(Row::H, sample, self.sizes.samples) + i]
            }
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
                    self.scratch[place.row(Row::M, s, samples) + o] = m;
                    self.scratch[place.row(Row::V, s, samples) + o] = v;
                }
            }
            // Padding takes noise too, as in the kernels.
            let q = place.row(Row::Q, 0, samples);
            noise.fill_normal(&mut self.scratch[q..q + samples * stride]);
            for s in 0..samples {
                for o in 0..place.outputs {
                    let at = |row: Row| place.row(row, s, samples) + o;
                    let (m, v) = (self.scratch[at(Row::M)], self.scratch[at(Row::V)]);
                    let z = self.scratch[at(Row::Q)];
                    let std = Real::sqrt(v);
                    let a = Real::mul_add(std, z, m);
                    self.scratch[at(Row::Q)] = z * if v > 0.0 { 1.0 / std } else { 0.0 };
                    let last = l + 1 == self.layers();
                    self.scratch[at(Row::H)] = if last || a > 0.0 { a } else { 0.0 };
                }
            }
        }
    }

    /// Softmax of a sample's logits, in place; returns `ln sum exp` and the entropy, in nats.
    fn softmax(&mut self, place: Place, sample: usize) -> (f32, f32) {
        let at = place.row(Row::H, sample, self.sizes.samples);
        softmax(&mut self.scratch[at..at + place.outputs])
    }

    /// The loss, and its gradient d at the logits.
    fn loss(&mut self, label: usize) -> Learned {
        let (place, samples) = (self.place(self.layers() - 1), self.sizes.samples);
        assert!(label < place.outputs, "perceptron: label");
        let share = 1.0 / samples as f32;
        let own = |s: usize| place.row(Row::H, s, samples) + label;
        let own_logits: f64 = (0..samples).map(|s| f64::from(self.scratch[own(s)])).sum();
        let log_sums: f64 = (0..samples)
            .map(|s| f64::from(self.softmax(place, s).0))
            .sum();
        let (mut best, mut most) = (0, f32::MIN);
        for o in 0..place.outputs {
            let mut sum = 0.0;
            for s in 0..samples {
                let p = self.scratch[place.row(Row::H, s, samples) + o];
                sum += p;
                let d = p * share;
                self.scratch[place.row(Row::D, s, samples) + o] =
                    if o == label { d - share } else { d };
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
                    let at = |row: Row| place.row(row, s, samples) + o;
                    self.scratch[at(Row::R)] = self.scratch[at(Row::D)] * self.scratch[at(Row::Q)];
                }
                let Some(below) = l.checked_sub(1).map(|l| self.place(l)) else {
                    continue;
                };
                for i in 0..place.inputs {
                    let (mut through_mu, mut through_sigma) = (0.0f32, 0.0f32);
                    for o in 0..place.outputs {
                        let at = |row: Row| place.row(row, s, samples) + o;
                        let weight = place.synapses + o * place.inputs + i;
                        let (mu, sigma) = (self.synapses[weight], self.synapses[weight + len]);
                        through_mu = Real::mul_add(mu, self.scratch[at(Row::D)], through_mu);
                        through_sigma =
                            Real::mul_add(sigma * sigma, self.scratch[at(Row::R)], through_sigma);
                    }
                    let h = self.scratch[below.row(Row::H, s, samples) + i];
                    let gradient = Real::mul_add(through_sigma, h, through_mu);
                    self.scratch[below.row(Row::D, s, samples) + i] =
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
            let at = |row: Row, s| place.row(row, s, samples) + o;
            let sum = |row: Row| {
                (0..samples)
                    .map(|s| self.scratch[at(row, s)])
                    .fold(0.0, |a, b| a + b)
            };
            let (d, r): (f32, f32) = (sum(Row::D), sum(Row::R));
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
                        mu = Real::mul_add(h, self.scratch[at(Row::D, s)], mu);
                        variance = Real::mul_add(h * h, self.scratch[at(Row::R, s)], variance);
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
