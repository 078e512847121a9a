//! Streams of tasks: which examples are learned when, how they look, and what every task is tested on.
//!
//! A stream is a sequence of *stages*. In each the learner sees the training examples of one task,
//! shuffled anew in every epoch. Most scenarios have one stage a task; [`split`] comes back to each.

pub mod domains;
mod permutation;
pub mod permuted;
pub mod species;
pub mod split;
mod tasks;

use std::fmt;
use std::sync::Arc;

pub use self::permutation::Permutation;
pub use self::tasks::{EpochBatches, Tasks};
use crate::dataset::Dataset;
use crate::random::{generator, shuffled};

/// Decisions about a stream of tasks. Stages and tasks are counted from 0.
///
/// Everything random depends on a seed, the stage and the epoch alone, so that a stream can be entered
/// anywhere.
pub trait Scenario: fmt::Debug + Send + Sync {
    /// Classes of each task: what labels count.
    fn classes(&self) -> usize;

    /// Output layers that a network needs: one for all tasks, or one a task.
    fn heads(&self) -> usize {
        1
    }

    /// The task that `stage` learns.
    fn task(&self, stage: usize) -> usize {
        stage
    }

    /// The training examples of `stage`, indices in the order they are stored; an example may occur
    /// several times.
    fn train(&self, stage: usize) -> Arc<[u32]>;

    /// The training examples of `stage` in the order of `epoch`.
    fn order(&self, seed: u64, stage: usize, epoch: usize) -> Vec<u32> {
        in_order(&self.train(stage), seed, stage, epoch)
    }

    /// The test examples of `task`.
    fn test(&self, task: usize) -> Arc<[u32]>;

    /// Returns the view of the examples of `task`.
    fn view(&self, task: usize) -> View;

    /// Returns the examples that a network should not know after `stage`, and their set, to be held against
    /// the test examples of `task`; `None` if there is nothing like that.
    fn ood(&self, what: OodKind, stage: usize, task: usize) -> Option<OodExamples>;

    /// Returns whether unknown examples are held against all tasks so far, rather than the newest one.
    fn ood_against_all_tasks(&self) -> bool {
        true
    }
}

/// A kind of thing that a network should not be sure of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OodKind {
    /// Examples of nothing that it learns: another data set, or classes that come later.
    Ood,
    /// New kinds of what it has learned, such as a species of a known class.
    Unseen,
}

/// Place of unknown examples, and their view.
#[derive(Clone, Debug, PartialEq)]
pub struct OodExamples {
    /// Their set.
    pub set: OodSet,
    /// Their places in it.
    pub indices: Arc<[u32]>,
    /// View of them.
    pub view: View,
}

/// A set of a [`DataSplits`](crate::DataSplits).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OodSet {
    /// Out-of-distribution set.
    Ood,
    /// Unseen set.
    Unseen,
    /// Test set.
    Test,
}

/// View of an example: how it becomes what the network sees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// The order of the inputs; as stored if none.
    pub order: Option<Permutation>,
    /// The class that is 0 here.
    pub first_label: u32,
}

/// Examples of a data set, as a network sees them.
#[derive(Clone, Debug)]
pub struct Examples<'a> {
    /// Set that holds them.
    pub dataset: &'a Dataset,
    /// Their places in it.
    pub indices: Arc<[u32]>,
    /// View of them.
    pub view: View,
}

