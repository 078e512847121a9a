//! MESU: see [`crate::rule::Mesu`].

use serde::{Deserialize, Serialize};

use super::correlated;
use super::kind::Settings;
use crate::config::{ConfigError, holds, not_negative, positive, prior, require, setters, windows};
use crate::estimator::Estimator;
use crate::learner::engine::Engine;
use crate::learner::engine::drift::{Drifting, HeadsDrift};
use crate::learner::engine::gaussian::GaussianEngine;
use crate::learner::engine::timescales::Timescales;
use crate::learner::remedy::Remedy;
use crate::learner::sampling::{Reduction, Sampling};
use crate::network::{Covariance, Network};
use crate::rule::{Mesu, PriorStep, Rule, SafeMesu, SigmaStep};

/// Most slow copies.
const COPIES: usize = 8;

/// Settings of MESU; the defaults hold on any standardized data, [`MesuConfig::paper`] has the paper's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct MesuConfig {
    /// Updates whose evidence is kept; >= 1. The rule's N is `temperature` times as much.
    pub memory_window: f64,
    /// Factor of N and of both rates; > 0. The steps and the memory stay as they are, while the noise is
    /// smaller by its root, and the pull to the prior by itself: 1 is the paper's posterior, more a colder one.
    pub temperature: f64,
    /// Memory windows of slow copies: for each one a copy of every synapse learns beside it, and predictions
    /// are the mean over all copies; >= 1 each, at most 8. Not of the paper.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub slow_windows: Vec<f64>,
    /// Standard deviation of the prior; > 0. Under [`Initialization::Auto`](crate::Initialization::Auto) in
    /// units of 1/√active of each layer.
    pub sigma_prior: f64,
    /// Mean of the prior.
    pub mu_prior: f64,
    /// Rate of the means; >= 0.
    pub lr_mu: f64,
    /// Rate of the standard deviations; >= 0. The paper's c_sigma is half of it.
    pub lr_sigma: f64,
    /// Gradients are clipped to ±clamp_grad/sigma; 0 for no clipping.
    pub clamp_grad: f64,
    /// Longest step, over sigma: none is longer than max_step_ratio·sigma; 0 for no limit.
    pub max_step_ratio: f64,
    /// `[smallest, largest]` sigma; empty for none.
    pub sigma_bounds: Vec<f64>,
    /// Form of the evidence's part in the step of sigma.
    pub sigma_step: SigmaStep,
    /// Form of the prior's part in the step of sigma.
    pub prior_step: PriorStep,
    /// True if sigma is kept at or below sigma_prior.
    pub sigma_at_most_prior: bool,
    /// Noise samples per update, S; >= 1.
    pub samples: usize,
    /// Noise samples per prediction; >= 1.
    pub test_samples: usize,
    /// Estimator of the expected loss and its gradient.
    pub estimator: Estimator,
    /// Reduction of the losses of a batch to C.
    pub reduction: Reduction,
    /// Times at which the synapses of heads drift to the prior: the paper's code lets only those of the
    /// head in use.
    #[serde(skip_serializing_if = "is_default")]
    pub heads_drift: HeadsDrift,
}

setters!(MesuConfig {
    memory_window: f64,
    temperature: f64,
    slow_windows: impl Into<Vec<f64>>,
    sigma_prior: f64,
    mu_prior: f64,
    lr_mu: f64,
    lr_sigma: f64,
    clamp_grad: f64,
    max_step_ratio: f64,
    sigma_bounds: impl Into<Vec<f64>>,
    sigma_step: SigmaStep,
    prior_step: PriorStep,
    sigma_at_most_prior: bool,
    samples: usize,
    test_samples: usize,
    estimator: Estimator,
    reduction: Reduction,
    heads_drift: HeadsDrift,
});

fn is_default(drift: &HeadsDrift) -> bool {
    *drift == HeadsDrift::default()
}

impl Default for MesuConfig {
    /// Settings that hold on any standardized data.
    fn default() -> Self {
        Self {
            memory_window: 3_000.0,
            temperature: 10.0,
            max_step_ratio: 1.0,
            sigma_step: SigmaStep::ClosedForm,
            prior_step: PriorStep::Exact,
            sigma_at_most_prior: true,
            samples: 4,
            ..Self::paper()
        }
    }
}

impl MesuConfig {
    /// The paper's settings for permuted digits.
    #[must_use]
    pub fn paper() -> Self {
        Self {
            memory_window: 300_000.0,
            temperature: 1.0,
            slow_windows: Vec::new(),
            sigma_prior: 1.0,
            mu_prior: 0.0,
            lr_mu: 1.0,
            lr_sigma: 1.0,
            clamp_grad: 0.0,
            max_step_ratio: 0.0,
            sigma_bounds: Vec::new(),
            sigma_step: SigmaStep::Linear,
            prior_step: PriorStep::Linear,
            sigma_at_most_prior: false,
            samples: 10,
            test_samples: 10,
            estimator: Estimator::LocalReparameterization,
            reduction: Reduction::Sum,
            heads_drift: HeadsDrift::InUse,
        }
    }

