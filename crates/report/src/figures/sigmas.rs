//! Figures of the synapses: their sigmas over the tasks.

use std::collections::HashSet;

use crate::draw::Figure;
use crate::draw::axis::{Axis, Ticks};
use crate::draw::heat::{HeatMap, task_axis};
use crate::figures::distributions::{last_snapshots, numbers, suffix, summed, whose};
use crate::runs::group::Group;
use crate::runs::words::Words;
use mesu_lab::record::snapshot::sigma_edges;

/// Name of the groups of all heads together.
const HEADS: &str = "heads";

/// Sigma over the tasks, for every group of synapses.
pub(crate) fn sigmas(groups: &[Group], words: Words) -> Vec<Figure> {
    let mut figures = Vec::new();
    for group in groups {
        let snapshots = last_snapshots(group).next();
        let mut layers: Vec<String> = snapshots.map_or(Vec::new(), |snapshot| {
            let groups = snapshot.sigma.iter();
            groups.map(|histogram| together(&histogram.group)).collect()
        });
        let mut seen = HashSet::new();
        layers.retain(|layer| seen.insert(layer.clone()));
        for layer in layers {
            figures.extend(sigma(groups, group, &layer, words));
        }
    }
    figures
}

/// The synapses that share a figure with those of `group`: of several heads all, since there is one for each
/// task.
fn together(group: &str) -> String {
    let of_head = group
        .strip_prefix("head.")
        .and_then(|rest| rest.split_once('.'));
    of_head.map_or(group.to_owned(), |(_, kind)| format!("{HEADS}.{kind}"))
}

/// Sigma of the synapses `layer` of a group, over the tasks.
fn sigma(groups: &[Group], group: &Group, layer: &str, words: Words) -> Option<Figure> {
    let done = group
        .runs
        .iter()
        .map(|run| run.history.stages.len())
        .max()?;
    let after = |task: usize| {
        let snapshots = group
            .runs
            .iter()
            .filter_map(move |run| run.history.stages.get(task)?.snapshot.as_ref());
        let histograms = snapshots.flat_map(|snapshot| &snapshot.sigma);
        let own = histograms.filter(|histogram| together(&histogram.group) == layer);
        summed(own.map(|histogram| &histogram.counts))
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
        id: format!("sigma-{}{}", layer.replace('.', "-"), suffix(groups, group)),
        title: format!("Sigma of {}", layer.replace('.', " ")),
        whose: whose(groups, group),
        caption: format!(
            "Each column is a histogram of the synapses' standard deviations after that {}.",
            words.stage
        ),
        x: task_axis(words.after, done),
        y: Axis {
            range: (edges[first], edges[last + 1]),
            ..Axis::new("sigma", 0.0, 1.0, Ticks::PowerOfTen)
        },
        scale: Axis::from_zero("share of synapses, %", [most].into_iter()),
        cells,
        names: Default::default(),
        numbered: false,
        places: (numbers(done), (first..=last).rev().map(middle).collect()),
    };
    Some(map.figure())
}
