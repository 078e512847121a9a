//! Reasons why rows can't be learned or a learner can't be made.

use crate::schema::{SchemaError, Unfit};

/// A row that is not what the schema says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowError {
    /// The row has another number of values than there are columns.
    #[error("row {row} has {found} values; expected {expected}, one a column")]
    Width {
        /// Number of the row in its source, from 1.
        row: u64,
        /// Values in the row.
        found: usize,
        /// Columns.
        expected: usize,
    },
    /// A value is not what its column holds.
    #[error("row {row}, column {column:?}: {found}; expected {expected}")]
    Value {
        /// Number of the row in its source, from 1.
        row: u64,
        /// Name of the column.
        column: String,
        /// Value found.
        found: String,
        /// Value expected.
        expected: &'static str,
    },
}

impl RowError {
    pub(crate) fn value(row: u64, column: &str, unfit: Unfit) -> Self {
        let Unfit { found, expected } = unfit;
        Self::Value {
            row,
            column: column.to_owned(),
            found,
            expected,
        }
    }
}

/// Reason why rows were not learned, or a learner was not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError {
    /// A row is not what the schema says; nothing of the call was learned.
    #[error("{error}")]
    Row {
        /// Place among the rows of the call, from 0.
        index: usize,
        /// Row, column and value.
        error: RowError,
    },
    /// The schema can't be used.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// A network that has learned elsewhere is for other rows.
    #[error(
        "a network of {inputs} inputs, {outputs} outputs and {heads} heads; expected {expected_inputs}, \
         {expected_outputs} and 1"
    )]
    Network {
        /// Its inputs.
        inputs: usize,
        /// Its outputs.
        outputs: usize,
        /// Its heads.
        heads: usize,
        /// Inputs that rows of the schema have.
        expected_inputs: usize,
        /// Outputs that the schema's target needs.
        expected_outputs: usize,
    },
    /// A setting is out of its range.
    #[error("{field} is {found}; expected {expected}")]
    Setting {
        /// Name of the setting.
        field: &'static str,
        /// Its value.
        found: String,
        /// Values accepted.
        expected: String,
    },
    /// A member's settings are out of their range.
    #[error("member {member}: {error}")]
    Config {
        /// Name of the member.
        member: String,
        /// Setting, value and range.
        error: mesu::ConfigError,
    },
    /// A member can't go on.
    #[error("member {member}: {error}")]
    Member {
        /// Name of the member.
        member: String,
        /// Its learner's error.
        error: mesu::LearnError,
    },
    /// The state has no form as bytes.
    #[error("the learner's state has no form as bytes")]
    Unsaved,
}
