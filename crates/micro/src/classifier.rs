//! Learner of classes.

use mesu_core::likelihood::softmax;
use mesu_core::{Real, Synapse};

use crate::format::Format;
use crate::network::Network;
use crate::settings::{Refused, Settings, Unfit};
use crate::shape::{Cells, Shape};

/// Result of an example that was learned, from before the update.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Learned {
    /// Mean over the samples of -ln p(label), in nats.
    pub nll: f64,
    /// True if the label was the most probable class.
    pub correct: bool,
    /// True if an update was made: the loss was not below [`Settings::learn_above`].
    pub updated: bool,
}

/// Prediction of a class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction<P> {
    /// Probability of each class; 0 of outputs that are no class yet.
    pub probabilities: P,
    /// Most probable class.
    pub class: usize,
    /// Entropy of the probabilities, in bits.
    pub total: f32,
    /// Mean entropy of the samples' predictions, in bits.
    pub aleatoric: f32,
    /// Difference of the two, in bits; 0 or more.
    pub epistemic: f32,
    /// Sum over the classes of the variance, over the samples, of the logit less its sample's mean logit. It sees
    /// inputs far away, where the samples are all sure.
    pub spread: f32,
}

/// A learner of classes: all its memory, of a size that the compiler knows.
///
/// It is made empty, all bits 0, so that a static of it takes no flash, and learns after [`start`](Self::start).
#[derive(Clone, Debug)]
pub struct Classifier<S: Shape, F: Format> {
    pub(crate) network: Network<S, F>,
    pub(crate) classes: usize,
}

impl<S: Shape, F: Format> Default for Classifier<S, F> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Shape, F: Format> Classifier<S, F> {
    /// Creates a learner that knows nothing, for [`start`](Self::start).
    #[must_use]
    pub const fn new() -> Self {
        Self {
            network: Network::EMPTY,
            classes: 0,
        }
    }

    /// Draws first values from a seed, and takes on the settings; `classes` of the outputs are in use.
    ///
    /// # Errors
    /// [`Unfit`]: the learner is as before.
    pub fn start(&mut self, settings: Settings, classes: usize, seed: u64) -> Result<(), Unfit> {
        let most = Network::<S, F>::OUTPUTS;
        if !(1..=most).contains(&classes) {
            return Err(Unfit::Classes {
                found: classes,
                most,
            });
        }
        self.network.start(settings, seed)?;
        self.classes = classes;
        Ok(())
    }

    /// Number of classes.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Takes one more output into use, and returns its class.
    ///
    /// # Errors
    /// [`Refused::Full`], [`Refused::NotStarted`].
    pub fn add_class(&mut self) -> Result<usize, Refused> {
        self.network.check_start()?;
        let class = self.classes;
        if class == Network::<S, F>::OUTPUTS {
            return Err(Refused::Full { classes: class });
        }
        self.classes += 1;
        Ok(class)
    }

    /// Number of updates made.
    #[must_use]
    pub fn updates(&self) -> u32 {
        self.network.updates
    }

