//! Synaptic Intelligence (Zenke, Poole, Ganguli 2017): how much each weight's way has lowered the loss.
//!
//! ```text
//! loss  = NLL + coefficient sum_i omega_i (w_i - anchor_i)^2
//! path <- path - g (w_new - w)                      at every update, g of the NLL alone
//! omega <- omega + max(0, path / ((w - anchor)^2 + damping))     at a task's end,
//! ```
//! then `anchor <- w` and `path <- 0`.

use crate::rule::{Gradient, Real, Rule, State};

/// An optimiser's state, with what Synaptic Intelligence keeps of a weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PathIntegral<B, R> {
    /// The optimiser's.
    pub base: B,
    /// The weight at the last task's end.
    pub anchor: R,
    /// Its importance; >= 0.
    pub omega: R,
    /// What its way in this task has done for the loss so far.
    pub path: R,
}

impl<B: State<R>, R: Real> State<R> for PathIntegral<B, R> {
    const PLANES: usize = B::PLANES + 3;
    const GAUSSIAN: bool = false;
    #[inline(always)]
    fn read(plane: impl Fn(usize) -> R) -> Self {
        Self {
            base: B::read(&plane),
            anchor: plane(B::PLANES),
            omega: plane(B::PLANES + 1),
            path: plane(B::PLANES + 2),
        }
    }
    #[inline(always)]
    fn write(self, mut plane: impl FnMut(usize, R)) {
        self.base.write(&mut plane);
        plane(B::PLANES, self.anchor);
        plane(B::PLANES + 1, self.omega);
        plane(B::PLANES + 2, self.path);
    }
    #[inline(always)]
    fn mean(self) -> R {
        self.base.mean()
    }
    #[inline(always)]
    fn sigma(self) -> Option<R> {
        None
    }
}

/// Synaptic Intelligence around an optimiser.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Si<B> {
    /// The optimiser's rule.
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
