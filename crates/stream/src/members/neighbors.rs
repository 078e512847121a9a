//! The nearest of the last rows.

use mesu::{ConfigError, LearnError, Target};
use mesu_kernels::{LANES, online};
use serde::{Deserialize, Serialize};

use super::member::{Lesson, Member, Outputs, Shape, to_bytes};
use super::opinions::{Doubt, Opinions};
use super::residuals::Residuals;

/// The last rows with their labels, and the shares of these among the nearest to a row. The distance is that
/// of the inputs without hats.
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
    /// Inputs, `[inputs][places]`: a row's distances to all others go through each input's numbers in order.
    inputs: Vec<f32>,
    /// Sums of the squares of a row's inputs, `[places]`; infinite where no row is: that is near to none.
    norms: Vec<f32>,
    /// Classes; none of values.
    labels: Vec<u32>,
    /// Values; none of classes.
    values: Vec<f32>,
    weights: Vec<f32>,
    /// Sum of the weights of each class that was learned.
    of_classes: Vec<f64>,
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
                inputs: vec![0.0; room.next_multiple_of(LANES) * width],
                norms: vec![f32::INFINITY; room.next_multiple_of(LANES)],
                labels: Vec::new(),
                values: Vec::new(),
                residuals: Residuals::default(),
                weights: Vec::new(),
                of_classes: Vec::new(),
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
                let known = |label: &u32| (*label as usize) < kept.of_classes.len();
                kept.labels.len() == rows
                    && kept.labels.iter().all(known)
                    && kept.of_classes.len() <= classes
            }
            Outputs::Value => kept.values.len() == rows,
        };
        let fits = kept.width == new.kept.width
            && kept.inputs.len() == new.kept.inputs.len()
            && kept.norms.len() == new.kept.norms.len()
            && kept.weights.len() == rows
            && sound;
        fits.then_some(Self { kept, ..new })
    }

    /// Places of the nearest rows; of equals, the first.
    fn nearest(&self, x: &[f32]) -> Vec<usize> {
        let Kept { inputs, norms, .. } = &self.kept;
        let mut distances = vec![0.0; norms.len()];
        let mut least = vec![0.0; norms.len() / LANES];
        online::distances(x, inputs, norms, &mut distances, &mut least);
        let mut nearest: Vec<(f32, usize)> = Vec::with_capacity(self.nearest + 1);
        let mut farthest = f32::INFINITY;
        let blocks = distances.chunks_exact(LANES).zip(least);
        for (block, (distances, least)) in blocks.enumerate() {
            // Nearly all blocks have nothing near.
            if least >= farthest {
                continue;
            }
            for (place, distance) in distances.iter().enumerate() {
                if *distance < farthest {
                    let at = nearest.partition_point(|(other, _)| other <= distance);
                    nearest.insert(at, (*distance, block * LANES + place));
                    nearest.truncate(self.nearest);
                    if nearest.len() == self.nearest {
                        farthest = nearest[self.nearest - 1].0;
                    }
                }
            }
        }
        nearest.into_iter().map(|(_, place)| place).collect()
    }
}

impl Neighbors {
    /// Adds the shares of the classes among the nearest, and a little of those among all.
    fn shares(&self, x: &[f32], classes: usize, numbers: &mut Vec<f32>) {
        let first = numbers.len();
        // Of no row, all classes are alike.
        numbers.resize(first + classes, 1.0 / classes as f32);
        let (shares, kept) = (&mut numbers[first..], &self.kept);
        let all = 1.0 + kept.of_classes.iter().sum::<f64>();
        let each = shares.iter_mut().zip(&kept.of_classes);
        each.for_each(|(share, weight)| *share += *weight as f32);
        let all = all as f32;
        shares.iter_mut().for_each(|share| *share *= PRIOR / all);
        let mut sum = PRIOR;
        for place in self.nearest(x) {
            let weight = kept.weights[place];
            shares[kept.labels[place] as usize] += weight;
            sum += weight;
        }
        shares.iter_mut().for_each(|share| *share /= sum);
    }

    /// Mean value of the nearest; 0 of no row.
    fn mean(&self, x: &[f32]) -> f32 {
        let (mut sum, mut weights) = (0.0, 0.0);
        for place in self.nearest(x) {
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
        self.learn_ahead(inputs, lesson, opinions.last())
    }

    fn learn_ahead(
        &mut self,
        inputs: &[f32],
        lesson: Lesson,
        opinion: &[f32],
    ) -> Result<(), LearnError> {
        let told = opinion[0];
        let kept = &mut self.kept;
        let x = &inputs[..kept.width];
        let place = (kept.learned % self.room as u64) as usize;
        kept.learned += 1;
        let places = kept.norms.len();
        for (x, column) in x.iter().zip(kept.inputs.chunks_exact_mut(places)) {
            column[place] = *x;
        }
        kept.norms[place] = x.iter().map(|x| x * x).sum();
        match lesson.target {
            Target::Label(class) => {
                if let (Some(old), Some(weight)) = (kept.labels.get(place), kept.weights.get(place))
                {
                    kept.of_classes[*old as usize] -= f64::from(*weight);
                }
                let classes = kept.of_classes.len().max(class as usize + 1);
                kept.of_classes.resize(classes, 0.0);
                kept.of_classes[class as usize] += f64::from(lesson.weight);
                put(&mut kept.labels, place, class);
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn the_nearest_are_those_of_a_plain_search() {
        let shape = Shape {
            inputs: (3, 3),
            active: (3.0, 3.0),
            outputs: Outputs::Classes(2),
            seed: 1,
        };
        let (mut neighbors, mut random) = (Neighbors::new(100, 7, shape), Random::new(1));
        let mut draw = || [0; 3].map(|_| random.below(1_000) as f32 / 500.0 - 1.0);
        let rows: Vec<[f32; 3]> = (0..250).map(|_| draw()).collect();
        let lesson = Lesson {
            target: Target::Label(1),
            weight: 1.0,
        };
        for (learned, row) in rows.iter().enumerate() {
            let x = draw();
            let mut plain: Vec<(f32, usize)> = (learned.saturating_sub(100)..learned)
                .map(|i| {
                    let squares = rows[i].iter().zip(x).map(|(a, b)| (a - b) * (a - b));
                    (squares.sum(), i % 100)
                })
                .collect();
            plain.sort_by(|a, b| a.0.total_cmp(&b.0));
            plain.truncate(7);
            let mut expected: Vec<usize> = plain.into_iter().map(|(_, place)| place).collect();
            let mut found = neighbors.nearest(&x);
            expected.sort_unstable();
            found.sort_unstable();
            assert_eq!(found, expected, "after {learned} rows");
            let mut opinions = Opinions::default();
            neighbors.learn(row, lesson, &mut opinions).unwrap();
            let sum: f32 = opinions.of(0).iter().sum();
            assert!((sum - 1.0).abs() < 1e-5);
        }
    }
}
