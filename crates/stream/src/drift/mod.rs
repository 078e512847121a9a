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
    /// Loss beyond that of a short memory.
    Lag,
}

/// Range of each measure, outside of which it makes no difference, as ADWIN needs numbers of 0 to 1.
const RANGES: [(f64, f64); 3] = [(0.0, 5.0), (0.0, 0.1), (-1.0, 1.0)];

/// Most changes of the stream that are kept.
pub(crate) const MOST_DRIFTS: usize = 1_000;

/// Rows after an alarm that are not looked at. What is measured while a change is being learned tells of the
/// learning: a watch that took it in would report the same change again.
const REST: u64 = 200;

/// Answer of the longest memory to a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signs {
    /// Loss; nats, or half a squared distance in variances.
    pub(crate) loss: f64,
    /// Epistemic uncertainty; bits, or the share of the variance.
    pub(crate) epistemic: f64,
    /// Loss beyond that of a short memory of the same kind, if there is one. What no memory can foresee is in
    /// both, so that a small change shows in it far sooner than in the loss.
    pub(crate) lag: Option<f64>,
}

/// Alarms when loss, epistemic uncertainty or lag of the longest memory leave what they were.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct DriftWatch {
    loss: Adwin,
    epistemic: Adwin,
    /// Rows that are not to be looked at.
    rest: u64,
    /// Saved by itself, behind all else: states from before it was watched are read too.
    #[serde(skip)]
    lag: Option<Adwin>,
}

/// The part of a watch that is saved by itself.
pub(crate) type Lag = Option<Adwin>;

impl DriftWatch {
    /// A watch that takes chance for a change with this probability at a time; it never gives an alarm at 0.
    pub(crate) fn new(chance: f64) -> Self {
        Self {
            loss: Adwin::new(chance),
            epistemic: Adwin::new(chance),
            rest: 0,
            lag: None,
        }
    }

    pub(crate) fn lag(&self) -> &Lag {
        &self.lag
    }

    pub(crate) fn with_lag(self, lag: Lag) -> Self {
        Self { lag, ..self }
    }

    /// Takes in the signs at row `row`.
    pub(crate) fn add(&mut self, row: u64, signs: Signs) -> Option<Drift> {
        if self.rest > 0 {
            self.rest -= 1;
            return None;
        }
        let chance = self.loss.chance();
        let lag = signs.lag.map(|lag| {
            let adwin = self.lag.get_or_insert_with(|| Adwin::new(chance));
            (adwin, lag, Sign::Lag)
        });
        let measures = [
            Some((&mut self.loss, signs.loss, Sign::Loss)),
            Some((&mut self.epistemic, signs.epistemic, Sign::Epistemic)),
            lag,
        ];
        let mut alarm = None;
        for (measure, (low, high)) in measures.into_iter().zip(RANGES) {
            let Some((adwin, x, sign)) = measure else {
                continue;
            };
            let range = high - low;
            let Some(cut) = adwin.add(((x - low) / range).clamp(0.0, 1.0)) else {
                continue;
            };
            // What falls is what is learned.
            if cut.after > cut.before && alarm.is_none() {
                alarm = Some(Drift {
                    row,
                    sign,
                    means: [cut.before, cut.after].map(|mean| low + range * mean),
                    confidence: 1.0 - cut.chance,
                });
            }
        }
        if alarm.is_some() {
            // The stream is another one: all of them begin anew, behind what it takes to learn it.
            *self = Self {
                rest: REST,
                ..Self::new(chance)
            };
        }
        alarm
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    /// Alarms of 6,000 rows whose labels are noise in `noise` of the rows, by their rows. From row 3,000 on
    /// the longest memory's loss is higher by `step`, which it learns in some 1,000 rows, and a short memory
    /// in 50; it doubts its answers the most 300 rows later.
    fn alarms(seed: u64, noise: f64, step: f64, lag: bool) -> Vec<(u64, Sign)> {
        let (mut watch, mut random) = (DriftWatch::new(1e-4), Random::new(seed));
        let mut draw = || random.below(1_000_000) as f64 / 1e6;
        let mut alarms = Vec::new();
        for row in 0..6_000_u64 {
            let since = row as f64 - 3_000.0;
            let left = |rows: f64| {
                if since < 0.0 {
                    0.0
                } else {
                    step * libm::exp(-since / rows)
                }
            };
            let noisy = if draw() < noise { 2.2 } else { 0.1 };
            let (long, short) = (noisy + left(1_000.0), noisy + left(50.0));
            let doubt = left(1_000.0) * (since / 300.0).clamp(0.0, 1.0);
            let signs = Signs {
                loss: long,
                epistemic: 0.002 + 0.02 * doubt + 0.002 * draw(),
                lag: lag.then(|| long - short + 0.4 * (draw() - 0.5)),
            };
            alarms.extend(watch.add(row, signs).map(|drift| (drift.row, drift.sign)));
        }
        alarms
    }

    #[test]
    fn a_change_is_told_once() {
        for seed in 0..10 {
            let told = alarms(seed, 0.1, 2.0, true);
            let [(row, _)] = told[..] else {
                panic!("seed {seed}: {told:?}")
            };
            assert!((3_000..3_100).contains(&row), "seed {seed}: {told:?}");
        }
    }

    #[test]
    fn a_small_change_shows_in_the_lag() {
        for seed in 0..10 {
            let told = alarms(seed, 0.1, 0.2, true);
            assert!(
                matches!(told[..], [(3_000..3_400, _)]),
                "seed {seed}: {told:?}"
            );
            let late = alarms(seed, 0.1, 0.2, false);
            let later = late.first().is_none_or(|late| late.0 > told[0].0);
            assert!(
                later,
                "seed {seed}: {told:?}, without a short memory {late:?}"
            );
        }
    }

    #[test]
    fn noise_is_no_change() {
        let told: usize = (0..20).map(|seed| alarms(seed, 0.1, 0.0, true).len()).sum();
        assert_eq!(told, 0);
    }
}
