//! Answers over time, in stretches that grow with the stream.

use mesu::metric::RegressionSums;
use serde::{Deserialize, Serialize};

use super::scored::Scored;
use crate::answer::{Told, Truth};
use crate::metric::{ValueMeasures, ValueScore};

/// Most stretches.
const MOST: usize = 400;

/// Answers in stretches of as many rows each, but for the last. When there are [`MOST`] of them, each two
/// that follow each other become one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Trace {
    /// Answers in a stretch.
    stride: u64,
    stretches: Vec<Stretch>,
}

/// Answers that follow each other, as sums.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Stretch {
    rows: u64,
    labeled: u64,
    loss: f64,
    epistemic: f64,
    spread: f64,
    strangers: u64,
    weights: Vec<f32>,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Kind {
    /// Right and wrong answers: their number, and sums of their total and epistemic uncertainty.
    Class([(u64, f64, f64); 2]),
    /// Scores, and the sum of the deviations told.
    Value(RegressionSums, f64),
}

/// Answers to rows that follow each other, as means.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TracePoint {
    /// Rows that the learner was given up to its end, of all sources.
    pub rows: u64,
    /// Rows with a label in it.
    pub labeled: u64,
    /// Mean loss, nats: -ln p(label), or -ln of the density.
    pub loss: f64,
    /// Mean epistemic uncertainty, bits, or a variance.
    pub epistemic: f64,
    /// Mean spread of the networks' predictions.
    pub spread: f64,
    /// Share of rows marked as unlike those before, 0 to 1.
    pub strangers: f64,
    /// Weights of the members at its end.
    pub weights: Vec<f32>,
    /// Scores of the answers.
    pub score: TraceScore,
}

/// Scores of answers to rows that follow each other.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub enum TraceScore {
    /// Classes.
    Class {
        /// Share of right answers, 0 to 1.
        accuracy: f64,
        /// Uncertainty of right answers, if there were any.
        right: Option<Uncertainty>,
        /// Uncertainty of wrong answers, if there were any.
        wrong: Option<Uncertainty>,
    },
    /// Values.
    Value {
        /// Measures of these answers alone.
        measures: ValueMeasures,
        /// Mean of the standard deviations that were told.
        deviation: f64,
    },
}

/// Mean uncertainty of answers, bits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Uncertainty {
    /// Total.
    pub total: f64,
    /// Epistemic.
    pub epistemic: f64,
}

impl Default for Trace {
    fn default() -> Self {
        Self {
            stride: 1,
            stretches: Vec::new(),
        }
    }
}

impl Trace {
    pub(super) fn add(&mut self, scored: &Scored<'_>) {
        let full = |stretch: &Stretch| stretch.labeled >= self.stride;
        if self.stretches.last().is_none_or(full) {
            if self.stretches.len() == MOST {
                self.stretches = merged(&self.stretches, 2);
                self.stride *= 2;
            }
            self.stretches.push(Stretch::new(scored));
        }
        if let Some(last) = self.stretches.last_mut() {
            last.add(scored);
        }
    }

    /// Means of at most so many stretches, or of one.
    pub(super) fn points(&self, most: usize) -> Vec<TracePoint> {
        let together = self.stretches.len().div_ceil(most.max(1)).max(1);
        let merged = merged(&self.stretches, together);
        merged.into_iter().map(Stretch::point).collect()
    }
}

/// Each so many stretches that follow each other as one.
fn merged(stretches: &[Stretch], together: usize) -> Vec<Stretch> {
    let each = stretches.chunks(together).filter_map(|chunk| {
        let (first, others) = chunk.split_first()?;
        let mut sum = first.clone();
        others.iter().for_each(|other| sum.merge(other));
        Some(sum)
    });
    each.collect()
}

impl Stretch {
    fn new(scored: &Scored<'_>) -> Self {
        Self {
            rows: 0,
            labeled: 0,
            loss: 0.0,
            epistemic: 0.0,
            spread: 0.0,
            strangers: 0,
            weights: vec![0.0; scored.weights.len()],
            kind: match scored.answer.told {
                Told::Class(_) => Kind::Class([(0, 0.0, 0.0); 2]),
                Told::Value(_) => Kind::Value(RegressionSums::default(), 0.0),
            },
        }
    }

    fn add(&mut self, scored: &Scored<'_>) {
        let (total, epistemic) = scored.uncertainty();
        self.rows = scored.rows;
        self.labeled += 1;
        self.loss += scored.loss;
        self.epistemic += epistemic;
        self.spread += f64::from(scored.answer.spread);
        self.strangers += u64::from(scored.answer.stranger);
        for (kept, weight) in self.weights.iter_mut().zip(scored.weights) {
            *kept = *weight as f32;
        }
        match (&mut self.kind, &scored.answer.told, scored.truth) {
            (Kind::Class(parts), Told::Class(_), _) => {
                let part = &mut parts[usize::from(!scored.is_right())];
                *part = (part.0 + 1, part.1 + total, part.2 + epistemic);
            }
            (Kind::Value(sums, deviation), Told::Value(answer), Truth::Value(value)) => {
                *deviation += answer.total.sqrt();
                let score = ValueScore {
                    value: value as f32,
                    mean: answer.mean as f32,
                    variance: answer.total as f32,
                };
                score.add_to(sums);
            }
            _ => {}
        }
    }

    /// Adds the stretch that follows.
    fn merge(&mut self, next: &Self) {
        self.rows = next.rows;
        self.labeled += next.labeled;
        self.loss += next.loss;
        self.epistemic += next.epistemic;
        self.spread += next.spread;
        self.strangers += next.strangers;
        self.weights.clone_from(&next.weights);
        match (&mut self.kind, &next.kind) {
            (Kind::Class(parts), Kind::Class(others)) => {
                for (part, other) in parts.iter_mut().zip(others) {
                    *part = (part.0 + other.0, part.1 + other.1, part.2 + other.2);
                }
            }
            (Kind::Value(sums, deviation), Kind::Value(others, other)) => {
                sums.merge(others);
                *deviation += other;
            }
            _ => {}
        }
    }

    fn point(self) -> TracePoint {
        let share = 1.0 / self.labeled as f64;
        TracePoint {
            rows: self.rows,
            labeled: self.labeled,
            loss: share * self.loss,
            epistemic: share * self.epistemic,
            spread: share * self.spread,
            strangers: share * self.strangers as f64,
            weights: self.weights,
            score: match &self.kind {
                Kind::Class([right, wrong]) => TraceScore::Class {
                    accuracy: share * right.0 as f64,
                    right: uncertainty(*right),
                    wrong: uncertainty(*wrong),
                },
                Kind::Value(sums, deviation) => TraceScore::Value {
                    measures: ValueMeasures::of(sums),
                    deviation: share * deviation,
                },
            },
        }
    }
}

fn uncertainty((answers, total, epistemic): (u64, f64, f64)) -> Option<Uncertainty> {
    (answers > 0).then(|| Uncertainty {
        total: total / answers as f64,
        epistemic: epistemic / answers as f64,
    })
}
