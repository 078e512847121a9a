//! Stochastic gradient descent on point weights: `w <- w - lr dC/dw`.

use crate::planes;
use crate::real::Real;
use crate::synapse::{Gradient, Rule};

planes! {
    /// A point weight.
    pub struct Weight: Point {
        /// w.
        value,
    }
}

/// Stochastic gradient descent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sgd {
    /// Rate; >= 0.
    pub lr: f64,
}

impl Rule for Sgd {
    type State<R: Real> = Weight<R>;

    const FUSED: bool = true;

    #[inline(always)]
    fn step<R: Real>(&self, state: Weight<R>, gradient: Gradient<R>) -> Weight<R> {
        let w = state.value;
        let value = (gradient.d * w.constant(-self.lr)).mul_add(gradient.x, w);
        Weight { value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_rate_times_gradient() {
        let gradient = Gradient::new(2.0f64, 0.0);
        let new = Sgd { lr: 0.25 }.step(Weight { value: 1.0 }, gradient);
        assert_eq!(new, Weight { value: 0.5 });
    }
}
