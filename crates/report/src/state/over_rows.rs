//! Figures over rows: scores, uncertainty, and the members' weights.

use mesu_stream::{Measures, StreamLearner, TracePoint, TraceScore, Uncertainty};

use super::parts::Section;
use super::words::{count, decimal, percent, short};
use crate::draw::Figure;
use crate::draw::axis::{Axis, Ticks};
use crate::draw::canvas::Mark;
use crate::draw::lines::{Chart, Line, Place, Style};
use crate::draw::palette::Dash;

/// Most points of a line.
const POINTS: usize = 100;

/// Most changes of the stream that are marked.
const CHANGES: usize = 60;

/// Rows from which on an axis counts thousands.
const MANY: f64 = 10_000.0;

/// Data of all figures.
struct Over<'a> {
    learner: &'a StreamLearner,
    points: Vec<TracePoint>,
    /// Unit of rows along the axis.
    unit: f64,
}

/// Name and numbers of a line.
type Numbers<'a> = (String, &'a dyn Fn(&TracePoint) -> Option<f64>);

pub(super) fn section(learner: &StreamLearner) -> Section {
    let points = learner.history().trace(POINTS);
    let Some(last) = points.last() else {
        return Section::default();
    };
    let unit = if last.rows as f64 >= MANY {
        1_000.0
    } else {
        1.0
    };
    let changes = learner.history().changes().len();
    let of_each = match points.iter().map(|point| point.labeled).max() {
        Some(1) | None => "a row".to_owned(),
        Some(rows) => format!("{} rows", count(rows)),
    };
    let over = Over {
        learner,
        points,
        unit,
    };
    Section {
        id: "over-rows",
        name: "Over rows",
        title: match changes {
            0 => "Over rows: no change of the stream was reported".to_owned(),
            1 => "Over rows: one change of the stream was reported".to_owned(),
            _ => format!(
                "Over rows: {} changes of the stream were reported",
                count(changes as u64)
            ),
        },
        intro: format!(
            "Every row was predicted before it was learned. Each point is the mean over {of_each} with a label{}.",
            match changes {
                0 => "",
                _ => "; upright lines are rows at which a change of the stream was reported",
            }
        ),
        tables: Vec::new(),
        figures: over.figures(),
    }
}

