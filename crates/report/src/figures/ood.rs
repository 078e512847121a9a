//! Figures of out-of-distribution inputs: how well they are detected, and how uncertain of them the network is.

use std::slice;

use crate::draw::Figure;
use crate::draw::axis::{Axis, Ticks};
use crate::draw::canvas::Mark;
use crate::draw::lines::{Chart, Line, Place, Style};
use crate::draw::palette::Dash;
use crate::figures::distributions::{suffix, summed, whose};
use crate::figures::over_tasks::OverTasks;
use crate::runs::group::Group;
use crate::runs::series;
use crate::runs::source::RunData;
use crate::runs::words::Words;
use mesu_lab::record::snapshot::{Snapshot, UncertaintyHistograms};
use mesu_lab::record::stage::StageRecord;

/// AUROCs and mean uncertainties, over the tasks.
pub(crate) fn over_tasks(groups: &[Group], words: Words) -> Vec<Figure> {
    let detection = |id, title, caption: &str, measures| {
        let charts = OverTasks {
            id,
            title,
            caption,
            unit: "AUROC",
            range: Some((0.0, 1.0)),
            measures,
            compare: Some((0.5, "chance")),
            ..OverTasks::plain(words)
        };
        charts.figures(groups, &[])
    };
    // A chart for each group: what is to be seen is how far known and unknown are apart.
    let bits = |id: &str, title, caption: &str, measures| {
        let figures = groups.iter().flat_map(|group| {
            let charts = OverTasks {
                id: &format!("{id}{}", suffix(groups, group)),
                title,
                whose: &whose(groups, group),
                caption,
                unit: "mean, bits",
                measures,
                ..OverTasks::plain(words)
            };
            charts.figures(slice::from_ref(group), &[])
        });
        figures.collect()
    };
    [
        detection(
            "ood",
            "Detection of unknown inputs",
            "Area under the ROC curve: 1 is perfect, 0.5 is chance. By epistemic uncertainty (what \
             the synapses do not know) and by aleatoric (ambiguity of the input).",
            &series::OOD,
        ),
        detection(
            "unseen",
            "Detection of new kinds",
            "The same for new kinds of the known classes. Close to chance: the network recognizes \
             them as what it knows.",
            &series::UNSEEN,
        ),
        bits(
            "bits-epistemic",
            "Epistemic uncertainty",
            "What the synapses do not know, mean over examples. It should be high for unknown \
             inputs, low for known ones, and not vanish.",
            &series::EPISTEMIC_BITS,
        ),
        bits(
            "bits-total",
            "Total uncertainty",
            "Epistemic and aleatoric together, mean over examples.",
            &series::TOTAL_BITS,
        ),
    ]
    .concat()
}

/// Uncertainties of known and of unknown inputs at the end.
pub(crate) fn histograms(groups: &[Group]) -> Vec<Figure> {
    type Of = fn(&UncertaintyHistograms) -> &Vec<u64>;
    let kinds: [(&str, &str, Of); 2] = [
        ("epistemic", "Epistemic uncertainty", |histograms| {
            &histograms.epistemic
        }),
        ("total", "Total uncertainty", |histograms| &histograms.total),
    ];
    let groups_and_kinds = groups
        .iter()
        .flat_map(|group| kinds.iter().map(move |kind| (group, kind)));
    let shown =
        groups_and_kinds.filter(|(group, (id, ..))| *id != "epistemic" || group.has_epistemic());
    let figure = |(group, (id, title, of)): (&Group, &(&str, &str, Of))| {
        let records: Vec<&StageRecord> = group.runs.iter().filter_map(last_ood).collect();
        let snapshots = || records.iter().filter_map(|record| record.snapshot.as_ref());
        let counted = |histograms: fn(&Snapshot) -> Option<&UncertaintyHistograms>| {
            summed(snapshots().filter_map(histograms).map(of))
        };
        let populations = [
            counted(|snapshot| Some(&snapshot.known)),
            counted(|snapshot| snapshot.ood.as_ref()),
            counted(|snapshot| snapshot.unseen.as_ref()),
        ];
        let bits = snapshots().next()?.known.most_bits;
        let width = bits / populations[0].len().max(1) as f64;
        // As far as there are examples, and half a bit at least.
        let used = |counts: &Vec<u64>| counts.iter().rposition(|&n| n > 0).map_or(0, |i| i + 1);
        let used = populations.iter().map(used).max().unwrap_or(0);
        let bins = used.max((0.5 / width) as usize).min(populations[0].len());
        let lines = populations.iter().enumerate();
        let lines = lines.filter(|(_, counts)| counts.iter().any(|&n| n > 0));
        let lines = lines
            .map(|(i, counts)| steps(series::POPULATIONS[i], i, &counts[..bins], width, counts));
        let lines: Vec<Line> = lines.collect();
        let heights = lines.iter().flat_map(|line| &line.points);
        let heights = heights.map(|place| place.y);
        let last = records.iter().map(|record| record.stage).max()?;
        let chart = Chart {
            id: format!("uncertainty-{id}{}", suffix(groups, group)),
            title: format!("{title}, known and unknown inputs"),
            whose: whose(groups, group),
            caption: format!(
                "After {} {last}. The less they overlap, the better unknown inputs are detected.",
                match group.comes_back() {
                    true => "stage",
                    false => "task",
                }
            ),
            x: Axis::new(
                "uncertainty, bits",
                0.0,
                bins as f64 * width,
                Ticks::Decimal,
            ),
            y: Axis::from_zero("share of examples, %", heights),
            lines,
            bars: None,
        };
        Some(chart.figure())
    };
    shown.filter_map(figure).collect()
}

/// The last record of `run` with unknown inputs: of split classes there are none after the last of
/// them. The last record of all if there never were any.
fn last_ood(run: &RunData) -> Option<&StageRecord> {
    let counted = |record: &&StageRecord| record.snapshot.is_some();
    let with_any = |record: &&StageRecord| {
        let snapshot = record.snapshot.as_ref();
        snapshot.is_some_and(|snapshot| snapshot.ood.is_some() || snapshot.unseen.is_some())
    };
    let newest_first = || run.history.stages.iter().rev();
    newest_first()
        .find(with_any)
        .or_else(|| newest_first().find(counted))
}

/// A histogram as a line of steps.
pub(crate) fn steps(name: &str, style: usize, shown: &[u64], width: f64, all: &[u64]) -> Line {
    let total = all.iter().sum::<u64>() as f64;
    let points = shown.iter().enumerate().flat_map(|(bin, &count)| {
        let y = 100.0 * count as f64 / total;
        [bin, bin + 1].map(|edge| Place {
            x: edge as f64 * width,
            y,
            spread: None,
        })
    });
    Line {
        name: name.to_owned(),
        style: Style {
            mark: Mark::None,
            dash: Dash::ALL[style % Dash::ALL.len()],
            filled: true,
            ..Style::of(style)
        },
        points: points.collect(),
        reach: f64::INFINITY,
    }
}
