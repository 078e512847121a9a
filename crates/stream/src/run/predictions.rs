//! Predictions as rows of a file.

use std::path::Path;

#[cfg(feature = "parquet")]
use mesu_rows::ParquetWriter;
use mesu_rows::{Format, Row, ValueRef, Writer};

use super::bookmark::Written;
use super::error::RunError;
use crate::answer::{Answer, Outcome, Told};
use crate::drift::{Drift, Sign};
use crate::learner::StreamLearner;
use crate::schema::{Schema, Target};

/// File of predictions.
pub(super) struct Predictions {
    file: File,
    layout: Layout,
    /// Names of classes, by their numbers.
    names: Vec<String>,
}

enum File {
    /// Lines of text, which can be cut back.
    Text(Writer),
    #[cfg(feature = "parquet")]
    Parquet(ParquetWriter),
}

/// Columns of the file.
pub(super) struct Layout {
    /// Columns of the rows that stand before the prediction: id, time and target.
    copied: Vec<usize>,
    /// Classes with a column of their own.
    classes: Vec<String>,
    /// True if there is a column for classes never seen.
    unseen: bool,
    header: Vec<String>,
}

const OF_CLASS: &[&str] = &[
    "prediction",
    "probability",
    "total",
    "aleatoric",
    "epistemic",
];
const OF_VALUE: &[&str] = &[
    "prediction",
    "deviation",
    "aleatoric",
    "epistemic",
    "low",
    "high",
];
/// Column of the probability of classes never seen, beside those of classes.
const UNSEEN: &str = "unseen";
const OF_BOTH: &[&str] = &["spread", "out_of_range", "stranger", "drift"];

impl Layout {
    /// The columns for rows of `schema`; `time` is the name of the column of times, `classes` have one each,
    /// and those never seen, if `unseen` is true, one together.
    pub(super) fn new(
        schema: &Schema,
        time: Option<&str>,
        classes: Vec<String>,
        unseen: bool,
    ) -> Self {
        let named = |name: &str| schema.columns.iter().position(|column| column.name == name);
        let mut copied: Vec<usize> = Vec::new();
        for column in [schema.id, time.and_then(named), Some(schema.target)] {
            copied.extend(column.filter(|column| !copied.contains(column)));
        }
        let own = match schema.task {
            Target::Class { .. } => OF_CLASS,
            Target::Value => OF_VALUE,
        };
        let own = own.iter().chain(unseen.then_some(&UNSEEN)).chain(OF_BOTH);
        let rest = own.map(|name| (*name).to_owned());
        let rest = rest.chain(classes.iter().map(|class| format!("probability_{class}")));
        let rest: Vec<String> = rest.collect();
        let mut header = vec!["row".to_owned()];
        for column in &copied {
            let mut name = schema.columns[*column].name.clone();
            while header.contains(&name) || rest.contains(&name) {
                name.push('_');
            }
            header.push(name);
        }
        header.extend(rest);
        Self {
            copied,
            classes,
            unseen,
            header,
        }
    }

    fn values<'a>(
        &self,
        row: &'a Row,
        answer: &Answer,
        names: &'a [String],
        drift: Option<&Drift>,
    ) -> Vec<ValueRef<'a>> {
        let number = |number: f64| ValueRef::Number(rounded(number));
        let mut values = Vec::with_capacity(self.header.len());
        values.push(ValueRef::Number(row.number as f64));
        values.extend(
            self.copied
                .iter()
                .map(|at| ValueRef::from(&row.values[*at])),
        );
        match &answer.told {
            Told::Class(class) => {
                let name = class.class.and_then(|class| names.get(class as usize));
                values.push(name.map_or(ValueRef::Missing, |name| name.as_str().into()));
                values.push(number(class.confidence().into()));
                let bits = [class.total, class.aleatoric, class.epistemic];
                values.extend(bits.map(|bits| number(bits.into())));
                values.extend(self.unseen.then(|| number(class.unseen.into())));
            }
            Told::Value(value) => {
                let (low, high) = value.interval();
                let variances = [value.total, value.aleatoric, value.epistemic];
                values.push(number(value.mean));
                values.extend(variances.map(|variance| number(variance.max(0.0).sqrt())));
                values.extend([low, high].map(number));
            }
        }
        values.push(number(answer.spread.into()));
        values.push(number(answer.out_of_range.into()));
        values.push(answer.stranger.into());
        values.push(drift.map_or(ValueRef::Missing, |drift| match drift.sign {
            Sign::Loss => "loss".into(),
            Sign::Epistemic => "epistemic".into(),
            Sign::Lag => "lag".into(),
        }));
        if let Told::Class(class) = &answer.told {
            // Classes keep their numbers: those of the columns are the first.
            let columns = class.probabilities.iter().take(self.classes.len());
            values.extend(columns.map(|p| number((*p).into())));
        }
        values.resize(self.header.len(), ValueRef::Missing);
        values
    }
}

