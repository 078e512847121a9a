//! Cost of an update and of a prediction: the learner that build.rs makes, counted by the plugin of counter/.
#![no_std]
#![no_main]

#[path = "../../../crates/micro/tests/sgd/mod.rs"]
#[allow(dead_code)]
mod sgd;

use mesu_core::rule::Mesu;
use mesu_firmware::count::{counted, end};
use mesu_firmware::examples::Examples;
use mesu_firmware::host::{Digits, print};
use mesu_firmware::stack;
use mesu_micro::{Classifier, Format, Scaling, Settings, Shape};
use sgd::{ByteSgd, FloatSgd};

include!(concat!(env!("OUT_DIR"), "/learner.rs"));

mesu_firmware::programme!(main, Learner, <Learner as Counted>::EMPTY);

/// Examples before those that are counted, and the counted ones.
const BEFORE: usize = 300;
const COUNTED: usize = 100;

/// A learner whose instructions are counted.
trait Counted: Sized {
    type Input: Copy;
    const EMPTY: Self;
    /// Learns anew, with a gate.
    fn begin(&mut self, gate: f32) -> Option<()>;
    fn input(code: u8) -> Self::Input;
    /// Returns whether an update was made.
    fn update(&mut self, x: &[Self::Input; INPUTS], label: usize) -> Option<bool>;
    fn classify(&mut self, x: &[Self::Input; INPUTS], rounds: usize) -> Option<usize>;
}

impl<S: Shape<Inputs<f32> = [f32; INPUTS]>, F: Format> Counted for Classifier<S, F> {
    type Input = f32;
    const EMPTY: Self = Self::new();

    fn begin(&mut self, gate: f32) -> Option<()> {
        let rule = Mesu::default()
            .memory_window(300_000.0)
            .lr_mu(1.0)
            .lr_sigma(1.0);
        let scaling = Scaling {
            mean: 0.1307,
            deviation: 0.3081,
        };
        let settings = Settings {
            rule,
            learn_above: gate,
            scaling,
            rest: 0.0,
        };
        self.start(settings, OUTPUTS, 1).ok()
    }
    fn input(code: u8) -> f32 {
        f32::from(code) * (1.0 / 255.0)
    }
    fn update(&mut self, x: &[f32; INPUTS], label: usize) -> Option<bool> {
        self.learn(x, label).ok().map(|learned| learned.updated)
    }
    fn classify(&mut self, x: &[f32; INPUTS], rounds: usize) -> Option<usize> {
        self.predict(x, rounds).ok().map(|found| found.class)
    }
}

impl<const H: usize, const O: usize> Counted for FloatSgd<INPUTS, H, O> {
    type Input = f32;
    const EMPTY: Self = Self::EMPTY;

    fn begin(&mut self, _: f32) -> Option<()> {
        self.start(0.03125);
        Some(())
    }
    fn input(code: u8) -> f32 {
        f32::from(code) * (1.0 / 256.0)
    }
    fn update(&mut self, x: &[f32; INPUTS], label: usize) -> Option<bool> {
        self.learn(x, label);
        Some(true)
    }
    fn classify(&mut self, x: &[f32; INPUTS], _: usize) -> Option<usize> {
        Some(self.predict(x))
    }
}

impl<const H: usize, const O: usize> Counted for ByteSgd<INPUTS, H, O> {
    type Input = u8;
    const EMPTY: Self = Self::EMPTY;

    fn begin(&mut self, _: f32) -> Option<()> {
        self.start(5);
        Some(())
    }
    fn input(code: u8) -> u8 {
        code
    }
    fn update(&mut self, x: &[u8; INPUTS], label: usize) -> Option<bool> {
        self.learn(x, label);
        Some(true)
    }
    fn classify(&mut self, x: &[u8; INPUTS], _: usize) -> Option<usize> {
        Some(self.predict(x))
    }
}

fn main(learner: &mut Learner) -> bool {
    measure(learner).is_some()
}

/// Prints a line of each kind of work: its name and how often it was done, to which the plugin adds its sums.
fn measure(learner: &mut Learner) -> Option<()> {
    let row = |name, count: usize| {
        print(&[name, " ", Digits::of(count as u64, 10, 1).as_str(), " "]);
        end();
    };
    for (name, gate) in [("update", 0.0), ("gated", 0.02)] {
        let mut examples = Examples::open(INPUTS)?;
        let mut codes = [0; INPUTS];
        let mut example = || {
            let label = examples.next(&mut codes, OUTPUTS)?;
            Some((codes.map(<Learner as Counted>::input), label))
        };
        learner.begin(gate)?;
        for _ in 0..BEFORE {
            let (x, label) = example()?;
            learner.update(&x, label)?;
        }
        for _ in 0..COUNTED {
            let (x, label) = example()?;
            counted(|| learner.update(&x, label))?;
        }
        row(name, COUNTED);
        if gate == 0.0 {
            for (name, rounds) in [("prediction", 1), ("prediction-of-5", 5)] {
                for _ in 0..COUNTED / 4 {
                    let (x, _) = example()?;
                    counted(|| learner.classify(&x, rounds))?;
                }
                row(name, COUNTED / 4);
            }
        }
    }
    print(&[
        "stack ",
        Digits::of(stack::depth() as u64, 10, 1).as_str(),
        "\n",
    ]);
    Some(())
}
