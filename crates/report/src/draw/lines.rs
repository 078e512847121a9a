//! Figures of lines: one per measure or per group of runs, with a band over the seeds.

use std::fmt::Write as _;

use plotters::prelude::*;

use crate::draw::axis::Axis;
use crate::draw::canvas::{self, Drawn, Entry, Mark, Plane};
use crate::draw::figure::{Figure, Shown, SmallTable};
use crate::draw::palette::{Colour, Dash, FAINT, GRID, LINES, marked};

/// Lines with fewer points have a mark on each.
const FEW: usize = 13;

/// Marks along a line of more points.
const MARKS: usize = 6;

/// A line through points of rising x.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) style: Style,
    pub(crate) points: Vec<Place>,
    /// Points farther apart than this are not joined: between them something is not known.
    pub(crate) reach: f64,
}

/// A point, and how far its band reaches up and down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) spread: Option<f64>,
}

/// How a line looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub(crate) colour: Colour,
    pub(crate) dash: Dash,
    pub(crate) mark: Mark,
    /// True if the ground below it is shaded.
    pub(crate) filled: bool,
}

impl Style {
    /// Of the line `number`, counted from 0. Dashes make rough lines hard to follow: they
    /// come when the marks repeat. Sixteen lines differ without their colours.
    pub(crate) fn of(number: usize) -> Self {
        const MARKS: [Mark; 4] = [Mark::Circle, Mark::Square, Mark::Triangle, Mark::Cross];
        Self {
            colour: LINES[number % LINES.len()],
            dash: Dash::ALL[number / MARKS.len() % Dash::ALL.len()],
            mark: MARKS[number % MARKS.len()],
            filled: false,
        }
    }

    /// Something to compare with.
    pub(crate) fn faint(dash: Dash) -> Self {
        Self {
            colour: FAINT,
            dash,
            mark: Mark::None,
            filled: false,
        }
    }

    /// A level of the paper beside the line of this style.
    pub(crate) fn level(self) -> Self {
        Self {
            dash: Dash::Dotted,
            mark: Mark::None,
            ..self
        }
    }
}

/// A figure to be.
#[derive(Clone, Debug)]
pub(crate) struct Chart {
    pub(crate) id: String,
    pub(crate) title: String,
    /// The group of runs that it is of, if only one of several.
    pub(crate) whose: String,
    pub(crate) caption: String,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    pub(crate) lines: Vec<Line>,
    pub(crate) bars: Option<Bars>,
}

/// Bars behind the lines.
#[derive(Clone, Debug)]
pub(crate) struct Bars {
    /// What they stand for.
    pub(crate) name: String,
    /// From x to x, and the height.
    pub(crate) bars: Vec<(f64, f64, f64)>,
}

impl Chart {
    /// Draws it.
    pub(crate) fn figure(&self) -> Figure {
        let bars = self.bars.iter().map(|bars| Entry {
            name: bars.name.clone(),
            colour: FAINT,
            dash: Dash::Solid,
            mark: Mark::Bar,
        });
        let lines = self.lines.iter().map(|line| Entry {
            name: line.name.clone(),
            colour: line.style.colour,
            dash: line.style.dash,
            mark: line.style.mark,
        });
        let legend: Vec<Entry> = lines.chain(bars).collect();
        let heading = (&*self.title, &*self.whose, &*self.caption);
        let svg = canvas::figure(heading, &legend, |area| {
            let (x, y) = (&self.x, &self.y);
            let mut chart = canvas::builder(area, 34)
                .build_cartesian_2d(x.range.0..x.range.1, y.range.0..y.range.1)?;
            canvas::axes(&mut chart, x, y, GRID.light.stroke_width(2))?;
            if let Some(Bars { bars, .. }) = &self.bars {
                let bar = |&(from, to, height): &(f64, f64, f64)| {
                    let style = FAINT.light.mix(0.35).filled();
                    Rectangle::new([(from, 0.0), (to, height)], style)
                };
                chart.draw_series(bars.iter().map(bar))?;
            }
            // Bands below all lines.
            for line in &self.lines {
                for points in line.pieces() {
                    line.draw_band(points, &mut chart, y.range)?;
                }
            }
            for line in &self.lines {
                line.draw(&mut chart)?;
            }
            Ok(())
        });
        Figure {
            id: self.id.clone(),
            caption: self.caption.clone(),
            shown: Shown::Drawing(svg),
            csv: self.csv(),
        }
    }

