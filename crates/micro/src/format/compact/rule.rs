//! Steps of the codes.

use mesu_core::{Gradient, Real, Synapse};

use super::rest::Rest;
use super::step::{
    SMALL, asinh, ln_one_plus, one_minus_exp, relative_sigma, relative_variance, round, round_small,
};
use crate::format::code::Code;
use crate::plain::Plain;
use crate::settings::Settings;

/// Steps of sigma's logarithm below this are short: their series ends after the cube.
const SHORT: f32 = 0.01;

/// The rule, for compact synapses of one layer.
#[derive(Clone, Copy, Debug)]
pub struct CompactRule {
    /// Value of a step of the mean's code.
    pub(super) unit: f32,
    /// Mean of the prior, in codes.
    prior_mean: Plain,
    /// Standard deviation of the prior.
    pub(super) prior_sigma: f32,
    /// lr_mu sigma_prior^2, in codes.
    pub(super) mean_rate: Plain,
    /// lr_sigma sigma_prior^2 / 2.
    sigma_rate: Plain,
    /// Longest step of the mean, in codes, over sigma / sigma_prior.
    longest_mean: Plain,
    /// Its square.
    longest_square: Plain,
    /// Longest step of sigma, in codes.
    longest_sigma: Plain,
    /// Codes of sigma for a factor of e.
    pub(super) codes_per_nat: Plain,
    /// A sixth of them: asinh h is h - h^3/6.
    cubic: Plain,
    /// Pull to the prior in an update: rate over window, of the mean and of sigma.
    pulls: [Plain; 2],
    /// Rest value of the layer's inputs.
    pub(super) at: Rest,
}

/// Steps of both codes by the prior, of so many updates at once, and by what the inputs at rest share.
pub(super) struct Pull<'a> {
    rule: &'a CompactRule,
    /// Share of the way to the prior's mean, over the variance.
    mean: Plain,
    /// Share of the way to the prior's precision.
    share: Plain,
    /// Codes of sigma for half a factor of e.
    codes: Plain,
    /// Steps by evidence of a synapse as wide as the prior: that of the mean, and h.
    shared: (Plain, Plain),
}

impl Pull<'_> {
    #[inline(always)]
    pub(super) fn settled<C: Code>(&self, cell: C, word: u32) -> C {
        let variance = relative_variance(cell);
        let away = self.rule.prior_mean - Plain(cell.codes().0 as f32);
        let mean = variance * self.mean * away;
        let share = self.share * (variance - Plain(1.0));
        let (step, h) = (self.shared.0 * variance, self.shared.1 * variance);
        let small = share.0.abs() < SHORT && h.0.abs() < SHORT;
        let sum = mean - step;
        if small && self.rule.is_little(sum, variance) {
            let log = share * (Plain(1.0) - share * (Plain(0.5) - share * Plain(1.0 / 3.0)));
            return self.rule.moved_little(
                cell,
                sum,
                log * self.codes + self.rule.sigma_codes(h),
                word,
            );
        }
        let log = ln_one_plus(share) * self.codes;
        self.rule
            .moved(cell, sum, log + self.rule.sigma_step(h), word)
    }
}

impl CompactRule {
    pub(super) fn new<C: Code>(settings: &Settings, inputs: usize, at: Rest) -> Option<Self> {
        let ratio = settings.safe_ratio()?;
        let rule = &settings.rule;
        // A power of two, so that codes of one network are codes of another.
        let first = 4.0 / Real::sqrt(inputs as f32);
        let (range, mut unit) = (C::MEAN_RANGE * first, 1.0 / 1_048_576.0);
        while unit * (C::MEAN_MAX as f32) < range {
            unit *= 2.0;
        }
        let inverse = 1.0 / f64::from(unit);
        let variance = rule.sigma_prior * rule.sigma_prior;
        let longest = ratio * rule.sigma_prior * inverse;
        let codes_per_nat = Plain(C::PER_OCTAVE as f32 * core::f32::consts::LOG2_E);
        let plain = |x: f64| Plain(x as f32);
        Some(Self {
            unit,
            prior_mean: plain(rule.mu_prior * inverse),
            prior_sigma: rule.sigma_prior as f32,
            mean_rate: plain(rule.lr_mu * variance * inverse),
            sigma_rate: plain(0.5 * rule.lr_sigma * variance),
            longest_mean: plain(longest),
            longest_square: plain(longest * longest),
            longest_sigma: plain(1.0 + ratio).ln() * codes_per_nat,
            codes_per_nat,
            cubic: codes_per_nat * Plain(1.0 / 6.0),
            pulls: [rule.lr_mu, rule.lr_sigma].map(|rate| plain(rate / rule.memory_window)),
            at,
        })
    }

