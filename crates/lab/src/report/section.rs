//! Which figures a report has, in which order.

use super::group::Group;
use super::reference::Beside;
use super::{Figure, distributions, over_tasks, sigmas};

/// Figures under one heading.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    pub(crate) title: String,
    /// What to look for.
    pub(crate) intro: String,
    /// Whether its figures depend on the machine.
    pub(crate) machine: bool,
    pub(crate) figures: Vec<Figure>,
}

/// All sections, those without figures left out.
pub(crate) fn sections(groups: &[Group], papers: &[Beside]) -> Vec<Section> {
    let section = |title: &str, intro: &str, machine: bool, figures: Vec<Vec<Figure>>| Section {
        title: title.to_owned(),
        intro: intro.to_owned(),
        machine,
        figures: figures.concat(),
    };
    let all = [
        section(
            "What is known",
            "Accuracy on the newest task, on windows of recent tasks and on all tasks seen. A \
             learner that forgets by design is good at the first and holds the windows; its mean \
             over all tasks falls.",
            false,
            vec![
                over_tasks::accuracy(groups, papers),
                distributions::matrices(groups),
                over_tasks::transfer(groups),
            ],
        ),
        section(
            "What is unknown",
            "Whether uncertainty tells images of a kind never learned from those of the newest task.",
            false,
            vec![
                over_tasks::ood(groups),
                distributions::uncertainties(groups),
            ],
        ),
        section(
            "Whether probabilities mean what they say",
            "Confidence is the probability of the class that is chosen. Past tasks: all before the \
             newest, tested after it.",
            false,
            vec![
                over_tasks::calibration(groups),
                distributions::reliability(groups),
            ],
        ),
        section(
            "Synapses",
            "The standard deviation of every synapse. Small: certain, and slow to learn.",
            false,
            vec![sigmas::sigmas(groups)],
        ),
        section(
            "Time",
            "Of the machine that ran this, with whatever else it was doing.",
            true,
            vec![over_tasks::speed(groups)],
        ),
    ];
    all.into_iter()
        .filter(|section| !section.figures.is_empty())
        .collect()
}
