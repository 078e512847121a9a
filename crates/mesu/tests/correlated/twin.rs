//! Plain twin of learning with correlated synapses: loops over f64, the inverse by Gauss and Jordan, nothing waits.

use mesu::{Generator, Learner};
use mesu_kernels::LANES;

/// Share of an example's evidence below which it enters at random.
const SHARE: f64 = 0.05;

type Rows = Vec<Vec<f64>>;

/// A layer; the bias is the weight of one more input, which is 1.
pub(crate) struct TwinLayer {
    /// Means, `[outputs][n]`.
    pub(crate) m: Rows,
    /// Covariance, and its inverse, `[n][n]`.
    pub(crate) v: Rows,
    a: Rows,
    bias: bool,
}

/// A perceptron that learns examples of classes.
pub(crate) struct Twin {
    pub(crate) layers: Vec<TwinLayer>,
    pub(crate) samples: usize,
    pub(crate) prior_variance: f64,
    pub(crate) memory_window: f64,
    /// Widths of the blocks of the first layer's covariance.
    pub(crate) blocks: Vec<usize>,
    noise: Generator,
    since: u32,
}

/// Results of a layer for one example.
struct Pass {
    /// Inputs with the bias, one row or one for each sample.
    x: Rows,
    p: Rows,
    z: Rows,
    a: Rows,
    d: Rows,
    b: Rows,
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn times(matrix: &Rows, x: &[f64]) -> Vec<f64> {
    matrix.iter().map(|row| dot(row, x)).collect()
}

/// Inverse by elimination.
pub(crate) fn inverse(matrix: &Rows) -> Rows {
    let n = matrix.len();
    let mut left = matrix.clone();
    let mut right: Rows = (0..n)
        .map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect())
        .collect();
    for k in 0..n {
        let pivot = left[k][k];
        for rows in [&mut left, &mut right] {
            rows[k].iter_mut().for_each(|x| *x /= pivot);
        }
        for i in (0..n).filter(|i| *i != k) {
            let factor = left[i][k];
            for rows in [&mut left, &mut right] {
                let from = rows[k].clone();
                rows[i]
                    .iter_mut()
                    .zip(from)
                    .for_each(|(x, y)| *x -= factor * y);
            }
        }
    }
    right
}

impl Twin {
    /// The twin of a learner that has learned nothing yet.
    pub(crate) fn new(
        learner: &Learner,
        seed: u64,
        samples: usize,
        prior: f64,
        window: f64,
    ) -> Self {
        let layers = learner.network().layers.iter().map(|layer| {
            let rows = |o: usize| -> Vec<f64> {
                let bias = layer.bias.iter().map(|bias| bias.mu().row(0)[o]);
                let row = layer.weight.mu().row(o).iter().copied().chain(bias);
                row.map(f64::from).collect()
            };
            let n = layer.inputs + usize::from(layer.bias.is_some());
            let identity = |value: f64| -> Rows {
                let row = |i| (0..n).map(|j| if i == j { value } else { 0.0 }).collect();
                (0..n).map(row).collect()
            };
            TwinLayer {
                m: (0..layer.outputs).map(rows).collect(),
                v: identity(prior * prior),
                a: identity(1.0 / (prior * prior)),
                bias: layer.bias.is_some(),
            }
        });
        let layers: Vec<TwinLayer> = layers.collect();
        Self {
            blocks: vec![layers[0].v.len()],
            layers,
            samples,
            prior_variance: prior * prior,
            memory_window: window,
            noise: Generator::named(seed, "noise", &[]),
            since: 0,
        }
    }

    fn forward(&mut self, input: &[f32]) -> Vec<Pass> {
        let mut passes: Vec<Pass> = Vec::new();
        for layer in &self.layers {
            let inputs: Rows = match passes.last() {
                None => vec![input.iter().map(|x| f64::from(*x)).collect()],
                Some(below) => below
                    .a
                    .iter()
                    .map(|a| a.iter().map(|a| a.max(0.0)).collect())
                    .collect(),
            };
            let x: Rows = inputs
                .into_iter()
                .map(|x: Vec<f64>| x.into_iter().chain(layer.bias.then_some(1.0)).collect())
                .collect();
            let p: Rows = x.iter().map(|x| times(&layer.v, x)).collect();
            let outputs = layer.m.len();
            let stride = outputs.next_multiple_of(LANES);
            let drawn = self.noise.normals(stride * self.samples);
            let z: Rows = drawn
                .chunks_exact(stride)
                .map(|row| row[..outputs].iter().map(|z| f64::from(*z)).collect())
                .collect();
            let of_sample = |sample: usize| -> Vec<f64> {
                let row = sample.min(x.len() - 1);
                let s = dot(&x[row], &p[row]).max(0.0).sqrt();
                let m = times(&layer.m, &x[row]);
                m.iter().zip(&z[sample]).map(|(m, z)| m + s * z).collect()
            };
            let a: Rows = (0..self.samples).map(of_sample).collect();
            let zeros = vec![vec![0.0; outputs]; self.samples];
            passes.push(Pass {
                x,
                p,
                z,
                a,
                d: zeros.clone(),
                b: zeros,
            });
        }
        passes
    }

