//! Rows as a network's inputs: scaled by what came before them, in a width that stays.
//!
//! | column | inputs of every member | inputs of wide members beside them |
//! |---|---|---|
//! | number | deviations from the running mean, at most 5 | 8 hat functions of the running rank |
//! | whole number of few | the same | one of up to 64 is 1 |
//! | number of two values, truth value | -1 for the smaller, 1 for the larger | |
//! | category | one of up to 64 is 1 | |
//! | date | sine and cosine of the share of year, week and, with a time, day | |
//! | number of a given scale | deviations from the given mean | |
//!
//! A missing number or date is 0, beside an input that says so: one of its own where values were missing when
//! the schema was inferred, one of all others together.

mod category;
mod number;
mod rank;
mod seen;
mod steps;

use std::ops::Range;

use mesu_rows::Row;
use serde::{Deserialize, Serialize};

use self::category::Categories;
use self::number::Scaling;
pub use self::number::Summary;
pub(crate) use self::seen::Seen;
use self::steps::Steps;
use crate::error::RowError;
use crate::random::Random;
use crate::schema::{Column, Date, Field, Kind, Scale, Schema, read};

/// Turns rows into inputs, `[width]`, and learns from each how to scale the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Encoder {
    columns: Vec<ColumnEncoder>,
    /// Inputs of every member.
    values: usize,
    /// Inputs of wide members: those, and hats.
    wide: usize,
    random: Random,
}

/// Inputs of one column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct ColumnEncoder {
    /// Place in a row.
    column: usize,
    /// First input.
    at: usize,
    /// Input that says that the value is missing.
    missing_at: usize,
    missing: u64,
    /// Values that were out of the range seen before them.
    beyond: u64,
    part: Part,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Part {
    /// Deviations from the mean, and steps of wide members with the first of their inputs.
    Number {
        scaling: Scaling,
        steps: Steps,
        steps_at: usize,
    },
    /// Deviations from a mean that is given; what was seen is for people.
    Scaled {
        scale: Scale,
        seen: Scaling,
    },
    /// Place between the smallest, -1, and the largest, 1.
    TwoValues(Scaling),
    Category(Categories),
    Date {
        time: bool,
    },
}

impl Part {
    /// A column's part, and its number of inputs without hats.
    fn new(column: &Column) -> Option<(Self, usize)> {
        if let Some(scale) = column.scale {
            let seen = Scaling::default();
            return Some((Self::Scaled { scale, seen }, 1));
        }
        Some(match column.kind {
            Kind::Number if column.two_values => (Self::TwoValues(Scaling::default()), 1),
            Kind::Number => {
                let part = Self::Number {
                    scaling: Scaling::default(),
                    steps: Steps::new(column),
                    steps_at: 0,
                };
                (part, 1)
            }
            Kind::Boolean => (Self::TwoValues(Scaling::default()), 1),
            Kind::Category => {
                let categories = Categories::new(column.distinct);
                let width = categories.width();
                (Self::Category(categories), width)
            }
            Kind::Date => {
                let time = column.time;
                (Self::Date { time }, if time { 6 } else { 4 })
            }
            Kind::Id | Kind::Ignored => return None,
        })
    }
}

impl Encoder {
    /// An encoder of a schema's columns that has seen no row; `seed` is that of its samples of numbers.
    #[must_use]
    pub fn new(schema: &Schema, seed: u64) -> Self {
        let mut columns = Vec::new();
        // The first input says that something is missing which never was.
        let needed = schema.features().any(|(_, column)| column.scale.is_none());
        let mut values = usize::from(needed);
        for (at, column) in schema.features() {
            let Some((part, inputs)) = Part::new(column) else {
                continue;
            };
            let own = column.missing && !matches!(part, Part::Category(_) | Part::Scaled { .. });
            columns.push(ColumnEncoder {
                column: at,
                at: values,
                missing_at: if own { values + inputs } else { 0 },
                missing: 0,
                beyond: 0,
                part,
            });
            values += inputs + usize::from(own);
        }
        let mut next = values;
        for column in &mut columns {
            if let Part::Number {
                steps, steps_at, ..
            } = &mut column.part
            {
                *steps_at = next;
                next += steps.width();
            }
        }
        Self {
            columns,
            values,
            wide: next,
            random: Random::new(seed),
        }
    }

