//! Figures of how sure the answers were: calibration, and uncertainty of right and wrong ones.

use mesu_stream::{ClassHistory, Histogram, Measures, StreamLearner, ValueHistory};

use super::parts::Section;
use super::words::percent;
use crate::draw::Figure;
use crate::draw::axis::{Axis, Ticks};
use crate::draw::canvas::Mark;
use crate::draw::lines::{Bars, Chart, Line, Place, Style};
use crate::draw::palette::Dash;
use crate::figures::ood::steps;

/// Answers that a bin must hold to be shown.
const ENOUGH: u64 = 10;

/// Share of answers that a histogram shows at least, and most steps of it.
const NEARLY: f64 = 0.995;
const STEPS: usize = 50;

pub(super) fn section(learner: &StreamLearner) -> Section {
    let history = learner.history();
    let (title, intro, figures) = match (learner.measures(), history.classes(), history.values()) {
        (Measures::Class(all), Some(classes), _) if all.rows > 0 => (
            format!("Confidence is off by {} on average", percent(all.ece)),
            "Probabilities against how often they were right, and the uncertainty of right and of wrong answers.",
            of_classes(learner, classes),
        ),
        (Measures::Value(all), _, Some(values)) if all.rows > 0 => (
            format!(
                "Intervals of 90 % hold {} of the values",
                percent(values.coverage(0.9))
            ),
            "Predicted densities against the values that came.",
            of_values(values),
        ),
        _ => Default::default(),
    };
    Section {
        id: "calibration",
        name: "Calibration",
        title,
        intro: intro.to_owned(),
        tables: Vec::new(),
        figures,
    }
}

fn place((x, y): (f64, f64)) -> Place {
    Place { x, y, spread: None }
}

/// A line from corner to corner: all as it is told.
fn diagonal(name: &str, ends: [(f64, f64); 2]) -> Line {
    Line {
        name: name.to_owned(),
        style: Style::faint(Dash::Long),
        points: ends.into_iter().map(place).collect(),
        reach: f64::INFINITY,
    }
}

fn line(name: &str, points: Vec<Place>) -> Line {
    Line {
        name: name.to_owned(),
        style: Style::of(0),
        points,
        reach: f64::INFINITY,
    }
}

fn of_classes(learner: &StreamLearner, classes: &ClassHistory) -> Vec<Figure> {
    let bins = learner.reliability();
    let all = bins.iter().map(|bin| bin.examples).sum::<u64>() as f64;
    let width = 100.0 / bins.len().max(1) as f64;
    let shown = bins.iter().filter(|bin| bin.examples >= ENOUGH);
    let points = shown.map(|bin| {
        let share = 100.0 / bin.examples as f64;
        place((share * bin.confidence, share * bin.correct as f64))
    });
    let bars = bins.iter().enumerate().map(|(at, bin)| {
        let from = at as f64 * width;
        (from, from + width, 100.0 * bin.examples as f64 / all)
    });
    let chart = Chart {
        id: "reliability".to_owned(),
        title: "Accuracy at each confidence".to_owned(),
        whose: String::new(),
        caption: "Confidence: the probability of the predicted class. On the diagonal, it is right; below, too high. Bins of \
                  fewer than 10 answers have no point."
            .to_owned(),
        x: Axis::new("confidence, %", 0.0, 100.0, Ticks::Decimal),
        y: Axis::new("accuracy, %", 0.0, 100.0, Ticks::Decimal),
        lines: vec![
            line("answers", points.collect()),
            diagonal("as predicted", [(0.0, 0.0), (100.0, 100.0)]),
        ],
        bars: Some(Bars {
            name: "share of answers, %".to_owned(),
            bars: bars.collect(),
        }),
    };
    let histograms = [
        histogram("total", "Total", classes.total()),
        histogram("epistemic", "Epistemic", classes.epistemic()),
    ];
    std::iter::once(chart.figure())
        .chain(histograms.into_iter().flatten())
        .collect()
}

