//! Permuted images: task t is the whole data set, its pixels in an order of t's own.
//!
//! With p_t the permutation of task t and x the standardization, an image v
//! becomes the input
//!
//! ```text
//! input[j] = x(v[p_t[j]])      j in 0..pixels
//! ```
//! for training and test images alike; unknown images may keep their own order. p_t depends on (seed, t)
//! alone and is made when it is asked for; nothing is kept per task. No task is
//! left unpermuted (Bonnet et al. 2025, Figure 3; the benchmark is Goodfellow et al. 2013).

use std::sync::Arc;

use super::permutation::Permutation;
use super::{OodExamples, OodKind, OodSet, Scenario, View};
use crate::dataset::Dataset;
use crate::random::{generator, shuffled};
use crate::splits::DataSplits;

/// View of unknown images beside permuted ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OodOrder {
    /// Order in which they are stored.
    AsStored,
    /// Permuted like the newest task's.
    Newest,
    /// The unknown are the test images themselves, in an order that is no task's.
    OwnTest,
}

/// Any number of tasks, each with its permutation.
#[derive(Clone, Debug)]
pub struct Permuted {
    pixels: usize,
    classes: usize,
    train: Arc<[u32]>,
    test: Arc<[u32]>,
    ood: Option<Arc<[u32]>>,
    unknown: OodOrder,
    seed: u64,
}

impl Permuted {
    /// Tasks of the images of `source`, whose permutations derive from `seed`.
    pub fn new(source: &DataSplits, unknown: OodOrder, seed: u64) -> Self {
        let all = |set: &Dataset| (0..set.len() as u32).collect::<Arc<[u32]>>();
        Self {
            pixels: source.pixels(),
            classes: source.classes(),
            train: all(source.train()),
            test: all(source.test()),
            ood: source.ood().map(all),
            unknown,
            seed,
        }
    }

    /// The permutation of task `task`: a function of (seed, task).
    pub fn permutation(&self, task: usize) -> Permutation {
        let mut generator = generator(self.seed, "permutation", &[task as u64]);
        Permutation(shuffled(self.pixels, &mut generator))
    }

    /// A permutation that is no task's, for images that should not be recognized: a function
    /// of the seed.
    pub fn unknown_permutation(&self) -> Permutation {
        let mut generator = generator(self.seed, "unknown permutation", &[]);
        Permutation(shuffled(self.pixels, &mut generator))
    }
}

impl Scenario for Permuted {
    fn classes(&self) -> usize {
        self.classes
    }

    fn train(&self, _stage: usize) -> Arc<[u32]> {
        Arc::clone(&self.train)
    }

    fn test(&self, _task: usize) -> Arc<[u32]> {
        Arc::clone(&self.test)
    }

    fn view(&self, task: usize) -> View {
        View {
            order: Some(self.permutation(task)),
            first_label: 0,
        }
    }

    fn ood(&self, what: OodKind, stage: usize, _task: usize) -> Option<OodExamples> {
        if what == OodKind::Unseen {
            return None;
        }
        let (set, indices) = match self.unknown {
            OodOrder::OwnTest => (OodSet::Test, Arc::clone(&self.test)),
            _ => (OodSet::Ood, Arc::clone(self.ood.as_ref()?)),
        };
        let order = match self.unknown {
            OodOrder::OwnTest => Some(self.unknown_permutation()),
            OodOrder::Newest => Some(self.permutation(stage)),
            OodOrder::AsStored => None,
        };
        Some(OodExamples {
            set,
            indices,
            view: View {
                order,
                first_label: 0,
            },
        })
    }

    /// The newest task: old ones are forgotten, and 200 of them take long.
    fn ood_against_all_tasks(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(count: usize, rows: usize, columns: usize) -> Dataset {
        Dataset::new(
            vec![0; count * rows * columns],
            vec![0; count],
            rows,
            columns,
            3,
        )
        .unwrap()
    }

    fn scenario(count: usize, rows: usize, columns: usize, seed: u64) -> Permuted {
        let test = set(4, rows, columns);
        let source = DataSplits::new(set(count, rows, columns), test.clone(), Some(test)).unwrap();
        Permuted::new(&source, OodOrder::AsStored, seed)
    }

    #[test]
    fn permutations_are_permutations_of_their_own() {
        let scenario = scenario(10, 28, 28, 1);
        let tasks: Vec<_> = (0..20).map(|task| scenario.permutation(task)).collect();
        let as_stored = Permutation((0..784).collect());
        for (task, permutation) in tasks.iter().enumerate() {
            assert!(Permutation::new(permutation.as_slice().to_vec()).is_some());
            assert_eq!(*permutation, scenario.permutation(task));
            assert_ne!(*permutation, as_stored);
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
            first(&scenario.order(1, 0, 0)),
            first(&scenario.order(1, 7, 3)),
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
    fn unknown_images_look_as_asked() {
        let test = set(4, 2, 2);
        let source = DataSplits::new(set(5, 2, 2), test, Some(set(3, 2, 2))).unwrap();
        let unknown = |order, stage| {
            let scenario = Permuted::new(&source, order, 1);
            assert_eq!(scenario.ood(OodKind::Unseen, stage, stage), None);
            let unknown = scenario.ood(OodKind::Ood, stage, stage).unwrap();
            (unknown.set, unknown.indices.len(), unknown.view.order)
        };
        let scenario = Permuted::new(&source, OodOrder::AsStored, 1);
        assert_eq!(unknown(OodOrder::AsStored, 2), (OodSet::Ood, 3, None));
        let newest = Some(scenario.permutation(2));
        assert_eq!(unknown(OodOrder::Newest, 2), (OodSet::Ood, 3, newest));
        let own = Some(scenario.unknown_permutation());
        assert_eq!(unknown(OodOrder::OwnTest, 2), (OodSet::Test, 4, own));
        let source = source.with_ood(None).unwrap();
        let scenario = Permuted::new(&source, OodOrder::AsStored, 1);
        assert_eq!(scenario.ood(OodKind::Ood, 0, 0), None);
    }
}