/// Reason why a data set does not make the tasks asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScenarioError {
    /// Several tasks, but nobody knows which example is of which domain.
    #[error("tasks: found {asked}, expected 1: the data do not say of which domain an example is")]
    NoDomains {
        /// Tasks asked for.
        asked: usize,
    },
    /// Request for more tasks than there are.
    #[error("tasks: found {asked}, expected 1 to {available} ({what} in the data)")]
    TooManyTasks {
        /// Tasks asked for.
        asked: usize,
        /// Tasks there are.
        available: usize,
        /// Kind of tasks: "domains".
        what: &'static str,
    },
    /// A task with nothing to learn or nothing to be tested on.
    #[error("task {task} has no {what} examples")]
    EmptyTask {
        /// Task, counted from 1.
        task: usize,
        /// Set: "training" or "test".
        what: &'static str,
    },
    /// Tasks of different numbers of classes.
    #[error("{classes} classes can't be cut into {tasks} tasks of as many each")]
    Classes {
        /// Classes in the data.
        classes: usize,
        /// Tasks asked for.
        tasks: usize,
    },
    /// A split without examples.
    #[error(
        "splits: found {splits}, expected 1 to {examples} (the training examples of task {task})"
    )]
    Splits {
        /// Splits asked for.
        splits: usize,
        /// Examples of that task.
        examples: usize,
        /// Task, counted from 1.
        task: usize,
    },
    /// A name in a list of species that no class of the data has.
    #[error(
        "{} lists {species}, which the data do not have: {}",
        list(class),
        names(known)
    )]
    UnknownSpecies {
        /// The class that lists it; `None` for the out-of-distribution list.
        class: Option<String>,
        /// The name.
        species: String,
        /// Names of the data's classes; empty if they have none.
        known: Vec<String>,
    },
    /// A species that belongs to two lists, or twice to one.
    #[error("{} lists {species}, which is listed twice", list(class))]
    SpeciesTwice {
        /// The class that lists it again; `None` for the out-of-distribution list.
        class: Option<String>,
        /// The name.
        species: String,
    },
    /// A class with fewer species than there are tasks.
    #[error("{class} lists only {found}; expected {needed} species or more, one for each task")]
    TooFewSpecies {
        /// The class.
        class: String,
        /// Species it lists.
        found: usize,
        /// Number of tasks.
        needed: usize,
    },
}

fn list(class: &Option<String>) -> &str {
    class.as_deref().unwrap_or("the out-of-distribution list")
}

fn names(known: &[String]) -> String {
    match known {
        [] => "their classes have no names".to_owned(),
        _ => format!("its classes are {}", known.join(", ")),
    }
}

/// Returns `train`, shuffled for `epoch` of `stage`.
fn in_order(train: &[u32], seed: u64, stage: usize, epoch: usize) -> Vec<u32> {
    let indices = [stage as u64, epoch as u64];
    let mut order = shuffled(train.len(), &mut generator(seed, "train order", &indices));
    order.iter_mut().for_each(|i| *i = train[*i as usize]);
    order
}

/// The examples of `set` that are `here`, those of task `task`, at most `most` of them; `what` they are,
/// "training" or "test".
fn of_task(
    set: &Dataset,
    here: impl Fn(usize) -> bool,
    (task, what): (usize, &'static str),
    most: Option<usize>,
) -> Result<Vec<u32>, ScenarioError> {
    let all = 0..set.len() as u32;
    let found: Vec<u32> = all.filter(|i| here(*i as usize)).collect();
    match found.is_empty() {
        true => Err(ScenarioError::EmptyTask {
            task: task + 1,
            what,
        }),
        false => Ok(limited(found, set, most)),
    }
}

/// The first of `indices` that make `most` examples in all, as many of each class as of the others as far
/// as there are.
fn limited(indices: Vec<u32>, dataset: &Dataset, most: Option<usize>) -> Vec<u32> {
    let Some(most) = most.filter(|most| *most < indices.len()) else {
        return indices;
    };
    // Rounds: in each, one more example of every class that has one left.
    let mut rounds: Vec<usize> = vec![0; dataset.classes()];
    let round_of = |&index: &u32| {
        let round = &mut rounds[dataset.label(index as usize) as usize];
        *round += 1;
        *round
    };
    let of: Vec<usize> = indices.iter().map(round_of).collect();
    let mut order: Vec<usize> = (0..indices.len()).collect();
    order.sort_by_key(|&i| of[i]);
    order.truncate(most);
    order.sort_unstable();
    order.into_iter().map(|i| indices[i]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_keeps_classes_even() {
        let labels = vec![0, 0, 0, 0, 1, 2, 2];
        let set = Dataset::new(vec![0; 7], labels, 1, 1, 3).unwrap();
        let all: Vec<u32> = (0..7).collect();
        let few = |most| limited(all.clone(), &set, most);
        assert_eq!(few(None), all);
        assert_eq!(few(Some(9)), all);
        assert_eq!(few(Some(3)), [0, 4, 5]);
        assert_eq!(few(Some(5)), [0, 1, 4, 5, 6]);
        assert_eq!(few(Some(6)), [0, 1, 2, 4, 5, 6]);
    }
}
