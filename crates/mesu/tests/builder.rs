//! Learners that are described step by step, with rules of this crate and of one's own.

#![allow(clippy::unwrap_used)]

mod kinds;

use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};

use kinds::{CLASSES, INPUTS, kinds, new, stream};
use mesu::rule::{Adam, Bbb, Ewc, Gradient, Real, Rule, Sgd, Si, State, Weight, planes};
use mesu::testing::Subject;
use mesu::{
    BbbConfig, Estimator, EwcConfig, Generator, Learner, LearnerBuilder, LearnerConfig,
    LearnerKind, Optimizer, Reduction, SgdConfig, SiConfig, WeightKind,
};

fn builder() -> LearnerBuilder {
    Learner::builder(INPUTS)
        .classes(CLASSES)
        .hidden([17])
        .bias(true)
        .seed(3)
}

/// Everything that a learner is, as a file.
fn state(learner: &Learner) -> Vec<u8> {
    learner.save(&[]).unwrap()
}

/// Every number of every synapse, under its names.
fn synapses(learner: &Learner) -> Vec<(String, &'static str, Vec<u32>)> {
    let groups = learner.network().groups().flat_map(|(name, group)| {
        let planes = group.planes().map(move |(plane, values)| {
            let bits = values.values().map(f32::to_bits);
            (name.clone(), plane, bits.collect())
        });
        planes.collect::<Vec<_>>()
    });
    groups.collect()
}

#[test]
fn a_kind_of_this_crate_is_the_same_either_way() {
    for config in kinds() {
        let network = builder().build().unwrap().network_config().clone();
        let one = new(&network, &config, 3);
        let other = builder().config(config).build().unwrap();
        assert!(state(&one) == state(&other));
    }
    let default = builder().build().unwrap();
    assert_eq!(*default.config(), LearnerConfig::default());
}

/// A rule of this crate, given as one's own, begins and moves as the kind of learner that has it.
fn same_life<R: Rule + Debug + 'static>(
    rule: R,
    config: impl Into<LearnerConfig>,
    settings: fn(LearnerBuilder) -> LearnerBuilder,
) {
    let mut own = settings(builder()).rule(rule).build().unwrap();
    let mut named = builder().config(config).build().unwrap();
    assert_eq!(own.config().kind(), LearnerKind::Own);
    assert_eq!(own.config().samples(), named.config().samples());
    let (inputs, labels) = stream(1, 40);
    for learner in [&mut own, &mut named] {
        learner.learn_each(&inputs, &labels).unwrap();
        learner.learn(&inputs, &labels).unwrap();
    }
    assert!(synapses(&own) == synapses(&named), "{rule:?}");
    let test = || Generator::named(1, "test", &[]);
    let predictions = [own, named].map(|learner| learner.predict(&inputs, test()).unwrap());
    assert!(predictions[0] == predictions[1], "{rule:?}");
}

#[test]
fn rules_of_this_crate_live_the_same_as_ones_own() {
    let config = BbbConfig::default()
        .estimator(Estimator::WeightSampling)
        .reduction(Reduction::Mean)
        .samples(3)
        .test_samples(4);
    let adam = |lr| Adam::new(lr, 0.9, 0.999, 1e-8);
    let bbb = Bbb {
        adam: adam(config.lr),
        mu_prior: config.mu_prior,
        sigma_prior: config.sigma_prior,
        share: 1.0 / config.kl_updates,
    };
    same_life(bbb, config, |b| {
        b.estimator(Estimator::WeightSampling)
            .reduction(Reduction::Mean)
            .samples(3)
            .test_samples(4)
    });
    let config = EwcConfig::default().optimizer(Optimizer::Adam);
    let ewc = Ewc {
        base: adam(config.lr),
        importance: config.importance,
    };
    same_life(ewc, config, |b| b);
    let config = SiConfig::default();
    let si = Si {
        base: Sgd { lr: config.lr },
        coefficient: config.coefficient,
    };
    same_life(si, config, |b| b);
}

planes! {
    /// A weight, and the mean of where it was.
    struct Averaged: over B {
        /// The mean.
        average,
    }
}

/// An optimizer whose steps are drawn to the mean of former weights.
#[derive(Clone, Copy, Debug)]
struct Drawn<B> {
    base: B,
    pull: f64,
}

