//! Testing a learner on every task it has learned, without changing it.
//!
//! Test sets are cut into parts of a fixed size. Part c of task j, tested after task i,
//! has a noise of its own, named (seed, "test", [i, j, c]); so the parts can run on any
//! number of threads, and a test after a restart gives the same numbers.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use mesu::metric::{self, Reliability};
use mesu::{Generator, LearnError, Learner, Prediction};
use mesu_data::{Dataset, Permutation, Permuted};
use rayon::prelude::*;

use crate::digits::Digits;
use crate::history::{OodAuroc, PastCalibration};
use crate::snapshot::{self, Snapshot, UncertaintyHistograms};

/// Examples of a part. Changing it changes results.
const PART: usize = 2048;

/// What a test found.
#[derive(Clone, Debug)]
pub(crate) struct Tested {
    /// Accuracy on each task so far, the first one first.
    pub(crate) accuracy: Vec<f64>,
    /// On the newest task's test set against the unknown set, if there is one.
    pub(crate) ood_auroc: Option<OodAuroc>,
    /// Of the newest task.
    pub(crate) ece: f64,
    /// Of the newest task.
    pub(crate) brier: f64,
    /// Of the newest task, nats.
    pub(crate) nll: f64,
    /// Of the tasks before it, if there are any.
    pub(crate) past: Option<PastCalibration>,
    /// How the network stood.
    pub(crate) snapshot: Snapshot,
    /// Of the newest task.
    pub(crate) digits: Option<Digits>,
}

/// Why a test gave no result.
#[derive(Debug)]
pub(crate) enum Halt {
    /// It was asked to stop.
    Stopped,
    /// The learner can't predict.
    Failed(LearnError),
}

/// One part: `stream` is "test" or "ood".
struct Part<'a> {
    stream: &'static str,
    dataset: &'a Dataset,
    permutation: &'a Permutation,
    task: usize,
    number: usize,
}

/// What a part found: the whole prediction of the newest task and of the unknown, sums of
/// older tasks, whose predictions would take gigabytes.
struct Found {
    correct: usize,
    labels: Vec<u32>,
    prediction: Option<Prediction>,
    calibration: Sums,
}

/// Calibration over the examples of a part or of several.
#[derive(Default)]
struct Sums {
    examples: f64,
    brier: f64,
    nll: f64,
    reliability: Reliability,
}

impl Sums {
    fn of(prediction: &Prediction, labels: &[u32]) -> Self {
        let examples = labels.len() as f64;
        Self {
            examples,
            brier: examples * metric::brier(&prediction.probabilities, labels),
            nll: examples * metric::nll(&prediction.probabilities, labels),
            reliability: Reliability::of(&prediction.probabilities, labels),
        }
    }

    fn merge(mut self, other: &Self) -> Self {
        self.examples += other.examples;
        self.brier += other.brier;
        self.nll += other.nll;
        self.reliability.merge(&other.reliability);
        self
    }
}

