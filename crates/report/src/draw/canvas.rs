//! What all figures share: size, title, legend, axes.
//!
//! A figure is drawn at twice the size at which it is shown, since the plotting library
//! rounds to whole units. On a phone it is as wide as the screen: then its letters are just
//! large enough to read, which sets their size.

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::draw::axis::Axis;
use crate::draw::palette::{Colour, Dash, INK, hexadecimal, marked, with_dashes};

/// Units of width.
const WIDTH: u32 = 840;
/// Units of height below the legend, axis labels included.
const HEIGHT: u32 = 540;
const TITLE_HEIGHT: u32 = 50;
const LEGEND_ROW: u32 = 36;
/// Height of letters; a title's are larger.
pub(crate) const LETTERS: u32 = 31;
/// Between what is above a plane and the plane.
pub(crate) const TOP: u32 = 22;
/// Of axes.
pub(crate) const INK_STYLE: ShapeStyle = ShapeStyle {
    color: RGBAColor(INK.light.0, INK.light.1, INK.light.2, 1.0),
    filled: false,
    stroke_width: 2,
};

pub(crate) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
pub(crate) type Drawn<'a> =
    Result<(), DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>>;

/// The shape of a line's marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    Circle,
    Square,
    Triangle,
    Cross,
    /// A broad bar rather than a line.
    Bar,
    /// Nothing but the name.
    Text,
    None,
}

/// A line of the legend.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) colour: Colour,
    pub(crate) dash: Dash,
    pub(crate) mark: Mark,
}

/// Draws a figure: the title, whose it is, the legend, and below them what `draw` draws. The
/// caption is for those who can't see it.
pub(crate) fn figure(
    (title, whose, caption): (&str, &str, &str),
    legend: &[Entry],
    draw: impl for<'a> FnOnce(&Area<'a>) -> Drawn<'a>,
) -> String {
    let rows = rows(whose, legend);
    let top = TITLE_HEIGHT + LEGEND_ROW * rows.len() as u32;
    let height = top + HEIGHT;
    let mut svg = String::new();
    // Drawing into memory fails only where a text has no size, and all here have one.
    let drawn = (|| {
        let area = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
        let bold = ("sans-serif", 35, FontStyle::Bold).into_font();
        let bold = TextStyle::from(bold).color(&INK.light);
        area.draw(&Text::new(title, (12, 10), bold))?;
        for (i, row) in rows.iter().enumerate() {
            let y = (TITLE_HEIGHT + LEGEND_ROW * i as u32 + LEGEND_ROW / 2) as i32;
            for (x, entry) in row {
                draw_entry(&area, entry, *x, y)?;
            }
        }
        let (_, below) = area.split_vertically(top);
        draw(&below)?;
        area.present()
    })();
    debug_assert!(drawn.is_ok(), "{drawn:?}");
    // The size is the page's to choose.
    let found = format!("<svg width=\"{WIDTH}\" height=\"{height}\"");
    let wanted = format!(
        "<svg role=\"img\" aria-label=\"{}\" width=\"{}\" height=\"{}\"",
        escaped(&format!("{title}. {caption}")),
        WIDTH / 2,
        height / 2
    );
    with_dashes(svg.replacen(&found, &wanted, 1))
}

/// The entries and where they begin, in rows; `whose` in one of its own, if it is anyone's.
fn rows(whose: &str, legend: &[Entry]) -> Vec<Vec<(i32, Entry)>> {
    const SAMPLE: usize = 62;
    const GAP: usize = 26;
    // Of a letter, on average; sans-serifs differ.
    const LETTER: f64 = 0.43 * LETTERS as f64;
    let most = ((WIDTH as usize - SAMPLE - GAP) as f64 / LETTER) as usize;
    let mut rows: Vec<Vec<(i32, Entry)>> = Vec::new();
    let mut x = usize::MAX;
    let whose = (!whose.is_empty()).then(|| Entry {
        name: whose.to_owned(),
        colour: INK,
        dash: Dash::Solid,
        mark: Mark::Text,
    });
    for entry in whose.iter().chain(legend) {
        let mut entry = entry.clone();
        if entry.name.chars().count() > most {
            entry.name = entry.name.chars().take(most - 1).collect::<String>() + "…";
        }
        let width = SAMPLE + (entry.name.chars().count() as f64 * LETTER) as usize;
        if x.saturating_add(width) > WIDTH as usize {
            rows.push(Vec::new());
            x = 12;
        }
        if let Some(row) = rows.last_mut() {
            row.push((x as i32, entry.clone()));
        }
        x = match entry.mark {
            Mark::Text => usize::MAX,
            _ => x + width + GAP,
        };
    }
    rows
}

