use super::*;
use serde_json::json;

fn numbers(tasks: usize) -> Value {
    json!({
        "newest_accuracy": 0.9468, "learning_accuracy": 0.952, "average_accuracy": 0.8,
        "window_accuracy": {"5": 0.913, "20": 0.824}, "tasks": tasks,
        "ood_auroc": {"epistemic": 0.941, "aleatoric": 0.9},
        "ece": 0.012, "updates_per_second": 92_085.4,
    })
}

fn summary(names: &[&str], seeds: bool, tasks: usize) -> Value {
    let cell = |name: &&str| {
        let mut cell = numbers(tasks);
        cell["cell"] = json!(name);
        match seeds {
            true => {
                cell["std"] = numbers(tasks);
                cell["seeds"] = json!([1, 2, 3]);
            }
            false => cell["seed"] = json!(7),
        }
        cell
    };
    let test = json!({"difference": 0.0123, "p": 0.0421});
    let pair = |name: &&str| {
        json!({"first": names[0], "other": name, "seeds": [1, 2, 3],
               "newest_accuracy": test, "average_accuracy": {"difference": -0.5, "p": 1e-9},
               "ood_auroc": {"epistemic": null}})
    };
    let cells: Vec<Value> = names.iter().map(cell).collect();
    let pairs: Vec<Value> = names[1..].iter().filter(|_| seeds).map(pair).collect();
    json!({"name": "own", "cells": cells, "paired": pairs})
}

#[test]
fn a_row_per_cell() {
    insta::assert_snapshot!(table(&summary(&["mesu", "sgd"], false, 200), 120));
}

#[test]
fn six_cells_fit_eighty_columns() {
    let names = ["mesu", "foovb", "bbb", "sgd", "adam", "streaming-ewc"];
    insta::assert_snapshot!(table(&summary(&names, true, 200), 80));
}

#[test]
fn no_column_repeats_another() {
    insta::assert_snapshot!(table(&summary(&["mesu", "sgd"], false, 5), 80));
    let text = table(&summary(&["mesu", "sgd"], true, 1), 80);
    assert!(
        !text.contains("average") && !text.contains("learning"),
        "{text}"
    );
}

#[test]
fn lines_fit_the_terminal() {
    let long = "memory_window=1200000,hidden=1024";
    let names = ["streaming-ewc", long, "abcdefghijklmnop"];
    for (seeds, columns) in [
        (false, 60),
        (true, 60),
        (false, 80),
        (true, 80),
        (true, 100),
    ] {
        for tasks in [1, 5, 20, 200] {
            let text = table(&summary(&names, seeds, tasks), columns);
            assert!(text.contains(&format!("\n{long}\n")), "{text}");
            for line in text.lines() {
                assert!(line.chars().count() <= columns, "{line}");
            }
        }
    }
}

#[test]
fn what_failed_or_is_unknown_is_seen() {
    let mut summary = summary(&["mesu", "sgd"], false, 200);
    summary["cells"][0] = json!({"cell": "mesu", "error": "diverged"});
    summary["cells"][1]["ood_auroc"] = Value::Null;
    let text = table(&summary, 120);
    assert!(text.contains("\nmesu failed\n"), "{text}");
    assert!(!text.contains("AUROC"), "{text}");
    summary["cells"][1]["mean_ood_auroc"] = json!({"epistemic": 0.75, "aleatoric": 0.5});
    let text = table(&summary, 120);
    assert!(text.contains(" mean OOD AUROC\n"), "{text}");
    assert!(text.contains("    0.750     0.500   0.012"), "{text}");
    assert!(table(&json!({}), 80).contains("cell"));
}

#[test]
fn several_seeds_repeat_no_column_either() {
    let mut summary = summary(&["mesu", "sgd"], true, 5);
    for cell in summary["cells"].as_array_mut().unwrap() {
        // The mean over the seeds.
        cell["tasks"] = json!(5.0);
    }
    let text = table(&summary, 120);
    assert!(
        text.contains("average") && !text.contains("window"),
        "{text}"
    );
}

#[test]
fn point_weights_have_no_epistemic_numbers() {
    let mut summary = summary(&["mesu", "sgd"], true, 5);
    summary["paired"][0]["ood_auroc"] = json!({"epistemic": {"difference": 0.4, "p": 0.01}});
    summary["cells"][1]["uncertainty"] = json!({"known": {"epistemic": 0.0}});
    let text = table(&summary, 120);
    let line = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap();
    assert!(
        line("mesu ").contains("0.941") && !line("sgd ").contains("0.941"),
        "{text}"
    );
    assert!(!text.contains("+0.400"), "{text}");
}
