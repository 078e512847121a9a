//! Heat maps: a picture of one pixel per cell between two axes.
//!
//! As rectangles, the 20,000 cells of 200 tasks would take 2 MB; the picture takes 20 kB.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::draw::axis::{Axis, Ticks};
use crate::draw::canvas::{self, Drawn, Plane};
use crate::draw::figure::{Figure, Shown};
use crate::draw::lines::quoted;

/// Longest side of a picture, pixels. More cells than these are thinned out.
const MOST_PIXELS: usize = 1000;

/// Shortest side: what shows a picture may blur its pixels, so they are not too large.
const LEAST_PIXELS: usize = 400;

/// Width of the colors and their numbers at the right.
const LEGEND: u32 = 150;

/// Width between the plane and the colors.
const RIGHT: u32 = 20;

/// Width of the labels at the left, where they are numbers.
const LEFT: u32 = 112;

/// Most rows or columns that have names.
pub(crate) const MOST_NAMES: usize = 12;

/// Width of a letter.
const LETTER: u32 = 15;

/// Longest name.
const NAME: usize = 16;

/// `name`, cut where it is too long for an axis.
fn shortened(name: &str) -> String {
    match name.chars().count() > NAME {
        true => name.chars().take(NAME - 1).chain(['…']).collect(),
        false => name.to_owned(),
    }
}

/// A figure to be.
#[derive(Clone, Debug)]
pub(crate) struct HeatMap {
    pub(crate) id: String,
    pub(crate) title: String,
    /// The group of runs that it is of, if only one of several.
    pub(crate) whose: String,
    pub(crate) caption: String,
    pub(crate) x: Axis,
    /// `range.0` is at the bottom.
    pub(crate) y: Axis,
    /// Of the colours, with the values of the darkest and the brightest.
    pub(crate) scale: Axis,
    /// Names of the columns and of the rows; empty where they are numbered.
    pub(crate) names: (Vec<String>, Vec<String>),
    /// Rows from the top, all of one length; none where nothing was measured.
    pub(crate) cells: Vec<Vec<Option<f64>>>,
    /// The middle of each column and of each row, for the data file.
    pub(crate) places: (Vec<f64>, Vec<f64>),
    /// True if each cell has its value written in it.
    pub(crate) numbered: bool,
}

impl HeatMap {
    /// Draws it.
    pub(crate) fn figure(&self) -> Figure {
        let mut place = None;
        let heading = (&*self.title, &*self.whose, &*self.caption);
        let svg = canvas::figure(heading, &[], |area| {
            let (width, _) = area.dim_in_pixel();
            let (area, legend) = area.split_horizontally(width - LEGEND);
            let (names, left) = self.row_names();
            let y = &Axis {
                names,
                ..self.y.clone()
            };
            let room = (width - LEGEND - RIGHT).saturating_sub(left);
            let x = &Axis {
                names: self.column_names(room),
                ..self.x.clone()
            };
            let scale = &self.scale;
            let mut chart = canvas::builder(&area, RIGHT)
                .y_label_area_size(left)
                .build_cartesian_2d(x.range.0..x.range.1, y.range.0..y.range.1)?;
            // A grid would hide cells.
            canvas::axes(&mut chart, x, y, TRANSPARENT)?;
            place = Some(chart.plotting_area().get_pixel_range());
            if self.numbered {
                self.write_numbers(&mut chart)?;
            }
            let mut chart = ChartBuilder::on(&legend)
                .margin_top(canvas::TOP)
                .margin_bottom(92)
                .margin_right(8)
                .y_label_area_size(108)
                .build_cartesian_2d(0.0..1.0, scale.range.0..scale.range.1)?;
            chart
                .configure_mesh()
                .disable_mesh()
                .disable_x_axis()
                .axis_style(canvas::INK_STYLE)
                .y_desc(scale.label.as_str())
                .y_labels(6)
                .y_label_formatter(&|value| scale.text(*value))
                .label_style(canvas::font(canvas::LETTERS))
                .axis_desc_style(canvas::font(canvas::LETTERS))
                .draw()?;
            let level = |i: usize| {
                let (low, high) = scale.range;
                low + (high - low) * i as f64 / 60.0
            };
            chart.draw_series((0..60).map(|i| {
                let style = self.colour(level(i)).filled();
                // Up to the top, below the ones that follow: no seams between them.
                Rectangle::new([(0.2, level(i)), (1.0, scale.range.1)], style)
            }))?;
            Ok(())
        });
        Figure {
            id: self.id.clone(),
            caption: self.caption.clone(),
            shown: Shown::Drawing(match (place, self.picture()) {
                (Some(place), Some(png)) => with_picture(&svg, place, &png),
                _ => svg,
            }),
            csv: self.csv(),
        }
    }

