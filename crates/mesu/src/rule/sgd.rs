//! Stochastic gradient descent on point weights: `w <- w - lr dC/dw`.

use super::{Gradient, Real, Rule, State};

/// A point weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weight<R>(pub R);

impl<R: Real> State<R> for Weight<R> {
    const PLANES: usize = 1;
    const GAUSSIAN: bool = false;
    #[inline(always)]
    fn read(plane: impl Fn(usize) -> R) -> Self {
        Self(plane(0))
    }
    #[inline(always)]
    fn write(self, mut plane: impl FnMut(usize, R)) {
        plane(0, self.0);
    }
    #[inline(always)]
    fn mean(self) -> R {
        self.0
    }
    #[inline(always)]
    fn sigma(self) -> Option<R> {
        None
    }
}

/// The rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sgd {
    /// Rate; >= 0.
    pub lr: f64,
}

impl Rule for Sgd {
    type State<R: Real> = Weight<R>;

    const FUSED: bool = true;

    #[inline(always)]
    fn step<R: Real>(&self, Weight(w): Weight<R>, gradient: Gradient<R>) -> Weight<R> {
        Weight((gradient.d * w.constant(-self.lr)).mul_add(gradient.x, w))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_rate_times_gradient() {
        let gradient = Gradient::new(2.0f64, 0.0);
        assert_eq!(Sgd { lr: 0.25 }.step(Weight(1.0), gradient), Weight(0.5));
    }
}
