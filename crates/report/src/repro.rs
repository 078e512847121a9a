//! The paper's figures to be met: which preset shows them, and which numbers count.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use mesu_lab::Results;
use mesu_lab::record::measures::find;

/// A figure of the paper.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// What `mesu repro` calls it by.
    pub name: String,
    /// What it shows.
    pub title: String,
    /// The preset that is run.
    pub preset: String,
    /// Settings beside the preset's.
    #[serde(default)]
    pub sets: Vec<String>,
    /// The seeds; none: the preset's own.
    #[serde(default)]
    pub seeds: Vec<u64>,
    /// Settings that make it a tenth as long.
    pub quick: Vec<String>,
    /// What a reader of its results has to know.
    #[serde(default)]
    pub note: String,
    /// The numbers.
    pub row: Vec<Row>,
}

/// One number of one cell.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The cell; empty where the preset has only one.
    pub cell: String,
    /// What the number is.
    pub number: String,
    /// Key of the measure.
    pub at: String,
    /// The paper's: nothing, `[mean]` or `[mean, standard deviation]`.
    #[serde(default)]
    pub paper: Vec<f64>,
    /// At least this is to be reached; with `over`, so much more than the others.
    #[serde(default)]
    pub target: Option<f64>,
    /// Other cells, the best of which `target` is counted from.
    #[serde(default)]
    pub over: Vec<String>,
    /// So close to the paper's mean it is to come.
    #[serde(default)]
    pub within: Option<f64>,
}

/// A row and what came out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reached {
    /// The cell; empty where there is only one.
    pub cell: String,
    /// What the number is.
    pub number: String,
    /// Key of the measure.
    pub at: String,
    /// The paper's mean and standard deviation.
    pub paper: Vec<f64>,
    /// What was to be reached; with `over`, so much more than the others.
    pub target: Option<f64>,
    /// The other cells, the best of which `target` is counted from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub over: Vec<String>,
    /// How close to the paper's mean it was to come.
    pub within: Option<f64>,
    /// Ours, a mean with several seeds; `None` if the cell failed.
    pub ours: Option<f64>,
    /// Its standard deviation, with several seeds.
    pub std: Option<f64>,
    /// True if the target is reached, where there is one.
    pub met: Option<bool>,
}

/// All figures.
pub fn figures() -> &'static [Figure] {
    #[derive(Deserialize)]
    struct File {
        figure: Vec<Figure>,
    }
    static FIGURES: OnceLock<Vec<Figure>> = OnceLock::new();
    FIGURES.get_or_init(|| {
        let text = include_str!("../repro.toml");
        let file: File = toml::from_str(text).expect("repro.toml is read by the tests");
        file.figure
    })
}

