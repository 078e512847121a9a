use mesu::metric::RegressionScores;
use serde_json::{Value, json};

use super::*;
use crate::record::importance::Importance;
use crate::record::snapshot::MeanBits;
use crate::record::stage::{OodAuroc, PastCalibration, Uncertainty};
use crate::record::summary::Summary;

/// A summary with another number in every place.
fn full() -> Summary {
    let auroc = |epistemic| {
        Some(OodAuroc {
            epistemic,
            aleatoric: epistemic + 0.01,
            spread: Some(epistemic + 0.005),
        })
    };
    let bits = |epistemic| MeanBits {
        epistemic,
        aleatoric: 0.3,
        total: epistemic + 0.3,
    };
    let windows = |value: f64| [("5", value), ("20", value + 0.01)];
    let windows = |value| windows(value).map(|(key, value)| (key.to_owned(), value));
    Summary {
        newest_accuracy: 0.11,
        window_accuracy: windows(0.12).into(),
        mean_window_accuracy: windows(0.14).into(),
        average_accuracy: 0.16,
        learning_accuracy: 0.17,
        forgetting: 0.18,
        backward_transfer: 0.19,
        online_accuracy: 0.2,
        balanced_accuracy: Some(0.21),
        kappa: Some(0.22),
        ood_auroc: auroc(0.31),
        unseen_auroc: auroc(0.33),
        mean_ood_auroc: auroc(0.35),
        mean_unseen_auroc: auroc(0.37),
        uncertainty: Some(Uncertainty {
            known: bits(0.41),
            unseen: Some(bits(0.42)),
            ood: Some(bits(0.43)),
        }),
        ece: Some(0.51),
        brier: Some(0.52),
        nll: Some(0.53),
        past: Some(PastCalibration {
            ece: 0.54,
            brier: 0.55,
            nll: 0.56,
        }),
        values: Some(scores()),
        updates: 61,
        gated: Some(67),
        skipped: Some(68),
        updates_per_second: 62.0,
        train_seconds: 63.0,
        test_seconds: 64.0,
        peak_memory_bytes: Some(65),
        state_bytes_per_synapse: Some(66.0),
        importance: Some(Importance {
            measure: "omega".to_owned(),
            spearman: 0.71,
            pearson_of_logs: 0.72,
            share: 0.73,
        }),
        ..Summary::default()
    }
}

fn scores() -> RegressionScores {
    let mut scores = RegressionScores::default();
    (scores.r2, scores.rmse, scores.mae) = (0.81, 0.82, 0.83);
    (scores.nll, scores.crps, scores.coverage) = (0.84, 0.85, 0.86);
    scores
}

/// The places of all numbers of `value`.
fn places(value: &Value, at: &str, into: &mut Vec<String>) {
    match value {
        Value::Object(map) => map
            .iter()
            .for_each(|(key, value)| places(value, &format!("{at}/{key}"), into)),
        Value::Number(_) => into.push(at.to_owned()),
        _ => {}
    }
}

#[test]
fn every_number_of_a_summary_is_a_measure_and_read_from_its_place() {
    let summary = full();
    let json = json!(summary);
    for measure in MEASURES {
        let written = json.pointer(&measure.key()).and_then(Value::as_f64);
        assert!(written.is_some(), "{}", measure.id);
        assert_eq!(measure.of(&summary), written, "{}", measure.id);
        assert_eq!(find(&measure.key()), Some(measure));
    }
    let mut all = Vec::new();
    places(&json, "", &mut all);
    // Parts of other numbers, and what names a run.
    all.retain(|place| {
        let part = place.starts_with("/uncertainty/") && !place.ends_with("/epistemic");
        !part && !["/seed", "/tasks", "/importance/share"].contains(&place.as_str())
    });
    for place in &all {
        assert!(find(place).is_some(), "{place}");
    }
    assert_eq!(all.len(), MEASURES.len());
}

#[test]
fn names_are_short_and_not_given_twice() {
    for (i, measure) in MEASURES.iter().enumerate() {
        let again = MEASURES[..i]
            .iter()
            .any(|other| other.id == measure.id || other.name == measure.name);
        assert!(!again, "{}", measure.id);
        // A line of a run's table is 80 columns wide.
        let (name, meaning) = (measure.name.len(), measure.meaning.len());
        assert!(
            !measure.in_run || name <= 19 && meaning <= 42,
            "{}",
            measure.id
        );
    }
    assert_eq!(find("/nothing"), None);
}

#[test]
fn the_best_is_told_where_there_is_one() {
    let best = |measure: Measure, values: [f64; 2]| measure.best(&values.map(Some));
    assert_eq!(best(NEWEST, [0.5, 0.75]), Some(1));
    assert_eq!(best(FORGETTING, [0.5, 0.75]), Some(0));
    assert_eq!(best(NEWEST, [0.5, 0.5]), None);
    assert_eq!(NEWEST.best(&[None, Some(0.5)]), None);
}