    /// Codes of a synapse, not rounded.
    pub(super) fn exact(&self, synapse: Synapse<f32>) -> (Plain, Plain) {
        let below_prior = Plain(self.prior_sigma / synapse.sigma).ln();
        (
            Plain(synapse.mu / self.unit),
            below_prior * self.codes_per_nat,
        )
    }

    /// Prepares the steps by the prior, of so many updates at once, and by a gradient that is shared.
    pub(super) fn pull(&self, updates: Plain, shared: Option<Gradient<Plain>>) -> Pull<'_> {
        let [mean_pull, sigma_pull] = self.pulls;
        let zero = Plain(0.0);
        let evidence = |gradient: Gradient<Plain>| {
            let (mu, variance) = (gradient.mu(), gradient.variance());
            (self.mean_rate * mu, self.sigma_rate * variance)
        };
        Pull {
            rule: self,
            mean: updates * mean_pull,
            share: one_minus_exp(updates * sigma_pull),
            codes: Plain(0.5) * self.codes_per_nat,
            shared: shared.map_or((zero, zero), evidence),
        }
    }

    /// Moves the codes by evidence.
    #[inline(always)]
    pub(super) fn learned<C: Code>(&self, cell: C, gradient: Gradient<Plain>, word: u32) -> C {
        let variance = relative_variance(cell);
        let mean = self.mean_rate * gradient.mu() * variance;
        let h = self.sigma_rate * gradient.variance() * variance;
        let least = Plain(0.0) - mean;
        if h.0.abs() < SHORT && self.is_little(mean, variance) {
            return self.moved_little(cell, least, self.sigma_codes(h), word);
        }
        self.moved(cell, least, self.sigma_step(h), word)
    }

    /// Returns whether a step of the mean is one that is neither clipped nor long.
    #[inline(always)]
    fn is_little(&self, mean: Plain, variance: Plain) -> bool {
        let square = (mean * mean).0;
        square <= (self.longest_square * variance).0 && square < SMALL * SMALL
    }

    /// Step of sigma's code by evidence, of h below [`SHORT`].
    #[inline(always)]
    fn sigma_codes(&self, h: Plain) -> Plain {
        h * (self.codes_per_nat - h * h * self.cubic)
    }

    /// Step of sigma's code by evidence.
    fn sigma_step(&self, h: Plain) -> Plain {
        let step = asinh(h) * self.codes_per_nat;
        step.limit(Plain(0.0) - self.longest_sigma, self.longest_sigma)
    }

    /// Moves the codes by steps that are short, rounded at random.
    #[inline(always)]
    fn moved_little<C: Code>(&self, cell: C, mean: Plain, sigma: Plain, word: u32) -> C {
        let (mean_code, sigma_code) = cell.codes();
        // One word serves both: means over many roundings do not see that they are related.
        C::of(
            mean_code + round_small(mean, word),
            sigma_code + round_small(sigma, word.rotate_left(16)),
        )
    }

    /// Moves the codes by steps of any length, rounded at random; apart, because steps are short but for a few.
    #[cold]
    #[inline(never)]
    fn moved<C: Code>(&self, cell: C, mean: Plain, sigma: Plain, word: u32) -> C {
        let most = self.longest_mean * relative_sigma(cell);
        let mean = mean.limit(Plain(0.0) - most, most);
        let (mean_code, sigma_code) = cell.codes();
        C::of(
            mean_code.saturating_add(round(mean, word)),
            sigma_code.saturating_add(round(sigma, word.rotate_left(16))),
        )
    }
}