    fn backward(&self, passes: &mut [Pass], label: u32) {
        let last = passes.len() - 1;
        for sample in 0..self.samples {
            let logits = &passes[last].a[sample];
            let largest = logits.iter().copied().fold(f64::MIN, f64::max);
            let exps: Vec<f64> = logits.iter().map(|a| (a - largest).exp()).collect();
            let total: f64 = exps.iter().sum();
            let q: Vec<f64> = exps.iter().map(|e| e / total).collect();
            for (k, q) in q.iter().enumerate() {
                let off = q - f64::from(u8::from(k == label as usize));
                passes[last].d[sample][k] = off / self.samples as f64;
                passes[last].b[sample][k] = q * (1.0 - q);
            }
            // J of the layer above, before its ReLU.
            let classes = q.len();
            let mut above: Rows = (0..classes)
                .map(|k| (0..classes).map(|j| f64::from(u8::from(k == j))).collect())
                .collect();
            for l in (0..last).rev() {
                let upper = &self.layers[l + 1];
                let width = self.layers[l].m.len();
                let jacobian: Rows = above
                    .iter()
                    .map(|row| {
                        let sum = |i: usize| (0..row.len()).map(|o| row[o] * upper.m[o][i]).sum();
                        (0..width).map(sum).collect()
                    })
                    .collect();
                let own: f64 = passes[l + 1].b[sample].iter().sum();
                let (d, z) = (&passes[l + 1].d[sample], &passes[l + 1].z[sample]);
                let (x, p) = (&passes[l + 1].x[sample], &passes[l + 1].p[sample]);
                let share = dot(d, z) / dot(x, p).sqrt();
                let gradients: Vec<f64> = (0..width)
                    .map(|i| (0..d.len()).map(|o| d[o] * upper.m[o][i]).sum::<f64>() + share * p[i])
                    .collect();
                let this = &mut passes[l];
                let mut masked = jacobian.clone();
                for i in 0..width {
                    let active = this.a[sample][i] > 0.0;
                    let squares: f64 = (0..classes).map(|k| q[k] * jacobian[k][i].powi(2)).sum();
                    let mean: f64 = (0..classes).map(|k| q[k] * jacobian[k][i]).sum();
                    let b = squares - mean * mean + upper.v[i][i] * own;
                    this.b[sample][i] = if active { b } else { 0.0 };
                    this.d[sample][i] = if active { gradients[i] } else { 0.0 };
                    masked
                        .iter_mut()
                        .for_each(|row| row[i] = if active { row[i] } else { 0.0 });
                }
                above = masked;
            }
        }
    }

    /// Makes one update on a batch.
    pub(crate) fn learn(&mut self, inputs: &[f32], labels: &[u32]) {
        let width = inputs.len() / labels.len();
        let mut all = Vec::new();
        for (x, label) in inputs.chunks(width).zip(labels) {
            let mut passes = self.forward(x);
            self.backward(&mut passes, *label);
            all.push(passes);
        }
        for l in (0..self.layers.len()).rev() {
            self.update(l, &all);
        }
        self.since += 1;
        let period = (self.memory_window / 60.0).clamp(1.0, 10_000.0) as u32;
        if self.since == period {
            self.forget();
        }
    }

    fn update(&mut self, l: usize, all: &[Vec<Pass>]) {
        let mut seen = Vec::new();
        for passes in all {
            let pass = &passes[l];
            let c = |sample: usize| {
                let sum: f64 = pass.b[sample].iter().sum();
                sum / pass.b[sample].len() as f64 / self.samples as f64
            };
            let of_example: f64 = (0..self.samples).map(c).sum();
            for (row, x) in pass.x.iter().enumerate() {
                let d: Vec<f64> = match pass.x.len() {
                    1 => (0..pass.d[0].len())
                        .map(|o| pass.d.iter().map(|d| d[o]).sum())
                        .collect(),
                    _ => pass.d[row].clone(),
                };
                let c = if pass.x.len() == 1 {
                    of_example
                } else {
                    c(row)
                };
                seen.push((x.clone(), pass.p[row].clone(), c, of_example, d));
            }
        }
        let mut draws = vec![0.0; seen.len()];
        self.noise.fill_uniform(&mut draws, 0.0, 1.0);
        let blocks = if l == 0 {
            self.blocks.clone()
        } else {
            vec![self.layers[l].v.len()]
        };
        let layer = &mut self.layers[l];
        for ((x, p, c, ..), draw) in seen.iter().zip(&draws) {
            let share = c * dot(x, p) / SHARE;
            if f64::from(*draw) < share {
                let c = c / share.min(1.0);
                let mut first = 0;
                for n in &blocks {
                    for i in first..first + n {
                        for j in first..first + n {
                            layer.a[i][j] += c * x[i] * x[j];
                        }
                    }
                    first += n;
                }
                layer.v = inverse(&layer.a);
            }
        }
        for (x, p, _, of_example, d) in &seen {
            let step: Vec<f64> = match all.len() {
                1 => {
                    let mut step = p.clone();
                    let mut first = 0;
                    for n in &blocks {
                        let part = first..first + n;
                        let s2 = dot(&x[part.clone()], &p[part.clone()]);
                        step[part]
                            .iter_mut()
                            .for_each(|p| *p /= 1.0 + of_example * s2);
                        first += n;
                    }
                    step
                }
                _ => times(&layer.v, x),
            };
            for (row, d) in layer.m.iter_mut().zip(d) {
                row.iter_mut().zip(&step).for_each(|(m, p)| *m -= d * p);
            }
        }
    }

    fn forget(&mut self) {
        let gamma = (-f64::from(self.since) / self.memory_window).exp();
        let share = (1.0 - gamma) / self.prior_variance;
        for layer in &mut self.layers {
            for (i, row) in layer.a.iter_mut().enumerate() {
                row.iter_mut().for_each(|a| *a *= gamma);
                row[i] += share;
            }
            layer.v = inverse(&layer.a);
            for row in &mut layer.m {
                let pull = times(&layer.v, row);
                row.iter_mut()
                    .zip(pull)
                    .for_each(|(m, pull)| *m -= share * pull);
            }
        }
        self.since = 0;
    }
}
