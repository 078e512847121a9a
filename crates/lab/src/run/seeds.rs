//! One experiment with several seeds: `seed-N` is a run directory each, beside a
//! `summary.json` and a `report.html` over all of them.
//!
//! Runs share the data, and take turns on the cores that there are. A seed's result does
//! not depend on its company.

use std::path::{Path, PathBuf};

use crate::config::experiment::Experiment;
use crate::error::LabError;
use crate::record::files::SUMMARY;
use crate::record::summaries::Summaries;
use crate::run::directory::{self, RunDirectory};
use crate::run::parallel::side_by_side;
use crate::run::resume;
use crate::run::setting::{Outcome, Setting};
use crate::run::tasks::Data;
use crate::run::training;

/// Outcome of a run, or of several.
#[derive(Clone, Debug)]
pub enum Outcomes {
    /// The summaries in the order of the seeds.
    Finished(Summaries),
    /// Asked to stop; every run was saved first.
    Interrupted,
}

/// Runs `experiment` once per seed of `seeds` in the folder `path`; a single seed, or
/// none (then the experiment's own), is a plain run.
///
/// # Errors
/// As [`run`](crate::run::run); when a seed fails, the others are still run, and the first failure in
/// the order of the seeds is returned.
pub fn run_seeds(
    experiment: &Experiment,
    seeds: &[u64],
    data: &Data,
    path: &Path,
    setting: Setting<'_>,
) -> Result<Outcomes, LabError> {
    let runs = Seeds::new(experiment, seeds, path)?;
    if let [experiment] = &runs.experiments[..] {
        let outcome = training::run(experiment, data, path, setting);
        return runs.join(vec![outcome], setting);
    }
    data.learner(experiment)?;
    let directory = RunDirectory::open(path, &is_seed, setting.resume)?;
    let outcomes = side_by_side(&runs.experiments, |experiment| {
        training::run(experiment, data, &runs.folder(experiment), setting)
    });
    runs.join_in(&directory, outcomes, setting)
}

/// The runs of one experiment in a folder.
#[derive(Clone, Debug)]
pub(crate) struct Seeds {
    path: PathBuf,
    /// One per seed.
    pub(crate) experiments: Vec<Experiment>,
}

impl Seeds {
    /// Plans `experiment` with each of `seeds`, or with its own if there are none, in `path`.
    ///
    /// # Errors
    /// [`LabError::RepeatedSeed`], or a seed out of its range.
    pub(crate) fn new(
        experiment: &Experiment,
        seeds: &[u64],
        path: &Path,
    ) -> Result<Self, LabError> {
        let repeated = |i: usize| seeds[..i].contains(&seeds[i]).then_some(seeds[i]);
        if let Some(seed) = (1..seeds.len()).find_map(repeated) {
            return Err(LabError::RepeatedSeed { seed });
        }
        let experiments = match seeds {
            [] => vec![experiment.clone()],
            seeds => seeds
                .iter()
                .map(|&seed| experiment.with_seed(seed))
                .collect::<Result<_, _>>()?,
        };
        Ok(Self {
            path: path.to_owned(),
            experiments,
        })
    }

    /// The run directory of one of the experiments.
    pub(crate) fn folder(&self, experiment: &Experiment) -> PathBuf {
        match self.experiments.len() {
            1 => self.path.clone(),
            _ => self.path.join(format!("seed-{}", experiment.seed)),
        }
    }

    /// Checks that the runs may be started or resumed in their folders.
    ///
    /// # Errors
    /// As [`run`](crate::run::run) before it writes anything.
    pub(crate) fn check(&self, resume: bool) -> Result<(), LabError> {
        if self.experiments.len() > 1 {
            directory::check(&self.path, &is_seed, resume)?;
        }
        self.experiments
            .iter()
            .try_for_each(|experiment| resume::check(experiment, &self.folder(experiment), resume))
    }

    /// Joins the outcomes of the experiments, in their order; with several seeds
    /// that is written down too.
    ///
    /// # Errors
    /// The first failure among them, or one to write.
    pub(crate) fn join(
        &self,
        outcomes: Vec<Result<Outcome, LabError>>,
        setting: Setting<'_>,
    ) -> Result<Outcomes, LabError> {
        if self.experiments.len() > 1 {
            let directory = RunDirectory::open(&self.path, &is_seed, true)?;
            return self.join_in(&directory, outcomes, setting);
        }
        Ok(match finished(outcomes)? {
            None => Outcomes::Interrupted,
            Some(summaries) => Outcomes::Finished(summaries),
        })
    }

    fn join_in(
        &self,
        directory: &RunDirectory,
        outcomes: Vec<Result<Outcome, LabError>>,
        setting: Setting<'_>,
    ) -> Result<Outcomes, LabError> {
        let Some(summaries) = finished(outcomes)? else {
            return Ok(Outcomes::Interrupted);
        };
        directory.write_json(SUMMARY, &summaries.json())?;
        let folders: Vec<PathBuf> = (self.experiments.iter())
            .map(|experiment| self.folder(experiment))
            .collect();
        setting.pages.ended(&self.path, &folders)?;
        Ok(Outcomes::Finished(summaries))
    }
}

/// The summaries, if all runs are finished.
fn finished(outcomes: Vec<Result<Outcome, LabError>>) -> Result<Option<Summaries>, LabError> {
    let mut summaries = Some(Vec::new());
    for outcome in outcomes {
        match (outcome?, &mut summaries) {
            (Outcome::Finished(summary), Some(summaries)) => summaries.push(*summary),
            _ => summaries = None,
        }
    }
    Ok(summaries.map(Summaries::new))
}

/// Returns whether `name` shows that a folder holds runs of several seeds.
fn is_seed(name: &str) -> bool {
    name.strip_prefix("seed-")
        .is_some_and(|seed| seed.parse::<u64>().is_ok())
}
