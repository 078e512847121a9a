//! A fast, independent matrix product on the same shapes.
//!
//! The rate comes from the `faer` crate, whose product is the `gemm` crate's, with the machine's best
//! instruction set and blocking for its caches. Only benchmarks use it: its bits differ from machine to
//! machine.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatRef, Par};
use mesu::Generator;

use crate::product::{Layout, Product, flops};
use crate::timing::rate_of;

/// Matrices for a list of products, to time them with.
#[derive(Debug)]
pub(crate) enum Baseline {
    OneThread(Matrices),
    /// For each thread of the rayon pool its own.
    AllThreads(Vec<Mutex<Matrices>>),
}

impl Baseline {
    /// Run on the thread that asks.
    pub(crate) fn on_this_thread(products: &[Product]) -> Self {
        Self::OneThread(Matrices::new(products))
    }

    /// Run on every thread of the current rayon pool, side by side.
    pub(crate) fn on_all_threads(products: &[Product]) -> Self {
        let threads = 0..rayon::current_num_threads();
        Self::AllThreads(
            threads
                .map(|_| Mutex::new(Matrices::new(products)))
                .collect(),
        )
    }

    /// Floating-point operations/s of all threads together, of rounds in which each runs all products
    /// `times` times.
    pub(crate) fn rate(&mut self, least: Duration, times: usize) -> Option<f64> {
        let run = |own: &mut Matrices| (0..times).for_each(|_| own.run());
        let (rounds, flops) = match self {
            Self::OneThread(own) => (rate_of(least, || run(own)), own.flops),
            Self::AllThreads(all) => {
                // Each thread locks its own; a panic elsewhere leaves it usable.
                let lock = |own: &Mutex<Matrices>, work: &dyn Fn(&mut Matrices)| {
                    work(&mut own.lock().unwrap_or_else(PoisonError::into_inner));
                };
                let rounds = rate_of(least, || {
                    rayon::broadcast(|thread| lock(&all[thread.index()], &run));
                });
                let flops = all.iter_mut().map(|own| {
                    let own = own.get_mut().unwrap_or_else(PoisonError::into_inner);
                    own.flops
                });
                (rounds, flops.sum())
            }
        };
        Some(rounds * times as f64 * flops)
    }
}

/// The factors of products, and room for what they give.
#[derive(Debug)]
pub(crate) struct Matrices {
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

impl Matrices {
    /// Matrices of normals for `products`.
    fn new(products: &[Product]) -> Self {
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
    fn run(&mut self) {
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
            let mut matrices = Matrices::new(&[Product {
                rows,
                depth,
                columns,
                layout,
            }]);
            matrices.run();
            let Operands { a, b, c, .. } = &matrices.products[0];
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
            assert_eq!(matrices.flops, 120.0);
        }
    }
}
