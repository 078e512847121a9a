//! The table after a run: its numbers, each with a few words on what it means.

use std::fmt::Write as _;

use serde_json::Value;

use crate::output::grouped;
use crate::tables::has_epistemic;

/// Most tasks that get a line of their own.
const TASKS: usize = 20;

/// Longest name of a task that is printed whole.
const NAME: usize = 22;

/// One line of the table.
struct Row {
    name: &'static str,
    /// JSON pointer of the number in a summary.
    pointer: &'static str,
    shown: fn(f64) -> String,
    unit: &'static str,
    meaning: &'static str,
    /// Fewest tasks with which the number says something that no line above says.
    tasks: usize,
}

const fn row(
    name: &'static str,
    pointer: &'static str,
    (shown, unit): (fn(f64) -> String, &'static str),
    meaning: &'static str,
    tasks: usize,
) -> Row {
    Row {
        name,
        pointer,
        shown,
        unit,
        meaning,
        tasks,
    }
}

const PERCENT: (fn(f64) -> String, &str) = (|number| format!("{:.1}", 100.0 * number), " %");
const FRACTION: (fn(f64) -> String, &str) = (|number| format!("{number:.3}"), "");
const COUNT: (fn(f64) -> String, &str) = (grouped, "");
const MEGABYTES: (fn(f64) -> String, &str) = (|number| format!("{:.0}", number / 1e6), " MB");
const BYTES: (fn(f64) -> String, &str) = (|number| format!("{number:.1}"), " B");

const ROWS: [Row; 14] = [
    row(
        "newest task",
        "/newest_accuracy",
        PERCENT,
        "accuracy on the task learned last",
        1,
    ),
    row(
        "average",
        "/average_accuracy",
        PERCENT,
        "accuracy, mean over all tasks",
        2,
    ),
    row(
        "window-5",
        "/window_accuracy/5",
        PERCENT,
        "accuracy, mean over the 5 newest tasks",
        6,
    ),
    row(
        "window-20",
        "/window_accuracy/20",
        PERCENT,
        "accuracy, mean over the 20 newest tasks",
        21,
    ),
    row(
        "learning accuracy",
        "/learning_accuracy",
        PERCENT,
        "accuracy on each task right after it",
        2,
    ),
    row(
        "forgetting",
        "/forgetting",
        PERCENT,
        "accuracy lost since each task's best",
        2,
    ),
    row(
        "OOD AUROC epistemic",
        "/ood_auroc/epistemic",
        FRACTION,
        "detects unknown inputs; 0.5 is chance",
        1,
    ),
    row(
        "OOD AUROC aleatoric",
        "/ood_auroc/aleatoric",
        FRACTION,
        "the same by ambiguity of the input",
        1,
    ),
    row(
        "OOD AUROC, mean",
        "/mean_ood_auroc/epistemic",
        FRACTION,
        "epistemic, mean along the run",
        1,
    ),
    row(
        "unseen AUROC",
        "/unseen_auroc/epistemic",
        FRACTION,
        "epistemic, for new kinds of known classes",
        1,
    ),
    row("ECE", "/ece", FRACTION, "calibration error; 0 is best", 1),
    row(
        "updates/s",
        "/updates_per_second",
        COUNT,
        "speed of learning",
        1,
    ),
    row(
        "peak memory",
        "/peak_memory_bytes",
        MEGABYTES,
        "the most memory the program held",
        1,
    ),
    row(
        "state",
        "/state_bytes_per_synapse",
        BYTES,
        "memory of the learner per synapse",
        1,
    ),
];

/// The table of a summary, of one seed or several (then with ± the standard deviation), at most 80 columns
/// wide. `names` are those of the tasks, if they have any.
pub(crate) fn table(summary: &Value, names: &[String]) -> String {
    let mut text = heading(summary);
    let count = tasks(&mut text, summary, names);
    text.push('\n');
    for row in ROWS {
        let number = |prefix: &str| {
            let pointer = format!("{prefix}{}", row.pointer);
            summary.pointer(&pointer).and_then(Value::as_f64)
        };
        let epistemic = row.pointer.ends_with("/epistemic");
        let shown = count.max(1) >= row.tasks && (!epistemic || has_epistemic(summary));
        let Some(value) = number("").filter(|_| shown) else {
            continue;
        };
        let shown = match number("/std") {
            None => format!("{}{}", (row.shown)(value), row.unit),
            Some(std) => format!("{} ± {}{}", (row.shown)(value), (row.shown)(std), row.unit),
        };
        let width = if summary.get("std").is_some() { 16 } else { 8 };
        let _ = writeln!(text, "{:<19} {shown:>width$}  {}", row.name, row.meaning);
    }
    text
}

fn heading(summary: &Value) -> String {
    let name = summary["name"].as_str().unwrap_or_default();
    match summary["seeds"].as_array() {
        Some(seeds) => format!(
            "{name}, mean ± standard deviation of {} seeds\n\n",
            seeds.len()
        ),
        None => format!("{name}, seed {}\n\n", summary["seed"]),
    }
}

/// Writes the accuracy on each task after the last one, oldest first, as number and bar; returns the number
/// of tasks.
fn tasks(text: &mut String, summary: &Value, names: &[String]) -> usize {
    let numbers = |value: &Value| -> Vec<f64> {
        value
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_f64)
            .collect()
    };
    let accuracies = numbers(&summary["task_accuracy"]);
    let spreads = numbers(&summary["std"]["task_accuracy"]);
    let hidden = accuracies.len().saturating_sub(TASKS);
    let mut labels: Vec<String> = match names.len() == accuracies.len() {
        true => names.iter().map(|name| shortened(name)).collect(),
        false => (1..=accuracies.len())
            .map(|task| task.to_string())
            .collect(),
    };
    labels.drain(..hidden);
    if hidden > 0 {
        labels.insert(0, format!("1-{hidden}"));
    }
    let widths = labels.iter().map(|label| label.chars().count());
    let width = widths.max().unwrap_or(0).max(4);
    let _ = writeln!(text, "{:<width$}  accuracy after the last task", "task");
    let mut labels = labels.iter();
    let mut next = || labels.next().map_or("", String::as_str);
    // Numbers stand at the right, names at the left.
    let label = |label: &str| match names.is_empty() {
        true => format!("{label:>width$}"),
        false => format!("{label:<width$}"),
    };
    if hidden > 0 {
        let mean = accuracies[..hidden].iter().sum::<f64>() / hidden as f64;
        let _ = writeln!(
            text,
            "{}  {:5.1} %  mean; accuracy.csv has each",
            label(next()),
            100.0 * mean
        );
    }
    for (i, accuracy) in accuracies.iter().enumerate().skip(hidden) {
        let bar = "█".repeat((40.0 * accuracy).round() as usize);
        let spread = spreads
            .get(i)
            .map_or(String::new(), |std| format!("± {:4.1} ", 100.0 * std));
        let _ = writeln!(
            text,
            "{}  {:5.1} {spread}%  {bar}",
            label(next()),
            100.0 * accuracy
        );
    }
    accuracies.len()
}

