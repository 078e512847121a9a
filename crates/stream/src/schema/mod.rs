//! Columns of rows: what they hold, and which of them is to be predicted.

mod date;
mod field;
mod infer;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub(crate) use self::date::Date;
pub(crate) use self::field::{Field, Unfit, number, read};
pub use self::infer::{INFERRED_FROM, Roles};

/// Content of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Kind {
    /// Numbers.
    Number,
    /// Truth values.
    Boolean,
    /// Names of things, any number of them.
    Category,
    /// Dates, with or without a time of the day.
    Date,
    /// Text that is another one in each row: not looked at.
    Id,
    /// Anything: not looked at.
    Ignored,
}

/// Scale of a column's numbers that is given, and not learned from them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// Number that becomes 0.
    pub mean: f64,
    /// Distance from it that becomes 1; >= 0, where 0 makes 0 of every number.
    pub deviation: f64,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Column {
    /// Name, as in the header.
    pub name: String,
    /// Content.
    pub kind: Kind,
    /// True if values are known to be missing: the column then has an input of its own that says so.
    #[serde(default)]
    pub missing: bool,
    /// Different values that were seen when the column was looked at, at most 1,000; 0 if it never was.
    #[serde(default)]
    pub distinct: u32,
    /// True of numbers that are one of two values.
    #[serde(default)]
    pub two_values: bool,
    /// True of whole numbers of which there are few, so that each can have an input of its own.
    #[serde(default)]
    pub codes: bool,
    /// True of dates with a time of the day.
    #[serde(default)]
    pub time: bool,
    /// Scale of its numbers, if that is given: they have no other input then, and 0 where they are missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<Scale>,
}

impl Column {
    /// A column whose values were not looked at.
    #[must_use]
    pub fn new(name: impl Into<String>, kind: Kind) -> Self {
        Self {
            name: name.into(),
            kind,
            missing: false,
            distinct: 0,
            two_values: kind == Kind::Boolean,
            codes: false,
            time: kind == Kind::Date,
            scale: None,
        }
    }

    /// A column of numbers of a given scale.
    #[must_use]
    pub fn scaled(name: impl Into<String>, scale: Scale) -> Self {
        Self {
            scale: Some(scale),
            ..Self::new(name, Kind::Number)
        }
    }
}

/// Content of the column that is to be predicted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Target {
    /// A class, by its name. More may come than these.
    Class {
        /// Classes known from the start.
        classes: Vec<String>,
    },
    /// A number.
    Value,
}

/// Columns of rows, in the order of their values, and their parts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Schema {
    /// Columns, in the order of a row's values. That of the target is [`Kind::Ignored`] here.
    pub columns: Vec<Column>,
    /// Column that is to be predicted, from 0.
    pub target: usize,
    /// Content of that column.
    pub task: Target,
    /// Column of names of rows, from 0, by which labels that come late are told.
    #[serde(default)]
    pub id: Option<usize>,
    /// Column of factors of the rows' losses, from 0.
    #[serde(default)]
    pub weight: Option<usize>,
    /// Column of the rows' times, from 0: told with rows that stand out, not learned from.
    #[serde(default)]
    pub time: Option<usize>,
}

impl Schema {
    /// A schema of these columns, of which `target` is to be predicted.
    ///
    /// # Errors
    /// [`SchemaError`] if there is no such column.
    pub fn new(columns: Vec<Column>, target: usize, task: Target) -> Result<Self, SchemaError> {
        let mut schema = Self {
            columns,
            target,
            task,
            id: None,
            weight: None,
            time: None,
        };
        schema.check()?;
        schema.columns[target].kind = Kind::Ignored;
        Ok(schema)
    }

