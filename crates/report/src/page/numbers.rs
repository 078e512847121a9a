//! The numbers of a run, and what they are called.

use crate::page::unit::Unit;
use crate::runs::group::Group;

/// A number of a summary.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Number {
    /// Its place in `summary.json`.
    pub(crate) pointer: &'static str,
    pub(crate) name: &'static str,
    /// In a few words.
    pub(crate) meaning: &'static str,
    pub(crate) unit: Unit,
    /// Whether it depends on the machine.
    pub(crate) machine: bool,
}

const fn number(
    pointer: &'static str,
    name: &'static str,
    unit: Unit,
    meaning: &'static str,
) -> Number {
    let machine = matches!(unit, Unit::Seconds | Unit::Megabytes);
    Number {
        pointer,
        name,
        meaning,
        unit,
        machine,
    }
}

/// What a report's table shows, in its order: how well, how sure, how fast.
pub(crate) const NUMBERS: &[Number] = &[
    number(
        "/newest_accuracy",
        "newest task",
        Unit::Percent,
        "accuracy on the task learned last",
    ),
    number(
        "/window_accuracy/5",
        "5 newest",
        Unit::Percent,
        "mean accuracy, at the end",
    ),
    number(
        "/window_accuracy/20",
        "20 newest",
        Unit::Percent,
        "mean accuracy, at the end",
    ),
    number(
        "/average_accuracy",
        "all seen",
        Unit::Percent,
        "mean accuracy, at the end",
    ),
    number(
        "/learning_accuracy",
        "learning accuracy",
        Unit::Percent,
        "on each task just after it",
    ),
    number(
        "/mean_window_accuracy/5",
        "5 newest, along the run",
        Unit::Percent,
        "mean over the run's tests",
    ),
    number(
        "/mean_window_accuracy/20",
        "20 newest, along the run",
        Unit::Percent,
        "mean over the run's tests",
    ),
    number(
        "/backward_transfer",
        "backward transfer",
        Unit::Percent,
        "gained since each task was learned",
    ),
    number(
        "/forgetting",
        "forgetting",
        Unit::Percent,
        "lost since each task's best",
    ),
    number(
        "/online_accuracy",
        "online accuracy",
        Unit::Percent,
        "on examples just before they are learned",
    ),
    number(
        "/ood_auroc/epistemic",
        "OOD AUROC, epistemic",
        Unit::Plain,
        "1 always tells the unknown, 0.5 never",
    ),
    number(
        "/ood_auroc/aleatoric",
        "OOD AUROC, aleatoric",
        Unit::Plain,
        "the same by doubt within the example",
    ),
    number(
        "/mean_ood_auroc/epistemic",
        "OOD AUROC, epistemic, mean",
        Unit::Plain,
        "along the run, while there is anything unknown",
    ),
    number(
        "/mean_ood_auroc/aleatoric",
        "OOD AUROC, aleatoric, mean",
        Unit::Plain,
        "the same by doubt within the example",
    ),
    number(
        "/unseen_auroc/epistemic",
        "unseen AUROC, epistemic",
        Unit::Plain,
        "tells new kinds of the known classes",
    ),
    number(
        "/unseen_auroc/aleatoric",
        "unseen AUROC, aleatoric",
        Unit::Plain,
        "the same by doubt within the example",
    ),
    number(
        "/mean_unseen_auroc/epistemic",
        "unseen AUROC, epistemic, mean",
        Unit::Plain,
        "along the run",
    ),
    number(
        "/mean_unseen_auroc/aleatoric",
        "unseen AUROC, aleatoric, mean",
        Unit::Plain,
        "the same by doubt within the example",
    ),
    number(
        "/uncertainty/known/epistemic",
        "epistemic uncertainty, known",
        Unit::Bits,
        "mean over test examples, at the end",
    ),
    number(
        "/uncertainty/unseen/epistemic",
        "epistemic uncertainty, unseen",
        Unit::Bits,
        "of new kinds of the known classes",
    ),
    number(
        "/uncertainty/foreign/epistemic",
        "epistemic uncertainty, foreign",
        Unit::Bits,
        "of foreign things",
    ),
    number(
        "/ece",
        "ECE, newest task",
        Unit::Plain,
        "confidence against accuracy; 0 is best",
    ),
    number(
        "/past/ece",
        "ECE, past tasks",
        Unit::Plain,
        "mean over the tasks before",
    ),
    number(
        "/brier",
        "Brier score, newest task",
        Unit::Plain,
        "0 to 2; 0 is best",
    ),
    number(
        "/past/brier",
        "Brier score, past tasks",
        Unit::Plain,
        "mean over the tasks before",
    ),
    number("/nll", "NLL, newest task", Unit::Plain, "nats; 0 is best"),
    number(
        "/past/nll",
        "NLL, past tasks",
        Unit::Plain,
        "nats; mean over the tasks before",
    ),
    number("/updates", "updates", Unit::Count, "steps of learning"),
    number(
        "/train_seconds",
        "learning",
        Unit::Seconds,
        "time, all tasks",
    ),
    number("/test_seconds", "testing", Unit::Seconds, "time, all tasks"),
    Number {
        machine: true,
        ..number(
            "/updates_per_second",
            "updates per second",
            Unit::Count,
            "speed of learning",
        )
    },
    number(
        "/peak_memory_bytes",
        "peak memory",
        Unit::Megabytes,
        "the most the program held",
    ),
    number(
        "/state_bytes_per_synapse",
        "state per synapse",
        Unit::Bytes,
        "what learning keeps between two updates, over the synapses",
    ),
];

impl Number {
    /// Whether it is not the same as another: a window of more tasks than there are is all of them.
    pub(crate) fn says_more(&self, groups: &[Group]) -> bool {
        let window = self.pointer.split_once("window_accuracy/");
        let window = window.and_then(|(_, window)| window.parse().ok());
        window.is_none_or(|window| Group::exceed(groups, window))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn windows_of_all_tasks_say_nothing_more() {
        let said = |sets: &[&str]| {
            let groups = Group::all(vec![sample::run(sets, 2)]);
            let numbers = NUMBERS.iter().filter(|number| number.says_more(&groups));
            numbers
                .filter(|number| number.pointer.contains("window"))
                .count()
        };
        assert_eq!(
            [&["tasks=21"], &["tasks=6"], &["tasks=5"]].map(|sets| said(sets)),
            [4, 2, 0]
        );
    }

    #[test]
    fn every_number_is_in_a_summary() {
        let group = &Group::all(vec![sample::run(sample::DOMAIN, 2)])[0];
        for number in NUMBERS {
            // Known on Linux only, and not in a made-up run.
            let found = group.number(number.pointer).is_some();
            assert!(
                found || number.unit == Unit::Megabytes,
                "{}",
                number.pointer
            );
        }
    }
}
