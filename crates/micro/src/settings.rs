//! Settings of a learner, and why they or an example are refused.

use core::fmt::{Display, Formatter, Result as Written};

use mesu_core::rule::{Mesu, PriorStep, SigmaStep};

/// Inputs or targets as the network sees them: (x - mean) / deviation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scaling {
    /// Number that becomes 0.
    pub mean: f32,
    /// Number of units that becomes 1; above 0, and no subnormal float.
    pub deviation: f32,
}

impl Scaling {
    /// Scaling that changes nothing.
    pub const NONE: Self = Self {
        mean: 0.0,
        deviation: 1.0,
    };

    /// Scaling of a learner before its start.
    pub(crate) const ZERO: Self = Self {
        mean: 0.0,
        deviation: 0.0,
    };

    /// Returns x as the network sees it.
    #[inline(always)]
    #[must_use]
    pub fn scaled(&self, x: f32) -> f32 {
        (x - self.mean) / self.deviation
    }

    fn is_sound(&self) -> bool {
        self.mean.is_finite() && self.deviation.is_normal() && self.deviation > 0.0
    }
}

/// Settings of a learner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// The rule. Compact synapses have MESU with every safeguard ([`Mesu::default`]), of any window, prior and rates.
    pub rule: Mesu,
    /// Loss of an example, in nats, below which nothing is learned from it; 0 to learn from all. Of values it is
    /// what the loss is above that of the best mean. Time passes all the same. On permuted digits 0.02 spares
    /// a quarter to a half of the updates and costs nothing; of classes that are told apart in a few dozen examples it
    /// leaves sigma wide, and with it less memory of them.
    pub learn_above: f32,
    /// Scaling of all inputs.
    pub scaling: Scaling,
    /// Value of an input at rest, unscaled: compact synapses spend time on the other inputs only.
    pub rest: f32,
}

impl Settings {
    /// Settings of a learner before its start, which [`check`](Self::check) refuses. All are 0, as all of the learner
    /// is, so that a static of it takes no flash.
    pub(crate) const NONE: Self = Self {
        rule: Mesu {
            memory_window: 0.0,
            sigma_prior: 0.0,
            mu_prior: 0.0,
            lr_mu: 0.0,
            lr_sigma: 0.0,
            clamp_grad: None,
            max_step_ratio: None,
            sigma_bounds: None,
            sigma_step: SigmaStep::Linear,
            prior_step: PriorStep::Linear,
            sigma_at_most_prior: false,
        },
        learn_above: 0.0,
        scaling: Scaling::ZERO,
        rest: 0.0,
    };

    /// The defaults of mesu-core's rule, no gate, and inputs that are scaled already and rest at 0.
    pub const DEFAULT: Self = Self {
        rule: Mesu {
            memory_window: 30_000.0,
            sigma_prior: 1.0,
            mu_prior: 0.0,
            lr_mu: 10.0,
            lr_sigma: 10.0,
            clamp_grad: None,
            max_step_ratio: Some(1.0),
            sigma_bounds: None,
            sigma_step: SigmaStep::ClosedForm,
            prior_step: PriorStep::Exact,
            sigma_at_most_prior: true,
        },
        learn_above: 0.0,
        scaling: Scaling::NONE,
        rest: 0.0,
    };

    /// Checks what every format asks for.
    ///
    /// # Errors
    /// [`Unfit`].
    pub(crate) fn check(&self) -> Result<(), Unfit> {
        let positive = |x: f64| x.is_finite() && x > 0.0;
        let rule = &self.rule;
        let rates = rule.lr_mu.is_finite() && rule.lr_mu >= 0.0;
        let rates = rates && rule.lr_sigma.is_finite() && rule.lr_sigma >= 0.0;
        if !positive(rule.memory_window) || !positive(rule.sigma_prior) || !rates {
            return Err(Unfit::Rule);
        }
        if !rule.mu_prior.is_finite() {
            return Err(Unfit::Rule);
        }
        if !(self.learn_above.is_finite() && self.learn_above >= 0.0) {
            return Err(Unfit::Gate);
        }
        match self.scaling.is_sound() && self.rest.is_finite() {
            true => Ok(()),
            false => Err(Unfit::Scaling),
        }
    }

