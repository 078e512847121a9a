//! A programme whose bits are pinned: the host's tests run it, and the firmware of each chip.

use mesu_core::generator::Generator;
use mesu_micro::{Blob, Classifier, Float, Format, Refused, Scaling, Settings, Three, Two, shape};

shape! { struct Checked: [40, 16, 5], samples 2; }

/// Updates and predictions that a checksum is of.
const UPDATES: usize = 3_000;
const PREDICTIONS: usize = 500;

/// Checksums of the state after the updates, and of the predictions.
pub(crate) type Checksums = [u64; 2];

/// A format, as the programme runs it.
pub(crate) struct Check {
    /// Name of the format.
    pub(crate) name: &'static str,
    /// Runs the programme; `None` if an example was refused, or an update not made.
    pub(crate) run: fn() -> Option<Checksums>,
    /// Pinned: every machine is to have these, and a change of them breaks devices that hold a state.
    pub(crate) pinned: Checksums,
}

/// Checks of all formats.
pub(crate) const CHECKS: [Check; 3] = [
    Check {
        name: "f32",
        run: run::<Float>,
        pinned: [0x90e3_2de4_8dbf_507b, 0xd2d1_4955_78c5_c913],
    },
    Check {
        name: "three",
        run: run::<Three>,
        pinned: [0xdebe_1bd8_ec1b_8135, 0xb545_68c7_e446_97d2],
    },
    Check {
        name: "two",
        run: run::<Two>,
        pinned: [0xeec5_2c57_6a05_7d92, 0xc556_007b_6a58_b828],
    },
];

/// FNV-1a.
struct Hash(u64);

impl Hash {
    const EMPTY: Self = Self(0xcbf2_9ce4_8422_2325);

    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// Next example: half of its inputs are at rest, and the largest of the first five is its class.
fn example(examples: &mut Generator) -> ([f32; 40], usize) {
    let mut x = [0.0; 40];
    examples.fill_uniform(&mut x, -1.0, 1.0);
    let mut label = 0;
    for class in 1..5 {
        // Of equals the last.
        if x[class] >= x[label] {
            label = class;
        }
    }
    (x.map(|x| if x > 0.0 { x } else { 0.0 }), label)
}

fn run<F: Format>() -> Option<Checksums> {
    let mut learner = Classifier::<Checked, F>::new();
    learn_and_predict(&mut learner).ok()?
}

/// Apart, so that a small chip's stack holds one learner and nothing of it twice.
#[inline(never)]
fn learn_and_predict<F: Format>(
    learner: &mut Classifier<Checked, F>,
) -> Result<Option<Checksums>, Refused> {
    let scaling = Scaling {
        mean: 0.5,
        deviation: 0.75,
    };
    let settings = Settings {
        scaling,
        ..Settings::DEFAULT
    };
    if learner.start(settings, 5, 1).is_err() {
        return Ok(None);
    }
    let mut examples = Generator::named(1, "checksum", &[]);
    for _ in 0..UPDATES {
        let (x, label) = example(&mut examples);
        learner.learn(&x, label)?;
    }
    if learner.updates() as usize != UPDATES {
        return Ok(None);
    }
    let (mut state, mut predictions) = (Hash::EMPTY, Hash::EMPTY);
    let Ok(()) = learner.write_blob(&mut |bytes| {
        state.add(bytes);
        Ok::<(), core::convert::Infallible>(())
    });
    for _ in 0..PREDICTIONS {
        let found = learner.predict(&example(&mut examples).0, 1)?;
        let numbers = [found.total, found.aleatoric, found.epistemic, found.spread];
        for number in found.probabilities.into_iter().chain(numbers) {
            predictions.add(&number.to_bits().to_le_bytes());
        }
    }
    Ok(Some([state.0, predictions.0]))
}
