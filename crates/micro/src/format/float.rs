//! Synapses of two floats, with the rule and the sums of mesu-core.

use mesu_core::rule::Mesu;
use mesu_core::sum::dot;
use mesu_core::{Gradient, Rule, Synapse};

use super::form::{Active, Format};
use crate::noise::Lanes;
use crate::settings::{Settings, Unfit};
use crate::shape::Cell;

/// A synapse in 8 bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Float {
    /// Mean.
    pub mu: f32,
    /// Standard deviation.
    pub sigma: f32,
}

impl Cell for Float {
    const EMPTY: Self = Self {
        mu: 0.0,
        sigma: 0.0,
    };
}

impl Float {
    fn step(&mut self, rule: &Mesu, gradient: Gradient<f32>) {
        let Self { mu, sigma } = *self;
        let Synapse { mu, sigma } = rule.step(Synapse { mu, sigma }, gradient);
        *self = Self { mu, sigma };
    }
}

impl Format for Float {
    type Number = f32;
    type Noise = Lanes;
    type Rule = Mesu;
    type Row = ();
    type Index = ();

    const UNSCALED: bool = false;
    const SETTLES: bool = false;

    fn rule(settings: &Settings, _: usize, _: bool, idle: u32) -> Result<Mesu, Unfit> {
        Ok(match idle {
            0 => settings.rule,
            _ => settings.rule.after_idle(u64::from(idle)),
        })
    }

    fn store(_: &Mesu, synapse: Synapse<f32>, _: u32) -> Self {
        let Synapse { mu, sigma } = synapse;
        Self { mu, sigma }
    }

    fn holds(_: &Mesu, synapse: Synapse<f32>) -> bool {
        synapse.mu.is_finite() && synapse.sigma.is_finite() && synapse.sigma >= 0.0
    }

    fn row(_: impl Iterator<Item = Self>, _: u32) {}

    #[inline(always)]
    fn mean(self, _: &Mesu) -> f32 {
        self.mu
    }

    #[inline(always)]
    fn variance(self, _: &Mesu) -> f32 {
        self.sigma * self.sigma
    }

    fn sigma(self, _: &Mesu) -> f32 {
        self.sigma
    }

    fn active<'a>(_: &Mesu, x: impl Iterator<Item = f32>, _: &'a mut [()]) -> Active<'a> {
        Active::All(x.count())
    }

    fn moments(
        cells: &[Self],
        (): &(),
        _: &Mesu,
        _: Active<'_>,
        x: impl Fn(usize) -> f32,
    ) -> (f32, f32) {
        let Some((bias, cells)) = cells.split_last() else {
            return (0.0, 0.0);
        };
        let pairs = || cells.iter().enumerate();
        let m = dot(pairs().map(|(i, cell)| (cell.mu, x(i))));
        let v = dot(pairs().map(|(i, cell)| (cell.sigma * cell.sigma, x(i) * x(i))));
        (m + bias.mu, v + bias.sigma * bias.sigma)
    }

    fn learn(
        cells: &mut [Self],
        (): &mut (),
        rule: &Mesu,
        _: Active<'_>,
        gradient: impl Fn(Option<usize>) -> Gradient<f32>,
        _: &mut Lanes,
    ) {
        let inputs = cells.len() - 1;
        for (i, cell) in cells.iter_mut().enumerate() {
            cell.step(rule, gradient((i < inputs).then_some(i)));
        }
    }

    fn defer((): &mut (), _: f32, _: f32) {}

    fn settle(_: &mut [Self], (): &mut (), _: &Mesu, _: u32, _: &mut Lanes) {}

    fn pull(cells: &mut [Self], (): &mut (), rule: &Mesu, _: &mut Lanes) {
        for cell in cells {
            cell.step(rule, Gradient::new(0.0, 0.0));
        }
    }

    fn write(self, bytes: &mut [u8]) {
        for (to, number) in bytes.chunks_exact_mut(4).zip([self.mu, self.sigma]) {
            to.copy_from_slice(&number.to_le_bytes());
        }
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (mu, sigma) = bytes.split_first_chunk()?;
        let (mu, sigma) = (
            f32::from_le_bytes(*mu),
            f32::from_le_bytes(*sigma.first_chunk()?),
        );
        (mu.is_finite() && sigma.is_finite() && sigma >= 0.0).then_some(Self { mu, sigma })
    }
}
