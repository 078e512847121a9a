//! Columns of a source in the order of a schema's.

use mesu_rows::{Row, Value};

use super::error::RunError;
use crate::schema::{Kind, Schema};

/// Places in a source of a schema's columns.
#[derive(Debug)]
pub(super) struct Columns {
    /// Place of each column of the schema; none where they are the same.
    from: Option<Vec<Option<usize>>>,
    /// Columns of the source that are none of the schema's.
    pub(super) unused: Vec<String>,
    ordered: Vec<Value>,
}

impl Columns {
    /// Finds the columns of `schema` in `columns`. Those that are not looked at, and the target, may be missing.
    pub(super) fn find(
        schema: &Schema,
        columns: &[String],
        origin: &str,
    ) -> Result<Self, RunError> {
        let names = schema.columns.iter().map(|column| &column.name);
        let place = |name: &String| columns.iter().position(|column| column == name);
        let from: Vec<Option<usize>> = names.clone().map(place).collect();
        let missing: Vec<String> = schema
            .columns
            .iter()
            .zip(&from)
            .filter(|(column, from)| {
                from.is_none() && !matches!(column.kind, Kind::Ignored | Kind::Id)
            })
            .map(|(column, _)| column.name.clone())
            .collect();
        if !missing.is_empty() {
            let looked_at = schema.features().map(|(_, column)| column.name.clone());
            return Err(RunError::Columns {
                origin: origin.to_owned(),
                missing,
                columns: looked_at.collect(),
            });
        }
        let unused = columns
            .iter()
            .filter(|name| !names.clone().any(|known| known == *name));
        let same = from.iter().enumerate().all(|(at, from)| *from == Some(at));
        Ok(Self {
            unused: unused.cloned().collect(),
            from: (!same || columns.len() != from.len()).then_some(from),
            ordered: Vec::new(),
        })
    }

    /// Puts the values of a row into the order of the schema.
    pub(super) fn order(&mut self, row: &mut Row) {
        let Some(from) = &self.from else { return };
        self.ordered.clear();
        for from in from {
            let value = from.and_then(|from| row.values.get_mut(from));
            self.ordered
                .push(value.map(std::mem::take).unwrap_or_default());
        }
        std::mem::swap(&mut self.ordered, &mut row.values);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, Target};

    fn schema() -> Schema {
        let columns = ["a", "b", "y"].map(|name| Column::new(name, Kind::Number));
        let task = Target::Class {
            classes: Vec::new(),
        };
        Schema::new(columns.into(), 2, task).unwrap()
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn columns_come_in_any_order_and_without_the_target() {
        let mut columns = Columns::find(&schema(), &names(&["b", "new", "a"]), "rows").unwrap();
        assert_eq!(columns.unused, ["new"]);
        let mut row = Row {
            number: 1,
            values: [2.0, 3.0, 1.0].map(Value::Number).into(),
        };
        columns.order(&mut row);
        assert_eq!(
            row.values,
            [Value::Number(1.0), Value::Number(2.0), Value::Missing]
        );
    }

    #[test]
    fn a_column_that_is_looked_at_must_be_there() {
        let error = Columns::find(&schema(), &names(&["a", "y"]), "rows").unwrap_err();
        assert_eq!(
            error.to_string(),
            "rows: no column b; expected the columns of the state: a, b"
        );
    }
}
