//! Conversion of a scenario's indices to the numbers that a network sees.

use std::iter::zip;
use std::ops::Range;
use std::sync::Arc;

use super::{Examples, OodExamples, OodKind, OodSet, Scenario, View};
use crate::dataset::{Dataset, ExampleData};
use crate::splits::DataSplits;
use crate::standardizer::Standardizer;

/// Images of up to this many pixels take the path without bounds checks.
const WINDOW: usize = 1024;

/// Data, and the scenario that makes tasks of them; cheap to clone, all is shared.
#[derive(Clone, Debug)]
pub struct Tasks {
    source: Arc<DataSplits>,
    standardizer: Arc<Standardizer>,
    scenario: Arc<dyn Scenario>,
    seed: u64,
}

/// The batches of one stage and epoch, in their shuffled order. See [`Tasks::batches`].
#[derive(Clone, Debug)]
pub struct EpochBatches<'a> {
    tasks: &'a Tasks,
    view: View,
    order: Vec<u32>,
    position: usize,
}

impl Tasks {
    /// Tasks made of `source` (a [`DataSplits`], or an `Arc` of one shared by several seeds), whose orders
    /// derive from `seed`.
    pub fn new(
        source: impl Into<Arc<DataSplits>>,
        standardizer: impl Into<Arc<Standardizer>>,
        scenario: impl Scenario + 'static,
        seed: u64,
    ) -> Self {
        Self {
            source: source.into(),
            standardizer: standardizer.into(),
            scenario: Arc::new(scenario),
            seed,
        }
    }

    /// The data sets.
    pub fn source(&self) -> &DataSplits {
        &self.source
    }

    /// Scenario that makes tasks of them.
    pub fn scenario(&self) -> &dyn Scenario {
        &*self.scenario
    }

    /// Standardizer that makes inputs of bytes and features.
    pub fn standardizer(&self) -> &Standardizer {
        &self.standardizer
    }

    /// The seed that orders derive from.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Inputs of an example.
    pub fn inputs(&self) -> usize {
        self.source.pixels()
    }

    /// Tells whether a task has one class only: a head with one output can't be wrong.
    pub fn single_class(&self) -> bool {
        self.scenario.classes() == 1
    }

    /// Examples of an epoch of `stage`.
    pub fn examples(&self, stage: usize) -> usize {
        self.scenario.train(stage).len()
    }

    /// The training batches of `stage` in `epoch`, from the example at place `start` of their order on:
    /// what an unbroken run sees from there.
    ///
    /// A `start` at or past the end gives a stream that has ended.
    pub fn batches(&self, stage: usize, epoch: usize, start: usize) -> EpochBatches<'_> {
        let order = self.scenario.order(self.seed, stage, epoch);
        EpochBatches {
            tasks: self,
            view: self.scenario.view(self.scenario.task(stage)),
            position: start.min(order.len()),
            order,
        }
    }

    /// The training examples of `stage`, in the order they are stored.
    pub fn train(&self, stage: usize) -> Examples<'_> {
        Examples {
            dataset: self.source.train(),
            indices: self.scenario.train(stage),
            view: self.scenario.view(self.scenario.task(stage)),
        }
    }

    /// The test examples of `task`.
    pub fn test(&self, task: usize) -> Examples<'_> {
        Examples {
            dataset: self.source.test(),
            indices: self.scenario.test(task),
            view: self.scenario.view(task),
        }
    }

    /// Returns what should not be recognized after `stage`, to be held against the test examples of `task`.
    pub fn ood(&self, what: OodKind, stage: usize, task: usize) -> Option<Examples<'_>> {
        let OodExamples { set, indices, view } = self.scenario.ood(what, stage, task)?;
        let dataset = match set {
            OodSet::Ood => self.source.ood()?,
            OodSet::Unseen => self.source.unseen()?,
            OodSet::Test => self.source.test(),
        };
        Some(Examples {
            dataset,
            indices,
            view,
        })
    }

    /// Writes the examples at `range` of `examples`, which is cut to what there is: `inputs` becomes
    /// `[n][inputs]`, `labels` `[n]`. What they held is dropped, their memory is used again.
    ///
    /// # Panics
    /// If an index is not below the length of its data set, or an order of inputs is of another length
    /// than an example.
    pub fn fill(
        &self,
        examples: &Examples<'_>,
        range: Range<usize>,
        inputs: &mut Vec<f32>,
        labels: &mut Vec<u32>,
    ) {
        let all = &examples.indices;
        let end = range.end.min(all.len());
        let indices = &all[range.start.min(end)..end];
        gather(
            examples.dataset,
            indices,
            &examples.view,
            &self.standardizer,
            inputs,
            labels,
        );
    }

    /// The values to predict of the examples at `range` of `examples`, which is cut to what there is; empty of a
    /// set with labels.
    ///
    /// # Panics
    /// If an index is not below the length of its data set.
    pub fn targets(&self, examples: &Examples<'_>, range: Range<usize>) -> Vec<f32> {
        let end = range.end.min(examples.indices.len());
        targets(
            examples.dataset,
            &examples.indices[range.start.min(end)..end],
        )
    }
}

