//! Files of former versions: settings that there were not then have their values of then.

use mesu::{LearnerKind, NetworkConfig};
use toml::{Table, Value};

use crate::config::document;

/// Floor of the deviations that former versions standardized each feature by.
const FLOOR: f64 = 0.02;

/// Settings of a learner that former versions did not have.
fn later(kind: LearnerKind) -> &'static [&'static str] {
    match kind {
        LearnerKind::Mesu => &["temperature", "prior_step", "sigma_at_most_prior"],
        LearnerKind::Foovb => &["sigma_max", "max_step_ratio"],
        _ => &[],
    }
}

/// Adds what the `config.toml` of a run leaves out: a former version wrote every setting that it had.
pub(crate) fn complete(document: &mut Table) {
    if document.contains_key("network") {
        let network = Table::try_from(NetworkConfig::paper()).unwrap_or_default();
        add(document, "network", network);
    }
    if let Some(learner) = former_learner(document) {
        add(document, "learner", learner.1);
    }
    let data = document.get_mut("data").and_then(Value::as_table_mut);
    if let Some(data) = data
        && data.get("standardise").and_then(Value::as_str) == Some("each")
    {
        let floor = data.entry("standardise_floor");
        floor.or_insert(Value::Float(FLOOR));
    }
}

/// Adds the same to a document of a user if it states every setting of its learner that a former version had
/// and none that there was not: a copy of a run's `config.toml`, or of a whole preset, means what it meant.
pub(crate) fn complete_whole(document: &mut Table) {
    let Some((kind, values)) = former_learner(document) else {
        return;
    };
    let section = document.get("learner").and_then(Value::as_table);
    let whole = section.is_some_and(|section| {
        let states = |key: &str| section.contains_key(key);
        let later = later(kind);
        !later.iter().any(|key| states(key))
            && values
                .keys()
                .all(|key| later.contains(&&key[..]) || states(key))
    });
    if whole {
        add(document, "learner", values);
    }
}

/// The learner of a document, where its defaults were others in former versions, and what they were.
fn former_learner(document: &Table) -> Option<(LearnerKind, Table)> {
    let section = document.get("learner").and_then(Value::as_table);
    let name = section.and_then(|section| section.get("kind")?.as_str());
    let name = name.unwrap_or(LearnerKind::Mesu.name());
    let mut kinds = LearnerKind::ALL.iter();
    let kind = *kinds.find(|kind| kind.name() == name)?;
    let mut values = Table::try_from(kind.paper()?).ok()?;
    values.remove("kind");
    Some((kind, values))
}

/// Adds the `values` that the section `key` of `document` leaves out.
fn add(document: &mut Table, key: &str, mut values: Table) {
    match document.remove(key) {
        None => {}
        Some(Value::Table(section)) => document::overlay(&mut values, section),
        // Of another type, which is an error where it is read.
        Some(other) => {
            document.insert(key.to_owned(), other);
            return;
        }
    }
    document.insert(key.to_owned(), values.into());
}

#[cfg(test)]
mod tests {
    use mesu::{LearnerConfig, MesuConfig};

    use crate::config::experiment::Experiment;
    use crate::config::plan::Plan;

    /// The experiment as a former version wrote it.
    fn former(experiment: &Experiment, later: &[&str]) -> String {
        let text = experiment.to_toml();
        let lines = text.lines().filter(|line| {
            let key = line.trim_start_matches("# ").split(" =").next();
            !key.is_some_and(|key| later.contains(&key))
        });
        lines.map(|line| format!("{line}\n")).collect()
    }

    #[test]
    fn a_config_of_a_former_version_means_what_it_meant() {
        let mesu = &[
            "temperature",
            "prior_step",
            "sigma_at_most_prior",
            "active_inputs",
        ][..];
        let foovb = &["sigma_max", "max_step_ratio", "active_inputs"];
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        for (kind, later) in [("mesu", mesu), ("foovb", foovb), ("sgd", &[])] {
            let sets = [format!("learner.kind={kind}")];
            let experiment = Experiment::find("permuted-digits", &sets).unwrap();
            let text = former(&experiment, later);
            assert!(later.iter().all(|key| !text.contains(key)), "{text}");
            let read = Experiment::from_toml(&text, "config.toml").unwrap();
            assert_eq!(read, experiment);
            // Run as a file too.
            std::fs::write(&path, text).unwrap();
            let plan = Plan::find(path.to_str().unwrap(), &[]).unwrap();
            assert_eq!(*plan.single().unwrap(), experiment);
        }
        let each = ["data.standardise=each".to_owned()];
        let experiment = Experiment::find("permuted-digits", &each).unwrap();
        assert_eq!(experiment.data.standardise_floor, 0.0);
        let again = Experiment::from_toml(&experiment.to_toml(), "config.toml").unwrap();
        assert_eq!(again, experiment);
        let text = former(&experiment, &["standardise_floor"]);
        let read = Experiment::from_toml(&text, "config.toml").unwrap();
        assert_eq!(read.data.standardise_floor, 0.02);
        let refused = Experiment::from_toml("network = 3", "config.toml").unwrap_err();
        assert!(refused.to_string().contains("network"), "{refused}");
    }

    #[test]
    fn a_file_of_ones_own_has_the_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.toml");
        let find = |text: &str| {
            std::fs::write(&path, text).unwrap();
            let plan = Plan::find(path.to_str().unwrap(), &[]).unwrap();
            plan.single().unwrap().clone()
        };
        let own = find("tasks = 2");
        assert_eq!(own.network, mesu::NetworkConfig::default());
        assert_eq!(own.learner, LearnerConfig::default());
        assert_eq!((own.tasks, own.data.batch_size), (2, 1));
        let own = find("learner.memory_window = 5e4");
        let expected = MesuConfig::default().memory_window(5e4);
        assert_eq!(own.learner, expected.into());
        let own = find("learner.kind = 'foovb'");
        assert_eq!(own.learner, mesu::FoovbConfig::default().into());
    }
}
