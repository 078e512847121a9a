//! The cells of a plan in numbers: `summary.json` over all of them.
//!
//! ```text
//! name     of the experiment
//! cells    for each: cell, settings (those in which it differs), and what the summary of its
//!          run, or of its seeds, holds; or error, if it failed
//! paired   the first cell against each other, seed by seed; empty without several seeds
//! ```

use serde_json::{Map, Value, json};

use crate::record::measures::{MEASURES, Measure};
use crate::record::paired::{self, Paired};
use crate::record::summaries::Summaries;

/// A cell and its summary, or why it has none.
#[derive(Clone, Debug)]
pub struct Compared {
    /// Its name.
    pub cell: String,
    /// The settings in which it differs.
    pub settings: Map<String, Value>,
    /// The summary of its run, or of its seeds.
    pub result: Result<Summaries, String>,
}

/// The test of a measure; none where one of the two does not have it.
pub type Tested = (&'static Measure, Option<Paired>);

/// Two cells with the same seeds, measure by measure: first minus other.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Name of the first.
    pub first: String,
    /// Name of the other.
    pub other: String,
    /// The seeds, two or more.
    pub seeds: Vec<u64>,
    /// The test of each measure that is tested.
    pub tests: Vec<Tested>,
}

/// The cells of a plan.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// Name of the experiment.
    pub name: String,
    /// The cells in order.
    pub cells: Vec<Compared>,
}

/// Numbers of a plan that was run.
#[derive(Clone, Debug)]
pub enum Results {
    /// One experiment, with one seed or several.
    One(Summaries),
    /// The cells of a comparison.
    Cells(Comparison),
}

impl Results {
    /// Content of `summary.json`.
    pub fn json(&self) -> Value {
        match self {
            Self::One(summaries) => summaries.json(),
            Self::Cells(comparison) => comparison.json(),
        }
    }

    /// The numbers of a cell; of a plan with only one, whatever its name.
    pub fn cell(&self, name: &str) -> Option<&Summaries> {
        match self {
            Self::One(summaries) => Some(summaries),
            Self::Cells(comparison) => {
                let cell = comparison.cells.iter().find(|cell| cell.cell == name);
                cell?.result.as_ref().ok()
            }
        }
    }

    /// Number of seeds.
    pub fn seeds(&self) -> usize {
        let first = match self {
            Self::One(summaries) => Some(summaries),
            Self::Cells(comparison) => comparison
                .cells
                .first()
                .and_then(|cell| cell.result.as_ref().ok()),
        };
        first.map_or(1, |first| first.seeds().len().max(1))
    }
}

impl Comparison {
    /// The first finished cell against each other one that has the same seeds.
    pub fn pairs(&self) -> Vec<Pair> {
        let cells = self.cells.iter();
        let mut finished = cells.filter_map(|cell| Some((&cell.cell, cell.result.as_ref().ok()?)));
        let Some((first, of_first)) = finished.next() else {
            return Vec::new();
        };
        let pair = |(other, of_other): (&String, &Summaries)| {
            Some(Pair {
                first: first.clone(),
                other: other.clone(),
                seeds: of_first.seeds(),
                tests: tests(of_first, of_other)?,
            })
        };
        finished.filter_map(pair).collect()
    }

    /// Content of `summary.json`.
    pub fn json(&self) -> Value {
        let object = |compared: &Compared| {
            let mut object = Map::new();
            object.insert("cell".to_owned(), json!(compared.cell));
            object.insert("settings".to_owned(), json!(compared.settings));
            match &compared.result {
                Ok(summaries) => {
                    object.extend(summaries.json().as_object().cloned().unwrap_or_default());
                }
                Err(error) => {
                    object.insert("error".to_owned(), json!(error));
                }
            }
            Value::Object(object)
        };
        let cells: Vec<Value> = self.cells.iter().map(object).collect();
        let pairs: Vec<Value> = self.pairs().iter().map(Pair::json).collect();
        json!({ "name": self.name, "paired": pairs, "cells": cells })
    }
}

impl Pair {
    fn json(&self) -> Value {
        let mut object = json!({ "first": self.first, "other": self.other, "seeds": self.seeds });
        for (measure, test) in &self.tests {
            let keys = measure.id.split('/');
            *keys.fold(&mut object, |inner, key| &mut inner[key]) = json!(test);
        }
        object
    }
}

