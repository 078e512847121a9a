//! Elastic weight consolidation (Kirkpatrick et al. 2017; online: Schwarz et al. 2018).
//!
//! ```text
//! loss = NLL + importance/2 sum_i F_i (w_i - anchor_i)^2
//! ```
//! with F the diagonal of the Fisher information. With several tasks,
//! EWC sums one such term for each: that is, up to a constant, a single term with the sum of the F_k
//! and the mean of the anchors weighted by them ([`Ewc::add`]). Online EWC keeps one: `F <- downweighting
//! F + F_task`, the anchor being the weights at the task's end ([`Ewc::replace`]).

use crate::planes;
use crate::real::Real;
use crate::synapse::{Gradient, Rule, State};

planes! {
    /// State of an optimizer, with an anchor and the Fisher information around it.
    pub struct Anchored: over B {
        /// The weight at which the penalty is 0.
        anchor,
        /// Fisher information, the strength of the penalty; >= 0.
        fisher,
    }
}

impl<B: State<R>, R: Real> Anchored<B, R> {
    /// Gradient of the NLL plus that of the penalty.
    #[inline(always)]
    pub(super) fn with_penalty(self, gradient: Gradient<R>, importance: f64) -> Gradient<R> {
        let pull = self.fisher * gradient.d.constant(importance);
        let g = pull.mul_add(self.mean() - self.anchor, gradient.mu());
        Gradient::new(g, g)
    }
}

/// EWC around an optimizer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ewc<B> {
    /// The optimizer's rule.
    pub base: B,
    /// Strength of the penalty; >= 0.
    pub importance: f64,
}

impl<B: Rule> Rule for Ewc<B> {
    type State<R: Real> = Anchored<B::State<R>, R>;

    #[inline(always)]
    fn step<R: Real>(&self, state: Self::State<R>, gradient: Gradient<R>) -> Self::State<R> {
        let gradient = state.with_penalty(gradient, self.importance);
        Anchored {
            base: self.base.step(state.base, gradient),
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
            "fisher" => 0.0,
            _ => self.base.first_value(plane, mean, sigma),
        }
    }
}

impl<B> Ewc<B> {
    /// Anchor and Fisher information after a task that ended at `w` with `of_task`: the sum of the
    /// penalties of all tasks.
    #[must_use]
    pub fn add<R: Real>(anchor: R, fisher: R, w: R, of_task: R) -> (R, R) {
        let sum = fisher + of_task;
        let share = sum.choose(of_task / sum, w.constant(1.0));
        ((w - anchor).mul_add(share, anchor), sum)
    }

    /// Anchor and Fisher information after a task that ended at `w` with `of_task`, with former tasks
    /// down-weighted.
    #[must_use]
    pub fn replace<R: Real>(downweighting: f64, fisher: R, w: R, of_task: R) -> (R, R) {
        (w, fisher.mul_add(w.constant(downweighting), of_task))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::Sgd;

    #[test]
    fn one_term_is_the_sum_of_all_tasks_penalties() {
        let tasks = [(0.3f32, 2.0f32), (-1.0, 0.5), (0.8, 4.0)];
        let (mut anchor, mut fisher) = (0.0, 0.0);
        for (w, f) in tasks {
            (anchor, fisher) = Ewc::<Sgd>::add(anchor, fisher, w, f);
        }
        for w in [-2.0f32, 0.0, 0.7] {
            let sum: f32 = tasks.iter().map(|(a, f)| f * (w - a)).sum();
            assert!((fisher * (w - anchor) - sum).abs() < 1e-5);
        }
        assert_eq!(Ewc::<Sgd>::add(0.0, 0.0, 0.5, 0.0), (0.5, 0.0));
    }
}
