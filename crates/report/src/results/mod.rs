//! What was reached, kept: a record for each figure that was run again, and the page of all of them.
//!
//! `mesu repro FIGURE --record FOLDER` writes `FOLDER/FIGURE.json`, `mesu results FOLDER` makes
//! RESULTS.md of all records there, beside `bench.json`, the output of `mesu bench all --json`. No
//! figure of that page is typed.

mod page;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::page::numbers::NUMBERS;
use crate::repro::{Figure, Reached, figures};
use mesu_lab::LabError;
use mesu_lab::run::directory::{read, write_file};

/// Name of the benchmarks' file among the records.
const BENCH: &str = "bench.json";

/// A figure that was run again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Its name in `repro.toml`.
    pub figure: String,
    /// How many seeds each cell had.
    pub seeds: usize,
    /// From the first to the last step, on `cores` cores; none if the runs were made in several calls.
    pub wall_seconds: Option<f64>,
    /// The processor's own name.
    pub cpu: Option<String>,
    /// Threads that could run at the same time.
    pub cores: usize,
    /// The numbers that were to be met.
    pub rows: Vec<Reached>,
    /// All numbers of every cell.
    pub cells: Vec<CellRecord>,
}

/// A cell in numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellRecord {
    /// Its name; empty where there is only one.
    pub cell: String,
    /// Why it has no numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// By their place in `summary.json`: `[mean]` or, of several seeds, `[mean, standard deviation]`.
    pub numbers: BTreeMap<String, Vec<f64>>,
}

impl Record {
    /// Of `figure`, whose preset's run came to `summary`, its `summary.json`, on a processor of the name
    /// `cpu`.
    #[must_use]
    pub fn new(
        figure: &Figure,
        summary: &Value,
        wall_seconds: Option<f64>,
        cpu: Option<String>,
    ) -> Self {
        let cells = match summary["cells"].as_array() {
            Some(cells) => cells.iter().map(CellRecord::of).collect(),
            None => vec![CellRecord::of(summary)],
        };
        Self {
            figure: figure.name.clone(),
            seeds: seeds(summary),
            wall_seconds,
            cpu,
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            rows: figure.reached(summary),
            cells,
        }
    }

    /// Writes it into `folder`, which is made if need be, in the place of an older one.
    ///
    /// # Errors
    /// [`LabError::Io`] when that can't be done.
    pub fn write(&self, folder: &Path) -> Result<PathBuf, LabError> {
        fs::create_dir_all(folder).map_err(LabError::io(folder, "can't be made"))?;
        let path = folder.join(format!("{}.json", self.figure));
        let text = serde_json::to_string_pretty(self).expect("numbers and words are JSON");
        write_file(&path, (text + "\n").as_bytes())?;
        Ok(path)
    }
}

impl CellRecord {
    fn of(summary: &Value) -> Self {
        let number = |at: &str| {
            let mean = summary.pointer(at)?.as_f64()?;
            let std = summary["std"].pointer(at).and_then(Value::as_f64);
            Some((
                at.to_owned(),
                [Some(mean), std].into_iter().flatten().collect(),
            ))
        };
        Self {
            cell: summary["cell"].as_str().unwrap_or_default().to_owned(),
            error: summary["error"].as_str().map(str::to_owned),
            numbers: NUMBERS.iter().filter_map(|n| number(n.pointer)).collect(),
        }
    }
}

/// Makes `folder`, if need be, and sees that records can be written there: before long runs, not after.
///
/// # Errors
/// [`LabError::Io`] when that can't be done.
pub fn prepare(folder: &Path) -> Result<(), LabError> {
    fs::create_dir_all(folder).map_err(LabError::io(folder, "can't be made"))?;
    let probe = tempfile::tempfile_in(folder);
    probe.map_err(LabError::io(folder, "can't be written to"))?;
    Ok(())
}

/// How many seeds a `summary.json` is over.
#[must_use]
pub fn seeds(summary: &Value) -> usize {
    let first = summary["cells"].get(0).unwrap_or(summary);
    first["seeds"].as_array().map_or(1, Vec::len)
}

/// RESULTS.md: what the records of `folder` hold, in the order of `repro.toml`.
///
/// # Errors
/// [`LabError`] for a folder without records, and for a record that can't be read.
pub fn page(folder: &Path) -> Result<String, LabError> {
    let mut records = Vec::new();
    for figure in figures() {
        let path = folder.join(format!("{}.json", figure.name));
        let Some(record) = load::<Record>(&path)? else {
            continue;
        };
        if record.figure != figure.name {
            let message = format!("it is of the figure {}", record.figure);
            return Err(LabError::Record { path, message });
        }
        records.push((figure, record));
    }
    let bench = load::<Value>(&folder.join(BENCH))?;
    if records.is_empty() && bench.is_none() {
        return Err(LabError::NoRecords {
            folder: folder.to_owned(),
        });
    }
    Ok(page::page(&records, bench.as_ref()))
}

fn load<T: for<'a> Deserialize<'a>>(path: &Path) -> Result<Option<T>, LabError> {
    let Some(bytes) = read(path)? else {
        return Ok(None);
    };
    let parsed = serde_json::from_slice(&bytes);
    parsed.map(Some).map_err(|error| LabError::Record {
        path: path.to_owned(),
        message: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn records_come_back_and_make_a_page() {
        let folder = tempfile::tempdir().unwrap();
        let empty = page(folder.path()).unwrap_err().to_string();
        assert!(empty.contains("--record"), "{empty}");

        let figure = Figure::find("fig3").unwrap();
        let cell = json!({ "cell": "mesu", "learning_accuracy": 0.95, "newest_accuracy": 0.94,
            "window_accuracy": { "5": 0.9, "20": 0.6 }, "std": { "newest_accuracy": 0.01 },
            "seeds": [1, 2], "train_seconds": 60.0, "test_seconds": 90.0 });
        let summary = json!({ "cells": [cell, { "cell": "si", "error": "it diverged" }] });
        let record = Record::new(figure, &summary, Some(150.0), None);
        assert_eq!(record.cells[0].numbers["/newest_accuracy"], [0.94, 0.01]);
        record.write(folder.path()).unwrap();
        assert_eq!(
            load(&folder.path().join("fig3.json")).unwrap(),
            Some(record)
        );

        let text = page(folder.path()).unwrap();
        for part in [
            "mesu repro fig3",
            "| mesu | newest task, mean over the run | 94.68 ± 0.14 % | 95.00 % | 94.50 % | yes |",
            "| mesu | 94.00 ± 1.00 % |",
            "it diverged",
            "2 min of learning and 3 min of testing",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn a_damaged_record_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("fig4.json"), "{\"figure\": 3}").unwrap();
        let text = page(folder.path()).unwrap_err().to_string();
        assert!(
            text.contains("fig4.json") && text.contains("mesu repro"),
            "{text}"
        );
    }

    /// RESULTS.md of this repository is what its records say.
    #[test]
    fn results_are_made_of_the_records() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let committed = fs::read_to_string(root.join("RESULTS.md")).unwrap();
        let made = page(&root.join("results")).unwrap();
        assert!(
            committed == made,
            "make it anew: mesu results results --out RESULTS.md"
        );
    }
}
