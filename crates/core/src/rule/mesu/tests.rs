//! Tests of the rule on quadratic losses.

use super::{Mesu, PriorStep, SafeMesu, SigmaStep};
use crate::real::Real;
use crate::synapse::{Gradient, Rule, Synapse};

const PAPER: Mesu = Mesu {
    memory_window: 1_000.0,
    sigma_prior: 0.5,
    mu_prior: 0.25,
    lr_mu: 1.0,
    lr_sigma: 1.0,
    clamp_grad: None,
    max_step_ratio: None,
    sigma_bounds: None,
    sigma_step: SigmaStep::Linear,
    prior_step: PriorStep::Linear,
    sigma_at_most_prior: false,
};

/// On C = H (w - target)^2 / 2, E C = H ((mu - target)^2 + sigma^2) / 2.
fn quadratic<R: Real>(synapse: Synapse<R>, h: f64, target: f64) -> Gradient<R> {
    let curvature = synapse.mu.constant(h);
    let mu = curvature * (synapse.mu - synapse.mu.constant(target));
    Gradient::new(mu, curvature)
}

#[test]
fn sigma_settles_where_evidence_meets_the_prior() {
    for sigma_step in [SigmaStep::Linear, SigmaStep::ClosedForm] {
        for h in [0.01, 0.3, 2.0] {
            let rule = Mesu {
                sigma_step,
                ..PAPER
            };
            let mut synapse = Synapse {
                mu: -1.0f32,
                sigma: 0.4,
            };
            for _ in 0..20_000 {
                synapse = rule.step(synapse, quadratic(synapse, h, 0.8));
            }
            let precision = 1.0 / (0.5 * 0.5) + 1_000.0 * h;
            let sigma = 1.0 / precision.sqrt();
            let mu = (0.25 / (0.5 * 0.5) + 1_000.0 * h * 0.8) / precision;
            // The closed form differs from the linear one in second order, by about
            // (sigma^2 H)^2 / 8 against the prior's pull of 1 / (2 N).
            let tolerance = match sigma_step {
                SigmaStep::Linear => 1e-3,
                SigmaStep::ClosedForm => 5e-3,
            };
            assert!(
                (f64::from(synapse.sigma) / sigma - 1.0).abs() < tolerance,
                "{synapse:?} {sigma}"
            );
            assert!(
                (f64::from(synapse.mu) - mu).abs() < 5e-3,
                "{synapse:?} {mu}"
            );
        }
    }
}

#[test]
fn without_evidence_a_synapse_returns_to_the_prior() {
    let none = Gradient::new(0.0, 0.0);
    let mut synapse = Synapse {
        mu: 2.0,
        sigma: 0.45f64,
    };
    let start = synapse;
    for _ in 0..1_000 {
        synapse = PAPER.step(synapse, none);
    }
    // N updates: what separated sigma^2 from the prior has shrunk to about 1/e.
    let left = |s: Synapse<f64>| (0.25 - s.sigma * s.sigma) / (s.sigma * s.sigma);
    let ratio = left(synapse) / left(start);
    assert!((ratio - (-1.0f64).exp()).abs() < 2e-3, "{ratio}");
    for _ in 0..30_000 {
        synapse = PAPER.step(synapse, none);
    }
    assert!((synapse.mu - 0.25).abs() < 1e-6 && (synapse.sigma - 0.5).abs() < 1e-6);
}

#[test]
fn the_closed_form_stays_positive_and_agrees_to_first_order() {
    let closed = Mesu {
        sigma_step: SigmaStep::ClosedForm,
        ..PAPER
    };
    let synapse = Synapse {
        mu: 0.0f64,
        sigma: 0.1,
    };
    // sigma g, for a sigma of 0.1.
    let gradient = |sigma_g: f64| Gradient::new(0.0, sigma_g / 0.01);
    for sigma_g in [-1e6, -10.0, -0.3, 0.3, 1.9, 2.1, 3.0, 1e3, 1e6, 1e9] {
        let half = 0.5 * sigma_g;
        let factor = if half > 0.0 {
            1.0 / ((1.0 + half * half).sqrt() + half)
        } else {
            (1.0 + half * half).sqrt() - half
        };
        let none = closed.step(synapse, gradient(0.0)).sigma - 0.1;
        let exact = closed.step(synapse, gradient(sigma_g)).sigma;
        assert!((exact - none - 0.1 * factor).abs() < 1e-12 * exact.max(1.0));
        // In f32 too, where root - half would cancel.
        let narrow = Synapse {
            mu: 0.0f32,
            sigma: 0.1,
        };
        let variance = (sigma_g / 0.01) as f32;
        let sigma = closed.step(narrow, Gradient::new(0.0, variance)).sigma;
        assert!(
            sigma > 0.0 && (f64::from(sigma) / exact - 1.0).abs() < 1e-5,
            "{sigma_g}: {sigma} {exact}"
        );
    }
    let small = gradient(1e-4);
    let difference = closed.step(synapse, small).sigma - PAPER.step(synapse, small).sigma;
    assert!(difference.abs() < 1e-9);
    // The linear step goes below zero from sigma g = 2 on.
    assert!(PAPER.step(synapse, gradient(2.1)).sigma < 0.0);
}