    /// The same as a table of so many stages, with `decimals`. Lines to compare with are left out.
    pub(crate) fn table(&self, stages: usize, decimals: usize) -> Figure {
        let number = |line: &Line, stage: usize| {
            let place = line.points.iter().find(|place| place.x == stage as f64);
            place.map_or("–".to_owned(), |place| {
                let spread = place.spread;
                let spread = spread.map_or(String::new(), |std| format!(" ± {std:.decimals$}"));
                // A minus sign is as wide as a plus.
                format!("{:.decimals$}{spread}", place.y).replace('-', "−")
            })
        };
        let lines = self.lines.iter().filter(|line| line.reach.is_finite());
        let row = |line: &Line| {
            let numbers = (1..=stages).map(|stage| number(line, stage));
            (line.name.clone(), numbers.collect())
        };
        let title = match self.whose.as_str() {
            "" => self.title.clone(),
            whose => format!("{}: {whose}", self.title),
        };
        Figure {
            id: self.id.clone(),
            caption: self.caption.clone(),
            shown: Shown::Numbers(SmallTable {
                title: titled(&title, &self.y.label),
                rows: lines.map(row).collect(),
            }),
            csv: self.csv(),
        }
    }

    /// One row per point.
    fn csv(&self) -> String {
        let (x, y) = (&self.x.label, &self.y.label);
        let mut text = format!("line,{},{},std\n", quoted(x), quoted(y));
        for line in &self.lines {
            for place in &line.points {
                let spread = place.spread.map_or(String::new(), |std| std.to_string());
                let _ = writeln!(
                    text,
                    "{},{},{},{spread}",
                    quoted(&line.name),
                    place.x,
                    place.y
                );
            }
        }
        if let Some(Bars { name, bars }) = &self.bars {
            for (from, to, height) in bars {
                let middle = (from + to) / 2.0;
                let _ = writeln!(text, "{},{middle},{height},", quoted(name));
            }
        }
        text
    }
}

impl Line {
    /// The points that are joined.
    fn pieces(&self) -> impl Iterator<Item = &[Place]> {
        self.points.chunk_by(|a, b| b.x - a.x <= self.reach)
    }

    fn draw_band<'a>(
        &self,
        points: &[Place],
        chart: &mut Plane<'_, 'a>,
        (low, high): (f64, f64),
    ) -> Drawn<'a> {
        let inside = |y: f64| y.clamp(low.min(high), low.max(high));
        let edge = |sign: f64| {
            let with_spread = points.iter().filter_map(move |place| {
                (place.spread).map(|spread| (place.x, inside(place.y + sign * spread)))
            });
            with_spread.collect::<Vec<_>>()
        };
        let mut outline = edge(1.0);
        outline.extend(edge(-1.0).into_iter().rev());
        let mut opacity = 0.2;
        if let (true, [first, .., last]) = (self.style.filled, points) {
            outline = points.iter().map(|place| (place.x, place.y)).collect();
            outline.extend([(last.x, 0.0), (first.x, 0.0)]);
            opacity = 0.3;
        }
        if outline.len() > 2 {
            let style = self.style.colour.light.mix(opacity).filled();
            chart.draw_series([Polygon::new(outline, style)])?;
        }
        Ok(())
    }

    fn draw<'a>(&self, chart: &mut Plane<'_, 'a>) -> Drawn<'a> {
        let Style {
            colour, dash, mark, ..
        } = self.style;
        let at = |place: &Place| (place.x, place.y);
        let stroke = marked(colour, dash).stroke_width(5);
        let piece = |points: &[Place]| points.iter().map(at).collect::<Vec<_>>();
        chart.draw_series(
            self.pieces()
                .map(|points| PathElement::new(piece(points), stroke)),
        )?;
        let every = match self.points.len() {
            0..FEW => 1,
            many => many.div_ceil(MARKS),
        };
        // From the last one back: the end of a line is where people look.
        let chosen: Vec<(f64, f64)> = self.points.iter().map(at).rev().step_by(every).collect();
        canvas::marks(chart, mark, colour.light, &chosen)
    }
}

