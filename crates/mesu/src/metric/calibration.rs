//! Calibration: whether probabilities mean what they say. `probabilities` is `[examples][classes]`, `labels`
//! `[examples]`, below the number of classes; the functions panic at other shapes and labels. Without examples, or with a
//! probability that is not a number, the result is none.

use super::Reliability;

/// Smallest probability whose logarithm is taken: that of a float.
const SMALLEST: f64 = f32::MIN_POSITIVE as f64;

/// Expected calibration error over 15 equal-width bins of the confidence, 0 to 1: the mean of
/// |accuracy - mean confidence| over the bins, weighted by their examples. The confidence is the
/// largest probability.
#[must_use]
pub fn ece(probabilities: &[f32], labels: &[u32]) -> f64 {
    Reliability::of(probabilities, labels).error()
}

/// [`ece`] from the confidence of each example, in 0..=1, and whether it was right.
#[must_use]
pub fn calibration_error(confidence: &[f64], correct: &[bool]) -> f64 {
    assert_eq!(
        confidence.len(),
        correct.len(),
        "calibration_error: one of each per example"
    );
    let mut reliability = Reliability::default();
    for (confidence, correct) in confidence.iter().zip(correct) {
        reliability.add(*confidence, *correct);
    }
    reliability.error()
}

/// Brier score, 0 to 2: mean over the examples of the squared distance between the probabilities
/// and the label as a distribution.
#[must_use]
pub fn brier(probabilities: &[f32], labels: &[u32]) -> f64 {
    let distance = |(row, label): (&[f32], usize)| -> f64 {
        let target = |class| if class == label { 1.0 } else { 0.0 };
        row.iter()
            .enumerate()
            .map(|(class, p)| (f64::from(*p) - target(class)).powi(2))
            .sum()
    };
    rows(probabilities, labels).map(distance).sum::<f64>() / labels.len() as f64
}

/// Mean negative log-likelihood of the labels, nats; a probability of 0 counts as 1e-38, the
/// smallest float.
#[must_use]
pub fn nll(probabilities: &[f32], labels: &[u32]) -> f64 {
    let surprise = |(row, label): (&[f32], usize)| {
        let p = f64::from(row[label]);
        if p < SMALLEST {
            -SMALLEST.ln()
        } else {
            -p.ln()
        }
    };
    rows(probabilities, labels).map(surprise).sum::<f64>() / labels.len() as f64
}

/// The distributions and their labels.
pub(super) fn rows<'a>(
    probabilities: &'a [f32],
    labels: &'a [u32],
) -> impl Iterator<Item = (&'a [f32], usize)> {
    let classes = probabilities.len() / labels.len().max(1);
    assert_eq!(
        probabilities.len(),
        classes * labels.len(),
        "probabilities: [examples][classes]"
    );
    probabilities
        .chunks_exact(classes.max(1))
        .zip(labels.iter().map(|label| *label as usize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn perfect_and_hopeless() {
        let (sure, labels) = ([1.0, 0.0, 0.0, 1.0], [0, 1]);
        assert_eq!(
            (
                ece(&sure, &labels),
                brier(&sure, &labels),
                nll(&sure, &labels)
            ),
            (0.0, 0.0, 0.0)
        );
        let wrong = [1, 0];
        assert_eq!((ece(&sure, &wrong), brier(&sure, &wrong)), (1.0, 2.0));
        assert!((nll(&sure, &wrong) + SMALLEST.ln()).abs() < 1e-9);
    }

    #[test]
    fn half_sure() {
        let (p, labels) = ([0.5, 0.5, 0.75, 0.25], [1, 0]);
        // The first is wrong with confidence 1/2 (the first of equals), the second right with 3/4.
        assert_eq!(ece(&p, &labels), (0.5 + 0.25) / 2.0);
        assert_eq!(brier(&p, &labels), (0.5 + 0.125) / 2.0);
        assert!((nll(&[1e-20, 1.0], &[0]) - 46.0517).abs() < 1e-3);
        assert!(nll(&[f32::NAN, 0.5], &[0]).is_nan() && brier(&[f32::NAN, 0.5], &[0]).is_nan());
        assert!(ece(&[], &[]).is_nan() && brier(&[], &[]).is_nan() && nll(&[], &[]).is_nan());
    }
}
