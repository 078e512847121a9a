//! Softmax, its loss, and the three entropies of a prediction, for many columns at once.
//!
//! Logits are class-major, `[classes][columns]`; column `s * examples + b` is noise sample s of
//! example b. With p_s the softmax of sample s and p their mean, in bits (Depeweg et al. 2018;
//! Smith & Gal 2018):
//!
//! ```text
//! total = H(p)     aleatoric = mean_s H(p_s)     epistemic = total - aleatoric >= 0
//! ```
//!
//! Beside them stands the spread of the logits a_sc over the samples, which grows where the softmax is sure:
//!
//! ```text
//! spread = sum_c var_s( a_sc - mean_c a_sc )
//! ```

use std::ops::Range;

use fearless_simd::{Simd, f32x16, prelude::*};

use crate::Matrix;
use mesu_core::simd::Fused;

use crate::lanes::{LANES, load, splat, store};
use crate::level::{dispatch, level};
use mesu_core::elementary::{exp, ln};

/// Replaces logits by probabilities, and writes each column's `ln sum exp`, `[1][columns]`.
pub fn softmax(logits: &mut Matrix, log_sum_exp: &mut Matrix) {
    let columns = logits.stride();
    assert_eq!(log_sum_exp.stride(), columns, "softmax: columns");
    if columns == 0 {
        return;
    }
    let (logits, log_sum_exp) = (logits.padded_mut(), log_sum_exp.padded_mut());
    dispatch!(level(), simd => {
        for at in (0..columns).step_by(LANES) {
            let column = softmax_at(simd, logits, columns, 0..columns, at);
            store(column.log_sum_exp, log_sum_exp, at);
        }
    });
}

/// Summaries of a vector of columns, in nats.
struct Column<S: Simd> {
    log_sum_exp: f32x16<S>,
    entropy: f32x16<S>,
}

/// Softmax, in place, of the vector of columns that starts at `at` of `span`; columns past the end of the
/// span are not changed.
#[inline(always)]
fn softmax_at<S: Simd>(
    simd: S,
    logits: &mut [f32],
    columns: usize,
    span: Range<usize>,
    at: usize,
) -> Column<S> {
    let mut largest = splat(simd, f32::MIN);
    for class in logits.chunks_exact(columns) {
        let logit = load(simd, &class[span.clone()], at);
        largest = logit.simd_gt(largest).select(logit, largest);
    }
    let mut total = splat(simd, 0.0);
    let mut weighted = splat(simd, 0.0);
    for class in logits.chunks_exact_mut(columns) {
        let class = &mut class[span.clone()];
        let shifted = load(simd, class, at) - largest;
        let e = exp(shifted);
        total += e;
        weighted = e.fused(shifted, weighted);
        store(e, class, at);
    }
    let inverse = splat(simd, 1.0) / total;
    for class in logits.chunks_exact_mut(columns) {
        let class = &mut class[span.clone()];
        store(load(simd, class, at) * inverse, class, at);
    }
    let log_total = ln(total);
    // H = -sum p ln p with ln p = shifted - ln total.
    Column {
        log_sum_exp: log_total + largest,
        entropy: log_total - weighted * inverse,
    }
}

/// Writes the spread of the logits, `[classes][samples * examples]`, of each example: the sum over the classes of the
/// variance over the samples of the logit less the mean logit of its sample. `out` is `[examples]`.
pub fn spread(logits: &[f32], classes: usize, samples: usize, out: &mut [f32]) {
    let examples = out.len();
    let columns = samples * examples;
    assert_eq!(
        logits.len(),
        classes * columns,
        "spread: logits are [classes][samples * examples]"
    );
    if samples == 1 {
        out.fill(0.0);
        return;
    }
    // Mean over the classes of the logits of each sample, for one vector of examples.
    let mut means = vec![0.0; samples * LANES];
    dispatch!(level(), simd => {
        let share = splat(simd, 1.0 / samples as f32);
        let of_class = splat(simd, 1.0 / classes as f32);
        for at in (0..examples).step_by(LANES) {
            let logit = |class: &[f32], s: usize| load(simd, &class[s * examples..(s + 1) * examples], at);
            for (s, mean) in means.chunks_exact_mut(LANES).enumerate() {
                let mut sum = splat(simd, 0.0);
                for class in logits.chunks_exact(columns) {
                    sum += logit(class, s);
                }
                store(sum * of_class, mean, 0);
            }
            let mut total = splat(simd, 0.0);
            for class in logits.chunks_exact(columns) {
                let mut sum = splat(simd, 0.0);
                for (s, mean) in means.chunks_exact(LANES).enumerate() {
                    sum += logit(class, s) - load(simd, mean, 0);
                }
                let centre = sum * share;
                for (s, mean) in means.chunks_exact(LANES).enumerate() {
                    let off = logit(class, s) - load(simd, mean, 0) - centre;
                    total = off.fused(off, total);
                }
            }
            store(total * share, out, at);
        }
    });
}

/// Outputs of [`predict`], each `[examples]` except `probabilities`, `[examples][classes]`.
pub struct Predicted<'a> {
    /// Mean over the samples of the softmax.
    pub probabilities: &'a mut [f32],
    /// Entropy of the mean, bits.
    pub total: &'a mut [f32],
    /// Mean of the entropies, bits.
    pub aleatoric: &'a mut [f32],
    /// Difference of the two, bits.
    pub epistemic: &'a mut [f32],
}

