//! Synaptic Intelligence (Zenke, Poole, Ganguli 2017): how much each weight's path has lowered the loss.
//!
//! ```text
//! loss  = NLL + coefficient sum_i omega_i (w_i - anchor_i)^2
//! path <- path - g (w_new - w)                      at every update, g of the NLL alone
//! omega <- omega + max(0, path / ((w - anchor)^2 + damping))     at a task's end,
//! ```
//! then `anchor <- w` and `path <- 0`.

use crate::planes;
use crate::real::Real;
use crate::synapse::{Gradient, Rule, State};

planes! {
    /// State of an optimizer, with the anchor, importance and path integral of a weight.
    pub struct PathIntegral: over B {
        /// The weight at the last task's end.
        anchor,
        /// Importance of the weight; >= 0.
        omega,
        /// Decrease of the loss along the weight's path in this task so far.
        path,
    }
}

/// Synaptic Intelligence around an optimizer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Si<B> {
    /// The optimizer's rule.
    pub base: B,
    /// Strength of the penalty; >= 0.
    pub coefficient: f64,
}

impl<B: Rule> Rule for Si<B> {
    type State<R: Real> = PathIntegral<B::State<R>, R>;

    #[inline(always)]
    fn step<R: Real>(&self, state: Self::State<R>, gradient: Gradient<R>) -> Self::State<R> {
        let g = gradient.mu();
        let w = state.mean();
        let pull = state.omega * w.constant(2.0 * self.coefficient);
        let total = pull.mul_add(w - state.anchor, g);
        let base = self.base.step(state.base, Gradient::new(total, total));
        PathIntegral {
            base,
            path: (w - base.mean()).mul_add(g, state.path),
            ..state
        }
    }

    fn at(&self, updates: u64) -> Self {
        Self {
            base: self.base.at(updates),
            ..*self
        }
    }

    fn first_value(&self, plane: &str, mean: f32, sigma: Option<f32>) -> f32 {
        match plane {
            "anchor" => mean,
            "omega" | "path" => 0.0,
            _ => self.base.first_value(plane, mean, sigma),
        }
    }
}

impl<B> Si<B> {
    /// omega after a task in which a weight moved by `change` along `path`.
    #[must_use]
    pub fn importance<R: Real>(omega: R, path: R, change: R, damping: f64) -> R {
        let zero = omega.constant(0.0);
        let share = path / change.mul_add(change, omega.constant(damping));
        omega + share.choose(share, zero)
    }
}
