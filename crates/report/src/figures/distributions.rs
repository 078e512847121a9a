//! Figures of what a test saw beside its means: accuracy on each task, and confidences.

use crate::draw::Figure;
use crate::draw::axis::{Axis, Ticks};
use crate::draw::heat::{HeatMap, task_axis};
use crate::draw::lines::{Bars, Chart, Line, Place, Style};
use crate::draw::palette::Dash;
use crate::figures::each_task;
use crate::runs::group::Group;
use crate::runs::words::Words;
use mesu_lab::record::snapshot::Snapshot;

/// Examples that a bin must hold to be shown in a reliability diagram.
const ENOUGH: f64 = 10.0;

/// Fewest bins that make a line: with less, most examples are in bins that are left out.
const LEAST_BINS: usize = 3;

/// Whose figure it is, where there are several groups.
pub(crate) fn whose(groups: &[Group], group: &Group) -> String {
    match groups {
        [_] => String::new(),
        _ => group.name.clone(),
    }
}

/// The end of a figure's id, where there are several groups.
pub(crate) fn suffix(groups: &[Group], group: &Group) -> String {
    match groups {
        [_] => String::new(),
        _ => format!("-{}", group.slug),
    }
}

/// Accuracy on each task after each task.
pub(crate) fn matrices(groups: &[Group], words: Words) -> Vec<Figure> {
    // Of a few stages, a table of each task says the same.
    if words.few() && each_task::shown(groups) {
        return Vec::new();
    }
    let matrix = |group: &Group| {
        let done = group
            .runs
            .iter()
            .map(|run| run.history.stages.len())
            .max()
            .unwrap_or(0);
        let stages = group.stages_wanted().max(done);
        let tasks = match group.columns() {
            0 => stages,
            columns => columns,
        };
        let cell = |i: usize, j: usize| {
            let values: Vec<f64> = group
                .runs
                .iter()
                .filter_map(|run| *run.history.stages.get(i)?.accuracy.get(j)?)
                .collect();
            (!values.is_empty()).then(|| 100.0 * values.iter().sum::<f64>() / values.len() as f64)
        };
        let map = HeatMap {
            id: format!("matrix{}", suffix(groups, group)),
            title: format!("Accuracy on each task, after each {}", words.stage),
            whose: whose(groups, group),
            caption: format!(
                "{}{}",
                match group.comes_back() {
                    true => {
                        "Bright: known. The tasks are learned in turns: down a column, a task fades \
                         until it comes back."
                    }
                    false => "Bright: known. Down a column, a task fades as others are learned.",
                },
                match group.test_window() {
                    Some(_) => " Blank: not learned yet, or not tested then.",
                    None => "",
                }
            ),
            x: task_axis("tested on task", tasks),
            y: Axis {
                range: (stages as f64 + 0.5, 0.5),
                ..task_axis(words.after, stages)
            },
            // Chance and less, for ten classes, is all of one colour.
            scale: Axis::new("accuracy, %", 10.0, 100.0, Ticks::Decimal),
            cells: (0..stages)
                .map(|i| (0..tasks).map(|j| cell(i, j)).collect())
                .collect(),
            places: (numbers(tasks), numbers(stages)),
            names: match group.comes_back() {
                true => (group.task_names(), Vec::new()),
                false => (group.task_names(), group.task_names()),
            },
            numbered: false,
        };
        map.figure()
    };
    groups.iter().map(matrix).collect()
}

/// 1, 2, … `tasks`.
pub(crate) fn numbers(tasks: usize) -> Vec<f64> {
    (1..=tasks).map(|task| task as f64).collect()
}

/// The snapshots after the last task of each run of `group`.
pub(crate) fn last_snapshots(group: &Group) -> impl Iterator<Item = &Snapshot> + Clone {
    group
        .runs
        .iter()
        .filter_map(|run| run.history.stages.last()?.snapshot.as_ref())
}

