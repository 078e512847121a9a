//! Measures of all answers and of the last ones, and the members.

use mesu_stream::{Measures, StreamLearner};

use super::parts::{Cell, Section, Table, numbers, words};
use super::words::{decimal, percent, short};

/// Most changes of the stream that have a line, the last ones.
const CHANGES: usize = 20;

pub(super) fn section(learner: &StreamLearner) -> Section {
    Section {
        id: "numbers",
        name: "Numbers",
        title: "Numbers".to_owned(),
        intro: "Of answers that were given before their rows were learned.".to_owned(),
        tables: [
            Some(measures(learner)),
            Some(members(learner)),
            changes(learner),
        ]
        .into_iter()
        .flatten()
        .collect(),
        figures: Vec::new(),
    }
}

fn measures(learner: &StreamLearner) -> Table {
    let last = list(&learner.window());
    let row = |((name, all, meaning), (_, last, _)): (Measure, Measure)| -> Vec<Cell> {
        vec![name.into(), all.into(), last.into(), meaning.into()]
    };
    Table {
        id: "measures",
        title: String::new(),
        heads: vec![
            words(""),
            numbers("all rows"),
            numbers("last 1,000"),
            words("meaning"),
        ],
        rows: list(&learner.measures())
            .into_iter()
            .zip(last)
            .map(row)
            .collect(),
        note: String::new(),
    }
}

/// Name, value and meaning.
type Measure = (&'static str, String, &'static str);

fn list(measures: &Measures) -> Vec<Measure> {
    match measures {
        Measures::Class(m) => vec![
            ("accuracy", percent(m.accuracy), "share of right answers"),
            ("kappa", decimal(m.kappa), "accuracy beyond chance"),
            (
                "balanced accuracy",
                percent(m.balanced_accuracy),
                "mean recall of the classes",
            ),
            ("log loss", decimal(m.log_loss), "-ln p(label), nats"),
            (
                "Brier score",
                decimal(m.brier),
                "squared error of probabilities",
            ),
            ("ECE", decimal(m.ece), "calibration error, 0 is best"),
        ],
        Measures::Value(m) => vec![
            ("MAE", short(m.mae), "mean absolute error"),
            ("RMSE", short(m.rmse), "root mean squared error"),
            ("R2", decimal(m.r2), "share of variance explained"),
            ("NLL", decimal(m.nll), "-ln of the density, nats"),
            ("CRPS", short(m.crps), "continuous ranked probability"),
            (
                "coverage of 90 %",
                percent(m.coverage),
                "values within their intervals",
            ),
        ],
        _ => Vec::new(),
    }
}

fn members(learner: &StreamLearner) -> Table {
    let row = |member: mesu_stream::MemberReport| -> Vec<Cell> {
        vec![
            member.name.into(),
            decimal(member.weight).into(),
            decimal(member.log_loss).into(),
        ]
    };
    Table {
        id: "members",
        title: String::new(),
        heads: vec![words("member"), numbers("weight"), numbers("log loss")],
        rows: learner.members().into_iter().map(row).collect(),
        note: "Log loss of each by itself, nats.".to_owned(),
    }
}

fn changes(learner: &StreamLearner) -> Option<Table> {
    let drifts = learner.drifts();
    let row = |drift: &mesu_stream::Drift| -> Vec<Cell> {
        let sign = match drift.sign {
            mesu_stream::Sign::Loss => "loss",
            _ => "epistemic uncertainty",
        };
        vec![
            drift.row.to_string().into(),
            sign.into(),
            short(drift.means[0]).into(),
            short(drift.means[1]).into(),
        ]
    };
    (!drifts.is_empty()).then(|| Table {
        id: "changes",
        title: String::new(),
        heads: vec![
            numbers("change at row"),
            words("rise of"),
            numbers("before"),
            numbers("after"),
        ],
        rows: drifts.iter().rev().take(CHANGES).rev().map(row).collect(),
        note: match drifts.len().saturating_sub(CHANGES) {
            0 => "Of the longest memory.".to_owned(),
            more => format!("Of the longest memory; {more} earlier ones are left out."),
        },
    })
}
