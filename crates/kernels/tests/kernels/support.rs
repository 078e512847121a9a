//! Random shapes and values, a rule, and comparisons with the twins.

use std::ops::Range;

use mesu_core::{Gradient, Real, Rule, Synapse};
use mesu_kernels::{Matrix, naive, online};
use proptest::prelude::*;

/// A rule that uses both gradients and changes nothing about the sign of sigma.
#[derive(Clone, Copy)]
pub(crate) struct Shift<const FUSED: bool>;

impl<const FUSED: bool> Rule for Shift<FUSED> {
    type State<R: Real> = Synapse<R>;

    const FUSED: bool = FUSED;

    fn step<R: Real>(&self, synapse: Synapse<R>, gradient: Gradient<R>) -> Synapse<R> {
        let Synapse { mu, sigma } = synapse;
        let rate = mu.constant(-0.25);
        let mu = gradient.mu().mul_add(rate * sigma * sigma, mu);
        let relative = (gradient.variance() * sigma * sigma).limit(rate, rate * rate);
        Synapse {
            mu,
            sigma: sigma.mul_add(relative, sigma),
        }
    }
}

/// Numbers of a range. Proptest's own sampler of float ranges trips over an assertion of its own once in a
/// while, so that a test of ours would fail for nothing; these are made of integers.
pub(crate) fn real(range: Range<f32>) -> impl Strategy<Value = f32> {
    const STEPS: i32 = 1 << 23;
    let middle = f32::midpoint(range.start, range.end);
    let half = (range.end - range.start) / 2.0;
    (-STEPS..STEPS).prop_map(move |k| middle + half * (k as f32 / STEPS as f32))
}

/// Numbers of very different sizes, zeros among them.
pub(crate) fn value() -> impl Strategy<Value = f32> {
    prop_oneof![
        4 => real(-2.0..2.0),
        1 => Just(0.0f32),
        1 => real(-1e-18..1e-18),
        1 => real(-300.0..300.0),
    ]
}

pub(crate) fn values(count: usize) -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec(value(), count)
}

pub(crate) fn sigmas(count: usize) -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec(prop_oneof![real(1e-6..1e-3), real(0.01..1.5)], count)
}

/// `got` against `expected`, up to rounding of sums whose terms are as large as `scale`.
pub(crate) fn close(got: f32, expected: f64, scale: f64) -> bool {
    (f64::from(got) - expected).abs() <= 2e-6 * scale.max(expected.abs()) + 1e-30
}

pub(crate) fn matrix(rows: usize, columns: usize, values: &[f32]) -> Matrix {
    Matrix::from_slice(rows, columns, values)
}

/// A layer and rows of inputs and gradients for it.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) outputs: usize,
    pub(crate) inputs: usize,
    pub(crate) samples: usize,
    pub(crate) mu: Vec<f32>,
    pub(crate) sigma: Vec<f32>,
    pub(crate) h: Vec<f32>,
    pub(crate) next: Vec<f32>,
    pub(crate) d: Vec<f32>,
    pub(crate) r: Vec<f32>,
}

pub(crate) fn case() -> impl Strategy<Value = Case> {
    (1usize..8, 1usize..70, 1usize..7).prop_flat_map(|(outputs, inputs, samples)| {
        let synapses = outputs * inputs;
        let rows = (
            values(samples * inputs),
            values(inputs),
            values(samples * outputs),
            values(samples * outputs),
        );
        (values(synapses), sigmas(synapses), rows).prop_map(move |(mu, sigma, (h, next, d, r))| {
            Case {
                outputs,
                inputs,
                samples,
                mu,
                sigma,
                h,
                next,
                d,
                r,
            }
        })
    })
}

impl Case {
    pub(crate) fn synapses(&self) -> (Matrix, Matrix) {
        let mu = matrix(self.outputs, self.inputs, &self.mu);
        let mut sigma = matrix(self.outputs, self.inputs, &self.sigma);
        sigma.repeat_last_into_padding();
        (mu, sigma)
    }

    pub(crate) fn row(&self, s: usize) -> &[f32] {
        &self.h[s * self.inputs..(s + 1) * self.inputs]
    }

    pub(crate) fn squares(h: &Matrix) -> Matrix {
        let mut squares = h.clone();
        online::multiply(h, h, &mut squares);
        squares
    }

    /// m and v of a row of inputs for all outputs, checked against the twin.
    pub(crate) fn check_moments(
        &self,
        mu: &Matrix,
        sigma: &Matrix,
        x: &[f32],
        m: &[f32],
        v: &[f32],
    ) {
        let mu: Vec<f32> = mu.values().collect();
        let sigma: Vec<f32> = sigma.values().collect();
        let (mean, variance) = naive::mean_variance(&mu, &sigma, x);
        for o in 0..self.outputs {
            let terms = mu[o * self.inputs..].iter().zip(x);
            let scale = terms.map(|(w, x)| f64::from((w * x).abs())).sum();
            assert!(close(m[o], mean[o], scale), "m[{o}] {} {}", m[o], mean[o]);
            assert!(
                close(v[o], variance[o], 0.0),
                "v[{o}] {} {}",
                v[o],
                variance[o]
            );
        }
    }

    /// Updated synapses against the twin; `samples` rows of `h`, `d` and `r` took part.
    pub(crate) fn check_update(&self, mu: &Matrix, sigma: &Matrix, samples: usize) {
        let column = |rows: &[f32], width: usize, at: usize| -> Vec<f32> {
            rows.iter()
                .skip(at)
                .step_by(width)
                .take(samples)
                .copied()
                .collect()
        };
        for (n, (mu, sigma)) in mu.values().zip(sigma.values()).enumerate() {
            let (o, i) = (n / self.inputs, n % self.inputs);
            let h = column(&self.h, self.inputs, i);
            let d = column(&self.d, self.outputs, o);
            let r = column(&self.r, self.outputs, o);
            let old = Synapse {
                mu: f64::from(self.mu[n]),
                sigma: f64::from(self.sigma[n]),
            };
            let size = |gradients: &[f32], power| -> f64 {
                let terms = h
                    .iter()
                    .zip(gradients)
                    .map(|(h, g)| f64::from((h.powi(power) * g).abs()));
                terms.sum::<f64>() * (old.sigma * old.sigma)
            };
            let mu_scale = size(&d, 1) + old.mu.abs();
            let sigma_scale = (size(&r, 2) + 1.0) * old.sigma;
            let new = naive::updated(
                old,
                h.iter().copied(),
                d.iter().copied(),
                r.iter().copied(),
                &Shift::<true>,
            );
            assert!(close(mu, new.mu, mu_scale), "mu {mu} {}", new.mu);
            assert!(
                close(sigma, new.sigma, sigma_scale),
                "sigma {sigma} {}",
                new.sigma
            );
        }
    }
}
