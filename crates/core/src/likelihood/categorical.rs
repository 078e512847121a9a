//! Classes.

use super::Likelihood;
use crate::real::Real;

/// One of as many classes as there are outputs, which are logits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Categorical;

impl Likelihood for Categorical {
    type Target<R: Real> = usize;

    fn gradient<R: Real>(&self, outputs: &mut [R], target: usize, scale: R) -> R {
        let own = outputs[target];
        let (log_sum, _) = softmax(outputs);
        outputs.iter_mut().for_each(|p| *p = *p * scale);
        outputs[target] = outputs[target] - scale;
        log_sum - own
    }
}

/// Softmax of logits, in place; returns `ln sum exp` and the entropy, in nats.
///
/// # Panics
/// When there are no logits.
pub fn softmax<R: Real>(logits: &mut [R]) -> (R, R) {
    let largest = |l: R, a: &R| (*a - l).choose(*a, l);
    let largest = logits[1..].iter().fold(logits[0], largest);
    let (mut total, mut weighted) = (largest.constant(0.0), largest.constant(0.0));
    for a in logits.iter_mut() {
        let shifted = *a - largest;
        *a = shifted.exp();
        total = total + *a;
        weighted = a.mul_add(shifted, weighted);
    }
    let inverse = total.constant(1.0) / total;
    logits.iter_mut().for_each(|p| *p = *p * inverse);
    let log_total = total.ln();
    (log_total + largest, log_total - weighted * inverse)
}
