//! Softmax, entropies and predictions.

use mesu_kernels::softmax::{Predicted, entropy, predict, softmax};
use mesu_kernels::{Matrix, naive};
use proptest::prelude::*;

use crate::support::{close, matrix, real};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn entropies(classes in 1usize..12, examples in 1usize..40, seed in 0u64..1000) {
        let mut noise = mesu_kernels::Generator::named(seed, "entropies", &[]);
        let logits = noise.normals(classes * examples);
        let rows = logits.chunks(classes).map(|row| {
            naive::softmax(&row.iter().map(|z| f64::from(*z) * 5.0).collect::<Vec<_>>()).0
        });
        let rows: Vec<Vec<f64>> = rows.collect();
        let probabilities: Vec<f32> = rows.iter().flatten().map(|p| *p as f32).collect();
        let mut out = vec![0.0; examples];
        entropy(&probabilities, classes, &mut out);
        for (got, row) in out.iter().zip(&rows) {
            prop_assert!((f64::from(*got) - naive::entropy(row)).abs() < 1e-5);
        }
    }

    #[test]
    fn predictions(classes in 1usize..12, samples in 1usize..6, examples in 1usize..40, seed in 0u64..1000, spread in real(0.01..40.0)) {
        let columns = samples * examples;
        let logits: Vec<f32> = mesu_kernels::Generator::named(seed, "logits", &[]).normals(classes * columns).iter().map(|z| z * spread).collect();
        let column = |c: usize| -> Vec<f64> { (0..classes).map(|k| f64::from(logits[k * columns + c])).collect() };

        let mut probabilities = matrix(classes, columns, &logits);
        let mut log_sum_exp = Matrix::zeros(1, columns);
        softmax(&mut probabilities, &mut log_sum_exp);
        for c in 0..columns {
            let (p, lse) = naive::softmax(&column(c));
            prop_assert!(close(log_sum_exp.row(0)[c], lse, f64::from(spread)));
            for (k, p) in p.iter().enumerate() {
                prop_assert!((f64::from(probabilities.row(k)[c]) - p).abs() < 1e-6 + 1e-5 * p);
            }
        }

        let mut spreads = vec![0.0; examples];
        mesu_kernels::softmax::spread(&logits, classes, samples, &mut spreads);
        for (b, got) in spreads.iter().enumerate() {
            let all: Vec<Vec<f64>> = (0..samples).map(|s| column(s * examples + b)).collect();
            prop_assert!(close(*got, naive::spread(&all), f64::from(spread * spread)));
        }

        let mut out = vec![0.0; examples * classes];
        let (mut total, mut aleatoric, mut epistemic) = (vec![0.0; examples], vec![0.0; examples], vec![0.0; examples]);
        predict(&mut logits.clone(), classes, samples, Predicted {
            probabilities: &mut out, total: &mut total, aleatoric: &mut aleatoric, epistemic: &mut epistemic,
        });
        for b in 0..examples {
            let of_one = |s: usize| column(s * examples + b);
            let rows: Vec<f32> = (0..classes).flat_map(|k| (0..samples).map(move |s| (k, s))).map(|(k, s)| of_one(s)[k] as f32).collect();
            let mut p = vec![0.0; classes];
            let one = mesu_kernels::softmax::predict_one(&mut matrix(classes, samples, &rows), &mut p);
            prop_assert!((one.total - total[b]).abs() < 1e-5 && (one.aleatoric - aleatoric[b]).abs() < 1e-5);
            prop_assert!((one.epistemic - epistemic[b]).abs() < 2e-5 && one.epistemic >= 0.0);
            prop_assert!(close(one.spread, f64::from(spreads[b]), f64::from(spread * spread)));
            for (k, p) in p.iter().enumerate() {
                prop_assert!((p - out[b * classes + k]).abs() < 1e-6);
            }
        }
        for b in 0..examples {
            let all: Vec<Vec<f64>> = (0..samples).map(|s| naive::softmax(&column(s * examples + b)).0).collect();
            let mean: Vec<f64> = (0..classes).map(|k| all.iter().map(|p| p[k]).sum::<f64>() / samples as f64).collect();
            let expected_aleatoric = all.iter().map(|p| naive::entropy(p)).sum::<f64>() / samples as f64;
            prop_assert!((f64::from(total[b]) - naive::entropy(&mean)).abs() < 1e-5);
            prop_assert!((f64::from(aleatoric[b]) - expected_aleatoric).abs() < 1e-5);
            prop_assert!((f64::from(epistemic[b]) - (naive::entropy(&mean) - expected_aleatoric)).abs() < 2e-5);
            prop_assert!(epistemic[b] >= 0.0);
            for (k, p) in mean.iter().enumerate() {
                prop_assert!((f64::from(out[b * classes + k]) - p).abs() < 1e-6);
            }
        }
    }
}
