//! The nearest of the last rows.

use mesu::{ConfigError, LearnError};
use serde::{Deserialize, Serialize};

use super::member::{Lesson, Member, Shape, to_bytes};
use super::opinions::{Doubt, Opinions};

/// The last rows with their labels, and the shares of these among the nearest to a row. The distance is that of the
/// inputs without hats.
pub(super) struct Neighbors {
    nearest: usize,
    /// Rows that there is room for.
    room: usize,
    outputs: usize,
    kept: Kept,
}

/// Rows that are kept, each in the place of the one `room` rows before it.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// Inputs, `[inputs][room]`: a row's distances to all others go through each input's numbers in order.
    inputs: Vec<f32>,
    /// Sums of the squares of a row's inputs, `[room]`.
    norms: Vec<f32>,
    labels: Vec<u32>,
    weights: Vec<f32>,
    /// Rows learned.
    learned: u64,
    width: usize,
}

/// Weight of the shares among all rows kept, in neighbors.
const PRIOR: f32 = 1.0;

impl Neighbors {
    pub(super) fn new(room: usize, nearest: usize, shape: Shape) -> Self {
        let (room, width) = (room.max(1), shape.inputs.0);
        Self {
            nearest: nearest.max(1),
            room,
            outputs: shape.outputs,
            kept: Kept {
                inputs: vec![0.0; room * width],
                norms: vec![0.0; room],
                labels: Vec::new(),
                weights: Vec::new(),
                learned: 0,
                width,
            },
        }
    }

    pub(super) fn restore(room: usize, nearest: usize, shape: Shape, bytes: &[u8]) -> Option<Self> {
        let new = Self::new(room, nearest, shape);
        let kept: Kept = postcard::from_bytes(bytes).ok()?;
        let rows = kept.learned.min(new.room as u64) as usize;
        let fits = kept.width == new.kept.width
            && kept.inputs.len() == new.kept.inputs.len()
            && kept.norms.len() == new.room
            && kept.labels.len() == rows
            && kept.weights.len() == rows
            && kept
                .labels
                .iter()
                .all(|label| (*label as usize) < new.outputs);
        fits.then_some(Self { kept, ..new })
    }

    /// Squared distances to all rows kept, less the square of `x` itself.
    fn distances(&self, x: &[f32]) -> Vec<f32> {
        let mut distances = self.kept.norms.clone();
        for (x, column) in x.iter().zip(self.kept.inputs.chunks_exact(self.room)) {
            if *x != 0.0 {
                let twice = 2.0 * x;
                let each = distances.iter_mut().zip(column);
                each.for_each(|(distance, y)| *distance -= twice * y);
            }
        }
        distances.truncate(self.kept.labels.len());
        distances
    }

    /// Places of the nearest rows, with their distances.
    fn nearest(&self, x: &[f32]) -> Vec<(f32, usize)> {
        let distances = self.distances(x);
        let mut nearest: Vec<(f32, usize)> = Vec::with_capacity(self.nearest + 1);
        let mut farthest = f32::INFINITY;
        for (place, distance) in distances.into_iter().enumerate() {
            if distance < farthest {
                let at = nearest.partition_point(|(other, _)| *other <= distance);
                nearest.insert(at, (distance, place));
                nearest.truncate(self.nearest);
                if nearest.len() == self.nearest {
                    farthest = nearest[self.nearest - 1].0;
                }
            }
        }
        nearest
    }
}

impl Member for Neighbors {
    fn predict(&self, inputs: &[f32], opinions: &mut Opinions) -> Result<(), LearnError> {
        let x = &inputs[..self.kept.width];
        let first = opinions.probabilities.len();
        opinions.probabilities.resize(first + self.outputs, 0.0);
        let shares = &mut opinions.probabilities[first..];
        let kept = &self.kept;
        let even = 1.0 / self.outputs as f32;
        let mut all = 1.0;
        shares.fill(even);
        for (label, weight) in kept.labels.iter().zip(&kept.weights) {
            shares[*label as usize] += weight;
            all += weight;
        }
        shares.iter_mut().for_each(|share| *share *= PRIOR / all);
        let mut sum = PRIOR;
        for (_, place) in self.nearest(x) {
            let weight = kept.weights[place];
            shares[kept.labels[place] as usize] += weight;
            sum += weight;
        }
        shares.iter_mut().for_each(|share| *share /= sum);
        opinions.doubts.push(Doubt::default());
        Ok(())
    }

    fn learn(
        &mut self,
        inputs: &[f32],
        lesson: Lesson,
        opinions: &mut Opinions,
    ) -> Result<(), LearnError> {
        self.predict(inputs, opinions)?;
        let kept = &mut self.kept;
        let x = &inputs[..kept.width];
        let place = (kept.learned % self.room as u64) as usize;
        kept.learned += 1;
        for (x, column) in x.iter().zip(kept.inputs.chunks_exact_mut(self.room)) {
            column[place] = *x;
        }
        kept.norms[place] = x.iter().map(|x| x * x).sum();
        if place == kept.labels.len() {
            kept.labels.push(lesson.class);
            kept.weights.push(lesson.weight);
        } else {
            kept.labels[place] = lesson.class;
            kept.weights[place] = lesson.weight;
        }
        Ok(())
    }

    fn grow(&mut self, outputs: usize) -> Result<(), ConfigError> {
        self.outputs = outputs;
        Ok(())
    }

    fn save(&self) -> Result<Vec<u8>, LearnError> {
        Ok(to_bytes(&self.kept))
    }
}
