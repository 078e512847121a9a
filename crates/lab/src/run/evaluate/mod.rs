//! Testing a learner on tasks it has learned, without changing it.
//!
//! Test sets are cut into parts of a fixed size. Part c of task j, tested after stage i,
//! has a noise of its own, named (seed, "test", [i, j, c]), and out-of-distribution examples held against task
//! j one named "ood" or "unseen"; so the parts can run on any number of threads, and a test after a restart gives
//! the same numbers.

mod found;

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use mesu::metric::{self, RegressionScores, RegressionSums, Reliability};
use mesu::{Generator, LearnError, Learner, Prediction};
use mesu_data::{Examples, OodKind, Tasks};
use rayon::prelude::*;

use self::found::{Found, Sums, extend};
use crate::record::classes::Classes;
use crate::record::gallery::Gallery;
use crate::record::snapshot::{self, Snapshot, UncertaintyHistograms};
use crate::record::stage::{OodAuroc, PastCalibration, Uncertainty};

/// Examples of a part. Changing it changes results.
const PART: usize = 2048;

/// Results of a test.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tested {
    /// Accuracy on each task so far, the first one first; none on those that were not tested.
    pub(crate) accuracy: Vec<Option<f64>>,
    /// On the newest task's test set, or on all that were tested, against out-of-distribution examples, if there
    /// are any.
    pub(crate) ood_auroc: Option<OodAuroc>,
    /// Likewise, against new kinds of what is known.
    pub(crate) unseen_auroc: Option<OodAuroc>,
    /// The AUROC of each task so far by itself, where all that were tested are held against
    /// out-of-distribution examples.
    pub(crate) ood_auroc_of_tasks: Vec<Option<OodAuroc>>,
    /// Means of what is known and what is not; none of values, whose uncertainties are no bits.
    pub(crate) uncertainty: Option<Uncertainty>,
    /// Calibration error on the newest task; none of values, as the next two.
    pub(crate) ece: Option<f64>,
    /// Brier score on the newest task.
    pub(crate) brier: Option<f64>,
    /// Negative log-likelihood on the newest task, nats.
    pub(crate) nll: Option<f64>,
    /// Scores of values on the newest task.
    pub(crate) values: Option<RegressionScores>,
    /// Calibration on the tasks before it that were tested, if there are any.
    pub(crate) past: Option<PastCalibration>,
    /// State of the network; none of values.
    pub(crate) snapshot: Option<Snapshot>,
    /// Places of the tasks that out-of-distribution examples are compared with.
    pub(crate) gallery: Option<Gallery>,
    /// Answers by class, of all tasks that were tested.
    pub(crate) classes: Option<Classes>,
}

/// Why a test gave no result.
#[derive(Debug)]
pub(crate) enum Halt {
    /// It was asked to stop.
    Stopped,
    /// The learner can't predict.
    Failed(LearnError),
}

/// Examples to be predicted as those of `task`; `stream` is "test", "ood" or "unseen".
struct Set<'a> {
    stream: &'static str,
    examples: Examples<'a>,
    task: usize,
    /// True if its whole prediction is kept: of hundreds of tasks they would take gigabytes.
    keep: bool,
}

impl Set<'_> {
    fn parts(&self) -> usize {
        self.examples.indices.len().div_ceil(PART)
    }
}

