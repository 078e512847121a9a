//! Memory, in tasks.

use super::*;

#[test]
fn healthy_learners_have_nothing_to_be_told() {
    let mesu = learner(MesuConfig::paper(), set("sigma", at_work));
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
        let config = MesuConfig::paper().memory_window(memory_window);
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
            ..STREAM
        };
        let diagnosis = Diagnosis::new(&mesu(3_000.0), unknown);
        assert_eq!(
            (diagnosis.verdict, &diagnosis.findings[..]),
            (Healthy, &[Finding::UnknownTask][..])
        );
    }
    // A slow sigma forgets slowly.
    for (lr_sigma, words) in [(0.05, "is 100 tasks"), (1e-9, "Nothing is ever forgotten")] {
        let config = MesuConfig::paper().lr_sigma(lr_sigma);
        let slow = learner(config, set("sigma", at_work));
        expect(
            &slow,
            NeedsAttention,
            &[words, "Raise learner.lr_sigma, for example to 1."],
        );
    }
    // A faster sigma forgets faster.
    let config = MesuConfig::paper().lr_sigma(2.0);
    let text = Retention::new(&config.into(), STREAM).to_string();
    assert!(
        text.starts_with("150,000 updates = 150,000 examples = 2.5 tasks"),
        "{text}"
    );
    let text = Retention::new(&OnlineEwcConfig::default().into(), STREAM).to_string();
    assert_eq!(text, "0.621 tasks");
    let ewc = StreamingEwcConfig::default().anchor_window(600.0);
    expect(
        &learner(ewc, |_| ()),
        NeedsAttention,
        &["learner.anchor_window"],
    );
}

#[test]
fn a_stream_that_ends_early_is_not_rigid_in_the_end() {
    // 100 tasks of memory: with 2 or 40 tasks in all, the newest is 50 or 2.6 % of what is remembered.
    let config = MesuConfig::paper().memory_window(6e6);
    let mesu = learner(config, set("sigma", at_work));
    let verdict = |tasks| Diagnosis::new(&mesu, Stream { tasks, ..STREAM }).verdict;
    assert_eq!([Some(2), Some(40)].map(verdict), [Healthy, Healthy]);
    assert_eq!(
        [None, Some(0), Some(1_000)].map(verdict),
        [NeedsAttention; 3]
    );
    let share = |tasks| Stream { tasks, ..STREAM }.share_of_newest(100.0);
    assert!((share(Some(2)) - 0.5025).abs() < 1e-4 && (share(Some(1)) - 1.0).abs() < 1e-12);
    assert!((share(None) - 0.00995).abs() < 1e-5);
}

#[test]
fn a_gate_that_hides_mistakes_is_too_high() {
    let gated = |learn_above: f64| {
        let learning = LearningConfig::default().learn_above(learn_above);
        let fresh = learner(MesuConfig::paper(), set("sigma", at_work));
        let mut learner = fresh.with_learning(learning).unwrap();
        // All logits are about 0: a loss of ln 3.
        learner.learn(&[0.0; 20], &[1]).unwrap();
        learner
    };
    expect(&gated(0.5), Healthy, &[]);
    assert_eq!(words(&gated(0.5)).1, "");
    expect(
        &gated(2.0),
        NeedsAttention,
        &[
            "learned from 1 example with a loss below learning.learn_above (2), beside",
            "Lower learning.learn_above",
        ],
    );
}
