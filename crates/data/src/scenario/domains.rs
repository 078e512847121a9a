//! Domains: the same classes again and again, each time as other kinds of them.
//!
//! Task d is domain d of the data: its species of every class, its photographs or its drawings
//! (Bonnet et al. 2025, Figure 2). The label is the class; which domain an example is of is not told.

use std::sync::Arc;

use super::{Scenario, ScenarioError, Unknown, UnknownExamples, UnknownSet, View, limited};
use crate::dataset::Dataset;
use crate::random::{generator, index_below, shuffled, uniform};
use crate::source::Source;

/// How domains follow each other.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DomainOptions {
    /// Whether every class of a domain has as many examples as its largest, by repetition.
    pub balanced: bool,
    /// Whether every class has its species in an order of its own, drawn from the seed.
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
    /// [`ScenarioError`]: data without domains, or fewer than asked for, or nothing in one of them.
    pub fn new(
        source: &Source,
        options: DomainOptions,
        tasks: usize,
        epochs: usize,
        seed: u64,
    ) -> Result<Self, ScenarioError> {
        let sets = [source.train(), source.test()];
        let [Some(train), Some(test)] = sets.map(Dataset::domains) else {
            return Err(ScenarioError::NoDomains);
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
        let of_task = |set: &Dataset, domains: &[u8], task: usize, what, most| {
            let here = |i: &u32| {
                let i = *i as usize;
                let order = &orders[set.label(i) as usize];
                let place = order.get(usize::from(domains[i]));
                place.is_some_and(|place| *place as usize == task)
            };
            let found: Vec<u32> = (0..set.len() as u32).filter(here).collect();
            match found.is_empty() {
                true => Err(ScenarioError::EmptyTask {
                    task: task + 1,
                    what,
                }),
                false => Ok(limited(found, set, most)),
            }
        };
        let (mut learned, mut tested) = (Vec::new(), Vec::new());
        for task in 0..tasks {
            let [set, test_set] = sets;
            let indices = of_task(set, train, task, "training", options.train_examples)?;
            learned.push(match options.balanced {
                true => balanced(&indices, set),
                false => indices.into(),
            });
            let indices = of_task(test_set, test, task, "test", options.test_examples)?;
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

/// `indices` with every class repeated, from its first example on, until it is as large as the largest.
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
        let train = &self.train[stage];
        let indices = [stage as u64, epoch as u64];
        let mut order = shuffled(train.len(), &mut generator(seed, "train order", &indices));
        order.iter_mut().for_each(|i| *i = train[*i as usize]);
        let (Some(next), true) = (self.train.get(stage + 1), self.gradual > 0.0) else {
            return order;
        };
        let mut draws = generator(seed, "transition", &indices);
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

    fn unknown(&self, what: Unknown, _stage: usize, _task: usize) -> Option<UnknownExamples> {
        let (set, indices) = match what {
            Unknown::Foreign => (UnknownSet::Ood, self.ood.as_ref()?),
            Unknown::Unseen => (UnknownSet::Unseen, self.unseen.as_ref()?),
        };
        Some(UnknownExamples {
            set,
            indices: Arc::clone(indices),
            view: View::default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two classes in three domains: domain d has d + 1 examples of class 0 and two of class 1.
    fn set() -> Dataset {
        let (mut labels, mut domains) = (Vec::new(), Vec::new());
        for domain in 0..3 {
            labels.extend(vec![0; usize::from(domain) + 1]);
            labels.extend([1, 1]);
            domains.extend(vec![domain; usize::from(domain) + 3]);
        }
        let features = (0..labels.len()).map(|i| i as f32).collect();
        let set = Dataset::features(features, labels, 1, 2).unwrap();
        set.in_domains(domains).unwrap()
    }

    fn source() -> Source {
        Source::new(set(), set(), None).unwrap()
    }

    fn domains(options: DomainOptions, epochs: usize) -> Domains {
        Domains::new(&source(), options, 3, epochs, 1).unwrap()
    }

    #[test]
    fn a_domain_is_a_task() {
        let plain = domains(DomainOptions::default(), 1);
        assert_eq!(plain.train(0)[..], [0, 1, 2]);
        assert_eq!(plain.train(1)[..], [3, 4, 5, 6]);
        assert_eq!(plain.test(2)[..], [7, 8, 9, 10, 11]);
        assert_eq!((plain.classes(), plain.heads()), (2, 1));
        let mut order = plain.order(1, 1, 0);
        order.sort_unstable();
        assert_eq!(order, [3, 4, 5, 6]);
    }

    #[test]
    fn small_classes_are_repeated() {
        let options = DomainOptions {
            balanced: true,
            ..Default::default()
        };
        let balanced = domains(options, 1);
        assert_eq!(balanced.train(0)[..], [0, 0, 1, 2]);
        assert_eq!(balanced.train(2)[..], [7, 8, 9, 10, 10, 11]);
        assert_eq!(
            balanced.test(0)[..],
            [0, 1, 2],
            "what is tested is not repeated"
        );
    }

    #[test]
    fn every_class_has_its_own_order_of_species() {
        let options = DomainOptions {
            shuffled: true,
            ..Default::default()
        };
        let set = set();
        let mut apart = false;
        for seed in 0..10 {
            let shuffled = Domains::new(&source(), options, 3, 1, seed).unwrap();
            let species = |task: usize| -> Vec<(u32, u8)> {
                let own = shuffled.train(task);
                let pairs = own.iter().map(|&i| i as usize);
                pairs
                    .map(|i| (set.label(i), set.domains().unwrap()[i]))
                    .collect()
            };
            let mut all: Vec<u32> = (0..3)
                .flat_map(|task| shuffled.train(task).to_vec())
                .collect();
            all.sort_unstable();
            assert_eq!(all, (0..12).collect::<Vec<u32>>(), "nothing is lost");
            for task in 0..3 {
                let mut pairs = species(task);
                pairs.sort_unstable();
                pairs.dedup();
                assert_eq!(pairs.len(), 2, "one species of each class");
                apart |= pairs[0].1 != pairs[1].1;
            }
        }
        assert!(apart, "classes do not move together");
    }

    #[test]
    fn transitions_rise_from_none_to_all() {
        let many = 1000;
        let domain = |d: usize| if d < many { 0 } else { 1 };
        let domains = (0..2 * many).map(domain).collect();
        let set = Dataset::features(vec![0.0; 2 * many], vec![0; 2 * many], 1, 1).unwrap();
        let set = set.in_domains(domains).unwrap();
        let source = Source::new(set.clone(), set, None).unwrap();
        let options = DomainOptions {
            gradual: 0.5,
            ..Default::default()
        };
        let gradual = Domains::new(&source, options, 2, 2, 1).unwrap();
        let next = |order: &[u32]| order.iter().filter(|&&i| i as usize >= many).count();
        assert_eq!(next(&gradual.order(1, 0, 0)), 0);
        let last = gradual.order(1, 0, 1);
        let quarters: Vec<usize> = last.chunks(many / 4).map(next).collect();
        for (count, share) in quarters.iter().zip([0.125, 0.375, 0.625, 0.875]) {
            let expected = share * many as f64 / 4.0;
            // Four standard deviations of a binomial count at most.
            assert!((*count as f64 - expected).abs() < 32.0, "{quarters:?}");
        }
        assert_eq!(last, gradual.order(1, 0, 1));
        assert_eq!(
            next(&gradual.order(1, 1, 1)),
            many,
            "the last one has no next"
        );
    }

    #[test]
    fn what_is_not_there_is_refused() {
        let new = |tasks| Domains::new(&source(), DomainOptions::default(), tasks, 1, 1);
        let text = new(4).unwrap_err().to_string();
        assert_eq!(
            text,
            "tasks: found 4, expected 1 to 3 (domains in the data)"
        );
        let bare = Dataset::features(vec![0.0, 1.0], vec![0, 1], 1, 2).unwrap();
        let bare = Source::new(bare.clone(), bare, None).unwrap();
        let error = Domains::new(&bare, DomainOptions::default(), 1, 1, 1).unwrap_err();
        assert_eq!(error, ScenarioError::NoDomains);
        let one = set().taken(&[0, 1, 2]).unwrap();
        let uneven = Source::new(set(), one, None).unwrap();
        let error = Domains::new(&uneven, DomainOptions::default(), 2, 1, 1).unwrap_err();
        assert_eq!(
            error.to_string(),
            "task 2 has no test examples; give some, or fewer tasks"
        );
    }
}
