//! Learner of numbers.

use mesu_core::likelihood::{Continuous, Gaussian, Likelihood};
use mesu_core::{Real, Synapse};

use crate::format::Format;
use crate::network::Network;
use crate::settings::{Refused, Settings, Targets, Unfit};
use crate::shape::Shape;

/// Examples that the first estimate of the noise counts as: nothing of the targets is explained yet.
const FIRST: u32 = 10;
/// Smallest variance of the noise, in scaled targets: without noise too, learning goes on.
pub(crate) const SMALLEST: f64 = 1e-6;

/// Result of an example that was learned, from before the update.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LearnedValue {
    /// Mean over the samples of -ln p(target), in nats, of the unscaled target.
    pub nll: f64,
    /// Target less the predicted mean, in units of the target.
    pub residual: f32,
    /// True if an update was made: the loss above that of the best mean was not below [`Settings::learn_above`].
    pub updated: bool,
}

/// Prediction of a number, in units of the targets; uncertainties are variances.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PredictedValue {
    /// Mean.
    pub mean: f32,
    /// Variance of the target: the sum of the two below.
    pub total: f32,
    /// Variance of the noise.
    pub aleatoric: f32,
    /// Variance of the mean over the samples.
    pub epistemic: f32,
    /// Epistemic variance over the variance of the targets, as [`Targets::scaling`] has it.
    pub spread: f32,
}

/// A learner of numbers with normal noise, whose variance is a running mean over residuals.
///
/// The shape has one output. Like a [`Classifier`](crate::Classifier), it learns after its start.
#[derive(Clone, Debug)]
pub struct Regressor<S: Shape, F: Format> {
    pub(crate) network: Network<S, F>,
    pub(crate) targets: Targets,
    /// Variance of the noise, in scaled targets.
    pub(crate) noise: f64,
    /// Residuals that it is the mean of.
    pub(crate) residuals: u32,
}

impl<S: Shape, F: Format> Default for Regressor<S, F> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Shape, F: Format> Regressor<S, F> {
    /// Creates a learner that knows nothing, for [`start`](Self::start).
    #[must_use]
    pub const fn new() -> Self {
        const { assert!(Network::<S, F>::OUTPUTS == 1, "a regressor has one output") };
        Self {
            network: Network::EMPTY,
            targets: Targets::NONE,
            noise: 0.0,
            residuals: 0,
        }
    }

    /// Draws first values from a seed, and takes on the settings.
    ///
    /// # Errors
    /// [`Unfit`]: the learner is as before.
    pub fn start(&mut self, settings: Settings, targets: Targets, seed: u64) -> Result<(), Unfit> {
        targets.check()?;
        self.network.start(settings, seed)?;
        self.targets = targets;
        (self.noise, self.residuals) = (1.0, FIRST);
        Ok(())
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

    /// Standard deviation of the noise, in units of the targets.
    #[must_use]
    pub fn noise(&self) -> f32 {
        Real::sqrt(self.noise as f32) * self.targets.scaling.deviation
    }

    /// Learns an example, unscaled, unless its loss is below the gate.
    ///
    /// # Errors
    /// [`Refused`]: the synapses are as before.
    pub fn learn(&mut self, x: &S::Inputs<f32>, target: f32) -> Result<LearnedValue, Refused> {
        self.network.check_start()?;
        let z = self.targets.scaling.scaled(target);
        if !z.is_finite() {
            return Err(Refused::Target);
        }
        let (x, deviation) = (x.as_ref(), self.targets.scaling.deviation);
        self.network.forward(x, false)?;
        let density = Gaussian {
            variance: self.noise,
        };
        let (z, share): (F::Number, F::Number) = (z.into(), (1.0 / S::SAMPLES as f32).into());
        let (mut nll, mut best, mut sum) = (0.0, 0.0, z.constant(0.0));
        for s in 0..S::SAMPLES {
            let output = &mut self.network.sample(s)[0];
            sum = sum + output.h;
            let (mut own, mut exact) = ([output.h], [z]);
            nll += f64::from(density.gradient(&mut own, z, share).into());
            best += f64::from(density.gradient(&mut exact, z, share).into());
            [output.d] = own;
        }
        let (nll, best) = (nll / S::SAMPLES as f64, best / S::SAMPLES as f64);
        let residual: f32 = (z - sum * share).into();
        if !(nll.is_finite() && residual.is_finite()) {
            return Err(Refused::Diverged);
        }
        let updated = nll - best >= f64::from(self.network.settings.learn_above);
        match updated {
            true => self.network.learn(x),
            false => self.network.skip(),
        }
        self.residuals = self.residuals.saturating_add(1);
        let count = f64::from(self.residuals).min(f64::from(self.targets.noise_window));
        let squared = f64::from(residual) * f64::from(residual);
        let estimate = density.scale_estimate(squared);
        self.noise = (self.noise + (estimate - self.noise) / count).max(SMALLEST);
        Ok(LearnedValue {
            nll: nll + f64::from(Real::ln(deviation)),
            residual: residual * deviation,
            updated,
        })
    }

    /// Predicts the target of an example, unscaled, from `rounds` times as many samples as an update has; 0 counts
    /// as 1.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn predict(
        &mut self,
        x: &S::Inputs<f32>,
        rounds: usize,
    ) -> Result<PredictedValue, Refused> {
        self.network.check_start()?;
        let (x, rounds) = (x.as_ref(), rounds.max(1));
        // Welford's mean and sum of squares, which does not cancel.
        let (mut mean, mut squares, mut count) = (0.0f32, 0.0f32, 0.0f32);
        for round in 0..rounds {
            self.network.forward(x, round > 0)?;
            for output in self.network.outputs() {
                let output: f32 = output.into();
                count += 1.0;
                let off = output - mean;
                mean += off / count;
                squares += off * (output - mean);
            }
        }
        let scaling = self.targets.scaling;
        let variance = scaling.deviation * scaling.deviation;
        let spread = squares / count;
        let (aleatoric, epistemic) = (self.noise as f32 * variance, spread * variance);
        Ok(PredictedValue {
            mean: scaling.mean + scaling.deviation * mean,
            total: aleatoric + epistemic,
            aleatoric,
            epistemic,
            spread,
        })
    }

    /// Lets time pass without examples: all synapses drift to the prior as in `updates` updates.
    pub fn drift(&mut self, updates: u32) {
        self.network.drift(updates);
    }
}
