//! Checks that every learner has to pass, whatever its rule: for tests of a rule of one's own.
//!
//! ```
//! use mesu::Learner;
//! use mesu::rule::Foovb;
//! use mesu::testing::{CLASSES, INPUTS, Subject};
//!
//! let builder = Learner::builder(INPUTS).classes(CLASSES).hidden([20]).samples(4);
//! Subject::from_builder("FOO-VB", builder.rule(Foovb { lr_mu: 1.0, ..Foovb::default() })).check_all();
//! ```
//!
//! A check that fails panics with its name, the learner's and what was found. The learner has to be one of
//! [`INPUTS`] numbers and [`CLASSES`] classes, with one head or several, and has to learn their small problem
//! ([`examples`]) from 1,200 examples.

mod check;
mod problem;

use std::collections::BTreeMap;

use self::check::Check;
pub use self::problem::{CLASSES, INPUTS, examples};
use crate::checkpoint::CheckpointError;
use crate::estimator::Learned;
use crate::learner::{LearnError, Learner, LearnerBuilder};
use mesu_kernels::Generator;

/// A learner, or an error, and the notes of its file.
type Restored = Result<(Learner, BTreeMap<String, String>), CheckpointError>;

/// A check and its name.
type Named = (&'static str, fn(&Subject));

type Make = Box<dyn Fn(u64) -> Learner>;
type Restore = Box<dyn Fn(&[u8]) -> Restored>;

/// A learner to be checked: how it is made and restored.
pub struct Subject {
    name: String,
    make: Make,
    restore: Restore,
}

impl Subject {
    /// Learners that `make` makes from a seed, restored by [`Learner::restore`]; `name` is for messages.
    pub fn new(name: impl Into<String>, make: impl Fn(u64) -> Learner + 'static) -> Self {
        Self {
            name: name.into(),
            make: Box::new(make),
            restore: Box::new(Learner::restore),
        }
    }

    /// Learners that `builder` describes, restored by it too.
    ///
    /// # Panics
    /// In every check, if the builder describes no learner.
    pub fn from_builder(name: impl Into<String>, builder: LearnerBuilder) -> Self {
        let name = name.into();
        let (other, called) = (builder.clone(), name.clone());
        let make = move |seed| {
            let built = builder.clone().seed(seed).build();
            built.unwrap_or_else(|error| panic!("{called}: {error}"))
        };
        Self::new(name, make).restored_by(move |bytes| other.clone().restore(bytes))
    }

    /// Restores learners by `restore`.
    #[must_use]
    pub fn restored_by(mut self, restore: impl Fn(&[u8]) -> Restored + 'static) -> Self {
        self.restore = Box::new(restore);
        self
    }

    fn check(&self, name: &'static str) -> Check<'_> {
        let learner = &self.name;
        Check { learner, name }
    }

    /// Makes every check but [`reports_divergence`](Self::reports_divergence), which needs settings that are
    /// too wild to learn with, and [`notices_damage`](Self::notices_damage), which takes long. Returns the
    /// names of those made.
    ///
    /// # Panics
    /// When a check fails; so does each of them.
    pub fn check_all(&self) -> Vec<&'static str> {
        let checks: &[Named] = &[
            ("follows_its_seed", Self::follows_its_seed),
            ("learns", Self::learns),
            (
                "learns_each_like_one_by_one",
                Self::learns_each_like_one_by_one,
            ),
            ("goes_on_after_restoring", Self::goes_on_after_restoring),
            ("refuses_bad_input", Self::refuses_bad_input),
            ("ends_tasks", |subject| {
                subject.ends_tasks();
            }),
            #[cfg(feature = "threads")]
            ("ignores_threads", Self::ignores_threads),
        ];
        let made = checks.iter().map(|(name, check)| {
            check(self);
            *name
        });
        made.collect()
    }

    /// Checks that the same seed gives the same learner bit for bit, and another seed another one.
    pub fn follows_its_seed(&self) {
        let check = self.check("follows_its_seed");
        let run = |seed| {
            let mut learner = (self.make)(seed);
            let (inputs, labels) = examples(1, 40);
            check.ok(learner.learn_each(&inputs, &labels));
            check.switch(&mut learner);
            check.ok(learner.learn(&inputs, &labels));
            check.state(&learner)
        };
        let first = run(5);
        check.that(first == run(5), "two runs with one seed differ");
        check.that(first != run(6), "runs with two seeds are the same");
    }

    /// Checks that the small problem is learned, one example at a time and in batches; predictions are
    /// distributions, and their uncertainties add up.
    pub fn learns(&self) {
        let check = self.check("learns");
        for batch in [1, 7] {
            let mut learner = (self.make)(3);
            check.switch(&mut learner);
            let (inputs, labels) = examples(1, 1_200);
            for (x, y) in inputs.chunks(batch * INPUTS).zip(labels.chunks(batch)) {
                check.ok(learner.learn(x, y));
            }
            let updates = labels.len().div_ceil(batch) as u64;
            check.same(learner.updates(), updates, "the number of updates");
            let (inputs, labels) = examples(2, 300);
            let known = check.ok(learner.predict(&inputs, Generator::named(1, "test", &[])));
            let correct = (0..300).filter(|i| known.top(*i).0 == labels[*i]).count();
            check.that(
                correct > 280,
                format!("{correct} of 300 right with batches of {batch}, expected 281 or more"),
            );
            for i in 0..300 {
                let sum: f32 = known.probabilities_of(i).iter().sum();
                check.that(
                    (sum - 1.0).abs() < 1e-5,
                    format!("probabilities add up to {sum}"),
                );
                let (total, parts) = (known.total[i], known.aleatoric[i] + known.epistemic[i]);
                check.that(
                    (total - parts).abs() < 1e-5 && total <= 1.5851,
                    format!("an uncertainty of {total} bits, with parts of {parts}"),
                );
            }
        }
    }

    /// Checks that `learn_each` is `learn` for each example, bit for bit.
    pub fn learns_each_like_one_by_one(&self) {
        let check = self.check("learns_each_like_one_by_one");
        let (inputs, labels) = examples(1, 50);
        let mut together = (self.make)(3);
        let mut apart = together.clone();
        let parts = [
            (&inputs[..20 * INPUTS], &labels[..20]),
            (&inputs[20 * INPUTS..], &labels[20..]),
        ];
        for (inputs, labels) in parts {
            let learned = check.ok(together.learn_each(inputs, labels));
            let mut sum = Learned::default();
            for (x, y) in inputs.chunks(INPUTS).zip(labels) {
                sum += check.ok(apart.learn(x, &[*y]));
            }
            let same = check.state(&together) == check.state(&apart);
            check.that(same, "the two ways differ");
            check.same(learned, sum, "what was learned");
            check.switch(&mut together);
            check.switch(&mut apart);
        }
        check.same(together.updates(), 50, "the number of updates");
    }

    /// Checks that a learner restored in the middle of its life goes on bit for bit like the one that was
    /// saved.
    pub fn goes_on_after_restoring(&self) {
        let check = self.check("goes_on_after_restoring");
        let (inputs, labels) = examples(1, 60);
        let (half_x, half_y) = (inputs.len() / 2, labels.len() / 2);
        let mut unbroken = (self.make)(3);
        check.ok(unbroken.learn_each(&inputs[..half_x], &labels[..half_y]));
        check.switch(&mut unbroken);
        check.ok(unbroken.learn(&inputs, &labels));
        let saved = check.ok(unbroken.save(&[("run", "{\"task\": 1}")]));
        let (mut restored, notes) = check.ok((self.restore)(&saved));
        let note = notes.get("run").map(String::as_str);
        check.same(note, Some("{\"task\": 1}"), "the note");
        check.same(restored.head(), unbroken.head(), "the head in use");
        for learner in [&mut unbroken, &mut restored] {
            check.ok(learner.learn_each(&inputs[half_x..], &labels[half_y..]));
            // To a head that is new, and back to the first one.
            for _ in 0..2 {
                check.switch(learner);
                check.ok(learner.learn(&inputs, &labels));
            }
        }
        let same = check.state(&unbroken) == check.state(&restored);
        check.that(same, "the restored learner went another way");
        let predict = |learner: &Learner| {
            check.ok(learner.predict(&inputs, Generator::named(1, "test", &[])))
        };
        let same = predict(&unbroken) == predict(&restored);
        check.that(same, "the restored learner predicts otherwise");
    }

    /// Checks that bad input is refused with what is wrong with it and leaves the learner as it was. Empty
    /// batches change nothing.
    pub fn refuses_bad_input(&self) {
        let check = self.check("refuses_bad_input");
        let mut learner = (self.make)(3);
        let before = check.state(&learner);
        let x = vec![0.5; 2 * INPUTS];
        let with = |at: usize, value: f32| {
            let mut x = x.clone();
            x[at] = value;
            x
        };
        let (short, nan, infinite) = (&x[1..], with(7, f32::NAN), with(0, f32::INFINITY));
        let cases: [(&[f32], &[u32], &str); 5] = [
            (short, &[0, 1], "9 inputs for 2 examples; expected 5 each"),
            (&x, &[0], "10 inputs for 1 examples; expected 5 each"),
            (
                &nan,
                &[0, 1],
                "input 2 of example 1 is NaN; expected a finite number",
            ),
            (
                &infinite,
                &[0, 1],
                "input 0 of example 0 is inf; expected a finite number",
            ),
            (&x, &[0, 3], "label 3 of example 1; expected 0 to 2"),
        ];
        for (inputs, labels, message) in cases {
            for learned in [
                learner.learn(inputs, labels),
                learner.learn_each(inputs, labels),
            ] {
                let found = learned.map_err(|error| error.to_string());
                check.same(found, Err(message.to_owned()), "what was learned");
            }
            let same = check.state(&learner) == before;
            check.that(
                same,
                format!("changed by a batch of which it said: {message}"),
            );
        }
        let predict = |inputs| learner.predict(inputs, Generator::named(1, "test", &[]));
        let width = matches!(predict(short), Err(LearnError::Width { .. }));
        check.that(width, "part of an example was predicted");
        let finite = matches!(predict(&nan), Err(LearnError::NotFinite { .. }));
        check.that(finite, "NaN was predicted");
        check.that(check.ok(predict(&[])).is_empty(), "nothing was predicted");
        check.ok(learner.learn(&[], &[0u32; 0]));
        check.ok(learner.learn_each(&[], &[0u32; 0]));
        let same = check.state(&learner) == before;
        check.that(same, "changed by an empty batch");
    }

    /// Checks that the end of a task changes learners that need boundaries and no others; of those that look
    /// at its examples, bad ones change nothing. Returns whether bad ones were refused.
    pub fn ends_tasks(&self) -> bool {
        let check = self.check("ends_tasks");
        let mut learner = (self.make)(3);
        let (inputs, labels) = examples(1, 60);
        check.ok(learner.learn_each(&inputs, &labels));
        let before = check.state(&learner);
        let good = || (inputs.clone(), labels.clone());
        let mut other = learner.clone();
        let refused = other.task_ended([good(), (inputs[1..].to_vec(), labels.clone())]);
        let same = check.state(&other) == before;
        check.that(
            same || refused.is_ok(),
            "changed by a task whose examples were refused",
        );
        check.ok(learner.task_ended([good()]));
        let changed = check.state(&learner) != before;
        let needs = learner.needs_boundaries();
        check.same(changed, needs, "whether the end of a task changed it");
        let (mut restored, _) = check.ok((self.restore)(&check.state(&learner)));
        for learner in [&mut learner, &mut restored] {
            check.switch(learner);
            check.ok(learner.learn_each(&inputs, &labels));
            check.ok(learner.task_ended([good()]));
        }
        let same = check.state(&learner) == check.state(&restored);
        check.that(same, "restored after a task, it went another way");
        refused.is_err()
    }

    /// Checks that the number of threads does not change a bit.
    #[cfg(feature = "threads")]
    pub fn ignores_threads(&self) {
        let check = self.check("ignores_threads");
        let (inputs, labels) = examples(1, 600);
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            let mut learner = (self.make)(3);
            check.ok(pool.build()).install(|| {
                check.ok(learner.learn(&inputs, &labels));
                check.switch(&mut learner);
                check.ok(learner.learn(&inputs, &labels));
                let test = Generator::named(1, "test", &[]);
                let prediction = check.ok(learner.predict(&inputs, test));
                (check.state(&learner), prediction)
            })
        };
        check.that(run(1) == run(3), "three threads went another way than one");
    }

    /// Checks that divergence, of a learner whose settings are too wild for 3,000 examples of the small
    /// problem, is reported with its layer and update. Returns the error.
    pub fn reports_divergence(&self) -> LearnError {
        let check = self.check("reports_divergence");
        let mut learner = (self.make)(3);
        let (inputs, labels) = examples(1, 3_000);
        let Err(error) = learner.learn_each(&inputs, &labels) else {
            panic!("reports_divergence: {}: it did not diverge", self.name)
        };
        let LearnError::Diverged { layer, update, .. } = error else {
            panic!("reports_divergence: {}: {error}", self.name)
        };
        let layers = learner.network().layers.len();
        check.that(
            (1..=layers).contains(&layer) && update < 3_000,
            format!("layer {layer} of {layers} at update {update}"),
        );
        let said = error.to_string();
        let place = format!("layer {layer} at update {update}");
        check.that(
            said.contains(&place),
            format!("{said} does not name {place}"),
        );
        error
    }

    /// Checks that no flipped bit and no missing or added byte of a checkpoint goes unnoticed. Takes a time
    /// that grows with the square of the checkpoint's size.
    pub fn notices_damage(&self) {
        let check = self.check("notices_damage");
        let mut learner = (self.make)(1);
        check.switch(&mut learner);
        let (inputs, labels) = examples(1, 1);
        check.ok(learner.learn(&inputs, &labels));
        let saved = check.ok(learner.save(&[("run", "notes")]));
        for len in 0..saved.len() {
            let read = (self.restore)(&saved[..len]).is_ok();
            check.that(
                !read,
                format!("restored from {len} of {} bytes", saved.len()),
            );
        }
        for bit in 0..saved.len() * 8 {
            let mut flipped = saved.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            // A flip inside the white space or the order of the header changes nothing that is read.
            if let Ok((learner, notes)) = (self.restore)(&flipped) {
                let note = notes.get("run").map_or("", String::as_str);
                let same = check.ok(learner.save(&[("run", note)])) == saved;
                check.that(same, format!("another learner after a flip of bit {bit}"));
            }
        }
        let longer = [&saved[..], &[0]].concat();
        let noticed = matches!((self.restore)(&longer), Err(CheckpointError::Damaged(_)));
        check.that(noticed, "a byte more was not noticed");
    }
}
