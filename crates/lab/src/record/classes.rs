//! Answers to the test examples of all tasks, counted by class: what is taken for what.

use serde::{Deserialize, Serialize};

/// Most classes whose confusion matrix is kept: every checkpoint holds it.
pub const MOST_CLASSES: usize = 64;

/// Predictions of the last test on all tasks that it covers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Classes {
    /// Names of the classes; empty if they are not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// Test examples of each class.
    pub examples: Vec<u64>,
    /// Examples that were taken for each class.
    pub predicted: Vec<u64>,
    /// Examples of each class that were taken for it.
    pub correct: Vec<u64>,
    /// Examples by true class, then by predicted class; empty with more than [`MOST_CLASSES`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub confusion: Vec<Vec<u64>>,
}

impl Classes {
    /// Counts of no example so far.
    pub(crate) fn new(classes: usize, names: &[String]) -> Self {
        let kept = if classes > MOST_CLASSES { 0 } else { classes };
        Self {
            names: match names.len() == classes {
                true => names.to_vec(),
                false => Vec::new(),
            },
            examples: vec![0; classes],
            predicted: vec![0; classes],
            correct: vec![0; classes],
            confusion: vec![vec![0; kept]; kept],
        }
    }

    /// Counts an example of class `label` that was taken for `predicted`, both below the number of classes.
    pub(crate) fn count(&mut self, label: u32, predicted: u32) {
        let (label, predicted) = (label as usize, predicted as usize);
        self.examples[label] += 1;
        self.predicted[predicted] += 1;
        self.correct[label] += u64::from(label == predicted);
        if let Some(row) = self.confusion.get_mut(label) {
            row[predicted] += 1;
        }
    }

    /// Adds the counts of another run with the same classes; returns whether they are the same.
    pub fn add(&mut self, other: &Self) -> bool {
        let same = self.examples.len() == other.examples.len()
            && self.confusion.len() == other.confusion.len();
        if same {
            let sum = |into: &mut Vec<u64>, more: &Vec<u64>| {
                into.iter_mut().zip(more).for_each(|(sum, n)| *sum += n);
            };
            sum(&mut self.examples, &other.examples);
            sum(&mut self.predicted, &other.predicted);
            sum(&mut self.correct, &other.correct);
            let rows = self.confusion.iter_mut().zip(&other.confusion);
            rows.for_each(|(row, more)| sum(row, more));
        }
        same
    }

    /// Returns whether all lists are of one length.
    pub(crate) fn is_whole(&self) -> bool {
        let n = self.examples.len();
        let kept = self.confusion.len();
        self.predicted.len() == n
            && self.correct.len() == n
            && (kept == 0 || kept == n)
            && self.confusion.iter().all(|row| row.len() == n)
            && (self.names.is_empty() || self.names.len() == n)
    }

    /// Name of a class, or its number.
    pub fn name(&self, class: usize) -> String {
        let name = self.names.get(class);
        name.map_or(class.to_string(), |name| name.replace('_', " "))
    }

    /// Share of the examples of a class that were taken for it; none without examples.
    pub fn accuracy(&self, class: usize) -> Option<f64> {
        let examples = *self.examples.get(class)?;
        (examples > 0).then(|| self.correct[class] as f64 / examples as f64)
    }

    /// Class that the examples of `class` are most often mistaken for, and how many are; none without
    /// mistakes.
    pub fn mistaken_for(&self, class: usize) -> Option<(usize, u64)> {
        let row = self.confusion.get(class)?.iter().enumerate();
        let mistakes = row.filter(|(other, n)| *other != class && **n > 0);
        // Of equals the first.
        mistakes
            .max_by_key(|(other, n)| (**n, usize::MAX - other))
            .map(|(other, n)| (other, *n))
    }

    /// Mean accuracy over the classes that have examples; none without any.
    pub fn balanced_accuracy(&self) -> Option<f64> {
        let all: Vec<f64> = (0..self.examples.len())
            .filter_map(|class| self.accuracy(class))
            .collect();
        (!all.is_empty()).then(|| all.iter().sum::<f64>() / all.len() as f64)
    }

    /// Cohen's kappa: agreement of predictions with labels, where 0 is chance at these shares of classes
    /// and 1 is perfect; none where chance is perfect.
    pub fn kappa(&self) -> Option<f64> {
        let n = self.examples.iter().sum::<u64>() as f64;
        let observed = self.correct.iter().sum::<u64>() as f64 / n;
        let pairs = self.examples.iter().zip(&self.predicted);
        let chance: f64 = pairs
            .map(|(examples, predicted)| *examples as f64 / n * (*predicted as f64 / n))
            .sum();
        let kappa = (observed - chance) / (1.0 - chance);
        kappa.is_finite().then_some(kappa)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// References worked out by hand.
    #[test]
    fn scores_of_a_small_matrix() {
        let mut classes = Classes::new(3, &[]);
        for (label, row) in [[4, 1, 0], [1, 2, 1], [0, 0, 1]].iter().enumerate() {
            for (predicted, n) in row.iter().enumerate() {
                (0..*n).for_each(|_| classes.count(label as u32, predicted as u32));
            }
        }
        assert_eq!(classes.examples, [5, 4, 1]);
        assert_eq!(classes.confusion[1], [1, 2, 1]);
        let close = |found: Option<f64>, expected: f64| (found.unwrap() - expected).abs() < 1e-12;
        assert!(close(classes.balanced_accuracy(), (0.8 + 0.5 + 1.0) / 3.0));
        // (0.7 - 0.39) / (1 - 0.39).
        assert!(close(classes.kappa(), 0.31 / 0.61));
        assert_eq!(classes.mistaken_for(1), Some((0, 1)));
        assert_eq!(classes.mistaken_for(2), None);
        let mut twice = classes.clone();
        assert!(twice.add(&classes) && twice.examples == [10, 8, 2]);
        assert!(twice.is_whole() && !twice.add(&Classes::new(4, &[])));
    }

    #[test]
    fn what_was_not_tested_has_no_accuracy() {
        let none = Classes::new(2, &[]);
        assert_eq!((none.balanced_accuracy(), none.kappa()), (None, None));
        let mut one = Classes::new(2, &["a_b".to_owned(), "c".to_owned()]);
        one.count(0, 0);
        assert_eq!((one.accuracy(0), one.accuracy(1)), (Some(1.0), None));
        assert_eq!((one.balanced_accuracy(), one.kappa()), (Some(1.0), None));
        assert_eq!(one.name(0), "a b");
    }

    #[test]
    fn many_classes_have_no_matrix() {
        let mut many = Classes::new(MOST_CLASSES + 1, &[]);
        many.count(3, 4);
        many.count(4, 4);
        assert!(many.confusion.is_empty() && many.is_whole());
        assert_eq!(many.balanced_accuracy(), Some(0.5));
        assert_eq!(many.mistaken_for(3), None);
    }
}
