//! The format of cells of codes.

use mesu_core::{Gradient, Real, Synapse};

use super::row::CompactRow;
use super::rule::{CompactRule, relative_sigma, relative_variance, round};
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

    fn rule(settings: &Settings, inputs: usize, rest: f32, _: u32) -> Result<CompactRule, Unfit> {
        CompactRule::new::<C>(settings, inputs, rest).ok_or(Unfit::Unsafe)
    }

    fn store(rule: &CompactRule, synapse: Synapse<f32>, word: u32) -> Self {
        let mean = round(Plain(synapse.mu / rule.unit), word);
        let below_prior = Plain(rule.prior_sigma / synapse.sigma).ln() * rule.codes_per_nat;
        C::of(mean, round(below_prior, word.rotate_left(16)))
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
        for (i, _) in x.enumerate().filter(|(_, x)| Plain(*x) != rule.rest) {
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
        let rest = rule.rest;
        // What was deferred takes so many codes from a mean, for each unit of its variance.
        let owed = rule.mean_rate * rest * row.deferred[0];
        let bias = cells[cells.len() - 1];
        let mut m =
            (Plain(row.means as f32) - owed * row.variances) * rest + Plain(bias.codes().0 as f32);
        let mut v = row.variances * rest * rest + relative_variance(bias);
        for k in 0..active.len() {
            let i = active.at(k);
            let (cell, x) = (cells[i], x(i));
            let variance = relative_variance(cell);
            m = m + (Plain(cell.codes().0 as f32) - owed * variance) * (x - rest);
            v = v + variance * (x * x - rest * rest);
        }
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
        let mut step = |cell: &mut C, gradient| {
            let (old, sigma) = (*cell, relative_sigma(*cell));
            *cell = rule.moved(old, rule.evidence(sigma, gradient), noise.word());
            (old, *cell)
        };
        for k in 0..active.len() {
            let i = active.at(k);
            let (old, new) = step(&mut cells[i], gradient(Some(i)));
            if rule.rest.0 != 0.0 && old != new {
                row.means = row.means.wrapping_add(new.codes().0 - old.codes().0);
                row.variances = row.variances + relative_variance(new) - relative_variance(old);
            }
        }
        let bias = cells.len() - 1;
        step(&mut cells[bias], gradient(None));
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
        let [d, r] = row.deferred;
        let (x, rest) = (rule.rest, rule.rest.0 != 0.0);
        let gradient = Gradient {
            d,
            x,
            r,
            x_squared: x * x,
        };
        let inputs = cells.len() - 1;
        for (i, cell) in cells.iter_mut().enumerate() {
            let (mut mean, mut sigma) = rule.pull(*cell, updates);
            if rest && i < inputs {
                let evidence = rule.evidence(relative_sigma(*cell), gradient);
                (mean, sigma) = (mean + evidence.0, sigma + evidence.1);
            }
            *cell = rule.moved(*cell, (mean, sigma), noise.word());
        }
        (row.deferred, row.settled) = ([Plain(0.0); 2], clock);
        row.count(&cells[..inputs]);
    }

    fn pull(_: &mut [Self], _: &mut CompactRow, _: &CompactRule, _: &mut Xorshift) {}

    fn write(self, bytes: &mut [u8]) {
        self.to_bytes(bytes);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        C::of_bytes(bytes)
    }
}