/// Tests `learner` on the tasks `0..=newest` and on the unknown set, its pixels in the order
/// `of_ood`. `heard` gets (parts done, parts); `stop` ends it between two parts.
pub(crate) fn test(
    learner: &Learner,
    tasks: &Permuted,
    newest: usize,
    of_ood: &Permutation,
    stop: &AtomicBool,
    heard: &(dyn Fn(usize, usize) + Sync),
) -> Result<Tested, Halt> {
    let source = tasks.source();
    let permutations: Vec<Permutation> = (0..=newest).map(|task| tasks.permutation(task)).collect();
    let of_task = |task| parts("test", source.test(), &permutations[task], task);
    let known: Vec<Part<'_>> = (0..=newest).flat_map(of_task).collect();
    let of_unknown = |ood| parts("ood", ood, of_ood, newest);
    let unknown: Vec<Part<'_>> = source.ood().map_or(Vec::new(), of_unknown);

    let total = known.len() + unknown.len();
    let done = AtomicUsize::new(0);
    let run = |part: &Part<'_>| {
        if stop.load(Ordering::Relaxed) {
            return Err(Halt::Stopped);
        }
        let keep = part.task == newest;
        let found = run_part(learner, tasks, part, newest, keep)?;
        heard(done.fetch_add(1, Ordering::Relaxed) + 1, total);
        Ok(found)
    };
    let known_found: Vec<Found> = known.par_iter().map(run).collect::<Result<_, Halt>>()?;
    let unknown_found: Vec<Found> = unknown.par_iter().map(run).collect::<Result<_, Halt>>()?;

    let per_task = known.len() / (newest + 1);
    let accuracy = known_found.chunks(per_task).map(|parts| {
        let correct: usize = parts.iter().map(|part| part.correct).sum();
        correct as f64 / source.test().len() as f64
    });
    let past: Vec<Sums> = known_found[..per_task * newest]
        .chunks(per_task)
        .map(|parts| parts.iter().map(|part| &part.calibration))
        .map(|parts| parts.fold(Sums::default(), Sums::merge))
        .collect();
    let (seen, labels) = joined(&known_found);
    let (unseen, _) = joined(&unknown_found);
    let auroc = |inside: &[f32], outside: &[f32]| metric::auroc(inside, outside);
    Ok(Tested {
        accuracy: accuracy.collect(),
        ood_auroc: source.ood().map(|_| OodAuroc {
            epistemic: auroc(&seen.epistemic, &unseen.epistemic),
            aleatoric: auroc(&seen.aleatoric, &unseen.aleatoric),
        }),
        ece: metric::ece(&seen.probabilities, &labels),
        brier: metric::brier(&seen.probabilities, &labels),
        nll: metric::nll(&seen.probabilities, &labels),
        past: mean_over_tasks(&past),
        snapshot: Snapshot {
            sigma: snapshot::sigma_histograms(learner.network()),
            reliability: Reliability::of(&seen.probabilities, &labels)
                .bins()
                .to_vec(),
            past_reliability: match &past[..] {
                [] => Vec::new(),
                past => {
                    let all = past.iter().fold(Sums::default(), Sums::merge);
                    all.reliability.bins().to_vec()
                }
            },
            known: UncertaintyHistograms::of(&seen),
            unknown: source.ood().map(|_| UncertaintyHistograms::of(&unseen)),
        },
        digits: Digits::of(source.test(), &seen),
    })
}

/// Every task counts the same; none without tasks.
fn mean_over_tasks(tasks: &[Sums]) -> Option<PastCalibration> {
    let mean = |of: &dyn Fn(&Sums) -> f64| tasks.iter().map(of).sum::<f64>() / tasks.len() as f64;
    (!tasks.is_empty()).then(|| PastCalibration {
        ece: mean(&|task| task.reliability.error()),
        brier: mean(&|task| task.brier / task.examples),
        nll: mean(&|task| task.nll / task.examples),
    })
}

fn parts<'a>(
    stream: &'static str,
    dataset: &'a Dataset,
    permutation: &'a Permutation,
    task: usize,
) -> Vec<Part<'a>> {
    let part = |number| Part {
        stream,
        dataset,
        permutation,
        task,
        number,
    };
    (0..dataset.len().div_ceil(PART)).map(part).collect()
}

fn run_part(
    learner: &Learner,
    tasks: &Permuted,
    part: &Part<'_>,
    newest: usize,
    keep: bool,
) -> Result<Found, Halt> {
    let (mut inputs, mut labels) = (Vec::new(), Vec::new());
    let start = part.number * PART;
    let examples = start..start + PART;
    tasks.fill_range(
        part.dataset,
        examples,
        part.permutation,
        &mut inputs,
        &mut labels,
    );
    let indices = [newest as u64, part.task as u64, part.number as u64];
    let noise = Generator::named(tasks.seed(), part.stream, &indices);
    let prediction = learner.predict(&inputs, noise).map_err(Halt::Failed)?;
    let calibration = match keep {
        true => Sums::default(),
        false => Sums::of(&prediction, &labels),
    };
    let right = |(i, label): (usize, &u32)| prediction.top(i).0 == *label;
    Ok(Found {
        correct: labels
            .iter()
            .enumerate()
            .filter(|&pair| right(pair))
            .count(),
        labels,
        prediction: keep.then_some(prediction),
        calibration,
    })
}

/// The kept predictions as one, with their labels.
fn joined(parts: &[Found]) -> (Prediction, Vec<u32>) {
    let (mut all, mut labels) = (Prediction::default(), Vec::new());
    for part in parts {
        if let Some(prediction) = &part.prediction {
            all.classes = prediction.classes;
            all.probabilities.extend(&prediction.probabilities);
            all.total.extend(&prediction.total);
            all.aleatoric.extend(&prediction.aleatoric);
            all.epistemic.extend(&prediction.epistemic);
            labels.extend(&part.labels);
        }
    }
    (all, labels)
}
