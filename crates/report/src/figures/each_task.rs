//! Figures of single tasks: accuracy on each, and detection of unknown inputs, as others are learned.

use crate::draw::Figure;
use crate::draw::lines::{Line, Style};
use crate::figures::over_tasks::{OverTasks, line};
use crate::runs::group::Group;
use crate::runs::series::{self, OfTask};
use crate::runs::words::Words;

/// Most different tasks: more lines can't be told apart, and the matrix shows them all.
const MOST: usize = 12;

/// Accuracy on each task.
pub(crate) fn accuracy(groups: &[Group], words: Words) -> Vec<Figure> {
    let caption = format!(
        "Test accuracy on one task after each {0}. What was learned in the last {0} has a single test.",
        words.stage
    );
    let charts = OverTasks {
        id: "task",
        title: "Accuracy on each task",
        caption: &caption,
        unit: "accuracy, %",
        range: Some((0.0, 100.0)),
        ..OverTasks::plain(words)
    };
    // Just learned, a task has one point, which the chart of the newest task shows.
    figures(groups, &charts, "Accuracy on", series::ACCURACY_OF_TASK, 2)
}

/// Returns whether there are as many tasks as can be shown one by one.
pub(crate) fn shown(groups: &[Group]) -> bool {
    let tasks = groups.iter().map(Group::columns).max().unwrap_or(0);
    (2..=MOST).contains(&tasks)
}

/// Detection of unknown inputs among the examples of each task.
pub(crate) fn detection(groups: &[Group], words: Words) -> Vec<Figure> {
    let caption = format!(
        "Area under the ROC curve of one task's test examples against unknown inputs, by epistemic \
         uncertainty, after each {}.",
        words.stage
    );
    let charts = OverTasks {
        id: "ood-task",
        title: "Detection of unknown inputs, each task",
        caption: &caption,
        unit: "AUROC",
        range: Some((0.0, 1.0)),
        compare: Some((0.5, "chance")),
        ..OverTasks::plain(words)
    };
    figures(
        groups,
        &charts,
        "Unknown inputs against",
        series::OOD_OF_TASK,
        1,
    )
}

/// The numbers `of` each task. One group: the tasks are lines of one chart. Several: a chart per task,
/// whose lines are the groups, called `title` and the task, if a line has at least so many points.
fn figures(
    groups: &[Group],
    charts: &OverTasks<'_>,
    title: &str,
    of: OfTask,
    least: usize,
) -> Vec<Figure> {
    if !shown(groups) {
        return Vec::new();
    }
    // In a table, one number is a number.
    let least = if charts.stages < 3 { 1 } else { least };
    let tasks = groups.iter().map(Group::columns).max().unwrap_or(0);
    if let [group] = groups {
        let of_task = |task| {
            let points = series::of_task(group, task, of);
            line(&group.task_name(task), Style::of(task), &points)
        };
        let lines: Vec<Line> = (0..tasks).filter_map(of_task).collect();
        return charts.chart("s", charts.title, lines).into_iter().collect();
    }
    let chart = |task: usize| {
        let of_group = |(number, group): (usize, &Group)| {
            let points = series::of_task(group, task, of);
            line(&group.name, Style::of(number), &points)
        };
        let lines: Vec<Line> = groups.iter().enumerate().filter_map(of_group).collect();
        lines.iter().find(|line| line.points.len() >= least)?;
        let title = format!("{title} {}", groups[0].task_name(task));
        charts.chart(&format!("-{}", task + 1), &title, lines)
    };
    (0..tasks).filter_map(chart).collect()
}
