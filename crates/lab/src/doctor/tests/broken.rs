//! Other learners, heads, and what is broken.

use super::*;

#[test]
fn foovb_grows_rigid() {
    let young = learner(FoovbConfig::paper(), set("sigma", at_work));
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
    let adam = EwcConfig::default().optimizer(Optimizer::Adam);
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
        &learner(MesuConfig::paper(), set("mu", nan)),
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
        &learner(MesuConfig::paper(), set("sigma", sigma)),
        Broken,
        &["a sigma of -0.1"],
    );
    expect(
        &learner(SgdConfig::default().lr(0.0), |_| ()),
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
        ..NetworkConfig::paper()
    };
    let new = Learner::new(20, 3, &network, &MesuConfig::paper().into(), 1).unwrap();
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
    let sound = Diagnosis::new(&learner(MesuConfig::paper(), set("sigma", at_work)), STREAM);
    assert_eq!(sound.verdict, Healthy);
    let broken = sound.of_broken_run(3, "learning diverged".to_owned());
    assert_eq!(broken.verdict, Broken);
    let text = broken.findings[0].to_string();
    assert!(text.contains("stage 3: learning diverged"), "{text}");
}
