//! Every finding, on a learner that was brought into its state.

use mesu::Learner;

use super::*;
use Verdict::{Broken, Healthy, NeedsAttention};
use mesu::{
    BbbConfig, EwcConfig, FoovbConfig, LearnerConfig, MesuConfig, OnlineEwcConfig, Optimizer,
    ReplayConfig, SgdConfig, SiConfig, StreamingEwcConfig,
};
use mesu::{NetworkConfig, network::Network};

const STREAM: Stream = Stream {
    batch_size: 1,
    task_length: Some(60_000),
};

/// A learner with 20-10-3 synapses, 200,000 updates old.
fn learner(config: impl Into<LearnerConfig>, change: impl FnOnce(&mut Network)) -> Learner {
    let network = NetworkConfig {
        hidden: vec![10],
        ..NetworkConfig::default()
    };
    let new = Learner::new(20, 3, &network, &config.into(), 1).unwrap();
    new.brought_to(200_000, change)
}

/// Sets `plane` of every synapse to what `value` makes of its layer, row, column and start.
fn set(
    plane: &'static str,
    value: impl Fn(usize, usize, usize, f32) -> f32,
) -> impl FnOnce(&mut Network) {
    move |network| {
        for (layer, group) in network.synapses_mut().enumerate() {
            let columns = group.mu().columns();
            let old: Vec<f32> = group.plane(plane).unwrap().values().collect();
            let numbered = old.iter().enumerate();
            let new: Vec<f32> = numbered
                .map(|(i, old)| value(layer, i / columns, i % columns, *old))
                .collect();
            group.replace(plane, &new);
        }
    }
}

/// Sigma at work: below its start, more so with every column.
fn at_work(_: usize, _: usize, column: usize, start: f32) -> f32 {
    start * (0.8 - 0.02 * column as f32)
}

/// The verdict, and all sentences.
fn words(learner: &Learner) -> (Verdict, String) {
    let diagnosis = Diagnosis::new(learner, STREAM);
    let texts: Vec<String> = diagnosis.findings.iter().map(ToString::to_string).collect();
    let text = texts.join("\n");
    // Sentences, whole and free of what formatting may leave.
    for sentence in &texts {
        assert!(
            sentence.ends_with('.') && !sentence.contains("  "),
            "{sentence}"
        );
    }
    assert!(
        !text.contains("NaN") || diagnosis.verdict == Broken,
        "{text}"
    );
    (diagnosis.verdict, text)
}

#[track_caller]
fn expect(learner: &Learner, verdict: Verdict, parts: &[&str]) {
    let (found, text) = words(learner);
    assert_eq!(found, verdict, "{text}");
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in: {text}");
    }
}

#[test]
fn healthy_learners_have_nothing_to_be_told() {
    let mesu = learner(MesuConfig::default(), set("sigma", at_work));
    assert_eq!(words(&mesu), (Healthy, String::new()));
    let diagnosis = Diagnosis::new(&mesu, STREAM);
    assert!(matches!(
        diagnosis.memory,
        Retention::Window {
            tasks: Some(5.0),
            ..
        }
    ));
    let sigma = diagnosis.groups[0].sigma.as_ref().unwrap();
    assert!(
        (sigma.plasticity.sqrt() - 0.6).abs() < 0.05
            && sigma.p5 < sigma.median
            && sigma.median < sigma.p95
    );

    expect(
        &learner(SgdConfig::default(), |_| ()),
        Healthy,
        &["no memory", "no sigma"],
    );
    expect(
        &learner(ReplayConfig::default(), |_| ()),
        Healthy,
        &["no sigma"],
    );
}

