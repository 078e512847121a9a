//! The yardstick of the batch benchmarks: a fast, independent matrix product on the same shapes.
//!
//! `C[m][n] = sum_k A[m][k] B[k][n]` takes `2 m k n` floating-point operations. The rate comes from
//! the `faer` crate, whose product is the `gemm` crate's, with the machine's best instruction set
//! and blocking for its caches. Only benchmarks use it: its bits differ from machine to machine.

use std::sync::{Mutex, PoisonError};

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatRef, Par};
use mesu::Generator;

/// Which factor is stored as its transpose; everything is row-major.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// A is `[m][k]`, B is `[k][n]`.
    Plain,
    /// A is stored as `[k][m]`.
    LeftTransposed,
    /// B is stored as `[n][k]`.
    RightTransposed,
}

/// The shape of one matrix product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Product {
    /// m, rows of C.
    pub rows: usize,
    /// k, the length of its sums.
    pub depth: usize,
    /// n, columns of C.
    pub columns: usize,
    /// How the factors are stored.
    pub layout: Layout,
}

/// Floating-point operations of all `products`, two to a multiply-add.
pub fn flops(products: &[Product]) -> f64 {
    products
        .iter()
        .map(|p| 2.0 * p.rows as f64 * p.depth as f64 * p.columns as f64)
        .sum()
}

/// Matrices for a list of products, to time them with.
#[derive(Debug)]
pub struct Yardstick {
    products: Vec<Operands>,
    flops: f64,
}

/// A column-major matrix is the transpose of a row-major one: what is held here is the transpose of
/// what is stored, so that `c^T = b^T a^T`.
#[derive(Debug)]
struct Operands {
    layout: Layout,
    a: Mat<f32>,
    b: Mat<f32>,
    c: Mat<f32>,
}

impl Yardstick {
    /// Matrices of normals for `products`.
    pub fn new(products: &[Product]) -> Self {
        let mut noise = Generator::named(1, "yardstick", &[]);
        let mut filled = |rows: usize, columns: usize| {
            let values = noise.normals(rows * columns);
            Mat::from_fn(columns, rows, |i, j| values[j * columns + i])
        };
        let operands = products.iter().map(|product| {
            let Product {
                rows,
                depth,
                columns,
                layout,
            } = *product;
            Operands {
                layout,
                a: match layout {
                    Layout::LeftTransposed => filled(depth, rows),
                    _ => filled(rows, depth),
                },
                b: match layout {
                    Layout::RightTransposed => filled(columns, depth),
                    _ => filled(depth, columns),
                },
                c: Mat::zeros(columns, rows),
            }
        });
        Self {
            products: operands.collect(),
            flops: flops(products),
        }
    }

    /// Every product once, on this thread.
    pub fn run(&mut self) {
        for Operands { layout, a, b, c } in &mut self.products {
            let (a, b): (MatRef<'_, f32>, MatRef<'_, f32>) = match layout {
                Layout::Plain => (a.as_ref(), b.as_ref()),
                Layout::LeftTransposed => (a.transpose(), b.as_ref()),
                Layout::RightTransposed => (a.as_ref(), b.transpose()),
            };
            matmul(c.as_mut(), Accum::Replace, b, a, 1.0, Par::Seq);
            std::hint::black_box(&mut *c);
        }
    }

    /// Floating-point operations of one [`run`](Self::run).
    pub fn flops(&self) -> f64 {
        self.flops
    }
}

/// A yardstick for each thread of the current rayon pool.
#[derive(Debug)]
pub(super) struct Yardsticks(Vec<Mutex<Yardstick>>);

impl Yardsticks {
    pub(super) fn new(products: &[Product]) -> Self {
        let threads = 0..rayon::current_num_threads();
        Self(
            threads
                .map(|_| Mutex::new(Yardstick::new(products)))
                .collect(),
        )
    }

    /// Every thread runs all products `times` times, side by side.
    pub(super) fn run(&self, times: usize) {
        rayon::broadcast(|thread| {
            // Each thread locks its own; a panic elsewhere leaves it usable.
            let mut own = self.0[thread.index()]
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            (0..times).for_each(|_| own.run());
        });
    }

    /// Floating-point operations of a [`run`](Self::run) of one time, all threads together.
    pub(super) fn flops(&self) -> f64 {
        let of = |own: &Mutex<Yardstick>| own.lock().unwrap_or_else(PoisonError::into_inner).flops;
        self.0.iter().map(of).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layout_is_the_same_product() {
        for layout in [
            Layout::Plain,
            Layout::LeftTransposed,
            Layout::RightTransposed,
        ] {
            let (rows, depth, columns) = (3, 5, 4);
            let mut yardstick = Yardstick::new(&[Product {
                rows,
                depth,
                columns,
                layout,
            }]);
            yardstick.run();
            let Operands { a, b, c, .. } = &yardstick.products[0];
            // a, b and c are the transposes of what is stored.
            let a_at = |m, k| match layout {
                Layout::LeftTransposed => a[(m, k)],
                _ => a[(k, m)],
            };
            let b_at = |k, n| match layout {
                Layout::RightTransposed => b[(k, n)],
                _ => b[(n, k)],
            };
            for m in 0..rows {
                for n in 0..columns {
                    let sum: f32 = (0..depth).map(|k| a_at(m, k) * b_at(k, n)).sum();
                    assert!((c[(n, m)] - sum).abs() < 1e-4, "{layout:?}");
                }
            }
            assert_eq!(yardstick.flops(), 120.0);
        }
    }
}
