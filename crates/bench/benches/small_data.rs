//! Learners on small ordinary data: how many seeds diverge, and how accurate the last examples are.
//!
//! Standardized inputs, the sign of the first as the label, 1,000 updates. Each table is of one size of batches and
//! one number of samples, each cell of a network and a number of inputs: seeds that diverged, and in brackets the
//! mean accuracy of the others over the last 200 examples.
//!
//! ```sh
//! cargo bench -p mesu-bench --bench small_data -- --seeds 10 --samples 4 --batch 1 --settings '{"kind": "bbb"}'
//! ```
//!
//! Without options: 100 seeds, samples of 1, 2, 4 and 10, batches of 1 and 16, the library's default learner and network
//! (`--network '{"init": "wide", "bias": false}'` is the paper's).

#![allow(clippy::print_stdout)]

use std::error::Error;

use mesu::{ConfigError, Generator, Learner, LearnerConfig, LearnerKind, NetworkConfig};
use rayon::prelude::*;
use serde_json::{Value, json};

const HIDDEN: [&[usize]; 4] = [&[8], &[16], &[32, 32], &[128, 64, 32]];
const INPUTS: [usize; 6] = [1, 2, 4, 8, 16, 64];
const UPDATES: usize = 1_000;
/// Number of the last examples that accuracy is measured over; of whole batches.
const LAST: usize = 200;

struct Options {
    seeds: u64,
    samples: Vec<usize>,
    batches: Vec<usize>,
    settings: Value,
    network: NetworkConfig,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let mut options = Self {
            seeds: 100,
            samples: vec![1, 2, 4, 10],
            batches: vec![1, 16],
            settings: json!({"kind": "mesu"}),
            network: NetworkConfig::default(),
        };
        while let Some(name) = arguments.next() {
            // Cargo says so to every benchmark.
            if name == "--bench" {
                continue;
            }
            let value = arguments
                .next()
                .ok_or_else(|| format!("{name} has no value"))?;
            match &name[..] {
                "--seeds" => options.seeds = value.parse()?,
                "--samples" => options.samples = vec![value.parse()?],
                "--batch" => options.batches = vec![value.parse()?],
                "--network" => options.network = serde_json::from_str(&value)?,
                "--settings" => options.settings = serde_json::from_str(&value)?,
                _ => return Err(format!("no such option: {name}").into()),
            }
        }
        Ok(options)
    }

    /// Learners with their names: one for each number of samples, if they draw any.
    fn learners(&self) -> Result<Vec<(String, LearnerConfig)>, Box<dyn Error>> {
        let given: LearnerConfig = serde_json::from_value(self.settings.clone())?;
        let kind = given.kind();
        if ![LearnerKind::Mesu, LearnerKind::Foovb, LearnerKind::Bbb].contains(&kind) {
            return Ok(vec![(kind.name().to_owned(), given)]);
        }
        let with = |samples: &usize| {
            let mut settings = self.settings.clone();
            settings["samples"] = json!(samples);
            let name = format!("{}, samples = {samples}", kind.name());
            Ok((name, serde_json::from_value(settings)?))
        };
        self.samples.iter().map(with).collect()
    }
}

/// One cell of a table: a network with its number of inputs, a learner, and how many examples come at a time.
struct Cell<'a> {
    hidden: &'a [usize],
    inputs: usize,
    batch: usize,
    learner: &'a LearnerConfig,
    network: &'a NetworkConfig,
}

impl Cell<'_> {
    /// Accuracy over the last examples; none if it diverged.
    fn accuracy(&self, seed: u64) -> Result<Option<f64>, ConfigError> {
        let network = self.network.clone().hidden(self.hidden);
        let mut learner = Learner::new(self.inputs, 2, &network, self.learner, seed)?;
        let mut noise = Generator::named(seed, "signs", &[]);
        let mut x = vec![0.0; self.batch * self.inputs];
        let tested = LAST.div_ceil(self.batch);
        let mut correct = 0;
        for update in 0..UPDATES {
            noise.fill_normal(&mut x);
            let rows = x.chunks_exact(self.inputs);
            let labels: Vec<u32> = rows.map(|x| u32::from(x[0] > 0.0)).collect();
            match learner.learn(&x, &labels) {
                Ok(learned) if update >= UPDATES - tested => correct += learned.correct,
                Ok(_) => {}
                Err(_) => return Ok(None),
            }
        }
        Ok(Some(correct as f64 / (tested * self.batch) as f64))
    }

    fn text(&self, seeds: u64) -> Result<String, ConfigError> {
        let lives = (0..seeds).into_par_iter().map(|seed| self.accuracy(seed));
        let lives = lives.collect::<Result<Vec<_>, _>>()?;
        let whole: Vec<f64> = lives.iter().copied().flatten().collect();
        let mean = whole.iter().sum::<f64>() / whole.len() as f64;
        Ok(format!("{:3} ({mean:.3})", lives.len() - whole.len()))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse(std::env::args().skip(1))?;
    for &batch in &options.batches {
        for (name, learner) in &options.learners()? {
            println!("\n{name}, batches of {batch}, {} seeds", options.seeds);
            let heads = INPUTS.map(|inputs| format!("{:>11}", format!("d = {inputs}")));
            println!("{:16}{}", "hidden", heads.concat());
            for hidden in HIDDEN {
                print!("{:16}", format!("{hidden:?}"));
                for inputs in INPUTS {
                    let cell = Cell {
                        hidden,
                        inputs,
                        batch,
                        learner,
                        network: &options.network,
                    };
                    print!("{:>11}", cell.text(options.seeds)?);
                }
                println!();
            }
        }
    }
    Ok(())
}