#[test]
fn the_exact_prior_relaxes_the_precision_exponentially() {
    for window in [1.0, 3.0, 1_000.0, 1e7] {
        for sigma in [1e-3, 0.2, 0.499, 0.5, 0.7, 40.0, 1e6] {
            let rule = PAPER.memory_window(window).prior_step(PriorStep::Exact);
            let (kept, share) = ((-1.0 / window).exp(), -(-1.0 / window).exp_m1());
            let after = |sigma: f64| kept / (sigma * sigma) + share * 4.0;
            let exact = 1.0 / after(sigma).sqrt();
            let step = |sigma: f64| {
                let none = Gradient::new(0.0, 0.0);
                rule.step(Synapse { mu: 0.0, sigma }, none).sigma
            };
            assert!(
                (step(sigma) / exact - 1.0).abs() < 1e-12,
                "{window} {sigma}"
            );
            // In f32 to its precision, the change of sigma included as far as f32 holds it.
            let narrow = rule.step(
                Synapse {
                    mu: 0.0f32,
                    sigma: sigma as f32,
                },
                Gradient::new(0.0, 0.0),
            );
            let exact = 1.0 / after(f64::from(sigma as f32)).sqrt();
            assert!(
                (f64::from(narrow.sigma) / exact - 1.0).abs() < 3e-7,
                "{window} {sigma}: {narrow:?} {exact}"
            );
        }
    }
    // To first order it is the linear one.
    let exact = PAPER.memory_window(1e7).prior_step(PriorStep::Exact);
    let linear = PAPER.memory_window(1e7);
    let synapse = Synapse {
        mu: 0.1f64,
        sigma: 0.3,
    };
    let none = Gradient::new(0.0, 0.0);
    let steps = [exact, linear].map(|rule| rule.step(synapse, none).sigma - 0.3);
    assert!((steps[0] / steps[1] - 1.0).abs() < 1e-6, "{steps:?}");
}

#[test]
fn the_share_of_the_prior_is_that_of_the_exponential() {
    for x in [1e-18, 1e-9, 1e-4, 0.3, 1.0, 7.0, 40.0, 64.0, 1e3, 1e12] {
        let share = PAPER.lr_sigma(x).memory_window(1.0).prior_share();
        let exact = -(-x).exp_m1();
        assert!((share / exact - 1.0).abs() < 1e-14, "{x}: {share} {exact}");
    }
    assert_eq!(PAPER.lr_sigma(0.0).prior_share(), 0.0);
}

#[test]
fn sigma_stays_at_or_below_the_prior() {
    for sigma_step in [SigmaStep::Linear, SigmaStep::ClosedForm] {
        for bounds in [None, Some((1e-5, 0.3)), Some((1e-5, 9.0)), Some((0.7, 0.8))] {
            let rule = Mesu {
                sigma_step,
                sigma_bounds: bounds,
                prior_step: PriorStep::Exact,
                sigma_at_most_prior: true,
                ..PAPER
            };
            let synapse = Synapse {
                mu: 0.0f64,
                sigma: 0.45,
            };
            // Evidence that widens.
            let wide = rule.step(synapse, Gradient::new(0.0, -1e3)).sigma;
            let most = bounds.map_or(0.5, |(low, high)| 0.5f64.min(high).max(low));
            assert!((wide - most).abs() < 1e-12, "{bounds:?}: {wide}");
        }
    }
}

#[test]
fn an_update_makes_up_for_those_that_were_not_made() {
    let rule = PAPER.prior_step(PriorStep::Exact).mu_prior(0.0);
    let none = Gradient::new(0.0, 0.0);
    let start = Synapse {
        mu: 0.3f64,
        sigma: 0.1,
    };
    for idle in [0, 1, 40] {
        let at_once = rule.after_idle(idle).step(start, none);
        let one_by_one = (0..=idle).fold(start, |synapse, _| rule.step(synapse, none));
        // sigma exactly; mu, whose pull grows with sigma^2 on the way, to first order.
        assert!((at_once.sigma / one_by_one.sigma - 1.0).abs() < 1e-12);
        assert!((at_once.mu - one_by_one.mu).abs() < 1e-4 * 0.3);
        let plain = PAPER
            .plain()
            .map(|rule| rule.after_idle(idle).step(start, none));
        assert_eq!(plain, Some(PAPER.after_idle(idle).step(start, none)));
    }
}

#[test]
fn a_prior_of_a_layer_is_the_scaled_one() {
    let rule = PAPER.prior_step(PriorStep::Exact).sigma_at_most_prior(true);
    assert_eq!(rule.for_layer(0.1), rule.sigma_prior(0.05));
    assert_eq!(rule.for_layer(1.0), rule);
}

#[test]
fn every_safeguard_at_once_has_the_same_bits() {
    let rules = [
        Mesu::default(),
        Mesu::default()
            .mu_prior(0.2)
            .max_step_ratio(0.3)
            .memory_window(40.0),
        Mesu::default().sigma_bounds((0.01, 0.4)).lr_sigma(3.0),
        Mesu::default()
            .sigma_at_most_prior(false)
            .sigma_bounds((1e-4, 9.0))
            .memory_window(2.0),
    ];
    for rule in rules {
        let rule = rule.for_layer(0.7);
        for idle in [0, 5] {
            let (slow, fast) = (
                rule.after_idle(idle),
                SafeMesu::new(rule).map(|r| r.after_idle(idle)),
            );
            for sigma in [1e-4f32, 0.02, 0.3, 0.7, 1.4, 5.0] {
                for gradient in [0.0f32, 1e-12, -0.3, 2.0, -40.0, 1e4, -1e9, 1e15] {
                    let synapse = Synapse { mu: -0.4, sigma };
                    let gradient = Gradient::new(-0.1 * gradient, gradient);
                    let expected = slow.step(synapse, gradient);
                    let got = fast.map(|rule| rule.step(synapse, gradient));
                    assert_eq!(got, Some(expected), "{rule:?} {sigma} {gradient:?}");
                }
            }
        }
    }
    let linear = Mesu::default().sigma_step(SigmaStep::Linear);
    for other in [Mesu::paper(), linear, Mesu::default().clamp_grad(0.1)] {
        assert_eq!(SafeMesu::new(other), None);
    }
}
