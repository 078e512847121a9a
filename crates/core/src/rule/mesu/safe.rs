//! MESU with every safeguard, as the defaults have them, in a loop without branches.

use super::formula::{Mesu, PriorStep, SigmaStep};
use crate::real::Real;
use crate::synapse::{Gradient, Rule, Synapse};

/// MESU with the closed form of the evidence, the exact step of the prior, steps of at most one sigma, and a sigma
/// within bounds: the same bits as [`Mesu`], its constants computed once and not for every synapse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SafeMesu {
    mesu: Mesu,
    /// Step of mu over sigma^2, as `pull mu_prior - pull mu`.
    pull: f64,
    /// Share of the distance between the precision and the prior's that an update covers.
    share: f64,
    share_over_variance: f64,
    /// Longest step of mu, and of sigma down and up, over sigma.
    steps: [f64; 3],
    bounds: (f64, f64),
}

impl SafeMesu {
    /// The rule as a loop without branches; none if it lacks a safeguard, or has other options.
    #[must_use]
    pub fn new(mesu: Mesu) -> Option<Self> {
        let ratio = mesu.max_step_ratio.filter(|ratio| *ratio <= 1.0)?;
        let forms = mesu.sigma_step == SigmaStep::ClosedForm && mesu.prior_step == PriorStep::Exact;
        if !forms || mesu.clamp_grad.is_some() {
            return None;
        }
        let variance = mesu.sigma_prior * mesu.sigma_prior;
        let share = mesu.prior_share();
        Some(Self {
            mesu,
            pull: mesu.lr_mu * (1.0 / (mesu.memory_window * mesu.sigma_prior * mesu.sigma_prior)),
            share,
            share_over_variance: share / variance,
            steps: [ratio, -ratio / (1.0 + ratio), ratio],
            bounds: mesu.bounds()?,
        })
    }

    /// The constants of a rule that differs in numbers only.
    fn with(mesu: Mesu) -> Self {
        Self::new(mesu).expect("the same safeguards")
    }
}

impl Rule for SafeMesu {
    type State<R: Real> = Synapse<R>;

    const FUSED: bool = false;

    #[inline(always)]
    fn step<R: Real>(
        &self,
        Synapse { mu, sigma }: Synapse<R>,
        gradient: Gradient<R>,
    ) -> Synapse<R> {
        let constant = |value: f64| mu.constant(value);
        let (zero, one) = (constant(0.0), constant(1.0));
        let sigma_squared = sigma * sigma;
        let drive = mu.mul_add(
            constant(-self.pull),
            constant(self.pull * self.mesu.mu_prior),
        );
        let drive = (gradient.d * constant(-self.mesu.lr_mu)).mul_add(gradient.x, drive);
        let [most, low, high] = self.steps.map(constant);
        let step = (sigma * drive).limit(zero - most, most);
        let mu = sigma.mul_add(step, mu);

        // The closed form's factor, less 1. Beyond ±1 the longest step is shorter than it.
        let half = gradient.variance() * sigma_squared * constant(0.5 * self.mesu.lr_sigma);
        let half = half.limit(zero - one, one);
        let root = half.mul_add(half, one).sqrt();
        let growth = half.mul_add(half / (root + one), zero - half);
        let sigma = sigma.mul_add(growth.limit(low, high), sigma);

        // The exact prior, where sigma is at most the prior's, so that t is at most 0 but for the step above.
        let t = (sigma * sigma).mul_add(constant(self.share_over_variance), constant(-self.share));
        let root = (one + t).sqrt();
        let large = t - one;
        let over = large.choose(root, root.mul_add(root, root));
        let quotient = large.choose(sigma, zero - t) / over;
        let sigma = large.choose(quotient, sigma.mul_add(quotient, sigma));
        let sigma = sigma.limit(constant(self.bounds.0), constant(self.bounds.1));
        Synapse { mu, sigma }
    }

    fn after_idle(&self, updates: u64) -> Self {
        match updates {
            0 => *self,
            _ => Self::with(self.mesu.after_idle(updates)),
        }
    }

    fn for_layer(&self, prior_scale: f64) -> Self {
        // Not through `new`: no exponential for every update.
        let mesu = self.mesu.for_layer(prior_scale);
        let variance = mesu.sigma_prior * mesu.sigma_prior;
        Self {
            pull: mesu.lr_mu * (1.0 / (mesu.memory_window * mesu.sigma_prior * mesu.sigma_prior)),
            share_over_variance: self.share / variance,
            bounds: mesu.bounds().unwrap_or(self.bounds),
            mesu,
            ..*self
        }
    }
}