    /// Number of inputs, hats included.
    #[must_use]
    pub fn width(&self) -> usize {
        self.wide
    }

    /// Number of inputs before the hats.
    #[must_use]
    pub fn values(&self) -> usize {
        self.values
    }

    /// Number of inputs that are not zero in a row, about, without and with hats.
    pub(crate) fn active(&self) -> (f64, f64) {
        let (mut values, mut hats) = (0.0, 0.0);
        for column in &self.columns {
            values += match &column.part {
                Part::Number { .. }
                | Part::Scaled { .. }
                | Part::TwoValues(_)
                | Part::Category(_) => 1.0,
                Part::Date { time } => 2.0 + f64::from(u8::from(*time)),
            };
            hats += match &column.part {
                Part::Number { .. } => 1.0,
                _ => 0.0,
            };
        }
        (f64::max(values, 1.0), f64::max(values + hats, 1.0))
    }

    /// Returns the inputs of a row, scaled by the rows learned, `[width]`.
    ///
    /// # Errors
    /// [`RowError`] for a value that is not what its column holds.
    pub fn transform_one(&self, schema: &Schema, row: &Row) -> Result<Vec<f32>, RowError> {
        let fields = self.fields(schema, row)?;
        let mut inputs = vec![0.0; self.wide];
        self.write(&fields, &mut inputs);
        Ok(inputs)
    }

    /// Learns from a row how to scale the next.
    ///
    /// # Errors
    /// As [`transform_one`](Self::transform_one); then nothing is learned.
    pub fn learn_one(&mut self, schema: &Schema, row: &Row) -> Result<(), RowError> {
        let fields = self.fields(schema, row)?;
        self.learn(&fields);
        Ok(())
    }

    /// Numbers of each column that is looked at.
    pub(crate) fn seen(&self) -> impl Iterator<Item = Seen> {
        self.columns.iter().map(|encoder| Seen {
            column: encoder.column,
            missing: encoder.missing,
            out_of_range: encoder.beyond,
            numbers: match &encoder.part {
                Part::Number { scaling, .. }
                | Part::Scaled { seen: scaling, .. }
                | Part::TwoValues(scaling) => scaling.summary(),
                _ => None,
            },
            categories: match &encoder.part {
                Part::Category(categories) => Some(categories.len()),
                _ => None,
            },
        })
    }

    /// Inputs of each column that is looked at, hats and its own of missing values included.
    pub(crate) fn inputs(&self) -> Vec<Vec<Range<usize>>> {
        let ranges = |encoder: &ColumnEncoder| {
            let (at, missing_at) = (encoder.at, encoder.missing_at);
            let (width, steps) = match &encoder.part {
                Part::Number {
                    steps, steps_at, ..
                } => (1, *steps_at..*steps_at + steps.width()),
                Part::TwoValues(_) | Part::Scaled { .. } => (1, 0..0),
                Part::Category(categories) => (categories.width(), 0..0),
                Part::Date { time } => (if *time { 6 } else { 4 }, 0..0),
            };
            let missing = match missing_at {
                0 => 0..0,
                at => at..at + 1,
            };
            vec![at..at + width, missing, steps]
        };
        self.columns.iter().map(ranges).collect()
    }

    /// Returns whether this is an encoder of a schema's columns.
    pub(crate) fn is_of(&self, schema: &Schema) -> bool {
        let new = Self::new(schema, 0);
        let places = |encoder: &ColumnEncoder| {
            let width = match &encoder.part {
                Part::Number { steps_at, .. } => *steps_at,
                Part::TwoValues(_) => 1,
                Part::Scaled { .. } => 2,
                Part::Category(categories) => categories.width(),
                Part::Date { time } => usize::from(*time),
            };
            (encoder.column, encoder.at, encoder.missing_at, width)
        };
        let same = |(a, b)| places(a) == places(b);
        (self.values, self.wide, self.columns.len()) == (new.values, new.wide, new.columns.len())
            && self.columns.iter().zip(&new.columns).all(same)
    }

