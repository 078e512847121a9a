//! Adam (Kingma, Ba 2015) on point weights. With g = dC/dw and t the number of the update, from 1,
//!
//! ```text
//! m <- beta1 m + (1 - beta1) g          m^ = m / (1 - beta1^t)
//! s <- beta2 s + (1 - beta2) g^2        s^ = s / (1 - beta2^t)
//! w <- w - lr m^ / (sqrt(s^) + epsilon)
//! ```

use crate::planes;
use crate::real::Real;
use crate::synapse::{Gradient, Rule};

planes! {
    /// A point weight, and the running means of its gradient and of the gradient's square.
    pub struct AdamState: Point {
        /// w.
        value,
        /// m.
        first_moment,
        /// s.
        second_moment,
    }
}

/// Adam at a given update.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adam {
    lr: f64,
    beta1: f64,
    beta2: f64,
    epsilon: f64,
    /// `1 / (1 - beta1^t)` and `1 / (1 - beta2^t)`.
    corrections: (f64, f64),
}

impl Adam {
    /// The rule for the first update; `lr >= 0`, betas in [0, 1), `epsilon > 0`.
    #[must_use]
    pub fn new(lr: f64, beta1: f64, beta2: f64, epsilon: f64) -> Self {
        let adam = Self {
            lr,
            beta1,
            beta2,
            epsilon,
            corrections: (1.0, 1.0),
        };
        adam.at(0)
    }
}

impl Rule for Adam {
    type State<R: Real> = AdamState<R>;

    #[inline(always)]
    fn step<R: Real>(&self, state: AdamState<R>, gradient: Gradient<R>) -> AdamState<R> {
        let AdamState {
            value,
            first_moment: first,
            second_moment: second,
        } = state;
        let g = gradient.mu();
        let constant = |x: f64| value.constant(x);
        let first = first.mul_add(constant(self.beta1), g * constant(1.0 - self.beta1));
        let second = second.mul_add(constant(self.beta2), g * g * constant(1.0 - self.beta2));
        let (c1, c2) = self.corrections;
        let scale = (second * constant(c2)).sqrt() + constant(self.epsilon);
        let value = value - first * constant(self.lr * c1) / scale;
        AdamState {
            value,
            first_moment: first,
            second_moment: second,
        }
    }

    fn at(&self, updates: u64) -> Self {
        let correction = |beta: f64| 1.0 / (1.0 - power(beta, updates + 1));
        Self {
            corrections: (correction(self.beta1), correction(self.beta2)),
            ..*self
        }
    }
}

/// `base^exponent` by squaring: the same bits on every machine, which a library's powers are not.
fn power(mut base: f64, mut exponent: u64) -> f64 {
    let mut product = 1.0;
    while exponent > 0 {
        if exponent % 2 == 1 {
            product *= base;
        }
        base *= base;
        exponent /= 2;
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_those_of_the_paper() {
        let adam = Adam::new(0.1, 0.9, 0.999, 1e-8);
        let mut state = AdamState {
            value: 1.0f64,
            first_moment: 0.0,
            second_moment: 0.0,
        };
        let (mut m, mut s, mut w) = (0.0, 0.0, 1.0);
        for (t, g) in [0.5f64, -2.0, 0.25, 3.0].into_iter().enumerate() {
            state = adam.at(t as u64).step(state, Gradient::new(g, 0.0));
            m = 0.9 * m + 0.1 * g;
            s = 0.999 * s + 0.001 * g * g;
            let t = t as i32 + 1;
            let (m_hat, s_hat) = (m / (1.0 - 0.9f64.powi(t)), s / (1.0 - 0.999f64.powi(t)));
            w -= 0.1 * m_hat / (s_hat.sqrt() + 1e-8);
            assert!((state.value - w).abs() < 1e-12, "{state:?} {w}");
        }
        // The first step is lr long, whatever the gradient's size.
        let first = adam.step(
            AdamState {
                value: 0.0f64,
                first_moment: 0.0,
                second_moment: 0.0,
            },
            Gradient::new(1e-3, 0.0),
        );
        assert!((first.value + 0.1).abs() < 1e-5);
    }
}
