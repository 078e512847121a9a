//! Learners on small ordinary data: how many of 100 seeds diverge, and how accurate the last examples are.
//!
//! `cargo bench -p mesu-bench --bench small_data [-- SETTINGS]`, with the settings of a learner as JSON, for
//! example `'{"kind": "mesu", "temperature": 30}'`.

use mesu::{Generator, Learner, LearnerConfig, NetworkConfig};
use rayon::prelude::*;

const SEEDS: u64 = 100;
const UPDATES: usize = 1_000;
const LAST: usize = 200;

/// Standardized inputs, and the sign of the first as the label.
struct Signs {
    noise: Generator,
    width: usize,
}

impl Signs {
    fn next(&mut self, examples: usize) -> (Vec<f32>, Vec<u32>) {
        let mut x = vec![0.0; examples * self.width];
        self.noise.fill_normal(&mut x);
        let labels = x.chunks_exact(self.width).map(|x| u32::from(x[0] > 0.0));
        let labels = labels.collect();
        (x, labels)
    }
}

/// Accuracy over the last examples; none of a learner that diverged.
fn life(
    hidden: &[usize],
    width: usize,
    batch: usize,
    config: &LearnerConfig,
    seed: u64,
) -> Option<f64> {
    let network = NetworkConfig::default().hidden(hidden.to_vec());
    let mut learner = Learner::new(width, 2, &network, config, seed).expect("sound settings");
    let mut signs = Signs {
        noise: Generator::named(seed, "signs", &[]),
        width,
    };
    let updates = UPDATES;
    let mut correct = 0;
    let last = LAST.div_ceil(batch);
    for update in 0..updates {
        let (x, labels) = signs.next(batch);
        let learned = learner.learn(&x, &labels).ok()?;
        if update >= updates - last {
            correct += learned.correct;
        }
    }
    Some(correct as f64 / (last * batch) as f64)
}

fn main() {
    let mut settings = std::env::args().skip(1).filter(|a| a.starts_with('{'));
    let given: Option<serde_json::Value> = settings
        .next()
        .map(|json| serde_json::from_str(&json).expect("JSON"));
    let batches: Vec<usize> = if std::env::var_os("ONE").is_some() {
        vec![1]
    } else {
        vec![1, 16]
    };
    let only: Option<usize> = std::env::var("SAMPLES").ok().and_then(|s| s.parse().ok());
    for batch in batches {
        for samples in [1, 2, 4, 10] {
            if only.is_some_and(|o| o != samples) {
                continue;
            }
            let mut value = given
                .clone()
                .unwrap_or_else(|| serde_json::json!({"kind": "mesu"}));
            if !["mesu", "foovb", "bbb"].contains(&value["kind"].as_str().unwrap_or_default()) {
                if samples > 1 {
                    continue;
                }
            } else {
                value["samples"] = samples.into();
            }
            let config: LearnerConfig = serde_json::from_value(value).expect("settings");
            println!("batches of {batch}, {samples} samples: diverged (accuracy)");
            let row: Option<usize> = std::env::var("ROW").ok().and_then(|s| s.parse().ok());
            for (r, hidden) in [&[8][..], &[16], &[32, 32], &[128, 64, 32]]
                .into_iter()
                .enumerate()
            {
                if row.is_some_and(|o| o != r) {
                    continue;
                }
                let cells = (if row.is_some() {
                    vec![8, 16]
                } else {
                    vec![1, 2, 4, 8, 16, 64]
                })
                .into_iter()
                .map(|width| {
                    let lives: Vec<_> = (0..SEEDS)
                        .into_par_iter()
                        .map(|seed| life(hidden, width, batch, &config, seed))
                        .collect();
                    let whole: Vec<f64> = lives.iter().flatten().copied().collect();
                    let mean = whole.iter().sum::<f64>() / whole.len().max(1) as f64;
                    format!("{:3} ({mean:.3})", lives.len() - whole.len())
                });
                println!(
                    "{:16} {}",
                    format!("{hidden:?}"),
                    cells.collect::<Vec<_>>().join("  ")
                );
            }
        }
    }
}
