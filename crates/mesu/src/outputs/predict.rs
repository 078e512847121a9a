//! Predictions of a network's outputs.

use mesu_kernels::Matrix;
use mesu_kernels::softmax::{Predicted, predict, predict_one, spread};

use super::kind::Outputs;
use super::prediction::Prediction;
use super::values::Values;

impl Outputs {
    /// Turns outputs, `[width][samples * examples]`, into the predictions of the examples.
    pub(crate) fn predict(&self, outputs: &mut [f32], width: usize, samples: usize) -> Prediction {
        match self {
            Self::Classes => of_classes(outputs, width, samples),
            Self::Values(values) => {
                let columns = outputs.len() / width;
                of_values(
                    values,
                    &outputs.chunks_exact(columns).collect::<Vec<_>>(),
                    samples,
                )
            }
        }
    }

    /// Turns the outputs of one example, `[width][samples]`, into its prediction.
    pub(crate) fn predict_one(&self, mut outputs: Matrix) -> Prediction {
        if let Self::Values(values) = self {
            let rows: Vec<&[f32]> = (0..outputs.rows()).map(|row| outputs.row(row)).collect();
            return of_values(values, &rows, outputs.columns());
        }
        let classes = outputs.rows();
        let mut probabilities = vec![0.0; classes];
        let one = predict_one(&mut outputs, &mut probabilities);
        Prediction {
            classes,
            probabilities,
            total: vec![one.total],
            aleatoric: vec![one.aleatoric],
            epistemic: vec![one.epistemic],
            spread: vec![one.spread],
            ..Prediction::default()
        }
    }
}

fn of_classes(logits: &mut [f32], classes: usize, samples: usize) -> Prediction {
    let examples = logits.len() / (classes * samples);
    let mut part = Prediction {
        classes,
        probabilities: vec![0.0; examples * classes],
        total: vec![0.0; examples],
        aleatoric: vec![0.0; examples],
        epistemic: vec![0.0; examples],
        spread: vec![0.0; examples],
        ..Prediction::default()
    };
    spread(logits, classes, samples, &mut part.spread);
    let out = Predicted {
        probabilities: &mut part.probabilities,
        total: &mut part.total,
        aleatoric: &mut part.aleatoric,
        epistemic: &mut part.epistemic,
    };
    predict(logits, classes, samples, out);
    part
}

/// Turns outputs, a row of `[samples * examples]` for each, into predictions: by the law of total variance, that of
/// the mixture of the samples' densities is the mean of their variances and the variance of their means.
fn of_values(values: &Values, outputs: &[&[f32]], samples: usize) -> Prediction {
    let columns = outputs[0].len();
    let examples = columns / samples;
    let density = values.density();
    let (middle, deviation) = values.units();
    let share = 1.0 / samples as f64;
    let mut part = Prediction::default();
    for example in 0..examples {
        let of_samples = (example..columns).step_by(examples).map(|column| {
            let mut sample = [0.0; 2];
            let sample = &mut sample[..outputs.len()];
            sample
                .iter_mut()
                .zip(outputs)
                .for_each(|(to, row)| *to = row[column]);
            let (mean, variance) = density.moments(sample);
            (f64::from(mean), f64::from(variance))
        });
        let of_samples: Vec<(f64, f64)> = of_samples.collect();
        let mean = share * of_samples.iter().map(|(m, _)| m).sum::<f64>();
        let noise = share * of_samples.iter().map(|(_, v)| v).sum::<f64>();
        let squares = of_samples.iter().map(|(m, _)| (m - mean) * (m - mean));
        let between = share * squares.sum::<f64>();
        let unit = deviation * deviation;
        part.mean.push((middle + deviation * mean) as f32);
        part.total.push((unit * (noise + between)) as f32);
        part.aleatoric.push((unit * noise) as f32);
        part.epistemic.push((unit * between) as f32);
        part.spread.push(between as f32);
    }
    part
}
