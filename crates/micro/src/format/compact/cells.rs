//! The format of cells of codes.

use mesu_core::{Gradient, Real, Synapse};

use super::rest::Rest;
use super::row::CompactRow;
use super::rule::CompactRule;
use super::step::{relative_sigma, relative_variance, round};
use crate::format::code::Code;
use crate::format::form::{Active, Format};
use crate::noise::{Noise, Xorshift};
use crate::plain::Plain;
use crate::settings::{Settings, Unfit};

impl<C: Code> Format for C {
    type Number = Plain;
    type Noise = Xorshift;
    type Rule = CompactRule;
    type Row = CompactRow;
    type Index = u16;

    const UNSCALED: bool = true;
    const SETTLES: bool = true;

    fn rule(settings: &Settings, inputs: usize, first: bool, _: u32) -> Result<CompactRule, Unfit> {
        let at = match first {
            true => Rest::of(settings),
            false => Rest::NONE,
        };
        CompactRule::new::<C>(settings, inputs, at).ok_or(Unfit::Unsafe)
    }

    fn store(rule: &CompactRule, synapse: Synapse<f32>, word: u32) -> Self {
        let (mean, sigma) = rule.exact(synapse);
        C::of(round(mean, word), round(sigma, word.rotate_left(16)))
    }

    fn holds(rule: &CompactRule, synapse: Synapse<f32>) -> bool {
        let (mean, sigma) = rule.exact(synapse);
        let half = 0.5;
        mean.0.abs() <= C::MEAN_MAX as f32 + half
            && sigma.0 >= -half
            && sigma.0 <= C::SIGMA_MAX as f32 + half
    }

    fn row(cells: impl Iterator<Item = Self>, clock: u32) -> CompactRow {
        CompactRow::of(cells, clock)
    }

    #[inline(always)]
    fn mean(self, rule: &CompactRule) -> Plain {
        Plain(self.codes().0 as f32 * rule.unit)
    }

    #[inline(always)]
    fn variance(self, rule: &CompactRule) -> Plain {
        relative_variance(self) * Plain(rule.prior_sigma * rule.prior_sigma)
    }

    fn sigma(self, rule: &CompactRule) -> f32 {
        relative_sigma(self).0 * rule.prior_sigma
    }

    fn active<'a>(
        rule: &CompactRule,
        x: impl Iterator<Item = f32>,
        list: &'a mut [u16],
    ) -> Active<'a> {
        let mut count = 0;
        for (i, _) in x.enumerate().filter(|(_, x)| *x != rule.at.unscaled.0) {
            list[count] = i as u16;
            count += 1;
        }
        Active::Some(&list[..count])
    }

    #[inline]
    fn moments(
        cells: &[Self],
        row: &CompactRow,
        rule: &CompactRule,
        active: Active<'_>,
        x: impl Fn(usize) -> Plain,
    ) -> (Plain, Plain) {
        let Rest {
            scaled: rest,
            scale,
            ..
        } = rule.at;
        // What was deferred takes so many codes from a mean, for each unit of its variance.
        let owed = rule.mean_rate * rest * row.deferred[0];
        let (mut m, mut v) = (Plain(0.0), Plain(0.0));
        active.for_each(|i| {
            let Some(cell) = cells.get(i) else { return };
            let (off, squares) = rule.at.off(x(i));
            let variance = relative_variance(*cell);
            m = m + (Plain(cell.codes().0 as f32) - owed * variance) * off;
            v = v + variance * squares;
        });
        let bias = cells[cells.len() - 1];
        let at_rest = (Plain(row.means as f32) - owed * row.variances) * rest;
        let m = m * scale + at_rest + Plain(bias.codes().0 as f32);
        let v = v * (scale * scale) + row.variances * rest * rest + relative_variance(bias);
        // Rounding may leave less than nothing.
        let v = v.limit(Plain(0.0), Plain(f32::MAX));
        let prior = rule.prior_sigma * rule.prior_sigma;
        (m * Plain(rule.unit), v * Plain(prior))
    }

    #[inline]
    fn learn(
        cells: &mut [Self],
        row: &mut CompactRow,
        rule: &CompactRule,
        active: Active<'_>,
        gradient: impl Fn(Option<usize>) -> Gradient<Plain>,
        noise: &mut Xorshift,
    ) {
        // A copy, which stays in registers.
        let mut words = *noise;
        let mut step = |cell: &mut C, gradient| {
            let old = *cell;
            *cell = rule.learned(old, gradient, words.word());
            (old, *cell)
        };
        let (mut means, mut variances) = (row.means, row.variances);
        active.for_each(|i| {
            let Some(cell) = cells.get_mut(i) else {
                return;
            };
            let (old, new) = step(cell, gradient(Some(i)));
            means = means.wrapping_add(new.codes().0 - old.codes().0);
            if old.codes().1 != new.codes().1 {
                variances = variances + relative_variance(new) - relative_variance(old);
            }
        });
        (row.means, row.variances) = (means, variances);
        let bias = cells.len() - 1;
        step(&mut cells[bias], gradient(None));
        *noise = words;
    }

    fn defer(row: &mut CompactRow, d: Plain, r: Plain) {
        let [sum_d, sum_r] = row.deferred;
        row.deferred = [sum_d + d, sum_r + r];
    }

    fn settle(
        cells: &mut [Self],
        row: &mut CompactRow,
        rule: &CompactRule,
        clock: u32,
        noise: &mut Xorshift,
    ) {
        let updates = Plain(clock.wrapping_sub(row.settled) as f32);
        let ([d, r], x) = (row.deferred, rule.at.scaled);
        let x_squared = x * x;
        let shared = Gradient { d, x, r, x_squared };
        let inputs = cells.len() - 1;
        let (bias, weights) = (rule.pull(updates, None), rule.pull(updates, Some(shared)));
        let mut words = *noise;
        for (i, cell) in cells.iter_mut().enumerate() {
            let pull = if i < inputs { &weights } else { &bias };
            *cell = pull.settled(*cell, words.word());
        }
        *noise = words;
        *row = CompactRow::of(cells[..inputs].iter().copied(), clock);
    }

    fn pull(_: &mut [Self], _: &mut CompactRow, _: &CompactRule, _: &mut Xorshift) {}

    fn write(self, bytes: &mut [u8]) {
        self.to_bytes(bytes);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        C::of_bytes(bytes)
    }
}
