//! Bayes by Backprop (Blundell, Cornebise, Kavukcuoglu, Wierstra 2015): Adam on mu and rho, with
//! `sigma = softplus(rho) = ln(1 + e^rho)`, of
//!
//! ```text
//! C + share KL( N(mu, sigma^2) || N(mu_prior, sigma_prior^2) )
//! dKL/dmu = (mu - mu_prior) / sigma_prior^2      dKL/dsigma = sigma / sigma_prior^2 - 1 / sigma
//! dsigma/drho = 1 / (1 + e^-rho) = 1 - e^-sigma
//! ```

use super::adam::{Adam, AdamState};
use crate::planes;
use crate::real::Real;
use crate::synapse::{Gradient, Rule};

planes! {
    /// A Gaussian synapse with Adam's running means.
    pub struct Variational: Gaussian {
        /// Mean.
        mu,
        /// Standard deviation, > 0.
        sigma,
        /// rho, from which sigma is computed.
        rho,
        /// Running mean of the gradient of mu.
        mu_first,
        /// Running mean of its square.
        mu_second,
        /// Running mean of the gradient of rho.
        rho_first,
        /// Running mean of its square.
        rho_second,
    }
}

/// Bayes by Backprop: Adam on mu and rho.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bbb {
    /// Optimizer of mu and rho.
    pub adam: Adam,
    /// Mean of the prior.
    pub mu_prior: f64,
    /// Standard deviation of the prior; > 0.
    pub sigma_prior: f64,
    /// Share of the KL divergence that one update carries; >= 0.
    pub share: f64,
}

impl Rule for Bbb {
    type State<R: Real> = Variational<R>;

    #[inline(always)]
    fn step<R: Real>(&self, state: Variational<R>, gradient: Gradient<R>) -> Variational<R> {
        let (mu, sigma) = (state.mu, state.sigma);
        let constant = |x: f64| mu.constant(x);
        let precision = self.share / (self.sigma_prior * self.sigma_prior);

        let offset = mu - constant(self.mu_prior);
        let g_mu = offset.mul_add(constant(precision), gradient.mu());
        let pull = sigma.mul_add(constant(precision), constant(-self.share) / sigma);
        let g_sigma = gradient.variance().mul_add(sigma, pull);
        let g_rho = g_sigma * (constant(1.0) - (constant(0.0) - sigma).exp());

        let mu = step(self.adam, mu, (state.mu_first, state.mu_second), g_mu);
        let rho = step(
            self.adam,
            state.rho,
            (state.rho_first, state.rho_second),
            g_rho,
        );
        Variational {
            mu: mu.value,
            sigma: softplus(rho.value),
            rho: rho.value,
            mu_first: mu.first_moment,
            mu_second: mu.second_moment,
            rho_first: rho.first_moment,
            rho_second: rho.second_moment,
        }
    }

    fn at(&self, updates: u64) -> Self {
        Self {
            adam: self.adam.at(updates),
            ..*self
        }
    }

    fn after_idle(&self, updates: u64) -> Self {
        Self {
            share: self.share * (updates as f64 + 1.0),
            ..*self
        }
    }

    fn for_layer(&self, prior_scale: f64) -> Self {
        Self {
            sigma_prior: self.sigma_prior * prior_scale,
            ..*self
        }
    }

    fn first_value(&self, plane: &str, _: f32, sigma: Option<f32>) -> f32 {
        match plane {
            "rho" => sigma.map_or(0.0, rho),
            _ => 0.0,
        }
    }
}

/// Adam's step of one number.
#[inline(always)]
fn step<R: Real>(adam: Adam, value: R, (first, second): (R, R), g: R) -> AdamState<R> {
    let state = AdamState {
        value,
        first_moment: first,
        second_moment: second,
    };
    adam.step(state, Gradient::new(g, g))
}

/// Softplus, `ln(1 + e^x)`. For x below -10, where `1 + e^x` loses the digits of `e^x`, it is `e^x` itself,
/// with a relative error below 3e-5.
#[inline(always)]
fn softplus<R: Real>(x: R) -> R {
    let zero = x.constant(0.0);
    let size = x.choose(zero - x, x);
    let small = size.exp();
    let ln = (small + x.constant(1.0)).ln();
    let tail = (size + x.constant(10.0)).choose(ln, small);
    x.choose(x + tail, tail)
}

/// Inverse softplus: the rho of a sigma > 0.
#[must_use]
pub fn rho(sigma: f32) -> f32 {
    // ln(e^sigma - 1), without overflow for large and cancellation for small sigma.
    let sigma = f64::from(sigma);
    (sigma + libm::log(-libm::expm1(-sigma))) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn softplus_and_its_inverse() {
        for x in [-60.0f64, -30.0, -12.0, -3.0, 0.0, 1e-9, 4.0, 80.0] {
            let exact = x.exp().ln_1p();
            assert!((softplus(x) / exact - 1.0).abs() < 1e-4, "{x}");
            assert!(
                (softplus(x as f32) as f64 / exact - 1.0).abs() < 2e-3,
                "{x}"
            );
        }
        for sigma in [1e-6f32, 0.02, 0.5, 3.0, 50.0] {
            assert!((softplus(rho(sigma)) / sigma - 1.0).abs() < 2e-3, "{sigma}");
        }
    }

    /// C = H ((mu - target)^2 + sigma^2) / 2: the best posterior is known.
    #[test]
    fn settles_at_the_posterior() {
        let (h, target, share) = (2.0f64, 0.8, 0.01);
        let bbb = Bbb {
            adam: Adam::new(3e-3, 0.9, 0.999, 1e-8),
            mu_prior: 0.0,
            sigma_prior: 0.5,
            share,
        };
        let mut state = Variational {
            mu: -1.0f64,
            sigma: 0.3,
            rho: f64::from(rho(0.3)),
            mu_first: 0.0,
            mu_second: 0.0,
            rho_first: 0.0,
            rho_second: 0.0,
        };
        for t in 0..20_000 {
            let gradient = Gradient::new(h * (state.mu - target), h);
            state = bbb.at(t).step(state, gradient);
        }
        let precision = h / share + 4.0;
        let (mu, sigma) = (h / share * target / precision, 1.0 / precision.sqrt());
        assert!((state.mu - mu).abs() < 1e-3, "{state:?} {mu}");
        assert!(
            (state.sigma / sigma - 1.0).abs() < 1e-2,
            "{state:?} {sigma}"
        );
    }
}
