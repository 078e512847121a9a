//! A rate of ours and the GEMM rate on the same shapes, measured in turns.

use super::{Effort, median};

/// What rounds of both have shown; round i of one was run just before round i of the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// Examples/s of each round.
    pub examples_per_second: Vec<f64>,
    /// Floating-point operations of the products of one example.
    pub flops_per_example: f64,
    /// Floating-point operations/s of the yardstick in each round.
    pub gemm_flops_per_second: Vec<f64>,
}

impl Compared {
    /// Rounds of `ours`, examples/s, and `gemm`, floating-point operations/s, in turns.
    pub(super) fn measure<E>(
        effort: Effort,
        flops_per_example: f64,
        mut ours: impl FnMut() -> Result<f64, E>,
        mut gemm: impl FnMut() -> f64,
    ) -> Result<Self, E> {
        let mut compared = Self {
            examples_per_second: Vec::new(),
            flops_per_example,
            gemm_flops_per_second: Vec::new(),
        };
        // What grows on first use, and the caches: not timed.
        ours()?;
        gemm();
        let started = std::time::Instant::now();
        let rounds = &mut compared.examples_per_second;
        while rounds.len() < effort.rounds || started.elapsed() < effort.least {
            rounds.push(ours()?);
            compared.gemm_flops_per_second.push(gemm());
        }
        Ok(compared)
    }

    /// Median.
    pub fn rate(&self) -> f64 {
        median(&self.examples_per_second)
    }

    /// Floating-point operations/s at the median rate, counting only the products.
    pub fn flops_per_second(&self) -> f64 {
        self.rate() * self.flops_per_example
    }

    /// Floating-point operations/s of the yardstick, median.
    pub fn gemm(&self) -> f64 {
        median(&self.gemm_flops_per_second)
    }

    /// Our share of the GEMM rate: the median of the rounds' own shares, in which a machine that
    /// is slow for a while is slow for both.
    pub fn share(&self) -> f64 {
        let rounds = self
            .examples_per_second
            .iter()
            .zip(&self.gemm_flops_per_second);
        let shares: Vec<f64> = rounds
            .map(|(ours, gemm)| ours * self.flops_per_example / gemm)
            .collect();
        median(&shares)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_are_compared_in_pairs() {
        let mut slow = [1.0, 4.0, 1.0, 2.0].into_iter().cycle();
        let mut both = slow.clone();
        let compared = Compared::measure::<()>(
            Effort::QUICK,
            3.0,
            || Ok(5.0 / slow.next().unwrap_or(1.0)),
            || 60.0 / both.next().unwrap_or(1.0),
        )
        .unwrap();
        assert_eq!(compared.rate(), 2.5);
        assert_eq!(compared.flops_per_second(), 7.5);
        assert_eq!(compared.gemm(), 30.0);
        assert_eq!(compared.share(), 0.25);
    }
}
