//! An inverse covariance of low rank.

use mesu_kernels::Matrix;
use mesu_kernels::covariance::add_weighted_rows;
use mesu_kernels::online::point::products;

use super::eigen::eigen;
use super::waiting::Waiting;

/// Inverse covariance `A = floor I + B^T B` of n inputs, whose rows of B are orthogonal.
///
/// By Woodbury `V = ( I - sum_k b_k b_k^T / (floor + |b_k|^2) ) / floor`, where b_k are the rows of B. Evidence that waits
/// is added to B at a cut, which keeps the `rank` largest directions; what is dropped goes where it is isotropic, into
/// the floor.
#[derive(Clone, Debug)]
pub(super) struct LowRank {
    rank: usize,
    floor: f32,
    /// `[rows][n]`, at most `rank` rows.
    directions: Matrix,
    /// Squared length of each row.
    lengths: Vec<f64>,
    pub(super) waiting: Waiting,
}

impl LowRank {
    /// Independent synapses of this variance.
    pub(super) fn new(n: usize, rank: usize, variance: f32) -> Self {
        Self {
            rank,
            floor: 1.0 / variance,
            directions: Matrix::zeros(0, n),
            lengths: Vec::new(),
            waiting: Waiting::new(n),
        }
    }

    pub(super) fn floor(&self) -> f32 {
        self.floor
    }

    pub(super) fn directions(&self) -> &Matrix {
        &self.directions
    }

    /// Computes `out = V x`, both `[1][n]`; `terms` is room to work in.
    pub(super) fn product(&self, x: &Matrix, out: &mut Matrix, terms: &mut Vec<(usize, f32)>) {
        let share = 1.0 / self.floor;
        let (from, to) = (x.padded(), out.padded_mut());
        to.iter_mut().zip(from).for_each(|(to, x)| *to = share * x);
        if !self.lengths.is_empty() {
            let mut along = Matrix::zeros(1, self.lengths.len());
            products(&self.directions, x, &mut along);
            let terms_of = along.row(0).iter().zip(&self.lengths).enumerate();
            let weight = |length: f64| share / (self.floor + length as f32);
            let weighted = terms_of.map(|(k, (dot, length))| (k, -weight(*length) * dot));
            terms.clear();
            terms.extend(weighted);
            add_weighted_rows(&self.directions, terms, out);
        }
        self.waiting.correct(x, out);
    }

    /// Takes in what waits, and keeps the largest directions.
    pub(super) fn apply(&mut self) {
        if self.waiting.len() == 0 {
            return;
        }
        let (old, new, n) = (
            self.lengths.len(),
            self.waiting.len(),
            self.directions.columns(),
        );
        let evidence = self.waiting.evidence();
        let row = |k: usize| match k < old {
            true => self.directions.row(k),
            false => evidence.row(k - old),
        };
        // Inner products of all rows, those of B among themselves being known.
        let size = old + new;
        let mut gram = vec![0.0; size * size];
        for i in 0..size {
            for j in 0..=i {
                let product = match (i < old, i == j) {
                    (true, true) => self.lengths[i],
                    (true, false) => 0.0,
                    (false, _) => inner(row(i), row(j)),
                };
                gram[i * size + j] = product;
                gram[j * size + i] = product;
            }
        }
        // Rows of the vectors are the eigenvectors, the largest eigenvalue first.
        let (values, vectors) = eigen(gram, size);
        let kept = self.rank.min(size);
        let mut stacked = Matrix::zeros(size, n);
        (0..size).for_each(|k| stacked.row_mut(k).copy_from_slice(row(k)));
        let mut directions = Matrix::zeros(kept, n);
        let mut lengths = Vec::with_capacity(kept);
        for k in 0..kept {
            let weights = &vectors[k * size..(k + 1) * size];
            let terms = weights.iter().enumerate().map(|(row, w)| (row, *w as f32));
            let mut sum = Matrix::zeros(1, n);
            add_weighted_rows(&stacked, &terms.collect::<Vec<_>>(), &mut sum);
            directions.row_mut(k).copy_from_slice(sum.row(0));
            lengths.push(inner(sum.row(0), sum.row(0)));
        }
        let dropped: f64 = values[kept..].iter().map(|w| w.max(0.0)).sum();
        self.floor += (dropped / n as f64) as f32;
        (self.directions, self.lengths) = (directions, lengths);
        self.waiting.clear();
    }

    /// Forgets the share `lost`: `A <- (1 - lost) A + lost prior I`. Returns false if a number is not finite.
    pub(super) fn forget(&mut self, lost: f64, prior_precision: f64) -> bool {
        self.apply();
        let kept = 1.0 - lost;
        let root = kept.sqrt();
        let numbers = self.directions.padded_mut().iter_mut();
        numbers.for_each(|b| *b = (root * f64::from(*b)) as f32);
        let rows = 0..self.directions.rows();
        let length = |k: usize| inner(self.directions.row(k), self.directions.row(k));
        self.lengths = rows.map(length).collect();
        self.floor = (kept * f64::from(self.floor) + lost * prior_precision) as f32;
        self.floor.is_finite() && self.lengths.iter().all(|w| w.is_finite())
    }

    /// Writes the diagonal of V, without what waits.
    pub(super) fn variances(&self, out: &mut [f32]) {
        let floor = f64::from(self.floor);
        // In f64: where a direction is one input's, nearly all of the floor's share is taken away.
        let mut known = vec![0.0f64; out.len()];
        for (k, length) in self.lengths.iter().enumerate() {
            let weight = 1.0 / (floor + length);
            let row = self.directions.row(k).iter();
            let squares = row.map(|b| f64::from(*b) * f64::from(*b));
            known
                .iter_mut()
                .zip(squares)
                .for_each(|(sum, b)| *sum += weight * b);
        }
        let pairs = out.iter_mut().zip(known);
        pairs.for_each(|(to, known)| *to = ((1.0 - known) / floor) as f32);
    }

    /// Restores floor and directions; `None` if they do not fit.
    pub(super) fn restore(&mut self, floor: f32, directions: &[f32]) -> Option<()> {
        let n = self.directions.columns();
        let rows = directions.len() / n;
        let fits = rows <= self.rank && directions.len() == rows * n;
        let sound = floor > 0.0 && floor.is_finite() && directions.iter().all(|b| b.is_finite());
        (fits && sound).then_some(())?;
        self.floor = floor;
        self.directions = Matrix::from_slice(rows, n, directions);
        self.lengths = directions
            .chunks_exact(n)
            .map(|row| inner(row, row))
            .collect();
        Some(())
    }
}

/// Inner product in f64, in eight sums.
fn inner(a: &[f32], b: &[f32]) -> f64 {
    const WIDE: usize = 8;
    let mut sums = [0.0; WIDE];
    let (whole_a, rest_a) = a.as_chunks::<WIDE>();
    let (whole_b, rest_b) = b.as_chunks::<WIDE>();
    for (a, b) in whole_a.iter().zip(whole_b) {
        for k in 0..WIDE {
            sums[k] += f64::from(a[k]) * f64::from(b[k]);
        }
    }
    let rest = rest_a
        .iter()
        .zip(rest_b)
        .map(|(a, b)| f64::from(*a) * f64::from(*b));
    sums.iter().sum::<f64>() + rest.sum::<f64>()
}
