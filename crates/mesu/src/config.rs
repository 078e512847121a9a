//! The settings of a learner, checked once.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use crate::estimator::Estimator;
use crate::rule::{Mesu, SigmaStep};

/// A setting that can't be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key} is {found}; expected {expected}")]
pub struct ConfigError {
    /// Dotted key, for example `learner.memory_window`.
    pub key: String,
    /// What was found.
    pub found: String,
    /// What is allowed.
    pub expected: String,
}

impl ConfigError {
    pub(crate) fn new(key: &str, found: impl Display, expected: impl Into<String>) -> Self {
        Self {
            key: key.to_owned(),
            found: found.to_string(),
            expected: expected.into(),
        }
    }
}

/// Which learner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LearnerKind {
    /// Metaplasticity from synaptic uncertainty.
    #[default]
    Mesu,
}

/// How the losses of a batch make up C.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reduction {
    /// Their sum.
    #[default]
    Sum,
    /// Their mean.
    Mean,
}

/// Settings of a MESU learner; the defaults are the paper's permuted digits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LearnerConfig {
    /// Which learner.
    pub kind: LearnerKind,
    /// N, the number of updates whose evidence is kept; >= 1.
    pub memory_window: f64,
    /// Standard deviation of the prior; > 0.
    pub sigma_prior: f64,
    /// Mean of the prior.
    pub mu_prior: f64,
    /// Rate of the means; >= 0.
    pub lr_mu: f64,
    /// Rate of the standard deviations; >= 0. The paper's c_sigma is half of it.
    pub lr_sigma: f64,
    /// Gradients are clipped to ±clamp_grad/sigma; 0 for no clipping.
    pub clamp_grad: f64,
    /// No step is longer than max_step_ratio·sigma; 0 for no limit.
    pub max_step_ratio: f64,
    /// `[smallest, largest]` sigma; empty for none.
    pub sigma_bounds: Vec<f64>,
    /// The form of the evidence's part in the step of sigma.
    pub sigma_step: SigmaStep,
    /// Noise samples per update, S; >= 1.
    pub samples: usize,
    /// Noise samples per prediction; >= 1.
    pub test_samples: usize,
    /// How the expected loss and its gradient are estimated.
    pub estimator: Estimator,
    /// How the losses of a batch make up C.
    pub reduction: Reduction,
}

impl Default for LearnerConfig {
    fn default() -> Self {
        Self {
            kind: LearnerKind::Mesu,
            memory_window: 300_000.0,
            sigma_prior: 1.0,
            mu_prior: 0.0,
            lr_mu: 1.0,
            lr_sigma: 1.0,
            clamp_grad: 0.0,
            max_step_ratio: 0.0,
            sigma_bounds: Vec::new(),
            sigma_step: SigmaStep::Linear,
            samples: 10,
            test_samples: 10,
            estimator: Estimator::LocalReparameterization,
            reduction: Reduction::Sum,
        }
    }
}

/// Most noise samples accepted.
const MOST_SAMPLES: usize = 10_000;

impl LearnerConfig {
    /// The rule that these settings describe.
    ///
    /// # Errors
    /// The first setting out of its range, by its dotted key.
    pub fn rule(&self) -> Result<Mesu, ConfigError> {
        // Rules compute in f32: what it can't hold would become 0 or infinite.
        let holds =
            |value: f64| (value as f32).is_finite() && (value == 0.0 || value as f32 != 0.0);
        let positive = |key: &str, value: f64| {
            let ok = holds(value) && value > 0.0;
            let error =
                || ConfigError::new(&format!("learner.{key}"), value, "a finite number > 0");
            ok.then_some(()).ok_or_else(error)
        };
        let not_negative = |key: &str, value: f64| {
            let ok = holds(value) && value >= 0.0;
            let error =
                || ConfigError::new(&format!("learner.{key}"), value, "a finite number >= 0");
            ok.then_some(()).ok_or_else(error)
        };
        if !(self.memory_window >= 1.0 && holds(self.memory_window)) {
            let expected = "a finite number of updates, 1 or more";
            return Err(ConfigError::new(
                "learner.memory_window",
                self.memory_window,
                expected,
            ));
        }
        positive("sigma_prior", self.sigma_prior)?;
        not_negative("lr_mu", self.lr_mu)?;
        not_negative("lr_sigma", self.lr_sigma)?;
        not_negative("clamp_grad", self.clamp_grad)?;
        not_negative("max_step_ratio", self.max_step_ratio)?;
        if !holds(self.sigma_prior * self.sigma_prior)
            || !holds(1.0 / (self.sigma_prior * self.sigma_prior))
        {
            let expected = "a number whose square, and its inverse, a 32-bit float holds";
            return Err(ConfigError::new(
                "learner.sigma_prior",
                self.sigma_prior,
                expected,
            ));
        }
        if !holds(self.mu_prior) {
            return Err(ConfigError::new(
                "learner.mu_prior",
                self.mu_prior,
                "a finite number",
            ));
        }
        for (key, samples) in [
            ("samples", self.samples),
            ("test_samples", self.test_samples),
        ] {
            if samples == 0 || samples > MOST_SAMPLES {
                let expected = format!("1 to {MOST_SAMPLES}");
                return Err(ConfigError::new(
                    &format!("learner.{key}"),
                    samples,
                    expected,
                ));
            }
        }
        let sigma_bounds = match self.sigma_bounds[..] {
            [] => None,
            [low, high] if 0.0 < low && low <= high && holds(low) && holds(high) => {
                Some((low, high))
            }
            _ => {
                let found = format!("{:?}", self.sigma_bounds);
                let expected = "[] or [smallest, largest] with 0 < smallest <= largest";
                return Err(ConfigError::new("learner.sigma_bounds", found, expected));
            }
        };
        Ok(Mesu {
            memory_window: self.memory_window,
            sigma_prior: self.sigma_prior,
            mu_prior: self.mu_prior,
            lr_mu: self.lr_mu,
            lr_sigma: self.lr_sigma,
            clamp_grad: (self.clamp_grad > 0.0).then_some(self.clamp_grad),
            max_step_ratio: (self.max_step_ratio > 0.0).then_some(self.max_step_ratio),
            sigma_bounds,
            sigma_step: self.sigma_step,
        })
    }
}
