//! Picture of what each uncertainty sees: a plane of two inputs, on which a learner with its defaults has learned two
//! classes.
//!
//! ```sh
//! cargo bench -p mesu-bench --bench uncertainties -- ../../docs/uncertainties.svg
//! ```
//!
//! The first class lies around two places, the second between them: it overlaps with the first on its left, and leaves a
//! gap on its right.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mesu::{Generator, Learner, Prediction};

type AnyError = Box<dyn Error>;

/// Half of the width of the plane, in standard deviations of the inputs.
const REACH: f32 = 6.0;
/// Pixels of a panel's side.
const SIDE: usize = 120;
const EXAMPLES: usize = 3_000;
/// Examples that are drawn as points.
const DRAWN: usize = 150;
const SAMPLES: usize = 50;
const SEED: u64 = 1;
/// Centers of the classes, and their deviation.
const PLACES: [([f32; 2], u32); 4] = [
    ([-1.4, 0.0], 0),
    ([-0.4, 0.0], 1),
    ([1.8, 0.0], 0),
    ([-0.4, 0.0], 1),
];
const DEVIATION: f32 = 0.4;

/// Name of a panel, and its numbers in a prediction.
type Panel = (&'static str, fn(&Prediction) -> Vec<f32>);

const PANELS: [Panel; 4] = [
    ("aleatoric", |p| p.aleatoric.clone()),
    ("epistemic", |p| p.epistemic.clone()),
    ("total", |p| p.total.clone()),
    ("spread (root)", |p| {
        p.spread.iter().map(|s| s.sqrt()).collect()
    }),
];

fn examples() -> Vec<([f32; 2], u32)> {
    let normals = Generator::named(SEED, "examples", &[]).normals(2 * EXAMPLES);
    let pairs = normals.as_chunks::<2>().0.iter().zip(PLACES.iter().cycle());
    let examples = pairs.map(|(z, (center, label))| {
        let at = |axis: usize| center[axis] + DEVIATION * z[axis];
        ([at(0), at(1)], *label)
    });
    examples.collect()
}

/// Color between dark blue and yellow of a share, 0 to 1.
fn color(share: f32) -> [u8; 3] {
    const STOPS: [[f32; 3]; 5] = [
        [68.0, 1.0, 84.0],
        [59.0, 82.0, 139.0],
        [33.0, 145.0, 140.0],
        [94.0, 201.0, 98.0],
        [253.0, 231.0, 37.0],
    ];
    let at = share.clamp(0.0, 1.0) * (STOPS.len() - 1) as f32;
    let low = (at as usize).min(STOPS.len() - 2);
    let part = at - low as f32;
    std::array::from_fn(|i| {
        let (a, b) = (STOPS[low][i], STOPS[low + 1][i]);
        (a + part * (b - a)).round() as u8
    })
}

/// A panel's values as a picture, data of a URL.
fn picture(values: &[f32], largest: f32) -> Result<String, AnyError> {
    let pixels: Vec<u8> = values.iter().flat_map(|x| color(x / largest)).collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, SIDE as u32, SIDE as u32);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(STANDARD.encode(bytes))
}

fn main() -> Result<(), AnyError> {
    let path = std::env::args()
        .skip(1)
        .find(|argument| argument != "--bench");
    let path = path.ok_or("the path of an SVG file is missing")?;
    let examples = examples();
    let mut learner = Learner::builder(2).classes(2).seed(SEED).build()?;
    for (x, label) in &examples {
        learner.learn_one(x, *label)?;
    }
    let place = |pixel: usize| (pixel as f32 + 0.5) / SIDE as f32 * 2.0 * REACH - REACH;
    let pixels = (0..SIDE * SIDE).flat_map(|pixel| [place(pixel % SIDE), -place(pixel / SIDE)]);
    let plane: Vec<f32> = pixels.collect();
    let noise = Generator::named(SEED, "plane", &[]);
    let prediction = learner.predict_samples(&plane, SAMPLES, noise)?;

    let (side, gap, head) = (190.0, 14.0, 24.0);
    let (width, height) = (4.0 * side + 3.0 * gap, side + head + 20.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n"
    );
    for (number, (name, of)) in PANELS.into_iter().enumerate() {
        let values = of(&prediction);
        let largest = values.iter().copied().fold(0.0, f32::max);
        println!("{name:14} 0 to {largest:.3}");
        let left = number as f32 * (side + gap);
        let data = picture(&values, largest)?;
        writeln!(
            svg,
            "<text x=\"{left}\" y=\"16\" fill=\"#222222\">{name}: 0 to {largest:.2}</text>\n\
             <image x=\"{left}\" y=\"{head}\" width=\"{side}\" height=\"{side}\" \
             href=\"data:image/png;base64,{data}\"/>"
        )?;
        for ([x, y], label) in &examples[..DRAWN] {
            let at = |z: f32| (z + REACH) / (2.0 * REACH) * side;
            let fill = if *label == 0 { "#ffffff" } else { "#e4572e" };
            writeln!(
                svg,
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"1.4\" fill=\"{fill}\" stroke=\"#111111\" \
                 stroke-width=\"0.4\"/>",
                left + at(*x),
                head + at(-y)
            )?;
        }
    }
    let base = head + side + 14.0;
    writeln!(
        svg,
        "<text x=\"0\" y=\"{base}\" fill=\"#555555\" font-size=\"11\">two inputs, each from -{REACH} to \
         {REACH}; points: examples of two classes</text>\n</svg>"
    )?;
    std::fs::write(&path, svg)?;
    Ok(())
}
