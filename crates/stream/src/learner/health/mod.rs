//! Health of a learner of rows, from its numbers alone.

mod finding;

pub use self::finding::Finding;
use super::StreamLearner;
use super::columns::ColumnReport;
use crate::metric::{Measures, WINDOW};
use crate::schema::Kind;

/// Fewest labels by which answers are judged.
const ENOUGH: u64 = 1_000;

/// Fewest rows of a class that should have been told once.
const OF_CLASS: u64 = 20;

/// Share of rows without a value from which a column says little.
const MOSTLY: f64 = 0.5;

/// Share of rows out of range that is not just a new largest value now and then.
const OFTEN: f64 = 0.01;

/// Share of rows with a category that shares an input.
const SHARED: f64 = 0.2;

/// Share of strangers of late that is far above that of a stream which stays.
const MANY: f64 = 0.1;

impl StreamLearner {
    /// Findings about the learner; none that [needs anything](Finding::is_note) of a healthy one. The worst
    /// come first.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for member in self.members() {
            if self.labeled > 0 && !member.log_loss.is_finite() {
                findings.push(Finding::Broken {
                    member: member.name,
                });
            }
        }
        match self.labeled < ENOUGH {
            true => findings.push(Finding::TooEarly {
                labeled: self.labeled,
            }),
            false => self.judge(&mut findings),
        }
        for class in self.class_rates() {
            // Not a number where a class was never told.
            if class.rows >= OF_CLASS && class.precision.is_nan() {
                let (class, rows) = (class.class, class.rows);
                findings.push(Finding::NeverPredicted { class, rows });
            }
        }
        if self.rows > 0 {
            // Inputs of a given scale are a network's: a pixel at an edge may well be constant.
            let columns = self.schema.features().zip(self.columns());
            let own = columns.filter(|((_, column), _)| column.scale.is_none());
            findings.extend(own.filter_map(|(_, seen)| of_column(seen)));
        }
        let (waiting, given_up) = self.waiting();
        if given_up > 0 {
            findings.push(Finding::GivenUp { rows: given_up });
        }
        if waiting > 0 {
            findings.push(Finding::Waiting { rows: waiting });
        }
        if let (Some(drift), Some(at)) = (self.drifts.last(), self.history.changes().last()) {
            let rows_since = self.rows - at.min(&self.rows);
            if rows_since <= WINDOW as u64 {
                let row = drift.row;
                findings.push(Finding::Drift { row, rows_since });
            }
        }
        findings.sort_by_key(Finding::is_note);
        findings
    }

    /// Judges the answers to the last rows.
    fn judge(&self, findings: &mut Vec<Finding>) {
        match self.window() {
            Measures::Class(window) => {
                if window.kappa.is_finite() && window.kappa <= 0.0 {
                    let (score, value) = ("Kappa", window.kappa);
                    findings.push(Finding::NoBetter { score, value });
                }
                let (ece, chance) = (window.ece, self.chance_calibration().unwrap_or(1.0));
                if ece > 2.0 * chance && ece > 0.03 {
                    findings.push(Finding::Calibration { ece, chance });
                }
            }
            Measures::Value(window) => {
                if window.r2.is_finite() && window.r2 <= 0.0 {
                    let (score, value) = ("R2", window.r2);
                    findings.push(Finding::NoBetter { score, value });
                }
                let coverage = window.coverage;
                // Five deviations of a share of 1,000.
                if (coverage - 0.9).abs() > 0.05 {
                    findings.push(Finding::Coverage { coverage });
                }
            }
        }
        let (mut rows, mut strangers) = (0, 0.0);
        for point in self.history.trace(usize::MAX).iter().rev() {
            rows += point.labeled;
            strangers += point.strangers * point.labeled as f64;
            if rows >= WINDOW as u64 {
                break;
            }
        }
        let share = strangers / rows as f64;
        if share > MANY {
            findings.push(Finding::Strangers { share, rows });
        }
    }
}

fn of_column(seen: ColumnReport) -> Option<Finding> {
    let constant = seen.is_constant();
    let ColumnReport {
        name: column,
        missing,
        out_of_range,
        ..
    } = seen;
    match seen.kind {
        _ if missing > MOSTLY => Some(Finding::MostlyMissing { column, missing }),
        _ if constant => Some(Finding::Constant { column }),
        Kind::Category if out_of_range > SHARED => Some(Finding::ManyCategories {
            column,
            out_of_range,
        }),
        Kind::Category => None,
        _ if out_of_range > OFTEN => Some(Finding::OutOfRange {
            column,
            out_of_range,
        }),
        _ => None,
    }
}
