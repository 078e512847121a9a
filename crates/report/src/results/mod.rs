//! What was reached, kept: a record for each figure that was run again, and the page of all of them.
//!
//! `mesu repro FIGURE --record FOLDER` writes `FOLDER/FIGURE.json`, `mesu results FOLDER` makes
//! RESULTS.md of all records there, beside `bench.json`, the output of `mesu bench all --json`, and
//! `streams.json`, that of `benches/peers/streams.py`. No figure of that page is typed.

mod page;
mod streams;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::repro::{Figure, Reached, figures};
use mesu_lab::record::comparison::Compared;
use mesu_lab::record::measures::{MEASURES, Measure};
use mesu_lab::run::directory::{read, write_file};
use mesu_lab::{LabError, Results, Summaries};

/// Name of the benchmarks' file among the records.
const BENCH: &str = "bench.json";
/// Name of the file of streams of rows.
const STREAMS: &str = "streams.json";

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
    /// Record of `figure`, whose preset's run came to `results`, on a processor of the name `cpu`.
    #[must_use]
    pub fn new(
        figure: &Figure,
        results: &Results,
        wall_seconds: Option<f64>,
        cpu: Option<String>,
    ) -> Self {
        let cells = match results {
            Results::One(summaries) => vec![CellRecord::of("", Ok(summaries))],
            Results::Cells(comparison) => {
                let cells = comparison.cells.iter();
                let of = |cell: &Compared| CellRecord::of(&cell.cell, cell.result.as_ref());
                cells.map(of).collect()
            }
        };
        Self {
            figure: figure.name.clone(),
            seeds: results.seeds(),
            wall_seconds,
            cpu,
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            rows: figure.reached(results),
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
    fn of(cell: &str, result: Result<&Summaries, &String>) -> Self {
        let number = |summaries: &Summaries, measure: &Measure| {
            let (mean, std) = summaries.number(measure)?;
            let values = [Some(mean), std].into_iter().flatten().collect();
            Some((measure.key(), values))
        };
        let numbers = |summaries: &Summaries| {
            let measures = MEASURES.iter();
            measures
                .filter_map(|measure| number(summaries, measure))
                .collect()
        };
        Self {
            cell: cell.to_owned(),
            error: result.err().cloned(),
            numbers: result.map(numbers).unwrap_or_default(),
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
    let streams = load::<streams::Streams>(&folder.join(STREAMS))?;
    if records.is_empty() && bench.is_none() && streams.is_none() {
        return Err(LabError::NoRecords {
            folder: folder.to_owned(),
        });
    }
    let streams = streams.map(|streams| streams.section());
    Ok(page::page(&records, streams, bench.as_ref()))
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
    use super::*;
    use mesu_lab::{Comparison, Summary};

    #[test]
    fn records_come_back_and_make_a_page() {
        let folder = tempfile::tempdir().unwrap();
        let empty = page(folder.path()).unwrap_err().to_string();
        assert!(empty.contains("holds no record of results"), "{empty}");

        let figure = Figure::find("fig3").unwrap();
        let summary = |seed, newest_accuracy| Summary {
            seed,
            newest_accuracy,
            learning_accuracy: 0.95,
            window_accuracy: [("5".to_owned(), 0.9), ("20".to_owned(), 0.6)].into(),
            train_seconds: 60.0,
            test_seconds: 90.0,
            ..Summary::default()
        };
        let compared = |cell: &str, result| Compared {
            cell: cell.to_owned(),
            settings: Default::default(),
            result,
        };
        let seeds = Summaries::new(vec![summary(1, 0.95), summary(2, 0.93)]);
        let results = Results::Cells(Comparison {
            name: "permuted-digits".to_owned(),
            cells: vec![
                compared("mesu", Ok(seeds)),
                compared("si", Err("it diverged".to_owned())),
            ],
        });
        let record = Record::new(figure, &results, Some(150.0), None);
        let newest = &record.cells[0].numbers["/newest_accuracy"];
        assert!((newest[0] - 0.94).abs() < 1e-12 && (newest[1] - 0.014_142).abs() < 1e-6);
        record.write(folder.path()).unwrap();
        assert_eq!(
            load(&folder.path().join("fig3.json")).unwrap(),
            Some(record)
        );

        let text = page(folder.path()).unwrap();
        for part in [
            "mesu repro fig3",
            "| mesu | newest task, mean over the run | 94.68 ± 0.14 % | 95.00 ± 0.00 % | 94.50 % | yes |",
            "| mesu | 94.00 ± 1.41 % |",
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
            text.contains("fig4.json") && text.contains("no record of results"),
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
