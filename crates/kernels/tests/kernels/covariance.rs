//! Kernels of covariances.

use mesu_kernels::covariance::{Sign, add_outer, add_products, add_weighted_rows, invert};
use mesu_kernels::{Generator, Matrix};
use proptest::prelude::*;

use crate::support::{close, values};

fn matrix(rows: usize, columns: usize) -> impl Strategy<Value = Matrix> {
    values(rows * columns).prop_map(move |values| Matrix::from_slice(rows, columns, &values))
}

/// Sum of the products of two lists of numbers, and of their magnitudes.
fn sum(a: impl Iterator<Item = f32>, b: impl Iterator<Item = f32>) -> (f64, f64) {
    let products = a.zip(b).map(|(a, b)| f64::from(a) * f64::from(b));
    products.fold((0.0, 0.0), |(sum, size), x| (sum + x, size + x.abs()))
}

proptest! {
    #[test]
    fn weighted_rows(
        (m, weights, start) in (1usize..12, 1usize..40)
            .prop_flat_map(|(rows, columns)| (matrix(rows, columns), values(rows), matrix(1, columns)))
    ) {
        let terms: Vec<(usize, f32)> = weights.iter().copied().enumerate().rev().collect();
        let mut out = start.clone();
        add_weighted_rows(&m, &terms, &mut out);
        for j in 0..m.columns() {
            let column = (0..m.rows()).map(|row| m.row(row)[j]);
            let (expected, size) = sum(weights.iter().copied(), column);
            let start = f64::from(start.row(0)[j]);
            prop_assert!(close(out.row(0)[j], start + expected, size + start.abs()));
        }
    }

    #[test]
    fn products_of_rows(
        (m, factors, rows) in (1usize..9, 1usize..9, 1usize..40)
            .prop_flat_map(|(k, o, n)| (matrix(o, n), matrix(k, o), matrix(k, n)))
    ) {
        let mut out = m.clone();
        add_products(&mut out, &factors, &rows);
        for o in 0..m.rows() {
            for i in 0..m.columns() {
                let column = |of: &Matrix, at: usize| -> Vec<f32> {
                    (0..of.rows()).map(|k| of.row(k)[at]).collect()
                };
                let (a, b) = (column(&factors, o), column(&rows, i));
                let (expected, size) = sum(a.into_iter(), b.into_iter());
                let start = f64::from(m.row(o)[i]);
                prop_assert!(close(out.row(o)[i], start + expected, size + start.abs()));
            }
        }
    }

    #[test]
    fn outer_products(
        (m, factors) in (0usize..9, 1usize..40)
            .prop_flat_map(|(k, n)| (matrix(n, n), matrix(k, n))),
        plus in any::<bool>(),
    ) {
        // Symmetric, as it is to stay.
        let n = m.rows();
        let mut start = m.clone();
        for i in 0..n {
            (0..i).for_each(|j| start.row_mut(i)[j] = m.row(j)[i]);
        }
        let mut out = start.clone();
        add_outer(&mut out, &factors, if plus { Sign::Plus } else { Sign::Minus });
        let sign = if plus { 1.0 } else { -1.0 };
        for i in 0..n {
            for j in 0..n {
                let column = |at: usize| (0..factors.rows()).map(|k| factors.row(k)[at]).collect::<Vec<_>>();
                let (expected, size) = sum(column(i).into_iter(), column(j).into_iter());
                let from = f64::from(start.row(i)[j]);
                prop_assert!(close(out.row(i)[j], from + sign * expected, size + from.abs()));
                prop_assert_eq!(out.row(i)[j].to_bits(), out.row(j)[i].to_bits());
            }
        }
    }
}

/// `floor I + F^T F` with random F, `[k][n]`.
pub(crate) fn positive(n: usize, k: usize, floor: f32, seed: u64) -> Matrix {
    let mut a = Matrix::zeros(n, n);
    (0..n).for_each(|i| a.row_mut(i)[i] = floor);
    let factors = Generator::named(seed, "factors", &[]).normals(k * n);
    add_outer(&mut a, &Matrix::from_slice(k, n, &factors), Sign::Plus);
    a
}

#[test]
fn inverses() {
    for (n, k, floor) in [
        (1, 1, 1.0),
        (3, 0, 0.5),
        (31, 5, 1.0),
        (32, 40, 0.1),
        (33, 3, 2.0),
        (150, 300, 50.0),
    ] {
        let a = positive(n, k, floor, n as u64);
        let mut inverse = Matrix::zeros(n, n);
        assert!(invert(&a, &mut inverse), "{n}");
        let scale = f64::from(a.values().fold(0.0, f32::max)) / f64::from(floor);
        for i in 0..n {
            for j in 0..n {
                assert_eq!(inverse.row(i)[j].to_bits(), inverse.row(j)[i].to_bits());
                let (product, _) = sum(a.row(i).iter().copied(), inverse.row(j).iter().copied());
                let expected = f64::from(u8::from(i == j));
                // The inverse is rounded to f32.
                assert!(
                    (product - expected).abs() < 1e-6 * scale * (n as f64).sqrt(),
                    "{n}: {i} {j}: {product}"
                );
            }
        }
    }
}

#[test]
fn matrices_without_an_inverse_are_told() {
    let kept = positive(40, 40, 1.0, 1);
    for broken in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        for at in [0, 35, 39] {
            let mut a = positive(40, 3, 1.0, 2);
            a.row_mut(at)[at] = broken;
            let mut inverse = kept.clone();
            assert!(!invert(&a, &mut inverse), "{broken} at {at}");
            assert_eq!(inverse, kept);
        }
    }
}
