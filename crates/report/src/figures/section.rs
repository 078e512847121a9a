//! Which figures a report has, in which order.

use crate::draw::Figure;
use crate::figures::distributions;
use crate::figures::each_task;
use crate::figures::over_tasks;
use crate::figures::sigmas;
use crate::figures::unknown;
use crate::runs::group::Group;
use crate::runs::reference::Beside;
use crate::runs::words::Words;

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
    let words = Words::of(groups);
    let Words { known, foreign, .. } = words;
    let unknown_intro = format!(
        "Whether uncertainty tells what was never learned from what was. Known: {known}. Foreign: {foreign}.{}",
        match unseen(groups) {
            true => " Unseen: kinds of the known classes that were never learned.",
            false => "",
        }
    );
    let section = |title: &str, intro: &str, machine: bool, figures: Vec<Vec<Figure>>| Section {
        title: title.to_owned(),
        intro: intro.to_owned(),
        machine,
        figures: figures.concat(),
    };
    let all = [
        section(
            "What is known",
            "Accuracy on the newest tasks, on all tasks seen and on each. A learner that forgets by \
             design is good at the newest and holds the recent ones; its mean over all tasks falls.",
            false,
            vec![
                over_tasks::accuracy(groups, papers, words),
                distributions::matrices(groups, words),
                each_task::accuracy(groups, words),
                over_tasks::transfer(groups, words),
            ],
        ),
        section(
            "What is unknown",
            &unknown_intro,
            false,
            vec![
                unknown::over_tasks(groups, words),
                each_task::foreign_told(groups, words),
                unknown::histograms(groups),
            ],
        ),
        section(
            "Whether probabilities mean what they say",
            &format!(
                "Confidence is the probability of the class that is chosen. Past tasks: {}.",
                words.past
            ),
            false,
            vec![
                over_tasks::calibration(groups, words),
                distributions::reliability(groups),
            ],
        ),
        section(
            "Synapses",
            "The standard deviation of every synapse. Small: certain, and slow to learn.",
            false,
            vec![sigmas::sigmas(groups, words)],
        ),
        section(
            "Time",
            "Of the machine that ran this, with whatever else it was doing.",
            true,
            vec![over_tasks::speed(groups, words)],
        ),
    ];
    all.into_iter()
        .filter(|section| !section.figures.is_empty())
        .collect()
}

/// Whether any run was tested on new kinds of what it knows.
fn unseen(groups: &[Group]) -> bool {
    let runs = groups.iter().flat_map(|group| &group.runs);
    let mut records = runs.flat_map(|run| &run.history.tasks);
    records.any(|record| record.unseen_auroc.is_some())
}