    /// Settings that it learns with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.network.settings
    }

    /// Synapse of input `i`, or of the bias, of neuron `o` of layer `l`; `None` where there is none.
    #[must_use]
    pub fn synapse(&self, l: usize, o: usize, i: Option<usize>) -> Option<Synapse<f32>> {
        self.network.synapse(l, o, i)
    }

    /// Learns an example, unscaled, unless its loss is below the gate.
    ///
    /// # Errors
    /// [`Refused`]: the synapses are as before.
    pub fn learn(&mut self, x: &S::Inputs<f32>, label: usize) -> Result<Learned, Refused> {
        self.network.check_start()?;
        if label >= self.classes {
            return Err(Refused::Label {
                found: label,
                classes: self.classes,
            });
        }
        let x = x.as_ref();
        self.network.forward(x, false)?;
        let (nll, correct) = self.loss(label);
        let updated = nll >= f64::from(self.network.settings.learn_above);
        match updated {
            true => self.network.learn(x),
            false => self.network.skip(),
        }
        Ok(Learned {
            nll,
            correct,
            updated,
        })
    }

    /// The loss, whether the label is the most probable class, and d of the outputs.
    fn loss(&mut self, label: usize) -> (f64, bool) {
        let mut sums = <S::Outputs<F::Number> as Cells<F::Number>>::EMPTY;
        let (sums, classes) = (&mut sums.as_mut()[..self.classes], self.classes);
        let share: F::Number = (1.0 / S::SAMPLES as f32).into();
        let (mut own_logits, mut log_sums) = (0.0, 0.0);
        for s in 0..S::SAMPLES {
            let neurons = self.network.sample(s);
            own_logits += f64::from(neurons[label].h.into());
            let mut logits = <S::Outputs<F::Number> as Cells<F::Number>>::EMPTY;
            let logits = &mut logits.as_mut()[..classes];
            logits
                .iter_mut()
                .zip(&*neurons)
                .for_each(|(to, from)| *to = from.h);
            log_sums += f64::from(softmax(logits).0.into());
            for (o, neuron) in neurons.iter_mut().enumerate() {
                let Some(p) = logits.get(o) else {
                    neuron.d = share.constant(0.0);
                    continue;
                };
                let d = *p * share;
                neuron.d = if o == label { d - share } else { d };
                sums[o] = sums[o] + *p;
            }
        }
        let nll = (log_sums - own_logits) / S::SAMPLES as f64;
        (nll, most(sums.iter().map(|p| (*p).into())) == label)
    }

    /// Predicts the class of an example, unscaled, from `rounds` times as many samples as an update has; 0 counts
    /// as 1.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn predict(
        &mut self,
        x: &S::Inputs<f32>,
        rounds: usize,
    ) -> Result<Prediction<S::Outputs<f32>>, Refused> {
        self.network.check_start()?;
        let (x, classes, rounds) = (x.as_ref(), self.classes, rounds.max(1));
        let zero = F::Number::from(0.0);
        let mut sums = <S::Outputs<F::Number> as Cells<F::Number>>::EMPTY;
        let mut centers = <S::Outputs<F::Number> as Cells<F::Number>>::EMPTY;
        let mut logits = <S::Outputs<F::Number> as Cells<F::Number>>::EMPTY;
        let (sums, centers) = (sums.as_mut(), centers.as_mut());
        let logits = &mut logits.as_mut()[..classes];
        let (mut entropies, mut squares) = (zero, zero);
        let of_class: F::Number = (1.0 / classes as f32).into();
        for round in 0..rounds {
            self.network.forward(x, round > 0)?;
            for s in 0..S::SAMPLES {
                let neurons = self.network.sample(s);
                logits
                    .iter_mut()
                    .zip(neurons)
                    .for_each(|(to, from)| *to = from.h);
                let middle = logits.iter().fold(zero, |sum, a| sum + *a) * of_class;
                for (center, a) in centers.iter_mut().zip(&*logits) {
                    let off = *a - middle;
                    *center = *center + off;
                    squares = off.mul_add(off, squares);
                }
                entropies = entropies + softmax(logits).1;
                sums.iter_mut()
                    .zip(&*logits)
                    .for_each(|(sum, p)| *sum = *sum + *p);
            }
        }
        let share: F::Number = (1.0 / (rounds * S::SAMPLES) as f32).into();
        let mut total = zero;
        let mut probabilities = <S::Outputs<f32> as Cells<f32>>::EMPTY;
        for (sum, to) in sums.iter().zip(probabilities.as_mut()).take(classes) {
            let p = *sum * share;
            let least: F::Number = f32::MIN_POSITIVE.into();
            total = total - p * (p - least).choose(p, least).ln();
            *to = p.into();
        }
        let bits: F::Number = core::f32::consts::LOG2_E.into();
        let (total, aleatoric) = (total * bits, entropies * share * bits);
        let positive = |x: F::Number| x.choose(x, zero).into();
        let spread = centers.iter().fold(squares * share, |spread, center| {
            let center = *center * share;
            spread - center * center
        });
        Ok(Prediction {
            class: most(probabilities.as_ref().iter().copied()),
            probabilities,
            total: total.into(),
            aleatoric: aleatoric.into(),
            // Neither is negative but for rounding (Jensen).
            epistemic: positive(total - aleatoric),
            spread: positive(spread),
        })
    }

    /// Lets time pass without examples: all synapses drift to the prior as in `updates` updates.
    pub fn drift(&mut self, updates: u32) {
        self.network.drift(updates);
    }
}

/// Index of the largest number, the first of equals.
fn most(numbers: impl Iterator<Item = f32>) -> usize {
    let mut best = (0, f32::MIN);
    for (at, number) in numbers.enumerate() {
        if number > best.1 {
            best = (at, number);
        }
    }
    best.0
}
