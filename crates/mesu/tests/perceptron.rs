//! Online learning against the plain perceptron of `mesu-core`: the same bits.

#![allow(clippy::unwrap_used)]

use mesu::rule::{Bbb, Foovb, Mesu, Rule};
use mesu::{BbbConfig, FoovbConfig, Generator, Learner, LearnerConfig, MesuConfig, NetworkConfig};
use mesu_core::generator;
use mesu_core::perceptron::{Perceptron, Sizes};
use mesu_core::rule::Adam;

const INPUTS: usize = 19;
const CLASSES: usize = 3;

/// A stream of inputs and labels; some inputs are 0, some large.
fn examples(count: usize) -> Vec<([f32; INPUTS], u32)> {
    let mut noise = Generator::named(5, "examples", &[]);
    let examples = (0..count).map(|i| {
        let mut x = [0.0; INPUTS];
        noise.fill_normal(&mut x);
        x[i % INPUTS] = 0.0;
        x[(i + 1) % INPUTS] *= 3.0;
        (x, (i % CLASSES) as u32)
    });
    examples.collect()
}

/// A learner and a perceptron that start alike, learn the same, and predict.
fn same_life<R: Rule + std::fmt::Debug>(
    rule: R,
    config: &LearnerConfig,
    hidden: &[usize],
    bias: bool,
) {
    let network = NetworkConfig {
        hidden: hidden.to_vec(),
        bias,
        ..NetworkConfig::paper()
    };
    let mut learner = Learner::new(INPUTS, CLASSES, &network, config, 3).unwrap();
    let (samples, _) = config.samples();
    let widths = [&[INPUTS], hidden, &[CLASSES]].concat();
    let sizes = Sizes {
        widths: &widths,
        bias,
        samples,
    };
    let synapses = |learner: &Learner| -> Vec<f32> {
        let layers: Vec<_> = learner.network().groups().map(|(_, group)| group).collect();
        let planes = layers.iter().flat_map(|group| group.planes());
        planes.flat_map(|(_, plane)| plane.values()).collect()
    };
    let mut memory = synapses(&learner);
    let mut scratch = vec![f32::NAN; sizes.scratch()];
    let mut perceptron = Perceptron::new(sizes, rule, &mut memory, &mut scratch).unwrap();
    let mut noise = generator::Generator::named(3, "noise", &[]);
    for (i, (x, label)) in examples(300).iter().enumerate() {
        let expected = learner.learn(x, &[*label]).unwrap();
        let found = perceptron.learn_one(x, *label as usize, &mut noise);
        let expected = (expected.nll.to_bits(), expected.correct == 1);
        assert_eq!(
            (found.nll.to_bits(), found.correct),
            expected,
            "{rule:?}, update {i}"
        );
    }
    let bits = |synapses: &[f32]| synapses.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert!(
        bits(&synapses(&learner)) == bits(perceptron.synapses()),
        "{rule:?}"
    );
}

#[test]
fn lives_are_those_of_the_plain_perceptron() {
    for (hidden, bias) in [(&[][..], true), (&[5], false), (&[17, 6], true)] {
        let mesu = MesuConfig::paper()
            .memory_window(1e3)
            .lr_mu(0.3)
            .lr_sigma(0.02)
            .samples(5);
        same_life(mesu.rule().unwrap(), &mesu.clone().into(), hidden, bias);
        let clamped = mesu.clamp_grad(0.5).max_step_ratio(0.2).samples(3);
        same_life::<Mesu>(
            clamped.rule().unwrap(),
            &clamped.clone().into(),
            hidden,
            bias,
        );
        let foovb = FoovbConfig::paper().lr_mu(0.5).samples(4);
        same_life(
            Foovb {
                lr_mu: 0.5,
                ..Foovb::default()
            },
            &foovb.into(),
            hidden,
            bias,
        );
        let bbb = BbbConfig::default().samples(2);
        let rule = Bbb {
            adam: Adam::new(bbb.lr, 0.9, 0.999, 1e-8),
            mu_prior: bbb.mu_prior,
            sigma_prior: bbb.sigma_prior,
            share: 1.0 / bbb.kl_updates,
        };
        same_life(rule, &bbb.into(), hidden, bias);
    }
}
