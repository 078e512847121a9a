//! The paired t-test: is one learner better than another on the same seeds?
//!
//! With the differences d_1 … d_n of n pairs, their mean m and sample standard deviation s:
//!
//! ```text
//! t = m / (s / √n)      ν = n - 1      p = I_x(ν/2, 1/2),  x = ν / (ν + t²)
//! ```
//!
//! where I is the regularized incomplete beta function (Abramowitz & Stegun 26.7.1, 26.5.27) and
//! p the chance, two-sided, of a t at least as large if the differences were normal around zero.
//! Seeds share permutations and order between learners, so pairing takes the luck of the task
//! out. p is of one test; of ten tests one in two has a p below 0.07 by luck alone.

use std::f64::consts::PI;

use serde::Serialize;

/// A paired t-test of two lists of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Paired {
    /// Mean of the differences, first minus other.
    pub difference: f64,
    /// Sample standard deviation of the differences.
    pub std: f64,
    /// Student's t; none where it is infinite: all differences alike, and not zero.
    pub t: Option<f64>,
    /// Pairs less one.
    pub degrees_of_freedom: usize,
    /// Two-sided, 0..=1; 1 if all differences are zero, 0 if they are alike but not zero.
    pub p: f64,
}

/// The test of `first` against `other`, pair by pair; `None` for fewer than two pairs, for lists
/// of different lengths, and for numbers that are not finite.
pub fn test(first: &[f64], other: &[f64]) -> Option<Paired> {
    let pairs = first.len();
    let finite = |list: &[f64]| list.iter().all(|x| x.is_finite());
    if pairs < 2 || other.len() != pairs || !finite(first) || !finite(other) {
        return None;
    }
    let differences = || first.iter().zip(other).map(|(first, other)| first - other);
    let n = pairs as f64;
    let mean = differences().sum::<f64>() / n;
    let squares: f64 = differences().map(|d| (d - mean).powi(2)).sum();
    let std = (squares / (n - 1.0)).sqrt();
    let t = match (mean == 0.0, std == 0.0) {
        (true, _) => Some(0.0),
        (false, true) => None,
        (false, false) => Some(mean / (std / n.sqrt())).filter(|t| t.is_finite()),
    };
    Some(Paired {
        difference: mean,
        std,
        t,
        degrees_of_freedom: pairs - 1,
        p: t.map_or(0.0, |t| two_sided(t, pairs - 1)),
    })
}

/// The chance of a Student's t of `freedom` degrees as far from zero as `t`.
fn two_sided(t: f64, freedom: usize) -> f64 {
    let nu = freedom as f64;
    let square = t * t;
    if square.is_infinite() {
        return 0.0;
    }
    // 1 - x without the cancellation of a small t.
    let (x, rest) = (nu / (nu + square), square / (nu + square));
    let (a, b) = (nu / 2.0, 0.5);
    // The fraction converges fast below the mean of the beta distribution.
    let p = match x < (a + 1.0) / (a + b + 2.0) {
        true => tail(x, rest, a, b, freedom),
        false => 1.0 - tail(rest, x, b, a, freedom),
    };
    p.clamp(0.0, 1.0)
}

/// I_x(a, b) where a and b are `freedom`/2 and 1/2 in one order or the other, 1 - x = `rest`:
/// x^a (1 - x)^b / (a B(a, b)) over Lentz' form of the continued fraction (A&S 26.5.8).
fn tail(x: f64, rest: f64, a: f64, b: f64, freedom: usize) -> f64 {
    const TINY: f64 = 1e-300;
    let apart = |value: f64| if value.abs() < TINY { TINY } else { value };
    let (mut c, mut d) = (1.0, 1.0 / apart(1.0 - (a + b) * x / (a + 1.0)));
    let mut fraction = d;
    for m in 1..1000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for step in [even, odd] {
            d = 1.0 / apart(1.0 + step * d);
            c = apart(1.0 + step / c);
            change = c * d;
            fraction *= change;
        }
        if (change - 1.0).abs() < 1e-16 {
            break;
        }
    }
    let logarithm = a * x.ln() + b * rest.ln() - ln_beta(freedom);
    logarithm.exp() * fraction / a
}

