//! The network of floats beside mesu-core's perceptron: the same bits.
#![allow(clippy::unwrap_used)]

use mesu_core::generator::Generator;
use mesu_core::perceptron::{Perceptron, Sizes};
use mesu_core::rule::Mesu;
use mesu_micro::{Classifier, Float, Settings, Shape, shape};

shape! { struct Deep: [21, 18, 7, 4], samples 3; }
shape! { struct Flat: [5, 3], samples 1; }

/// Learns and predicts with both, and compares every synapse and every prediction.
fn twins<S: Shape<Inputs<f32> = [f32; N]>, const N: usize>(rule: Mesu) {
    let sizes = Sizes {
        widths: S::WIDTHS,
        bias: true,
        samples: S::SAMPLES,
    };
    let classes = S::WIDTHS[S::WIDTHS.len() - 1];
    let (mut synapses, mut scratch) = (
        vec![0.0; sizes.synapses::<Mesu>()],
        vec![0.0; sizes.scratch()],
    );
    let mut core = Perceptron::new(sizes, rule, &mut synapses, &mut scratch).unwrap();
    core.set_first_values(&mut Generator::named(5, "init", &[]));
    let mut noise = Generator::named(5, "noise", &[]);
    let mut examples = Generator::named(5, "examples", &[]);

    let mut micro = Classifier::<S, Float>::new();
    let settings = Settings {
        rule,
        learn_above: 0.0,
        ..Settings::DEFAULT
    };
    micro.start(settings, classes, 5).unwrap();
    let mut probabilities = vec![0.0; classes];
    for step in 0..300 {
        let mut x = [0.0; N];
        examples.fill_normal(&mut x);
        let label = (0..classes).max_by(|a, b| x[*a].total_cmp(&x[*b])).unwrap();
        let expected = core.learn_one(&x, label, &mut noise);
        let found = micro.learn(&x, label).unwrap();
        assert_eq!(found.nll.to_bits(), expected.nll.to_bits(), "{step}");
        assert_eq!(found.correct, expected.correct, "{step}");
        let expected = core.predict_one(&x, &mut noise, &mut probabilities);
        let found = micro.predict(&x, 1).unwrap();
        assert_eq!(found.probabilities.as_ref(), probabilities, "{step}");
        let uncertainties = [found.total, found.aleatoric, found.epistemic];
        assert_eq!(
            uncertainties,
            [expected.total, expected.aleatoric, expected.epistemic]
        );
    }
    // Layer by layer: means, deviations, then those of the biases.
    let mut own = Vec::new();
    for (l, widths) in S::WIDTHS.windows(2).enumerate() {
        let weights = || (0..widths[1]).flat_map(|o| (0..widths[0]).map(move |i| (o, Some(i))));
        let biases = || (0..widths[1]).map(|o| (o, None));
        let of = |(o, i)| micro.synapse(l, o, i).unwrap();
        own.extend(weights().map(|place| of(place).mu));
        own.extend(weights().map(|place| of(place).sigma));
        own.extend(biases().map(|place| of(place).mu));
        own.extend(biases().map(|place| of(place).sigma));
    }
    let bits = |numbers: &[f32]| numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&own), bits(core.synapses()));
}

#[test]
fn a_deep_network_has_the_bits_of_mesu_core() {
    twins::<Deep, 21>(Mesu::default());
    twins::<Deep, 21>(Mesu::paper().memory_window(10_000.0).max_step_ratio(0.5));
}

#[test]
fn a_network_without_hidden_layers_has_the_bits_of_mesu_core() {
    twins::<Flat, 5>(Mesu::default());
}