    /// Writes the value of each cell into it, but for zeros.
    fn write_numbers<'a>(&self, chart: &mut Plane<'_, 'a>) -> Drawn<'a> {
        let (columns, rows) = (self.x.range, self.y.range);
        let middle = |(from, to): (f64, f64), i: usize, count: usize| {
            from + (to - from) * (i as f64 + 0.5) / count as f64
        };
        let center = Pos::new(HPos::Center, VPos::Center);
        // From the top, where the y axis ends.
        let top = (rows.1, rows.0);
        for (i, row) in self.cells.iter().enumerate() {
            for (j, value) in row.iter().enumerate() {
                let Some(value) = value.filter(|value| *value >= 0.5) else {
                    continue;
                };
                let (low, high) = self.scale.range;
                let bright = value > low + 0.6 * (high - low);
                let ink = if bright { &BLACK } else { &WHITE };
                let style = canvas::font(canvas::LETTERS).color(ink).pos(center);
                let at = (
                    middle(columns, j, row.len()),
                    middle(top, i, self.cells.len()),
                );
                chart.draw_series([Text::new(format!("{value:.0}"), at, style)])?;
            }
        }
        Ok(())
    }

    /// The names at the rows, shortened, and the width of the labels and what is written beside them.
    fn row_names(&self) -> (Vec<String>, u32) {
        let names = &self.names.1;
        if names.is_empty() || names.len() > MOST_NAMES {
            return (Vec::new(), LEFT);
        }
        let names: Vec<String> = names.iter().map(|name| shortened(name)).collect();
        let longest = names.iter().map(|name| name.chars().count()).max();
        let width = LETTER * longest.unwrap_or(0) as u32 + 60;
        (names, width.max(LEFT))
    }

    /// The names at the columns, if they fit side by side into `room`; else the columns have numbers.
    fn column_names(&self, room: u32) -> Vec<String> {
        let names: Vec<String> = self.names.0.iter().map(|name| shortened(name)).collect();
        let each = room / names.len().max(1) as u32;
        let fits = |name: &String| LETTER * (name.chars().count() as u32 + 1) <= each;
        match names.len() <= MOST_NAMES && names.iter().all(fits) {
            true => names,
            false => Vec::new(),
        }
    }

    /// Dark where little, bright where much.
    fn colour(&self, value: f64) -> RGBColor {
        let (low, high) = self.scale.range;
        ViridisRGB.get_color_normalized(value as f32, low as f32, high as f32)
    }

    /// A PNG file with every cell as a square of pixels, nothing where nothing was measured.
    fn picture(&self) -> Option<Vec<u8>> {
        let (rows, columns) = (self.cells.len(), self.cells.first()?.len());
        let side = |cells: usize| match cells {
            0..LEAST_PIXELS => cells * LEAST_PIXELS.div_ceil(cells.max(1)),
            cells => cells.min(MOST_PIXELS),
        };
        let (width, height) = (side(columns), side(rows));
        let mut pixels = Vec::with_capacity(4 * width * height);
        for row in (0..height).map(|y| &self.cells[y * rows / height]) {
            for cell in (0..width).map(|x| row[x * columns / width]) {
                let pixel = cell.map_or([0; 4], |value| {
                    let RGBColor(r, g, b) = self.colour(value);
                    [r, g, b, 255]
                });
                pixels.extend(pixel);
            }
        }
        png(width, height, png::ColorType::Rgba, &pixels)
    }

