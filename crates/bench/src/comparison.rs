//! A rate of ours and that of matrix products on the same shapes, measured in turns.

use serde::Serialize;

use crate::timing::{Effort, median};

/// Results of rounds of both; round i of one was run just before round i of the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Examples/s of each round.
    pub examples_per_second: Vec<f64>,
    /// Floating-point operations of the products of one example.
    pub flops_per_example: f64,
    /// Floating-point operations/s of the baseline in each round; none where none is built in.
    pub gemm_flops_per_second: Vec<f64>,
}

impl Comparison {
    /// Rounds of `ours`, examples/s, and `gemm`, floating-point operations/s, in turns.
    pub(crate) fn measure<E>(
        effort: Effort,
        flops_per_example: f64,
        mut ours: impl FnMut() -> Result<f64, E>,
        mut gemm: impl FnMut() -> Option<f64>,
    ) -> Result<Self, E> {
        let mut comparison = Self {
            examples_per_second: Vec::new(),
            flops_per_example,
            gemm_flops_per_second: Vec::new(),
        };
        // What grows on first use, and the caches: not timed.
        ours()?;
        gemm();
        let started = std::time::Instant::now();
        let rounds = &mut comparison.examples_per_second;
        while rounds.len() < effort.rounds || started.elapsed() < effort.least {
            rounds.push(ours()?);
            comparison.gemm_flops_per_second.extend(gemm());
        }
        Ok(comparison)
    }

    /// Median of examples/s.
    pub fn rate(&self) -> f64 {
        median(&self.examples_per_second)
    }

    /// Floating-point operations/s at the median rate, counting only the products.
    pub fn flops_per_second(&self) -> f64 {
        self.rate() * self.flops_per_example
    }

    /// Floating-point operations/s of the baseline, median.
    pub fn gemm(&self) -> Option<f64> {
        let rounds = &self.gemm_flops_per_second;
        (!rounds.is_empty()).then(|| median(rounds))
    }

    /// Our share of the baseline's rate: the median of the rounds' own shares, in which a machine that
    /// is slow for a while is slow for both.
    pub fn share(&self) -> Option<f64> {
        let rounds = self
            .examples_per_second
            .iter()
            .zip(&self.gemm_flops_per_second);
        let shares: Vec<f64> = rounds
            .map(|(ours, gemm)| ours * self.flops_per_example / gemm)
            .collect();
        (!shares.is_empty()).then(|| median(&shares))
    }
}

/// A comparison as it is told.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rates {
    /// Median.
    pub images_per_second: f64,
    /// 10^9 floating-point operations/s of our products at that rate.
    pub gflops: f64,
    /// Those of the baseline.
    pub gemm_gflops: Option<f64>,
    /// Our share of the baseline's.
    pub share: Option<f64>,
    /// Values of each round.
    pub images_per_second_rounds: Vec<f64>,
}

impl From<Comparison> for Rates {
    fn from(comparison: Comparison) -> Self {
        Self {
            images_per_second: comparison.rate(),
            gflops: comparison.flops_per_second() / 1e9,
            gemm_gflops: comparison.gemm().map(|flops| flops / 1e9),
            share: comparison.share(),
            images_per_second_rounds: comparison.examples_per_second,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slow() -> impl Iterator<Item = f64> + Clone {
        [1.0, 4.0, 1.0, 2.0].into_iter().cycle()
    }

    #[test]
    fn rounds_are_compared_in_pairs() {
        let (mut ours, mut gemm) = (slow(), slow());
        let comparison = Comparison::measure::<()>(
            Effort::QUICK,
            3.0,
            || Ok(5.0 / ours.next().unwrap_or(1.0)),
            || Some(60.0 / gemm.next().unwrap_or(1.0)),
        )
        .unwrap();
        assert_eq!(comparison.rate(), 2.5);
        assert_eq!(comparison.flops_per_second(), 7.5);
        assert_eq!(comparison.gemm(), Some(30.0));
        assert_eq!(comparison.share(), Some(0.25));
    }

    #[test]
    fn without_a_baseline_its_rate_is_unknown() {
        let mut ours = slow();
        let comparison = Comparison::measure::<()>(
            Effort::QUICK,
            3.0,
            || Ok(5.0 / ours.next().unwrap_or(1.0)),
            || None,
        );
        let rates = Rates::from(comparison.unwrap());
        assert_eq!(rates.images_per_second, 2.5);
        assert_eq!((rates.gemm_gflops, rates.share), (None, None));
    }
}
