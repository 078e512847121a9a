//! The rows of the page's tables.

use crate::page::numbers::{NUMBERS, Number};
use crate::page::unit::Unit;
use crate::runs::group::Group;
use crate::runs::reference::Beside;

/// A number, with a value per group.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) meaning: String,
    pub(crate) values: Vec<String>,
}

/// A figure of a paper and ours.
pub(crate) struct PaperRow {
    pub(crate) learner: String,
    /// Whether it is the first of several of that learner.
    pub(crate) heads: bool,
    /// Whether it is the only one.
    pub(crate) alone: bool,
    pub(crate) name: String,
    pub(crate) paper: String,
    pub(crate) ours: String,
    pub(crate) remarks: String,
}

/// The numbers of `groups`, those that depend on the machine or the others.
pub(crate) fn numbers(groups: &[Group], machine: bool) -> Vec<Row> {
    let numbers = NUMBERS.iter().filter(|number| number.machine == machine);
    let numbers = numbers.filter(|number| number.says_more(groups));
    numbers.filter_map(|number| row(number, groups)).collect()
}

/// Name, value and meaning of the figures to see first.
pub(crate) fn tiles(group: &Group) -> Vec<(String, String, String)> {
    let groups = std::slice::from_ref(group);
    let tile = |pointer: &str, name: &str, meaning: &str| {
        let number = NUMBERS.iter().find(|number| number.pointer == pointer)?;
        number.says_more(groups).then_some(())?;
        let (mean, _) = group.number(pointer)?;
        let value = match number.unit {
            Unit::Percent => format!("{:.1} %", 100.0 * mean),
            unit => unit.text((mean, None)),
        };
        Some((name.to_owned(), value, meaning.to_owned()))
    };
    // By epistemic uncertainty, where the learner has one; at the end, where there is anything unknown.
    let auroc = |[end, along]: [&str; 2], name: &str| {
        let by = |kind: &str| {
            let at = |place: &str| format!("{place}{kind}");
            tile(&at(end), name, &format!("AUROC, {kind}"))
                .or_else(|| tile(&at(along), name, &format!("AUROC, {kind}, mean")))
        };
        by("epistemic").or_else(|| by("aleatoric"))
    };
    [
        tile("/newest_accuracy", "newest task", "accuracy"),
        tile("/window_accuracy/5", "5 newest", "mean accuracy"),
        tile("/window_accuracy/20", "20 newest", "mean accuracy"),
        tile("/average_accuracy", "all seen", "mean accuracy"),
        auroc(
            ["/ood_auroc/", "/mean_ood_auroc/"],
            "detects unknown inputs",
        ),
        auroc(
            ["/unseen_auroc/", "/mean_unseen_auroc/"],
            "detects new kinds",
        ),
        tile("/ece", "calibration error", "ECE, newest task; 0 is best"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// None if no group has the number.
fn row(number: &Number, groups: &[Group]) -> Option<Row> {
    let values: Vec<_> = groups
        .iter()
        .map(|group| group.number(number.pointer))
        .collect();
    values.iter().any(Option::is_some).then(|| Row {
        name: number.name.to_owned(),
        meaning: number.meaning.to_owned(),
        values: values
            .into_iter()
            .map(|value| value.map_or("–".to_owned(), |value| number.unit.text(value)))
            .collect(),
    })
}

/// Figures of papers beside ours, those of one learner together.
pub(crate) fn papers(papers: &[Beside], groups: &[Group]) -> Vec<PaperRow> {
    let mut rows: Vec<PaperRow> = papers
        .iter()
        .map(|paper| paper_row(paper, groups))
        .collect();
    for learner in rows.chunk_by_mut(|a, b| a.learner == b.learner) {
        let alone = learner.len() == 1;
        learner[0].heads = !alone;
        learner[0].alone = alone;
    }
    rows
}

fn paper_row(paper: &Beside, groups: &[Group]) -> PaperRow {
    let number = NUMBERS
        .iter()
        .find(|number| number.pointer == paper.pointer);
    let unit = number.map_or(Unit::Plain, |number| number.unit);
    let group = paper.group.and_then(|number| groups.get(number));
    let ours = group.and_then(|group| group.number(&paper.pointer));
    PaperRow {
        learner: group.map_or(&paper.learner, |group| &group.name).clone(),
        heads: false,
        alone: false,
        name: number.map_or(String::new(), |number| number.name.to_owned()),
        paper: unit.text(paper.paper),
        ours: ours.map_or("–".to_owned(), |ours| unit.text(ours)),
        remarks: paper.remarks.join("; "),
    }
}
