//! Steps of the codes.

use mesu_core::{Gradient, Real};

use crate::format::code::Code;
use crate::plain::Plain;
use crate::settings::Settings;

/// 2^(-c/16): sigma over the prior's, of all codes of one byte.
pub(super) const SIGMAS: [f32; 256] = {
    let root = 0.957_603_280_698_573_6_f64;
    let (mut table, mut octave, mut c) = ([0.0f32; 256], 1.0, 0);
    while c < 256 {
        let (mut value, mut k) = (octave, 0);
        while k < c % 16 {
            value *= root;
            k += 1;
        }
        table[c] = value as f32;
        c += 1;
        if c % 16 == 0 {
            octave *= 0.5;
        }
    }
    table
};

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
    /// Longest step of sigma, in codes.
    longest_sigma: Plain,
    /// Codes of sigma for a factor of e.
    pub(super) codes_per_nat: Plain,
    /// Pull to the prior in an update: rate over window, of the mean and of sigma.
    pulls: [Plain; 2],
    /// Rest value of the layer's inputs.
    pub(super) rest: Plain,
}

impl CompactRule {
    pub(super) fn new<C: Code>(settings: &Settings, inputs: usize, rest: f32) -> Option<Self> {
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
        let codes_per_nat = Plain(C::PER_OCTAVE as f32 * core::f32::consts::LOG2_E);
        let plain = |x: f64| Plain(x as f32);
        Some(Self {
            unit,
            prior_mean: plain(rule.mu_prior * inverse),
            prior_sigma: rule.sigma_prior as f32,
            mean_rate: plain(rule.lr_mu * variance * inverse),
            sigma_rate: plain(0.5 * rule.lr_sigma * variance),
            longest_mean: plain(ratio * rule.sigma_prior * inverse),
            longest_sigma: plain(1.0 + ratio).ln() * codes_per_nat,
            codes_per_nat,
            pulls: [rule.lr_mu, rule.lr_sigma].map(|rate| plain(rate / rule.memory_window)),
            rest: Plain(rest),
        })
    }

    /// Steps of both codes by evidence, that of the mean not clipped yet.
    #[inline(always)]
    pub(super) fn evidence(&self, sigma: Plain, gradient: Gradient<Plain>) -> (Plain, Plain) {
        let variance = sigma * sigma;
        let mean = self.mean_rate * gradient.mu() * variance;
        let h = self.sigma_rate * gradient.variance() * variance;
        let zero = Plain(0.0);
        let step = asinh(h) * self.codes_per_nat;
        (
            zero - mean,
            step.limit(zero - self.longest_sigma, self.longest_sigma),
        )
    }

    /// Steps of both codes by the prior, of so many updates at once.
    pub(super) fn pull<C: Code>(&self, cell: C, updates: Plain) -> (Plain, Plain) {
        let [mean_pull, sigma_pull] = self.pulls;
        let variance = relative_variance(cell);
        let away = self.prior_mean - Plain(cell.codes().0 as f32);
        let mean = updates * mean_pull * variance * away;
        let share = one_minus_exp(updates * sigma_pull);
        let log = ln_one_plus(share * (variance - Plain(1.0)));
        (mean, Plain(0.5) * log * self.codes_per_nat)
    }

    /// Moves the codes by steps that are rounded at random.
    #[inline(always)]
    pub(super) fn moved<C: Code>(&self, cell: C, (mean, sigma): (Plain, Plain), word: u32) -> C {
        let most = self.longest_mean * relative_sigma(cell);
        let mean = mean.limit(Plain(0.0) - most, most);
        let (mean_code, sigma_code) = cell.codes();
        // One word serves both: means over many roundings do not see that they are related.
        C::of(
            mean_code.saturating_add(round(mean, word)),
            sigma_code.saturating_add(round(sigma, word.rotate_left(16))),
        )
    }
}

/// Sigma over the prior's.
#[inline(always)]
pub(super) fn relative_sigma<C: Code>(cell: C) -> Plain {
    let code = cell.codes().1 * (16 / C::PER_OCTAVE);
    Plain(SIGMAS[(code & 255) as usize])
}

/// Variance over the prior's.
#[inline(always)]
pub(super) fn relative_variance<C: Code>(cell: C) -> Plain {
    let sigma = relative_sigma(cell);
    sigma * sigma
}

/// Rounds up or down at random, the mean being `x`; `word` is random in its upper 24 bits.
#[inline(always)]
pub(super) fn round(x: Plain, word: u32) -> i32 {
    let shifted = x.0 + (word >> 8) as f32 * (1.0 / 16_777_216.0);
    let towards_zero = shifted as i32;
    towards_zero.saturating_sub(i32::from(towards_zero as f32 > shifted))
}

/// asinh in [-3/4, 3/4], clamped outside, to 1.2e-5.
#[inline(always)]
fn asinh(x: Plain) -> Plain {
    let x = x.limit(Plain(-0.75), Plain(0.75));
    let square = x * x;
    let series = Plain(0.067_457_08) + square * Plain(-0.021_691_506);
    let series = Plain(-0.165_790_67) + square * series;
    x * (Plain(0.999_983_43) + square * series)
}

/// 1 - e^-x of x >= 0, exact where x is small too.
fn one_minus_exp(x: Plain) -> Plain {
    match x.0 < 0.01 {
        true => x * (Plain(1.0) - x * (Plain(0.5) - x * Plain(1.0 / 6.0))),
        false => Plain(1.0) - (Plain(0.0) - x).exp(),
    }
}

/// ln(1 + x) of x > -1, exact where x is small too.
fn ln_one_plus(x: Plain) -> Plain {
    match x.0 < 0.01 && x.0 > -0.01 {
        true => x * (Plain(1.0) - x * (Plain(0.5) - x * Plain(1.0 / 3.0))),
        false => (Plain(1.0) + x).limit(Plain(1e-30), Plain(f32::MAX)).ln(),
    }
}
