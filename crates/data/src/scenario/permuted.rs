//! Permuted images: task t is the whole data set, its pixels in an order of t's own.
//!
//! With p_t the permutation of task t and x the standardisation, an image v
//! becomes the input
//!
//! ```text
//! input[j] = x(v[p_t[j]])      j in 0..pixels
//! ```
//! for training and test images alike; unknown images may keep their own order. p_t depends on (seed, t)
//! alone and is made when it is asked for; nothing is kept per task. No task is
//! left unpermuted (Bonnet et al. 2025, Figure 3; the benchmark is Goodfellow et al. 2013).

use std::iter::zip;
use std::sync::Arc;

use crate::dataset::Dataset;
use crate::random::{generator, shuffled};
use crate::source::Source;
use crate::standardise::Standardise;

/// Images of up to this many pixels take the path without bounds checks.
const WINDOW: usize = 1024;

/// A data set and the seed of its tasks; cheap to clone, the data are shared.
#[derive(Clone, Debug)]
pub struct Permuted {
    source: Arc<Source>,
    standardise: Standardise,
    seed: u64,
}

/// An order of the pixels: every index in `0..len` once, which its constructors ensure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permutation(Vec<u32>);

/// The batches of one task and epoch, in their shuffled order. See [`Permuted::task_stream`].
#[derive(Clone, Debug)]
pub struct TaskStream<'a> {
    scenario: &'a Permuted,
    permutation: Permutation,
    order: Vec<u32>,
    position: usize,
}

impl Permutation {
    /// Keeps `order` if it holds every index in `0..order.len()` once, else `None`.
    pub fn new(order: Vec<u32>) -> Option<Self> {
        let mut seen = vec![false; order.len()];
        for &index in &order {
            let seen = seen.get_mut(index as usize)?;
            if std::mem::replace(seen, true) {
                return None;
            }
        }
        Some(Self(order))
    }

    /// The order that changes nothing.
    ///
    /// # Panics
    /// If `pixels` exceeds `u32::MAX`.
    pub fn identity(pixels: usize) -> Self {
        let pixels = u32::try_from(pixels).expect("images have fewer than 2^32 pixels");
        Self((0..pixels).collect())
    }

    /// `as_slice()[j]` is the pixel that becomes input j.
    pub fn as_slice(&self) -> &[u32] {
        &self.0
    }
}

impl Permuted {
    /// Tasks made of `source` (a [`Source`], or an `Arc` of one shared by several seeds).
    pub fn new(source: impl Into<Arc<Source>>, standardise: Standardise, seed: u64) -> Self {
        Self {
            source: source.into(),
            standardise,
            seed,
        }
    }

    /// The data sets.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The table from bytes to inputs.
    pub fn standardise(&self) -> &Standardise {
        &self.standardise
    }

    /// The seed that permutations and orders derive from.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Inputs of an example.
    pub fn pixels(&self) -> usize {
        self.source.pixels()
    }

    /// Classes of every task.
    pub fn classes(&self) -> usize {
        self.source.classes()
    }

    /// The permutation of task `task`, counted from 0: a function of (seed, task).
    pub fn permutation(&self, task: usize) -> Permutation {
        let mut generator = generator(self.seed, "permutation", &[task as u64]);
        Permutation(shuffled(self.pixels(), &mut generator))
    }

    /// A permutation that is no task's, for images that should not be recognised: a function
    /// of the seed.
    pub fn unknown_permutation(&self) -> Permutation {
        let mut generator = generator(self.seed, "unknown permutation", &[]);
        Permutation(shuffled(self.pixels(), &mut generator))
    }

    /// The order of the training examples: a function of (seed, task, epoch).
    pub fn train_order(&self, task: usize, epoch: usize) -> Vec<u32> {
        let indices = [task as u64, epoch as u64];
        let mut generator = generator(self.seed, "train order", &indices);
        shuffled(self.source.train().len(), &mut generator)
    }