    /// One row per cell.
    fn csv(&self) -> String {
        let names = [&self.x.label, &self.y.label, &self.scale.label].map(|name| quoted(name));
        let mut text = names.join(",") + "\n";
        for (row, y) in self.cells.iter().zip(&self.places.1) {
            for (cell, x) in row.iter().zip(&self.places.0) {
                if let Some(value) = cell {
                    let _ = writeln!(text, "{x},{y},{value}");
                }
            }
        }
        text
    }
}

/// Axis of the columns or rows of one task each.
pub(crate) fn task_axis(label: &str, tasks: usize) -> Axis {
    Axis::new(label, 0.5, tasks as f64 + 0.5, Ticks::Whole)
}

type PixelRange = (std::ops::Range<i32>, std::ops::Range<i32>);

/// `svg` with the picture `png` behind all that it shows.
fn with_picture(svg: &str, (x, y): PixelRange, png: &[u8]) -> String {
    let Some((head, rest)) = svg.split_once('>') else {
        return svg.to_owned();
    };
    format!(
        "{head}>\n<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\" \
         style=\"image-rendering:pixelated\" href=\"{}\"/>{rest}",
        x.start,
        y.start,
        x.end - x.start,
        y.end - y.start,
        data_uri(png)
    )
}

/// A PNG file of `pixels`, eight bits per channel; `None` if they are not of that size.
pub(crate) fn png(
    width: usize,
    height: usize,
    colours: png::ColorType,
    pixels: &[u8],
) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (width, height) = (u32::try_from(width).ok()?, u32::try_from(height).ok()?);
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(colours);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(pixels).ok()?;
    writer.finish().ok()?;
    Some(bytes)
}

/// The address of a picture that is its own content.
pub(crate) fn data_uri(png: &[u8]) -> String {
    format!("data:image/png;base64,{}", STANDARD.encode(png))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_become_a_picture_and_a_table() {
        let tasks = 3;
        let cells = vec![
            vec![Some(0.9), None, None],
            vec![Some(0.5), Some(0.9), None],
            vec![Some(0.1), Some(0.5), Some(0.9)],
        ];
        let y = Axis {
            range: (3.5, 0.5),
            ..task_axis("after learning task", tasks)
        };
        let mut map = HeatMap {
            id: "map".to_owned(),
            title: "Map".to_owned(),
            whose: "mesu".to_owned(),
            caption: String::new(),
            x: task_axis("tested on task", tasks),
            y,
            scale: Axis::new("accuracy", 0.1, 1.0, Ticks::Decimal),
            cells,
            places: (vec![1.0, 2.0, 3.0], vec![1.0, 2.0, 3.0]),
            names: Default::default(),
            numbered: false,
        };
        let figure = map.figure();
        let svg = |map: &HeatMap| map.figure().svg().unwrap().to_owned();
        assert_eq!(svg(&map).matches("<image ").count(), 1);
        assert!(svg(&map).contains("href=\"data:image/png;base64,iVBOR"));
        // Short names stand at both axes, long ones only at the rows.
        for (name, both) in [("photos", 2), ("a name that is too long", 1)] {
            let names = vec![name.to_owned(); 3];
            map.names = (names.clone(), names);
            let count = svg(&map).matches(&*shortened(name)).count();
            assert_eq!(count, 3 * both, "{name}");
        }
        assert_eq!(figure.csv.lines().nth(3), Some("2,2,0.9"));
        assert_eq!(figure.csv.lines().count(), 1 + 6);
        // Too many tasks for a pixel each.
        map.cells = vec![vec![Some(0.5); 1500]; 1500];
        assert!(svg(&map).len() < 100_000);
        map.cells = Vec::new();
        assert!(!svg(&map).contains("<image "));
    }
}
