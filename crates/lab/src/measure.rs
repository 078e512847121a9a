//! How fast this machine is: the stream benchmark, and how long a run will take.

use std::time::{Duration, Instant};

use mesu::{Generator, LearnError, Learner};
use mesu_data::Permuted;

use crate::error::LabError;
use crate::experiment::Experiment;
use crate::tasks::Data;

/// Examples between two looks at the clock.
const CHUNK: usize = 256;

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
    tasks: &Permuted,
    updates: usize,
    rounds: usize,
    least: Duration,
) -> Result<Vec<f64>, LearnError> {
    let (mut inputs, mut labels) = (Vec::new(), Vec::new());
    let mut learner = fresh.clone();
    let mut rates = Vec::new();
    let mut spent = Duration::ZERO;
    let mut epoch = 0;
    let mut stream = tasks.task_stream(0, epoch, 0);
    while rates.len() < rounds || spent < least {
        let mut round = Duration::ZERO;
        let mut done = 0;
        while done < updates {
            let examples = stream.next_batch(CHUNK, &mut inputs, &mut labels);
            if examples == 0 {
                epoch += 1;
                stream = tasks.task_stream(0, epoch, 0);
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

/// About how long a run of `experiment` takes here, from a measurement of under a second.
///
/// # Errors
/// As [`Data::learner`]. A learner that diverges in so short a time is not an error here.
pub fn estimate(experiment: &Experiment, data: &Data) -> Result<Duration, LabError> {
    let tasks = data.tasks(experiment);
    let mut learner = data.learner(experiment)?;
    let batch_size = experiment.data.batch_size;
    let (mut inputs, mut labels) = (Vec::new(), Vec::new());

    let budget = Duration::from_millis(300);
    let mut stream = tasks.task_stream(0, 0, 0);
    let started = Instant::now();
    let mut learned = 0;
    while started.elapsed() < budget {
        let chunk = if batch_size == 1 { CHUNK } else { batch_size };
        let examples = stream.next_batch(chunk, &mut inputs, &mut labels);
        let result = match batch_size {
            1 => learner.learn_each(&inputs, &labels),
            _ => learner.learn(&inputs, &labels),
        };
        if examples == 0 || result.is_err() {
            break;
        }
        learned += examples;
    }
    let per_example = started.elapsed().as_secs_f64() / learned.max(1) as f64;

    let mut tested = 0;
    let test = tasks.source().test();
    let permutation = tasks.permutation(0);
    let started = Instant::now();
    while started.elapsed() < budget {
        tasks.fill_range(test, 0..2048, &permutation, &mut inputs, &mut labels);
        if learner
            .predict(&inputs, Generator::named(0, "estimate", &[]))
            .is_err()
        {
            break;
        }
        tested += labels.len();
    }
    let per_test = started.elapsed().as_secs_f64() / tested.max(1) as f64;

    let count = experiment.tasks as f64;
    let examples = count * experiment.examples_per_task() as f64;
    // After task i: i test sets, and one of unknown images.
    let tests = count * (count + 3.0) / 2.0 * experiment.data.test_examples as f64;
    let seconds = examples * per_example + tests * per_test;
    Ok(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn medians() {
        assert_eq!(median(&[]), 0.0);
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
    }
}
