//! Findings about a learner of rows, each a sentence with its facts.

use std::fmt;

use serde::Serialize;

/// Something found, and the numbers that it is about. Shares are 0 to 1.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
#[allow(missing_docs)] // The fields' names say what they are; their sentences say the rest.
pub enum Finding {
    /// A member whose loss is no number any more.
    Broken { member: String },
    /// Answers no better than those that do not look at a row.
    NoBetter { score: &'static str, value: f64 },
    /// Confidences that do not hold.
    Calibration { ece: f64, chance: f64 },
    /// Intervals of 90 % that hold another share.
    Coverage { coverage: f64 },
    /// A class that is never told.
    NeverPredicted { class: String, rows: u64 },
    /// A column whose values are all the same.
    Constant { column: String },
    /// A column that is mostly missing.
    MostlyMissing { column: String, missing: f64 },
    /// A column that is often out of the range seen before.
    OutOfRange { column: String, out_of_range: f64 },
    /// A category with more values than inputs.
    ManyCategories { column: String, out_of_range: f64 },
    /// Many rows unlike those before.
    Strangers { share: f64, rows: u64 },
    /// Rows that could not be read or learned.
    BadRows { rows: u64, first: String },
    /// Rows whose labels did not come in time.
    GivenUp { rows: u64 },
    /// Rows whose labels may still come.
    Waiting { rows: usize },
    /// A change of the stream of late.
    Drift { row: u64, rows_since: u64 },
    /// Too few labels to judge by.
    TooEarly { labeled: u64 },
}

impl Finding {
    /// Returns whether it is only to be known, and nothing has to be done.
    #[must_use]
    pub fn is_note(&self) -> bool {
        matches!(
            self,
            Self::Waiting { .. } | Self::Drift { .. } | Self::TooEarly { .. }
        )
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: &f64| format!("{:.1} %", 100.0 * share);
        match self {
            Self::Broken { member } => {
                write!(f, "Member {member} broke: its loss is no number any more.")
            }
            Self::NoBetter { score, value } => write!(
                f,
                "{score} of the last 1,000 labels is {value:.3}: no better than without looking at the rows."
            ),
            Self::Calibration { ece, chance } => write!(
                f,
                "Confidence is off by {} in the last 1,000 labels, where chance alone makes {}.",
                percent(ece),
                percent(chance)
            ),
            Self::Coverage { coverage } => write!(
                f,
                "Intervals of 90 % hold {} of the last 1,000 values.",
                percent(coverage)
            ),
            Self::NeverPredicted { class, rows } => write!(
                f,
                "Class {class} came in {} and was never predicted.",
                counted(*rows)
            ),
            Self::Constant { column } => {
                write!(
                    f,
                    "Column {column} is constant: all its values are the same."
                )
            }
            Self::MostlyMissing { column, missing } => {
                write!(
                    f,
                    "Column {column} is missing in {} of the rows.",
                    percent(missing)
                )
            }
            Self::OutOfRange {
                column,
                out_of_range,
            } => write!(
                f,
                "Column {column} is far out of the range seen before in {} of the rows.",
                percent(out_of_range)
            ),
            Self::ManyCategories {
                column,
                out_of_range,
            } => write!(
                f,
                "Column {column} has more values than inputs: in {} of the rows it shares one with others.",
                percent(out_of_range)
            ),
            Self::Strangers { share, rows } => write!(
                f,
                "{} of the last {} are strangers, unlike those before.",
                percent(share),
                counted(*rows)
            ),
            Self::BadRows { rows, first } => write!(
                f,
                "{} of the last source could not be read or learned; the first: {first}.",
                counted(*rows)
            ),
            Self::GivenUp { rows: 1 } => f.write_str(
                "1 row was given up: its label had not come when there was no more room to wait.",
            ),
            Self::GivenUp { rows } => write!(
                f,
                "{rows} rows were given up: their labels had not come when there was no more room to wait."
            ),
            Self::Waiting { rows: 1 } => f.write_str("1 row waits for its label."),
            Self::Waiting { rows } => write!(f, "{rows} rows wait for their labels."),
            Self::Drift { row, rows_since } => {
                let since = counted(*rows_since);
                write!(f, "The stream changed at row {row}, {since} ago.")
            }
            Self::TooEarly { labeled: 0 } => f.write_str("No label was learned yet."),
            Self::TooEarly { labeled: 1 } => {
                f.write_str("Only 1 label was learned: too few to judge by.")
            }
            Self::TooEarly { labeled } => write!(
                f,
                "Only {labeled} labels were learned: too few to judge by."
            ),
        }
    }
}

/// A number of rows.
fn counted(rows: u64) -> String {
    match rows {
        1 => "1 row".to_owned(),
        rows => format!("{rows} rows"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_row_is_not_several() {
        let first = "row 7, 3 values; expected 4".to_owned();
        let one = [
            Finding::BadRows { rows: 1, first },
            Finding::GivenUp { rows: 1 },
            Finding::Waiting { rows: 1 },
            Finding::Drift {
                row: 7,
                rows_since: 1,
            },
            Finding::TooEarly { labeled: 1 },
        ];
        for finding in one {
            let text = finding.to_string();
            let one = text.contains("1 row ") || text.contains("1 label ");
            assert!(
                one && !text.contains("1 rows") && !text.contains(" were "),
                "{text}"
            );
        }
        let two = Finding::Waiting { rows: 2 }.to_string();
        assert_eq!(two, "2 rows wait for their labels.");
    }
}