impl Figure {
    /// The figure of that name.
    pub fn find(name: &str) -> Option<&'static Self> {
        figures().iter().find(|figure| figure.name == name)
    }

    /// The settings beside the preset's, of the whole length or a tenth of it.
    pub fn settings(&self, quick: bool) -> Vec<String> {
        let more = if quick { &self.quick[..] } else { &[] };
        [&self.sets[..], more].concat()
    }

    /// The rows with what `results`, the numbers of the preset's run, hold of them.
    pub fn reached(&self, results: &Results) -> Vec<Reached> {
        let reached = |row: &Row| {
            let number = |cell: &str| results.cell(cell)?.number(find(&row.at)?);
            let value = |cell: &str| Some(number(cell)?.0);
            let ours = value(&row.cell);
            let std = number(&row.cell).and_then(|number| number.1);
            let others: Option<Vec<f64>> = row.over.iter().map(|other| value(other)).collect();
            let best = others.map(|others| others.into_iter().reduce(f64::max));
            let met = match (row.target, row.within, &row.paper[..]) {
                (Some(target), ..) => {
                    // A cell that failed says nothing about the best.
                    let least = best.map(|best| best.unwrap_or(0.0) + target);
                    Some(ours.zip(least).is_some_and(|(ours, least)| ours >= least))
                }
                (None, Some(within), [paper, ..]) => {
                    Some(ours.is_some_and(|ours| (ours - paper).abs() <= within))
                }
                _ => None,
            };
            Reached {
                cell: row.cell.clone(),
                number: row.number.clone(),
                at: row.at.clone(),
                paper: row.paper.clone(),
                target: row.target,
                over: row.over.clone(),
                within: row.within,
                ours,
                std,
                met,
            }
        };
        self.row.iter().map(reached).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesu_lab::record::comparison::Compared;
    use mesu_lab::{Comparison, Plan, Summaries, Summary};

    #[test]
    fn every_row_is_of_a_cell_that_its_preset_has() {
        for figure in figures() {
            for quick in [false, true] {
                let plan = Plan::find(&figure.preset, &figure.settings(quick)).unwrap();
                for row in &figure.row {
                    let found = plan.cells.iter().any(|cell| cell.name == row.cell);
                    assert!(found, "{}: {:?}", figure.name, row.cell);
                    let known = |name: &String| plan.cells.iter().any(|cell| cell.name == *name);
                    assert!(row.over.iter().all(known) && !row.over.contains(&row.cell));
                    assert!(row.over.is_empty() || row.target.is_some());
                    assert!(row.paper.len() <= 2 && find(&row.at).is_some());
                    assert!(row.within.is_none() || !row.paper.is_empty());
                }
            }
        }
    }

    fn cells(cells: Vec<(&str, Option<Summaries>)>) -> Results {
        let compared = |(cell, summaries): (&str, Option<Summaries>)| Compared {
            cell: cell.to_owned(),
            settings: Default::default(),
            result: summaries.ok_or_else(|| "no".to_owned()),
        };
        Results::Cells(Comparison {
            name: String::new(),
            cells: cells.into_iter().map(compared).collect(),
        })
    }

    fn one(change: impl Fn(&mut Summary)) -> Summaries {
        let mut summary = Summary::default();
        change(&mut summary);
        Summaries::new(vec![summary])
    }

    #[test]
    fn rows_find_their_numbers() {
        let figure = Figure::find("fig3").unwrap();
        let seed = |learning_accuracy| Summary {
            tasks: 200,
            learning_accuracy,
            window_accuracy: [("5".to_owned(), 0.9)].into(),
            ..Summary::default()
        };
        let seeds = Summaries::new(vec![seed(0.9375), seed(0.96875)]);
        let rows = figure.reached(&cells(vec![("mesu", Some(seeds)), ("si", None)]));
        assert_eq!((rows[0].ours, rows[0].met), (Some(0.953_125), Some(true)));
        assert!((rows[0].std.unwrap() - 0.022_097).abs() < 1e-6);
        assert_eq!((rows[1].ours, rows[1].met), (Some(0.9), Some(false)));
        assert_eq!(rows[2].met, None);
        let si = rows.iter().find(|row| row.cell == "si").unwrap();
        assert_eq!((si.ours, si.met), (None, Some(false)));
        let animals = Figure::find("fig2").unwrap();
        let over = animals
            .row
            .iter()
            .position(|row| row.over == ["sgd,lr=0.0001"])
            .unwrap();
        let average = |average| one(|summary| summary.average_accuracy = average);
        for (sgd, met) in [(Some(0.75), true), (Some(0.76), false), (None, false)] {
            let rows = animals.reached(&cells(vec![
                ("mesu", Some(average(0.8))),
                ("sgd,lr=0.0001", sgd.map(average)),
            ]));
            assert_eq!(rows[over].met, Some(met), "{sgd:?}");
        }
        let lone = Figure::find("supp-ucb").unwrap();
        let rows = lone.reached(&Results::One(average(0.92)));
        assert_eq!(rows[0].met, Some(true));
        let window = Figure::find("supp-window").unwrap();
        let cell = &window.row[0].cell;
        for (ours, met) in [(0.878, true), (0.898, false), (0.876, false)] {
            let of = one(|summary| {
                summary.tasks = 200;
                summary.window_accuracy.insert("5".to_owned(), ours);
            });
            let rows = window.reached(&cells(vec![(cell, Some(of))]));
            assert_eq!(rows[0].met, Some(met), "{ours}");
        }
    }
}
