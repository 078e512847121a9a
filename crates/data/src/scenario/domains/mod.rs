//! Domains: the same classes again and again, each time as other kinds of them.
//!
//! Task d is domain d of the data: its species of every class, its photographs or its drawings
//! (Bonnet et al. 2025, Figure 2). The label is the class; which domain an example is of is not told.
//! Data that do not say of which domain an example is are one domain.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::{OodExamples, OodKind, OodSet, Scenario, ScenarioError, View, in_order, of_task};
use crate::dataset::Dataset;
use crate::random::{generator, index_below, shuffled, uniform};
use crate::splits::DataSplits;

/// Order in which domains follow each other.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DomainOptions {
    /// True if every class of a domain has as many examples as its largest, by repetition.
    pub balanced: bool,
    /// True if every class has its species in an order of its own, drawn from the seed.
    pub shuffled: bool,
    /// The last part of a domain, 0 to 1, in which examples of the next one come in, their share rising
    /// from 0 to 1.
    pub gradual: f64,
    /// Training examples of a domain, at most.
    pub train_examples: Option<usize>,
    /// Test examples of a domain, at most.
    pub test_examples: Option<usize>,
}

/// Domains, one after another.
#[derive(Clone, Debug)]
pub struct Domains {
    classes: usize,
    train: Vec<Arc<[u32]>>,
    test: Vec<Arc<[u32]>>,
    unseen: Option<Arc<[u32]>>,
    ood: Option<Arc<[u32]>>,
    gradual: f64,
    epochs: usize,
}

impl Domains {
    /// The first `tasks` domains of `source`, each learned for `epochs` epochs.
    ///
    /// # Errors
    /// [`ScenarioError`]: several tasks of data without domains, or more than there are domains, or
    /// nothing in one of them.
    pub fn new(
        source: &DataSplits,
        options: DomainOptions,
        tasks: usize,
        epochs: usize,
        seed: u64,
    ) -> Result<Self, ScenarioError> {
        let sets = [source.train(), source.test()];
        let one = sets.map(|set| vec![0; set.len()]);
        let [train, test] = match sets.map(Dataset::domains) {
            [Some(train), Some(test)] => [train, test],
            _ if tasks > 1 => return Err(ScenarioError::NoDomains { asked: tasks }),
            _ => [&one[0][..], &one[1][..]],
        };
        let available = 1 + usize::from(*train.iter().max().unwrap_or(&0));
        if tasks == 0 || tasks > available {
            return Err(ScenarioError::TooManyTasks {
                asked: tasks,
                available,
                what: "domains",
            });
        }
        // For every class, which task a domain's species of it is.
        let orders: Vec<Vec<u32>> = (0..source.classes())
            .map(|class| match options.shuffled {
                true => shuffled(
                    available,
                    &mut generator(seed, "species order", &[class as u64]),
                ),
                false => (0..available as u32).collect(),
            })
            .collect();
        let examples = |set: &Dataset, domains: &[u8], task: (usize, &'static str), most| {
            let here = |i: usize| {
                let order = &orders[set.label(i) as usize];
                let place = order.get(usize::from(domains[i]));
                place.is_some_and(|place| *place as usize == task.0)
            };
            of_task(set, here, task, most)
        };
        let (mut learned, mut tested) = (Vec::new(), Vec::new());
        for task in 0..tasks {
            let [set, test_set] = sets;
            let indices = examples(set, train, (task, "training"), options.train_examples)?;
            learned.push(match options.balanced {
                true => balanced(&indices, set),
                false => indices.into(),
            });
            let indices = examples(test_set, test, (task, "test"), options.test_examples)?;
            tested.push(indices.into());
        }
        let all = |set: &Dataset| (0..set.len() as u32).collect::<Arc<[u32]>>();
        Ok(Self {
            classes: source.classes(),
            train: learned,
            test: tested,
            unseen: source.unseen().map(all),
            ood: source.ood().map(all),
            gradual: options.gradual,
            epochs,
        })
    }
}

/// Repeats every class of `indices`, from its first example on, until it is as large as the largest.
fn balanced(indices: &[u32], set: &Dataset) -> Arc<[u32]> {
    let of = |class: u32| -> Vec<u32> {
        let own = |i: &&u32| set.label(**i as usize) == class;
        indices.iter().filter(own).copied().collect()
    };
    let classes: Vec<Vec<u32>> = (0..set.classes() as u32).map(of).collect();
    let largest = classes.iter().map(Vec::len).max().unwrap_or(0);
    let mut all: Vec<u32> = classes
        .iter()
        .filter(|own| !own.is_empty())
        .flat_map(|own| own.iter().cycle().take(largest))
        .copied()
        .collect();
    all.sort_unstable();
    all.into()
}

impl Scenario for Domains {
    fn classes(&self) -> usize {
        self.classes
    }

    fn train(&self, stage: usize) -> Arc<[u32]> {
        Arc::clone(&self.train[stage])
    }

    fn order(&self, seed: u64, stage: usize, epoch: usize) -> Vec<u32> {
        let mut order = in_order(&self.train[stage], seed, stage, epoch);
        let (Some(next), true) = (self.train.get(stage + 1), self.gradual > 0.0) else {
            return order;
        };
        let mut draws = generator(seed, "transition", &[stage as u64, epoch as u64]);
        let (before, all) = (epoch * order.len(), self.epochs * order.len());
        for (i, place) in order.iter_mut().enumerate() {
            let passed = (before + i) as f64 / all as f64;
            let share = (passed - (1.0 - self.gradual)) / self.gradual;
            // Both drawn every time, so that one share more or less moves no other draw.
            let (draw, other) = (uniform(&mut draws), index_below(next.len(), &mut draws));
            if draw < share {
                *place = next[other];
            }
        }
        order
    }

    fn test(&self, task: usize) -> Arc<[u32]> {
        Arc::clone(&self.test[task])
    }

    fn view(&self, _task: usize) -> View {
        View::default()
    }

    fn ood(&self, what: OodKind, _stage: usize, _task: usize) -> Option<OodExamples> {
        let (set, indices) = match what {
            OodKind::Ood => (OodSet::Ood, self.ood.as_ref()?),
            OodKind::Unseen => (OodSet::Unseen, self.unseen.as_ref()?),
        };
        Some(OodExamples {
            set,
            indices: Arc::clone(indices),
            view: View::default(),
        })
    }
}