/// The sum of histograms of one length.
pub(crate) fn summed<'a>(histograms: impl Iterator<Item = &'a Vec<u64>>) -> Vec<u64> {
    let mut sum: Vec<u64> = Vec::new();
    for counts in histograms {
        sum.resize(counts.len().max(sum.len()), 0);
        sum.iter_mut()
            .zip(counts)
            .for_each(|(sum, count)| *sum += count);
    }
    sum
}

/// Confidence against accuracy.
pub(crate) fn reliability(groups: &[Group]) -> Vec<Figure> {
    type Of = fn(&Snapshot) -> &Vec<mesu::metric::ReliabilityBin>;
    let kinds: [(&str, Of); 2] = [
        ("newest task", |snapshot| &snapshot.reliability),
        ("past tasks", |snapshot| &snapshot.past_reliability),
    ];
    // Per group and kind: in each bin that has examples, their number, confidence, accuracy.
    let bins = |group: &Group, of: Of| {
        let mut sums = Vec::new();
        for bins in last_snapshots(group).map(of) {
            sums.resize(bins.len().max(sums.len()), (0.0, 0.0, 0.0));
            for ((n, confidence, correct), bin) in sums.iter_mut().zip(bins) {
                *n += bin.examples as f64;
                *confidence += bin.confidence;
                *correct += bin.correct as f64;
            }
        }
        sums
    };
    let line = |name: &str, style: Style, group: &Group, of: Of| {
        let place = |&(n, confidence, correct): &(f64, f64, f64)| Place {
            x: confidence / n,
            y: correct / n,
            spread: None,
        };
        let bins = bins(group, of);
        let points: Vec<Place> = bins
            .iter()
            .filter(|bin| bin.0 >= ENOUGH)
            .map(place)
            .collect();
        (points.len() >= LEAST_BINS).then(|| Line {
            name: name.to_owned(),
            style,
            points,
            reach: f64::INFINITY,
        })
    };
    let chart = |id: &str, title: &str, mut lines: Vec<Line>, bars| {
        if lines.is_empty() {
            return None;
        }
        let place = |x| Place {
            x,
            y: x,
            spread: None,
        };
        lines.push(Line {
            name: "perfectly calibrated".to_owned(),
            style: Style::faint(Dash::Long),
            points: vec![place(0.0), place(1.0)],
            reach: f64::INFINITY,
        });
        let chart = Chart {
            id: id.to_owned(),
            title: title.to_owned(),
            whose: String::new(),
            caption: "After the last task, in 15 bins of confidence; bins of fewer than ten \
                      examples are left out. Below the diagonal: overconfident."
                .to_owned(),
            x: Axis::new("confidence", 0.0, 1.0, Ticks::Decimal),
            y: Axis::new("accuracy", 0.0, 1.0, Ticks::Decimal),
            lines,
            bars,
        };
        Some(chart.figure())
    };
    if let [group] = groups {
        let lines = kinds
            .iter()
            .enumerate()
            .filter_map(|(i, (name, of))| line(name, Style::of(i), group, *of));
        let sizes = bins(group, kinds[0].1);
        let total: f64 = sizes.iter().map(|bin| bin.0).sum();
        let width = 1.0 / sizes.len().max(1) as f64;
        let bar = |(i, bin): (usize, &(f64, f64, f64))| {
            (i as f64 * width, (i + 1) as f64 * width, bin.0 / total)
        };
        let bars = Some(Bars {
            name: "share of examples, newest task".to_owned(),
            bars: sizes.iter().enumerate().map(bar).collect(),
        });
        return chart("reliability", "Reliability", lines.collect(), bars)
            .into_iter()
            .collect();
    }
    kinds
        .iter()
        .filter_map(|(name, of)| {
            let lines = groups.iter().enumerate();
            let lines = lines.filter_map(|(i, group)| line(&group.name, Style::of(i), group, *of));
            let id = format!("reliability-{}", name.split(' ').next().unwrap_or(name));
            chart(&id, &format!("Reliability: {name}"), lines.collect(), None)
        })
        .collect()
}
