//! The rows of the page's tables.

use crate::runs::group::Group;
use crate::runs::reference::Beside;
use mesu_lab::record::measures::{
    AVERAGE, ECE, MEASURES, Measure, NEWEST, OOD_ALEATORIC, OOD_EPISTEMIC, UNSEEN_ALEATORIC,
    UNSEEN_EPISTEMIC, WINDOW_5, WINDOW_20,
};

/// A number, with a value per group.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) meaning: String,
    pub(crate) values: Vec<String>,
    /// The group whose value is the best, where they differ.
    pub(crate) best: Option<usize>,
}

impl Row {
    /// Each value, and whether it is the best.
    pub(crate) fn cells(&self) -> impl Iterator<Item = (&String, bool)> {
        let values = self.values.iter().enumerate();
        values.map(|(i, value)| (value, self.best == Some(i)))
    }
}

/// A figure of a paper and ours.
pub(crate) struct PaperRow {
    pub(crate) learner: String,
    /// True if it is the first of several of that learner.
    pub(crate) heads: bool,
    /// True if it is the only one.
    pub(crate) alone: bool,
    pub(crate) name: String,
    pub(crate) paper: String,
    pub(crate) ours: String,
    pub(crate) remarks: String,
}

/// The numbers of `groups`, those that depend on the machine or the others.
pub(crate) fn numbers(groups: &[Group], machine: bool) -> Vec<Row> {
    let measures = MEASURES.iter().filter(|measure| measure.machine == machine);
    let measures = measures.filter(|measure| Group::says_more(groups, measure));
    measures
        .filter_map(|measure| row(measure, groups))
        .collect()
}

/// Name, value and meaning of the figures to see first.
pub(crate) fn tiles(group: &Group) -> Vec<(String, String, String)> {
    let groups = std::slice::from_ref(group);
    let tile = |measure: &Measure, name: &str, meaning: &str| {
        Group::says_more(groups, measure).then_some(())?;
        let (mean, _) = group.number(measure)?;
        let value = format!("{}{}", measure.unit.short(mean), measure.unit.short_name());
        let meaning = match group.is_of_values() {
            true => meaning.replace("accuracy", "R2"),
            false => meaning.to_owned(),
        };
        Some((name.to_owned(), value, meaning))
    };
    // By epistemic uncertainty, where the learner has one; at the end, where there is anything unknown.
    let auroc = |[epistemic, aleatoric]: [&Measure; 2], name: &str| {
        let by = |measure: &Measure, kind: &str| {
            let along = || tile(measure.along?, name, &format!("AUROC, {kind}, mean"));
            tile(measure, name, &format!("AUROC, {kind}")).or_else(along)
        };
        by(epistemic, "epistemic").or_else(|| by(aleatoric, "aleatoric"))
    };
    [
        tile(&NEWEST, NEWEST.name, "accuracy"),
        tile(&WINDOW_5, WINDOW_5.name, "mean accuracy"),
        tile(&WINDOW_20, WINDOW_20.name, "mean accuracy"),
        tile(&AVERAGE, AVERAGE.name, "mean accuracy, all tasks"),
        auroc([&OOD_EPISTEMIC, &OOD_ALEATORIC], "detects unknown inputs"),
        auroc([&UNSEEN_EPISTEMIC, &UNSEEN_ALEATORIC], "detects new kinds"),
        tile(&ECE, "calibration error", "ECE, newest task; 0 is best"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// None if no group has the number.
fn row(measure: &Measure, groups: &[Group]) -> Option<Row> {
    let values: Vec<_> = groups.iter().map(|group| group.number(measure)).collect();
    let means: Vec<_> = values.iter().map(|value| Some((*value)?.0)).collect();
    let (name, meaning) = measure.words(groups.iter().all(Group::is_of_values));
    values.iter().any(Option::is_some).then(|| Row {
        name,
        meaning,
        values: values
            .into_iter()
            .map(|value| value.map_or("–".to_owned(), |value| measure.unit.text(value)))
            .collect(),
        best: measure.best(&means),
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
    let unit = paper.measure.unit;
    let group = paper.group.and_then(|number| groups.get(number));
    let ours = group.and_then(|group| group.number(paper.measure));
    PaperRow {
        learner: group.map_or(&paper.learner, |group| &group.name).clone(),
        heads: false,
        alone: false,
        name: paper.measure.name.to_owned(),
        paper: unit.text(paper.paper),
        ours: ours.map_or("–".to_owned(), |ours| unit.text(ours)),
        remarks: paper.remarks.join("; "),
    }
}