impl Over<'_> {
    fn figures(&self) -> Vec<Figure> {
        match (self.learner.measures(), self.learner.window()) {
            (Measures::Class(all), Measures::Class(window)) => vec![
                self.chart(
                    ("accuracy", format!("Accuracy {}, lately {}", percent(all.accuracy), percent(window.accuracy))),
                    "Share of right answers.",
                    "accuracy, %",
                    &[("accuracy".to_owned(), &|point| match &point.score {
                        TraceScore::Class { accuracy, .. } => Some(100.0 * accuracy),
                        _ => None,
                    })],
                ),
                self.chart(
                    ("log-loss", format!("Log loss {}, lately {}", decimal(all.log_loss), decimal(window.log_loss))),
                    "Mean of -ln p(label): 0 is best.",
                    "log loss, nats",
                    &[("log loss".to_owned(), &|point| Some(point.loss))],
                ),
                self.chart(
                    ("uncertainty", self.apart()),
                    "Total uncertainty, the entropy of the probabilities. The farther apart the lines, the better it tells \
                     right from wrong.",
                    "uncertainty, bits",
                    &[
                        ("right answers".to_owned(), &|point| Some(parts(point)?.0?.total)),
                        ("wrong answers".to_owned(), &|point| Some(parts(point)?.1?.total)),
                    ],
                ),
                self.weights(),
            ],
            (Measures::Value(all), Measures::Value(window)) => vec![
                self.chart(
                    ("error", format!("MAE {}, lately {}", short(all.mae), short(window.mae))),
                    "Mean absolute error, and the mean standard deviation that was predicted, in units of the target.",
                    "error",
                    &[
                        ("mean absolute error".to_owned(), &|point| Some(measures(point)?.0.mae)),
                        ("deviation predicted".to_owned(), &|point| Some(measures(point)?.1)),
                    ],
                ),
                self.chart(
                    ("r2", format!("R2 {}, lately {}", decimal(all.r2), decimal(window.r2))),
                    "Share of the variance of these rows alone that is explained; below 0 is drawn at 0.",
                    "R2",
                    &[("R2".to_owned(), &|point| Some(measures(point)?.0.r2.max(0.0)))],
                ),
                self.chart(
                    ("nll", format!("NLL {}, lately {}", decimal(all.nll), decimal(window.nll))),
                    "Mean of -ln of the density that was predicted at the true value: lower is better.",
                    "NLL, nats",
                    &[("NLL".to_owned(), &|point| Some(point.loss))],
                ),
                self.weights(),
            ],
            _ => Vec::new(),
        }
    }

    /// A title that says how far apart right and wrong answers are.
    fn apart(&self) -> String {
        let all = self.learner.history().trace(1);
        let parts = all.first().and_then(parts);
        match parts {
            Some((Some(right), Some(wrong))) => {
                format!(
                    "Wrong: {:.2} bits unsure, right: {:.2}",
                    wrong.total, right.total
                )
            }
            _ => "Uncertainty".to_owned(),
        }
    }

    /// Weights of the members.
    fn weights(&self) -> Figure {
        let members = self.learner.members();
        let most = members.iter().max_by(|a, b| a.weight.total_cmp(&b.weight));
        let title = most.map_or_else(String::new, |most| {
            format!("{} weighs most, {:.2}", most.name, most.weight)
        });
        let of_member = |at: usize| {
            move |point: &TracePoint| point.weights.get(at).map(|weight| f64::from(*weight))
        };
        let numbers: Vec<_> = (0..members.len()).map(of_member).collect();
        let lines: Vec<Numbers<'_>> = members
            .iter()
            .zip(&numbers)
            .map(|(member, numbers)| (member.name.clone(), numbers as _))
            .collect();
        self.chart(
            ("weights", title),
            "Weight of each member in the mixture, learned row by row: which memory is in force.",
            "weight",
            &lines,
        )
    }

    fn chart(
        &self,
        (id, title): (&str, String),
        caption: &str,
        label: &str,
        numbers: &[Numbers<'_>],
    ) -> Figure {
        let line = |(at, (name, of)): (usize, &Numbers<'_>)| Line {
            name: name.clone(),
            style: Style::of(at),
            points: self
                .points
                .iter()
                .filter_map(|point| {
                    let y = of(point)?;
                    let x = point.rows as f64 / self.unit;
                    y.is_finite().then_some(Place { x, y, spread: None })
                })
                .collect(),
            reach: f64::INFINITY,
        };
        let mut lines: Vec<Line> = numbers.iter().enumerate().map(line).collect();
        let y = axis(label, &lines);
        let (low, high) = y.range;
        let mut cut = false;
        for place in lines.iter_mut().flat_map(|line| &mut line.points) {
            let inside = place.y.clamp(low, high);
            cut |= inside != place.y;
            place.y = inside;
        }
        lines.extend(self.changes(y.range));
        let last = self.points.last().map_or(1.0, |point| point.rows as f64);
        let (rows, ticks) = match self.unit {
            1.0 => ("rows", Ticks::Whole),
            _ => ("rows, thousands", Ticks::Decimal),
        };
        let beyond = if cut {
            " Points beyond the axis are drawn at its end."
        } else {
            ""
        };
        let chart = Chart {
            id: id.to_owned(),
            title,
            whose: String::new(),
            caption: format!("{caption}{beyond}"),
            x: Axis::new(rows, 0.0, last / self.unit, ticks),
            y,
            lines,
            bars: None,
        };
        chart.figure()
    }

    /// Upright lines where the stream changed.
    fn changes(&self, (low, high): (f64, f64)) -> Option<Line> {
        let changes = self.learner.history().changes();
        let last = changes.iter().rev().take(CHANGES).rev();
        let points = last.flat_map(|rows| {
            let x = *rows as f64 / self.unit;
            [low, high].map(|y| Place { x, y, spread: None })
        });
        (!changes.is_empty()).then(|| Line {
            name: "change reported".to_owned(),
            style: Style {
                mark: Mark::None,
                ..Style::faint(Dash::Long)
            },
            points: points.collect(),
            // Only the two ends of each are joined.
            reach: 0.0,
        })
    }
}

/// From 0 to a round number above nearly all points: the first rows, of which nothing was known, may be far
/// beyond.
fn axis(label: &str, lines: &[Line]) -> Axis {
    let all = lines.iter().flat_map(|line| &line.points);
    let mut numbers: Vec<f64> = all.map(|place| place.y).collect();
    numbers.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let last = numbers.len().saturating_sub(1) as f64;
        numbers.get((share * last) as usize).copied().unwrap_or(0.0)
    };
    let (nearly, largest) = (at(0.95), at(1.0));
    let high = if largest > 2.0 * nearly {
        1.25 * nearly
    } else {
        largest
    };
    match label {
        "accuracy, %" => {
            // Half of the figure would be empty below what any answer reaches.
            let low = (at(0.0) / 10.0).floor() * 10.0;
            Axis::new(label, low.min(90.0), 100.0, Ticks::Decimal)
        }
        _ => Axis::from_zero(label, [at(0.0), high].into_iter()),
    }
}

/// Uncertainty of right and of wrong answers.
fn parts(point: &TracePoint) -> Option<(Option<Uncertainty>, Option<Uncertainty>)> {
    match &point.score {
        TraceScore::Class { right, wrong, .. } => Some((*right, *wrong)),
        _ => None,
    }
}

/// Measures and deviation of values.
fn measures(point: &TracePoint) -> Option<(&mesu_stream::ValueMeasures, f64)> {
    match &point.score {
        TraceScore::Value {
            measures,
            deviation,
        } => Some((measures, *deviation)),
        _ => None,
    }
}