    /// The training batches of `task` in `epoch`, from the example at place
    /// `start_example` of their order on: what an unbroken run sees from there.
    ///
    /// A `start_example` at or past the end gives a stream that has ended.
    pub fn task_stream(&self, task: usize, epoch: usize, start_example: usize) -> TaskStream<'_> {
        let order = self.train_order(task, epoch);
        TaskStream {
            scenario: self,
            permutation: self.permutation(task),
            position: start_example.min(order.len()),
            order,
        }
    }

    /// Writes the examples `indices` of `dataset` (any set of [`Permuted::source`]),
    /// permuted and standardised: `inputs` becomes `[indices.len()][pixels]`, `labels`
    /// `[indices.len()]`. What they held is dropped, their memory is used again.
    ///
    /// # Panics
    /// If an index is not below `dataset.len()`, or the permutation is of another length
    /// than an image.
    pub fn fill(
        &self,
        dataset: &Dataset,
        indices: &[u32],
        permutation: &Permutation,
        inputs: &mut Vec<f32>,
        labels: &mut Vec<u32>,
    ) {
        let indices = indices.iter().map(|&index| index as usize);
        gather(
            dataset,
            indices,
            permutation,
            &self.standardise,
            inputs,
            labels,
        );
    }

    /// [`Permuted::fill`] for the examples `start..end` in the order they are stored,
    /// as a test reads them; stops at the end of the data set.
    ///
    /// # Panics
    /// As [`Permuted::fill`], but for the range, which is cut to the data set.
    pub fn fill_range(
        &self,
        dataset: &Dataset,
        range: std::ops::Range<usize>,
        permutation: &Permutation,
        inputs: &mut Vec<f32>,
        labels: &mut Vec<u32>,
    ) {
        let indices = range.start..range.end.min(dataset.len());
        gather(
            dataset,
            indices,
            permutation,
            &self.standardise,
            inputs,
            labels,
        );
    }
}

impl TaskStream<'_> {
    /// The next examples, at most `count` of them: `inputs` becomes `[n][pixels]`,
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
        let train = self.scenario.source.train();
        self.scenario
            .fill(train, indices, &self.permutation, inputs, labels);
        self.position += indices.len();
        indices.len()
    }

    /// Examples of this epoch given out so far, those before the start included: the
    /// `start_example` to go on from.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Examples of the whole epoch.
    pub fn total(&self) -> usize {
        self.order.len()
    }

    /// The task's permutation.
    pub fn permutation(&self) -> &Permutation {
        &self.permutation
    }
}

