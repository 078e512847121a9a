//! `accuracy.svg`: how well every task is known after every task, and three means of it.

use mesu::metric::newest_first;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::RelativeSize;

use mesu_lab::record::stage::StageRecord;

/// Width and height, in pixels of a screen.
const SIZE: (u32, u32) = (960, 400);

/// Accuracies below are all of one colour: chance and less, for ten classes.
const DARKEST: f64 = 0.1;

const INK: RGBColor = RGBColor(60, 60, 60);

/// The figure after the stages of `records`, of a stream of so many `tasks` and `stages`, as the text of an
/// SVG file on a white ground.
pub(crate) fn accuracy_svg(records: &[StageRecord], tasks: usize, stages: usize) -> String {
    let mut text = String::new();
    if !records.is_empty() {
        // Drawing into memory fails only where a text has no size, and all here have one.
        let drawn = draw(&mut text, records, tasks, stages);
        debug_assert!(drawn.is_ok(), "{drawn:?}");
    }
    text
}

type Drawn<'a> = Result<(), DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>>;

fn draw<'a>(
    text: &'a mut String,
    records: &[StageRecord],
    tasks: usize,
    stages: usize,
) -> Drawn<'a> {
    let area = SVGBackend::with_string(text, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let (left, right) = area.split_horizontally(RelativeSize::Width(0.5));
    matrix(&left, records, tasks, stages)?;
    means(&right, records, tasks, stages)?;
    area.present()
}

/// What an axis over the stages is called.
fn after(tasks: usize, stages: usize) -> &'static str {
    match stages > tasks {
        true => "after stage",
        false => "after learning task",
    }
}

/// Rows: stages, downwards; columns: tested task.
fn matrix<'a>(
    area: &DrawingArea<SVGBackend<'a>, Shift>,
    records: &[StageRecord],
    tasks: usize,
    stages: usize,
) -> Drawn<'a> {
    let (area, legend) = area.split_horizontally(RelativeSize::Width(0.86));
    let mut accuracies = records.iter().flat_map(|record| &record.accuracy);
    let title = match accuracies.any(Option::is_none) {
        true => "Accuracy on each task (blank: not tested)",
        false => "Accuracy on each task",
    };
    let (right, bottom) = (tasks as f64 + 0.5, stages as f64 + 0.5);
    let mut chart = ChartBuilder::on(&area)
        .margin(12)
        .caption(title, font(17))
        .x_label_area_size(44)
        .y_label_area_size(52)
        .build_cartesian_2d(0.5..right, bottom..0.5)?;
    let whole = |x: &f64| format!("{x:.0}");
    (chart.configure_mesh().disable_mesh())
        .x_desc("tested on task")
        .y_desc(after(tasks, stages))
        .x_labels(tasks.min(10))
        .y_labels(stages.min(10))
        .x_label_formatter(&whole)
        .y_label_formatter(&whole)
        .label_style(font(13))
        .axis_desc_style(font(14))
        .axis_style(INK)
        .draw()?;
    let cells = records.iter().flat_map(|record| {
        let y = record.stage as f64;
        record
            .accuracy
            .iter()
            .enumerate()
            .filter_map(move |(j, accuracy)| {
                let x = j as f64 + 1.0;
                Some(Rectangle::new(
                    [(x - 0.5, y - 0.5), (x + 0.5, y + 0.5)],
                    colour((*accuracy)?).filled(),
                ))
            })
    });
    chart.draw_series(cells)?;

    let mut chart = ChartBuilder::on(&legend)
        .margin_top(44)
        .margin_bottom(56)
        .margin_right(2)
        .y_label_area_size(34)
        .build_cartesian_2d(0.0..1.0, DARKEST..1.0)?;
    (chart.configure_mesh().disable_mesh().disable_x_axis())
        .y_labels(5)
        .y_label_formatter(&|y| format!("{y:.1}"))
        .label_style(font(13))
        .axis_style(INK)
        .draw()?;
    let steps = 60;
    let level = move |i: usize| DARKEST + (1.0 - DARKEST) * i as f64 / steps as f64;
    chart.draw_series((0..steps).map(|i| {
        Rectangle::new(
            [(0.2, level(i)), (1.0, level(i + 1))],
            colour(level(i)).filled(),
        )
    }))?;
    Ok(())
}