/// Uncertainty of right and of wrong answers; none as long as there are not both.
fn histogram(id: &str, kind: &str, histogram: &Histogram) -> Option<Figure> {
    let auroc = histogram.auroc()?;
    let all: Vec<u64> = histogram
        .counts()
        .iter()
        .map(|[right, wrong]| right + wrong)
        .collect();
    // As far as nearly all answers are: a few of the first rows may be far beyond.
    let most = NEARLY * all.iter().sum::<u64>() as f64;
    let mut below = 0;
    let nearly = all.iter().position(|count| {
        below += count;
        below as f64 >= most
    });
    let together = (nearly? + 1).div_ceil(STEPS);
    let width = histogram.width() * together as f64;
    let bins = (nearly? + 1).div_ceil(together);
    let counts = |at: usize| -> Vec<u64> {
        let chunks = histogram.counts().chunks(together);
        chunks
            .map(|chunk| chunk.iter().map(|bin| bin[at]).sum())
            .collect()
    };
    let all = [counts(0), counts(1)];
    let line = |at: usize, name: &str| steps(name, at, &all[at][..bins], width, &all[at]);
    let lines = vec![line(0, "right answers"), line(1, "wrong answers")];
    let heights = lines.iter().flat_map(|line| &line.points);
    let chart = Chart {
        id: format!("{id}-uncertainty"),
        title: format!("{kind} uncertainty: AUROC {auroc:.2}"),
        whose: String::new(),
        caption: format!(
            "{kind} uncertainty of answers. AUROC: the probability that a wrong answer is less sure than a right one; .5 is \
             chance. The less the two overlap, the better. One answer in 200 may be beyond the axis."
        ),
        x: Axis::new(
            "uncertainty, bits",
            0.0,
            bins as f64 * width,
            Ticks::Decimal,
        ),
        y: Axis::from_zero("share of answers, %", heights.map(|place| place.y)),
        lines,
        bars: None,
    };
    Some(chart.figure())
}

fn of_values(values: &ValueHistory) -> Vec<Figure> {
    let held = (1..=20).map(|step| {
        let told = f64::from(step) / 20.0;
        place((100.0 * told, 100.0 * values.coverage(told)))
    });
    let coverage = Chart {
        id: "coverage".to_owned(),
        title: format!(
            "Intervals of 50 % hold {}",
            percent(values.coverage(0.5))
        ),
        whose: String::new(),
        caption: "Share of values within their central intervals of each probability. On the diagonal, intervals are right; \
                  above, too wide."
            .to_owned(),
        x: Axis::new("probability predicted, %", 0.0, 100.0, Ticks::Decimal),
        y: Axis::new("values inside, %", 0.0, 100.0, Ticks::Decimal),
        lines: vec![
            line("intervals", std::iter::once(place((0.0, 0.0))).chain(held).collect()),
            diagonal("as predicted", [(0.0, 0.0), (100.0, 100.0)]),
        ],
        bars: None,
    };
    let places = values.places();
    let share = 100.0 / places.iter().sum::<u64>().max(1) as f64;
    let width = 100.0 / places.len() as f64;
    let bars: Vec<(f64, f64, f64)> = places
        .iter()
        .enumerate()
        .map(|(at, count)| {
            (
                at as f64 * width,
                (at + 1) as f64 * width,
                share * *count as f64,
            )
        })
        .collect();
    let heights = Axis::from_zero("share of values, %", bars.iter().map(|bar| bar.2));
    let pit = Chart {
        id: "places".to_owned(),
        title: "Places of values in their densities".to_owned(),
        whose: String::new(),
        caption: "Probability that was predicted of what is below the value. All bars alike: densities are right. High ends: too \
                  narrow; a hill: too wide; a slope: means are off."
            .to_owned(),
        x: Axis::new("probability below the value, %", 0.0, 100.0, Ticks::Decimal),
        y: heights,
        lines: vec![diagonal("if right", [(0.0, width), (100.0, width)])],
        bars: Some(Bars {
            name: "values".to_owned(),
            bars,
        }),
    };
    let deviations = deviations(values);
    [coverage.figure(), pit.figure()]
        .into_iter()
        .chain(deviations)
        .collect()
}

/// Error by the deviation that was told; none of fewer than two bins.
fn deviations(values: &ValueHistory) -> Option<Figure> {
    let bins = values.deviations();
    let shown = || {
        let enough = bins.iter().filter(|bin| bin.rows >= ENOUGH);
        enough.filter(|bin| bin.deviation > 0.0 && bin.rmse > 0.0)
    };
    let points: Vec<Place> = shown()
        .map(|bin| place((bin.deviation.log10(), bin.rmse.log10())))
        .collect();
    let [first, .., last] = &points[..] else {
        return None;
    };
    let (low, high) = (first.x, last.x);
    let heights = points.iter().map(|place| place.y).chain([low, high]);
    let (least, most) = heights.fold((f64::MAX, f64::MIN), |(least, most), y| {
        (least.min(y), most.max(y))
    });
    let chart = Chart {
        id: "deviations".to_owned(),
        title: "Error at each deviation predicted".to_owned(),
        whose: String::new(),
        caption: "Root of the mean squared error of answers by the standard deviation that they predicted, both in units of the \
                  target. On the diagonal, deviations are right; above, too small."
            .to_owned(),
        x: Axis::new("deviation predicted", low, high, Ticks::PowerOfTen),
        y: Axis::new("error", least, most, Ticks::PowerOfTen),
        lines: vec![
            Line {
                style: Style {
                    mark: Mark::Circle,
                    ..Style::of(0)
                },
                ..line("answers", points)
            },
            diagonal("as predicted", [(low, low), (high, high)]),
        ],
        bars: None,
    };
    Some(chart.figure())
}
