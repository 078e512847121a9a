//! Classes: recall and precision of each, and what is taken for what.

use mesu_stream::{CONFUSED, StreamLearner};

use super::parts::{Cell, Section, Table, numbers, words};
use super::words::{count, percent};
use crate::figures::classes::{Heading, confusion};

/// Most classes that have a line.
const MOST: usize = 30;

pub(super) fn section(learner: &StreamLearner) -> Section {
    let rates = learner.class_rates();
    let seen = rates.iter().filter(|class| class.rows > 0);
    let worst = seen.min_by(|a, b| a.recall.total_cmp(&b.recall));
    let title = match worst {
        None => return Section::default(),
        Some(one) if rates.len() == 1 => {
            format!(
                "One class, {}; it is recognized in {}",
                one.class,
                percent(one.recall)
            )
        }
        Some(worst) => format!(
            "{} classes; {} is recognized least, {}",
            count(rates.len() as u64),
            worst.class,
            percent(worst.recall)
        ),
    };
    let row = |class: &mesu_stream::ClassRates| -> Vec<Cell> {
        let never = Cell {
            flagged: class.rows > 0 && class.precision.is_nan(),
            ..percent(class.precision).into()
        };
        vec![
            class.class.as_str().into(),
            count(class.rows).into(),
            percent(class.recall).into(),
            never,
        ]
    };
    let table = Table {
        id: "classes",
        title: String::new(),
        heads: vec![
            words("class"),
            numbers("rows"),
            numbers("recall"),
            numbers("precision"),
        ],
        rows: rates.iter().take(MOST).map(row).collect(),
        note: match rates.len().saturating_sub(MOST) {
            0 => String::new(),
            more => format!("And {more} more; mesu show has all."),
        },
    };
    Section {
        id: "classes",
        name: "Classes",
        title,
        intro: "Recall: the share of a class’s rows that were recognized. Precision: the share of the rows called so that were \
                of it. A dash: never called so."
            .to_owned(),
        tables: vec![table],
        figures: matrix(learner).into_iter().collect(),
    }
}

fn matrix(learner: &StreamLearner) -> Option<crate::draw::Figure> {
    let classes = learner.classes();
    let counts = learner.history().classes()?.confusion(classes.len());
    let others = std::iter::once("others".to_owned());
    let names = classes.iter().take(CONFUSED).cloned().chain(others);
    let names: Vec<String> = names.take(counts.len()).collect();
    let heading = Heading {
        id: "confusion".to_owned(),
        title: "Confusion matrix, %".to_owned(),
        whose: String::new(),
        caption: format!(
            "Predicted classes of the rows of each true class: a row adds up to 100 %. All right: a bright diagonal.{}",
            match classes.len() > CONFUSED {
                true => " The last row and column are of all other classes.",
                false => "",
            }
        ),
    };
    confusion(heading, names, |class, predicted| {
        let all: u64 = counts[class].iter().sum();
        (all > 0).then(|| 100.0 * counts[class][predicted] as f64 / all as f64)
    })
}
