//! Every finding, on a learner that was brought into its state.

use mesu::Learner;

mod broken;
mod memory;
mod sigma;

use super::*;
use Verdict::{Broken, Healthy, NeedsAttention};
use mesu::{
    BbbConfig, EwcConfig, FoovbConfig, LearnerConfig, LearningConfig, MesuConfig, OnlineEwcConfig,
    Optimizer, ReplayConfig, SgdConfig, SiConfig, StreamingEwcConfig,
};
use mesu::{NetworkConfig, network::Network};

pub(super) const STREAM: Stream = Stream {
    batch_size: 1,
    task_length: Some(60_000),
    tasks: None,
};

/// A learner with 20-10-3 synapses, 200,000 updates old.
pub(super) fn learner(
    config: impl Into<LearnerConfig>,
    change: impl FnOnce(&mut Network),
) -> Learner {
    let network = NetworkConfig {
        hidden: vec![10],
        ..NetworkConfig::paper()
    };
    let new = Learner::new(20, 3, &network, &config.into(), 1).unwrap();
    new.brought_to(200_000, change)
}

/// Sets `plane` of every synapse to what `value` makes of its layer, row, column and start.
pub(super) fn set(
    plane: &'static str,
    value: impl Fn(usize, usize, usize, f32) -> f32,
) -> impl FnOnce(&mut Network) {
    move |network| {
        for (layer, group) in network.synapses_mut().enumerate() {
            let columns = group.mu().columns();
            let old: Vec<f32> = group.plane(plane).unwrap().values().collect();
            let numbered = old.iter().enumerate();
            let new: Vec<f32> = numbered
                .map(|(i, old)| value(layer, i / columns, i % columns, *old))
                .collect();
            group.replace(plane, &new);
        }
    }
}

/// Sigma at work: below its start, more so with every column.
pub(super) fn at_work(_: usize, _: usize, column: usize, start: f32) -> f32 {
    start * (0.8 - 0.02 * column as f32)
}

/// The verdict, and all sentences.
pub(super) fn words(learner: &Learner) -> (Verdict, String) {
    let diagnosis = Diagnosis::new(learner, STREAM);
    let texts: Vec<String> = diagnosis.findings.iter().map(ToString::to_string).collect();
    let text = texts.join("\n");
    // Sentences, whole and free of what formatting may leave.
    for sentence in &texts {
        assert!(
            sentence.ends_with('.') && !sentence.contains("  "),
            "{sentence}"
        );
    }
    assert!(
        !text.contains("NaN") || diagnosis.verdict == Broken,
        "{text}"
    );
    (diagnosis.verdict, text)
}

#[track_caller]
pub(super) fn expect(learner: &Learner, verdict: Verdict, parts: &[&str]) {
    let (found, text) = words(learner);
    assert_eq!(found, verdict, "{text}");
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in: {text}");
    }
}
