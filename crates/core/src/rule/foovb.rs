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
    /// Largest sigma, > 0; none in the paper, where single gradients widen a posterior without bound.
    pub sigma_max: Option<f64>,
    /// No step of mu is longer than max_step_ratio·sigma, and no step of sigma takes it out of
    /// `[sigma / (1 + max_step_ratio), sigma (1 + max_step_ratio)]`; no limit in the paper.
    pub max_step_ratio: Option<f64>,
}

impl Default for Foovb {
    /// The paper's: a rate of 1 and no limit.
    fn default() -> Self {
        Self {
            lr_mu: 1.0,
            sigma_max: None,
            max_step_ratio: None,
        }
    }
}

impl Rule for Foovb {
    type State<R: Real> = Synapse<R>;

    #[inline(always)]
    fn step<R: Real>(&self, synapse: Synapse<R>, gradient: Gradient<R>) -> Synapse<R> {
        let Synapse { mu, sigma } = synapse;
        let sigma_squared = sigma * sigma;
        let drive = gradient.d * mu.constant(-self.lr_mu) * gradient.x;
        let half = gradient.variance() * sigma_squared * sigma.constant(0.5);
        let free = closed_form(sigma, half);
        let (mu, moved) = match self.max_step_ratio {
            None => (sigma_squared.mul_add(drive, mu), free),
            Some(ratio) => {
                let (low, high) = (sigma.constant(-ratio), sigma.constant(ratio));
                let step = (sigma * drive).limit(low, high);
                let most = sigma.constant(1.0 + ratio);
                (
                    sigma.mul_add(step, mu),
                    free.limit(sigma / most, sigma * most),
                )
            }
        };
        let sigma = match self.sigma_max {
            None => moved,
            Some(most) => {
                let most = sigma.constant(most);
                (moved - most).choose(most, moved)
            }
        };
        Synapse { mu, sigma }
    }

    fn for_layer(&self, prior_scale: f64) -> Self {
        Self {
            sigma_max: self.sigma_max.map(|sigma| sigma * prior_scale),
            ..*self
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
        let rule = Foovb::default();
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

    #[test]
    fn limits_hold() {
        let rule = Foovb {
            lr_mu: 1.0,
            sigma_max: Some(0.3),
            max_step_ratio: Some(1.0),
        };
        let old = Synapse {
            mu: 0.5,
            sigma: 0.2,
        };
        let step = |d, variance| rule.step(old, Gradient::new(d, variance));
        assert_eq!(
            step(1e9, 1e12),
            Synapse {
                mu: 0.3,
                sigma: 0.1
            }
        );
        assert_eq!(
            step(-1e9, -1e12),
            Synapse {
                mu: 0.7,
                sigma: 0.3
            }
        );
        let scaled = rule.for_layer(0.5).step(old, Gradient::new(0.0, 0.0));
        assert_eq!(scaled.sigma, 0.15);
        // Small steps are those without limits.
        let free = Foovb::default().step(old, Gradient::new(0.1, 0.3));
        assert_eq!(step(0.1, 0.3), free);
    }
}
