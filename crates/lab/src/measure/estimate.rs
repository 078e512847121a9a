//! How long a run will take here, from a short try of its two parts: learning and testing.

use std::time::{Duration, Instant};

use mesu::Generator;

use super::stream::CHUNK;
use crate::error::LabError;
use crate::experiment::Experiment;
use crate::tasks::Data;

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
