//! Schemas from the first rows of a stream.

use std::collections::BTreeSet;

use mesu_rows::{Row, Value};

use super::{Column, Date, Kind, Schema, SchemaError, Target, field};

/// Most rows that a schema is inferred from.
pub const INFERRED_FROM: usize = 1_000;

/// Fewest values by which text is told to be an id.
const LEAST_IDS: usize = 50;

/// Most whole numbers that are taken for codes.
const MOST_CODES: usize = 50;

/// Share of numbers from which on a column whose text would be an id is one of numbers, and the others are refused.
const MOSTLY: f64 = 0.95;

/// Most classes that a schema takes from the rows it is inferred from.
const MOST_CLASSES: usize = 1_000;

/// Parts of columns, by their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roles {
    /// Column that is to be predicted.
    pub target: String,
    /// True if the target is a number to predict, and not a class.
    pub regression: bool,
    /// Column of the rows' names.
    pub id: Option<String>,
    /// Column of factors of the rows' losses.
    pub weight: Option<String>,
    /// Column of the rows' times, which are not learned from.
    pub time: Option<String>,
    /// Columns that are not looked at.
    pub ignore: Vec<String>,
}

impl Roles {
    /// Parts with a target alone, of classes.
    #[must_use]
    pub fn target(name: impl Into<String>) -> Self {
        let target = name.into();
        Self {
            target,
            ..Self::default()
        }
    }
}

impl Schema {
    /// Tells what the columns of `header` hold by the first of `rows`, at most [`INFERRED_FROM`] of them:
    /// numbers where all values are, truth values, dates, and otherwise categories, or an id where nearly
    /// every value is another. Classes are those found.
    ///
    /// # Errors
    /// [`SchemaError`] for a part of a column that is not there, no rows, and rows of another width.
    pub fn infer(header: &[String], roles: &Roles, rows: &[Row]) -> Result<Self, SchemaError> {
        let rows = &rows[..rows.len().min(INFERRED_FROM)];
        if rows.is_empty() {
            return Err(SchemaError::NoRows);
        }
        if let Some(row) = rows.iter().find(|row| row.values.len() != header.len()) {
            return Err(SchemaError::Width {
                row: row.number,
                found: row.values.len(),
                expected: header.len(),
            });
        }
        let place = |name: &String| {
            header
                .iter()
                .position(|column| column == name)
                .ok_or_else(|| SchemaError::NoName {
                    name: name.clone(),
                    columns: header.to_vec(),
                })
        };
        let target = place(&roles.target)?;
        let id = roles.id.as_ref().map(place).transpose()?;
        let weight = roles.weight.as_ref().map(place).transpose()?;
        let time = roles.time.as_ref().map(place).transpose()?;
        let mut columns: Vec<Column> = header
            .iter()
            .enumerate()
            .map(|(at, name)| column(name, rows.iter().map(|row| &row.values[at])))
            .collect();
        let ignored = roles
            .ignore
            .iter()
            .map(place)
            .collect::<Result<Vec<_>, _>>()?;
        let parts = [Some(target), id, weight, time];
        for at in ignored.into_iter().chain(parts.into_iter().flatten()) {
            columns[at] = Column::new(columns[at].name.clone(), Kind::Ignored);
        }
        let task = match roles.regression {
            false => classes(rows, target),
            true => values(rows, target, &header[target])?,
        };
        let schema = Self {
            columns,
            target,
            task,
            id,
            weight,
            time,
        };
        schema.check()?;
        Ok(schema)
    }
}

/// Classes of the first rows, in the order in which they come.
fn classes(rows: &[Row], target: usize) -> Target {
    let mut classes: Vec<String> = Vec::new();
    let mut seen = BTreeSet::new();
    for row in rows {
        let name = crate::labels::name(&row.values[target]);
        if let Some(name) = name
            && classes.len() < MOST_CLASSES
            && seen.insert(name.to_string())
        {
            classes.push(name.into_owned());
        }
    }
    Target::Class { classes }
}

/// Checks that the target is a number wherever it is there.
fn values(rows: &[Row], target: usize, name: &str) -> Result<Target, SchemaError> {
    for row in rows {
        let value = &row.values[target];
        if *value == Value::Missing {
            continue;
        }
        field::number(value).map_err(|unfit| SchemaError::Target {
            row: row.number,
            column: name.to_owned(),
            found: unfit.found,
            expected: unfit.expected,
        })?;
    }
    Ok(Target::Value)
}

/// A column, by its first values.
fn column<'a>(name: &str, values: impl Iterator<Item = &'a Value>) -> Column {
    let (mut missing, mut count, mut whole) = (false, 0, true);
    // Words for a missing value are text where there is other text.
    let (mut words, mut numeric): (BTreeSet<String>, usize) = (BTreeSet::new(), 0);
    let mut of_words = 0;
    let mut distinct: BTreeSet<String> = BTreeSet::new();
    // Kinds that all values so far can be.
    let (mut numbers, mut booleans, mut dates, mut time) = (true, true, true, false);
    for value in values {
        let text = match value {
            Value::Missing => {
                missing = true;
                continue;
            }
            Value::Text(text) if field::is_missing(value) => {
                words.insert(text.clone());
                of_words += 1;
                continue;
            }
            Value::Number(number) => number.to_string(),
            Value::Boolean(truth) => truth.to_string(),
            Value::Text(text) => text.clone(),
        };
        count += 1;
        let number = !matches!(value, Value::Boolean(_)) && field::number(value).is_ok();
        numeric += usize::from(number);
        numbers &= number;
        booleans &= !matches!(value, Value::Number(_)) && field::boolean(value).is_ok();
        let date = match value {
            Value::Text(text) if dates => Date::read(text),
            _ => None,
        };
        dates &= date.is_some();
        time |= date.is_some_and(|date| date.seconds.is_some());
        whole &= text.parse().is_ok_and(|x: f64| x.fract() == 0.0);
        distinct.insert(text);
    }
    let many = count >= LEAST_IDS && distinct.len() * 20 >= count * 19;
    let mostly = many && numeric as f64 >= MOSTLY * count as f64;
    let kind = match count {
        // Nothing is known of it: what comes later is taken as it is.
        0 => Kind::Category,
        _ if numbers => Kind::Number,
        _ if booleans => Kind::Boolean,
        _ if dates => Kind::Date,
        _ if mostly => Kind::Number,
        _ if many => Kind::Id,
        _ => Kind::Category,
    };
    match kind {
        Kind::Number | Kind::Boolean | Kind::Date => missing |= of_words > 0,
        _ => distinct.extend(words),
    }
    Column {
        missing,
        distinct: distinct.len() as u32,
        // A 0 that never changed is taken for one of two values.
        two_values: match distinct.len() {
            2 => matches!(kind, Kind::Number | Kind::Boolean),
            1 => distinct.contains("0"),
            _ => false,
        },
        codes: kind == Kind::Number
            && whole
            && (3..=MOST_CODES).contains(&distinct.len())
            && count >= 10 * distinct.len(),
        time: kind == Kind::Date && time,
        ..Column::new(name, kind)
    }
}
