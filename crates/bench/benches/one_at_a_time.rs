//! Time of an example on one core: learned with others, learned alone with its prediction, and predicted.
//!
//! `cargo bench -p mesu-bench --bench one_at_a_time`. Rounds take turns; a ratio is the median of the rounds' own.

#![allow(clippy::print_stdout)]

use std::time::Instant;

use mesu::{Generator, Learner, LearnerConfig, MesuConfig, NetworkConfig};

const INPUTS: usize = 784;
const CLASSES: usize = 10;
const EXAMPLES: usize = 400;
const ROUNDS: usize = 15;

type Work = fn(&mut Learner, &[f32], &[u32]);

/// Ways to take in the examples, of which the first is the yardstick.
const WAYS: [(&str, Work); 4] = [
    ("learn_each", |learner, x, labels| {
        learner.learn_each(x, labels).expect("sound settings");
    }),
    ("learn_one", |learner, x, labels| {
        for (x, label) in x.chunks_exact(INPUTS).zip(labels) {
            learner.learn_one(x, *label).expect("sound settings");
        }
    }),
    ("predict_one", |learner, x, _| {
        for x in x.chunks_exact(INPUTS) {
            learner.predict_one(x).expect("a sound learner");
        }
    }),
    ("predict, one at a time", |learner, x, _| {
        for x in x.chunks_exact(INPUTS) {
            let noise = Generator::named(1, "test", &[]);
            learner.predict(x, noise).expect("a sound learner");
        }
    }),
];

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

fn main() {
    let x = Generator::named(1, "inputs", &[]).normals(EXAMPLES * INPUTS);
    let labels: Vec<u32> = (0..EXAMPLES).map(|i| (i % CLASSES) as u32).collect();
    let settings = [
        (
            "the paper's settings",
            NetworkConfig::paper(),
            MesuConfig::paper(),
        ),
        (
            "defaults, 10 samples",
            NetworkConfig::default(),
            MesuConfig::default().samples(10),
        ),
    ];
    for hidden in [50, 512] {
        for (name, network, mesu) in &settings {
            let network = network.clone().hidden([hidden]);
            let config = LearnerConfig::from(mesu.clone());
            let learner = Learner::new(INPUTS, CLASSES, &network, &config, 1).expect("settings");
            let mut learners = WAYS.map(|_| learner.clone());
            let mut seconds = WAYS.map(|_| Vec::new());
            for _ in 0..ROUNDS {
                for (((_, work), learner), seconds) in
                    WAYS.iter().zip(&mut learners).zip(&mut seconds)
                {
                    let start = Instant::now();
                    work(learner, &x, &labels);
                    seconds.push(start.elapsed().as_secs_f64());
                }
            }
            println!("{INPUTS}-{hidden}-{CLASSES}, {name}:");
            let [each, one, ..] = &seconds;
            for ((way, _), of_way) in WAYS.iter().zip(&seconds) {
                let over =
                    |other: &[f64]| median(of_way.iter().zip(other).map(|(a, b)| a / b).collect());
                let micros = 1e6 * median(of_way.clone()) / EXAMPLES as f64;
                println!(
                    "  {way:24} {micros:7.1} us, {:.2} of learn_each, {:.2} of learn_one",
                    over(each),
                    over(one)
                );
            }
        }
    }
}