    /// Returns the longest step over sigma if the rule has every safeguard.
    pub(crate) fn safe_ratio(&self) -> Option<f64> {
        let rule = &self.rule;
        let forms = rule.sigma_step == SigmaStep::ClosedForm && rule.prior_step == PriorStep::Exact;
        let free = rule.clamp_grad.is_none() && rule.sigma_bounds.is_none();
        rule.max_step_ratio
            .filter(|ratio| *ratio > 0.0 && *ratio <= 1.0)
            .filter(|_| forms && free && rule.sigma_at_most_prior)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Settings of regression.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Targets {
    /// Scaling of the targets.
    pub scaling: Scaling,
    /// Memory of the running estimate of the noise, in examples; 1 or more.
    pub noise_window: f32,
}

impl Targets {
    /// Targets of a learner before its start, all 0.
    pub(crate) const NONE: Self = Self {
        scaling: Scaling::ZERO,
        noise_window: 0.0,
    };

    /// Targets that are scaled already, and a memory of 1,000 examples.
    pub const DEFAULT: Self = Self {
        scaling: Scaling::NONE,
        noise_window: 1_000.0,
    };

    /// Checks the settings.
    ///
    /// # Errors
    /// [`Unfit`].
    pub(crate) fn check(&self) -> Result<(), Unfit> {
        if !(self.noise_window.is_finite() && self.noise_window >= 1.0) {
            return Err(Unfit::NoiseWindow);
        }
        match self.scaling.is_sound() {
            true => Ok(()),
            false => Err(Unfit::Scaling),
        }
    }
}

impl Default for Targets {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Settings that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unfit {
    /// A window or a prior's deviation that is not above 0, a rate below 0, or one that is no number.
    Rule,
    /// A rule of compact synapses that lacks a safeguard, or has options beside them.
    Unsafe,
    /// A gate below 0, or that is no number.
    Gate,
    /// A deviation that is not above 0, or a mean or a rest value that is no number.
    Scaling,
    /// A memory of the noise of less than one example, or that is no number.
    NoiseWindow,
    /// No class, or more than the network has outputs.
    Classes {
        /// Classes asked for.
        found: usize,
        /// Outputs of the network.
        most: usize,
    },
}

impl Display for Unfit {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        match self {
            Self::Rule => f.write_str("expected a window and sigma_prior above 0, and rates of 0 or more"),
            Self::Unsafe => f.write_str(
                "expected a rule with max_step_ratio up to 1, sigma_step ClosedForm, prior_step Exact and \
                 sigma_at_most_prior, without clamp_grad and sigma_bounds",
            ),
            Self::Gate => f.write_str("expected learn_above of 0 or more"),
            Self::Scaling => f.write_str("expected a finite mean and rest value, and a deviation above 0"),
            Self::NoiseWindow => f.write_str("expected a noise_window of 1 or more"),
            Self::Classes { found, most } => write!(f, "{found} classes; expected 1 to {most}"),
        }
    }
}

impl core::error::Error for Unfit {}

/// An example that is refused; the learner is as before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refused {
    /// A learner that was not started.
    NotStarted,
    /// A number that is infinite or none, the first of them.
    Input {
        /// Index of the input.
        index: usize,
    },
    /// A label that is no class.
    Label {
        /// Label given.
        found: usize,
        /// Number of classes.
        classes: usize,
    },
    /// A target that is infinite or no number.
    Target,
    /// Outputs that are infinite or no numbers: the network has diverged, or the input is far too large.
    Diverged,
    /// One more class than the network has outputs.
    Full {
        /// Outputs of the network.
        classes: usize,
    },
}

impl Display for Refused {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        match self {
            Self::NotStarted => f.write_str("the learner was not started"),
            Self::Input { index } => write!(f, "input {index} is not a finite number"),
            Self::Label { found, classes } => {
                write!(f, "label {found}; expected less than {classes}")
            }
            Self::Target => f.write_str("the target is not a finite number"),
            Self::Diverged => f.write_str("the outputs are not finite numbers"),
            Self::Full { classes } => {
                write!(f, "the network has {classes} outputs, all of them in use")
            }
        }
    }
}

impl core::error::Error for Refused {}
