//! Outputs that are parameters of a number's density.

use mesu_core::likelihood::{Continuous, Gaussian, Heteroscedastic, Likelihood, StudentT};

use super::config::{RegressionConfig, ValueLikelihood};
use super::judged::Judged;
use super::noise::Noise;
use super::scale::Scale;

/// Settings that the density depends on, and what is known of the targets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Values {
    likelihood: ValueLikelihood,
    noise_window: f64,
    degrees_of_freedom: f64,
    /// Scale of the targets before the update that is being made: that of predictions.
    before: Scale,
    /// Scale with those that are being learned.
    now: Scale,
    noise: Noise,
}

/// Knowledge of the targets, for a checkpoint.
#[cfg(feature = "checkpoint")]
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SavedValues {
    pub(crate) config: RegressionConfig,
    scale: Scale,
    noise: Noise,
}

/// A likelihood with the noise of now.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Density {
    Gaussian(Gaussian),
    Heteroscedastic(Heteroscedastic),
    StudentT(StudentT),
}

impl Density {
    /// Turns the outputs of one sample into `scale` times the gradient of -ln p; returns -ln p, in nats.
    #[inline]
    pub(crate) fn gradient(&self, outputs: &mut [f32], target: f32, scale: f32) -> f32 {
        match self {
            Self::Gaussian(it) => it.gradient(outputs, target, scale),
            Self::Heteroscedastic(it) => it.gradient(outputs, target, scale),
            Self::StudentT(it) => it.gradient(outputs, target, scale),
        }
    }

    /// Mean and variance of the target, given the outputs of one sample.
    #[inline]
    pub(crate) fn moments(&self, outputs: &[f32]) -> (f32, f32) {
        match self {
            Self::Gaussian(it) => it.moments(outputs),
            Self::Heteroscedastic(it) => it.moments(outputs),
            Self::StudentT(it) => it.moments(outputs),
        }
    }

    /// Turns the outputs of one sample into the Fisher information of each.
    pub(crate) fn information(&self, outputs: &mut [f32]) {
        match self {
            Self::Gaussian(it) => it.information(outputs),
            Self::Heteroscedastic(it) => it.information(outputs),
            Self::StudentT(it) => it.information(outputs),
        }
    }

    fn scale_estimate(&self, squared_residual: f64) -> f64 {
        match self {
            Self::Gaussian(it) => it.scale_estimate(squared_residual),
            Self::Heteroscedastic(it) => it.scale_estimate(squared_residual),
            Self::StudentT(it) => it.scale_estimate(squared_residual),
        }
    }
}

impl From<&RegressionConfig> for Values {
    fn from(config: &RegressionConfig) -> Self {
        Self {
            likelihood: config.likelihood,
            noise_window: config.noise_window,
            degrees_of_freedom: config.degrees_of_freedom,
            before: Scale::default(),
            now: Scale::default(),
            noise: Noise::default(),
        }
    }
}

impl Values {
    /// The likelihood with the noise of now.
    pub(crate) fn density(&self) -> Density {
        let squared_scale = self.noise.squared_scale();
        match self.likelihood {
            ValueLikelihood::Gaussian => Density::Gaussian(Gaussian {
                variance: squared_scale,
            }),
            ValueLikelihood::Heteroscedastic => Density::Heteroscedastic(Heteroscedastic),
            ValueLikelihood::StudentT => {
                Density::StudentT(StudentT::new(self.degrees_of_freedom, squared_scale))
            }
        }
    }

    /// Variance of the noise at the middle of the data, in standardized targets.
    pub(crate) fn variance(&self) -> f64 {
        f64::from(self.density().moments(&[0.0, 0.0][..self.width()]).1)
    }

    /// Number of outputs.
    fn width(&self) -> usize {
        match self.likelihood {
            ValueLikelihood::Heteroscedastic => 2,
            ValueLikelihood::Gaussian | ValueLikelihood::StudentT => 1,
        }
    }

    /// Target as it is learned.
    pub(crate) fn standardized(&self, target: f32) -> f32 {
        self.now.standardized(f64::from(target)) as f32
    }

    /// Logarithm of the number of target units in a standardized one.
    pub(crate) fn log_deviation(&self) -> f64 {
        self.now.deviation().ln()
    }

    /// Mean and deviation of the targets, as predictions know them.
    pub(crate) fn units(&self) -> (f64, f64) {
        (self.before.mean(), self.before.deviation())
    }

    /// Begins an update: takes in the targets that are to be learned.
    pub(crate) fn begin(&mut self, targets: &[f32]) {
        targets.iter().for_each(|y| self.now.add(f64::from(*y)));
    }

    /// Ends an update of `examples` examples.
    pub(crate) fn end(&mut self, scale_estimates: f64, examples: u64) {
        self.before = self.now;
        let mean = scale_estimates / examples as f64;
        self.noise.add(mean, examples, self.noise_window);
    }

    /// Judges predicted means: `sums`, `[examples]`, over `samples` samples.
    pub(super) fn judge(&self, sums: &[f32], samples: usize, targets: &[f32]) -> Judged {
        let density = self.density();
        let (middle, deviation) = self.units();
        let mut judged = Judged::default();
        for (sum, y) in sums.iter().zip(targets) {
            let mean = f64::from(*sum) / samples as f64;
            let residual = self.now.standardized(f64::from(*y)) - mean;
            let error = f64::from(*y) - (middle + deviation * mean);
            judged.squared_error += error * error;
            judged.scale_estimates += density.scale_estimate(residual * residual);
        }
        judged
    }

    #[cfg(feature = "checkpoint")]
    pub(crate) fn save(&self) -> SavedValues {
        SavedValues {
            config: self.config(),
            scale: self.before,
            noise: self.noise,
        }
    }

    pub(crate) fn config(&self) -> RegressionConfig {
        RegressionConfig {
            likelihood: self.likelihood,
            noise_window: self.noise_window,
            degrees_of_freedom: self.degrees_of_freedom,
        }
    }

    /// Takes on what was saved of the same settings; `None` if that can't be.
    #[cfg(feature = "checkpoint")]
    pub(crate) fn restore(&mut self, saved: &SavedValues) -> Option<()> {
        (self.before, self.now, self.noise) = (saved.scale, saved.scale, saved.noise);
        (saved.scale.is_sound() && saved.noise.is_sound()).then_some(())
    }
}
