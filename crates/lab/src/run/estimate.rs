//! Estimated duration of a run on this machine, from a short try of its two parts: learning and testing.

use std::time::{Duration, Instant};

use mesu::Generator;

use mesu_data::{OodKind, Tasks};

use crate::config::experiment::Experiment;
use crate::config::plan::Plan;
use crate::error::LabError;
use crate::run::tasks::{Data, DataSets};
use crate::run::training::CHUNK;

/// Least time spent on each of the two parts of a cell.
const LEAST: Duration = Duration::from_millis(15);

/// Test images predicted at a time.
const PART: usize = 256;

/// About how long the cells of `plan` take here, each with so many `seeds`, side by side on the cores there
/// are: from a measurement of about `budget`, a batch and an update of each cell at least. `sets` keeps the
/// data that it needs.
///
/// # Errors
/// As [`DataSets::load`] and [`Data::learner`]. A learner that diverges in so short a time is
/// not an error here.
pub fn estimate(
    plan: &Plan,
    seeds: usize,
    budget: Duration,
    sets: &mut DataSets,
) -> Result<Duration, LabError> {
    let runs = plan.cells.len() * seeds.max(1);
    let cores = rayon::current_num_threads().min(runs);
    let each = (budget / 2 / plan.cells.len() as u32).max(LEAST);
    let mut measure = || {
        let (mut sum, mut longest) = (0.0, 0.0_f64);
        for cell in &plan.cells {
            let data = sets.load(&cell.experiment)?;
            let seconds = seconds(&cell.experiment, &data, each)?;
            sum += seconds;
            longest = longest.max(seconds);
        }
        Ok::<_, LabError>((sum * seeds.max(1) as f64, longest))
    };
    // A batch is learned on all cores, but those have each other's runs to do as well.
    let (sum, longest) = match rayon::ThreadPoolBuilder::new().num_threads(1).build() {
        Ok(one) if cores > 1 => one.install(&mut measure)?,
        _ => measure()?,
    };
    let seconds = longest.max(sum / cores as f64);
    Ok(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

/// Estimates the duration of `experiment`, from a try of `budget` for learning and for testing.
fn seconds(experiment: &Experiment, data: &Data, budget: Duration) -> Result<f64, LabError> {
    let tasks = data.tasks(experiment)?;
    let mut learner = data.learner(experiment)?;
    let batch_size = experiment.data.batch_size;
    let (mut inputs, mut labels) = (Vec::new(), Vec::new());

    let mut stream = tasks.batches(0, 0, 0);
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
    let test = tasks.test(0);
    let started = Instant::now();
    while started.elapsed() < budget {
        tasks.fill(&test, 0..PART, &mut inputs, &mut labels);
        if learner
            .predict(&inputs, Generator::named(0, "estimate", &[]))
            .is_err()
        {
            break;
        }
        tested += labels.len();
    }
    let per_test = started.elapsed().as_secs_f64() / tested.max(1) as f64;

    let epochs = experiment.data.epochs;
    let learning = |stage| epochs as f64 * tasks.examples(stage) as f64 * per_example;
    // After so many epochs of a stage: the tests of the tasks that are tested, and what is out of distribution.
    let tests = |stage: usize, epochs: usize| {
        let tested = experiment.tested(stage, epochs);
        let tested: Vec<usize> = (0..tested.len()).filter(|task| tested[*task]).collect();
        let sizes = tested.iter().map(|task| tasks.test(*task).indices.len());
        (sizes.sum::<usize>() + ood_examples(&tasks, &tested, stage)) as f64
    };
    let within = experiment
        .test_every
        .map_or(0, |every| (epochs - 1) / every);
    let testing = |stage| (within as f64 * tests(stage, 0) + tests(stage, epochs)) * per_test;
    let stages = 0..experiment.stages();
    Ok(stages.map(|stage| learning(stage) + testing(stage)).sum())
}

/// Number of out-of-distribution examples that are predicted when the tasks `tested` are tested after `stage`.
fn ood_examples(tasks: &Tasks, tested: &[usize], stage: usize) -> usize {
    let scenario = tasks.scenario();
    let newest = [scenario.task(stage)];
    let heads = match scenario.heads() {
        1 => &newest[..],
        _ => tested,
    };
    let of = |&task: &usize| {
        let kinds = [OodKind::Ood, OodKind::Unseen];
        let ood = kinds.map(|what| tasks.ood(what, stage, task));
        ood.iter()
            .flatten()
            .map(|set| set.indices.len())
            .sum::<usize>()
    };
    heads.iter().map(of).sum()
}
