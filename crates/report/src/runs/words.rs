//! Words for tasks and unknown inputs: they depend on the scenario.

use crate::runs::group::Group;

/// Words that fit all of some groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    /// Name of the stages of the stream at an axis.
    pub(crate) after: &'static str,
    /// One of them: "task", or "stage" where tasks come back.
    pub(crate) stage: &'static str,
    /// Test examples that unknown inputs are compared with.
    pub(crate) known: &'static str,
    /// Inputs that are unknown.
    pub(crate) ood: &'static str,
    /// Tasks that are the past ones.
    pub(crate) past: &'static str,
    /// Reason why a number may be missing beside the paper's.
    pub(crate) dash: &'static str,
    /// A test's name, and why it takes as long as it does.
    pub(crate) testing: (&'static str, &'static str),
    /// Stages that the longest of the runs has finished.
    pub(crate) stages: usize,
}

impl Words {
    /// Returns whether there are too few stages for lines over them: a small table says more.
    pub(crate) fn few(&self) -> bool {
        self.stages < 3
    }

    /// Words for `groups`, one or more.
    pub(crate) fn of(groups: &[Group]) -> Self {
        let some = groups.iter().any(|group| group.test_window().is_some());
        let all = |scenario: &str| groups.iter().all(|group| group.scenario() == scenario);
        let so_far = match some {
            true => "the test examples of the tasks that were tested",
            false => "the test examples of all tasks so far",
        };
        let (known, ood) = match (all("permuted"), all("split")) {
            (true, _) => (
                "the newest task’s test examples",
                "other data than what was learned",
            ),
            (_, true) => (
                so_far,
                "classes that come later (none are left after the last stage that brings new ones)",
            ),
            _ if all("domain") => (so_far, "other data than what was learned"),
            _ => (
                "the test examples of the tasks so far, or of the newest one",
                "inputs of a kind that was not learned",
            ),
        };
        let runs = groups.iter().flat_map(|group| &group.runs);
        let stages = runs.map(|run| run.history.stages.len()).max().unwrap_or(0);
        let (after, stage) = match groups.iter().any(Group::comes_back) {
            true => ("after stage", "stage"),
            false => ("after learning task", "task"),
        };
        Self {
            after,
            stage,
            known,
            ood,
            past: match some {
                true => "those before the newest that were tested after it",
                false => "all before the newest, tested after it",
            },
            dash: match some {
                true => "no such run here, or not tested",
                false => "no such run here",
            },
            testing: match some {
                true => (
                    "testing",
                    "With a test window, testing covers that many tasks, and all after the last.",
                ),
                false => (
                    "testing all so far",
                    "Testing covers all tasks so far, so it takes longer with each new one.",
                ),
            },
            stages,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn words_fit_every_group() {
        let of = |sets: &[&[&str]]| {
            let runs = sets.iter().map(|sets| sample::run(sets, 2)).collect();
            Words::of(&Group::all(runs))
        };
        let (permuted, domain) = (of(&[&[]]), of(&[sample::DOMAIN]));
        assert_eq!(permuted.known, "the newest task’s test examples");
        assert_eq!(
            (permuted.after, domain.after),
            ("after learning task", "after learning task")
        );
        assert_eq!(domain.known, of(&[sample::SPLIT]).known);
        assert_eq!(of(&[sample::SPLIT, &[]]).stage, "stage");
        assert_ne!(of(&[sample::DOMAIN, &[]]).known, domain.known);
        let window = |set| of(&[&[sample::DOMAIN, &[set]].concat()]);
        assert_ne!(window("test_window=3").known, domain.known);
        assert_ne!(window("test_window=3").past, domain.past);
        assert_eq!(window("test_window=4"), domain, "of four tasks");
    }
}
