//! Summaries of one run, or of one for each seed: each measure's mean over them, and its spread.

use serde_json::{Map, Value, json};

use crate::record::measures::Measure;
use crate::record::summary::{Summary, mean};

/// Summaries of one run, or of one for each seed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summaries(Vec<Summary>);

/// A mean, and with several seeds the sample standard deviation.
pub type Number = (f64, Option<f64>);

impl Summaries {
    /// Summaries of the seeds, in order.
    pub fn new(seeds: Vec<Summary>) -> Self {
        Self(seeds)
    }

    /// The first; none of none.
    pub fn first(&self) -> Option<&Summary> {
        self.0.first()
    }

    /// The seeds.
    pub fn seeds(&self) -> Vec<u64> {
        self.0.iter().map(|summary| summary.seed).collect()
    }

    /// Number of tasks: of the longest, if some are not finished.
    pub fn tasks(&self) -> usize {
        let tasks = self.0.iter().map(|summary| summary.tasks);
        tasks.max().unwrap_or(0)
    }

    /// Returns whether the learner has an epistemic uncertainty.
    pub fn has_epistemic(&self) -> bool {
        self.0.iter().any(Summary::has_epistemic)
    }

    /// The value of each seed; none unless all have one, and of an epistemic uncertainty that the learner
    /// does not have.
    pub fn each(&self, measure: &Measure) -> Option<Vec<f64>> {
        if self.0.is_empty() || measure.epistemic && !self.has_epistemic() {
            return None;
        }
        self.0.iter().map(|summary| measure.of(summary)).collect()
    }

    /// The mean over the seeds, and their standard deviation if there are several; none as with
    /// [`Summaries::each`], and of a window of more tasks than there are.
    pub fn number(&self, measure: &Measure) -> Option<Number> {
        let whole = self.is_full(measure);
        whole.then(|| self.each(measure).map(|seeds| number(&seeds)))?
    }

    /// Returns whether all seeds have as many tasks as `measure` is a mean over: a window that is not full
    /// is another number.
    pub fn is_full(&self, measure: &Measure) -> bool {
        let tasks = self.0.iter().map(|summary| summary.tasks).min();
        measure.window.is_none_or(|window| tasks >= Some(window))
    }

    /// Accuracy on each task after the last one, the first one first; none where it is not known of all
    /// seeds.
    pub fn task_accuracy(&self) -> Vec<Option<Number>> {
        let of = |task: usize| -> Option<Number> {
            let seeds = self.0.iter();
            let all: Option<Vec<f64>> = seeds
                .map(|summary| *summary.task_accuracy.get(task)?)
                .collect();
            Some(number(&all?))
        };
        (0..self.tasks()).map(of).collect()
    }

    /// Content of `summary.json`. Of several seeds: every number's mean under its own key, as in the
    /// summary of one seed and again under `mean`; the sample standard deviations under `std`; the
    /// summaries themselves under `seeds`.
    pub fn json(&self) -> Value {
        match &self.0[..] {
            [one] => json!(one),
            several => over_seeds(several),
        }
    }
}

fn number(seeds: &[f64]) -> Number {
    (mean(seeds), (seeds.len() > 1).then(|| std(seeds)))
}

/// The JSON over several seeds.
fn over_seeds(summaries: &[Summary]) -> Value {
    let seeds: Vec<Value> = summaries.iter().map(|summary| json!(summary)).collect();
    let without_seed = |summary: &Value| {
        let mut summary = summary.clone();
        if let Some(map) = summary.as_object_mut() {
            map.remove("seed");
        }
        summary
    };
    let numbers: Vec<Value> = seeds.iter().map(without_seed).collect();
    let numbers: Vec<&Value> = numbers.iter().collect();
    let means = fold(&numbers, mean);
    let mut whole = means.as_object().cloned().unwrap_or_default();
    whole.insert("mean".to_owned(), means);
    whole.insert("std".to_owned(), fold(&numbers, std));
    whole.insert("seeds".to_owned(), Value::Array(seeds));
    Value::Object(whole)
}

