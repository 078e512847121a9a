//! Values of a row as what its column is said to hold.

use mesu_rows::Value;

use super::{Column, Date, Kind};

/// Largest magnitude of a number: its square, summed over all rows there will ever be, is a number.
const LARGEST: f64 = 1e100;

/// One value of a row, read as its column's kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Field<'a> {
    /// Nothing.
    Missing,
    /// Number, finite; a truth value is 0 or 1.
    Number(f64),
    /// Category.
    Text(&'a str),
    /// Category of a source that has numbers.
    Code(f64),
    /// Moment.
    Date(Date),
}

/// Reason why a value is not what its column holds: what was found, and what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unfit {
    pub(crate) found: String,
    pub(crate) expected: &'static str,
}

impl Unfit {
    /// The same of a row's value, as it stands there.
    pub(crate) fn value(value: &Value, expected: &'static str) -> Self {
        match value {
            Value::Missing => Self::new("nothing", expected),
            Value::Text(text) => Self::new(text, expected),
            Value::Number(number) => Self::new(number, expected),
            Value::Boolean(truth) => Self::new(truth, expected),
        }
    }

    pub(crate) fn new(found: impl std::fmt::Debug, expected: &'static str) -> Self {
        let mut found = format!("{found:?}");
        // A value of a megabyte helps nobody.
        if let Some((end, _)) = found.char_indices().nth(60) {
            found.truncate(end);
            found.push('…');
        }
        Self { found, expected }
    }
}

/// Words that stand for a value that is missing, in columns of numbers, truth values and dates.
const MISSING: [&str; 8] = ["NA", "N/A", "na", "n/a", "null", "NULL", "None", "?"];

/// Returns whether a value is missing, or a word that says so.
pub(crate) fn is_missing(value: &Value) -> bool {
    match value {
        Value::Missing => true,
        Value::Text(text) => MISSING.contains(&text.trim()),
        _ => false,
    }
}

/// Reads a value as its column's kind.
pub(crate) fn read<'a>(column: &Column, value: &'a Value) -> Result<Field<'a>, Unfit> {
    match (column.kind, value) {
        (_, Value::Missing) | (Kind::Id | Kind::Ignored, _) => Ok(Field::Missing),
        (Kind::Number | Kind::Boolean | Kind::Date, value) if is_missing(value) => {
            Ok(Field::Missing)
        }
        (Kind::Number, _) => number(value).map(Field::Number),
        (Kind::Boolean, _) => boolean(value).map(Field::Number),
        (Kind::Category, Value::Text(text)) => Ok(Field::Text(text)),
        (Kind::Category, Value::Number(code)) => Ok(Field::Code(*code)),
        (Kind::Category, Value::Boolean(truth)) => {
            Ok(Field::Text(if *truth { "true" } else { "false" }))
        }
        (Kind::Date, Value::Text(text)) => {
            let unfit = || Unfit::new(text, "a date like 2024-01-31 or 2024-01-31T12:30");
            Date::read(text).map(Field::Date).ok_or_else(unfit)
        }
        (Kind::Date, Value::Number(other)) => Err(Unfit::new(other, "a date")),
        (Kind::Date, Value::Boolean(other)) => Err(Unfit::new(other, "a date")),
    }
}

/// Reads a number: finite, of a magnitude that can be computed with.
pub(crate) fn number(value: &Value) -> Result<f64, Unfit> {
    let number = match value {
        Value::Number(number) => Some(*number),
        Value::Text(text) => text.trim().parse().ok(),
        Value::Boolean(truth) => Some(f64::from(u8::from(*truth))),
        Value::Missing => None,
    };
    match number {
        Some(number) if number.abs() <= LARGEST => Ok(number),
        Some(number) if number.is_finite() => {
            Err(Unfit::new(number, "a magnitude of at most 1e100"))
        }
        Some(number) => Err(Unfit::new(number, "a finite number")),
        None => Err(match value {
            Value::Text(text) => Unfit::new(text, "a number"),
            other => Unfit::new(other, "a number"),
        }),
    }
}

/// Reads a truth value as 0 or 1.
pub(crate) fn boolean(value: &Value) -> Result<f64, Unfit> {
    let expected = "true or false";
    let truth = match value {
        Value::Boolean(truth) => *truth,
        Value::Number(number) if *number == 0.0 || *number == 1.0 => *number == 1.0,
        Value::Number(number) => return Err(Unfit::new(number, expected)),
        Value::Text(text) if text.eq_ignore_ascii_case("true") || text == "1" => true,
        Value::Text(text) if text.eq_ignore_ascii_case("false") || text == "0" => false,
        Value::Text(text) => return Err(Unfit::new(text, expected)),
        Value::Missing => return Err(Unfit::new("nothing", expected)),
    };
    Ok(f64::from(u8::from(truth)))
}