    /// Checks that its parts are columns, no two the same, and that names differ.
    pub(crate) fn check(&self) -> Result<(), SchemaError> {
        let columns = self.columns.len();
        let time = self.time.filter(|time| *time == self.target);
        let roles = [Some(self.target), self.id, self.weight, time];
        let mut taken: Vec<usize> = roles.into_iter().flatten().collect();
        let all = taken.iter().copied().chain(self.time);
        if let Some(column) = { all }.find(|column| *column >= columns) {
            return Err(SchemaError::NoColumn { column, columns });
        }
        taken.sort_unstable();
        if let Some(twice) = taken.windows(2).find(|pair| pair[0] == pair[1]) {
            let column = self.columns[twice[0]].name.clone();
            return Err(SchemaError::TwoRoles { column });
        }
        let mut names = BTreeSet::new();
        if let Some(twice) = self
            .columns
            .iter()
            .find(|column| !names.insert(&column.name))
        {
            let column = twice.name.clone();
            return Err(SchemaError::TwoColumns { column });
        }
        let unsound = |column: &&Column| {
            column.scale.is_some_and(|Scale { mean, deviation }| {
                let sound = mean.is_finite() && deviation.is_finite() && deviation >= 0.0;
                column.kind != Kind::Number || !sound
            })
        };
        match self.columns.iter().find(unsound) {
            Some(column) => Err(SchemaError::Scale {
                column: column.name.clone(),
            }),
            None => Ok(()),
        }
    }

    /// Checks that a learner can be made of it: that something is left to learn from, too.
    pub(crate) fn check_for_learner(&self) -> Result<(), SchemaError> {
        self.check()?;
        if self.features().next().is_none() {
            let ids = self.columns.iter().filter(|column| column.kind == Kind::Id);
            return Err(SchemaError::NothingLeft {
                ids: ids.map(|column| column.name.clone()).collect(),
            });
        }
        Ok(())
    }

    /// Columns that are looked at, with their places.
    pub(crate) fn features(&self) -> impl Iterator<Item = (usize, &Column)> {
        let used = |column: &Column| !matches!(column.kind, Kind::Id | Kind::Ignored);
        let columns = self.columns.iter().enumerate();
        columns.filter(move |(at, column)| *at != self.target && used(column))
    }
}

/// Reason why a schema can't be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// A part is given to a column that is not there.
    #[error("column {column} of {columns}, counted from 0")]
    NoColumn {
        /// Column, from 0.
        column: usize,
        /// Number of columns.
        columns: usize,
    },
    /// A name is not in the header.
    #[error("no column {name:?}; the columns are {}", columns.join(", "))]
    NoName {
        /// Name that was asked for.
        name: String,
        /// Names there are.
        columns: Vec<String>,
    },
    /// A column has two parts.
    #[error("column {column:?} is given two parts of target, id, weight and time; expected one")]
    TwoRoles {
        /// Its name.
        column: String,
    },
    /// No column is left to learn from.
    #[error(
        "no column is left to learn from beside the target and those that are ignored{}",
        of_ids(ids)
    )]
    NothingLeft {
        /// Columns of text that is another one in each row.
        ids: Vec<String>,
    },
    /// Two columns have one name.
    #[error("two columns are called {column:?}; expected different names")]
    TwoColumns {
        /// Their name.
        column: String,
    },
    /// A scale is none.
    #[error("column {column:?}: a scale that is not finite, or of something else than numbers")]
    Scale {
        /// Its name.
        column: String,
    },
    /// There is no row to tell by what the columns hold.
    #[error("no rows to tell by what the columns hold; expected at least one")]
    NoRows,
    /// A row is of another width than the header.
    #[error("row {row} has {found} values; expected {expected}, one a column")]
    Width {
        /// Number of the row, from 1.
        row: u64,
        /// Values in the row.
        found: usize,
        /// Columns.
        expected: usize,
    },
    /// The target of a regression is no number.
    #[error("row {row}, column {column:?}: {found}; expected {expected}")]
    Target {
        /// Number of the row, from 1.
        row: u64,
        /// Name of the column.
        column: String,
        /// Value found.
        found: String,
        /// Value expected.
        expected: &'static str,
    },
}

fn of_ids(ids: &[String]) -> String {
    match ids {
        [] => String::new(),
        ids => format!(
            "; not learned from, text that differs in each row: {}",
            ids.join(", ")
        ),
    }
}