/// The paired tests of `first` against `other`; none unless they have the same two or more seeds.
pub fn tests(first: &Summaries, other: &Summaries) -> Option<Vec<Tested>> {
    let seeds = first.seeds();
    if seeds.len() < 2 || seeds != other.seeds() {
        return None;
    }
    let test = |measure: &'static Measure| {
        let alike = first.tasks() == other.tasks();
        let both = match alike || first.is_full(measure) && other.is_full(measure) {
            true => first.each(measure).zip(other.each(measure)),
            false => None,
        };
        let test = both.and_then(|(first, other)| paired::test(&first, &other));
        (measure, test)
    };
    let tested = MEASURES.iter().filter(|measure| measure.paired);
    Some(tested.map(test).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::summary::Summary;

    fn seeds(numbers: &[f64]) -> Summaries {
        let run = |(seed, number): (usize, &f64)| Summary {
            seed: seed as u64,
            tasks: 20,
            newest_accuracy: *number,
            window_accuracy: [("5".to_owned(), 0.5), ("20".to_owned(), *number)].into(),
            average_accuracy: 0.25,
            ..Summary::default()
        };
        Summaries::new(numbers.iter().enumerate().map(run).collect())
    }

    fn of(results: [Result<Summaries, String>; 3]) -> Value {
        let cells = ["mesu", "sgd", "si"].into_iter().zip(results);
        let compared = |(cell, result): (&str, _)| Compared {
            cell: cell.to_owned(),
            settings: [("learner.kind".to_owned(), json!(cell))]
                .into_iter()
                .collect(),
            result,
        };
        let comparison = Comparison {
            name: "name".to_owned(),
            cells: cells.map(compared).collect(),
        };
        comparison.json()
    }

    #[test]
    fn cells_keep_their_keys_and_the_first_is_paired() {
        let whole = of([
            Ok(seeds(&[0.75, 0.5])),
            Err("diverged".to_owned()),
            Ok(seeds(&[0.25, 0.25])),
        ]);
        assert_eq!(whole["cells"][0]["cell"], "mesu");
        assert_eq!(
            whole["cells"][0]["settings"],
            json!({"learner.kind": "mesu"})
        );
        assert_eq!(whole["cells"][0]["newest_accuracy"], 0.625);
        assert_eq!(whole["cells"][1]["error"], "diverged");
        let pair = &whole["paired"][0];
        assert_eq!(
            (&pair["first"], &pair["other"]),
            (&json!("mesu"), &json!("si"))
        );
        assert_eq!(pair["seeds"], json!([0, 1]));
        assert_eq!(pair["newest_accuracy"]["difference"], 0.375);
        assert_eq!(
            pair["window_accuracy"]["20"]["t"],
            pair["newest_accuracy"]["t"]
        );
        assert_eq!(pair["average_accuracy"]["p"], 1.0);
        assert!(pair["ood_auroc"]["epistemic"].is_null());
        assert_eq!(whole["paired"].as_array().unwrap().len(), 1);
    }

    #[test]
    fn windows_of_different_lengths_are_not_compared() {
        let with = |tasks| {
            let seed = |seed| Summary {
                seed,
                tasks,
                window_accuracy: [("5".to_owned(), 0.5 + seed as f64)].into(),
                ..Summary::default()
            };
            Ok(Summaries::new(vec![seed(0), seed(1)]))
        };
        let of_window = |tasks: [usize; 3]| {
            let whole = of(tasks.map(with));
            [0, 1].map(|pair| whole["paired"][pair]["window_accuracy"]["5"].is_null())
        };
        assert_eq!(of_window([3, 3, 4]), [false, true]);
        assert_eq!(of_window([6, 8, 4]), [false, true]);
    }

    #[test]
    fn one_seed_or_others_are_not_paired() {
        let plain = || Ok(seeds(&[0.5]));
        assert_eq!(of([plain(), plain(), plain()])["paired"], json!([]));
        let other = of([Ok(seeds(&[0.5, 0.5])), Ok(seeds(&[0.5; 3])), plain()]);
        assert_eq!(other["paired"], json!([]));
        let failed = of([Err(String::new()), Err(String::new()), plain()]);
        assert_eq!(failed["paired"], json!([]));
    }
}