/// The newest task, the five newest, and all so far, after each task.
fn means<'a>(
    area: &DrawingArea<SVGBackend<'a>, Shift>,
    records: &[StageRecord],
    tasks: usize,
    stages: usize,
) -> Drawn<'a> {
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .caption("Mean accuracy over", font(17))
        .x_label_area_size(44)
        .y_label_area_size(48)
        .build_cartesian_2d(1.0..(stages as f64).max(1.5), 0.0..1.0)?;
    (chart.configure_mesh().light_line_style(TRANSPARENT))
        .bold_line_style(BLACK.mix(0.12))
        .x_desc(after(tasks, stages))
        .x_labels(stages.min(10))
        .y_labels(6)
        .x_label_formatter(&|x| format!("{x:.0}"))
        .y_label_formatter(&|y| format!("{y:.1}"))
        .label_style(font(13))
        .axis_desc_style(font(14))
        .axis_style(INK)
        .draw()?;
    // Told apart in grey and by the colour-blind too.
    let lines = [
        ("the newest task", 1, RGBColor(68, 1, 84)),
        ("the five newest", 5, RGBColor(33, 145, 140)),
        ("all so far", usize::MAX, RGBColor(230, 130, 20)),
    ];
    for (name, window, colour) in lines {
        let points = records.iter().filter_map(|record| {
            let count = window.min(record.accuracy.len());
            let recent = newest_first(&record.accuracy, record.stage).take(count);
            let sum: Option<f64> = recent.sum();
            Some((record.stage as f64, sum? / count as f64))
        });
        let points: Vec<(f64, f64)> = points.collect();
        // A gap where not all of its tasks were tested; the last point is often alone behind one.
        let pieces: Vec<_> = points.chunk_by(|a, b| b.0 - a.0 == 1.0).collect();
        let style = colour.stroke_width(3);
        let alone = pieces
            .iter()
            .filter(|piece| pieces.len() > 1 && piece.len() == 1);
        chart.draw_series(alone.map(|piece| Circle::new(piece[0], 3, style.filled())))?;
        let lines = pieces.iter().map(|piece| PathElement::new(*piece, style));
        (chart.draw_series(lines)?)
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 22, y)], style));
    }
    (chart.configure_series_labels())
        .position(SeriesLabelPosition::LowerLeft)
        .label_font(font(14))
        .background_style(WHITE.mix(0.85))
        .legend_area_size(28)
        .draw()?;
    Ok(())
}

fn font(size: u32) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&INK)
}

/// Dark where a task is forgotten, bright where it is known.
fn colour(accuracy: f64) -> RGBColor {
    ViridisRGB.get_color_normalized(accuracy as f32, DARKEST as f32, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(tasks: usize) -> Vec<StageRecord> {
        let known = |task: usize, j: usize| Some(1.0 / (1 + task - j) as f64);
        let row = |task: usize| (1..=task).map(|j| known(task, j)).collect();
        let record = |stage| StageRecord {
            stage,
            accuracy: row(stage),
            online_accuracy: 0.5,
            ood_auroc: None,
            ece: Some(0.0),
            brier: Some(0.0),
            nll: Some(0.0),
            updates: 1,
            train_seconds: 0.0,
            test_seconds: 0.0,
            ..Default::default()
        };
        (1..=tasks).map(record).collect()
    }

    #[test]
    fn a_cell_for_every_test_and_three_lines() {
        for (done, tasks) in [(1, 1), (3, 10), (40, 200)] {
            let svg = accuracy_svg(&records(done), tasks, tasks);
            assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
            let cells = svg.matches("<rect").count();
            assert!(cells >= done * (done + 1) / 2 + 60, "{cells} rectangles");
            for name in ["the newest task", "the five newest", "all so far"] {
                assert!(svg.contains(name));
            }
        }
        // Two tasks that come back: of two columns and four rows.
        let mut parts = records(4);
        parts
            .iter_mut()
            .for_each(|record| record.accuracy.truncate(2));
        let svg = accuracy_svg(&parts, 2, 4);
        assert_eq!(svg.matches("after stage").count(), 2);
        assert_eq!(accuracy_svg(&[], 10, 10), "");
    }

    #[test]
    fn what_was_not_tested_is_blank() {
        let whole = accuracy_svg(&records(9), 9, 9);
        let mut some = records(9);
        for record in &mut some[..8] {
            let old = record.accuracy.len().saturating_sub(2);
            record.accuracy[..old].fill(None);
        }
        let svg = accuracy_svg(&some, 9, 9);
        let count = |svg: &str, what: &str| svg.matches(what).count();
        assert_eq!(count(&whole, "<rect") - count(&svg, "<rect"), 6 * 7 / 2);
        assert!(svg.contains("(blank: not tested)") && !whole.contains("blank"));
        // Of two of the three lines the last point is alone.
        assert_eq!((count(&svg, "<circle"), count(&whole, "<circle")), (2, 0));
        assert!(!svg.contains("NaN"));
        assert!(accuracy_svg(&some[..8], 9, 9).starts_with("<svg"));
    }
}