/// A field of a CSV file.
pub(crate) fn quoted(text: &str) -> String {
    match text.contains([',', '"', '\n']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}

/// `title` with the unit of an axis `label`, "accuracy, %", or with a label that it does not hold itself.
fn titled(title: &str, label: &str) -> String {
    match label.rsplit_once(", ") {
        Some((_, unit)) => format!("{title}, {unit}"),
        None if title.contains(label) => title.to_owned(),
        None => format!("{title} ({label})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::axis::Ticks;

    fn svg(figure: &Figure) -> &str {
        figure.svg().unwrap()
    }

    #[test]
    fn lines_have_their_data_and_marks() {
        let place = |x: f64| Place {
            x,
            y: x / 2.0,
            spread: Some(0.1),
        };
        let line = |number: usize| Line {
            name: format!("line {number}, <i>"),
            style: Style::of(number),
            points: (1..=3).map(|x| place(f64::from(x))).collect(),
            reach: f64::INFINITY,
        };
        let chart = Chart {
            id: "x".to_owned(),
            title: "X & Y".to_owned(),
            whose: String::new(),
            caption: "Both.".to_owned(),
            x: Axis::new("task", 1.0, 3.0, Ticks::Whole),
            y: Axis::from_zero("share, %", [1.5].into_iter()),
            lines: [0, 1, 2, 4].map(line).to_vec(),
            bars: None,
        };
        let figure = chart.figure();
        assert!(svg(&figure).starts_with("<svg role=\"img\" aria-label=\"X &amp; Y. Both.\""));
        // Bands, and the triangles of one line.
        assert_eq!(svg(&figure).matches("<polygon").count(), 4 + 4);
        assert_eq!(svg(&figure).matches("stroke-dasharray").count(), 2);
        assert!(
            svg(&figure).contains("line 4, &lt;i&gt;"),
            "{}",
            svg(&figure)
        );
        assert!(
            figure
                .csv
                .starts_with("line,task,\"share, %\",std\n\"line 0, <i>\",1,0.5,0.1\n")
        );
        assert_eq!(figure.csv.lines().count(), 1 + 4 * 3);
    }

    #[test]
    fn points_out_of_reach_are_not_joined() {
        let place = |x: i32| Place {
            x: f64::from(x),
            y: 0.5,
            spread: Some(0.1),
        };
        let line = |reach| Line {
            name: String::new(),
            style: Style::faint(Dash::Solid),
            points: [1, 2, 4, 5, 9].map(place).to_vec(),
            reach,
        };
        let chart = |reach| Chart {
            id: String::new(),
            title: String::new(),
            whose: String::new(),
            caption: String::new(),
            x: Axis::new("task", 1.0, 9.0, Ticks::Whole),
            y: Axis::new("share", 0.0, 1.0, Ticks::Decimal),
            lines: vec![line(reach)],
            bars: None,
        };
        let drawn = |reach, what: &str| svg(&chart(reach).figure()).matches(what).count();
        let lines = |reach| drawn(reach, "<polyline");
        assert_eq!(lines(1.0), lines(f64::INFINITY) + 2);
        let bands = |reach| drawn(reach, "<polygon");
        assert_eq!((bands(1.0), bands(f64::INFINITY)), (2, 1));
    }
}
