//! Evidence that a covariance has not taken in yet.

use mesu_kernels::Matrix;
use mesu_kernels::covariance::add_weighted_rows;
use mesu_kernels::online::point::products_of_first;

/// Examples that wait at most: enough for their sum to be a product of matrices.
pub(super) const MOST: usize = 64;

/// Downdates of V, and updates of its inverse, that wait: `V - sum p p^T` and `A + sum h h^T`.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    /// V x times the root of the downdate's factor, `[MOST][n]`.
    p: Matrix,
    /// x times the root of its curvature, `[MOST][n]`.
    h: Matrix,
    len: usize,
}

impl Waiting {
    pub(super) fn new(n: usize) -> Self {
        Self {
            p: Matrix::zeros(MOST, n),
            h: Matrix::zeros(MOST, n),
            len: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn is_full(&self) -> bool {
        self.len == MOST
    }

    /// Adds evidence of curvature `c` along `x`, where `p` is V x and the downdate's factor is `kappa`.
    pub(super) fn push(&mut self, c: f32, x: &[f32], kappa: f32, p: &[f32]) {
        let scaled = |to: &mut [f32], factor: f32, from: &[f32]| {
            to.iter_mut().zip(from).for_each(|(to, x)| *to = factor * x);
        };
        scaled(self.h.row_mut(self.len), c.sqrt(), x);
        scaled(self.p.row_mut(self.len), kappa.sqrt(), p);
        self.len += 1;
    }

    /// Adds what waits to a product `out` = V x, `[1][n]`.
    pub(super) fn correct(&self, x: &Matrix, out: &mut Matrix) {
        if self.len == 0 {
            return;
        }
        let (mut along, mut terms) = ([0.0; MOST], [(0, 0.0); MOST]);
        let (along, terms) = (&mut along[..self.len], &mut terms[..self.len]);
        products_of_first(&self.p, x, along);
        for (k, (term, dot)) in terms.iter_mut().zip(along).enumerate() {
            *term = (k, -*dot);
        }
        add_weighted_rows(&self.p, terms, out);
    }

    /// Directions of V's downdates, `[len][n]`.
    pub(super) fn downdates(&self) -> Matrix {
        self.part(&self.p)
    }

    /// Directions of the inverse's updates, `[len][n]`.
    pub(super) fn evidence(&self) -> Matrix {
        self.part(&self.h)
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
    }

    /// Restores what waited; `None` if it is too much, or the shapes differ.
    pub(super) fn restore(&mut self, downdates: &[f32], evidence: &[f32]) -> Option<()> {
        let n = self.p.columns();
        let len = downdates.len() / n;
        let fits = downdates.len() == len * n && evidence.len() == len * n && len < MOST;
        let finite = downdates.iter().chain(evidence).all(|x| x.is_finite());
        (fits && finite).then_some(())?;
        for k in 0..len {
            self.p.row_mut(k).copy_from_slice(&downdates[k * n..][..n]);
            self.h.row_mut(k).copy_from_slice(&evidence[k * n..][..n]);
        }
        self.len = len;
        Some(())
    }

    fn part(&self, matrix: &Matrix) -> Matrix {
        let values = &matrix.padded()[..self.len * matrix.stride()];
        let rows = values.chunks_exact(matrix.stride());
        let values: Vec<f32> = rows
            .flat_map(|row| &row[..matrix.columns()])
            .copied()
            .collect();
        Matrix::from_slice(self.len, matrix.columns(), &values)
    }
}
