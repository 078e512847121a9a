//! Rates: how often work is done in a second, and how long to look.

use std::time::{Duration, Instant};

use mesu::{LearnError, Learner};

/// Effort of a measurement.
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

/// The median; of an even number, the mean of the middle two. 0 for no numbers.
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
pub(crate) fn rate<E>(least: Duration, mut work: impl FnMut() -> Result<(), E>) -> Result<f64, E> {
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

/// [`rate`] of work that can't fail.
pub(crate) fn rate_of(least: Duration, mut work: impl FnMut()) -> f64 {
    let Ok(rate) = rate(least, || {
        work();
        Ok::<(), std::convert::Infallible>(())
    });
    rate
}

/// Batches/s that `learner` learns, `next` one after another. Should it diverge, another copy of `fresh`
/// takes its place.
pub(crate) fn learning_rate<'a>(
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

/// Runs `work` on one core.
pub(crate) fn on_one_core<T: Send>(
    work: impl FnOnce() -> T + Send,
) -> Result<T, rayon::ThreadPoolBuildError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    Ok(pool.install(work))
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
        assert_eq!((result, calls), (Err("done"), 3));
    }

    #[test]
    fn one_core_is_one_thread() {
        assert_eq!(on_one_core(rayon::current_num_threads).unwrap(), 1);
    }
}
