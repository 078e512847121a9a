//! Figures of the synapses: their sigmas over the tasks.

use super::Figure;
use super::axis::{Axis, Ticks};
use super::distributions::{last_snapshots, numbers, suffix, summed, whose};
use super::group::Group;
use super::heat::{HeatMap, task_axis};
use crate::snapshot::sigma_edges;

/// Sigma over the tasks, for every group of synapses.
pub(crate) fn sigmas(groups: &[Group]) -> Vec<Figure> {
    let mut figures = Vec::new();
    for (number, group) in groups.iter().enumerate() {
        let snapshots = last_snapshots(group).next();
        let layers = snapshots.map_or(Vec::new(), |snapshot| {
            snapshot
                .sigma
                .iter()
                .map(|histogram| histogram.group.clone())
                .collect()
        });
        for layer in layers {
            figures.extend(sigma(groups, number, &layer));
        }
    }
    figures
}

/// Sigma of the synapses `layer` of a group, over the tasks.
fn sigma(groups: &[Group], number: usize, layer: &str) -> Option<Figure> {
    let group = &groups[number];
    let done = group.runs.iter().map(|run| run.history.tasks.len()).max()?;
    let after = |task: usize| {
        let snapshots = group
            .runs
            .iter()
            .filter_map(move |run| run.history.tasks.get(task)?.snapshot.as_ref());
        summed(snapshots.filter_map(|snapshot| {
            let mut sigma = snapshot.sigma.iter();
            sigma
                .find(|histogram| histogram.group == layer)
                .map(|histogram| &histogram.counts)
        }))
    };
    let columns: Vec<Vec<u64>> = (0..done).map(after).collect();
    let whole = summed(columns.iter());
    let edges: Vec<f64> = sigma_edges().iter().map(|edge| edge.log10()).collect();
    let first = whole.iter().position(|&count| count > 0)?.saturating_sub(1);
    let last = (whole.iter().rposition(|&count| count > 0)? + 1).min(edges.len() - 2);
    let cell = |task: usize, bin: usize| {
        let total = columns[task].iter().sum::<u64>() as f64;
        let count = columns[task].get(bin).copied().unwrap_or(0) as f64;
        (count > 0.0).then(|| 100.0 * count / total)
    };
    // From the top: the largest sigma first.
    let cells: Vec<Vec<Option<f64>>> = (first..=last)
        .rev()
        .map(|bin| (0..done).map(|task| cell(task, bin)).collect())
        .collect();
    let most = cells
        .iter()
        .flatten()
        .flatten()
        .fold(0.0_f64, |most, share| most.max(*share));
    let middle = |bin: usize| 10_f64.powf((edges[bin] + edges[bin + 1]) / 2.0);
    let map = HeatMap {
        id: format!(
            "sigma-{}{}",
            layer.replace('.', "-"),
            suffix(groups, number)
        ),
        title: format!("Sigma of {}", layer.replace('.', " ")),
        whose: whose(groups, group),
        caption: "Each column is a histogram of the synapses' standard deviations after that task."
            .to_owned(),
        x: task_axis("after learning task", done),
        y: Axis {
            range: (edges[first], edges[last + 1]),
            ..Axis::new("sigma", 0.0, 1.0, Ticks::PowerOfTen)
        },
        scale: Axis::from_zero("share of synapses, %", [most].into_iter()),
        cells,
        places: (numbers(done), (first..=last).rev().map(middle).collect()),
    };
    Some(map.figure())
}
