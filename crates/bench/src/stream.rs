//! Updates/s of the loop of batch size 1: one example, one update, on one core.
//!
//! The learner of the paper's digits learns one image after another. Examples are gathered from the
//! data set between the looks at the clock; only learning is timed. The time per synapse, of an update
//! divided by the synapses of all layers, compares networks of different widths.

use std::time::{Duration, Instant};

use mesu::{LearnError, Learner};
use mesu_data::Tasks;
use serde::Serialize;

use crate::digits::Digits;
use crate::error::BenchError;
use crate::product::name;
use crate::timing::{median, on_one_core};

/// Examples between two looks at the clock, as a run has them.
const CHUNK: usize = 32;

/// Amount to learn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StreamLength {
    /// Updates of a round.
    pub updates: usize,
    /// Fewest rounds of the median.
    pub rounds: usize,
    /// Least time of all.
    pub least: Duration,
}

impl StreamLength {
    /// Enough to see that everything works.
    pub const QUICK: Self = Self {
        updates: 256,
        rounds: 3,
        least: Duration::ZERO,
    };

    /// Enough for a figure to be quoted, in at least the time `least`.
    pub const fn full(least: Duration) -> Self {
        Self {
            updates: 5_000,
            rounds: 9,
            least,
        }
    }
}

/// Results of learning one example at a time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stream {
    /// `stream`.
    pub bench: &'static str,
    /// The network's widths, as text.
    pub name: String,
    /// Widths from the pixels to the classes.
    pub network: Vec<usize>,
    /// Draws of the network per update.
    pub samples: usize,
    /// Median.
    pub updates_per_second: f64,
    /// Time of an update over the synapses of all layers.
    pub nanoseconds_per_synapse: f64,
    /// Values of each round.
    pub updates_per_second_rounds: Vec<f64>,
}

impl Stream {
    /// Learns digits with `hidden` neurons and `samples` draws.
    ///
    /// # Errors
    /// Settings that are refused; [`LearnError::Diverged`] in the first round.
    pub fn measure(
        digits: &Digits,
        hidden: &[usize],
        samples: usize,
        length: StreamLength,
    ) -> Result<Self, BenchError> {
        let learner = digits.learner(hidden, samples, &[])?;
        let rates = on_one_core(|| rates(&learner, &digits.tasks, length))??;
        let synapses = learner.network().synapses();
        Ok(Self::new(digits.widths(hidden), samples, synapses, rates))
    }

    fn new(network: Vec<usize>, samples: usize, synapses: usize, rounds: Vec<f64>) -> Self {
        let median = median(&rounds);
        Self {
            bench: "stream",
            name: name(&network),
            network,
            samples,
            updates_per_second: median,
            nanoseconds_per_synapse: 1e9 / median / synapses as f64,
            updates_per_second_rounds: rounds,
        }
    }
}

/// Learns one example after another from `tasks`; updates/s of each round. It begins with a copy of
/// `fresh`; should that diverge in a later round, with another one.
fn rates(fresh: &Learner, tasks: &Tasks, length: StreamLength) -> Result<Vec<f64>, LearnError> {
    let (mut inputs, mut labels) = (Vec::new(), Vec::new());
    let mut learner = fresh.clone();
    let mut rates = Vec::new();
    let mut spent = Duration::ZERO;
    let mut epoch = 0;
    let mut stream = tasks.batches(0, epoch, 0);
    while rates.len() < length.rounds || spent < length.least {
        let mut round = Duration::ZERO;
        let mut done = 0;
        while done < length.updates {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_an_update_is_shared_by_its_synapses() {
        // 1,000 updates/s are a million nanoseconds each, of 100 synapses 10,000.
        let stream = Stream::new(vec![8, 5, 12], 10, 100, vec![500.0, 1_000.0, 3_000.0]);
        assert_eq!(stream.name, "8-5-12");
        assert_eq!(stream.updates_per_second, 1_000.0);
        assert_eq!(stream.nanoseconds_per_synapse, 10_000.0);
    }
}
