//! Ranges of what an experiment says, and what does not go together. The learner's own settings are
//! checked by the learner, and what only the data can tell when they are read (see [`crate::run::tasks`]).

use mesu::{RegressionConfig, Scaling};

use super::{DataConfig, DomainsConfig, Experiment, Predicted, Scenario, Standardising};
use crate::config::settings;
use crate::error::LabError;

const MANY: usize = u32::MAX as usize;
/// The table of accuracies grows with their square.
const MANY_TASKS: usize = 10_000;

impl Experiment {
    /// Names the first key that is out of its range.
    pub(crate) fn check(&self) -> Result<(), LabError> {
        self.check_counts()?;
        self.check_data()?;
        self.check_scenario()?;
        self.check_learning()?;
        self.check_values()?;
        if i64::try_from(self.seed).is_err() {
            return wrong("seed", self.seed, "at most 2^63 - 1");
        }
        if !(self.checkpoint_seconds >= 0.0 && self.checkpoint_seconds.is_finite()) {
            let found = self.checkpoint_seconds;
            return wrong("checkpoint_seconds", found, "0 or more seconds");
        }
        if let Some(active) = self.network.active_inputs
            && !(active > 0.0 && active.is_finite())
        {
            return wrong("network.active_inputs", active, "a finite number > 0");
        }
        if self.network.scaling == Scaling::Running && self.data.standardise != Standardising::None
        {
            let expected = "false beside network.scaling = \"running\"";
            let found = match self.data.standardise {
                Standardising::Each => "\"each\"",
                _ => "true",
            };
            return wrong("data.standardise", found, expected);
        }
        if self.importance && !self.network.layers.is_empty() {
            let expected =
                "false beside network.layers: the Hessian's diagonal is computed of perceptrons";
            return wrong("importance", true, expected);
        }
        if self.name.is_empty()
            || self.name.contains(['/', '\\', '\0'])
            || self.name.starts_with('.')
        {
            let expected = "a word that can be a folder's name";
            return wrong("name", format!("{:?}", self.name), expected);
        }
        Ok(())
    }

    fn check_counts(&self) -> Result<(), LabError> {
        let data = &self.data;
        let counts = [
            ("network.heads", Some(self.network.heads), MANY_TASKS),
            ("tasks", Some(self.tasks), MANY_TASKS),
            ("splits", Some(self.splits), MANY_TASKS),
            ("test_every", self.test_every, MANY),
            ("test_window", self.test_window, MANY),
            ("data.epochs", Some(data.epochs), MANY),
            ("data.validation", data.validation, MANY),
            ("data.train_examples", data.train_examples, MANY),
            ("data.test_examples", data.test_examples, MANY),
            ("data.batch_size", Some(data.batch_size), MANY),
        ];
        for (key, found, most) in counts {
            match found {
                Some(0) => {
                    let range = settings::find(key).map(|setting| setting.kind.range());
                    return wrong(key, 0, &range.unwrap_or_default());
                }
                Some(found) if found > most => {
                    return wrong(key, found, &format!("at most {most}"));
                }
                _ => {}
            }
        }
        if self.stages() > MANY_TASKS {
            let expected = format!("at most {MANY_TASKS} with tasks in the product");
            return wrong("splits", self.splits, &expected);
        }
        match data.train_examples {
            Some(most) if data.batch_size > most => {
                let expected = format!("at most {most} (data.train_examples)");
                wrong("data.batch_size", data.batch_size, &expected)
            }
            _ => Ok(()),
        }
    }

    fn check_data(&self) -> Result<(), LabError> {
        let data = &self.data;
        if data.source == DataConfig::EMBEDDED && data.ood.is_some() && !data.ood_is_own() {
            let found = format!("{:?}", data.ood.as_deref().unwrap_or_default());
            let expected =
                "none or \"permuted\" beside data.source = \"embedded\", which has its own";
            return wrong("data.ood", found, expected);
        }
        if data.ood_is_own() && data.ood_permuted {
            // They would be the newest task's own test images.
            let expected = "false beside data.ood = \"permuted\"";
            return wrong("data.ood_permuted", true, expected);
        }
        if !(0.0..=1.0).contains(&data.standardise_floor) {
            return wrong("data.standardise_floor", data.standardise_floor, "0 to 1");
        }
        match data.test_share > 0.0 && data.test_share < 1.0 {
            true => Ok(()),
            false => wrong("data.test_share", data.test_share, "above 0 and below 1"),
        }
    }

