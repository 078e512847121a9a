//! MESU (Bonnet et al. 2025): a diagonal Newton step on the mean, evidence and forgetting on the
//! standard deviation. With C the expected negative log-likelihood and N the memory window,
//!
//! ```text
//! mu    <- mu    + lr_mu        ( -sigma^2 dC/dmu    + sigma^2 (mu_prior - mu) / (N sigma_prior^2) )
//! sigma <- sigma + lr_sigma 1/2 ( -sigma^2 dC/dsigma + sigma (sigma_prior^2 - sigma^2) / (N sigma_prior^2) )
//! ```
//!
//! Both lines use the values from before the step. Where the loss has curvature H along a synapse,
//! sigma settles at `1/sigma^2 = 1/sigma_prior^2 + N H`; with no evidence both return to the prior
//! with a time constant of about N updates.
//!
//! In `f32`, a relative step below 6e-8 is lost in rounding: the return of sigma to the prior stops
//! where `(1 - sigma^2/sigma_prior^2) / (2 N)` falls below that.

use crate::real::Real;
use crate::synapse::{Gradient, Rule, Synapse};

/// Form of the evidence term in the step of sigma.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum SigmaStep {
    /// The paper's: `-1/2 sigma^2 g`. Takes sigma below zero when `sigma g > 2`.
    #[default]
    Linear,
    /// FOO-VB's: sigma becomes `sigma ( sqrt(1 + (sigma g / 2)^2) - sigma g / 2 )`, equal to first
    /// order and never below zero.
    ClosedForm,
}

/// The MESU rule and its options.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mesu {
    /// N, in updates; > 0.
    pub memory_window: f64,
    /// Standard deviation of the prior; > 0.
    pub sigma_prior: f64,
    /// Mean of the prior.
    pub mu_prior: f64,
    /// Rate of the mean.
    pub lr_mu: f64,
    /// Rate of the standard deviation.
    pub lr_sigma: f64,
    /// Both gradients are first clipped to ±clamp_grad/sigma.
    pub clamp_grad: Option<f64>,
    /// Neither step is longer than max_step_ratio·sigma (the trust region of the paper's
    /// convolutional networks, with its rates c_mu = lr_mu and c_sigma = lr_sigma/2).
    pub max_step_ratio: Option<f64>,
    /// Bounds that sigma is clamped to.
    pub sigma_bounds: Option<(f64, f64)>,
    /// Form of the evidence term in the step of sigma.
    pub sigma_step: SigmaStep,
}

impl Rule for Mesu {
    type State<R: Real> = Synapse<R>;

    const FUSED: bool = true;

    #[inline(always)]
    fn step<R: Real>(&self, synapse: Synapse<R>, gradient: Gradient<R>) -> Synapse<R> {
        self.step_with::<R, true>(synapse, gradient)
    }
}

/// MESU without options: a loop without their branches is faster.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlainMesu(Mesu);

impl Rule for PlainMesu {
    type State<R: Real> = Synapse<R>;

    const FUSED: bool = true;

    #[inline(always)]
    fn step<R: Real>(&self, synapse: Synapse<R>, gradient: Gradient<R>) -> Synapse<R> {
        self.0.step_with::<R, false>(synapse, gradient)
    }
}

impl Default for Mesu {
    /// The paper's permuted digits: N = 300,000, a standard normal prior, rates of 1, no option.
    fn default() -> Self {
        Self {
            memory_window: 300_000.0,
            sigma_prior: 1.0,
            mu_prior: 0.0,
            lr_mu: 1.0,
            lr_sigma: 1.0,
            clamp_grad: None,
            max_step_ratio: None,
            sigma_bounds: None,
            sigma_step: SigmaStep::Linear,
        }
    }
}

/// A setter for each field, so that a rule is `Mesu::default().memory_window(6e5)`.
macro_rules! setters {
    ($($field:ident: $kind:ty),+ $(,)?) => {
        impl Mesu {
            $(
                #[doc = concat!("Returns the rule with another [`", stringify!($field), "`](Self#structfield.", stringify!($field), ").")]
                #[must_use]
                pub fn $field(mut self, $field: $kind) -> Self {
                    self.$field = $field.into();
                    self
                }
            )+
        }
    };
}
setters! {
    memory_window: f64,
    sigma_prior: f64,
    mu_prior: f64,
    lr_mu: f64,
    lr_sigma: f64,
    clamp_grad: f64,
    max_step_ratio: f64,
    sigma_bounds: (f64, f64),
    sigma_step: SigmaStep,
}