impl EpochBatches<'_> {
    /// The values to predict of the last `count` examples given out; empty of a set with labels.
    pub fn last_targets(&self, count: usize) -> Vec<f32> {
        let first = self.position.saturating_sub(count);
        targets(self.tasks.source.train(), &self.order[first..self.position])
    }

    /// The next examples, at most `count` of them: `inputs` becomes `[n][inputs]`,
    /// `labels` `[n]`, and n is returned. 0 means that the epoch has ended (or that
    /// `count` is 0).
    pub fn next_batch(
        &mut self,
        count: usize,
        inputs: &mut Vec<f32>,
        labels: &mut Vec<u32>,
    ) -> usize {
        let rest = &self.order[self.position..];
        let indices = &rest[..count.min(rest.len())];
        gather(
            self.tasks.source.train(),
            indices,
            &self.view,
            &self.tasks.standardizer,
            inputs,
            labels,
        );
        self.position += indices.len();
        indices.len()
    }

    /// Examples of this epoch given out so far, those before the start included: the
    /// `start` to go on from.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Examples of the whole epoch.
    pub fn total(&self) -> usize {
        self.order.len()
    }
}

/// The values to predict of examples; empty of a set with labels.
fn targets(dataset: &Dataset, indices: &[u32]) -> Vec<f32> {
    let Some(targets) = dataset.targets() else {
        return Vec::new();
    };
    indices.iter().map(|i| targets[*i as usize]).collect()
}

fn gather(
    dataset: &Dataset,
    indices: &[u32],
    view: &View,
    standardizer: &Standardizer,
    inputs: &mut Vec<f32>,
    labels: &mut Vec<u32>,
) {
    let pixels = dataset.pixels();
    let order = view.order.as_ref().map(|order| order.as_slice());
    assert!(
        order.is_none_or(|order| order.len() == pixels),
        "one place per input"
    );
    // Every place is written below; a buffer of the right length is not cleared first.
    inputs.resize(indices.len() * pixels, 0.0);
    let rows = zip(inputs.chunks_exact_mut(pixels), indices);
    let table = standardizer.table();
    let mut window = [0_u8; WINDOW];
    for (row, index) in rows {
        let at = *index as usize * pixels..(*index as usize + 1) * pixels;
        match (dataset.values(), order) {
            (ExampleData::Pixels(bytes), None) => standardizer.apply(&bytes[at], row),
            (ExampleData::Pixels(bytes), Some(order)) if pixels <= WINDOW => {
                // An index masked to the window needs no bounds check, and none is lost:
                // they are all below `pixels`.
                window[..pixels].copy_from_slice(&bytes[at]);
                for (input, &pixel) in zip(row, order) {
                    *input = table[usize::from(window[pixel as usize & (WINDOW - 1)])];
                }
            }
            (ExampleData::Pixels(bytes), Some(order)) => {
                let image = &bytes[at];
                for (input, &pixel) in zip(row, order) {
                    *input = table[usize::from(image[pixel as usize])];
                }
            }
            (ExampleData::Features(numbers), None) => standardizer.features(&numbers[at], row),
            (ExampleData::Features(numbers), Some(order)) => {
                let example = &numbers[at];
                for (input, &feature) in zip(row, order) {
                    *input = standardizer.feature(feature as usize, example[feature as usize]);
                }
            }
        }
    }
    labels.clear();
    // OodKind examples may be of classes before the first; nobody looks at their labels.
    let label = |index: &u32| dataset.label(*index as usize);
    labels.extend(
        indices
            .iter()
            .map(|index| label(index).saturating_sub(view.first_label)),
    );
}

#[cfg(test)]
mod tests;
