//! EWC without boundaries: a running Fisher information and a running anchor, updated at every step.
//!
//! ```text
//! w      <- w - lr ( g + importance F (w - anchor) )
//! F      <- F + (g^2 - F) / fisher_window
//! anchor <- anchor + (w - anchor) / anchor_window
//! ```
//! with g the gradient of one update's NLL, so that F is the empirical Fisher information of about the
//! last `fisher_window` updates (as in EWC++, Chaudhry et al. 2018), and the anchor the weights' mean
//! over about the last `anchor_window`. An anchor that is the current weights, as in a public
//! implementation, makes the penalty zero.

use super::ewc::Anchored;
use crate::real::Real;
use crate::synapse::{Gradient, Rule, State};

/// Streaming EWC around an optimizer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StreamingEwc<B> {
    /// The optimizer's rule.
    pub base: B,
    /// Strength of the penalty; >= 0.
    pub importance: f64,
    /// Updates that the Fisher information is a mean of; >= 1.
    pub fisher_window: f64,
    /// Updates that the anchor is a mean of; >= 1.
    pub anchor_window: f64,
}

impl<B: Rule> Rule for StreamingEwc<B> {
    type State<R: Real> = Anchored<B::State<R>, R>;

    #[inline(always)]
    fn step<R: Real>(&self, state: Self::State<R>, gradient: Gradient<R>) -> Self::State<R> {
        let g = gradient.mu();
        let share = |window: f64| g.constant(1.0 / window);
        let base = self
            .base
            .step(state.base, state.with_penalty(gradient, self.importance));
        let (anchor, fisher) = (state.anchor, state.fisher);
        Anchored {
            base,
            anchor: (base.mean() - anchor).mul_add(share(self.anchor_window), anchor),
            fisher: g
                .mul_add(g, g.constant(0.0) - fisher)
                .mul_add(share(self.fisher_window), fisher),
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
            "fisher" => 0.0,
            _ => self.base.first_value(plane, mean, sigma),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{Sgd, Weight};

    #[test]
    fn the_penalty_pulls_towards_where_the_weight_was() {
        let rule = StreamingEwc {
            base: Sgd { lr: 0.1 },
            importance: 2.0,
            fisher_window: 10.0,
            anchor_window: 100.0,
        };
        let state = Anchored {
            base: Weight { value: 1.0f64 },
            anchor: 0.5,
            fisher: 3.0,
        };
        let new = rule.step(state, Gradient::new(0.0, 0.0));
        // w - lr importance F (w - anchor), F fading, the anchor following.
        assert!((new.base.value - (1.0 - 0.1 * 2.0 * 3.0 * 0.5)).abs() < 1e-12);
        assert!((new.fisher - 2.7).abs() < 1e-12);
        assert!((new.anchor - (0.5 + (0.7 - 0.5) / 100.0)).abs() < 1e-12);
    }
}
