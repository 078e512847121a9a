//! A made-up run, for tests.

use mesu::metric::ReliabilityBin;

use crate::runs::source::RunData;
use mesu_lab::config::{Experiment, Scenario};
use mesu_lab::record::classes::Classes;
use mesu_lab::record::gallery::{Exhibit, Gallery};
use mesu_lab::record::history::History;
use mesu_lab::record::importance::Importance;
use mesu_lab::record::snapshot::{
    MeanBits, SIGMA_BINS, SigmaHistogram, Snapshot, UNCERTAINTY_BINS, UncertaintyHistograms,
};
use mesu_lab::record::stage::{OodAuroc, PastCalibration, StageRecord, Uncertainty};

/// Settings of four domains.
pub(crate) const DOMAIN: &[&str] = &["name=animals", "scenario=domain", "tasks=4"];

/// Settings of three tasks, each in two parts.
pub(crate) const SPLIT: &[&str] = &["name=objects", "scenario=split", "tasks=3", "splits=2"];

/// A run of `permuted-digits` with `sets` after `tasks` stages, all that a record can hold.
pub(crate) fn run(sets: &[&str], tasks: usize) -> RunData {
    let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
    let experiment = Experiment::find("permuted-digits", &sets).unwrap();
    let mut history = History::new(&experiment);
    let unseen = experiment.scenario == Scenario::Domain;
    let record = |stage| {
        let mut record = record(stage, experiment.tasks);
        let tested = experiment.tested(stage - 1, experiment.data.epochs);
        for (accuracy, _) in record
            .accuracy
            .iter_mut()
            .zip(tested)
            .filter(|pair| !pair.1)
        {
            *accuracy = None;
        }
        // Of split classes there are none left after the last.
        if experiment.scenario == Scenario::Split && stage >= experiment.tasks {
            record.ood_auroc = None;
            record.ood_auroc_of_tasks = Vec::new();
            record.uncertainty.as_mut().unwrap().ood = None;
            record.snapshot.as_mut().unwrap().ood = None;
        }
        if experiment.scenario == Scenario::Permuted {
            record.ood_auroc_of_tasks = Vec::new();
        }
        if !unseen {
            record.unseen_auroc = None;
            record.uncertainty.as_mut().unwrap().unseen = None;
            record.snapshot.as_mut().unwrap().unseen = None;
        }
        record
    };
    history.stages = (1..=tasks).map(record).collect();
    if unseen {
        let names = ["photos", "line_drawings", "toys", "statues"];
        history.task_names = names.map(str::to_owned).into();
        history.importance = Some(Importance {
            measure: "1/sigma^2".to_owned(),
            spearman: 0.7,
            pearson_of_logs: 0.6,
            share: 0.9,
        });
    }
    history.position.stage = tasks;
    history.gallery = Some(gallery());
    history.classes = Some(classes());
    history.state_bytes_per_synapse = Some(8.0);
    RunData {
        config: history.config.parse().unwrap(),
        history,
    }
}

/// Makes `run` one of a learner whose weights are points.
pub(crate) fn without_epistemic(run: &mut RunData) {
    for record in &mut run.history.stages {
        let chance = |auroc: &mut OodAuroc| auroc.epistemic = 0.5;
        record.ood_auroc.iter_mut().for_each(chance);
        record.unseen_auroc.iter_mut().for_each(chance);
        if let Some(Uncertainty { known, unseen, ood }) = &mut record.uncertainty {
            let all = [Some(known), unseen.as_mut(), ood.as_mut()];
            all.into_iter()
                .flatten()
                .for_each(|bits| bits.epistemic = 0.0);
        }
    }
}

fn record(task: usize, tasks: usize) -> StageRecord {
    let accuracy = |j: usize| Some(0.1 + 0.8 / (1 + task - j) as f64 + 0.01 * (j % 3) as f64);
    StageRecord {
        stage: task,
        accuracy: (1..=task.min(tasks)).map(accuracy).collect(),
        online_accuracy: 0.5,
        ood_auroc: Some(OodAuroc {
            epistemic: 0.95 - 0.01 * task as f64,
            aleatoric: 0.8,
            spread: Some(0.9),
        }),
        ood_auroc_of_tasks: (1..=task.min(tasks))
            .map(|j| {
                Some(OodAuroc {
                    epistemic: 0.9 - 0.02 * j as f64,
                    aleatoric: 0.8,
                    spread: Some(0.9),
                })
            })
            .collect(),
        unseen_auroc: Some(OodAuroc {
            epistemic: 0.7,
            aleatoric: 0.6,
            spread: Some(0.9),
        }),
        uncertainty: Some(Uncertainty {
            known: bits(0.1),
            unseen: Some(bits(0.2)),
            ood: Some(bits(0.4)),
        }),
        ece: Some(0.02),
        brier: Some(0.1),
        nll: Some(0.2),
        values: None,
        past: (task > 1).then_some(PastCalibration {
            ece: 0.3,
            brier: 0.9,
            nll: 3.0,
        }),
        updates: 1000 * task as u64,
        gated: Some(100),
        skipped: Some(1),
        train_seconds: 0.5,
        test_seconds: 0.25,
        snapshot: Some(snapshot(task)),
    }
}

fn snapshot(task: usize) -> Snapshot {
    let mut counts = vec![0; SIGMA_BINS];
    counts[30] = 60;
    counts[30 + task % 5] += 40;
    let group = "layer.1.weight".to_owned();
    let bin = |i: u64| ReliabilityBin {
        examples: 10 * i,
        correct: 8 * i,
        confidence: 10.0 * i as f64 * (i as f64 + 0.5) / 15.0,
    };
    let reliability: Vec<ReliabilityBin> = (0..15).map(bin).collect();
    let histograms = |peak: usize| {
        let mut counts = vec![1; UNCERTAINTY_BINS];
        counts[peak] = 100;
        UncertaintyHistograms {
            most_bits: 10_f64.log2(),
            epistemic: counts.clone(),
            total: counts,
        }
    };
    Snapshot {
        sigma: vec![SigmaHistogram { group, counts }],
        past_reliability: reliability.clone(),
        reliability,
        known: histograms(0),
        ood: Some(histograms(20)),
        unseen: Some(histograms(10)),
    }
}

fn classes() -> Classes {
    let confusion = vec![vec![8, 1, 1], vec![1, 7, 2], vec![0, 0, 5]];
    Classes {
        names: Vec::new(),
        examples: vec![10, 10, 5],
        predicted: vec![9, 8, 8],
        correct: vec![8, 7, 5],
        confusion,
    }
}

fn bits(epistemic: f64) -> MeanBits {
    MeanBits {
        epistemic,
        aleatoric: 0.3,
        total: epistemic + 0.3,
    }
}

fn gallery() -> Gallery {
    let exhibit = |predicted: u32| Exhibit {
        example: 7,
        label: 3,
        predicted,
        probability: 0.5,
        total: 1.5,
        epistemic: 0.5,
        pixels: "00ff80c0".to_owned(),
        path: String::new(),
    };
    Gallery {
        channels: 1,
        rows: 2,
        columns: 2,
        names: Vec::new(),
        surest: vec![exhibit(3); 2],
        least_sure: vec![exhibit(5); 2],
        most_surprising: vec![exhibit(5); 2],
    }
}
