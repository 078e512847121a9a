//! A rule of one's own in one file: written, tested in `f64`, learned with, checked, saved and restored.
//!
//! `cargo run -p mesu --example own_rule` runs it; `cargo test -p mesu --example own_rule` tests it.

#![allow(clippy::print_stdout)]

use std::error::Error;

use mesu::rule::{Gradient, Mesu, Real, Rule, SigmaStep, Synapse, planes};
use mesu::testing::{CLASSES, INPUTS, Subject, examples};
use mesu::{Generator, LearnError, Learner, LearnerBuilder};

planes! {
    /// A Gaussian synapse and the velocity of its mean.
    struct Rolling: Gaussian {
        /// Mean.
        mu,
        /// Standard deviation, > 0.
        sigma,
        /// Mean of the past steps of mu, the last ones counting most.
        velocity,
    }
}

/// MESU with momentum: mu moves by the running mean of MESU's steps,
///
/// ```text
/// velocity <- kept velocity + (1 - kept) step      mu <- mu + velocity
/// ```
///
/// where `kept` grows from 0 to its full size over the first updates.
#[derive(Clone, Copy, Debug)]
struct Momentum {
    mesu: Mesu,
    /// Share of the velocity that an update keeps; 0..1.
    kept: f64,
    /// Updates until `kept` has its full size.
    warm_up: u64,
}

impl Rule for Momentum {
    type State<R: Real> = Rolling<R>;

    fn step<R: Real>(&self, state: Rolling<R>, gradient: Gradient<R>) -> Rolling<R> {
        let Rolling {
            mu,
            sigma,
            velocity,
        } = state;
        let next = self.mesu.step(Synapse { mu, sigma }, gradient);
        let step = next.mu - mu;
        let velocity = (velocity - step).mul_add(mu.constant(self.kept), step);
        Rolling {
            mu: mu + velocity,
            sigma: next.sigma,
            velocity,
        }
    }

    fn at(&self, updates: u64) -> Self {
        let grown = updates as f64 / self.warm_up.max(1) as f64;
        Self {
            kept: self.kept * grown.min(1.0),
            ..*self
        }
    }
}

fn rule() -> Momentum {
    Momentum {
        mesu: Mesu::paper()
            .memory_window(1e5)
            .sigma_step(SigmaStep::ClosedForm)
            .max_step_ratio(0.5),
        kept: 0.5,
        warm_up: 100,
    }
}

/// The learner: five inputs, twenty neurons, three classes.
fn builder() -> LearnerBuilder {
    Learner::builder(INPUTS)
        .hidden([20])
        .classes(CLASSES)
        .samples(4)
        .rule_named("momentum", rule())
        .seed(1)
}

/// The same learner by the rule that momentum is added to.
fn plain() -> LearnerBuilder {
    builder().rule_named("mesu", rule().mesu)
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("the rule: {:?}\n", rule());

    println!("of 300 new examples right, after");
    println!("{:>8} {:>8} {:>8}", "examples", "momentum", "MESU");
    let (mut learner, mut mesu) = (builder().build()?, plain().build()?);
    let (inputs, labels) = examples(1, 600);
    let mut seen = 0;
    for until in [15, 60, 240, 600] {
        for learner in [&mut learner, &mut mesu] {
            learner.learn_each(&inputs[seen * INPUTS..until * INPUTS], &labels[seen..until])?;
        }
        seen = until;
        println!("{seen:>8} {:>8} {:>8}", right(&learner)?, right(&mesu)?);
    }
    assert!(right(&learner)? > 280);

    // At the corner of the first class, and far from all of them.
    let points = [[1.0, 0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, -3.0, 3.0]];
    let doubt = learner.predict(points.as_flattened(), test())?;
    println!("\ndoubt that data could remove, in bits:");
    println!("{:>8.4} at a corner of the data", doubt.epistemic[0]);
    println!("{:>8.4} far from all data", doubt.epistemic[1]);

    // As a file, and back: the rule is code, so that it is given again.
    let file = learner.save(&[("by", "own_rule.rs")])?;
    let (mut restored, notes) = builder().restore(&file)?;
    assert_eq!(notes["by"], "own_rule.rs");
    for learner in [&mut learner, &mut restored] {
        learner.learn_each(&inputs, &labels)?;
    }
    assert!(learner.save(&[])? == restored.save(&[])?);
    println!(
        "\nrestored from {} bytes, it goes on bit for bit",
        file.len()
    );
    let Err(error) = plain().restore(&file) else {
        return Err("restored with another rule".into());
    };
    println!("with another rule it is refused: {error}");

    let checks = Subject::from_builder("momentum", builder()).check_all();
    println!("\nchecks that every learner has to pass:");
    for name in checks {
        println!("    {name}: passed");
    }
    Ok(())
}

/// Returns how many of 300 examples that were not learned are right.
fn right(learner: &Learner) -> Result<usize, LearnError> {
    let (inputs, labels) = examples(2, 300);
    let prediction = learner.predict(&inputs, test())?;
    let right = (0..300).filter(|i| prediction.top(*i).0 == labels[*i]);
    Ok(right.count())
}

/// Returns the noise of predictions.
fn test() -> Generator {
    Generator::named(1, "test", &[])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_momentum_it_is_mesu() {
        let gradient = Gradient::new(0.3f64, 0.2);
        let (mu, sigma) = (0.5, 0.1);
        let state = Rolling {
            mu,
            sigma,
            velocity: 0.7,
        };
        let momentum = Momentum {
            kept: 0.0,
            ..rule()
        };
        let (new, plain) = (
            momentum.step(state, gradient),
            rule().mesu.step(Synapse { mu, sigma }, gradient),
        );
        assert!((new.mu - plain.mu).abs() < 1e-15 && new.sigma == plain.sigma);
        assert!((new.velocity - (plain.mu - mu)).abs() < 1e-15);
    }

    #[test]
    fn a_constant_step_becomes_the_velocity() {
        let mut state = Rolling {
            mu: 0.0f64,
            sigma: 0.1,
            velocity: 0.0,
        };
        let still = Momentum {
            mesu: Mesu::paper().lr_sigma(0.0).memory_window(1e30),
            ..rule()
        };
        for update in 0..1_000 {
            state = still.at(update).step(state, Gradient::new(1.0, 0.0));
        }
        // MESU's step is -sigma^2 dC/dmu.
        assert!((state.velocity + 0.01).abs() < 1e-12, "{state:?}");
    }

    #[test]
    fn it_learns_is_restored_and_passes_every_check() -> Result<(), Box<dyn Error>> {
        main()
    }

    #[test]
    fn with_heads_it_is_a_learner_like_any_other() {
        Subject::from_builder("momentum with heads", builder().heads(3).bias(true)).check_all();
    }
}