    /// The rule that these settings describe.
    ///
    /// # Errors
    /// The first setting out of its range, by its dotted key.
    pub fn rule(&self) -> Result<Mesu, ConfigError> {
        windows([("memory_window", self.memory_window)])?;
        positive([("temperature", self.temperature)])?;
        prior(self.mu_prior, self.sigma_prior)?;
        not_negative([
            ("lr_mu", self.lr_mu),
            ("lr_sigma", self.lr_sigma),
            ("clamp_grad", self.clamp_grad),
            ("max_step_ratio", self.max_step_ratio),
        ])?;
        let sigma_bounds = match self.sigma_bounds[..] {
            [] => None,
            [low, high] => Some((low, high)),
            _ => Some((f64::NAN, f64::NAN)),
        };
        require(
            sigma_bounds
                .is_none_or(|(low, high)| 0.0 < low && low <= high && holds(low) && holds(high)),
            "sigma_bounds",
            format!("{:?}", self.sigma_bounds),
            "[] or [smallest, largest] with 0 < smallest <= largest",
        )?;
        Ok(Mesu {
            memory_window: self.temperature * self.memory_window,
            sigma_prior: self.sigma_prior,
            mu_prior: self.mu_prior,
            lr_mu: self.temperature * self.lr_mu,
            lr_sigma: self.temperature * self.lr_sigma,
            clamp_grad: (self.clamp_grad > 0.0).then_some(self.clamp_grad),
            max_step_ratio: (self.max_step_ratio > 0.0).then_some(self.max_step_ratio),
            sigma_bounds,
            sigma_step: self.sigma_step,
            prior_step: self.prior_step,
            sigma_at_most_prior: self.sigma_at_most_prior,
        })
    }
}

impl Settings for MesuConfig {
    fn sampling(&self) -> Option<Sampling> {
        Some(Sampling {
            samples: self.samples,
            test_samples: self.test_samples,
            estimator: self.estimator,
            reduction: self.reduction,
        })
    }

    fn remedies(&self) -> Vec<Remedy> {
        vec![
            // In the order in which they helped (docs/learner.md).
            Remedy::Set("clamp_grad", 0.1),
            Remedy::Set("max_step_ratio", 0.1),
            Remedy::Lower(&["lr_mu", "lr_sigma"]),
            Remedy::Choose("sigma_step", "closed-form"),
            Remedy::Raise("samples"),
            Remedy::ForBatches("reduction", "mean"),
        ]
    }

    fn engine(&self, network: &mut Network) -> Result<Box<dyn Engine>, ConfigError> {
        let rule = self.rule()?;
        let sampling = self.sampling().expect("MESU samples").checked()?;
        let drifting = self.heads_drift == HeadsDrift::Always && network.heads() > 1;
        let engine = |network: &mut Network, rule: Mesu| match (rule.plain(), SafeMesu::new(rule)) {
            (Some(plain), _) => of_rule(network, plain, sampling, drifting),
            (_, Some(safe)) => of_rule(network, safe, sampling, drifting),
            _ => of_rule(network, rule, sampling, drifting),
        };
        let slow = &self.slow_windows;
        require(
            slow.len() <= COPIES && slow.iter().all(|n| *n >= 1.0 && holds(*n)),
            "slow_windows",
            format!("{slow:?}"),
            "at most 8 windows, each 1 or more",
        )?;
        if slow.is_empty() {
            return Ok(engine(network, rule));
        }
        let slow = slow.iter().map(|&memory_window| {
            let window = self.temperature * memory_window;
            engine(network, rule.memory_window(window))
        });
        let slow = slow.collect();
        let fast = engine(network, rule);
        Ok(Box::new(Timescales::new(network, fast, slow)))
    }

    fn correlated_engine(
        &self,
        network: &mut Network,
        covariance: Covariance,
    ) -> Option<Result<Box<dyn Engine>, ConfigError>> {
        let sampling = self.beside(covariance);
        let engine = |(rule, sampling)| correlated::engine(network, covariance, rule, sampling);
        Some(sampling.and_then(engine))
    }
}

impl MesuConfig {
    /// Rule and sampling beside a covariance of inputs; refuses settings that have no meaning there.
    fn beside(&self, covariance: Covariance) -> Result<(Mesu, Sampling), ConfigError> {
        let rule = self.rule()?;
        let sampling = self.sampling().expect("MESU samples").checked()?;
        let beside = |sound, field, found: String, expected: &str| {
            let expected = format!("{expected} beside network.covariance {covariance}");
            require(sound, field, found, &expected)
        };
        let local = self.estimator == Estimator::LocalReparameterization;
        beside(
            local,
            "estimator",
            "weight-sampling".to_owned(),
            "local-reparameterization",
        )?;
        let slow = &self.slow_windows;
        beside(slow.is_empty(), "slow_windows", format!("{slow:?}"), "[]")?;
        let in_use = self.heads_drift == HeadsDrift::InUse;
        beside(in_use, "heads_drift", "always".to_owned(), "in-use")?;
        let unclipped = self.clamp_grad == 0.0;
        beside(unclipped, "clamp_grad", self.clamp_grad.to_string(), "0")?;
        let bounds = &self.sigma_bounds;
        beside(
            bounds.is_empty(),
            "sigma_bounds",
            format!("{bounds:?}"),
            "[]",
        )?;
        Ok((rule, sampling))
    }
}

/// An engine of MESU, with options or without.
fn of_rule<R: Rule + std::fmt::Debug + 'static>(
    network: &mut Network,
    rule: R,
    sampling: Sampling,
    drifting: bool,
) -> Box<dyn Engine> {
    let base = GaussianEngine::new(network, rule, sampling);
    match drifting {
        false => Box::new(base),
        true => Box::new(Drifting::new(base, rule, network)),
    }
}
