//! One experiment with several seeds: `seed-N` is a run directory each, beside a
//! `summary.json` and a `report.html` over all of them.
//!
//! Runs share the data, and take turns on the cores that there are. A seed's result does
//! not depend on its company.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::error::LabError;
use crate::experiment::Experiment;
use crate::report::Report;
use crate::run::{self, Outcome, Setting};
use crate::run_directory::{REPORT, RunDirectory, SUMMARY};
use crate::summary::{self, Summary};
use crate::tasks::Data;

/// What a run, or several, came to.
#[derive(Clone, Debug)]
pub enum Outcomes {
    /// The summaries in the order of the seeds, and the JSON over all.
    Finished {
        /// Of each seed.
        summaries: Vec<Summary>,
        /// What `summary.json` holds.
        json: Value,
    },
    /// Asked to stop; every run was saved first.
    Interrupted,
}

/// Whether `name` shows that a folder holds runs of several seeds.
fn is_seed(name: &str) -> bool {
    name.strip_prefix("seed-")
        .is_some_and(|seed| seed.parse::<u64>().is_ok())
}

/// Runs `experiment` once per seed of `seeds` in the folder `path`; a single seed, or
/// none (then the experiment's own), is a plain run.
///
/// # Errors
/// As [`run::run`]; when a seed fails, the others are still run, and the first failure in
/// the order of the seeds is returned.
pub fn run_seeds(
    experiment: &Experiment,
    seeds: &[u64],
    data: &Data,
    path: &Path,
    setting: Setting<'_>,
) -> Result<Outcomes, LabError> {
    if let Some(&seed) = (1..seeds.len()).find_map(|i| seeds[..i].iter().find(|s| **s == seeds[i]))
    {
        return Err(LabError::RepeatedSeed { seed });
    }
    let experiments = match seeds {
        [] => vec![experiment.clone()],
        seeds => seeds
            .iter()
            .map(|&seed| experiment.with_seed(seed))
            .collect::<Result<_, _>>()?,
    };
    if let [experiment] = &experiments[..] {
        return Ok(match run::run(experiment, data, path, setting)? {
            Outcome::Interrupted => Outcomes::Interrupted,
            Outcome::Finished(summary) => Outcomes::Finished {
                json: serde_json::json!(summary),
                summaries: vec![*summary],
            },
        });
    }
    data.learner(experiment)?;
    let directory = RunDirectory::open(path, is_seed, setting.resume)?;
    let folder = |experiment: &Experiment| directory.file(&format!("seed-{}", experiment.seed));
    let run = |experiment: &Experiment| run::run(experiment, data, &folder(experiment), setting);
    let mut summaries = Vec::new();
    for outcome in side_by_side(&experiments, run) {
        if let Outcome::Finished(summary) = outcome? {
            summaries.push(*summary);
        }
    }
    if summaries.len() < experiments.len() {
        return Ok(Outcomes::Interrupted);
    }
    let json = summary::over_seeds(&summaries);
    let text = serde_json::to_string_pretty(&json).expect("numbers are JSON") + "\n";
    directory.write(SUMMARY, text.as_bytes())?;
    let folders: Vec<PathBuf> = experiments.iter().map(folder).collect();
    directory.write(REPORT, Report::read(&folders)?.html().as_bytes())?;
    Ok(Outcomes::Finished { summaries, json })
}

/// `run` of every item, as many at a time as there are cores; results in their order.
fn side_by_side<T: Sync, R: Send>(items: &[T], run: impl Fn(&T) -> R + Sync) -> Vec<R> {
    // Threads of their own: a run that sat in rayon's pool would keep a core from the
    // tests of the others.
    let threads = rayon::current_num_threads().min(items.len());
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(number) else { break };
                    let result = run(item);
                    let mut results = results
                        .lock()
                        .unwrap_or_else(|poisoned| poisoned.into_inner());
                    results.push((number, result));
                }
            });
        }
    });
    let mut results = results
        .into_inner()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    results.sort_by_key(|(number, _)| *number);
    results.into_iter().map(|(_, result)| result).collect()
}
