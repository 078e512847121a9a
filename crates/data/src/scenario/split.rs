//! Split classes: every task has classes of its own, and a head of the network for them.
//!
//! With C classes and T tasks, task t has the classes t·C/T to (t+1)·C/T − 1. With k splits the examples
//! of every task are cut into k parts, and the stream is part 1 of all tasks, part 2 of all tasks, and so
//! on: boundaries blur, since everything comes back (Bonnet et al. 2025, Figure 5).

use std::sync::Arc;

use super::{OodExamples, OodKind, OodSet, Scenario, ScenarioError, View, limited, of_task};
use crate::dataset::Dataset;
use crate::random::{generator, shuffled};
use crate::splits::DataSplits;

/// Tasks of classes, in turns.
#[derive(Clone, Debug)]
pub struct Split {
    tasks: usize,
    /// Classes of each task.
    classes: usize,
    /// Training examples of each stage.
    train: Vec<Arc<[u32]>>,
    /// Test examples of each task.
    test: Vec<Arc<[u32]>>,
    /// Examples for after each task but the last, in the first round: as many test examples of classes that
    /// come later as a task has, as many of each class.
    later: Vec<Arc<[u32]>>,
}

/// Order in which classes are split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SplitOptions {
    /// Tasks, 1 or more, as many classes in each.
    pub tasks: usize,
    /// Parts of every task, 1 or more.
    pub splits: usize,
    /// Training examples of a task, at most.
    pub train_examples: Option<usize>,
    /// Test examples of a task, at most.
    pub test_examples: Option<usize>,
}

impl Split {
    /// The tasks of the classes of `source`; which example is in which part depends on `seed`.
    ///
    /// # Errors
    /// [`ScenarioError`]: classes that do not divide into tasks, a task or a part without examples.
    pub fn new(
        source: &DataSplits,
        options: SplitOptions,
        seed: u64,
    ) -> Result<Self, ScenarioError> {
        let SplitOptions { tasks, splits, .. } = options;
        let all = source.classes();
        if tasks == 0 || !all.is_multiple_of(tasks) {
            return Err(ScenarioError::Classes {
                classes: all,
                tasks,
            });
        }
        let classes = all / tasks;
        let examples = |set: &Dataset, task: (usize, &'static str), most| {
            let own = (task.0 * classes) as u32..((task.0 + 1) * classes) as u32;
            of_task(set, |i| own.contains(&set.label(i)), task, most)
        };
        let mut train: Vec<Arc<[u32]>> = vec![Arc::default(); tasks.saturating_mul(splits.max(1))];
        let mut test = Vec::new();
        for task in 0..tasks {
            let own = examples(source.train(), (task, "training"), options.train_examples)?;
            if splits == 0 || splits > own.len() {
                return Err(ScenarioError::Splits {
                    splits,
                    examples: own.len(),
                    task: task + 1,
                });
            }
            let order = shuffled(own.len(), &mut generator(seed, "splits", &[task as u64]));
            for split in 0..splits {
                // Sizes differ by one at most.
                let part = split * own.len() / splits..(split + 1) * own.len() / splits;
                let mut part: Vec<u32> = order[part].iter().map(|i| own[*i as usize]).collect();
                part.sort_unstable();
                train[split * tasks + task] = part.into();
            }
            let own = examples(source.test(), (task, "test"), options.test_examples)?;
            test.push(own);
        }
        let most = test.iter().map(Vec::len).min();
        let later = (1..tasks).map(|task| {
            let later: Vec<u32> = test[task..].concat();
            limited(later, source.test(), most).into()
        });
        Ok(Self {
            tasks,
            classes,
            train,
            later: later.collect(),
            test: test.into_iter().map(Arc::from).collect(),
        })
    }

    /// Stages: every part of every task.
    pub fn stages(&self) -> usize {
        self.train.len()
    }
}

impl Scenario for Split {
    fn classes(&self) -> usize {
        self.classes
    }

    fn heads(&self) -> usize {
        self.tasks
    }

    fn task(&self, stage: usize) -> usize {
        stage % self.tasks
    }

    fn train(&self, stage: usize) -> Arc<[u32]> {
        Arc::clone(&self.train[stage])
    }

    fn test(&self, task: usize) -> Arc<[u32]> {
        Arc::clone(&self.test[task])
    }

    fn view(&self, task: usize) -> View {
        View {
            order: None,
            first_label: (task * self.classes) as u32,
        }
    }

