//! The whole covariance of some inputs.

use mesu_kernels::Matrix;
use mesu_kernels::covariance::{Sign, add_outer, add_weighted_rows, invert};

use super::waiting::Waiting;

/// Shares of A's largest diagonal entry that are added to the diagonal where rounding took its inverse.
const JITTERS: [f32; 3] = [1e-7, 1e-6, 1e-5];

/// Covariance V of the synapses at n inputs, and its inverse.
#[derive(Clone, Debug)]
pub(super) struct Full {
    /// V without what waits, `[n][n]`.
    variance: Matrix,
    /// Its inverse without what waits: a sum of positive terms, in which nothing cancels.
    precision: Matrix,
    /// Sums of V's rows, `[1][n]`: V times an input that is 1 everywhere.
    row_sums: Matrix,
    pub(super) waiting: Waiting,
}

impl Full {
    /// Independent synapses of this variance.
    pub(super) fn new(n: usize, variance: f32) -> Self {
        let identity = |value: f32| {
            let mut matrix = Matrix::zeros(n, n);
            (0..n).for_each(|i| matrix.row_mut(i)[i] = value);
            matrix
        };
        let mut full = Self {
            variance: identity(variance),
            precision: identity(1.0 / variance),
            row_sums: Matrix::zeros(1, n),
            waiting: Waiting::new(n),
        };
        full.sum_rows();
        full
    }

    pub(super) fn variance(&self) -> &Matrix {
        &self.variance
    }

    pub(super) fn precision(&self) -> &Matrix {
        &self.precision
    }

    /// Computes `out = V x`, both `[1][n]`.
    ///
    /// `terms` is room to work in. Inputs most of which are one number, as the background of images, cost the rows of the
    /// others alone.
    pub(super) fn product(&self, x: &Matrix, out: &mut Matrix, terms: &mut Vec<(usize, f32)>) {
        let common = common_value(x.row(0));
        let sums = self.row_sums.row(0).iter();
        out.padded_mut().fill(0.0);
        out.row_mut(0)
            .iter_mut()
            .zip(sums)
            .for_each(|(to, sum)| *to = common * sum);
        terms.resize(x.columns(), (0, 0.0));
        let mut count = 0;
        for (i, x) in x.row(0).iter().enumerate() {
            // Written at any rate: a branch would be mispredicted where what varies does.
            terms[count] = (i, x - common);
            count += usize::from(*x != common);
        }
        add_weighted_rows(&self.variance, &terms[..count], out);
        self.waiting.correct(x, out);
    }

    /// Takes in what waits.
    pub(super) fn apply(&mut self) {
        if self.waiting.len() > 0 {
            add_outer(&mut self.variance, &self.waiting.downdates(), Sign::Minus);
            add_outer(&mut self.precision, &self.waiting.evidence(), Sign::Plus);
            self.waiting.clear();
            self.sum_rows();
        }
    }

    /// Forgets the share `lost`: `A <- (1 - lost) A + lost prior I`, and V is computed anew. Returns false if A has no
    /// inverse, not even with a little more on its diagonal.
    pub(super) fn forget(&mut self, lost: f64, prior_precision: f64) -> bool {
        self.apply();
        let kept = 1.0 - lost;
        let numbers = self.precision.padded_mut().iter_mut();
        numbers.for_each(|a| *a = (kept * f64::from(*a)) as f32);
        let share = (lost * prior_precision) as f32;
        let largest = self.add_to_diagonal(share);
        let sound = invert(&self.precision, &mut self.variance)
            || JITTERS.iter().any(|jitter| {
                self.add_to_diagonal(jitter * largest);
                invert(&self.precision, &mut self.variance)
            });
        self.sum_rows();
        sound
    }

    /// Adds a number to A's diagonal; returns its largest entry.
    fn add_to_diagonal(&mut self, more: f32) -> f32 {
        let mut largest = 0.0f32;
        for i in 0..self.precision.rows() {
            let a = &mut self.precision.row_mut(i)[i];
            *a += more;
            largest = largest.max(*a);
        }
        largest
    }

    /// Restores V and its inverse, each the upper triangle row by row; `None` if they are of another size, or a
    /// variance is not positive.
    pub(super) fn restore(&mut self, variance: &[f32], precision: &[f32]) -> Option<()> {
        fill_from_triangle(&mut self.variance, variance)?;
        fill_from_triangle(&mut self.precision, precision)?;
        self.sum_rows();
        Some(())
    }

    fn sum_rows(&mut self) {
        let all: Vec<(usize, f32)> = (0..self.variance.rows()).map(|i| (i, 1.0)).collect();
        self.row_sums.padded_mut().fill(0.0);
        add_weighted_rows(&self.variance, &all, &mut self.row_sums);
    }
}

/// The number that more than half of the inputs are; 0 if there is none.
fn common_value(x: &[f32]) -> f32 {
    let (mut candidate, mut lead) = (0.0f32, 0usize);
    for value in x {
        let same = value.to_bits() == candidate.to_bits();
        match (same, lead) {
            (true, _) => lead += 1,
            (false, 0) => (candidate, lead) = (*value, 1),
            (false, _) => lead -= 1,
        }
    }
    let bits = candidate.to_bits();
    let count = x.iter().filter(|value| value.to_bits() == bits).count();
    if 2 * count > x.len() { candidate } else { 0.0 }
}

/// Upper triangle of a symmetric matrix, row by row.
pub(super) fn triangle(matrix: &Matrix) -> Vec<f32> {
    (0..matrix.rows())
        .flat_map(|i| &matrix.row(i)[i..])
        .copied()
        .collect()
}

/// Fills a symmetric matrix with what [`triangle`] gave; `None` if that is of another size, or can't be positive definite.
fn fill_from_triangle(matrix: &mut Matrix, values: &[f32]) -> Option<()> {
    let n = matrix.rows();
    (values.len() == n * (n + 1) / 2 && values.iter().all(|x| x.is_finite())).then_some(())?;
    let mut values = values.iter();
    for i in 0..n {
        for (j, value) in (i..n).zip(&mut values) {
            matrix.row_mut(i)[j] = *value;
            matrix.row_mut(j)[i] = *value;
        }
    }
    let diagonal = |i: usize| f64::from(matrix.row(i)[i]);
    let bounded = |i: usize, j: usize| {
        f64::from(matrix.row(i)[j]).powi(2) <= 1.001 * diagonal(i) * diagonal(j)
    };
    let sound = |i: usize| diagonal(i) > 0.0 && (0..i).all(|j| bounded(i, j));
    (0..n).all(sound).then_some(())
}
