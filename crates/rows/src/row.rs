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

/// One value of a row that is written, without its own memory.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum ValueRef<'a> {
    /// Nothing.
    #[default]
    Missing,
    /// Number; one that is not finite is written as `NaN`, `inf` or `-inf`, in JSON as null.
    Number(f64),
    /// Truth value, written as `true` or `false`.
    Boolean(bool),
    /// Text.
    Text(&'a str),
}

/// Largest integer up to which an f64 holds every integer, 2^53: those beyond, ids for example, are text.
pub(crate) const MAX_EXACT: u64 = 1 << 53;

impl Value {
    /// Becomes `text`, in the memory of the text that was there.
    pub(crate) fn set_text(&mut self, text: &str) {
        if let Self::Text(old) = self {
            old.clear();
            old.push_str(text);
        } else {
            *self = Self::Text(text.to_owned());
        }
    }

    /// Becomes an integer's number, or its digits where an f64 would not hold them.
    pub(crate) fn set_integer(&mut self, integer: i128) {
        if integer.unsigned_abs() <= u128::from(MAX_EXACT) {
            *self = Self::Number(integer as f64);
        } else {
            self.set_text(&integer.to_string());
        }
    }
}

impl<'a> From<&'a Value> for ValueRef<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Missing => Self::Missing,
            Value::Number(number) => Self::Number(*number),
            Value::Boolean(boolean) => Self::Boolean(*boolean),
            Value::Text(text) => Self::Text(text),
        }
    }
}

impl From<ValueRef<'_>> for Value {
    fn from(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Missing => Self::Missing,
            ValueRef::Number(number) => Self::Number(number),
            ValueRef::Boolean(boolean) => Self::Boolean(boolean),
            ValueRef::Text(text) => Self::Text(text.to_owned()),
        }
    }
}

impl<'a> From<&'a str> for ValueRef<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl From<f64> for ValueRef<'_> {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for ValueRef<'_> {
    fn from(boolean: bool) -> Self {
        Self::Boolean(boolean)
    }
}

impl<'a, T: Into<ValueRef<'a>>> From<Option<T>> for ValueRef<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Missing, Into::into)
    }
}