fn draw_entry<'a>(area: &Area<'a>, entry: &Entry, x: i32, y: i32) -> Drawn<'a> {
    let (left, right, middle) = (x, x + 50, x + 25);
    let style = font(LETTERS).pos(Pos::new(HPos::Left, VPos::Center));
    if entry.mark == Mark::Text {
        return area.draw(&Text::new(entry.name.as_str(), (x, y), style));
    }
    if entry.mark == Mark::Bar {
        let style = entry.colour.light.mix(0.35).filled();
        area.draw(&Rectangle::new([(left, y - 9), (right, y + 9)], style))?;
    } else {
        let style = marked(entry.colour, entry.dash).stroke_width(5);
        area.draw(&PathElement::new([(left, y), (right, y)], style))?;
    }
    draw_mark(area, entry.mark, entry.colour.light, (middle, y))?;
    area.draw(&Text::new(entry.name.as_str(), (x + 60, y), style))
}

fn draw_mark<'a>(area: &Area<'a>, mark: Mark, colour: RGBColor, at: (i32, i32)) -> Drawn<'a> {
    let style = ShapeStyle::from(colour).filled();
    match mark {
        Mark::Circle => area.draw(&Circle::new(at, 8, style)),
        Mark::Square => {
            let (x, y) = at;
            area.draw(&Rectangle::new([(x - 8, y - 8), (x + 8, y + 8)], style))
        }
        Mark::Triangle => area.draw(&TriangleMarker::new(at, 11, style)),
        Mark::Cross => area.draw(&Cross::new(at, 9, colour.stroke_width(5))),
        Mark::Bar | Mark::Text | Mark::None => Ok(()),
    }
}

/// A chart's drawing area in the coordinates of its data.
pub(crate) type Plane<'b, 'a> =
    ChartContext<'b, SVGBackend<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// Marks of `colour` at places of the data.
pub(crate) fn marks<'a>(
    chart: &mut Plane<'_, 'a>,
    mark: Mark,
    colour: RGBColor,
    at: &[(f64, f64)],
) -> Drawn<'a> {
    let style = ShapeStyle::from(colour).filled();
    let points = at.iter().copied();
    match mark {
        Mark::Circle => chart
            .draw_series(points.map(|at| Circle::new(at, 8, style)))
            .map(drop),
        Mark::Square => chart
            .draw_series(
                points.map(|at| EmptyElement::at(at) + Rectangle::new([(-8, -8), (8, 8)], style)),
            )
            .map(drop),
        Mark::Triangle => chart
            .draw_series(points.map(|at| TriangleMarker::new(at, 11, style)))
            .map(drop),
        Mark::Cross => chart
            .draw_series(points.map(|at| Cross::new(at, 9, colour.stroke_width(5))))
            .map(drop),
        Mark::Bar | Mark::Text | Mark::None => Ok(()),
    }
}

/// The axes and what is written along them, and a grid of the colour `grid`.
pub(crate) fn axes<'a>(
    chart: &mut Plane<'_, 'a>,
    x: &Axis,
    y: &Axis,
    grid: impl Into<ShapeStyle>,
) -> Drawn<'a> {
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(grid)
        .axis_style(INK_STYLE)
        .set_all_tick_mark_size(6)
        .x_desc(x.label.as_str())
        .y_desc(y.label.as_str())
        .x_labels(x.most_ticks())
        .y_labels(y.most_ticks())
        .x_label_formatter(&|value| x.text(*value))
        .y_label_formatter(&|value| y.text(*value))
        .label_style(font(LETTERS))
        .axis_desc_style(font(LETTERS))
        .draw()
}

/// The chart of [`axes`], without anything drawn. Both ranges may fall.
pub(crate) fn builder<'a, 'b>(
    area: &'b Area<'a>,
    right: u32,
) -> ChartBuilder<'b, 'b, SVGBackend<'a>> {
    let mut builder = ChartBuilder::on(area);
    builder
        .margin_top(TOP)
        .margin_right(right)
        .x_label_area_size(92)
        .y_label_area_size(112);
    builder
}

pub(crate) fn font(size: u32) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&INK.light)
}

/// A word for an attribute of XML.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

/// The figure on a white ground, to be shown outside the page.
pub(crate) fn alone(svg: &str) -> String {
    let white = hexadecimal(WHITE);
    match svg.split_once('>') {
        Some((head, rest)) => {
            format!("{head}>\n<rect width=\"100%\" height=\"100%\" fill=\"{white}\"/>{rest}")
        }
        None => svg.to_owned(),
    }
}