/// ln B(freedom/2, 1/2), by B(a + 1, b) = B(a, b) a / (a + b) from B(1/2, 1/2) = π or B(1, 1/2) = 2.
fn ln_beta(freedom: usize) -> f64 {
    let (begin, mut ln) = match freedom % 2 {
        1 => (1, PI.ln()),
        _ => (2, 2_f64.ln()),
    };
    for twice in (begin..freedom).step_by(2) {
        let a = twice as f64 / 2.0;
        ln += (a / (a + 0.5)).ln();
    }
    ln
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) -> bool {
        (found - expected).abs() <= 1e-12 * expected.abs()
    }

    /// References: scipy 1.x `stats.ttest_rel`.
    #[test]
    fn known_tests() {
        let lists: [(&[f64], &[f64], f64, f64); 3] = [
            (
                &[1.1, 0.4, 0.9, 1.6, -0.2],
                &[0.0; 5],
                2.470_973_137_296_949_7,
                0.068_874_772_878_227_66,
            ),
            (
                &[0.9468, 0.9452, 0.9481],
                &[0.931, 0.9322, 0.9305],
                11.556_743_168_171_774,
                0.007_404_311_050_734_968_5,
            ),
            (
                &[0.3, 0.1],
                &[0.2, 0.25],
                -0.200_000_000_000_000_1,
                0.874_334_083_621_997_5,
            ),
        ];
        for (first, other, t, p) in lists {
            let found = test(first, other).unwrap();
            assert!(close(found.t.unwrap(), t), "{found:?}");
            assert!(close(found.p, p), "{found:?}");
            assert_eq!(found.degrees_of_freedom, first.len() - 1);
            let turned = test(other, first).unwrap();
            assert_eq!((turned.difference, turned.p), (-found.difference, found.p));
        }
    }

    /// References: mpmath's `betainc` at 40 digits.
    #[test]
    fn known_tails() {
        for (t, freedom, p) in [
            (0.5, 1, 0.704_832_764_699_133_5),
            (12.706_204_736_432_095, 1, 0.049_999_999_998_991_3),
            (1e-3, 2, 0.999_292_893_395_590_1),
            (4.302_652_729_911_275, 2, 0.049_999_999_996_516_63),
            (2.0, 3, 0.139_325_968_558_843_2),
            (30.0, 4, 7.352_856_097_661_322_5e-6),
            (0.1, 9, 0.922_536_447_956_681_2),
            (2.262_157_162_740_992, 9, 0.050_000_000_004_675_686),
            (8.0, 19, 1.675_954_688_281_813_7e-7),
            (1.0, 99, 0.319_748_474_139_301_4),
            (3.5, 1000, 0.000_485_774_345_967_832_25),
            (1e6, 5, 1.898_033_449_092_136_2e-29),
        ] {
            let found = two_sided(t, freedom);
            assert!(
                close(found, p),
                "t = {t}, {freedom} degrees: {found}, not {p}"
            );
            assert_eq!(found, two_sided(-t, freedom));
        }
        assert_eq!(two_sided(0.0, 3), 1.0);
        assert_eq!(two_sided(1e300, 3), 0.0);
    }

    #[test]
    fn degenerate_lists() {
        let alike = test(&[0.5, 0.25], &[0.5, 0.25]).unwrap();
        assert_eq!((alike.difference, alike.t, alike.p), (0.0, Some(0.0), 1.0));
        let shifted = test(&[0.75, 0.5, 0.25], &[0.5, 0.25, 0.0]).unwrap();
        assert_eq!((shifted.difference, shifted.std), (0.25, 0.0));
        assert_eq!((shifted.t, shifted.p), (None, 0.0));
        let balanced = test(&[1.0, 0.0], &[0.0, 1.0]).unwrap();
        assert_eq!((balanced.t, balanced.p), (Some(0.0), 1.0));
        assert_eq!(test(&[1.0], &[0.0]), None);
        assert_eq!(test(&[1.0, 2.0], &[0.0]), None);
        assert_eq!(test(&[1.0, f64::NAN], &[0.0, 0.0]), None);
        assert_eq!(test(&[], &[]), None);
    }
}
