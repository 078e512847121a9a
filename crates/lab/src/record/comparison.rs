//! The cells of a plan in numbers: `summary.json` over all of them.
//!
//! ```text
//! name     of the experiment
//! cells    for each: cell, settings (those in which it differs), and what the summary of its
//!          run, or of its seeds, holds; or error, if it failed
//! paired   the first cell against each other, seed by seed; empty without several seeds
//! ```

use serde_json::{Map, Value, json};

use crate::config::cell::Cell;
use crate::record::paired;

/// A cell and its summary, or why it has none.
#[derive(Clone, Debug)]
pub struct Compared<'a> {
    /// Which.
    pub cell: &'a Cell,
    /// The summary of its run, or of its seeds.
    pub result: Result<Value, String>,
}

/// What cells are compared by: keys of a summary.
pub const MEASURES: [&str; 5] = [
    "/newest_accuracy",
    "/window_accuracy/5",
    "/window_accuracy/20",
    "/average_accuracy",
    "/ood_auroc/epistemic",
];

/// The summary over `cells` of the plan `name`.
pub fn summary(name: &str, cells: &[Compared<'_>]) -> Value {
    let object = |compared: &Compared<'_>| {
        let mut object = Map::new();
        object.insert("cell".to_owned(), json!(compared.cell.name));
        object.insert("settings".to_owned(), json!(compared.cell.settings));
        match &compared.result {
            Ok(summary) => object.extend(summary.as_object().cloned().unwrap_or_default()),
            Err(error) => {
                object.insert("error".to_owned(), json!(error));
            }
        }
        Value::Object(object)
    };
    let cells: Vec<Value> = cells.iter().map(object).collect();
    json!({ "name": name, "paired": against_the_first(&cells), "cells": cells })
}

/// The first finished cell against each other one.
fn against_the_first(cells: &[Value]) -> Vec<Value> {
    let mut finished = cells.iter().filter(|cell| cell.get("error").is_none());
    let Some(first) = finished.next() else {
        return Vec::new();
    };
    finished.filter_map(|other| pair(first, other)).collect()
}

/// Two cells with the same two or more seeds, measure by measure: `first` minus `other`.
fn pair(first: &Value, other: &Value) -> Option<Value> {
    let seeds = |cell: &Value| -> Option<Vec<u64>> {
        let seeds = cell["seeds"].as_array()?.iter();
        seeds.map(|run| run["seed"].as_u64()).collect()
    };
    let common = seeds(first).filter(|common| Some(common) == seeds(other).as_ref())?;
    let mut object = json!({ "first": first["cell"], "other": other["cell"], "seeds": common });
    for measure in MEASURES {
        let numbers = |cell: &Value| -> Option<Vec<f64>> {
            let seeds = cell["seeds"].as_array()?.iter();
            seeds.map(|run| run.pointer(measure)?.as_f64()).collect()
        };
        let test = numbers(first).zip(numbers(other));
        let test = test.and_then(|(first, other)| paired::test(&first, &other));
        put(&mut object, measure, json!(test));
    }
    Some(object)
}

/// Puts `value` where `pointer` points, among objects.
fn put(object: &mut Value, pointer: &str, value: Value) {
    let keys = pointer.split('/').skip(1);
    *keys.fold(object, |inner, key| &mut inner[key]) = value;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::plan::Plan;

    fn seeds(numbers: &[f64]) -> Value {
        let run = |(seed, number): (usize, &f64)| {
            json!({"seed": seed, "newest_accuracy": number, "window_accuracy": {"5": 0.5, "20": number},
                   "average_accuracy": 0.25, "ood_auroc": null})
        };
        let runs: Vec<Value> = numbers.iter().enumerate().map(run).collect();
        json!({"newest_accuracy": 0.5, "seeds": runs})
    }

    fn of(results: [Result<Value, String>; 3]) -> Value {
        let plan = Plan::find("permuted-digits", &["compare=mesu,sgd,si".to_owned()]).unwrap();
        let compared: Vec<Compared<'_>> = plan
            .cells
            .iter()
            .zip(results)
            .map(|(cell, result)| Compared { cell, result })
            .collect();
        summary("name", &compared)
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
        assert_eq!(whole["cells"][0]["newest_accuracy"], 0.5);
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
    fn one_seed_or_others_are_not_paired() {
        let plain = || Ok(json!({"newest_accuracy": 0.5, "seed": 1}));
        assert_eq!(of([plain(), plain(), plain()])["paired"], json!([]));
        let other = of([Ok(seeds(&[0.5, 0.5])), Ok(seeds(&[0.5; 3])), plain()]);
        assert_eq!(other["paired"], json!([]));
        let failed = of([Err(String::new()), Err(String::new()), plain()]);
        assert_eq!(failed["paired"], json!([]));
    }
}