    /// Number of columns that are looked at.
    pub(crate) fn columns(&self) -> usize {
        self.columns.len()
    }

    fn fields<'a>(&self, schema: &Schema, row: &'a Row) -> Result<Vec<Field<'a>>, RowError> {
        let mut fields = Vec::with_capacity(self.columns.len());
        self.read(schema, row, &mut fields)?;
        Ok(fields)
    }

    /// Reads the values of a row that are looked at, and adds them to `fields`.
    pub(crate) fn read<'a>(
        &self,
        schema: &Schema,
        row: &'a Row,
        fields: &mut Vec<Field<'a>>,
    ) -> Result<(), RowError> {
        let expected = schema.columns.len();
        if row.values.len() != expected {
            let (row, found) = (row.number, row.values.len());
            return Err(RowError::Width {
                row,
                found,
                expected,
            });
        }
        for encoder in &self.columns {
            let (column, value) = (&schema.columns[encoder.column], &row.values[encoder.column]);
            let unfit = |unfit| RowError::value(row.number, &column.name, unfit);
            fields.push(read(column, value).map_err(unfit)?);
        }
        Ok(())
    }

    /// Writes the inputs of a row over zeros, and returns the share of its values that are out of the range
    /// seen.
    pub(crate) fn write(&self, fields: &[Field<'_>], inputs: &mut [f32]) -> f32 {
        let mut beyond = 0;
        for (encoder, field) in self.columns.iter().zip(fields) {
            let at = encoder.at;
            match (&encoder.part, *field) {
                (Part::Category(categories), field) => {
                    let (input, known) = categories.input(field);
                    inputs[at + input] = 1.0;
                    beyond += usize::from(!known);
                }
                (
                    Part::Number {
                        scaling,
                        steps,
                        steps_at,
                    },
                    Field::Number(x),
                ) => {
                    inputs[at] = scaling.of(x);
                    steps.write(x, &mut inputs[*steps_at..*steps_at + steps.width()]);
                    beyond += usize::from(scaling.is_beyond(x));
                }
                (Part::Scaled { scale, seen }, Field::Number(x)) => {
                    inputs[at] = scale.of(x);
                    beyond += usize::from(seen.is_beyond(x));
                }
                (Part::Scaled { .. }, _) => {}
                (Part::TwoValues(scaling), Field::Number(x)) => {
                    inputs[at] = scaling.place(x);
                    beyond += usize::from(scaling.is_beyond(x));
                }
                (Part::Date { time }, Field::Date(date)) => {
                    write_date(date, *time, &mut inputs[at..])
                }
                _ => inputs[encoder.missing_at] = 1.0,
            }
        }
        beyond as f32 / self.columns.len().max(1) as f32
    }

    /// Learns from a row how to scale the next.
    pub(crate) fn learn(&mut self, fields: &[Field<'_>]) {
        for (encoder, field) in self.columns.iter_mut().zip(fields) {
            encoder.missing += u64::from(*field == Field::Missing);
            match (&mut encoder.part, *field) {
                (Part::Category(categories), field) => {
                    encoder.beyond += u64::from(!categories.learn(field));
                }
                (Part::Number { scaling, steps, .. }, Field::Number(x)) => {
                    encoder.beyond += u64::from(scaling.is_beyond(x));
                    scaling.learn(x);
                    steps.learn(x, &mut self.random);
                }
                (
                    Part::TwoValues(scaling) | Part::Scaled { seen: scaling, .. },
                    Field::Number(x),
                ) => {
                    encoder.beyond += u64::from(scaling.is_beyond(x));
                    scaling.learn(x);
                }
                _ => {}
            }
        }
    }
}

/// Writes sine and cosine of the shares of year and week, and of the day, if there is a time.
fn write_date(date: Date, time: bool, inputs: &mut [f32]) {
    let shares = [date.year_share(), date.week_share(), date.day_share()];
    let pairs = inputs.chunks_exact_mut(2).zip(shares);
    for (pair, share) in pairs.take(if time { 3 } else { 2 }) {
        let angle = share * std::f64::consts::TAU;
        pair[0] = libm::sin(angle) as f32;
        pair[1] = libm::cos(angle) as f32;
    }
}
