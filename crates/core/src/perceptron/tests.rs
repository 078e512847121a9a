use super::{Misfit, Perceptron, Sizes};
use crate::generator::Generator;
use crate::rule::{Mesu, Sgd};
use std::vec;

const SIZES: Sizes<'static> = Sizes {
    widths: &[3, 5, 2],
    bias: true,
    samples: 2,
};

#[test]
fn memory_that_does_not_fit_is_refused() {
    let (mut synapses, mut scratch) = (vec![0.0; 64], vec![0.0; SIZES.scratch()]);
    assert_eq!(SIZES.connections(), 5 * 4 + 2 * 6);
    assert!(Perceptron::new(SIZES, Mesu::paper(), &mut synapses, &mut scratch).is_ok());
    let found = Perceptron::new(SIZES, Mesu::paper(), &mut synapses[1..], &mut scratch);
    let (found, expected) = (found.err(), 64);
    assert_eq!(
        found,
        Some(Misfit::Synapses {
            found: 63,
            expected
        })
    );
    let none = Sizes {
        samples: 0,
        ..SIZES
    };
    let found = Perceptron::new(none, Mesu::paper(), &mut synapses, &mut scratch);
    assert_eq!(found.err(), Some(Misfit::Sizes));
    let found = Perceptron::new(SIZES, Sgd { lr: 0.1 }, &mut synapses[..32], &mut scratch);
    assert_eq!(found.err(), Some(Misfit::PointWeights));
    let found = Perceptron::new(SIZES, Mesu::paper(), &mut synapses, &mut scratch[1..]);
    assert!(matches!(found.err(), Some(Misfit::Scratch { .. })));
}

#[test]
fn learning_lowers_the_loss() {
    let (mut synapses, mut scratch) = (vec![0.0; 64], vec![0.0; SIZES.scratch()]);
    let mut network = Perceptron::new(SIZES, Mesu::paper(), &mut synapses, &mut scratch).unwrap();
    network.set_first_values(&mut Generator::named(1, "init", &[]));
    let mut noise = Generator::named(1, "noise", &[]);
    let mut nll = |steps: usize| -> f64 {
        let examples = [([1.0, 0.0, 0.5], 0), ([0.0, 1.0, -0.5], 1)];
        let all = examples.iter().cycle().take(steps);
        let sum: f64 = all
            .map(|(x, y)| network.learn_one(x, *y, &mut noise).nll)
            .sum();
        sum / steps as f64
    };
    let (before, _, after) = (nll(20), nll(200), nll(20));
    assert!(after < 0.2 * before, "{before} {after}");
}
