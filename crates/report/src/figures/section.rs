//! The figures of a report, in order.

use crate::draw::figure::{Figure, SmallTable};
use crate::figures::classes::{self, ClassTable};
use crate::figures::distributions;
use crate::figures::each_task;
use crate::figures::ood;
use crate::figures::over_tasks;
use crate::figures::sigmas;
use crate::runs::group::Group;
use crate::runs::reference::Beside;
use crate::runs::words::Words;

/// Figures under one heading.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    pub(crate) title: String,
    /// A hint on what to look for.
    pub(crate) intro: String,
    /// True if its figures depend on the machine.
    pub(crate) machine: bool,
    /// True if it is to be seen before the table of all numbers.
    pub(crate) first: bool,
    pub(crate) figures: Vec<Figure>,
    /// Accuracy of each class, where the section is about them.
    pub(crate) classes: Option<ClassTable>,
}

impl Section {
    /// Figures that are drawings, with these.
    pub(crate) fn drawings(&self) -> impl Iterator<Item = (&Figure, &str)> {
        self.figures
            .iter()
            .filter_map(|figure| Some((figure, figure.svg()?)))
    }

    /// Tables in the place of figures.
    pub(crate) fn tables(&self) -> Vec<&SmallTable> {
        self.figures.iter().filter_map(Figure::table).collect()
    }
}

/// All sections, those without figures left out.
pub(crate) fn sections(groups: &[Group], papers: &[Beside]) -> Vec<Section> {
    let words = Words::of(groups);
    let Words { known, ood, .. } = words;
    let ood_intro = format!(
        "Whether the network is less certain of inputs that it never learned than of known ones. Known: \
         {known}. Unknown: {ood}.{}{}",
        match unseen(groups) {
            true => " Unseen: kinds of the known classes that were never learned.",
            false => "",
        },
        match groups.iter().all(Group::has_epistemic) {
            true => "",
            false => {
                " A learner whose weights are points has no epistemic uncertainty: it has a dash, and no line."
            }
        }
    );
    let section = |title: &str, intro: &str, machine: bool, figures: Vec<Vec<Figure>>| Section {
        title: title.to_owned(),
        intro: intro.to_owned(),
        machine,
        first: false,
        figures: figures.concat(),
        classes: None,
    };
    let all = [
        first(section(
            "Accuracy",
            "On the newest tasks, on all tasks seen and on each. A learner that forgets by design keeps \
             the newest and recent tasks, while its mean over all tasks falls.",
            false,
            vec![
                over_tasks::accuracy(groups, papers, words),
                distributions::matrices(groups, words),
                each_task::accuracy(groups, words),
                over_tasks::transfer(groups, words),
            ],
        )),
        Section {
            classes: ClassTable::of(groups),
            ..first(section(
                "Classes",
                "On the test examples of all tasks that the last test covers.",
                false,
                vec![classes::matrices(groups)],
            ))
        },
        section(
            "Unknown inputs",
            &ood_intro,
            false,
            vec![
                ood::over_tasks(groups, words),
                each_task::detection(groups, words),
                ood::histograms(groups),
            ],
        ),
        section(
            "Calibration",
            &format!(
                "Whether probabilities mean what they say. Confidence is the probability of the predicted class. \
                 Past tasks: {}.",
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
            "The standard deviation of every synapse. Small: certain, and slow to change.",
            false,
            vec![sigmas::sigmas(groups, words)],
        ),
        section(
            "Time",
            "Measured on the machine of the run, beside whatever else it was doing.",
            true,
            vec![over_tasks::speed(groups, words)],
        ),
    ];
    all.into_iter()
        .filter(|section| !section.figures.is_empty() || section.classes.is_some())
        .collect()
}

/// The same, to be seen first.
fn first(section: Section) -> Section {
    Section {
        first: true,
        ..section
    }
}

/// Returns whether any run was tested on new kinds of what it knows.
fn unseen(groups: &[Group]) -> bool {
    let runs = groups.iter().flat_map(|group| &group.runs);
    let mut records = runs.flat_map(|run| &run.history.stages);
    records.any(|record| record.unseen_auroc.is_some())
}
