//! Eigenvalues and eigenvectors of a symmetric matrix, with plain arithmetic and square roots alone, so that their bits are
//! the same on every machine (which libraries do not promise).
//!
//! Householder's reduction to a tridiagonal matrix, then implicit QL steps (Golub, Van Loan, Matrix Computations, 8.3; the
//! routines tred2 and tql2 of EISPACK).

/// Most QL steps for one eigenvalue: two or three are usual.
const MOST_STEPS: usize = 60;

/// Eigenvalues of `a`, `[n][n]`, the largest first, and the eigenvectors, as rows, `[n][n]`.
pub(super) fn eigen(mut a: Vec<f64>, n: usize) -> (Vec<f64>, Vec<f64>) {
    let (mut diagonal, mut beside) = (vec![0.0; n], vec![0.0; n]);
    // Rows of `basis` are turned with the matrix: they end as eigenvectors.
    let mut basis = vec![0.0; n * n];
    (0..n).for_each(|i| basis[i * n + i] = 1.0);
    tridiagonal(&mut a, &mut basis, n);
    for i in 0..n {
        diagonal[i] = a[i * n + i];
        beside[i] = if i + 1 < n { a[i * n + i + 1] } else { 0.0 };
    }
    (0..n).for_each(|l| ql(&mut diagonal, &mut beside, &mut basis, l));
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|i, j| diagonal[*j].total_cmp(&diagonal[*i]));
    let vectors = order
        .iter()
        .flat_map(|i| &basis[i * n..(i + 1) * n])
        .copied();
    (
        order.iter().map(|i| diagonal[*i]).collect(),
        vectors.collect(),
    )
}

/// Turns `a` into a tridiagonal matrix by reflections, and the rows of `basis` with it.
fn tridiagonal(a: &mut [f64], basis: &mut [f64], n: usize) {
    for k in 0..n.saturating_sub(2) {
        // Reflects the part of column k below the diagonal onto its first entry.
        let column: Vec<f64> = (k + 1..n).map(|i| a[i * n + k]).collect();
        let length = column.iter().map(|x| x * x).sum::<f64>().sqrt();
        let tail: f64 = column[1..].iter().map(|x| x * x).sum();
        if tail == 0.0 {
            continue;
        }
        let mut v = column.clone();
        v[0] += if v[0] < 0.0 { -length } else { length };
        let factor = 2.0 / v.iter().map(|x| x * x).sum::<f64>();
        reflect_rows(a, &v, factor, k + 1, n);
        reflect_rows(basis, &v, factor, k + 1, n);
        for row in a.chunks_exact_mut(n) {
            let part = &mut row[k + 1..];
            let along = factor * part.iter().zip(&v).map(|(x, v)| x * v).sum::<f64>();
            part.iter_mut().zip(&v).for_each(|(x, v)| *x -= along * v);
        }
    }
}

/// Applies `I - factor v v^T` to the rows from `first` on.
fn reflect_rows(a: &mut [f64], v: &[f64], factor: f64, first: usize, n: usize) {
    let mut along = vec![0.0; n];
    for (row, v) in a.chunks_exact(n).skip(first).zip(v) {
        along.iter_mut().zip(row).for_each(|(sum, x)| *sum += v * x);
    }
    for (row, v) in a.chunks_exact_mut(n).skip(first).zip(v) {
        let share = factor * v;
        row.iter_mut()
            .zip(&along)
            .for_each(|(x, sum)| *x -= share * sum);
    }
}

/// Finds the eigenvalue number `l` of the tridiagonal matrix by implicit QL steps.
fn ql(diagonal: &mut [f64], beside: &mut [f64], basis: &mut [f64], l: usize) {
    let n = diagonal.len();
    for _ in 0..MOST_STEPS {
        let small = |m: &usize| {
            let scale = diagonal[*m].abs() + diagonal[*m + 1].abs();
            beside[*m].abs() <= f64::EPSILON * scale
        };
        let m = (l..n - 1).find(small).unwrap_or(n - 1);
        if m == l {
            return;
        }
        let mut g = (diagonal[l + 1] - diagonal[l]) / (2.0 * beside[l]);
        let mut r = (g * g + 1.0).sqrt();
        g = diagonal[m] - diagonal[l] + beside[l] / (g + if g < 0.0 { -r } else { r });
        let (mut s, mut c, mut p) = (1.0, 1.0, 0.0);
        let mut whole = true;
        for i in (l..m).rev() {
            let (f, b) = (s * beside[i], c * beside[i]);
            r = (f * f + g * g).sqrt();
            beside[i + 1] = r;
            if r == 0.0 {
                diagonal[i + 1] -= p;
                beside[m] = 0.0;
                whole = false;
                break;
            }
            (s, c) = (f / r, g / r);
            g = diagonal[i + 1] - p;
            r = (diagonal[i] - g) * s + 2.0 * c * b;
            p = s * r;
            diagonal[i + 1] = g + p;
            g = c * r - b;
            let (upper, lower) = basis.split_at_mut((i + 1) * n);
            let rows = upper[i * n..].iter_mut().zip(&mut lower[..n]);
            rows.for_each(|(x, y)| (*y, *x) = (s * *x + c * *y, c * *x - s * *y));
        }
        if whole {
            diagonal[l] -= p;
            beside[l] = g;
            beside[m] = 0.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use mesu_kernels::Generator;

    use super::*;

    #[test]
    fn vectors_and_values_make_up_the_matrix() {
        let mut noise = Generator::named(1, "eigen", &[]);
        for (n, rank) in [(1, 1), (2, 2), (3, 1), (20, 20), (65, 7)] {
            let factors: Vec<f64> = noise
                .normals(rank * n)
                .iter()
                .map(|x| f64::from(*x))
                .collect();
            let entry = |i: usize, j: usize| -> f64 {
                (0..rank)
                    .map(|k| factors[k * n + i] * factors[k * n + j])
                    .sum()
            };
            let a: Vec<f64> = (0..n * n).map(|at| entry(at / n, at % n)).collect();
            let (values, vectors) = eigen(a.clone(), n);
            assert!(values.is_sorted_by(|a, b| a >= b), "{values:?}");
            for i in 0..n {
                for j in 0..n {
                    let again: f64 = (0..n)
                        .map(|k| values[k] * vectors[k * n + i] * vectors[k * n + j])
                        .sum();
                    assert!(
                        (again - a[i * n + j]).abs() < 1e-11 * n as f64,
                        "{n}: {i}, {j}"
                    );
                    let product: f64 = (0..n)
                        .map(|k| vectors[i * n + k] * vectors[j * n + k])
                        .sum();
                    let expected = f64::from(u8::from(i == j));
                    assert!(
                        (product - expected).abs() < 1e-12 * n as f64,
                        "{n}: {i}, {j}"
                    );
                }
            }
        }
    }
}
