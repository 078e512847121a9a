//! The rule, with any of its options.

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

/// Form of the prior's part in the step of sigma.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum PriorStep {
    /// The paper's: `1/2 sigma (1 - sigma^2/sigma_prior^2) / N`. Takes sigma below zero where sigma is far
    /// above the prior's and N is small.
    #[default]
    Linear,
    /// The precision `1/sigma^2` comes closer to the prior's by the factor `exp(-lr_sigma/N)`: equal to first
    /// order, and never below zero. It follows the evidence's step.
    Exact,
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
    /// convolutional networks, with its rates c_mu = lr_mu and c_sigma = lr_sigma/2). With the exact step of
    /// the prior, sigma's stays in `[sigma / (1 + max_step_ratio), sigma (1 + max_step_ratio)]`.
    pub max_step_ratio: Option<f64>,
    /// Bounds that sigma is clamped to.
    pub sigma_bounds: Option<(f64, f64)>,
    /// Form of the evidence term in the step of sigma.
    pub sigma_step: SigmaStep,
    /// Form of the prior's part in the step of sigma.
    pub prior_step: PriorStep,
    /// True if sigma is kept at or below sigma_prior, and above a millionth of it: the posterior of a likelihood
    /// that is log-concave is never wider than the prior, while single gradients can take it there.
    pub sigma_at_most_prior: bool,
}

impl Rule for Mesu {
    type State<R: Real> = Synapse<R>;

    const FUSED: bool = true;

    #[inline(always)]
    fn step<R: Real>(&self, synapse: Synapse<R>, gradient: Gradient<R>) -> Synapse<R> {
        let share = match self.prior_step {
            PriorStep::Linear => None,
            PriorStep::Exact => Some(self.prior_share()),
        };
        self.step_with::<R, true>(synapse, gradient, share)
    }

    fn after_idle(&self, updates: u64) -> Self {
        self.memory_window(self.memory_window / (updates as f64 + 1.0))
    }

    fn for_layer(&self, prior_scale: f64) -> Self {
        self.sigma_prior(self.sigma_prior * prior_scale)
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
        self.0.step_with::<R, false>(synapse, gradient, None)
    }

    fn after_idle(&self, updates: u64) -> Self {
        Self(self.0.after_idle(updates))
    }

    fn for_layer(&self, prior_scale: f64) -> Self {
        Self(self.0.for_layer(prior_scale))
    }
}

impl Default for Mesu {
    /// Settings that hold on any standardized data: a temperature of 10, so rates of 10 and an N of ten times
    /// the 3,000 updates of memory, and every safeguard.
    fn default() -> Self {
        Self {
            memory_window: 30_000.0,
            lr_mu: 10.0,
            lr_sigma: 10.0,
            max_step_ratio: Some(1.0),
            sigma_step: SigmaStep::ClosedForm,
            prior_step: PriorStep::Exact,
            sigma_at_most_prior: true,
            ..Self::paper()
        }
    }
}

impl Mesu {
    /// The paper's permuted digits: N = 300,000, a standard normal prior, rates of 1, no option.
    #[must_use]
    pub fn paper() -> Self {
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
            prior_step: PriorStep::Linear,
            sigma_at_most_prior: false,
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
    prior_step: PriorStep,
    sigma_at_most_prior: bool,
}

/// Smallest sigma over sigma_prior where sigma is kept at or below that and no bounds are given.
const LEAST_SHARE: f64 = 1e-6;

impl Mesu {
    /// The same rule as a type without options, if none is in use.
    #[must_use]
    pub fn plain(&self) -> Option<PlainMesu> {
        let Self {
            clamp_grad,
            max_step_ratio,
            sigma_bounds,
            sigma_step,
            prior_step,
            sigma_at_most_prior,
            ..
        } = self;
        let free = clamp_grad.is_none() && max_step_ratio.is_none() && sigma_bounds.is_none();
        let linear = *sigma_step == SigmaStep::Linear && *prior_step == PriorStep::Linear;
        (free && linear && !sigma_at_most_prior).then_some(PlainMesu(*self))
    }

    /// Share of the distance between the precision and the prior's that an exact step covers: 1 - e^-x of
    /// x = lr_sigma / N. In sums and products, which a compiler takes out of the loop over the synapses.
    #[inline(always)]
    pub(super) fn prior_share(&self) -> f64 {
        // From 64 on it is 1 to the last digit.
        let x = (self.lr_sigma / self.memory_window).min(64.0) / 1024.0;
        let terms = [9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0];
        let series = terms.into_iter().fold(1.0, |sum, n| 1.0 - sum * x / n);
        // Ten times twice as far.
        (0..10).fold(x * series, |share, _| share * (2.0 - share))
    }

    /// Returns the synapse after an update; with `share`, the prior's part is the exact one.
    #[inline(always)]
    fn step_with<R: Real, const OPTIONS: bool>(
        &self,
        synapse: Synapse<R>,
        gradient: Gradient<R>,
        share: Option<f64>,
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
        let (pull, target) = match share {
            Some(_) => (0.0, 0.0),
            None => (pull, rate * pull * self.sigma_prior * self.sigma_prior),
        };
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
                // With the exact prior, sigma shrinks by no larger a factor than it grows by: a single
                // gradient does not take it to 0.
                let (low, high) = match share {
                    Some(_) => (constant(-ratio / (1.0 + ratio)), high),
                    None => (low, high),
                };
                (
                    sigma.mul_add(step, mu),
                    sigma.mul_add(growth.limit(low, high), sigma),
                )
            }
        };
        let sigma = match share {
            Some(share) => self.relaxed(sigma, share),
            None => sigma,
        };
        let sigma = match self.bounds().filter(|_| OPTIONS) {
            None => sigma,
            Some((low, high)) => sigma.limit(constant(low), constant(high)),
        };
        Synapse { mu, sigma }
    }

    /// Returns sigma after the prior's part of an update alone: with `a = exp(-lr_sigma/N) = 1 - share`,
    /// `1/sigma^2 <- 1/sigma_prior^2 + a (1/sigma^2 - 1/sigma_prior^2)`.
    #[inline(always)]
    fn relaxed<R: Real>(&self, sigma: R, share: f64) -> R {
        // sigma^2 grows by the factor 1 / (1 + t), with t = (1 - a) (sigma^2 / sigma_prior^2 - 1) > -1.
        let pull = share / (self.sigma_prior * self.sigma_prior);
        let t = (sigma * sigma).mul_add(sigma.constant(pull), sigma.constant(-share));
        let (zero, one) = (sigma.constant(0.0), sigma.constant(1.0));
        let root = (one + t).sqrt();
        // Where t is small, the factor's distance from 1, -t / (root + root^2), is exact; where it is large,
        // the factor itself is, as 1 / root. One division for both.
        let large = t - one;
        let over = large.choose(root, root.mul_add(root, root));
        let quotient = large.choose(sigma, zero - t) / over;
        large.choose(quotient, sigma.mul_add(quotient, sigma))
    }

    /// Returns the bounds that sigma is kept in.
    #[inline(always)]
    pub(super) fn bounds(&self) -> Option<(f64, f64)> {
        match (self.sigma_bounds, self.sigma_at_most_prior) {
            (bounds, false) => bounds,
            (None, true) => Some((LEAST_SHARE * self.sigma_prior, self.sigma_prior)),
            // Where the prior is below the smallest sigma, that one holds.
            (Some((low, high)), true) => Some((low, high.min(self.sigma_prior).max(low))),
        }
    }
}
