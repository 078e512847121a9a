//! Rows of a stream as a network's inputs.

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use flate2::read::GzDecoder;

/// Deviations from the running mean at which numbers are clipped.
const CLIP: f64 = 5.0;

/// Distinct numbers of a column that are categories beside.
const FEW: usize = 32;

/// Rows in the order of time, as inputs and targets.
pub(crate) struct Stream {
    pub(crate) name: String,
    pub(crate) classes: usize,
    pub(crate) width: usize,
    /// Columns, of which each has about one input that is not zero.
    pub(crate) columns: usize,
    /// Inputs that are standardized numbers.
    pub(crate) numbers: Vec<usize>,
    /// `[rows][width]`.
    pub(crate) inputs: Vec<f32>,
    /// The last column: labels, or values to predict.
    pub(crate) values: Vec<f32>,
}

impl Stream {
    /// Reads the first `most` rows of a `.csv.gz` with columns `n_*` (numbers), `c_*` (categories) and, as the
    /// last, the target. Columns with other names are numbers, and categories beside if they have few.
    pub(crate) fn read(path: &Path, most: usize) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let mut text = String::new();
        GzDecoder::new(File::open(path)?).read_to_string(&mut text)?;
        let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let header = lines.next().unwrap_or_default();
        let rows: Vec<_> = lines.take(most).collect();
        let columns = header.len().saturating_sub(1);
        if columns == 0 || rows.is_empty() {
            return Err(format!("{}: no columns or no rows", path.display()).into());
        }
        if let Some(at) = rows.iter().position(|row| row.len() != header.len()) {
            return Err(
                format!("{}: row {at} is not as wide as its header", path.display()).into(),
            );
        }
        let mut width = 0;
        let mut encoders = Vec::new();
        for (at, name) in header[..columns].iter().enumerate() {
            let values = || rows.iter().map(|row| row[at]);
            if !name.starts_with("c_") {
                encoders.push((at, Encoder::number(values(), &mut width)));
            }
            let distinct = || values().collect::<HashSet<_>>().len();
            if name.starts_with("c_") || !name.starts_with("n_") && distinct() <= FEW {
                encoders.push((at, Encoder::category(values(), &mut width)));
            }
        }
        let mut inputs = vec![0.0; rows.len() * width];
        let mut targets = Vec::new();
        for (row, x) in rows.iter().zip(inputs.chunks_exact_mut(width)) {
            for (at, encoder) in &mut encoders {
                encoder.write(row[*at], x);
            }
            targets.push(row[columns].parse()?);
        }
        let numbers = encoders.iter().filter_map(|(_, encoder)| match encoder {
            Encoder::Number { input, .. } => Some(*input),
            Encoder::Category(_) => None,
        });
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(Self {
            name: name.trim_end_matches(".csv.gz").to_owned(),
            classes: 1 + targets.iter().fold(0.0f32, |most, y: &f32| y.max(most)) as usize,
            width,
            columns: encoders.len(),
            numbers: numbers.collect(),
            inputs,
            values: targets,
        })
    }

    /// Rows and their labels, from row `from` on.
    pub(crate) fn rows(&self, from: usize) -> impl Iterator<Item = (&[f32], u32)> {
        let rows = self.inputs.chunks_exact(self.width);
        rows.zip(self.values.iter().map(|label| *label as u32))
            .skip(from)
    }
}

/// Inputs of one column.
enum Encoder<'a> {
    /// Standardized by the mean and deviation of the rows so far; 0 where it is missing, beside an input that
    /// is 1 then.
    Number {
        input: usize,
        missing: Option<usize>,
        count: f64,
        mean: f64,
        squares: f64,
    },
    /// An input for each value.
    Category(HashMap<&'a str, usize>),
}

impl<'a> Encoder<'a> {
    fn number(mut values: impl Iterator<Item = &'a str>, width: &mut usize) -> Self {
        let input = *width;
        let missing = values.any(str::is_empty).then_some(input + 1);
        *width += 1 + usize::from(missing.is_some());
        let (count, mean, squares) = (0.0, 0.0, 0.0);
        Self::Number {
            input,
            missing,
            count,
            mean,
            squares,
        }
    }

    fn category(values: impl Iterator<Item = &'a str>, width: &mut usize) -> Self {
        let mut inputs = HashMap::new();
        for value in values {
            let next = *width + inputs.len();
            inputs.entry(value).or_insert(next);
        }
        *width += inputs.len();
        Self::Category(inputs)
    }

    fn write(&mut self, field: &str, x: &mut [f32]) {
        match self {
            Self::Category(inputs) => x[inputs[field]] = 1.0,
            Self::Number {
                input,
                missing,
                count,
                mean,
                squares,
            } => {
                let Ok(value) = field.parse::<f64>() else {
                    missing.iter().for_each(|missing| x[*missing] = 1.0);
                    return;
                };
                *count += 1.0;
                let before = value - *mean;
                *mean += before / *count;
                *squares += before * (value - *mean);
                let deviation = (*squares / *count).sqrt();
                if deviation > 0.0 {
                    x[*input] = ((value - *mean) / deviation).clamp(-CLIP, CLIP) as f32;
                }
            }
        }
    }
}