impl<B: Rule> Rule for Drawn<B> {
    type State<R: Real> = Averaged<B::State<R>, R>;

    fn step<R: Real>(&self, state: Self::State<R>, gradient: Gradient<R>) -> Self::State<R> {
        let w = state.mean();
        let pull = (w - state.average) * w.constant(self.pull);
        let g = gradient.mu() + pull;
        let base = self.base.step(state.base, Gradient::new(g, g));
        let average = (base.mean() - state.average).mul_add(w.constant(0.01), state.average);
        Averaged { base, average }
    }

    fn first_value(&self, plane: &str, mean: f32, sigma: Option<f32>) -> f32 {
        match plane {
            "average" => mean,
            _ => self.base.first_value(plane, mean, sigma),
        }
    }
}

fn drawn(pull: f64) -> Drawn<Sgd> {
    let base = Sgd { lr: 0.05 };
    Drawn { base, pull }
}

#[test]
fn a_rule_with_a_state_of_its_own_is_saved_and_restored() {
    let mut learner = builder().rule(drawn(0.1)).build().unwrap();
    let LearnerConfig::Own(own) = learner.config() else {
        panic!("{:?}", learner.config())
    };
    assert_eq!(
        (own.rule.as_str(), own.weights),
        ("Drawn", WeightKind::Point)
    );
    assert_eq!(own.settings, "Drawn { base: Sgd { lr: 0.05 }, pull: 0.1 }");
    let first = learner.network().groups().next().unwrap().1.clone();
    assert_eq!(first.plane("average").unwrap(), first.mu());

    let (inputs, labels) = stream(1, 60);
    learner.learn_each(&inputs, &labels).unwrap();
    let saved = learner.save(&[("run", "notes")]).unwrap();
    // The network is in the file.
    let same = Learner::builder(INPUTS).rule(drawn(0.1));
    for builder in [builder().rule(drawn(0.1)), same] {
        let (mut restored, notes) = builder.restore(&saved).unwrap();
        assert_eq!(notes["run"], "notes");
        assert!(state(&restored) == state(&learner));
        let mut unbroken = learner.clone();
        for learner in [&mut restored, &mut unbroken] {
            learner.learn(&inputs, &labels).unwrap();
            learner.learn_each(&inputs, &labels).unwrap();
        }
        assert!(state(&restored) == state(&unbroken));
        assert_eq!(restored.updates(), 121);
    }
}

#[test]
fn another_learner_is_not_restored() {
    let own = builder().rule(drawn(0.1)).build().unwrap();
    let saved = own.save(&[]).unwrap();
    let plain = Learner::restore(&saved).unwrap_err().to_string();
    let whole = "the checkpoint is of a learner with a rule of its user's own, Drawn";
    assert_eq!(plain, whole);
    let named = builder().config(SgdConfig::default()).build().unwrap();
    let of_kind = named.save(&[]).unwrap();
    let cases = [
        (&saved, builder(), whole),
        (&saved, builder().config(SgdConfig::default()), whole),
        (
            &saved,
            builder().rule(drawn(0.2)),
            "settings is Drawn { base: Sgd { lr: 0.05 }, pull: 0.1 } in the checkpoint; \
             expected Drawn { base: Sgd { lr: 0.05 }, pull: 0.2 }",
        ),
        (
            &saved,
            builder().rule_named("drawn", drawn(0.1)),
            "rule is Drawn in the checkpoint; expected drawn",
        ),
        (
            &saved,
            builder().rule(drawn(0.1)).reduction(Reduction::Mean),
            "reduction is sum in the checkpoint; expected mean",
        ),
        (
            &saved,
            builder().rule(drawn(0.1)).hidden([5]),
            "hidden is [17] in the checkpoint; expected [5]",
        ),
        (
            &saved,
            builder().rule(drawn(0.1)).heads(2),
            "heads is the default in the checkpoint; expected 2",
        ),
        (
            &saved,
            Learner::builder(4).rule(drawn(0.1)),
            "inputs is 5 in the checkpoint; expected 4",
        ),
        (
            &saved,
            builder().classes(2).rule(drawn(0.1)),
            "classes is 3 in the checkpoint; expected 2",
        ),
        (
            &of_kind,
            builder().rule(drawn(0.1)),
            "kind is sgd in the checkpoint; expected own",
        ),
        (
            &of_kind,
            builder().config(SgdConfig::default().lr(0.5)),
            "lr is 0.002 in the checkpoint; expected 0.5",
        ),
    ];
    for (saved, builder, message) in cases {
        assert_eq!(builder.restore(saved).unwrap_err().to_string(), message);
    }
    let (restored, _) = builder().restore(&of_kind).unwrap();
    assert!(state(&restored) == of_kind);
    // A description alone makes no learner.
    let network = own.network_config();
    let error = Learner::new(INPUTS, CLASSES, network, own.config(), 3).unwrap_err();
    assert_eq!(
        error.to_string(),
        "rule is Drawn; expected the name of a rule of this crate"
    );
}

