//! The table after a run: what came of it, in the field's words and in plain ones.

use std::fmt::Write as _;

use serde_json::Value;

use crate::output::grouped;

/// Most tasks that get a line of their own.
const TASKS: usize = 20;

/// What only some runs have: no dash stands for it in the others.
const SELDOM: [&str; 2] = ["/mean_ood_auroc/epistemic", "/unseen_auroc/epistemic"];

/// The table of a summary, of one seed or several (then with ± the standard deviation),
/// at most 80 columns wide.
pub(crate) fn table(summary: &Value) -> String {
    let mut text = heading(summary);
    tasks(&mut text, summary);
    text.push('\n');
    let percent = |number: f64| format!("{:.1}", 100.0 * number);
    let fraction = |number: f64| format!("{number:.3}");
    let megabytes = |number: f64| format!("{:.0}", number / 1e6);
    let bytes = |number: f64| format!("{number:.1}");
    type Shown<'a> = &'a dyn Fn(f64) -> String;
    let rows: [(&str, &str, Shown<'_>, &str, &str); 14] = [
        (
            "newest task",
            "/newest_accuracy",
            &percent,
            " %",
            "accuracy on the task learned last",
        ),
        (
            "average",
            "/average_accuracy",
            &percent,
            " %",
            "accuracy, mean over all tasks",
        ),
        (
            "window-5",
            "/window_accuracy/5",
            &percent,
            " %",
            "accuracy, mean over the 5 newest tasks",
        ),
        (
            "window-20",
            "/window_accuracy/20",
            &percent,
            " %",
            "the same over the 20 newest",
        ),
        (
            "learning accuracy",
            "/learning_accuracy",
            &percent,
            " %",
            "on each task just after it",
        ),
        (
            "forgetting",
            "/forgetting",
            &percent,
            " %",
            "lost since each task's best",
        ),
        (
            "OOD AUROC epistemic",
            "/ood_auroc/epistemic",
            &fraction,
            "",
            "knows the unknown: 1 always, 0.5 never",
        ),
        (
            "OOD AUROC aleatoric",
            "/ood_auroc/aleatoric",
            &fraction,
            "",
            "the same by doubt within the example",
        ),
        (
            "OOD AUROC, mean",
            "/mean_ood_auroc/epistemic",
            &fraction,
            "",
            "epistemic, along the run",
        ),
        (
            "unseen AUROC",
            "/unseen_auroc/epistemic",
            &fraction,
            "",
            "epistemic, of new kinds of known classes",
        ),
        (
            "ECE",
            "/ece",
            &fraction,
            "",
            "confidence against accuracy, 0 is best",
        ),
        (
            "updates/s",
            "/updates_per_second",
            &grouped,
            "",
            "speed of learning",
        ),
        (
            "peak memory",
            "/peak_memory_bytes",
            &megabytes,
            " MB",
            "the most this program held",
        ),
        (
            "state",
            "/state_bytes_per_synapse",
            &bytes,
            "",
            "bytes that the learner keeps for a synapse",
        ),
    ];
    for (name, pointer, shown, unit, meaning) in rows {
        let value = summary.pointer(pointer).and_then(Value::as_f64);
        if value.is_none() && SELDOM.contains(&pointer) {
            continue;
        }
        let spread = summary
            .pointer(&format!("/std{pointer}"))
            .and_then(Value::as_f64);
        let value = match (value, spread) {
            (None, _) => "-".to_owned(),
            (Some(value), None) => format!("{}{unit}", shown(value)),
            (Some(value), Some(spread)) => format!("{} ± {}{unit}", shown(value), shown(spread)),
        };
        let width = if summary.get("std").is_some() { 16 } else { 8 };
        let _ = writeln!(text, "{name:<19} {value:>width$}  {meaning}");
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

/// Accuracy per task after the last one, oldest first, as number and bar.
fn tasks(text: &mut String, summary: &Value) {
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
    text.push_str("task  accuracy on it now, after all tasks\n");
    if hidden > 0 {
        let mean = accuracies[..hidden].iter().sum::<f64>() / hidden as f64;
        let _ = writeln!(
            text,
            "{:>4}  {:5.1} %  mean; accuracy.csv has each",
            format!("-{hidden}"),
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
            "{:>4}  {:5.1} {spread}%  {bar}",
            i + 1,
            100.0 * accuracy
        );
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
        let text = table(&summary(2));
        assert!(text.starts_with("permuted-digits, seed 1\n"));
        assert!(text.contains("   2   80.0 %  ████"));
        assert!(
            text.contains("newest task           94.7 %  accuracy"),
            "{text}"
        );
        assert!(
            text.contains("updates/s             61,234  speed"),
            "{text}"
        );
        assert!(text.contains("peak memory           150 MB  "), "{text}");
    }

    #[test]
    fn lines_fit_eighty_columns() {
        let mut several = summary(200);
        several["mean_ood_auroc"] = several["ood_auroc"].clone();
        several["unseen_auroc"] = several["ood_auroc"].clone();
        several["std"] = summary(200);
        several["seeds"] = json!([1, 2]);
        for value in [summary(200), several, json!({})] {
            let text = table(&value);
            assert!(text.lines().count() < 40);
            for line in text.lines() {
                assert!(line.chars().count() <= 80, "{line}");
            }
        }
    }

    #[test]
    fn what_is_unknown_is_a_dash() {
        let mut summary = summary(1);
        summary["ood_auroc"] = Value::Null;
        let text = table(&summary);
        assert!(text.contains("OOD AUROC epistemic        -  "));
        assert!(
            !text.contains("AUROC, mean") && !text.contains("unseen"),
            "{text}"
        );
    }

    #[test]
    fn domains_and_split_classes_have_rows_of_their_own() {
        let mut summary = summary(2);
        summary["ood_auroc"] = Value::Null;
        summary["mean_ood_auroc"] = json!({"epistemic": 0.75});
        summary["unseen_auroc"] = json!({"epistemic": 0.625});
        let text = table(&summary);
        assert!(text.contains("OOD AUROC, mean        0.750  "), "{text}");
        assert!(text.contains("unseen AUROC           0.625  "), "{text}");
    }
}