fn gather(
    dataset: &Dataset,
    indices: impl ExactSizeIterator<Item = usize>,
    permutation: &Permutation,
    standardise: &Standardise,
    inputs: &mut Vec<f32>,
    labels: &mut Vec<u32>,
) {
    let pixels = dataset.pixels();
    let order = permutation.as_slice();
    assert_eq!(order.len(), pixels, "one place per pixel");
    // Every place is written below; a buffer of the right length is not cleared first.
    inputs.resize(indices.len() * pixels, 0.0);
    labels.clear();
    let table = standardise.table();
    let mut window = [0_u8; WINDOW];
    for (row, index) in zip(inputs.chunks_exact_mut(pixels), indices) {
        let image = dataset.image(index);
        if pixels <= WINDOW {
            // An index masked to the window needs no bounds check, and none is lost:
            // they are all below `pixels`.
            window[..pixels].copy_from_slice(image);
            for (input, &pixel) in zip(row, order) {
                *input = table[usize::from(window[pixel as usize & (WINDOW - 1)])];
            }
        } else {
            for (input, &pixel) in zip(row, order) {
                *input = table[usize::from(image[pixel as usize])];
            }
        }
        labels.push(dataset.label(index));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(count: usize, rows: usize, columns: usize) -> Dataset {
        let images = (0..count * rows * columns)
            .map(|i| (i * 7 % 256) as u8)
            .collect();
        let labels = (0..count).map(|i| (i % 3) as u8).collect();
        Dataset::new(images, labels, rows, columns, 3).unwrap()
    }

    fn scenario(count: usize, rows: usize, columns: usize, seed: u64) -> Permuted {
        let train = set(count, rows, columns);
        let standardise = Standardise::of(&train).unwrap();
        let test = set(4, rows, columns);
        let source = Source::new(train, test.clone(), Some(test)).unwrap();
        Permuted::new(source, standardise, seed)
    }

    #[test]
    fn permutations_are_permutations_of_their_own() {
        let scenario = scenario(10, 28, 28, 1);
        let tasks: Vec<_> = (0..20).map(|task| scenario.permutation(task)).collect();
        for (task, permutation) in tasks.iter().enumerate() {
            assert!(Permutation::new(permutation.as_slice().to_vec()).is_some());
            assert_eq!(*permutation, scenario.permutation(task));
            assert_ne!(*permutation, Permutation::identity(784));
            assert!(!tasks[..task].contains(permutation));
        }
        assert!(!tasks.contains(&scenario.unknown_permutation()));
        let (same, other) = (self::scenario(10, 28, 28, 1), self::scenario(10, 28, 28, 2));
        assert_eq!(same.permutation(3), tasks[3]);
        assert_ne!(other.permutation(3), tasks[3]);
        assert_eq!(same.unknown_permutation(), scenario.unknown_permutation());
        assert_ne!(other.unknown_permutation(), scenario.unknown_permutation());
    }

    #[test]
    fn the_first_values_are_pinned() {
        // A change here changes every published result and breaks every checkpoint.
        let scenario = scenario(60_000, 2, 2, 1);
        let first = |order: &[u32]| <[u32; 6]>::try_from(&order[..6]).unwrap();
        let digits = self::scenario(1, 28, 28, 1);
        let firsts = [
            first(digits.permutation(0).as_slice()),
            first(digits.permutation(199).as_slice()),
            first(&scenario.train_order(0, 0)),
            first(&scenario.train_order(7, 3)),
        ];
        let pinned = [
            [458, 109, 607, 354, 13, 384],
            [242, 736, 283, 228, 90, 92],
            [56_740, 46_287, 14_930, 5_478, 12_528, 58_199],
            [40_916, 36_369, 49_544, 24_023, 14_493, 39_955],
        ];
        assert_eq!(firsts, pinned);
    }

    #[test]
    fn only_permutations_are_taken() {
        assert!(Permutation::new(vec![2, 0, 1]).is_some());
        assert!(Permutation::new(vec![]).is_some());
        for order in [vec![0, 0, 1], vec![0, 1, 3], vec![u32::MAX]] {
            assert!(Permutation::new(order).is_none());
        }
    }

    #[test]
    fn fill_equals_its_naive_twin() {
        // Below, at and above the window of the fast path.
        for (rows, columns) in [(1, 3), (28, 28), (32, 32), (25, 41), (64, 33)] {
            let scenario = scenario(9, rows, columns, 5);
            let permutation = scenario.permutation(2);
            let (mut inputs, mut labels) = (vec![9.0; 7], vec![9; 7]);
            let indices = [8, 0, 3, 3];
            let train = scenario.source().train();
            scenario.fill(train, &indices, &permutation, &mut inputs, &mut labels);
            let mut expected = Vec::new();
            for index in indices {
                for &pixel in permutation.as_slice() {
                    let value = f64::from(train.image(index as usize)[pixel as usize]) / 255.0;
                    let standardise = scenario.standardise();
                    expected.push(((value - standardise.mean()) / standardise.std()) as f32);
                }
            }
            assert_eq!(inputs, expected);
            assert_eq!(labels, [2, 0, 0, 0]);
        }
    }

    #[test]
    fn fill_range_stops_at_the_end() {
        let scenario = scenario(9, 3, 3, 5);
        let ood = scenario.source().ood().unwrap();
        let permutation = scenario.permutation(0);
        let (mut inputs, mut labels) = (Vec::new(), Vec::new());
        scenario.fill_range(ood, 2..100, &permutation, &mut inputs, &mut labels);
        let (mut same, mut same_labels) = (Vec::new(), Vec::new());
        scenario.fill(ood, &[2, 3], &permutation, &mut same, &mut same_labels);
        assert_eq!((inputs, labels), (same, same_labels));
        let (mut inputs, mut labels) = (vec![1.0], vec![1]);
        scenario.fill_range(ood, 4..100, &permutation, &mut inputs, &mut labels);
        assert!(inputs.is_empty() && labels.is_empty());
    }

    #[test]
    fn an_epoch_holds_every_example_once() {
        let scenario = scenario(50, 2, 2, 3);
        let mut order = scenario.train_order(1, 0);
        assert_ne!(order, scenario.train_order(1, 1));
        assert_ne!(order, scenario.train_order(2, 0));
        order.sort_unstable();
        assert_eq!(order, (0..50).collect::<Vec<u32>>());
    }

    fn read(stream: &mut TaskStream<'_>, batch: usize) -> (Vec<f32>, Vec<u32>) {
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
        let scenario = scenario(23, 3, 5, 3);
        let unbroken = read(&mut scenario.task_stream(4, 1, 0), 1);
        assert_eq!(unbroken.1.len(), 23);
        for batch in [1, 4, 23, 100] {
            for stop in 0..=23 {
                let (mut inputs, mut labels) = (Vec::new(), Vec::new());
                let mut before = scenario.task_stream(4, 1, 0);
                before.next_batch(stop, &mut inputs, &mut labels);
                assert_eq!(before.position(), stop);
                let mut after = scenario.task_stream(4, 1, before.position());
                let rest = read(&mut after, batch);
                assert_eq!(after.position(), after.total());
                inputs.extend(rest.0);
                labels.extend(rest.1);
                assert_eq!((&inputs, &labels), (&unbroken.0, &unbroken.1));
            }
        }
        assert!(read(&mut scenario.task_stream(4, 1, 99), 4).1.is_empty());
    }
}
