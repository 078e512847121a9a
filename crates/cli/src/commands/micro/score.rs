//! Accuracy of learners on the test set of the run that they come from.

use anyhow::{Context, Result};
use mesu::{Generator, Learner};
use mesu_lab::config::Scenario;
use mesu_lab::{Data, Saved};

/// The test set of a run's newest task, as its learner sees it.
pub(super) struct TestSet {
    /// Inputs, `[examples][inputs]`.
    inputs: Vec<f32>,
    labels: Vec<u32>,
}

impl TestSet {
    /// Test set of a run; none of one whose tasks have test sets of their own.
    pub(super) fn of(saved: &Saved) -> Result<Option<Self>> {
        let Some(experiment) = &saved.experiment else {
            return Ok(None);
        };
        let known = experiment.scenario == Scenario::Permuted && saved.stages_done > 0;
        let data = Data::load(experiment)?;
        if !known || saved.checksums.is_some_and(|sums| sums != data.checksums()) {
            return Ok(None);
        }
        let view = data.task_view(experiment, saved.stages_done - 1)?;
        let test = data.splits().test();
        let count = experiment
            .data
            .test_examples
            .unwrap_or(usize::MAX)
            .min(test.len());
        let (mut inputs, mut labels) = (Vec::new(), Vec::new());
        for index in 0..count {
            let Some(pixels) = test.image(index) else {
                return Ok(None);
            };
            let each = view.order.iter().zip(&view.scales);
            inputs.extend(each.map(|(at, (mean, deviation))| {
                ((f64::from(pixels[*at]) - mean) / deviation) as f32
            }));
            labels.push(test.label(index));
        }
        Ok(Some(Self { inputs, labels }))
    }

    /// Share of the examples that a learner tells right.
    pub(super) fn accuracy(&self, learner: &Learner) -> Result<f64> {
        let found = learner
            .predict(&self.inputs, Generator::named(1, "test", &[]))
            .context("the test set")?;
        let labels = self.labels.iter().enumerate();
        let right = labels
            .filter(|(i, label)| found.top(*i).0 == **label)
            .count();
        Ok(right as f64 / self.labels.len().max(1) as f64)
    }
}
