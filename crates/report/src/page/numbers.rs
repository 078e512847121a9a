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
        "mean accuracy",
    ),
    number(
        "/window_accuracy/20",
        "20 newest",
        Unit::Percent,
        "mean accuracy",
    ),
    number(
        "/average_accuracy",
        "all seen",
        Unit::Percent,
        "mean accuracy",
    ),
    number(
        "/learning_accuracy",
        "learning accuracy",
        Unit::Percent,
        "accuracy on each task right after it",
    ),
    number(
        "/mean_window_accuracy/5",
        "5 newest, along the run",
        Unit::Percent,
        "mean accuracy along the run",
    ),
    number(
        "/mean_window_accuracy/20",
        "20 newest, along the run",
        Unit::Percent,
        "mean accuracy along the run",
    ),
    number(
        "/backward_transfer",
        "backward transfer",
        Unit::Points,
        "accuracy gained since each task was learned; negative: lost",
    ),
    number(
        "/forgetting",
        "forgetting",
        Unit::Points,
        "accuracy lost since each task's best",
    ),
    number(
        "/online_accuracy",
        "online accuracy",
        Unit::Percent,
        "accuracy on examples just before they are learned",
    ),
    number(
        "/ood_auroc/epistemic",
        "OOD AUROC, epistemic",
        Unit::Plain,
        "detects unknown inputs; 1 is perfect, 0.5 is chance",
    ),
    number(
        "/ood_auroc/aleatoric",
        "OOD AUROC, aleatoric",
        Unit::Plain,
        "the same by ambiguity of the input",
    ),
    number(
        "/mean_ood_auroc/epistemic",
        "OOD AUROC, epistemic, mean",
        Unit::Plain,
        "detects unknown inputs, mean along the run",
    ),
    number(
        "/mean_ood_auroc/aleatoric",
        "OOD AUROC, aleatoric, mean",
        Unit::Plain,
        "the same by ambiguity of the input",
    ),
    number(
        "/unseen_auroc/epistemic",
        "unseen AUROC, epistemic",
        Unit::Plain,
        "detects new kinds of the known classes",
    ),
    number(
        "/unseen_auroc/aleatoric",
        "unseen AUROC, aleatoric",
        Unit::Plain,
        "the same by ambiguity of the input",
    ),
    number(
        "/mean_unseen_auroc/epistemic",
        "unseen AUROC, epistemic, mean",
        Unit::Plain,
        "the same, mean along the run",
    ),
    number(
        "/mean_unseen_auroc/aleatoric",
        "unseen AUROC, aleatoric, mean",
        Unit::Plain,
        "the same by ambiguity of the input",
    ),
    number(
        "/uncertainty/known/epistemic",
        "epistemic uncertainty, known",
        Unit::Bits,
        "mean over test examples",
    ),
    number(
        "/uncertainty/unseen/epistemic",
        "epistemic uncertainty, unseen",
        Unit::Bits,
        "mean over new kinds of the known classes",
    ),
    number(
        "/uncertainty/foreign/epistemic",
        "epistemic uncertainty, unknown",
        Unit::Bits,
        "mean over unknown inputs",
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
        "mean over the tasks before the newest",
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
        "mean over the tasks before the newest",
    ),
    number("/nll", "NLL, newest task", Unit::Plain, "nats; 0 is best"),
    number(
        "/past/nll",
        "NLL, past tasks",
        Unit::Plain,
        "nats; mean over the tasks before the newest",
    ),
    number(
        "/importance/spearman",
        "importance, rank correlation",
        Unit::Plain,
        "of the learner's importance with the curvature of the loss; 1 is best",
    ),
    number(
        "/importance/pearson_of_logs",
        "importance, correlation of logarithms",
        Unit::Plain,
        "the same where both are above 0",
    ),
    number("/updates", "updates", Unit::Count, "learning steps"),
    number(
        "/train_seconds",
        "learning",
        Unit::Seconds,
        "time over all tasks",
    ),
    number(
        "/test_seconds",
        "testing",
        Unit::Seconds,
        "time over all tasks",
    ),
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
        "the most memory the program held",
    ),
    number(
        "/state_bytes_per_synapse",
        "state per synapse",
        Unit::Bytes,
        "memory of the learner between updates",
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
