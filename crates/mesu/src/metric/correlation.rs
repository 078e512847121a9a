//! Correlations: how well one list of numbers follows another.

/// Pearson's correlation of pairs, -1 to 1; 0 when one side does not vary.
///
/// # Panics
/// When the lengths differ.
#[must_use]
pub fn pearson(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len(), "pairs");
    let n = a.len().max(1) as f64;
    let mean = |x: &[f64]| x.iter().sum::<f64>() / n;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (a - mean_a, b - mean_b);
        ab += a * b;
        aa += a * a;
        bb += b * b;
    }
    let spread = (aa * bb).sqrt();
    if spread > 0.0 { ab / spread } else { 0.0 }
}

/// Spearman's correlation: Pearson's of the ranks, ties sharing theirs.
///
/// # Panics
/// When the lengths differ.
#[must_use]
pub fn spearman(a: &[f64], b: &[f64]) -> f64 {
    pearson(&ranks(a), &ranks(b))
}

fn ranks(x: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..x.len()).collect();
    order.sort_by(|i, j| x[*i].total_cmp(&x[*j]));
    let mut ranks = vec![0.0; x.len()];
    let mut before = 0.0;
    for tied in order.chunk_by(|i, j| x[*i] == x[*j]) {
        let rank = before + (tied.len() as f64 - 1.0) / 2.0;
        tied.iter().for_each(|i| ranks[*i] = rank);
        before += tied.len() as f64;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        let (a, b) = ([1.0, 2.0, 3.0, 4.0], [1.0, 4.0, 9.0, 16.0]);
        assert!((pearson(&a, &b) - 0.984_374_038_697_639_6).abs() < 1e-12);
        assert!((spearman(&a, &b) - 1.0).abs() < 1e-12);
        let c = [3.0, 3.0, 1.0, 0.0];
        // Ranks 2.5, 2.5, 1, 0 against 0 to 3.
        assert!((spearman(&a, &c) + 0.948_683_298_050_513_8).abs() < 1e-12);
        assert_eq!(pearson(&a, &[2.0; 4]), 0.0);
        assert_eq!(spearman(&[], &[]), 0.0);
    }
}
