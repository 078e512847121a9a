//! The loop that online learning lives in: one example, one update, on one thread.
//!
//! Examples are gathered from the data set between the looks at the clock; only learning is timed.

use std::time::{Duration, Instant};

use mesu::{LearnError, Learner};
use mesu_data::Tasks;

/// Examples between two looks at the clock, as a run has them.
pub(super) const CHUNK: usize = 32;

/// Learns one example after another from `tasks` until at least `rounds` rounds of
/// `updates` updates have taken at least `least` in all. Returns updates/s of each round.
///
/// Only learning is timed, and it is one thread's work. It begins with a copy of `fresh`;
/// should that diverge in a later round, with another one.
///
/// # Errors
/// [`LearnError::Diverged`] in the first round.
pub fn stream_rates(
    fresh: &Learner,
    tasks: &Tasks,
    updates: usize,
    rounds: usize,
    least: Duration,
) -> Result<Vec<f64>, LearnError> {
    let (mut inputs, mut labels) = (Vec::new(), Vec::new());
    let mut learner = fresh.clone();
    let mut rates = Vec::new();
    let mut spent = Duration::ZERO;
    let mut epoch = 0;
    let mut stream = tasks.batches(0, epoch, 0);
    while rates.len() < rounds || spent < least {
        let mut round = Duration::ZERO;
        let mut done = 0;
        while done < updates {
            let examples = stream.next_batch(CHUNK, &mut inputs, &mut labels);
            if examples == 0 {
                epoch += 1;
                stream = tasks.batches(0, epoch, 0);
                continue;
            }
            let started = Instant::now();
            match learner.learn_each(&inputs, &labels) {
                Ok(_) => {
                    round += started.elapsed();
                    done += examples;
                }
                Err(error) if rates.is_empty() => return Err(error),
                Err(_) => learner = fresh.clone(),
            }
        }
        rates.push(done as f64 / round.as_secs_f64());
        spent += round;
    }
    Ok(rates)
}
