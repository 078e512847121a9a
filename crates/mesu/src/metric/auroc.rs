//! Area under the receiver operating characteristic: how well a score tells strangers from the
//! known.

/// Probability that a score of `ood` is above one of `known`, ties counting one half
/// (Mann-Whitney); 0.5 is chance, 1 perfect. Not a number where either is empty or a score is none.
///
/// ```
/// assert_eq!(mesu::metric::auroc(&[0.1, 0.2], &[0.2, 0.3]), 0.875);
/// ```
#[must_use]
pub fn auroc(known: &[f32], ood: &[f32]) -> f64 {
    if known.iter().chain(ood).any(|score| score.is_nan()) {
        return f64::NAN;
    }
    let scored = |scores: &[f32], stranger| {
        scores
            .iter()
            .map(|score| (*score, stranger))
            .collect::<Vec<(f32, bool)>>()
    };
    let mut all = [scored(known, false), scored(ood, true)].concat();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    // Each stranger is above the known of lower groups, and half above those of its own.
    let (mut below, mut above) = (0.0, 0.0);
    for group in all.chunk_by(|a, b| a.0 == b.0) {
        let strangers = group.iter().filter(|(_, stranger)| *stranger).count() as f64;
        let tied = group.len() as f64 - strangers;
        above += strangers * (below + 0.5 * tied);
        below += tied;
    }
    above / (known.len() as f64 * ood.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plain(known: &[f32], ood: &[f32]) -> f64 {
        let pairs = known.iter().flat_map(|k| ood.iter().map(move |o| (k, o)));
        let wins = pairs.map(|(k, o)| {
            if o > k {
                1.0
            } else if o == k {
                0.5
            } else {
                0.0
            }
        });
        wins.sum::<f64>() / (known.len() * ood.len()) as f64
    }

    proptest! {
        #[test]
        fn counts_pairs(
            known in prop::collection::vec(-4i8..4, 1..40),
            ood in prop::collection::vec(-4i8..4, 1..40),
        ) {
            let floats = |x: Vec<i8>| x.into_iter().map(|x| f32::from(x) / 4.0).collect::<Vec<_>>();
            let (known, ood) = (floats(known), floats(ood));
            prop_assert!((auroc(&known, &ood) - plain(&known, &ood)).abs() < 1e-12);
        }
    }

    #[test]
    fn nothing_to_compare_is_not_a_number() {
        assert!(auroc(&[], &[1.0]).is_nan() && auroc(&[1.0], &[]).is_nan());
        assert!(auroc(&[0.1, 0.2], &[f32::NAN, 0.3]).is_nan());
    }
}