#[test]
fn memory_is_counted_in_tasks() {
    let mesu = |memory_window| {
        let config = MesuConfig {
            memory_window,
            ..MesuConfig::default()
        };
        learner(config, set("sigma", at_work))
    };
    expect(
        &mesu(1_000.0),
        NeedsAttention,
        &[
            "1.7 % of a task",
            "Raise learner.memory_window, for example to 300000",
        ],
    );
    expect(
        &mesu(6e6),
        NeedsAttention,
        &[
            "6,000,000 updates is 100 tasks",
            "makes up 1.0 %",
            "example to 300000",
        ],
    );
    expect(
        &mesu(1e15),
        NeedsAttention,
        &[
            "Nothing is ever forgotten",
            "1e15",
            "Lower learner.memory_window",
        ],
    );

    let batches = Stream {
        batch_size: 100,
        ..STREAM
    };
    let diagnosis = Diagnosis::new(&mesu(3_000.0), batches);
    assert_eq!(diagnosis.findings, []);
    assert!(matches!(
        diagnosis.memory,
        Retention::Window {
            examples: 300_000.0,
            ..
        }
    ));
    for task_length in [None, Some(0)] {
        let unknown = Stream {
            batch_size: 0,
            task_length,
        };
        let diagnosis = Diagnosis::new(&mesu(3_000.0), unknown);
        assert_eq!(
            (diagnosis.verdict, &diagnosis.findings[..]),
            (Healthy, &[Finding::UnknownTask][..])
        );
    }
    // A slow sigma forgets slowly.
    for (lr_sigma, words) in [(0.05, "is 100 tasks"), (1e-9, "Nothing is ever forgotten")] {
        let config = MesuConfig {
            lr_sigma,
            ..MesuConfig::default()
        };
        let slow = learner(config, set("sigma", at_work));
        expect(
            &slow,
            NeedsAttention,
            &[words, "Raise learner.lr_sigma, for example to 1."],
        );
    }
    // A faster sigma forgets faster.
    let config = MesuConfig {
        lr_sigma: 2.0,
        ..MesuConfig::default()
    };
    let text = Retention::new(&config.into(), STREAM).to_string();
    assert!(
        text.starts_with("150,000 updates = 150,000 examples = 2.5 tasks"),
        "{text}"
    );
    let text = Retention::new(&OnlineEwcConfig::default().into(), STREAM).to_string();
    assert_eq!(text, "0.621 tasks");
    let ewc = StreamingEwcConfig {
        anchor_window: 600.0,
        ..StreamingEwcConfig::default()
    };
    expect(
        &learner(ewc, |_| ()),
        NeedsAttention,
        &["learner.anchor_window"],
    );
}

#[test]
fn stuck_sigmas_name_what_holds_them() {
    let stuck = |config: MesuConfig| learner(config, |_| ());
    let default = MesuConfig::default;
    expect(
        &stuck(MesuConfig {
            lr_sigma: 0.0,
            ..default()
        }),
        Broken,
        &[
            "100 % of the synapses",
            "learner.lr_sigma is 0",
            "Raise learner.lr_sigma",
        ],
    );
    expect(&stuck(default()), Broken, &["Raise learner.max_step_ratio"]);
    let sigma_bounds = vec![0.6, 0.7];
    expect(
        &stuck(MesuConfig {
            sigma_bounds,
            ..default()
        }),
        Broken,
        &["learner.sigma_bounds hold it"],
    );
    expect(
        &stuck(MesuConfig {
            memory_window: 1e15,
            ..default()
        }),
        NeedsAttention,
        &["No evidence has reached them"],
    );
    // A few inputs without evidence, where forgetting does not show yet.
    let config = MesuConfig {
        memory_window: 8e6,
        ..default()
    };
    let some = |layer, row, column, start| match (layer, column) {
        (0, ..5) => start,
        _ => at_work(layer, row, column, start),
    };
    let (_, text) = words(&learner(config, set("sigma", some)).brought_to(100_000, |_| ()));
    assert!(text.contains("always 0 that is normal"), "{text}");
    expect(
        &learner(
            BbbConfig {
                lr: 0.0,
                ..BbbConfig::default()
            },
            |_| (),
        ),
        Broken,
        &["learner.lr is 0"],
    );
    // Where the start is the prior, nothing tells them apart.
    let config = MesuConfig {
        sigma_prior: 0.447_213_6,
        ..default()
    };
    let lower = |layer, row, column, start| match layer {
        0 => start,
        _ => at_work(layer, row, column, start),
    };
    let (_, text) = words(&learner(config, set("sigma", lower)));
    assert!(
        !text.contains("stuck") && text.contains("layer.1.weight are at the prior"),
        "{text}"
    );
    // Too early to tell.
    expect(
        &stuck(default()).brought_to(999, |_| ()),
        Healthy,
        &["After 999 updates it is too early"],
    );
}

