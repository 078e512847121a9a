//! The numbers of a run: their names, and how people write them.

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// A fraction, written in per cent.
    Percent,
    /// A number around 1.
    Plain,
    /// A large whole number.
    Count,
    Seconds,
    /// Bytes, written in megabytes.
    Megabytes,
    /// Bytes of a synapse.
    Bytes,
}

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
        "mean over its tasks",
    ),
    number(
        "/mean_window_accuracy/20",
        "20 newest, along the run",
        Unit::Percent,
        "mean over its tasks",
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
        "the same by doubt within the image",
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

impl Unit {
    /// `mean ± std` with its unit.
    pub(crate) fn text(self, (mean, std): (f64, Option<f64>)) -> String {
        let shown = |value: f64| match self {
            Self::Percent => format!("{:.2}", 100.0 * value),
            Self::Plain => format!("{value:.3}"),
            Self::Count => grouped(value),
            Self::Seconds => format!("{value:.1}"),
            Self::Megabytes => format!("{:.0}", value / 1e6),
            Self::Bytes => format!("{value:.1}"),
        };
        let spread = std.map_or(String::new(), |std| format!(" ± {}", shown(std)));
        let unit = match self {
            Self::Percent => " %",
            Self::Plain | Self::Count => "",
            Self::Seconds => " s",
            Self::Megabytes => " MB",
            Self::Bytes => " bytes",
        };
        // A minus sign is as wide as a plus.
        format!("{}{spread}{unit}", shown(mean).replace('-', "−"))
    }
}

/// `1234567.8` as `1,234,568`.
fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut grouped = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::super::{group::Group, sample};
    use super::*;

    #[test]
    fn numbers_have_units() {
        assert_eq!(Unit::Percent.text((0.9468, Some(0.0014))), "94.68 ± 0.14 %");
        assert_eq!(Unit::Percent.text((-0.5, None)), "−50.00 %");
        assert_eq!(Unit::Plain.text((0.94123, None)), "0.941");
        assert_eq!(Unit::Count.text((12_000_000.0, None)), "12,000,000");
        assert_eq!(Unit::Megabytes.text((1.23e8, None)), "123 MB");
    }

    #[test]
    fn every_number_is_in_a_summary() {
        let group = &Group::all(vec![sample::run(&[], 2)])[0];
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