/// Writes the entropies, in bits, of rows of `probabilities`, `[out.len()][classes]`.
pub fn entropy(probabilities: &[f32], classes: usize, out: &mut [f32]) {
    assert_eq!(probabilities.len(), out.len() * classes, "entropy: rows");
    let bits = std::f32::consts::LOG2_E;
    dispatch!(level(), simd => {
        let floor = splat(simd, f32::MIN_POSITIVE);
        for at in (0..out.len()).step_by(LANES) {
            let mut total = splat(simd, 0.0);
            for class in 0..classes {
                let mut column = [0.0; LANES];
                let rows = probabilities[at * classes..].chunks_exact(classes);
                for (p, row) in column.iter_mut().zip(rows) {
                    *p = row[class];
                }
                let p = load(simd, &column, 0);
                let safe = p.simd_gt(floor).select(p, floor);
                total -= p * ln(safe);
            }
            store(total * bits, out, at);
        }
    });
}

/// Prediction of a single example.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PredictedOne {
    /// Entropy of the mean, bits.
    pub total: f32,
    /// Mean of the entropies, bits.
    pub aleatoric: f32,
    /// Difference of the two, bits.
    pub epistemic: f32,
    /// Spread of the logits.
    pub spread: f32,
}

/// Predicts one example from its logits, `[classes][samples]`, which are overwritten; writes the probabilities,
/// `[classes]`. The samples share vectors, where [`predict`] has one for each.
pub fn predict_one(logits: &mut Matrix, probabilities: &mut [f32]) -> PredictedOne {
    let (classes, samples, stride) = (logits.rows(), logits.columns(), logits.stride());
    assert_eq!(probabilities.len(), classes, "predict_one: probabilities");
    let share = 1.0 / samples as f32;
    let spread = spread_of_one(logits, share);
    let padded = logits.padded_mut();
    let mut entropies = 0.0;
    dispatch!(level(), simd => {
        for at in (0..stride).step_by(LANES) {
            let column = softmax_at(simd, padded, stride, 0..stride, at);
            let lanes = column.entropy.to_array();
            // What pads a row is no sample.
            entropies += lanes.iter().take(samples.saturating_sub(at)).sum::<f32>();
        }
    });
    let mut total = 0.0;
    for (class, p) in probabilities.iter_mut().enumerate() {
        *p = logits.row(class).iter().sum::<f32>() * share;
        total -= *p * ln(p.max(f32::MIN_POSITIVE));
    }
    let bits = std::f32::consts::LOG2_E;
    let (total, aleatoric) = (total * bits, entropies * share * bits);
    PredictedOne {
        total,
        aleatoric,
        // Never negative but for rounding (Jensen).
        epistemic: (total - aleatoric).max(0.0),
        spread,
    }
}

/// Spread of the logits, `[classes][samples]`, of one example; `share` is one over the samples.
fn spread_of_one(logits: &Matrix, share: f32) -> f32 {
    let (classes, samples) = (logits.rows(), logits.columns());
    if samples == 1 {
        return 0.0;
    }
    let mut means = vec![0.0; samples];
    for class in 0..classes {
        means
            .iter_mut()
            .zip(logits.row(class))
            .for_each(|(mean, a)| *mean += a);
    }
    means.iter_mut().for_each(|mean| *mean /= classes as f32);
    let of_class = |class: usize| {
        let centred = || {
            logits
                .row(class)
                .iter()
                .zip(&means)
                .map(|(a, mean)| a - mean)
        };
        let centre = centred().sum::<f32>() * share;
        centred().map(|a| (a - centre) * (a - centre)).sum::<f32>()
    };
    (0..classes).map(of_class).sum::<f32>() * share
}

/// Writes probabilities and entropies from the logits of all samples, which are overwritten.
pub fn predict(logits: &mut [f32], classes: usize, samples: usize, out: Predicted<'_>) {
    let examples = out.total.len();
    let columns = samples * examples;
    assert_eq!(
        logits.len(),
        classes * columns,
        "predict: logits are [classes][samples * examples]"
    );
    assert_eq!(
        out.probabilities.len(),
        examples * classes,
        "predict: probabilities"
    );
    assert_eq!(
        (out.aleatoric.len(), out.epistemic.len()),
        (examples, examples)
    );
    let bits = std::f32::consts::LOG2_E;
    dispatch!(level(), simd => {
        let share = splat(simd, 1.0 / samples as f32);
        // A vector holds examples of one sample only, so that the samples can be added up.
        for at in (0..examples).step_by(LANES) {
            let mut aleatoric = splat(simd, 0.0);
            for s in 0..samples {
                let span = s * examples..(s + 1) * examples;
                aleatoric += softmax_at(simd, logits, columns, span, at).entropy;
            }
            let aleatoric = aleatoric * share * bits;
            let mut total = splat(simd, 0.0);
            for (class, logits) in logits.chunks_exact(columns).enumerate() {
                let mut p = splat(simd, 0.0);
                for sample in logits.chunks_exact(examples) {
                    p += load(simd, sample, at);
                }
                let p = p * share;
                let floor = splat(simd, f32::MIN_POSITIVE);
                let safe = p.simd_gt(floor).select(p, floor);
                total -= p * ln(safe);
                for (lane, p) in p.to_array().into_iter().enumerate().take(examples - at) {
                    out.probabilities[(at + lane) * classes + class] = p;
                }
            }
            let total = total * bits;
            let zero = splat(simd, 0.0);
            let difference = total - aleatoric;
            store(total, out.total, at);
            store(aleatoric, out.aleatoric, at);
            // Never negative but for rounding (Jensen).
            store(difference.simd_gt(zero).select(difference, zero), out.epistemic, at);
        }
    });
}