    /// Checks the numbers; which learner can do it, the learner knows.
    fn check_learning(&self) -> Result<(), LabError> {
        let sound = |number: f64| number >= 0.0 && number.is_finite();
        let (above, weights) = (self.learning.learn_above, &self.learning.class_weights);
        if !sound(above) {
            return wrong("learning.learn_above", above, "a finite number >= 0");
        }
        match weights.iter().all(|weight| sound(f64::from(*weight))) {
            true => Ok(()),
            false => {
                let expected = "[] or a finite number >= 0 for each class";
                wrong("learning.class_weights", format!("{weights:?}"), expected)
            }
        }
    }

    /// Checks what goes with values.
    fn check_values(&self) -> Result<(), LabError> {
        let RegressionConfig {
            noise_window,
            degrees_of_freedom: degrees,
            ..
        } = self.regression;
        if !(noise_window >= 1.0 && noise_window.is_finite()) {
            let expected = "a finite number of values, 1 or more";
            return wrong("regression.noise_window", noise_window, expected);
        }
        if !(degrees > 2.0 && degrees <= 1e6) {
            let expected = "above 2, at most 1e6";
            return wrong("regression.degrees_of_freedom", degrees, expected);
        }
        let values = self.data.target == Predicted::Values;
        if !values {
            let expected = "nothing beside data.target = \"labels\"";
            return match self.regression == RegressionConfig::default() {
                true => Ok(()),
                false => wrong("regression.likelihood", "given", expected),
            };
        }
        if self.scenario == Scenario::Split || !self.domains.species.is_empty() {
            let expected = "\"labels\" where tasks are made of classes";
            return wrong("data.target", "\"values\"", expected);
        }
        if self.importance {
            let expected = "false beside data.target = \"values\"";
            return wrong("importance", true, expected);
        }
        Ok(())
    }

    /// Checks settings that belong to one scenario alone.
    fn check_scenario(&self) -> Result<(), LabError> {
        let (data, domains) = (&self.data, &self.domains);
        if !(0.0..=1.0).contains(&domains.gradual) {
            return wrong("domains.gradual", domains.gradual, "0 to 1");
        }
        let (heads, tasks) = (self.network.heads, self.tasks);
        if self.scenario == Scenario::Split && heads != tasks {
            let expected = format!(
                "{tasks} or nothing: with scenario = \"split\" every task has a head of its own \
                 (task-incremental); one head for the classes of all tasks (class-incremental) is no \
                 scenario yet"
            );
            return wrong("network.heads", heads, &expected);
        }
        if self.scenario != Scenario::Split && heads != 1 {
            let expected = "1: only with scenario = \"split\" has every task a head of its own";
            return wrong("network.heads", heads, expected);
        }
        if self.scenario != Scenario::Split && self.splits != 1 {
            let expected = "1, but for scenario = \"split\"";
            return wrong("splits", self.splits, expected);
        }
        if self.scenario != Scenario::Domain && *domains != DomainsConfig::default() {
            let expected = "nothing, but for scenario = \"domain\"";
            return wrong("domains", "settings", expected);
        }
        if domains.species.is_empty() && !domains.strangers.is_empty() {
            let expected = "none without domains.species";
            return wrong(
                "domains.strangers",
                format!("{:?}", domains.strangers),
                expected,
            );
        }
        if self.scenario == Scenario::Split && data.ood.is_some() {
            let found = format!("{:?}", data.ood.as_deref().unwrap_or_default());
            let expected = "none with scenario = \"split\": unknown are the classes to come";
            return wrong("data.ood", found, expected);
        }
        if self.scenario != Scenario::Permuted && data.ood_is_own() {
            let expected = "none, but for scenario = \"permuted\"";
            return wrong("data.ood", "\"permuted\"", expected);
        }
        if self.scenario != Scenario::Permuted && data.ood_permuted {
            let expected = "false, but for scenario = \"permuted\"";
            return wrong("data.ood_permuted", true, expected);
        }
        Ok(())
    }
}

fn wrong(key: &'static str, found: impl std::fmt::Display, expected: &str) -> Result<(), LabError> {
    Err(LabError::Range {
        key,
        found: found.to_string(),
        expected: expected.to_owned(),
    })
}
