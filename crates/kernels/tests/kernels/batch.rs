//! The elementwise kernels for many examples at a time.

use mesu_core::{Gradient, Real, Rule, Synapse};
use mesu_kernels::batch::{self, Second};
use mesu_kernels::{Matrix, PlanesMut, all_finite, naive, online};
use proptest::prelude::*;

use crate::support::{Shift, case, close, matrix, values};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn stored_gradients(case in case()) {
        let (start_mu, start_sigma) = case.synapses();
        let first = |values: &[f32]| matrix(case.outputs, case.inputs, &values.iter().cycle().take(case.mu.len()).copied().collect::<Vec<_>>());
        let (g_mu, given) = (first(&case.d), first(&case.r));
        for second in [Second::Variance, Second::Sigma] {
            let (mut mu, mut sigma) = (start_mu.clone(), start_sigma.clone());
            let layer = PlanesMut::new([&mut mu, &mut sigma]);
            prop_assert!(batch::update(layer, &g_mu, Some((&given, second)), &Shift::<true>));
            let gradients = g_mu.values().zip(given.values());
            for (n, ((g_mu, given), (mu, sigma))) in gradients.zip(mu.values().zip(sigma.values())).enumerate() {
                let old = Synapse { mu: f64::from(case.mu[n]), sigma: f64::from(case.sigma[n]) };
                let variance = match second {
                    Second::Variance => f64::from(given),
                    Second::Sigma => f64::from(given) / old.sigma,
                };
                let new = Shift::<true>.step(old, Gradient::new(f64::from(g_mu), variance));
                let mu_scale = old.mu.abs() + f64::from(g_mu.abs()) * old.sigma * old.sigma;
                prop_assert!(close(mu, new.mu, mu_scale), "mu {} {}", mu, new.mu);
                prop_assert!(close(sigma, new.sigma, old.sigma), "sigma {} {}", sigma, new.sigma);
            }
        }
    }

    #[test]
    fn samples_of_activations(case in case()) {
        let v: Vec<f32> = case.h.iter().map(|x| x * x).collect();
        let (m, variance) = (matrix(1, v.len(), &case.h), matrix(1, v.len(), &v));
        let z: Vec<f32> = (0..v.len()).map(|i| (i as f32 * 0.7).sin() * 3.0).collect();
        let mut q = matrix(1, v.len(), &z);
        let mut a = Matrix::zeros(1, v.len());
        online::sample(&m, &variance, &mut q, &mut a);
        let (mut flat_q, mut flat_a) = (z.clone(), z.clone());
        batch::sample(&case.h, &v, &mut flat_q, &mut flat_a);
        prop_assert_eq!(&flat_q[..], q.row(0));
        prop_assert_eq!(&flat_a[..], a.row(0));
        for i in 0..v.len() {
            let (activation, quotient) = naive::sample(case.h[i], v[i], z[i]);
            prop_assert!(close(flat_a[i], activation, f64::from(case.h[i].abs()) * 4.0));
            prop_assert!(close(flat_q[i], quotient, 0.0) || v[i] < f32::MIN_POSITIVE);
        }
    }

    #[test]
    fn finiteness(mut x in values(37), at in 0usize..37, bad in prop_oneof![Just(f32::NAN), Just(-f32::NAN), Just(f32::INFINITY), Just(f32::NEG_INFINITY)]) {
        prop_assert!(all_finite(&x));
        x[at] = bad;
        prop_assert!(!all_finite(&x));
    }
}

/// Sets every sigma to a value.
#[derive(Clone, Copy)]
struct Put(f64);

impl Rule for Put {
    type State<R: Real> = Synapse<R>;

    fn step<R: Real>(&self, synapse: Synapse<R>, _: Gradient<R>) -> Synapse<R> {
        Synapse {
            mu: synapse.mu,
            sigma: synapse.mu.constant(self.0),
        }
    }
}

#[test]
fn a_sigma_of_zero_or_below_is_reported() {
    let reported = |sigma: f64| {
        let (mut mu, mut sigmas) = (Matrix::zeros(1, 3), matrix(1, 3, &[1.0; 3]));
        let zeros = Matrix::zeros(1, 3);
        let layer = PlanesMut::new([&mut mu, &mut sigmas]);
        !batch::update(layer, &zeros, Some((&zeros, Second::Variance)), &Put(sigma))
    };
    for sigma in [0.0, -0.0, -1e-40, -1.0, f64::NEG_INFINITY] {
        assert!(reported(sigma), "{sigma}");
    }
    for sigma in [1e-40, 1e-6, 1.0, 1e30] {
        assert!(!reported(sigma), "{sigma}");
    }
}