/// `of` the numbers that `values`, objects of one shape, hold at each place. What not all hold is left
/// out, what is a number in the first but not in all is null, and what is none is taken from the first.
fn fold(values: &[&Value], of: fn(&[f64]) -> f64) -> Value {
    match values.first() {
        Some(Value::Object(first)) => {
            let inner = |key: &String| -> Option<Vec<&Value>> {
                values.iter().map(|value| value.get(key)).collect()
            };
            let field = |key: &String| Some((key.clone(), fold(&inner(key)?, of)));
            Value::Object(first.keys().filter_map(field).collect::<Map<_, _>>())
        }
        Some(Value::Array(first)) => {
            let inner = |i: usize| -> Vec<&Value> {
                values.iter().filter_map(|value| value.get(i)).collect()
            };
            Value::Array((0..first.len()).map(|i| fold(&inner(i), of)).collect())
        }
        Some(first) => {
            let numbers: Option<Vec<f64>> = values.iter().map(|value| value.as_f64()).collect();
            match (numbers, first.is_number()) {
                (Some(numbers), _) => json!(of(&numbers)),
                (None, true) => Value::Null,
                (None, false) => (*first).clone(),
            }
        }
        None => Value::Null,
    }
}

fn std(numbers: &[f64]) -> f64 {
    let mean = mean(numbers);
    let squares: f64 = numbers.iter().map(|x| (x - mean).powi(2)).sum();
    (squares / (numbers.len() as f64 - 1.0).max(1.0)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::measures::{AVERAGE, NEWEST, OOD_EPISTEMIC, WINDOW_5};
    use crate::record::snapshot::MeanBits;
    use crate::record::stage::{OodAuroc, Uncertainty};

    fn finished() -> Summary {
        Summary {
            name: "permuted-digits".to_owned(),
            seed: 1,
            tasks: 2,
            newest_accuracy: 1.0,
            average_accuracy: 0.75,
            task_accuracy: vec![Some(0.5), Some(1.0)],
            window_accuracy: [("5".to_owned(), 0.75)].into(),
            ..Summary::default()
        }
    }

    #[test]
    fn several_seeds_have_the_keys_of_one() {
        let (one, mut two) = (finished(), finished());
        two.seed = 2;
        two.newest_accuracy = 0.5;
        two.window_accuracy.insert("5".to_owned(), 0.25);
        let whole = Summaries::new(vec![one, two]).json();
        assert_eq!(whole["newest_accuracy"], 0.75);
        assert_eq!(whole["window_accuracy"]["5"], 0.5);
        assert_eq!(whole["mean"]["window_accuracy"]["5"], 0.5);
        assert_eq!(whole["std"]["newest_accuracy"], 0.125_f64.sqrt());
        assert_eq!(whole["task_accuracy"], json!([0.5, 1.0]));
        assert_eq!(whole["std"]["average_accuracy"], 0.0);
        assert_eq!(whole["seeds"][1]["seed"], 2);
        assert_eq!(whole["name"], "permuted-digits");
        assert!(whole["ood_auroc"].is_null());
        assert!(whole.get("seed").is_none());
    }

    #[test]
    fn measures_are_read_of_all_seeds_or_of_none() {
        let (one, mut two) = (finished(), finished());
        (two.newest_accuracy, two.average_accuracy) = (0.5, f64::NAN);
        two.task_accuracy[0] = None;
        let both = Summaries::new(vec![one.clone(), two]);
        assert_eq!(both.number(&NEWEST), Some((0.75, Some(0.125_f64.sqrt()))));
        assert_eq!(both.number(&AVERAGE), None);
        let spread = Some((1.0, Some(0.0)));
        assert_eq!(both.task_accuracy(), [None, spread]);
        assert_eq!(Summaries::default().number(&NEWEST), None);
        assert_eq!(Summaries::new(vec![one]).number(&NEWEST), Some((1.0, None)));
    }

    #[test]
    fn windows_are_full() {
        let of = |tasks| Summary {
            tasks,
            ..finished()
        };
        let windows = |tasks: &[usize]| {
            let seeds = tasks.iter().map(|tasks| of(*tasks)).collect();
            Summaries::new(seeds).number(&WINDOW_5).is_some()
        };
        assert!(windows(&[5]) && !windows(&[4]) && !windows(&[5, 4]));
    }

    #[test]
    fn points_have_no_epistemic_uncertainty() {
        let with = |epistemic, auroc| {
            let known = MeanBits {
                epistemic,
                ..MeanBits::default()
            };
            let auroc = OodAuroc {
                epistemic: auroc,
                aleatoric: 0.75,
                spread: None,
            };
            let summary = Summary {
                uncertainty: Some(Uncertainty {
                    known,
                    ..Uncertainty::default()
                }),
                ood_auroc: Some(auroc),
                ..finished()
            };
            Summaries::new(vec![summary])
        };
        assert_eq!(with(0.0, 0.5).number(&OOD_EPISTEMIC), None);
        assert_eq!(with(0.1, 0.5).number(&OOD_EPISTEMIC), Some((0.5, None)));
    }
}
