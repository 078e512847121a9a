//! FOO-VB Diagonal, also known as BGD (Zeno, Golan, Hoffer, Soudry 2018 and 2021): the posterior of
//! each update is the prior of the next, and nothing is forgotten.
//!
//! ```text
//! mu    <- mu - lr_mu sigma^2 dC/dmu
//! sigma <- sigma sqrt(1 + (1/2 sigma dC/dsigma)^2) - 1/2 sigma^2 dC/dsigma
//! ```

use crate::real::Real;
use crate::synapse::{Gradient, Rule, Synapse};

/// FOO-VB Diagonal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Foovb {
    /// Rate of the mean (the paper's eta); >= 0.
    pub lr_mu: f64,
}

impl Rule for Foovb {
    type State<R: Real> = Synapse<R>;

    #[inline(always)]
    fn step<R: Real>(&self, synapse: Synapse<R>, gradient: Gradient<R>) -> Synapse<R> {
        let Synapse { mu, sigma } = synapse;
        let sigma_squared = sigma * sigma;
        let drive = gradient.d * mu.constant(-self.lr_mu) * gradient.x;
        let mu = sigma_squared.mul_add(drive, mu);
        let half = gradient.variance() * sigma_squared * sigma.constant(0.5);
        Synapse {
            mu,
            sigma: closed_form(sigma, half),
        }
    }
}

/// `sigma (sqrt(1 + half^2) - half)`, which is above zero for every `half` that a float's square
/// holds, without cancellation.
#[inline(always)]
pub(super) fn closed_form<R: Real>(sigma: R, half: R) -> R {
    let one = sigma.constant(1.0);
    let root = half.mul_add(half, one).sqrt();
    // Where half is small or negative, the factor's distance from 1, half (half / (root + 1) - 1), is
    // exact; where it is large, the factor itself is, as 1 / (root + half). One division for both.
    let large = half - one;
    let quotient = large.choose(sigma, half) / (root + large.choose(half, one));
    let step = half.mul_add(quotient, sigma.constant(0.0) - half);
    large.choose(quotient, sigma.mul_add(step, sigma))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sigma_shrinks_with_evidence_and_stays_positive() {
        let rule = Foovb { lr_mu: 1.0 };
        for variance in [-50.0f64, -1.0, 0.0, 1e-6, 3.0, 1e4, 1e12] {
            let old = Synapse {
                mu: 0.5,
                sigma: 0.2,
            };
            let new = rule.step(old, Gradient::new(0.0, variance));
            let half = 0.5 * variance * 0.04;
            let exact = 0.2 / ((1.0 + half * half).sqrt() + half);
            assert!(new.sigma > 0.0, "{variance}");
            assert!((new.sigma / exact - 1.0).abs() < 1e-9, "{variance}");
            assert_eq!(new.mu, 0.5);
        }
    }
}
