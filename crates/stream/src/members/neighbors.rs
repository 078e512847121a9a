//! The nearest of the last rows.

use mesu::{ConfigError, LearnError, Target};
use serde::{Deserialize, Serialize};

use super::member::{Lesson, Member, Outputs, Shape, to_bytes};
use super::opinions::{Doubt, Opinions};
use super::residuals::Residuals;

/// The last rows with their labels, and the shares of these among the nearest to a row. The distance is that of the
/// inputs without hats.
pub(super) struct Neighbors {
    nearest: usize,
    /// Rows that there is room for.
    room: usize,
    outputs: Outputs,
    kept: Kept,
}

/// Rows that are kept, each in the place of the one `room` rows before it.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// Inputs, `[inputs][room]`: a row's distances to all others go through each input's numbers in order.
    inputs: Vec<f32>,
    /// Sums of the squares of a row's inputs, `[room]`.
    norms: Vec<f32>,
    /// Classes; none of values.
    labels: Vec<u32>,
    /// Values; none of classes.
    values: Vec<f32>,
    weights: Vec<f32>,
    residuals: Residuals,
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
                values: Vec::new(),
                residuals: Residuals::default(),
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
        let sound = match new.outputs {
            Outputs::Classes(classes) => {
                let known = |label: &u32| (*label as usize) < classes;
                kept.labels.len() == rows && kept.labels.iter().all(known)
            }
            Outputs::Value => kept.values.len() == rows,
        };
        let fits = kept.width == new.kept.width
            && kept.inputs.len() == new.kept.inputs.len()
            && kept.norms.len() == new.room
            && kept.weights.len() == rows
            && sound;
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
        distances.truncate(self.kept.weights.len());
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

impl Neighbors {
    /// Adds the shares of the classes among the nearest, and a little of those among all.
    fn shares(&self, x: &[f32], classes: usize, numbers: &mut Vec<f32>) {
        let first = numbers.len();
        // Of no row, all classes are alike.
        numbers.resize(first + classes, 1.0 / classes as f32);
        let (shares, kept) = (&mut numbers[first..], &self.kept);
        let mut all = 1.0;
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
    }

    /// Mean value of the nearest; 0 of no row.
    fn mean(&self, x: &[f32]) -> f32 {
        let (mut sum, mut weights) = (0.0, 0.0);
        for (_, place) in self.nearest(x) {
            let weight = self.kept.weights[place];
            sum += weight * self.kept.values[place];
            weights += weight;
        }
        if weights > 0.0 { sum / weights } else { 0.0 }
    }
}

impl Member for Neighbors {
    fn predict(&self, inputs: &[f32], opinions: &mut Opinions) -> Result<(), LearnError> {
        let x = &inputs[..self.kept.width];
        match self.outputs {
            Outputs::Classes(classes) => {
                self.shares(x, classes, &mut opinions.numbers);
                opinions.doubts.push(Doubt::default());
            }
            Outputs::Value => {
                let variance = self.kept.residuals.variance();
                opinions.push_value(self.mean(x), variance, Doubt::default());
            }
        }
        Ok(())
    }

    fn learn(
        &mut self,
        inputs: &[f32],
        lesson: Lesson,
        opinions: &mut Opinions,
    ) -> Result<(), LearnError> {
        self.predict(inputs, opinions)?;
        let told = opinions.of(opinions.doubts.len() - 1)[0];
        let kept = &mut self.kept;
        let x = &inputs[..kept.width];
        let place = (kept.learned % self.room as u64) as usize;
        kept.learned += 1;
        for (x, column) in x.iter().zip(kept.inputs.chunks_exact_mut(self.room)) {
            column[place] = *x;
        }
        kept.norms[place] = x.iter().map(|x| x * x).sum();
        match lesson.target {
            Target::Label(class) => put(&mut kept.labels, place, class),
            Target::Value(value) => {
                put(&mut kept.values, place, value);
                kept.residuals.learn(value - told);
            }
        }
        put(&mut kept.weights, place, lesson.weight);
        Ok(())
    }

    fn grow(&mut self, outputs: usize) -> Result<(), ConfigError> {
        self.outputs = Outputs::Classes(outputs);
        Ok(())
    }

    fn save(&self) -> Result<Vec<u8>, LearnError> {
        Ok(to_bytes(&self.kept))
    }
}

/// Puts an item at a place that is there, or the next.
fn put<T>(list: &mut Vec<T>, place: usize, item: T) {
    match list.get_mut(place) {
        Some(old) => *old = item,
        None => list.push(item),
    }
}