    fn ood(&self, what: OodKind, stage: usize, task: usize) -> Option<OodExamples> {
        let later = self.later.get(stage);
        let later = later.filter(|_| what == OodKind::Ood)?;
        Some(OodExamples {
            set: OodSet::Test,
            indices: Arc::clone(later),
            view: self.view(task),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Six classes, `each` examples of every one, in turns.
    fn source(each: usize) -> DataSplits {
        let labels: Vec<u16> = (0..6 * each).map(|i| (i % 6) as u16).collect();
        let set = Dataset::new(vec![0; labels.len()], labels, 1, 1, 6).unwrap();
        DataSplits::new(set.clone(), set, None).unwrap()
    }

    fn options(tasks: usize, splits: usize) -> SplitOptions {
        SplitOptions {
            tasks,
            splits,
            train_examples: None,
            test_examples: None,
        }
    }

    #[test]
    fn tasks_have_their_classes_and_parts_come_in_turns() {
        let source = source(5);
        let split = Split::new(&source, options(3, 4), 1).unwrap();
        assert_eq!((split.stages(), split.heads(), split.classes()), (12, 3, 2));
        for task in 0..3 {
            let stages: Vec<usize> = (0..12).filter(|&s| split.task(s) == task).collect();
            assert_eq!(stages.len(), 4);
            let mut all: Vec<u32> = stages
                .iter()
                .flat_map(|&s| split.train(s).to_vec())
                .collect();
            assert_eq!(all.len(), 10);
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), 10, "no example twice");
            let label = |&i: &u32| source.train().label(i as usize) / 2;
            assert!(all.iter().all(|i| label(i) == task as u32));
            assert_eq!(split.test(task).len(), 10);
            assert_eq!(split.view(task).first_label, 2 * task as u32);
        }
        let sizes: Vec<usize> = (0..12).map(|stage| split.train(stage).len()).collect();
        assert!(sizes.iter().all(|size| [2, 3].contains(size)), "{sizes:?}");
        let other = Split::new(&source, options(3, 4), 2).unwrap();
        assert_ne!(other.train(0), split.train(0));
    }

    #[test]
    fn what_comes_later_is_unknown() {
        let source = source(5);
        let split = Split::new(&source, options(3, 2), 1).unwrap();
        let labels = |stage, task| -> Vec<u32> {
            let unknown = split.ood(OodKind::Ood, stage, task).unwrap();
            assert_eq!(unknown.indices.len(), 10);
            assert_eq!(unknown.view, split.view(task));
            unknown
                .indices
                .iter()
                .map(|&i| source.test().label(i as usize))
                .collect()
        };
        let of_class = |class| labels(0, 0).iter().filter(|&&label| label == class).count();
        assert_eq!([0, 1, 2, 3, 4, 5].map(of_class), [0, 0, 3, 3, 2, 2]);
        assert!(labels(1, 0).iter().all(|label| *label >= 4));
        assert_eq!(split.ood(OodKind::Ood, 2, 0), None);
        assert_eq!(split.ood(OodKind::Ood, 5, 0), None);
        assert_eq!(split.ood(OodKind::Unseen, 0, 0), None);
    }

    #[test]
    fn what_can_not_be_split_is_refused() {
        let refusal = |tasks, splits| {
            let error = Split::new(&source(2), options(tasks, splits), 1).unwrap_err();
            error.to_string()
        };
        assert_eq!(
            refusal(4, 1),
            "6 classes can't be cut into 4 tasks of as many each"
        );
        assert!(refusal(0, 1).starts_with("6 classes can't be cut into 0 tasks"));
        let text = "expected 1 to 4 (the training examples of task 1)";
        assert_eq!(refusal(3, 5), format!("splits: found 5, {text}"));
        assert_eq!(refusal(3, 0), format!("splits: found 0, {text}"));
        let few = SplitOptions {
            train_examples: Some(3),
            test_examples: Some(1),
            ..options(3, 3)
        };
        let split = Split::new(&source(2), few, 1).unwrap();
        assert_eq!((split.train(0).len(), split.test(2).len()), (1, 1));
        let set = Dataset::new(vec![0; 2], vec![0, 1], 1, 1, 4).unwrap();
        let gaps = DataSplits::new(set.clone(), set, None).unwrap();
        let error = Split::new(&gaps, options(2, 1), 1).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("task 2 has no training examples")
        );
    }
}