/// `name`, cut where it is too long for its column.
fn shortened(name: &str) -> String {
    match name.chars().count() > NAME {
        true => name.chars().take(NAME - 1).chain(['…']).collect(),
        false => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn summary(tasks: usize) -> Value {
        json!({
            "name": "permuted-digits", "seed": 1, "newest_accuracy": 0.9468,
            "window_accuracy": {"5": 0.913, "20": 0.8}, "average_accuracy": 0.8,
            "learning_accuracy": 0.947, "forgetting": 0.141,
            "ood_auroc": {"epistemic": 0.941, "aleatoric": 0.9},
            "ece": 0.012, "updates_per_second": 61234.5, "peak_memory_bytes": 150_000_000,
            "task_accuracy": vec![0.8; tasks],
        })
    }

    #[test]
    fn one_seed() {
        insta::assert_snapshot!(table(&summary(2), &[]));
    }

    #[test]
    fn windows_are_shown_where_they_differ_from_the_average() {
        insta::assert_snapshot!(table(&summary(25), &[]));
        let text = table(&summary(1), &[]);
        assert!(
            !text.contains("average") && !text.contains("forgetting"),
            "{text}"
        );
        assert!(!table(&summary(20), &[]).contains("window-20"));
    }

    #[test]
    fn tasks_have_their_names() {
        let names = ["2024-day", "a name that is longer than its column"].map(str::to_owned);
        let text = table(&summary(2), &names);
        assert!(
            text.contains("\n2024-day                 80.0 %  ███"),
            "{text}"
        );
        assert!(text.contains("\na name that is longer…   80.0 %"), "{text}");
    }

    #[test]
    fn lines_fit_eighty_columns() {
        let mut several = summary(200);
        several["mean_ood_auroc"] = several["ood_auroc"].clone();
        several["unseen_auroc"] = several["ood_auroc"].clone();
        several["std"] = summary(200);
        several["seeds"] = json!([1, 2]);
        let names: Vec<String> = (0..200).map(|i| "n".repeat(30 + i)).collect();
        for value in [summary(200), several, json!({})] {
            let text = table(&value, &names);
            assert!(text.lines().count() < 40);
            for line in text.lines() {
                assert!(line.chars().count() <= 80, "{line}");
            }
        }
    }

    #[test]
    fn what_is_unknown_has_no_row() {
        let mut summary = summary(1);
        summary["ood_auroc"] = Value::Null;
        let text = table(&summary, &[]);
        assert!(
            !text.contains("AUROC") && !text.contains("unseen"),
            "{text}"
        );
    }

    #[test]
    fn domains_and_split_classes_have_rows_of_their_own() {
        let mut summary = summary(2);
        summary["ood_auroc"] = Value::Null;
        summary["mean_ood_auroc"] = json!({"epistemic": 0.75});
        summary["unseen_auroc"] = json!({"epistemic": 0.625});
        let text = table(&summary, &[]);
        assert!(text.contains("OOD AUROC, mean        0.750  "), "{text}");
        assert!(text.contains("unseen AUROC           0.625  "), "{text}");
    }
}