#[test]
fn collapsed_and_swollen_sigmas() {
    let factor = |factor: f32| set("sigma", move |_, _, _, start| factor * start);
    expect(
        &learner(MesuConfig::default(), factor(5e-4)),
        Broken,
        &[
            "100 % of the synapses of layer.2.weight are so certain",
            "Lower learner.memory_window",
        ],
    );
    let some = |layer, row, column, start| match column {
        0 => 1e-5,
        _ => at_work(layer, row, column, start),
    };
    expect(
        &learner(MesuConfig::default(), set("sigma", some)),
        NeedsAttention,
        &["collapsed: 5.0 %"],
    );
    // Not small, but too small for means as large.
    let large = learner(
        MesuConfig::default(),
        set("sigma", |_, _, _, start| 0.1 * start),
    );
    let large = large.brought_to(200_000, set("mu", |_, _, _, _| 1e5));
    expect(
        &large,
        Broken,
        &["collapsed", "largest weight of layer.1.weight is 100,000"],
    );
    expect(
        &learner(FoovbConfig::default(), factor(5e-4)),
        Broken,
        &["use learner.kind = \"mesu\""],
    );
    expect(
        &learner(BbbConfig::default(), factor(5e-4)),
        Broken,
        &["Lower learner.kl_updates"],
    );
    expect(
        &learner(MesuConfig::default(), factor(5.0)),
        NeedsAttention,
        &["above both their start and the prior", "learner.clamp_grad"],
    );
    let sigma_bounds = vec![0.01, 10.0];
    let config = MesuConfig {
        sigma_bounds,
        ..MesuConfig::default()
    };
    expect(
        &learner(config, set("sigma", |_, _, _, _| 0.01)),
        NeedsAttention,
        &["rest at the lower end of learner.sigma_bounds, 0.01"],
    );
}

#[test]
fn synapses_at_the_prior() {
    let inputs = |idle: usize| {
        move |layer, row, column, start| match (layer, column) {
            (0, column) if column < idle => 0.98,
            _ => at_work(layer, row, column, start),
        }
    };
    // Idle inputs, even many, are nothing to worry about.
    let mesu = || MesuConfig::default();
    expect(
        &learner(mesu(), set("sigma", inputs(4))),
        Healthy,
        &[
            "20 % of the synapses of layer.1.weight are at the prior (sigma 1)",
            "4 of its inputs",
            "of the rest it is 0 %",
        ],
    );
    expect(
        &learner(mesu(), set("sigma", inputs(15))),
        Healthy,
        &["75 %"],
    );
    let scattered = |layer, row, column, start| match (layer, (row + column) % 3) {
        (0, 1 | 2) => 1.02,
        _ => at_work(layer, row, column, start),
    };
    expect(
        &learner(mesu(), set("sigma", scattered)),
        NeedsAttention,
        &["The prior outweighs", "raise learner.memory_window"],
    );
    expect(
        &learner(BbbConfig::default(), set("sigma", scattered)),
        NeedsAttention,
        &["raise learner.kl_updates"],
    );
    let short = MesuConfig {
        memory_window: 10_000.0,
        ..mesu()
    };
    expect(
        &learner(short, set("sigma", inputs(4))),
        NeedsAttention,
        &["fades within a task"],
    );
    let neurons = |idle: usize| {
        move |layer, row, column, start| match (layer, row) {
            (0, row) if row < idle => 0.98,
            _ => at_work(layer, row, column, start),
        }
    };
    expect(
        &learner(mesu(), set("sigma", neurons(1))),
        Healthy,
        &["1 of the 10 neurons of layer.1.weight", "room to spare"],
    );
    expect(
        &learner(mesu(), set("sigma", neurons(3))),
        NeedsAttention,
        &["3 of the 10 neurons", "raise learner.memory_window"],
    );
    let narrow = MesuConfig {
        sigma_prior: 0.1,
        ..mesu()
    };
    let narrow = learner(
        narrow,
        set("sigma", |_, _, column, _| 0.05 + 0.001 * column as f32),
    );
    expect(
        &narrow,
        Healthy,
        &["the prior is narrower", "raise learner.sigma_prior"],
    );
}

#[test]
fn foovb_grows_rigid() {
    let young = learner(FoovbConfig::default(), set("sigma", at_work));
    expect(
        &young,
        Healthy,
        &[
            "forgets nothing",
            "after 3.33 tasks, the next one makes up 23 %",
        ],
    );
    let old = young.brought_to(60_000 * 99, |_| ());
    expect(
        &old,
        NeedsAttention,
        &["makes up 1.0 %", "learner.kind = \"mesu\""],
    );
}

#[test]
fn penalties_hold_or_throw() {
    let ewc = |fisher: f32| {
        learner(
            EwcConfig::default(),
            set("fisher", move |_, _, _, _| fisher),
        )
    };
    // lr importance is 0.004.
    expect(&ewc(0.003), Healthy, &["no sigma"]);
    let penalty = |learner: &Learner| Diagnosis::new(learner, STREAM).groups[0].penalty.clone();
    assert_eq!(penalty(&ewc(0.003)).unwrap().held, 0.0);
    expect(
        &ewc(0.006),
        NeedsAttention,
        &[
            "takes 100 % of the weights back",
            "Lower learner.importance",
        ],
    );
    expect(
        &ewc(300.0),
        NeedsAttention,
        &["beyond the anchor for 100 %", "up to 1.2 times"],
    );
    expect(
        &ewc(1_000.0),
        Broken,
        &["up to 4 times", "flies off", "for example to 0.25"],
    );
    let early = |learner: Learner| learner.brought_to(500, |_| ());
    expect(&early(ewc(1_000.0)), Broken, &["too early", "flies off"]);
    expect(&early(ewc(0.0)), Healthy, &["too early"]);
    expect(&ewc(0.0), Healthy, &["no task has ended yet"]);
    let si = learner(SiConfig::default(), set("omega", |_, _, _, _| 1e7));
    expect(&si, Broken, &["Lower learner.coefficient"]);
    let adam = EwcConfig {
        optimizer: Optimizer::Adam,
        ..EwcConfig::default()
    };
    assert_eq!(penalty(&learner(adam, |_| ())), None);
}

