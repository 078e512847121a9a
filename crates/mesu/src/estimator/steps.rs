//! From the activations of a layer to the input of the next, and the way back.
//!
//! Activations are `[features][columns * pixels]`: of every feature one plane of pixels after another,
//! one for each column.

use mesu_kernels::pool::Pool;

use super::Noise;
use crate::layer::Between;

/// What the steps after a layer compute, and what their way back needs.
#[derive(Clone, Debug, Default)]
pub(super) struct Steps {
    /// Activations, then what each step that changes shapes makes of them. Others work in place.
    values: Vec<Vec<f32>>,
    /// Of each step: where the largest were, or which numbers were not dropped (their bits).
    kept: Vec<Vec<u32>>,
    /// Gradients on their way.
    d: Vec<f32>,
}

/// Whether to drop, and the noise that says what.
pub(super) type Dropping<'a, N> = Option<&'a mut N>;

impl Steps {
    /// The activations, to be filled in.
    pub(super) fn activations(&mut self) -> &mut Vec<f32> {
        if self.values.is_empty() {
            self.values.push(Vec::new());
        }
        &mut self.values[0]
    }

    /// What the steps made of them, by the number of those that change shapes.
    pub(super) fn output(&self, then: &[Between]) -> &[f32] {
        &self.values[then.iter().filter(|step| step.reshapes()).count()]
    }

    /// The same, to change.
    pub(super) fn output_mut(&mut self, then: &[Between]) -> &mut [f32] {
        &mut self.values[then.iter().filter(|step| step.reshapes()).count()]
    }

    /// Goes through the steps; drops out only with noise.
    pub(super) fn forward<N: Noise>(
        &mut self,
        then: &[Between],
        columns: usize,
        mut dropping: Dropping<'_, N>,
    ) {
        self.kept.resize_with(then.len(), Vec::new);
        let mut at = 0;
        for (step, kept) in then.iter().zip(&mut self.kept) {
            if step.reshapes() && self.values.len() == at + 1 {
                self.values.push(Vec::new());
            }
            let (before, after) = self.values.split_at_mut(at + 1);
            let x = &mut before[at];
            match *step {
                Between::Relu => relu(x),
                Between::Dropout(p) => match dropping.as_deref_mut() {
                    Some(noise) => drop_out(x, p, noise, kept),
                    None => kept.clear(),
                },
                Between::MaxPool(pool) => {
                    let squares = squares(&pool, x.len());
                    after[0].resize(squares, 0.0);
                    kept.resize(squares, 0);
                    pool.max(x, &mut after[0], kept);
                }
                Between::MeanPool(pool) => {
                    after[0].resize(squares(&pool, x.len()), 0.0);
                    pool.mean(x, &mut after[0]);
                }
                Between::Flatten(pixels) => {
                    after[0].resize(x.len(), 0.0);
                    transpose(x, columns, pixels, &mut after[0]);
                }
            }
            at += usize::from(step.reshapes());
        }
    }

    /// From the gradient `d` at the output to the gradient at the activations, after [`forward`](Self::forward).
    pub(super) fn backward(&mut self, then: &[Between], columns: usize, d: &mut Vec<f32>) {
        let mut at = then.iter().filter(|step| step.reshapes()).count();
        for (step, kept) in then.iter().zip(&self.kept).rev() {
            at -= usize::from(step.reshapes());
            let x = &self.values[at];
            let dx = &mut self.d;
            if step.reshapes() {
                dx.resize(x.len(), 0.0);
            }
            match *step {
                Between::Relu => {
                    for (d, x) in d.iter_mut().zip(x) {
                        *d = if *x > 0.0 { *d } else { 0.0 };
                    }
                    continue;
                }
                // Nothing was dropped.
                Between::Dropout(_) if kept.is_empty() => continue,
                Between::Dropout(p) => {
                    let grown = 1.0 / (1.0 - p);
                    for (i, d) in d.iter_mut().enumerate() {
                        let kept = kept[i / 32] >> (i % 32) & 1 == 1;
                        *d = if kept { *d * grown } else { 0.0 };
                    }
                    continue;
                }
                Between::MaxPool(_) => Pool::max_gradient(d, kept, dx),
                Between::MeanPool(pool) => pool.mean_gradient(d, dx),
                Between::Flatten(pixels) => transpose(d, pixels, columns, dx),
            }
            std::mem::swap(d, dx);
            d.truncate(x.len());
        }
    }
}

impl Between {
    /// Whether what it makes has another shape than its input.
    fn reshapes(&self) -> bool {
        !matches!(self, Self::Relu | Self::Dropout(_))
    }
}

fn squares(pool: &Pool, pixels: usize) -> usize {
    let (rows, columns) = pool.output();
    pixels / (pool.height * pool.width) * rows * columns
}

fn relu(h: &mut [f32]) {
    h.iter_mut()
        .for_each(|h| *h = if *h > 0.0 { *h } else { 0.0 });
}

/// Two squared normals add up to more than `-2 ln p` with probability p.
fn drop_out<N: Noise>(x: &mut [f32], p: f32, noise: &mut N, kept: &mut Vec<u32>) {
    let bound = (-2.0 * f64::from(p).ln()) as f32;
    let grown = 1.0 / (1.0 - p);
    kept.clear();
    let mut z = [0.0; 64];
    for x in x.chunks_mut(32) {
        noise.fill_normal(&mut z);
        let mut bits = 0;
        for (i, x) in x.iter_mut().enumerate() {
            let keep = z[2 * i] * z[2 * i] + z[2 * i + 1] * z[2 * i + 1] <= bound;
            *x = if keep { *x * grown } else { 0.0 };
            bits |= u32::from(keep) << i;
        }
        kept.push(bits);
    }
}

/// `[features][rows][columns]` to `[features][columns][rows]`.
fn transpose(from: &[f32], rows: usize, columns: usize, to: &mut [f32]) {
    let features = from.chunks_exact(rows * columns);
    for (from, to) in features.zip(to.chunks_exact_mut(rows * columns)) {
        for (row, from) in from.chunks_exact(columns).enumerate() {
            for (column, x) in from.iter().enumerate() {
                to[column * rows + row] = *x;
            }
        }
    }
}