/// Returns the classes that have a column of their own, and whether those never seen have one, if they are
/// asked for.
pub(super) fn columns_of_classes(learner: &StreamLearner, asked: bool) -> (Vec<String>, bool) {
    match (asked, &learner.schema().task) {
        (true, Target::Class { .. }) => (learner.classes().to_vec(), true),
        _ => (Vec::new(), false),
    }
}

/// Six digits: more would be noise.
fn rounded(number: f64) -> f64 {
    let size = number.abs();
    if !(1e-12..1e15).contains(&size) {
        return number;
    }
    let digits = 5 - libm::floor(libm::log10(size)) as i32;
    match digits {
        0.. => {
            let scale = libm::exp10(f64::from(digits)).round();
            (number * scale).round() / scale
        }
        _ => {
            let scale = libm::exp10(f64::from(-digits)).round();
            (number / scale).round() * scale
        }
    }
}

impl Predictions {
    /// Begins a file.
    pub(super) fn create(path: &Path, layout: Layout) -> Result<Self, RunError> {
        Ok(Self {
            file: File::Text(Writer::create(path, &layout.header, None)?),
            layout,
            names: Vec::new(),
        })
    }

    /// Begins a file that is written in one go: Parquet too, where that is built in.
    pub(super) fn create_once(path: &Path, layout: Layout) -> Result<Self, RunError> {
        #[cfg(feature = "parquet")]
        if Format::of_path(path) == Some(Format::Parquet) {
            return Ok(Self {
                file: File::Parquet(ParquetWriter::create(path, &layout.header)?),
                layout,
                names: Vec::new(),
            });
        }
        Self::create(path, layout)
    }

    /// Begins on the standard output.
    pub(super) fn stdout(layout: Layout) -> Result<Self, RunError> {
        Ok(Self {
            file: File::Text(Writer::stdout(&layout.header, Format::Csv)?),
            layout,
            names: Vec::new(),
        })
    }

    /// Cuts a file back to what was written, and goes on.
    pub(super) fn go_on(path: &Path, written: &Written, layout: Layout) -> Result<Self, RunError> {
        let writer = Writer::append_at(path, written.bytes, &layout.header, None)?;
        Ok(Self {
            file: File::Text(writer),
            layout,
            names: Vec::new(),
        })
    }

    /// Takes over the names of classes that it does not know.
    pub(super) fn know(&mut self, names: &[String]) {
        let new = names.get(self.names.len()..).unwrap_or_default();
        self.names.extend_from_slice(new);
    }

    /// Writes the answer to a row.
    pub(super) fn write(
        &mut self,
        row: &Row,
        answer: &Answer,
        drift: Option<&Drift>,
    ) -> Result<(), RunError> {
        let values = self.layout.values(row, answer, &self.names, drift);
        match &mut self.file {
            File::Text(writer) => writer.write(&values)?,
            #[cfg(feature = "parquet")]
            File::Parquet(writer) => writer.write(&values)?,
        }
        Ok(())
    }

    /// Writes what came of rows.
    pub(super) fn write_all(&mut self, rows: &[Row], outcomes: &[Outcome]) -> Result<(), RunError> {
        let mut each = rows.iter().zip(outcomes);
        each.try_for_each(|(row, outcome)| self.write(row, &outcome.answer, outcome.drift.as_ref()))
    }

    /// Hands everything to the system that can be handed over before the end.
    pub(super) fn flush(&mut self) -> Result<(), RunError> {
        match &mut self.file {
            File::Text(writer) => Ok(writer.flush()?),
            #[cfg(feature = "parquet")]
            File::Parquet(_) => Ok(()),
        }
    }

    /// Ends the file.
    pub(super) fn finish(mut self) -> Result<(), RunError> {
        self.flush()?;
        match self.file {
            File::Text(_) => Ok(()),
            #[cfg(feature = "parquet")]
            File::Parquet(writer) => Ok(writer.finish()?),
        }
    }

    /// Waits until everything is on the disk; returns what was written.
    pub(super) fn synchronize(&mut self) -> Result<Written, RunError> {
        let bytes = match &mut self.file {
            File::Text(writer) => {
                writer.synchronize()?;
                writer.bytes_written()
            }
            // Never gone on with.
            #[cfg(feature = "parquet")]
            File::Parquet(_) => 0,
        };
        Ok(Written {
            bytes,
            classes: self.layout.classes.clone(),
            unseen: self.layout.unseen,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::rounded;

    #[test]
    fn numbers_have_six_digits() {
        for (number, expected) in [
            (0.0, 0.0),
            (f64::from(0.1f32), 0.1),
            (1.0 / 3.0, 0.333_333),
            (-2.0 / 3.0, -0.666_667),
            (123_456_789.0, 123_457_000.0),
            (1.234_567_89e-7, 1.234_57e-7),
            (1e300, 1e300),
        ] {
            assert_eq!(rounded(number), expected);
        }
        assert!(rounded(f64::NAN).is_nan());
    }
}
