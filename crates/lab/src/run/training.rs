//! The loop: learn a task, test it, save on the way.
//!
//! The learner sees one stream of examples; only learners that need boundaries are told where a task ends. A
//! checkpoint is written at every task's end, before and after its test, and every few seconds between two
//! chunks of examples. A run resumed from any of them is the unbroken run, except for its times.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use mesu::{LearnError, Learner, OnDivergence, Targets};
use mesu_data::{Examples, Tasks};

use crate::config::experiment::{Experiment, Predicted};
use crate::error::LabError;
use crate::record::ended::Ended;
use crate::record::files::{CHECKPOINT, NOTE};
use crate::record::history::{History, Position};
use crate::record::importance::Importance;
use crate::record::stage::{EpochRecord, StageRecord};
use crate::run::directory::{self, RunDirectory};
use crate::run::evaluate::{self, Halt, Tested};
use crate::run::files::RunFiles;
use crate::run::peak_rss;
use crate::run::progress::{Event, RunName};
use crate::run::resume;
use crate::run::running_accuracy::RunningAccuracy;
use crate::run::setting::{Outcome, Setting};
use crate::run::tasks::Data;

/// Examples learned one by one between two looks at the clock: few enough to stay in the
/// second-level cache beside the synapses.
pub(crate) const CHUNK: usize = 32;

/// Examples that a learner gets at a time when a task has ended.
const PART: usize = 1024;

/// Runs `experiment` on `data` in the folder `path`.
///
/// # Errors
/// [`LabError`]: settings that the learner refuses, a folder that holds something else, a
/// damaged checkpoint, learning that diverges. The last good checkpoint is kept.
pub fn run(
    experiment: &Experiment,
    data: &Data,
    path: &Path,
    setting: Setting<'_>,
) -> Result<Outcome, LabError> {
    // Before the folder is touched: what the learner refuses leaves no trace on disk.
    let learner = data.learner(experiment)?;
    let tasks = data.tasks(experiment)?;
    let directory = RunDirectory::open(path, &directory::is_run, setting.resume)?;
    let (learner, mut history) = resume::restore(&directory, experiment, data, learner)?;
    history.task_names = data.task_names(experiment);
    let run = Run {
        experiment,
        lengths: (0..experiment.stages())
            .map(|stage| tasks.examples(stage) as u64)
            .collect(),
        tasks,
        learner,
        history,
        files: RunFiles::new(experiment, directory, setting.pages),
        setting,
        saved: Instant::now(),
        running_accuracy: RunningAccuracy::default(),
        variance: data.splits().train().targets().map(variance),
    };
    run.go_to_the_end()
}

/// Variance of values; 1 if they are all the same.
fn variance(values: &[f32]) -> f64 {
    let share = 1.0 / values.len() as f64;
    let mean = share * values.iter().map(|y| f64::from(*y)).sum::<f64>();
    let squares = values.iter().map(|y| (f64::from(*y) - mean).powi(2));
    match share * squares.sum::<f64>() {
        variance if variance > 0.0 => variance,
        _ => 1.0,
    }
}

struct Run<'a> {
    experiment: &'a Experiment,
    tasks: Tasks,
    /// Examples of an epoch of each stage.
    lengths: Vec<u64>,
    learner: Learner,
    history: History,
    files: RunFiles<'a>,
    setting: Setting<'a>,
    saved: Instant,
    running_accuracy: RunningAccuracy,
    /// Variance of the values of all training examples, where values are predicted.
    variance: Option<f64>,
}

/// Decision to continue.
enum Next {
    On,
    Stop,
}

