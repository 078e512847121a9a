//! Rows, whatever file they are of.

/// One value of a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// Nothing: an empty field, a null, a key that a line of JSON does not have.
    #[default]
    Missing,
    /// Number of a source that has numbers; it may be infinite or NaN.
    Number(f64),
    /// Truth value of a source that has them.
    Boolean(bool),
    /// Text; all that a CSV file has, numbers too.
    Text(String),
}

/// Values of one row, one for each column of its source.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Number of the row in its source, from 1; a header is none.
    pub number: u64,
    /// Values in the order of the source's columns.
    pub values: Vec<Value>,
}
