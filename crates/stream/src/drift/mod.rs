//! Streams that change, and rows that are unlike any before.

mod adwin;
mod strangers;

use serde::{Deserialize, Serialize};

use self::adwin::Adwin;
pub(crate) use self::strangers::Strangers;

/// A change of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Drift {
    /// Number of the row after which it was told.
    pub row: u64,
    /// Measure of the longest memory that rose.
    pub sign: Sign,
    /// Mean of the measure before the change, and after it.
    pub means: [f64; 2],
    /// Probability that this is no chance, as far as the measure's rows are independent: 0 to 1.
    pub confidence: f64,
}

/// A measure that rises when a stream changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Sign {
    /// Loss, nats; of values half the squared distance in variances.
    Loss,
    /// Epistemic uncertainty, bits; of values the share of the variance.
    Epistemic,
}

/// Loss above which it makes no difference, and epistemic uncertainty, as ADWIN needs numbers of 0 to 1.
const MOST: [f64; 2] = [5.0, 0.1];

/// Most changes of the stream that are kept.
pub(crate) const MOST_DRIFTS: usize = 1_000;

/// Rows after an alarm in which there is no other one.
const REST: u64 = 200;

/// Alarms when loss or epistemic uncertainty of the longest memory leave what they were.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct DriftWatch {
    loss: Adwin,
    epistemic: Adwin,
    rest: u64,
}

impl DriftWatch {
    /// A watch that takes chance for a change with this probability at a time; it never gives an alarm at 0.
    pub(crate) fn new(chance: f64) -> Self {
        Self {
            loss: Adwin::new(chance),
            epistemic: Adwin::new(chance),
            rest: 0,
        }
    }

    /// Takes in loss and epistemic uncertainty at row `row`.
    pub(crate) fn add(&mut self, row: u64, loss: f64, epistemic: f64) -> Option<Drift> {
        let measures = [
            (&mut self.loss, loss, Sign::Loss),
            (&mut self.epistemic, epistemic, Sign::Epistemic),
        ];
        let mut alarm = None;
        for ((adwin, x, sign), most) in measures.into_iter().zip(MOST) {
            let Some(cut) = adwin.add((x / most).clamp(0.0, 1.0)) else {
                continue;
            };
            // What falls is what is learned.
            if cut.after > cut.before && alarm.is_none() && self.rest == 0 {
                alarm = Some(Drift {
                    row,
                    sign,
                    means: [cut.before * most, cut.after * most],
                    confidence: 1.0 - cut.chance,
                });
            }
        }
        self.rest = match alarm {
            Some(_) => REST,
            None => self.rest.saturating_sub(1),
        };
        alarm
    }
}
