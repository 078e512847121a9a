use super::*;

fn with(sets: &[&str]) -> Result<Experiment, LabError> {
    let sets: Vec<String> = sets.iter().map(|set| set.to_string()).collect();
    Experiment::find("permuted-digits", &sets)
}

fn refusal(sets: &[&str]) -> String {
    with(sets).unwrap_err().to_string()
}

#[test]
fn the_preset_is_the_papers() {
    let experiment = with(&[]).unwrap();
    assert_eq!((experiment.tasks, experiment.seed), (10, 1));
    let data = &experiment.data;
    assert_eq!((data.batch_size, data.epochs), (1, 1));
    assert_eq!((data.train_examples, data.test_examples), (None, None));
    assert_eq!(experiment.network.hidden, [50]);
    let LearnerConfig::Mesu(mesu) = experiment.learner else {
        panic!("MESU")
    };
    assert_eq!(mesu.memory_window, 300_000.0);
}

#[test]
fn sets_replace_values() {
    let experiment = with(&[
        "tasks=200",
        "learner.memory_window=600000",
        "network.hidden=[256]",
        "data.train_examples=6000",
    ])
    .unwrap();
    assert_eq!(experiment.tasks, 200);
    assert!(matches!(&experiment.learner, LearnerConfig::Mesu(m) if m.memory_window == 600_000.0));
    assert_eq!(experiment.network.hidden, [256]);
    assert_eq!(experiment.data.train_examples, Some(6000));
    let differences = with(&[]).unwrap().differences(&experiment);
    assert_eq!(differences.len(), 4, "{differences:?}");
    assert!(differences.contains(&"tasks: 10 there, 200 asked for".to_owned()));
}

#[test]
fn unknown_keys_suggest_the_nearest() {
    for (set, key) in [
        ("learner.memory_windows=3", "learner.memory_window"),
        ("data.epoch=3", "data.epochs"),
        ("task=3", "tasks"),
        ("hidden=[3]", "network.hidden"),
        ("data.odd=x", "data.ood"),
    ] {
        let text = refusal(&[set]);
        assert!(text.contains("unknown key"), "{text}");
        assert!(text.contains(&format!("did you mean {key}?")), "{text}");
    }
}

#[test]
fn wrong_types_name_key_found_and_expected() {
    for (set, words) in [
        ("tasks=many", ["tasks", "\"many\"", "a whole number"]),
        ("tasks=-3", ["tasks", "`-3`", "a whole number"]),
        (
            "data.standardise=each-one",
            ["data.standardise", "each-one", "true, false or \"each\""],
        ),
        (
            "data.standardise=3",
            ["data.standardise", "", "true, false or \"each\""],
        ),
        ("tasks=2.5", ["tasks", "`2.5`", "a whole number"]),
        ("tasks.x=3", ["tasks", "map", "a whole number"]),
        ("data=3", ["data", "`3`", "a section"]),
        (
            "learner.memory_window=big",
            ["learner.memory_window", "\"big\"", "a number"],
        ),
        ("network.hidden=50", ["network.hidden", "`50`", "a list"]),
        (
            "network.hidden=[5,'x']",
            ["network.hidden", "\"x\"", "a whole number"],
        ),
        ("scenario=cut", ["scenario", "`cut`", "`permuted`"]),
    ] {
        let text = refusal(&[set]);
        for word in words {
            assert!(text.contains(word), "{set}: {text}");
        }
    }
}

#[test]
fn ranges_are_checked() {
    for (set, key) in [
        ("tasks=0", "tasks"),
        ("data.epochs=0", "data.epochs"),
        ("data.batch_size=0", "data.batch_size"),
        ("data.test_share=1", "data.test_share"),
        ("data.standardise_floor=-1", "data.standardise_floor"),
        ("data.standardise_floor=nan", "data.standardise_floor"),
        ("network.heads=2", "network.heads"),
        ("splits=2", "splits"),
        ("domains.gradual=2", "domains.gradual"),
        ("domains.balanced=true", "domains"),
        ("data.train_examples=0", "data.train_examples"),
        ("data.test_examples=0", "data.test_examples"),
        ("data.validation=0", "data.validation"),
        ("checkpoint_seconds=-1", "checkpoint_seconds"),
        ("checkpoint_seconds=nan", "checkpoint_seconds"),
        ("data.ood=somewhere", "data.ood"),
        ("test_every=0", "test_every"),
        ("test_window=0", "test_window"),
        ("test_window=4294967296", "test_window"),
        ("name=a/b", "name"),
    ] {
        let text = refusal(&[set]);
        assert!(text.starts_with(&format!("{key}: found ")), "{text}");
    }
}

#[test]
fn the_newest_tasks_are_tested_and_in_the_end_all() {
    let tested = |sets: &[&str], stage, epochs| -> Vec<usize> {
        let tested = with(sets).unwrap().tested(stage, epochs);
        (0..tested.len()).filter(|task| tested[*task]).collect()
    };
    let all = ["tasks=4"];
    assert_eq!(tested(&all, 2, 1), [0, 1, 2]);
    let two = ["tasks=4", "test_window=2", "data.epochs=2"];
    assert_eq!(tested(&two, 0, 2), [0]);
    assert_eq!(tested(&two, 2, 2), [1, 2]);
    assert_eq!(tested(&two, 3, 1), [2, 3], "within the last task");
    assert_eq!(tested(&two, 3, 2), [0, 1, 2, 3]);
    let wide = ["tasks=4", "test_window=9"];
    assert_eq!(tested(&wide, 2, 1), [0, 1, 2]);
    let parts = ["scenario=split", "tasks=3", "splits=2", "test_window=2"];
    assert_eq!(tested(&parts, 3, 1), [0, 2]);
    assert_eq!(tested(&parts, 4, 1), [0, 1]);
    assert_eq!(tested(&parts, 5, 1), [0, 1, 2]);
    for set in ["test_window=1.5", "test_window=-1", "test_window=all"] {
        assert!(refusal(&[set]).contains("test_window"), "{set}");
    }
}

#[test]
fn unknown_images_can_be_the_known_ones_permuted() {
    assert!(with(&["data.ood=permuted"]).unwrap().data.ood_is_own());
    let text = refusal(&["data.ood=permuted", "data.ood_permuted=true"]);
    assert!(text.starts_with("data.ood_permuted: found true"), "{text}");
}

#[test]
fn several_experiments_are_not_one() {
    let text = refusal(&["compare=mesu,sgd"]);
    assert!(text.contains("2 experiments"), "{text}");
}

#[test]
fn unknown_presets_suggest_the_nearest() {
    let error = Experiment::find("permuted-digit", &[]).unwrap_err();
    assert!(error.to_string().contains("did you mean permuted-digits?"));
}
