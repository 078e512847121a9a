//! Figures of measures over tasks.
//!
//! One group of runs: measures are lines of one chart. Several: a chart per measure, whose
//! lines are the groups.

use crate::draw::Figure;
use crate::draw::axis::{Axis, Ticks};
use crate::draw::lines::{Chart, Line, Place, Style};
use crate::draw::palette::Dash;
use crate::runs::group::Group;
use crate::runs::reference::Beside;
use crate::runs::series::{self, Measure};
use crate::runs::words::Words;

/// Measures in one unit.
pub(crate) struct OverTasks<'a> {
    pub(crate) id: &'a str,
    pub(crate) title: &'a str,
    /// The group that it is of, if only one of several.
    pub(crate) whose: &'a str,
    pub(crate) caption: &'a str,
    pub(crate) unit: &'a str,
    /// Name of the stages.
    pub(crate) after: &'a str,
    /// The ends of the possible values, if the axis is not to end where the lines do.
    pub(crate) range: Option<(f64, f64)>,
    pub(crate) measures: &'a [Measure],
    /// Stages that the longest run has finished: of fewer than three, a table takes the chart's place.
    pub(crate) stages: usize,
    /// A height to compare with.
    pub(crate) compare: Option<(f64, &'a str)>,
}

/// Accuracy on the newest task, on windows and on all.
pub(crate) fn accuracy(groups: &[Group], papers: &[Beside], words: Words) -> Vec<Figure> {
    let mut measures = vec![series::NEWEST];
    // A window of all tasks that there are would be the same line again.
    for (window, measure) in [(5, series::WINDOW_5), (20, series::WINDOW_20)] {
        measures.extend(Group::exceed(groups, window).then_some(measure));
    }
    measures.push(series::AVERAGE);
    let charts = OverTasks {
        id: "accuracy",
        title: "Accuracy",
        caption: &format!("Mean test accuracy after each {}.", words.stage),
        unit: "accuracy, %",
        range: Some((0.0, 100.0)),
        measures: &measures,
        ..OverTasks::plain(words)
    };
    charts.figures(groups, papers)
}

/// How much is learned, and lost.
pub(crate) fn transfer(groups: &[Group], words: Words) -> Vec<Figure> {
    let caption = format!(
        "Learning accuracy: mean over the {0}s so far of the accuracy on what each learned, just \
         after it. Forgetting: lost since each task's best, in points; backward transfer: gained \
         since each task was learned.",
        words.stage
    );
    let charts = OverTasks {
        id: "transfer",
        title: "Learning and forgetting",
        caption: &caption,
        unit: "accuracy, %",
        measures: &[
            series::LEARNING,
            series::FORGETTING,
            series::BACKWARD_TRANSFER,
        ],
        ..OverTasks::plain(words)
    };
    charts.figures(groups, &[])
}

/// Three scores of the probabilities.
pub(crate) fn calibration(groups: &[Group], words: Words) -> Vec<Figure> {
    let chart = |id, title, caption, unit, measures| {
        let charts = OverTasks {
            id,
            title,
            caption,
            unit,
            measures,
            ..OverTasks::plain(words)
        };
        charts.figures(groups, &[])
    };
    [
        chart(
            "ece",
            "Calibration error (ECE)",
            "Mean distance of confidence from accuracy, 15 bins; 0 is best.",
            "ECE",
            &[series::ECE, series::PAST_ECE],
        ),
        chart(
            "brier",
            "Brier score",
            "Squared distance of the probabilities from the truth, 0 to 2; 0 is best.",
            "Brier score",
            &[series::BRIER, series::PAST_BRIER],
        ),
        chart(
            "nll",
            "Negative log-likelihood (NLL)",
            "Of the true class; 0 is best.",
            "NLL, nats",
            &[series::NLL, series::PAST_NLL],
        ),
    ]
    .concat()
}

/// Seconds and updates per second.
pub(crate) fn speed(groups: &[Group], words: Words) -> Vec<Figure> {
    let seconds = OverTasks {
        id: "seconds",
        title: &format!("Seconds per {}", words.stage),
        caption: words.testing.1,
        unit: "time, s",
        measures: &[
            series::TRAIN_SECONDS,
            Measure {
                name: words.testing.0,
                ..series::TEST_SECONDS
            },
        ],
        ..OverTasks::plain(words)
    };
    let updates = OverTasks {
        id: "speed",
        title: "Speed of learning",
        caption: "Updates by the time spent learning.",
        unit: "1,000 updates/s",
        measures: &[series::SPEED],
        ..OverTasks::plain(words)
    };
    [seconds.figures(groups, &[]), updates.figures(groups, &[])].concat()
}

