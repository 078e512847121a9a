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
}

impl EpochBatches<'_> {
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
mod tests {
    use super::*;
    use crate::scenario::permuted::{OodOrder, Permuted};

    fn set(count: usize, rows: usize, columns: usize) -> Dataset {
        let images = (0..count * rows * columns)
            .map(|i| (i * 7 % 256) as u8)
            .collect();
        let labels = (0..count).map(|i| (i % 3) as u16).collect();
        Dataset::new(images, labels, rows, columns, 3).unwrap()
    }

    fn tasks(count: usize, rows: usize, columns: usize, seed: u64) -> Tasks {
        let train = set(count, rows, columns);
        let standardizer = Standardizer::fit(&train).unwrap();
        let test = set(4, rows, columns);
        let source = DataSplits::new(train, test.clone(), Some(test)).unwrap();
        let scenario = Permuted::new(&source, OodOrder::AsStored, seed);
        Tasks::new(source, standardizer, scenario, seed)
    }

    #[test]
    fn fill_equals_its_naive_twin() {
        // Below, at and above the window of the fast path.
        for (rows, columns) in [(1, 3), (28, 28), (32, 32), (25, 41), (64, 33)] {
            let tasks = tasks(9, rows, columns, 5);
            let view = tasks.scenario().view(2);
            let (mut inputs, mut labels) = (vec![9.0; 7], vec![9; 7]);
            let train = tasks.source().train();
            let examples = Examples {
                dataset: train,
                indices: [8, 0, 3, 3].into(),
                view: view.clone(),
            };
            tasks.fill(&examples, 0..9, &mut inputs, &mut labels);
            let mut expected = Vec::new();
            for &index in examples.indices.iter() {
                for &pixel in view.order.as_ref().unwrap().as_slice() {
                    let image = train.image(index as usize).unwrap();
                    let value = f64::from(image[pixel as usize]) / 255.0;
                    let standardizer = tasks.standardizer();
                    expected.push(((value - standardizer.mean()) / standardizer.std()) as f32);
                }
            }
            assert_eq!(inputs, expected);
            assert_eq!(labels, [2, 0, 0, 0]);
        }
    }

    #[test]
    fn features_and_images_in_their_own_order() {
        let features = Dataset::features(vec![1.0, 2.0, 3.0, 4.0], vec![3, 4], 2, 5).unwrap();
        let view = View {
            order: None,
            first_label: 3,
        };
        let (mut inputs, mut labels) = (Vec::new(), Vec::new());
        let plain = Standardizer::identity();
        gather(
            &features,
            &[1, 0, 1],
            &view,
            &plain,
            &mut inputs,
            &mut labels,
        );
        assert_eq!(inputs, [3.0, 4.0, 1.0, 2.0, 3.0, 4.0]);
        assert_eq!(labels, [1, 0, 1]);
        let images = Dataset::new(vec![0, 51, 102, 255], vec![1, 0], 1, 2, 2).unwrap();
        gather(
            &images,
            &[1],
            &View::default(),
            &plain,
            &mut inputs,
            &mut labels,
        );
        assert_eq!((&inputs[..], &labels[..]), (&[0.4, 1.0][..], &[0][..]));
    }

    #[test]
    fn a_range_stops_at_the_end() {
        let tasks = tasks(9, 3, 3, 5);
        let test = tasks.test(0);
        let (mut inputs, mut labels) = (Vec::new(), Vec::new());
        tasks.fill(&test, 2..100, &mut inputs, &mut labels);
        let (mut all, mut all_labels) = (Vec::new(), Vec::new());
        tasks.fill(&test, 0..4, &mut all, &mut all_labels);
        assert_eq!((&inputs[..], &labels[..]), (&all[18..], &all_labels[2..]));
        tasks.fill(&test, 4..100, &mut inputs, &mut labels);
        assert!(inputs.is_empty() && labels.is_empty());
    }

    #[test]
    fn an_epoch_holds_every_example_once() {
        let tasks = tasks(50, 2, 2, 3);
        let order = |stage, epoch| tasks.scenario().order(3, stage, epoch);
        let mut first = order(1, 0);
        assert_ne!(first, order(1, 1));
        assert_ne!(first, order(2, 0));
        first.sort_unstable();
        assert_eq!(first, (0..50).collect::<Vec<u32>>());
    }

    fn read(stream: &mut EpochBatches<'_>, batch: usize) -> (Vec<f32>, Vec<u32>) {
        let (mut all, mut all_labels) = (Vec::new(), Vec::new());
        let (mut inputs, mut labels) = (Vec::new(), Vec::new());
        while stream.next_batch(batch, &mut inputs, &mut labels) > 0 {
            assert!(labels.len() <= batch);
            all.extend_from_slice(&inputs);
            all_labels.extend_from_slice(&labels);
        }
        (all, all_labels)
    }

    #[test]
    fn a_resumed_stream_equals_the_unbroken_one() {
        let tasks = tasks(23, 3, 5, 3);
        let unbroken = read(&mut tasks.batches(4, 1, 0), 1);
        assert_eq!(unbroken.1.len(), 23);
        for batch in [1, 4, 23, 100] {
            for stop in 0..=23 {
                let (mut inputs, mut labels) = (Vec::new(), Vec::new());
                let mut before = tasks.batches(4, 1, 0);
                before.next_batch(stop, &mut inputs, &mut labels);
                assert_eq!(before.position(), stop);
                let mut after = tasks.batches(4, 1, before.position());
                let rest = read(&mut after, batch);
                assert_eq!(after.position(), after.total());
                inputs.extend(rest.0);
                labels.extend(rest.1);
                assert_eq!((&inputs, &labels), (&unbroken.0, &unbroken.1));
            }
        }
        assert!(read(&mut tasks.batches(4, 1, 99), 4).1.is_empty());
    }
}