#[test]
fn what_can_not_be_is_refused_by_name() {
    let twice = Drawn {
        base: drawn(0.1),
        pull: 0.1,
    };
    let cases = [
        (
            Learner::builder(INPUTS),
            "classes is missing; expected their number",
        ),
        (
            builder().rule(drawn(0.1)).samples(0),
            "samples is 0; expected 1 to 10000",
        ),
        (
            builder().config(SgdConfig::default()).samples(3),
            "samples is 3; expected a field of the learner's own settings",
        ),
        (
            builder().rule(twice),
            "rule is Drawn with a second plane average; expected planes with names of their own",
        ),
        (
            builder().hidden([0]),
            "hidden is [0]; expected widths of 1 to 1048576",
        ),
    ];
    for (builder, message) in cases {
        assert_eq!(builder.build().unwrap_err().to_string(), message);
    }
}

/// Settings files name the kinds of this crate only.
#[test]
fn no_file_of_settings_names_a_rule_of_ones_own() {
    let error = serde_json::from_str::<LearnerKind>("\"own\"").unwrap_err();
    assert!(
        error.to_string().contains("unknown variant `own`"),
        "{error}"
    );
    assert!(!LearnerKind::ALL.contains(&LearnerKind::Own));
}

#[test]
fn a_rule_with_a_state_of_its_own_passes_every_check() {
    let names = Subject::from_builder("drawn", builder().rule(drawn(0.1))).check_all();
    assert!(names.contains(&"learns") && names.contains(&"ignores_threads"));
    Subject::from_builder("drawn", builder().heads(3).rule(drawn(0.1))).check_all();
}

/// A rule that learns nothing.
#[derive(Clone, Copy, Debug)]
struct Still;

impl Rule for Still {
    type State<R: Real> = Weight<R>;

    fn step<R: Real>(&self, state: Weight<R>, _: Gradient<R>) -> Weight<R> {
        state
    }
}

/// A rule whose rate falls with every call that any learner makes.
#[derive(Clone, Copy, Debug)]
struct Fickle;

static CALLS: AtomicU64 = AtomicU64::new(0);

impl Rule for Fickle {
    type State<R: Real> = Weight<R>;

    fn step<R: Real>(&self, state: Weight<R>, gradient: Gradient<R>) -> Weight<R> {
        let calls = CALLS.fetch_add(1, Ordering::Relaxed);
        let lr = 0.05 / (1.0 + calls as f64 * 1e-6);
        Sgd { lr }.step(state, gradient)
    }
}

#[test]
fn checks_find_rules_that_break_a_promise() {
    let found = |name: &'static str, builder: LearnerBuilder| {
        let checks = AssertUnwindSafe(|| Subject::from_builder(name, builder).check_all());
        let panic = catch_unwind(checks).unwrap_err();
        panic.downcast_ref::<String>().unwrap().clone()
    };
    let fickle = found("fickle", builder().rule(Fickle));
    assert_eq!(
        fickle,
        "follows_its_seed: fickle: two runs with one seed differ"
    );
    let still = found("still", builder().rule(Still));
    assert!(still.starts_with("learns: still: "), "{still}");
    // Described with settings that no learner can have.
    let nothing = found("nothing", builder().rule(drawn(0.1)).samples(0));
    assert_eq!(nothing, "nothing: samples is 0; expected 1 to 10000");
}