impl Run<'_> {
    /// Runs, and leaves a trace of an end that is none of a finished run.
    fn go_to_the_end(mut self) -> Result<Outcome, LabError> {
        let outcome = self.go();
        if let Err(LabError::Learning { stage, source, .. }) = &outcome {
            let (stage, message) = (*stage, source.to_string());
            let ended = match source {
                LearnError::Diverged { update, .. } => Ended::Diverged {
                    stage,
                    update: *update,
                    message,
                },
                _ => Ended::Failed { stage, message },
            };
            self.files.broke_off(&self.history, ended)?;
        }
        outcome
    }

    fn go(&mut self) -> Result<Outcome, LabError> {
        if self.history.position.stage < self.experiment.stages() {
            self.files.forget_end()?;
        }
        self.report(Event::Begun {
            stages: self.experiment.stages(),
            tasks: self.experiment.tasks,
            test_window: self.experiment.test_window,
            examples: self.examples(self.experiment.stages()),
            done: self.done(),
        });
        if self.done() == 0 {
            // From here on there is a good checkpoint, whatever happens.
            self.save()?;
        }
        self.files.write_tables(&self.history)?;
        while self.history.position.stage < self.experiment.stages() {
            // A checkpoint at the last epoch's end is one from after the task's end.
            if self.history.position.epoch < self.experiment.data.epochs {
                while self.history.position.epoch < self.experiment.data.epochs {
                    let next = match self.test_is_due() {
                        true => self.test_within()?,
                        false => self.learn_epoch()?,
                    };
                    if let Next::Stop = next {
                        self.save()?;
                        return Ok(Outcome::Interrupted);
                    }
                }
                self.end_stage()?;
            }
            self.save()?;
            let Next::On = self.test()? else {
                return Ok(Outcome::Interrupted);
            };
            self.save()?;
            self.files.write_tables(&self.history)?;
            if let Some(record) = self.history.stages.last() {
                self.report(Event::StageEnded(record));
            }
        }
        if self.experiment.importance && self.history.importance.is_none() {
            let last = self.experiment.stages() - 1;
            self.history.importance = Importance::of(&self.learner, &self.tasks, last);
            if self.history.importance.is_some() {
                self.save()?;
            }
        }
        let summary = self.files.finish(&self.history)?;
        self.report(Event::Ended);
        Ok(Outcome::Finished(Box::new(summary)))
    }

    /// The rest of the current epoch, to its end or until it is asked to stop.
    fn learn_epoch(&mut self) -> Result<Next, LabError> {
        let position = self.history.position;
        let batch_size = self.experiment.data.batch_size;
        let chunk = if batch_size == 1 { CHUNK } else { batch_size };
        let every = Duration::try_from_secs_f64(self.experiment.checkpoint_seconds);
        let every = every.unwrap_or(Duration::MAX);
        self.use_head();
        // The stream borrows the tasks, the loop changes the rest.
        let tasks = self.tasks.clone();
        let mut stream = tasks.batches(position.stage, position.epoch, position.example);
        let (mut inputs, mut labels) = (Vec::new(), Vec::new());
        while stream.position() < stream.total() {
            if self.setting.stop.load(Ordering::Relaxed) {
                return Ok(Next::Stop);
            }
            let started = Instant::now();
            let examples = stream.next_batch(chunk, &mut inputs, &mut labels);
            let values = stream.last_targets(examples);
            let targets = match self.experiment.data.target {
                Predicted::Labels => Targets::Labels(&labels),
                Predicted::Values => Targets::Values(&values),
            };
            let learned = match batch_size {
                1 => self.learner.learn_each(&inputs, targets),
                _ => self.learner.learn(&inputs, targets),
            };
            let learned = learned.map_err(|error| self.failed(error))?;
            self.history.train_seconds += started.elapsed().as_secs_f64();
            self.history.online_correct += learned.correct;
            self.history.online_squared_error += learned.squared_error;
            self.history.position.example = stream.position();
            let right = match self.variance {
                None => learned.correct as f64,
                Some(variance) => examples as f64 - learned.squared_error / variance,
            };
            self.running_accuracy.add(right, examples);
            self.report(Event::Learned {
                stage: position.stage + 1,
                done: self.done(),
                accuracy: self.running_accuracy.0.unwrap_or_default().max(0.0),
            });
            if self.saved.elapsed() >= every && stream.position() < stream.total() {
                self.save()?;
            }
        }
        self.history.position.epoch += 1;
        self.history.position.example = 0;
        Ok(Next::On)
    }

    /// Tells the learner, if it has to know, that the current task has ended.
    fn end_stage(&mut self) -> Result<(), LabError> {
        let started = Instant::now();
        let tasks = &self.tasks;
        let train: Examples<'_> = tasks.train(self.history.position.stage);
        let batches = (0..train.indices.len()).step_by(PART).map(|start| {
            let (mut inputs, mut labels) = (Vec::new(), Vec::new());
            tasks.fill(&train, start..start + PART, &mut inputs, &mut labels);
            (inputs, labels, tasks.targets(&train, start..start + PART))
        });
        let ended = match self.variance {
            None => self
                .learner
                .task_ended(batches.map(|(inputs, labels, _)| (inputs, labels))),
            Some(_) => self
                .learner
                .task_of_values_ended(batches.map(|(inputs, _, values)| (inputs, values))),
        };
        ended.map_err(|error| self.failed(error))?;
        self.history.train_seconds += started.elapsed().as_secs_f64();
        Ok(())
    }

    /// Returns whether there is a test before the next epoch of the current task.
    fn test_is_due(&self) -> bool {
        let Position {
            stage,
            epoch,
            example,
        } = self.history.position;
        let last = self.history.epochs.last();
        let tested = last.is_some_and(|last| (last.stage, last.epoch) == (stage + 1, epoch));
        let every = self.experiment.test_every;
        epoch > 0 && example == 0 && !tested && every.is_some_and(|every| epoch % every == 0)
    }

    /// Tests within the current task.
    fn test_within(&mut self) -> Result<Next, LabError> {
        if self.evaluate()?.is_none() {
            return Ok(Next::Stop);
        }
        self.save()?;
        self.files.write_epochs(&self.history)?;
        Ok(Next::On)
    }

    /// Tests after the current task; its record joins the history.
    fn test(&mut self) -> Result<Next, LabError> {
        let Some((tested, test_seconds)) = self.evaluate()? else {
            return Ok(Next::Stop);
        };
        let (gated, skipped) = self.left_out();
        let history = &mut self.history;
        let stage = history.position.stage + 1;
        // The tests within the task, of which this one is the last; or this one alone.
        let own = history.epochs.iter().filter(|test| test.stage == stage);
        let test_seconds = own
            .map(|test| test.test_seconds)
            .sum::<f64>()
            .max(test_seconds);
        history.stages.push(StageRecord {
            stage,
            accuracy: tested.accuracy,
            online_accuracy: {
                let examples = self.experiment.data.epochs as u64 * self.lengths[stage - 1];
                match self.variance {
                    None => history.online_correct as f64 / examples as f64,
                    Some(variance) => {
                        let error = history.online_squared_error / examples as f64;
                        (1.0 - error / variance).max(0.0)
                    }
                }
            },
            ood_auroc: tested.ood_auroc,
            ood_auroc_of_tasks: tested.ood_auroc_of_tasks,
            unseen_auroc: tested.unseen_auroc,
            uncertainty: tested.uncertainty,
            ece: tested.ece,
            brier: tested.brier,
            nll: tested.nll,
            past: tested.past,
            values: tested.values,
            updates: self.learner.updates(),
            gated,
            skipped,
            train_seconds: history.train_seconds,
            test_seconds,
            snapshot: tested.snapshot,
        });
        history.gallery = tested.gallery;
        history.classes = tested.classes;
        history.position.stage += 1;
        history.position.epoch = 0;
        history.online_correct = 0;
        history.online_squared_error = 0.0;
        history.train_seconds = 0.0;
        Ok(Next::On)
    }

    /// Tests as things stand, and says in how many seconds; with tests within tasks, theirs
    /// joins the history. `None` if it was asked to stop.
    fn evaluate(&mut self) -> Result<Option<(Tested, f64)>, LabError> {
        let started = Instant::now();
        let newest = self.history.position.stage;
        let heard = |done, parts| {
            self.report(Event::Tested {
                stage: newest + 1,
                done,
                parts,
            });
        };
        let (learner, tasks, stop) = (&self.learner, &self.tasks, self.setting.stop);
        let tested = self.experiment.tested(newest, self.history.position.epoch);
        let tested = match evaluate::test(learner, tasks, &tested, newest, stop, &heard) {
            Ok(tested) => tested,
            Err(Halt::Stopped) => return Ok(None),
            Err(Halt::Failed(error)) => return Err(self.failed(error)),
        };
        let test_seconds = started.elapsed().as_secs_f64();
        if self.experiment.test_every.is_some() {
            self.history.epochs.push(EpochRecord {
                stage: newest + 1,
                epoch: self.history.position.epoch,
                accuracy: tested.accuracy.clone(),
                ood_auroc: tested.ood_auroc,
                ece: tested.ece,
                brier: tested.brier,
                nll: tested.nll,
                updates: self.learner.updates(),
                test_seconds,
            });
        }
        Ok(Some((tested, test_seconds)))
    }

    /// Examples of the current task that were not learned: for their loss, and since they diverged; none
    /// unless the experiment asks for it.
    fn left_out(&self) -> (Option<u64>, Option<u64>) {
        let (learning, all) = (&self.experiment.learning, self.learner.left_out());
        let here = |all: u64, of: fn(&StageRecord) -> Option<u64>| {
            let before = self.history.stages.iter().filter_map(of).sum();
            all.saturating_sub(before)
        };
        let gates = learning.learn_above > 0.0;
        let skips = learning.on_divergence == OnDivergence::Skip;
        (
            gates.then(|| here(all.gated, |record| record.gated)),
            skips.then(|| here(all.skipped, |record| record.skipped)),
        )
    }

    /// Lets the learner use the head of the current task, if it has several.
    fn use_head(&mut self) {
        let scenario = self.tasks.scenario();
        if scenario.heads() > 1 {
            let head = scenario.task(self.history.position.stage);
            let used = self.learner.use_head(head);
            used.expect("a network has the heads that its tasks need");
        }
    }

    /// Examples of the first `stages` stages, all epochs.
    fn examples(&self, stages: usize) -> u64 {
        let per_epoch: u64 = self.lengths[..stages].iter().sum();
        per_epoch.saturating_mul(self.experiment.data.epochs as u64)
    }

    /// Examples learned so far.
    fn done(&self) -> u64 {
        let Position {
            stage,
            epoch,
            example,
        } = self.history.position;
        let here = self.lengths.get(stage).copied().unwrap_or(0);
        self.examples(stage) + epoch as u64 * here + example as u64
    }

    /// Notes what the run takes of the machine's memory.
    fn measure(&mut self) {
        let history = &mut self.history;
        history.peak_memory_bytes = history.peak_memory_bytes.max(peak_rss::peak_bytes());
        history.state_bytes_per_synapse = Some(self.learner.state_bytes_per_synapse());
    }

    fn save(&mut self) -> Result<(), LabError> {
        self.measure();
        let note = self.history.note();
        let bytes = self
            .learner
            .save(&[(NOTE, &note)])
            .map_err(|error| self.failed(error))?;
        self.files.write(CHECKPOINT, &bytes)?;
        self.saved = Instant::now();
        Ok(())
    }

    fn report(&self, event: Event<'_>) {
        let name = RunName {
            cell: None,
            seed: self.experiment.seed,
        };
        self.setting.progress.report(name, event);
    }

    fn failed(&self, source: LearnError) -> LabError {
        LabError::Learning {
            seed: self.experiment.seed,
            stage: self.history.position.stage + 1,
            source,
            checkpoint: self.files.path(CHECKPOINT),
        }
    }
}