/// Tests `learner` after `stage` on the tasks that it has seen, those that are `tested`, and on what it
/// should not know. `heard` gets (parts done, parts); `stop` ends it between two parts.
pub(crate) fn test(
    learner: &Learner,
    tasks: &Tasks,
    tested: &[bool],
    stage: usize,
    stop: &AtomicBool,
    heard: &(dyn Fn(usize, usize) + Sync),
) -> Result<Tested, Halt> {
    let scenario = tasks.scenario();
    let newest = scenario.task(stage);
    let seen = (0..tested.len()).filter(|task| tested[*task]);
    let known = seen.map(|task| Set {
        stream: "test",
        examples: tasks.test(task),
        task,
        keep: scenario.ood_against_all_tasks() || task == newest,
    });
    let known: Vec<Set<'_>> = known.collect();
    // From here on the places of tasks among those that are tested.
    let place = known.iter().position(|set| set.task == newest);
    let place = place.expect("the newest task is tested");
    let judged = match scenario.ood_against_all_tasks() {
        true => 0..known.len(),
        false => place..place + 1,
    };
    // Through one head, out-of-distribution examples look the same beside every task.
    let heads = match scenario.heads() {
        1 => place..place + 1,
        _ => judged.clone(),
    };
    let sets_of = |what, stream| -> Vec<Set<'_>> {
        let sets = known[heads.clone()].iter().filter_map(|&Set { task, .. }| {
            Some(Set {
                stream,
                examples: tasks.ood(what, stage, task)?,
                task,
                keep: true,
            })
        });
        sets.collect()
    };
    let ood = sets_of(OodKind::Ood, "ood");
    let unseen = sets_of(OodKind::Unseen, "unseen");

    let total = [&known, &ood, &unseen]
        .into_iter()
        .flatten()
        .map(Set::parts)
        .sum();
    let done = AtomicUsize::new(0);
    let run = |sets: &[Set<'_>]| -> Result<Vec<Found>, Halt> {
        let parts = sets
            .iter()
            .flat_map(|set| (0..set.parts()).map(move |part| (set, part)));
        let parts: Vec<(&Set<'_>, usize)> = parts.collect();
        let part = |&(set, part): &(&Set<'_>, usize)| {
            if stop.load(Ordering::Relaxed) {
                return Err(Halt::Stopped);
            }
            let learner = with_head(learner, scenario.heads(), set.task);
            let found = run_part(&learner, tasks, stage, set, part)?;
            heard(done.fetch_add(1, Ordering::Relaxed) + 1, total);
            Ok(found)
        };
        let mut found = parts
            .par_iter()
            .map(part)
            .collect::<Result<Vec<_>, Halt>>()?
            .into_iter();
        let of_set = |set: &Set<'_>| {
            found
                .by_ref()
                .take(set.parts())
                .fold(Found::default(), Found::join)
        };
        Ok(sets.iter().map(of_set).collect())
    };
    let known_found = run(&known)?;
    let ood_found = run(&ood)?;
    let unseen_found = run(&unseen)?;

    let mut accuracy = vec![None; tested.len()];
    for (set, found) in known.iter().zip(&known_found) {
        accuracy[set.task] = Some(found.accuracy());
    }
    let judged_found = &known_found[judged.clone()];
    let of_newest = &known_found[place];
    let ood_aurocs = aurocs(judged_found, &ood_found);
    let mut ood_auroc_of_tasks = Vec::new();
    if scenario.ood_against_all_tasks() && !ood_aurocs.is_empty() {
        ood_auroc_of_tasks = vec![None; tested.len()];
        for (set, auroc) in known.iter().zip(&ood_aurocs) {
            ood_auroc_of_tasks[set.task] = Some(*auroc);
        }
    }
    let common = Tested {
        accuracy,
        ood_auroc: OodAuroc::mean(&ood_aurocs),
        ood_auroc_of_tasks,
        unseen_auroc: OodAuroc::mean(&aurocs(judged_found, &unseen_found)),
        values: of_newest.values.scores(),
        ..Tested::default()
    };
    // What follows is of probabilities.
    if common.values.is_some() {
        return Ok(common);
    }
    let of_past = |(set, found): (&Set<'_>, &Found)| match (set.task == newest, set.keep) {
        (true, _) => None,
        (false, true) => Some(Sums::of(&found.prediction, &found.labels)),
        (false, false) => Some(Sums::default().merge(&found.calibration)),
    };
    let past: Vec<Sums> = known.iter().zip(&known_found).filter_map(of_past).collect();
    let (probabilities, labels) = (&of_newest.prediction.probabilities, &of_newest.labels);
    let galleries = judged.map(|i| (tasks.test(known[i].task), &known_found[i].prediction));
    Ok(Tested {
        uncertainty: Some(Uncertainty {
            known: snapshot::mean_bits(&pooled(judged_found)).unwrap_or_default(),
            unseen: snapshot::mean_bits(&pooled(&unseen_found)),
            ood: snapshot::mean_bits(&pooled(&ood_found)),
        }),
        ece: Some(metric::ece(probabilities, labels)),
        brier: Some(metric::brier(probabilities, labels)),
        nll: Some(metric::nll(probabilities, labels)),
        past: mean_over_tasks(&past),
        snapshot: Some(Snapshot {
            sigma: snapshot::sigma_histograms(learner.network()),
            reliability: Reliability::of(probabilities, labels).bins().to_vec(),
            past_reliability: match &past[..] {
                [] => Vec::new(),
                past => {
                    let all = past.iter().fold(Sums::default(), Sums::merge);
                    all.reliability.bins().to_vec()
                }
            },
            known: UncertaintyHistograms::of(&pooled(judged_found)),
            ood: histograms(&ood_found),
            unseen: histograms(&unseen_found),
        }),
        gallery: Gallery::of(&galleries.collect::<Vec<_>>()),
        classes: Some(classes(&known, &known_found)),
        ..common
    })
}

