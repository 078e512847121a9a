//! Golden files, the noise they record, and a rule that shows gradients.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use mesu::estimator::Noise;
use mesu::rule::{Gradient, Real, Rule, Synapse};
use serde_json::Value;

pub(crate) fn golden(name: &str) -> Value {
    let folder = std::env::var("MESU_GOLDEN")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden").to_owned());
    let path = format!("{folder}/{name}.json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    // `NaN` is no JSON; see `flat`.
    serde_json::from_str(&text.replace("NaN", "null")).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// All numbers of a nested list, in order. `null` stands for NaN: where all inputs of a neuron are 0,
/// so is v, and the automatic differentiation that made the file divides 0 by 0; by MATH the noise
/// term and its gradient are 0 there. `check_gradients` puts finite differences in these places.
pub(crate) fn flat(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(flat).collect(),
        Value::Null => vec![f64::NAN],
        number => vec![number.as_f64().unwrap()],
    }
}

pub(crate) fn f32s(value: &Value) -> Vec<f32> {
    flat(value).into_iter().map(|x| x as f32).collect()
}

/// f32 against f64: 1e-4 relative to the number, or to a hundredth of the largest of its group
/// where cancellation leaves a small one.
pub(crate) fn assert_close(what: &str, got: &[f32], expected: &Value) {
    let expected = flat(expected);
    assert_eq!(got.len(), expected.len(), "{what}: length");
    let largest = expected.iter().fold(0.0f64, |m, x| m.max(x.abs()));
    for (i, (got, expected)) in got.iter().zip(&expected).enumerate() {
        let tolerance = 1e-4 * expected.abs().max(0.01 * largest);
        let error = (f64::from(*got) - expected).abs();
        assert!(
            error <= tolerance,
            "{what}[{i}]: {got}, expected {expected}"
        );
    }
}

/// Noise from a file, in the order in which an estimator asks for it.
///
/// Forks go on with the same record, so that what they are for must be done one after another, and before
/// anything else is asked for.
pub(crate) struct Recorded(Arc<Mutex<VecDeque<f32>>>);

impl Recorded {
    pub(crate) fn new(noise: impl IntoIterator<Item = f32>) -> Self {
        Self(Arc::new(Mutex::new(noise.into_iter().collect())))
    }

    pub(crate) fn is_used_up(&self) -> bool {
        self.0.lock().unwrap().is_empty()
    }
}

impl Noise for Recorded {
    fn fill_normal(&mut self, out: &mut [f32]) {
        let mut noise = self.0.lock().unwrap();
        out.iter_mut()
            .for_each(|z| *z = noise.pop_front().expect("noise is used up"));
    }

    fn fork(&mut self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// A rule that turns a synapse into its gradient, so that an update shows what was computed.
#[derive(Clone, Copy)]
pub(crate) struct Expose;

/// Shift added to dC/dsigma, since updates refuse a sigma that is not positive.
pub(crate) const SHIFT: f32 = 16.0;

impl Rule for Expose {
    type State<R: Real> = Synapse<R>;

    fn step<R: Real>(&self, synapse: Synapse<R>, gradient: Gradient<R>) -> Synapse<R> {
        let sigma = gradient.variance() * synapse.sigma;
        Synapse {
            mu: gradient.mu(),
            sigma: sigma + sigma.constant(f64::from(SHIFT)),
        }
    }
}
