//! Work of a microcontroller, on the host: learns from sensors, sleeps, saves, loses power, and goes on.
//!
//! `cargo run -p mesu-micro --example microcontroller`

#![allow(clippy::print_stdout)]

use std::convert::Infallible;
use std::error::Error;

use mesu_core::generator::Generator;
use mesu_micro::{Blob, Classifier, Flash, Memory, Refused, Settings, Shape, Slots, Three, shape};

shape! {
    /// Accelerations along three axes, their deviations, and the pulse; up to four kinds of motion.
    struct Motion: [7, 16, 4], samples 2;
}

type Learner = Classifier<Motion, Three>;

/// All the learner's memory, its size known to the compiler.
const MEMORY: Memory = Memory::of::<Three>(Motion::WIDTHS, Motion::SAMPLES);
const PAGE: usize = 1024;
const SLOT: usize = Slots::<Pages>::slot_bytes(Learner::BLOB_BYTES);

/// Flash memory: four pages.
struct Pages([u8; 4 * PAGE]);

impl Flash for Pages {
    type Error = Infallible;
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = PAGE;

    fn capacity(&self) -> usize {
        self.0.len()
    }
    fn read(&mut self, address: usize, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.copy_from_slice(&self.0[address..][..bytes.len()]);
        Ok(())
    }
    fn erase(&mut self, from: usize, to: usize) -> Result<(), Infallible> {
        self.0[from..to].fill(0xff);
        Ok(())
    }
    fn write(&mut self, address: usize, bytes: &[u8]) -> Result<(), Infallible> {
        self.0[address..][..bytes.len()].copy_from_slice(bytes);
        Ok(())
    }
}

/// Wearers, each of whom moves in ways of their own.
const WEARERS: usize = 3;

/// Readings of a motion of a wearer: noise around a center.
fn readings(wearer: usize, motion: usize, sensor: &mut Generator) -> [f32; 7] {
    let (mut center, mut noise) = ([0.0; 7], [0.0; 7]);
    Generator::named(1, "center", &[wearer as u64, motion as u64]).fill_normal(&mut center);
    sensor.fill_normal(&mut noise);
    std::array::from_fn(|i| center[i] + 0.4 * noise[i])
}

/// Share of 100 readings of each motion that are told right, in percent.
fn examine(learner: &mut Learner, wearer: usize, sensor: &mut Generator) -> Result<usize, Refused> {
    let mut right = 0;
    for at in 0..100 * learner.classes() {
        let motion = at % learner.classes();
        let found = learner.predict(&readings(wearer, motion, sensor), 4)?;
        right += usize::from(found.class == motion);
    }
    Ok(right / learner.classes())
}

fn main() -> Result<(), Box<dyn Error>> {
    let synapses = MEMORY.synapses;
    println!(
        "{} bytes of memory, {synapses} of them synapses",
        size_of::<Learner>()
    );
    let mut sensor = Generator::named(1, "sensor", &[]);
    let mut learner = Learner::new();
    learner.start(Settings::DEFAULT, 3, 1)?;
    let mut slots = Slots::new(Pages([0xff; 4 * PAGE]), 0, SLOT)?;
    for wearer in 0..WEARERS {
        let before = examine(&mut learner, wearer, &mut sensor)?;
        let mut updates = 0;
        for at in 0..900 {
            let motion = at % learner.classes();
            let x = readings(wearer, motion, &mut sensor);
            updates += usize::from(learner.learn(&x, motion)?.updated);
        }
        let after = examine(&mut learner, wearer, &mut sensor)?;
        println!(
            "wearer {wearer}: {before} % right, after 900 examples and {updates} updates {after} %"
        );
        // A night without examples; then the power fails.
        learner.drift(50);
        slots.save(&learner)?;
        learner = Learner::new();
        slots.restore(&mut learner)?;
    }
    for wearer in 0..WEARERS {
        let right = examine(&mut learner, wearer, &mut sensor)?;
        println!("wearer {wearer}, after all: {right} % right");
    }
    // A motion that it has never seen, as one more class.
    let class = learner.add_class()?;
    for at in 0..200 {
        let motion = at % learner.classes();
        learner.learn(&readings(0, motion, &mut sensor), motion)?;
    }
    let found = learner.predict(&readings(0, class, &mut sensor), 4)?;
    let p = 100.0 * found.probabilities[class];
    println!("a new motion, after 50 examples of it: p = {p:.0} %");
    Ok(())
}
