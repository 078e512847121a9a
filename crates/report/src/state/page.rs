//! The page: what its template is filled with.

use askama::Template;
use mesu_stream::run::{Bookmark, findings};
use mesu_stream::{Measures, StreamLearner};

use super::parts::Section;
use super::words::{count, counted, decimal, percent, short};
use crate::draw::palette;

/// Most findings that are told at the top.
const NOTES: usize = 6;

/// Everything that the template shows. Texts are escaped there, but for SVG and styles.
#[derive(Template)]
#[template(path = "state.html")]
pub(super) struct Page<'a> {
    title: String,
    /// A sentence on the state.
    lead: String,
    /// Findings that need something.
    notes: Vec<String>,
    tiles: Vec<Tile>,
    sections: &'a [Section],
    /// Settings, as JSON.
    settings: String,
    dark: String,
}

/// A figure to see first.
struct Tile {
    name: &'static str,
    value: String,
    meaning: String,
}

impl<'a> Page<'a> {
    pub(super) fn new(
        learner: &StreamLearner,
        bookmark: &Bookmark,
        name: &str,
        sections: &'a [Section],
    ) -> Self {
        let findings = findings(learner, bookmark).into_iter();
        let serious = findings.filter(|finding| !finding.is_note());
        let mut notes: Vec<String> = serious.map(|finding| finding.to_string()).collect();
        if notes.len() > NOTES {
            let more = notes.len() - NOTES;
            notes.truncate(NOTES);
            notes.push(format!("{more} more findings; mesu doctor tells them."));
        }
        Self {
            title: title(learner, name),
            lead: lead(learner, bookmark),
            notes,
            tiles: tiles(learner),
            sections,
            settings: serde_json::to_string_pretty(learner.settings()).unwrap_or_default(),
            dark: palette::dark_rules(),
        }
    }

    /// Its text.
    pub(super) fn html(&self) -> String {
        // It could only fail in writing, and memory takes everything.
        let mut html = self.render().unwrap_or_default();
        html.push('\n');
        html
    }
}

fn target(learner: &StreamLearner) -> &str {
    let schema = learner.schema();
    &schema.columns[schema.target].name
}

fn title(learner: &StreamLearner, name: &str) -> String {
    let target = target(learner);
    match learner.measures() {
        Measures::Class(all) if all.rows > 0 => {
            format!(
                "{name}: {target} is predicted correctly in {} of the rows",
                percent(all.accuracy)
            )
        }
        Measures::Value(all) if all.rows > 0 => {
            format!(
                "{name}: {target} is predicted within {} on average",
                short(all.mae)
            )
        }
        _ => format!("{name}: no label of {target} yet"),
    }
}

fn lead(learner: &StreamLearner, bookmark: &Bookmark) -> String {
    let labeled = match learner.measures() {
        Measures::Class(all) => all.rows,
        Measures::Value(all) => all.rows,
        _ => 0,
    };
    let rows = learner.rows();
    let with_label = match labeled == rows {
        true => String::new(),
        false => format!(", {} with a label", count(labeled)),
    };
    let (columns, inputs) = (learner.columns().len(), learner.inputs());
    let members = learner.members().len();
    let from = match bookmark.origin.as_str() {
        "" => String::new(),
        origin => format!(", the last from {origin}"),
    };
    format!(
        "{}{with_label}{from}; {} as {}, {}. Every row was predicted, and then learned.",
        counted(rows, "row"),
        counted(columns as u64, "column"),
        counted(inputs as u64, "input"),
        counted(members as u64, "member"),
    )
}

fn tiles(learner: &StreamLearner) -> Vec<Tile> {
    let tile = |name, value: String, meaning: String| Tile {
        name,
        value,
        meaning,
    };
    let late = |last: String| format!("{last} of the last 1,000");
    let mut tiles = match (learner.measures(), learner.window()) {
        (Measures::Class(all), Measures::Class(last)) => {
            let auroc = learner
                .history()
                .classes()
                .and_then(|classes| classes.total().auroc());
            vec![
                tile(
                    "accuracy",
                    percent(all.accuracy),
                    late(percent(last.accuracy)),
                ),
                tile(
                    "log loss",
                    decimal(all.log_loss),
                    late(decimal(last.log_loss)),
                ),
                tile(
                    "calibration error",
                    percent(all.ece),
                    late(percent(last.ece)),
                ),
                tile(
                    "detects wrong answers",
                    auroc.map_or("–".to_owned(), |auroc| format!("{auroc:.2}")),
                    "AUROC, total uncertainty".to_owned(),
                ),
            ]
        }
        (Measures::Value(all), Measures::Value(last)) => vec![
            tile("R2", decimal(all.r2), late(decimal(last.r2))),
            tile("mean absolute error", short(all.mae), late(short(last.mae))),
            tile("NLL", decimal(all.nll), late(decimal(last.nll))),
            tile(
                "in intervals of 90 %",
                percent(all.coverage),
                late(percent(last.coverage)),
            ),
        ],
        _ => Vec::new(),
    };
    let (waiting, _) = learner.waiting();
    tiles.push(tile(
        "rows",
        count(learner.rows()),
        match waiting {
            0 => "predicted, then learned".to_owned(),
            1 => "1 waits for its label".to_owned(),
            rows => format!("{} wait for their labels", count(rows as u64)),
        },
    ));
    let changes = learner.drifts();
    tiles.push(tile(
        "changes reported",
        count(changes.len() as u64),
        match changes.last() {
            None => "of the stream".to_owned(),
            Some(last) => format!("the last at row {}", count(last.row)),
        },
    ));
    tiles
}