impl OverTasks<'_> {
    /// An empty chart; the y axis spans 0 to the largest value.
    pub(crate) fn plain(words: Words) -> Self {
        Self {
            id: "",
            title: "",
            whose: "",
            caption: "",
            unit: "",
            after: words.after,
            range: None,
            measures: &[],
            stages: words.stages,
            compare: None,
        }
    }

    pub(crate) fn figures(&self, groups: &[Group], papers: &[Beside]) -> Vec<Figure> {
        let line = |name: &str, style: Style, measure: &Measure, group: &Group| {
            line(name, style, &measure.over(group))
        };
        match groups {
            [group] => {
                let lines = self.measures.iter().enumerate().flat_map(|(i, measure)| {
                    let style = Style::of(i);
                    let level = level(papers, 0, measure, style, group.stages());
                    line(measure.name, style, measure, group)
                        .into_iter()
                        .chain(level)
                });
                let lines: Vec<Line> = lines.collect();
                self.chart("", self.title, lines).into_iter().collect()
            }
            groups => {
                let chart = |measure: &Measure| {
                    let lines = groups.iter().enumerate().flat_map(|(i, group)| {
                        let style = Style::of(i);
                        let level = level(papers, i, measure, style, group.stages());
                        line(&group.name, style, measure, group)
                            .into_iter()
                            .chain(level)
                    });
                    let title = match self.measures.len() {
                        1 => self.title.to_owned(),
                        _ => format!("{}: {}", self.title, measure.name),
                    };
                    let lines: Vec<Line> = lines.collect();
                    self.chart(&format!("-{}", measure.id), &title, lines)
                };
                self.measures.iter().filter_map(chart).collect()
            }
        }
    }

    /// None without lines.
    pub(crate) fn chart(&self, suffix: &str, title: &str, mut lines: Vec<Line>) -> Option<Figure> {
        if lines.is_empty() {
            return None;
        }
        let points = lines.iter().flat_map(|line| &line.points);
        let last = points.map(|place| place.x).fold(1.0, f64::max);
        if let Some((height, name)) = self.compare {
            lines.push(flat(name, Style::faint(Dash::Long), height, last));
        }
        let places = lines.iter().flat_map(|line| &line.points);
        let y = match self.range {
            Some((low, high)) => {
                let least = places.map(|place| place.y - place.spread.unwrap_or(0.0));
                let tenth = (high - low) / 10.0;
                let floor = (least.fold(high - tenth, f64::min) / tenth).floor() * tenth;
                // Where all is above the middle, the lower half would be empty.
                let low = if floor >= (low + high) / 2.0 {
                    floor
                } else {
                    low
                };
                Axis::new(self.unit, low, high, Ticks::Decimal)
            }
            None => {
                // With the outer edge of the bands.
                let ends = places.map(|p| p.y + p.spread.unwrap_or(0.0).copysign(p.y));
                Axis::from_zero(self.unit, ends)
            }
        };
        let chart = Chart {
            id: format!("{}{suffix}", self.id),
            title: title.to_owned(),
            whose: self.whose.to_owned(),
            caption: self.caption.to_owned(),
            x: Axis::new(self.after, 1.0, last, Ticks::Whole),
            y,
            lines,
            bars: None,
        };
        Some(match self.stages {
            stages @ 0..3 => chart.table(stages, decimals(self.unit)),
            _ => chart.figure(),
        })
    }
}

/// Decimals of a number in this unit.
fn decimals(unit: &str) -> usize {
    match unit {
        "time, s" | "1,000 updates/s" => 1,
        unit if unit.contains('%') => 1,
        _ => 3,
    }
}

/// Through `points`, but not over tasks that have none; none without any.
pub(crate) fn line(name: &str, style: Style, points: &[series::Point]) -> Option<Line> {
    let place = |point: &series::Point| Place {
        x: point.task as f64,
        y: point.mean,
        spread: point.std,
    };
    (!points.is_empty()).then(|| Line {
        name: name.to_owned(),
        style,
        points: points.iter().map(place).collect(),
        reach: 1.0,
    })
}

fn flat(name: &str, style: Style, height: f64, last: f64) -> Line {
    let place = |x| Place {
        x,
        y: height,
        spread: None,
    };
    Line {
        name: name.to_owned(),
        style,
        points: vec![place(1.0), place(last)],
        reach: f64::INFINITY,
    }
}

/// The paper's mean along the run beside `measure` of `group`, where it was measured like ours.
fn level(
    papers: &[Beside],
    group: usize,
    measure: &Measure,
    style: Style,
    tasks: usize,
) -> Option<Line> {
    let along = measure.paper?;
    let paper = papers.iter().find(|paper| {
        paper.group == Some(group) && *paper.measure == along && paper.remarks.is_empty()
    })?;
    let percent = 100.0 * paper.paper.0;
    let name = format!("paper: {}, mean {percent:.2}", measure.name);
    Some(flat(&name, style.level(), percent, tasks as f64))
}
