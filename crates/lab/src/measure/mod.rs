//! How fast this machine is, and how near the learner comes to its limits.
//!
//! ```text
//! stream    updates/s, one example at a time             stream_rates
//! batch     images/s learned, against the GEMM rate      batch_rates    (product)
//! predict   images/s predicted, against the GEMM rate    predict_rates  (product)
//! cnn       images/s learned by convolutions             convolution_rates
//! limits    bandwidths, multiply rate, normals/s         Limits
//! roofline  what bounds a workload, and how closely      Work, Bound
//! estimate  how long a run will take                     estimate
//! ```
//!
//! A machine that is shared is noisy: figures are medians of rounds, what is compared is
//! measured in turns and compared round by round, and limits are the best of their rounds.

mod batch;
mod compared;
mod convolution;
mod limits;
mod machine;
mod predict;
mod product;
mod roofline;
mod stream;

use std::time::{Duration, Instant};

use mesu::{LearnError, Learner};

pub use batch::{batch_rates, learning_products};
pub use compared::Compared;
pub use convolution::{convolution_flops, convolution_rates};
pub use limits::{Level, Limits};
pub use machine::{Cache, Machine};
pub use predict::{predict_rates, prediction_products};
pub use product::{Layout, Product, Yardstick, flops};
pub use roofline::{Bound, Resource, Work};
pub use stream::stream_rates;

/// How long to measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effort {
    /// Fewest rounds of a median.
    pub rounds: usize,
    /// Least length of a round.
    pub round: Duration,
    /// Least time of all rounds together.
    pub least: Duration,
}

impl Effort {
    /// Enough for a figure to be quoted.
    pub const FULL: Self = Self {
        rounds: 9,
        round: Duration::from_millis(200),
        least: Duration::from_secs(3),
    };
    /// Enough to see that everything works.
    pub const QUICK: Self = Self {
        rounds: 3,
        round: Duration::from_millis(5),
        least: Duration::ZERO,
    };
}

/// The median; of an even number, the mean of the middle two. 0 of none.
pub fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => 0.0,
        n if n % 2 == 1 => sorted[n / 2],
        n => (sorted[n / 2 - 1] + sorted[n / 2]) / 2.0,
    }
}

/// Calls/s of `work`, called for at least `least` and at least once.
fn rate<E>(least: Duration, mut work: impl FnMut() -> Result<(), E>) -> Result<f64, E> {
    let started = Instant::now();
    let mut calls = 0;
    loop {
        work()?;
        calls += 1;
        let spent = started.elapsed();
        if spent >= least && !spent.is_zero() {
            return Ok(f64::from(calls) / spent.as_secs_f64());
        }
    }
}

/// Batches/s that `learner` learns, `next` one after another. Should it diverge, another copy of `fresh`
/// takes its place.
fn learning_rate<'a>(
    least: Duration,
    fresh: &Learner,
    learner: &mut Learner,
    mut next: impl FnMut() -> Option<(&'a [f32], &'a [u32])>,
) -> Result<f64, LearnError> {
    rate(least, || {
        let Some((inputs, labels)) = next() else {
            return Ok(());
        };
        match learner.learn(inputs, labels) {
            Err(error) if learner.updates() == 0 => return Err(error),
            Err(_) => *learner = fresh.clone(),
            Ok(_) => {}
        }
        Ok(())
    })
}

/// [`rate`] of work that can't fail.
fn rate_of(least: Duration, mut work: impl FnMut()) -> f64 {
    let Ok(rate) = rate(least, || {
        work();
        Ok::<(), std::convert::Infallible>(())
    });
    rate
}

/// Synapses between layers of these widths, biases left out.
fn synapses(widths: &[usize]) -> usize {
    widths.windows(2).map(|pair| pair[0] * pair[1]).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        assert_eq!(median(&[]), 0.0);
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
    }

    #[test]
    fn an_error_ends_a_rate() {
        let mut calls = 0;
        let result = rate(Duration::MAX, || {
            calls += 1;
            if calls == 3 { Err("done") } else { Ok(()) }
        });
        assert_eq!(result, Err("done"));
        assert!(rate_of(Duration::ZERO, || ()) > 0.0);
    }
}