/// The learner with the head of `task` in use; itself if it has but one. A copy for every part while it is
/// tested, and not one for every task: of those there may be hundreds.
fn with_head(learner: &Learner, heads: usize, task: usize) -> Cow<'_, Learner> {
    if heads == 1 {
        return Cow::Borrowed(learner);
    }
    let mut learner = learner.clone();
    let used = learner.use_head(task);
    used.expect("a network has the heads that its tasks need");
    Cow::Owned(learner)
}

/// Returns whether the logits of a prediction spread at all.
fn spreads(prediction: &Prediction) -> bool {
    prediction.spread.iter().any(|spread| *spread > 0.0)
}

/// AUROC of each known set against the other one, through its head. Empty without any other.
fn aurocs(known: &[Found], others: &[Found]) -> Vec<OodAuroc> {
    if others.is_empty() {
        return Vec::new();
    }
    let of = |(i, known): (usize, &Found)| {
        let against = &others[i % others.len()].prediction;
        let known = &known.prediction;
        OodAuroc {
            epistemic: metric::auroc(&known.epistemic, &against.epistemic),
            aleatoric: metric::auroc(&known.aleatoric, &against.aleatoric),
            spread: spreads(known).then(|| metric::auroc(&known.spread, &against.spread)),
        }
    };
    known.iter().enumerate().map(of).collect()
}

fn histograms(found: &[Found]) -> Option<UncertaintyHistograms> {
    (!found.is_empty()).then(|| UncertaintyHistograms::of(&pooled(found)))
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

fn run_part(
    learner: &Learner,
    tasks: &Tasks,
    stage: usize,
    set: &Set<'_>,
    part: usize,
) -> Result<Found, Halt> {
    let (mut inputs, mut labels) = (Vec::new(), Vec::new());
    let examples = part * PART..(part + 1) * PART;
    tasks.fill(&set.examples, examples, &mut inputs, &mut labels);
    let indices = [stage as u64, set.task as u64, part as u64];
    let noise = Generator::named(tasks.seed(), set.stream, &indices);
    let prediction = learner.predict(&inputs, noise).map_err(Halt::Failed)?;
    if prediction.classes == 0 {
        let targets = tasks.targets(&set.examples, part * PART..(part + 1) * PART);
        let mut values = RegressionSums::default();
        for (i, target) in targets.iter().enumerate() {
            values.add(*target, &prediction, i);
        }
        return Ok(Found {
            prediction: if set.keep {
                prediction
            } else {
                Prediction::default()
            },
            values,
            ..Found::default()
        });
    }
    let answers = (0..labels.len()).map(|i| prediction.top(i).0).collect();
    let (prediction, calibration) = match set.keep {
        true => (prediction, Sums::default()),
        false => (Prediction::default(), Sums::of(&prediction, &labels)),
    };
    Ok(Found {
        labels,
        answers,
        prediction,
        calibration,
        ..Found::default()
    })
}

/// Answers by class, which a head may know by other numbers.
fn classes(known: &[Set<'_>], found: &[Found]) -> Classes {
    let dataset = known.first().map(|set| set.examples.dataset);
    let names = dataset.and_then(|dataset| dataset.names());
    let mut classes = Classes::new(
        dataset.map_or(0, |dataset| dataset.classes()),
        names.unwrap_or_default(),
    );
    for (set, found) in known.iter().zip(found) {
        let first = set.examples.view.first_label;
        for (label, answer) in found.labels.iter().zip(&found.answers) {
            classes.count(first + label, first + answer);
        }
    }
    classes
}

/// The kept predictions as one.
fn pooled(sets: &[Found]) -> Prediction {
    let mut all = Prediction::default();
    sets.iter()
        .for_each(|found| extend(&mut all, &found.prediction));
    all
}