#[test]
fn broken_learners() {
    let nan = |_, row, column, old| {
        if (row, column) == (1, 2) {
            f32::NAN
        } else {
            old
        }
    };
    expect(
        &learner(MesuConfig::default(), set("mu", nan)),
        Broken,
        &["synapse 22 of layer.1.weight has a mu of NaN", "lr_sigma"],
    );
    let sigma = |_, row, column, old: f32| {
        if (row, column) == (1, 2) {
            -0.1
        } else {
            0.5 * old
        }
    };
    expect(
        &learner(MesuConfig::default(), set("sigma", sigma)),
        Broken,
        &["a sigma of -0.1"],
    );
    expect(
        &learner(
            SgdConfig {
                lr: 0.0,
                ..SgdConfig::default()
            },
            |_| (),
        ),
        Broken,
        &["learner.lr is 0"],
    );
    expect(
        &learner(SgdConfig::default(), set("value", |_, _, _, _| 0.0)),
        NeedsAttention,
        &["exactly 0", "Lower learner.lr"],
    );
    expect(
        &learner(SgdConfig::default(), set("value", |_, _, _, _| -1e4)),
        NeedsAttention,
        &["is 10,000", "a smaller learner.lr"],
    );
}

/// Heads that wait to be used for the first time are no sign of a stuck sigma, nor does what was changed of
/// a head that is not in use escape.
#[test]
fn heads() {
    let network = NetworkConfig {
        hidden: vec![10],
        heads: 5,
        ..NetworkConfig::default()
    };
    let new = Learner::new(20, 3, &network, &MesuConfig::default().into(), 1).unwrap();
    let brought = |used: &[usize]| {
        let mut learner = new.clone();
        for head in used {
            learner.use_head(*head).unwrap();
            learner.learn(&[0.1; 20], &[1]).unwrap();
        }
        let at_work = |layer, row, column, start| match layer {
            0 => at_work(layer, row, column, start),
            head if used.contains(&(head - 1)) => 0.7 * start,
            _ => start,
        };
        learner.brought_to(200_000, set("sigma", at_work))
    };
    expect(
        &brought(&[3, 0]),
        Healthy,
        &["3 heads of 5 have not been used yet"],
    );
    expect(&brought(&[3, 0, 1, 2]), Healthy, &["1 head of 5 has not"]);
    assert_eq!(words(&brought(&[3, 0, 1, 2, 4])), (Healthy, String::new()));
    let diagnosis = Diagnosis::new(&brought(&[1]), STREAM);
    let groups: Vec<(&str, bool)> = diagnosis
        .groups
        .iter()
        .map(|g| (&g.name[..], g.unused))
        .collect();
    assert_eq!(
        groups,
        [
            ("layer.1.weight", false),
            ("head.1.weight", true),
            ("head.2.weight", false),
            ("head.3.weight", true),
            ("head.4.weight", true),
            ("head.5.weight", true),
        ]
    );
    let nan = |layer, _, _, old: f32| if layer == 5 { f32::NAN } else { old };
    let broken = brought(&[1]).brought_to(200_000, set("mu", nan));
    expect(
        &broken,
        Broken,
        &["synapse 0 of head.5.weight has a mu of NaN"],
    );
    assert!(
        broken
            .save(&[])
            .unwrap_err()
            .to_string()
            .contains("layer 2")
    );
}

#[test]
fn a_run_that_broke_off_is_broken_whatever_its_learner() {
    let sound = Diagnosis::new(
        &learner(MesuConfig::default(), set("sigma", at_work)),
        STREAM,
    );
    assert_eq!(sound.verdict, Healthy);
    let broken = sound.of_broken_run(3, "learning diverged".to_owned());
    assert_eq!(broken.verdict, Broken);
    let text = broken.findings[0].to_string();
    assert!(text.contains("stage 3: learning diverged"), "{text}");
}
