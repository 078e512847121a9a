//! What a test saw beside accuracies, in counts: the raw material of a report's figures.
//!
//! Counts rather than the numbers counted: a snapshot takes about 3 kB, whatever the size
//! of network and test set, so that a history of hundreds of tasks stays a small note.

use mesu::Prediction;
use mesu::metric::ReliabilityBin;
use mesu::network::Network;
use serde::{Deserialize, Serialize};

/// Bins of sigma per power of ten.
const PER_DECADE: usize = 16;

/// The mantissas that cut a decade into [`PER_DECADE`] equal parts of the logarithm. Written
/// out: no machine's logarithm decides on which side of an edge a synapse falls.
const MANTISSAS: [f64; PER_DECADE] = [
    1.0,
    1.154_781_985,
    1.333_521_432,
    1.539_926_526,
    1.778_279_410,
    2.053_525_026,
    2.371_373_706,
    2.738_419_634,
    3.162_277_660,
    3.651_741_273,
    4.216_965_034,
    4.869_675_252,
    5.623_413_252,
    6.493_816_316,
    7.498_942_093,
    8.659_643_234,
];

/// Decades of sigma, from 1e-6 to 10.
const DECADES: [f64; 7] = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0];

/// Bins of sigma; what lies outside counts to the first or last one.
pub const SIGMA_BINS: usize = PER_DECADE * DECADES.len();

/// Bins of an uncertainty, from 0 to log2(classes) bits.
pub const UNCERTAINTY_BINS: usize = 50;

/// How a network stood when a task had been learned.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// For each group of synapses; empty for learners that have no sigma.
    pub sigma: Vec<SigmaHistogram>,
    /// Confidence against accuracy on the newest task, 15 bins.
    pub reliability: Vec<ReliabilityBin>,
    /// The same on all tasks before it, all their examples together; empty after the first.
    pub past_reliability: Vec<ReliabilityBin>,
    /// Of the newest task's test examples, or of all tasks' so far.
    pub known: UncertaintyHistograms,
    /// Uncertainties of out-of-distribution examples, if there are any.
    #[serde(alias = "unknown")]
    pub ood: Option<UncertaintyHistograms>,
    /// Of new kinds of what is known, if there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unseen: Option<UncertaintyHistograms>,
}

/// Means over examples, bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeanBits {
    /// What the synapses do not know.
    pub epistemic: f64,
    /// What no synapse could know.
    pub aleatoric: f64,
    /// Both.
    pub total: f64,
}

/// The synapses of one group, counted by their sigma.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SigmaHistogram {
    /// For example `layer.1.weight`.
    pub group: String,
    /// `[SIGMA_BINS]`; bin k ranges from [`sigma_edges`] k to k + 1.
    pub counts: Vec<u64>,
}

/// Images counted by their uncertainty, in [`UNCERTAINTY_BINS`] equal bins.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UncertaintyHistograms {
    /// The last bin's upper edge: log2(classes) bits.
    pub most_bits: f64,
    /// By epistemic uncertainty: what the synapses do not know.
    pub epistemic: Vec<u64>,
    /// By total uncertainty.
    pub total: Vec<u64>,
}

/// The edges of the bins of sigma, `[SIGMA_BINS + 1]`, rising.
pub fn sigma_edges() -> Vec<f64> {
    let lower = DECADES
        .iter()
        .flat_map(|decade| MANTISSAS.iter().map(move |mantissa| decade * mantissa));
    lower.chain([10.0]).collect()
}

/// Counts the synapses of every group of `network` that has sigmas.
pub(crate) fn sigma_histograms(network: &Network) -> Vec<SigmaHistogram> {
    let edges: Vec<f32> = sigma_edges()[1..SIGMA_BINS]
        .iter()
        .map(|&edge| edge as f32)
        .collect();
    let histogram = |(group, synapses): (String, &mesu::Synapses)| {
        let mut counts = vec![0; SIGMA_BINS];
        for sigma in synapses.sigma()?.values() {
            counts[edges.partition_point(|&edge| edge <= sigma)] += 1;
        }
        Some(SigmaHistogram { group, counts })
    };
    network.groups().filter_map(histogram).collect()
}

/// The mean uncertainties of the examples of `prediction`; none without examples.
pub(crate) fn mean_bits(prediction: &Prediction) -> Option<MeanBits> {
    let mean = |bits: &[f32]| {
        let sum: f64 = bits.iter().map(|bits| f64::from(*bits)).sum();
        sum / bits.len() as f64
    };
    (!prediction.is_empty()).then(|| MeanBits {
        epistemic: mean(&prediction.epistemic),
        aleatoric: mean(&prediction.aleatoric),
        total: mean(&prediction.total),
    })
}

impl UncertaintyHistograms {
    /// Counts the examples of `prediction`.
    pub(crate) fn of(prediction: &Prediction) -> Self {
        let most_bits = (prediction.classes.max(2) as f64).log2();
        let count = |bits: &[f32]| {
            let mut counts = vec![0; UNCERTAINTY_BINS];
            for &bits in bits {
                let bin = f64::from(bits) / most_bits * UNCERTAINTY_BINS as f64;
                counts[(bin as usize).min(UNCERTAINTY_BINS - 1)] += 1;
            }
            counts
        };
        Self {
            most_bits,
            epistemic: count(&prediction.epistemic),
            total: count(&prediction.total),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesu::{Generator, NetworkConfig};

    #[test]
    fn sigmas_fall_into_their_bins() {
        let edges = sigma_edges();
        assert_eq!(edges.len(), SIGMA_BINS + 1);
        for pair in edges.windows(2) {
            let ratio = (pair[1] / pair[0]).log10();
            assert!((ratio - 1.0 / PER_DECADE as f64).abs() < 1e-9, "{pair:?}");
        }
        let config = NetworkConfig {
            hidden: vec![3],
            bias: true,
            ..NetworkConfig::paper()
        };
        let noise = &mut Generator::named(1, "init", &[]);
        let network = Network::new(4, 2, &config, mesu::WeightKind::Gaussian, noise).unwrap();
        let histograms = sigma_histograms(&network);
        let groups: Vec<&str> = histograms.iter().map(|h| h.group.as_str()).collect();
        assert_eq!(
            groups,
            [
                "layer.1.weight",
                "layer.1.bias",
                "layer.2.weight",
                "layer.2.bias"
            ]
        );
        // Wide: every sigma of the first layer is 2/√4 = 1, at the lower edge of its bin.
        let counts = &histograms[0].counts;
        assert_eq!(
            (counts[6 * PER_DECADE], counts.iter().sum::<u64>()),
            (12, 12)
        );
    }

    #[test]
    fn uncertainties_fall_into_their_bins() {
        let prediction = Prediction {
            classes: 4,
            probabilities: vec![0.25; 12],
            total: vec![0.0, 1.0, 2.0],
            aleatoric: vec![0.0; 3],
            epistemic: vec![-0.0, 0.039, 0.041],
            spread: Vec::new(),
            ..Prediction::default()
        };
        let histograms = UncertaintyHistograms::of(&prediction);
        assert_eq!(histograms.most_bits, 2.0);
        let nonzero = |counts: &[u64]| -> Vec<usize> {
            (0..counts.len()).filter(|&bin| counts[bin] > 0).collect()
        };
        assert_eq!(nonzero(&histograms.total), [0, 25, 49]);
        assert_eq!(nonzero(&histograms.epistemic), [0, 1]);
    }
}
