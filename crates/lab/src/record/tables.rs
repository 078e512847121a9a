//! The tables of a run, which grow with every stage: `accuracy.csv`, `metrics.jsonl`, `epochs.jsonl`.

use std::fmt::Write as _;

use mesu::metric::newest_first;
use serde_json::{Value, json};

use crate::record::history::WINDOWS;
use crate::record::stage::{EpochRecord, StageRecord};
use crate::record::summary::{Windows, mean};

/// Rows: trained task, columns: tested task, both counted from 1; empty where not tested.
pub(crate) fn accuracy_csv(records: &[StageRecord], tasks: usize) -> String {
    let mut text = "trained_task".to_owned();
    for task in 1..=tasks {
        let _ = write!(text, ",{task}");
    }
    text.push('\n');
    for record in records {
        let _ = write!(text, "{}", record.stage);
        for accuracy in &record.accuracy {
            let accuracy = accuracy.map_or(String::new(), |accuracy| accuracy.to_string());
            let _ = write!(text, ",{accuracy}");
        }
        text.push_str(&",".repeat(tasks - record.accuracy.len()));
        text.push('\n');
    }
    text
}

/// One line of JSON per task: how things stood when it ended.
pub(crate) fn metrics_jsonl(records: &[StageRecord]) -> String {
    let line = |record: &StageRecord| {
        let mut line = json!(record);
        // Counts for the report's figures, which read them from the checkpoint.
        line.as_object_mut()
            .and_then(|line| line.remove("snapshot"));
        with_means(line, record.stage, &record.accuracy)
    };
    records.iter().map(line).collect()
}

/// One line of JSON per test within tasks and at their ends.
pub(crate) fn epochs_jsonl(records: &[EpochRecord]) -> String {
    let line = |record: &EpochRecord| with_means(json!(record), record.stage, &record.accuracy);
    records.iter().map(line).collect()
}

/// The record of `stage`, from 1, as a line, with what its accuracies `row` come to where all that it
/// takes is known.
fn with_means(mut record: Value, stage: usize, row: &[Option<f64>]) -> String {
    let mean_of = |row: &[Option<f64>]| {
        let known: Option<Vec<f64>> = row.iter().copied().collect();
        known.map(|known| mean(&known))
    };
    let newest: Vec<Option<f64>> = newest_first(row, stage).collect();
    let recent = |window: usize| mean_of(&newest[..window.min(newest.len())]);
    let windows: Windows = WINDOWS
        .iter()
        .filter_map(|&window| Some((window.to_string(), recent(window)?)))
        .collect();
    record["newest_accuracy"] = json!(newest.first());
    record["average_accuracy"] = json!(mean_of(row));
    record["window_accuracy"] = json!(windows);
    record.to_string() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(accuracy: &[Option<f64>]) -> StageRecord {
        StageRecord {
            stage: accuracy.len(),
            accuracy: accuracy.to_vec(),
            ..Default::default()
        }
    }

    #[test]
    fn tables_have_a_row_per_task() {
        let records = [record(&[Some(0.75)]), record(&[Some(0.5), Some(1.0)])];
        assert_eq!(
            accuracy_csv(&records, 3),
            "trained_task,1,2,3\n1,0.75,,\n2,0.5,1,\n"
        );
        let lines = metrics_jsonl(&records);
        let last: Value = serde_json::from_str(lines.lines().nth(1).unwrap()).unwrap();
        assert_eq!(last["task"], 2);
        assert_eq!(last["average_accuracy"], 0.75);
        assert_eq!(last["window_accuracy"]["5"], 0.75);
    }

    #[test]
    fn what_was_not_tested_is_empty_or_null() {
        let mut newest = vec![Some(0.5); 6];
        newest[0] = None;
        let records = [record(&newest)];
        let table = accuracy_csv(&records, 7);
        assert!(table.ends_with("\n6,,0.5,0.5,0.5,0.5,0.5,\n"), "{table}");
        let line: Value = serde_json::from_str(&metrics_jsonl(&records)).unwrap();
        assert_eq!(line["accuracy"][0], Value::Null);
        assert_eq!(line["newest_accuracy"], 0.5);
        assert_eq!(line["average_accuracy"], Value::Null);
        assert_eq!(line["window_accuracy"], json!({ "5": 0.5 }));
    }
}