impl Mesu {
    /// The same rule as a type without options, if none is in use.
    #[must_use]
    pub fn plain(&self) -> Option<PlainMesu> {
        let Self {
            clamp_grad,
            max_step_ratio,
            sigma_bounds,
            sigma_step,
            ..
        } = self;
        let plain = clamp_grad.is_none() && max_step_ratio.is_none() && sigma_bounds.is_none();
        (plain && *sigma_step == SigmaStep::Linear).then_some(PlainMesu(*self))
    }

    #[inline(always)]
    fn step_with<R: Real, const OPTIONS: bool>(
        &self,
        synapse: Synapse<R>,
        gradient: Gradient<R>,
    ) -> Synapse<R> {
        let Synapse { mu, sigma } = synapse;
        let constant = |value: f64| mu.constant(value);
        let sigma_squared = sigma * sigma;
        let gradient = match self.clamp_grad.filter(|_| OPTIONS) {
            None => gradient,
            Some(clamp) => {
                let most = constant(clamp) / sigma;
                let least = constant(0.0) - most;
                let g_mu = gradient.mu().limit(least, most);
                let g_sigma = (gradient.variance() * sigma).limit(least, most);
                Gradient::new(g_mu, g_sigma / sigma)
            }
        };
        let Gradient { d, x, r, x_squared } = gradient;

        // Strength of the pull to the prior, per update.
        let pull = 1.0 / (self.memory_window * self.sigma_prior * self.sigma_prior);

        // The step of mu, in units of sigma^2.
        let pull_mu = self.lr_mu * pull;
        let drive = mu.mul_add(constant(-pull_mu), constant(pull_mu * self.mu_prior));
        let drive = (d * constant(-self.lr_mu)).mul_add(x, drive);

        // The step of sigma, in units of sigma.
        let rate = 0.5 * self.lr_sigma;
        let target = rate * pull * self.sigma_prior * self.sigma_prior;
        let (growth, free_sigma) = match self.sigma_step {
            SigmaStep::ClosedForm if OPTIONS => {
                let prior = sigma_squared.mul_add(constant(-rate * pull), constant(target));
                let half = gradient.variance() * sigma_squared * constant(rate);
                let root = half.mul_add(half, constant(1.0)).sqrt();
                // The factor is root - half. Where half is small, or negative, its distance from 1
                // is exact as step; where it is large, the factor itself is, as 1 / (root + half).
                let step = half.mul_add(half / (root + constant(1.0)), constant(0.0) - half);
                let factor = constant(1.0) / (root + half);
                let large = half - constant(1.0);
                let free = large.choose(sigma * factor, sigma.mul_add(step, sigma));
                let growth = large.choose(factor - constant(1.0), step) + prior;
                (growth, sigma.mul_add(prior, free))
            }
            _ => {
                let precision = (r * constant(-rate)).mul_add(x_squared, constant(-rate * pull));
                let growth = sigma_squared.mul_add(precision, constant(target));
                (growth, sigma.mul_add(growth, sigma))
            }
        };

        let (mu, sigma) = match self.max_step_ratio.filter(|_| OPTIONS) {
            None => (sigma_squared.mul_add(drive, mu), free_sigma),
            Some(ratio) => {
                let (low, high) = (constant(-ratio), constant(ratio));
                let step = (sigma * drive).limit(low, high);
                (
                    sigma.mul_add(step, mu),
                    sigma.mul_add(growth.limit(low, high), sigma),
                )
            }
        };
        let sigma = match self.sigma_bounds.filter(|_| OPTIONS) {
            None => sigma,
            Some((low, high)) => sigma.limit(constant(low), constant(high)),
        };
        Synapse { mu, sigma }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAPER: Mesu = Mesu {
        memory_window: 1_000.0,
        sigma_prior: 0.5,
        mu_prior: 0.25,
        lr_mu: 1.0,
        lr_sigma: 1.0,
        clamp_grad: None,
        max_step_ratio: None,
        sigma_bounds: None,
        sigma_step: SigmaStep::Linear,
    };

    /// On C = H (w - target)^2 / 2, E C = H ((mu - target)^2 + sigma^2) / 2.
    fn quadratic<R: Real>(synapse: Synapse<R>, h: f64, target: f64) -> Gradient<R> {
        let curvature = synapse.mu.constant(h);
        let mu = curvature * (synapse.mu - synapse.mu.constant(target));
        Gradient::new(mu, curvature)
    }

    #[test]
    fn sigma_settles_where_evidence_meets_the_prior() {
        for sigma_step in [SigmaStep::Linear, SigmaStep::ClosedForm] {
            for h in [0.01, 0.3, 2.0] {
                let rule = Mesu {
                    sigma_step,
                    ..PAPER
                };
                let mut synapse = Synapse {
                    mu: -1.0f32,
                    sigma: 0.4,
                };
                for _ in 0..20_000 {
                    synapse = rule.step(synapse, quadratic(synapse, h, 0.8));
                }
                let precision = 1.0 / (0.5 * 0.5) + 1_000.0 * h;
                let sigma = 1.0 / precision.sqrt();
                let mu = (0.25 / (0.5 * 0.5) + 1_000.0 * h * 0.8) / precision;
                // The closed form differs from the linear one in second order, by about
                // (sigma^2 H)^2 / 8 against the prior's pull of 1 / (2 N).
                let tolerance = match sigma_step {
                    SigmaStep::Linear => 1e-3,
                    SigmaStep::ClosedForm => 5e-3,
                };
                assert!(
                    (f64::from(synapse.sigma) / sigma - 1.0).abs() < tolerance,
                    "{synapse:?} {sigma}"
                );
                assert!(
                    (f64::from(synapse.mu) - mu).abs() < 5e-3,
                    "{synapse:?} {mu}"
                );
            }
        }
    }

    #[test]
    fn without_evidence_a_synapse_returns_to_the_prior() {
        let none = Gradient::new(0.0, 0.0);
        let mut synapse = Synapse {
            mu: 2.0,
            sigma: 0.45f64,
        };
        let start = synapse;
        for _ in 0..1_000 {
            synapse = PAPER.step(synapse, none);
        }
        // N updates: what separated sigma^2 from the prior has shrunk to about 1/e.
        let left = |s: Synapse<f64>| (0.25 - s.sigma * s.sigma) / (s.sigma * s.sigma);
        let ratio = left(synapse) / left(start);
        assert!((ratio - (-1.0f64).exp()).abs() < 2e-3, "{ratio}");
        for _ in 0..30_000 {
            synapse = PAPER.step(synapse, none);
        }
        assert!((synapse.mu - 0.25).abs() < 1e-6 && (synapse.sigma - 0.5).abs() < 1e-6);
    }

    #[test]
    fn the_closed_form_stays_positive_and_agrees_to_first_order() {
        let closed = Mesu {
            sigma_step: SigmaStep::ClosedForm,
            ..PAPER
        };
        let synapse = Synapse {
            mu: 0.0f64,
            sigma: 0.1,
        };
        // sigma g, for a sigma of 0.1.
        let gradient = |sigma_g: f64| Gradient::new(0.0, sigma_g / 0.01);
        for sigma_g in [-1e6, -10.0, -0.3, 0.3, 1.9, 2.1, 3.0, 1e3, 1e6, 1e9] {
            let half = 0.5 * sigma_g;
            let factor = if half > 0.0 {
                1.0 / ((1.0 + half * half).sqrt() + half)
            } else {
                (1.0 + half * half).sqrt() - half
            };
            let none = closed.step(synapse, gradient(0.0)).sigma - 0.1;
            let exact = closed.step(synapse, gradient(sigma_g)).sigma;
            assert!((exact - none - 0.1 * factor).abs() < 1e-12 * exact.max(1.0));
            // In f32 too, where root - half would cancel.
            let narrow = Synapse {
                mu: 0.0f32,
                sigma: 0.1,
            };
            let variance = (sigma_g / 0.01) as f32;
            let sigma = closed.step(narrow, Gradient::new(0.0, variance)).sigma;
            assert!(
                sigma > 0.0 && (f64::from(sigma) / exact - 1.0).abs() < 1e-5,
                "{sigma_g}: {sigma} {exact}"
            );
        }
        let small = gradient(1e-4);
        let difference = closed.step(synapse, small).sigma - PAPER.step(synapse, small).sigma;
        assert!(difference.abs() < 1e-9);
        // The linear step goes below zero from sigma g = 2 on.
        assert!(PAPER.step(synapse, gradient(2.1)).sigma < 0.0);
    }
}
