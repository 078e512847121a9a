//! Tests of a run's learner, after stages of its stream and within them.

use std::time::Instant;

use mesu::OnDivergence;

use super::{Next, Run};
use crate::error::LabError;
use crate::record::history::Position;
use crate::record::stage::{EpochRecord, StageRecord};
use crate::run::evaluate::{self, Halt, Tested};
use crate::run::progress::Event;

impl Run<'_> {
    /// Returns whether there is a test before the next epoch of the current task.
    pub(super) fn test_is_due(&self) -> bool {
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
    pub(super) fn test_within(&mut self) -> Result<Next, LabError> {
        if self.evaluate()?.is_none() {
            return Ok(Next::Stop);
        }
        self.save()?;
        self.files.write_epochs(&self.history)?;
        Ok(Next::On)
    }

    /// Tests after the current task; its record joins the history.
    pub(super) fn test(&mut self) -> Result<Next, LabError> {
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
    pub(super) fn evaluate(&mut self) -> Result<Option<(Tested, f64)>, LabError> {
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
    pub(super) fn left_out(&self) -> (Option<u64>, Option<u64>) {
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
}
