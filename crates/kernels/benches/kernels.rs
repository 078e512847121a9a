//! Every kernel on the shapes that learning and testing give it, its naive twin beside it.
//!
//! ```text
//! cargo bench -p mesu-kernels                     all, a few minutes
//! cargo bench -p mesu-kernels -- rank_one_update  one group
//! MESU_SIMD=avx2 cargo bench -p mesu-kernels      another instruction set
//! ```
//!
//! Throughput counts synapses where a kernel passes over mu and sigma, multiply-adds where it is a
//! matrix product, and numbers elsewhere. Online shapes are those of 784-50-10 (and 784-1024-10,
//! which leaves the second cache) with 10 samples; batch shapes those of 784-400-400-10 with 128
//! examples. Inputs are normals; a synapse moves by a rule of MESU's cost whose rates are so small
//! that it stays where it is.

#![allow(clippy::unwrap_used, missing_docs)]

use std::hint::black_box;
use std::iter::repeat_n;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mesu_core::{Gradient, Real, Rule, Synapse};
use mesu_kernels::batch::{self, Second};
use mesu_kernels::gemm::{Left, Packed, Threads, gemm};
use mesu_kernels::online::{self, Input, Moments};
use mesu_kernels::softmax::{Predicted, predict, softmax};
use mesu_kernels::{Generator, Matrix, PlanesMut, naive};

/// Noise samples.
const SAMPLES: usize = 10;
/// Examples of a batch.
const BATCH: usize = 128;
/// Outputs and inputs of first layers.
const FIRST: [(usize, usize); 2] = [(50, 784), (1024, 784)];
/// Outputs and inputs of the layers above them.
const UPPER: [(usize, usize); 2] = [(10, 50), (10, 1024)];

/// As many operations as MESU's rule, in the same form.
#[derive(Clone, Copy)]
struct Tiny;

impl Rule for Tiny {
    type State<R: Real> = Synapse<R>;

    #[inline(always)]
    fn step<R: Real>(&self, synapse: Synapse<R>, gradient: Gradient<R>) -> Synapse<R> {
        let Synapse { mu, sigma } = synapse;
        let Gradient { d, x, r, x_squared } = gradient;
        let rate = mu.constant(-1e-12);
        let sigma_squared = sigma * sigma;
        let drive = (d * rate).mul_add(x, mu.mul_add(rate, rate));
        let precision = (r * rate).mul_add(x_squared, rate);
        let growth = sigma_squared.mul_add(precision, mu.constant(1e-12));
        Synapse {
            mu: sigma_squared.mul_add(drive, mu),
            sigma: sigma.mul_add(growth, sigma),
        }
    }
}

fn normals(count: usize) -> Vec<f32> {
    Generator::named(1, "bench", &[count as u64]).normals(count)
}

fn matrix(rows: usize, columns: usize) -> Matrix {
    Matrix::from_slice(rows, columns, &normals(rows * columns))
}

/// Numbers in (0, 1): standard deviations, variances.
fn positive(rows: usize, columns: usize) -> Matrix {
    let mut values = vec![0.0; rows * columns];
    Generator::named(1, "positive", &[]).fill_uniform(&mut values, 0.01, 1.0);
    Matrix::from_slice(rows, columns, &values)
}

fn squares(of: &Matrix) -> Matrix {
    let values: Vec<f32> = of.values().map(|x| x * x).collect();
    Matrix::from_slice(of.rows(), of.columns(), &values)
}

fn values(matrix: &Matrix) -> Vec<f32> {
    matrix.values().collect()
}

fn elements(count: usize) -> Throughput {
    Throughput::Elements(count as u64)
}

/// Kernels of the first layer: one input for all samples.
fn one_input(c: &mut Criterion) {
    let mut group = c.benchmark_group("load_input");
    let (mut x, mut x_squares) = (matrix(1, 784), matrix(1, 784));
    let input = normals(784);
    group.throughput(elements(784));
    group.bench_function("784", |b| {
        b.iter(|| online::load_input(black_box(&input), &mut x, &mut x_squares));
    });
    group.finish();

    for (outputs, inputs) in FIRST {
        let name = format!("{outputs}x{inputs}");
        let (mut mu, mut sigma) = (matrix(outputs, inputs), positive(outputs, inputs));
        let (mut m, mut v) = (matrix(1, outputs), matrix(1, outputs));
        let (d, r) = (matrix(1, outputs), matrix(1, outputs));
        let (x, next) = (matrix(1, inputs), matrix(1, inputs));
        let (x_squares, next_squares) = (squares(&x), squares(&next));
        let this = Input {
            x: &x,
            squares: &x_squares,
        };
        let next = Input {
            x: &next,
            squares: &next_squares,
        };

        let mut group = c.benchmark_group("mean_variance");
        group.throughput(elements(outputs * inputs));
        group.bench_function(&name, |b| {
            b.iter(|| {
                let out = Moments {
                    m: &mut m,
                    v: &mut v,
                };
                online::mean_variance(&mu, &sigma, black_box(this), out);
            });
        });
        let plain = [values(&mu), values(&sigma), values(&x)];
        group.bench_function(BenchmarkId::new("naive", &name), |b| {
            b.iter(|| naive::mean_variance(&plain[0], &plain[1], black_box(&plain[2])));
        });
        group.finish();

        let mut group = c.benchmark_group("rank_one_update");
        group.throughput(elements(outputs * inputs));
        group.bench_function(BenchmarkId::new("alone", &name), |b| {
            b.iter(|| {
                let layer = PlanesMut::new([&mut mu, &mut sigma]);
                online::rank_one_update(layer, black_box(this), &d, &r, &Tiny, None)
            });
        });
        group.bench_function(BenchmarkId::new("with the next input", &name), |b| {
            b.iter(|| {
                let layer = PlanesMut::new([&mut mu, &mut sigma]);
                let moments = Moments {
                    m: &mut m,
                    v: &mut v,
                };
                let next = Some((next, moments));
                online::rank_one_update(layer, black_box(this), &d, &r, &Tiny, next)
            });
        });
        group.bench_function(BenchmarkId::new("naive", &name), |b| {
            let [mu, sigma, x] = &plain;
            b.iter(|| naive_update([mu, sigma], black_box(x), [d.row(0), r.row(0)], 1));
        });
        group.finish();
    }
}

/// Every synapse of a layer after an update with `samples` rows of inputs, by the naive twin; returns
/// the sum of the means, so that nothing is left out.
fn naive_update([mu, sigma]: [&[f32]; 2], h: &[f32], [d, r]: [&[f32]; 2], samples: usize) -> f64 {
    let (inputs, outputs) = (h.len() / samples, d.len() / samples);
    let mut total = 0.0;
    for (at, (mu, sigma)) in mu.iter().zip(sigma).enumerate() {
        let synapse = Synapse {
            mu: f64::from(*mu),
            sigma: f64::from(*sigma),
        };
        let (o, i) = (at / inputs, at % inputs);
        let h = h[i..].iter().step_by(inputs).copied();
        let d = d[o..].iter().step_by(outputs).copied();
        let r = r[o..].iter().step_by(outputs).copied();
        total += naive::updated(synapse, h, d, r, &Tiny).mu;
    }
    total
}

/// Kernels of the layers above the first: a row of inputs per sample.
fn rows(c: &mut Criterion) {
    for (outputs, inputs) in UPPER {
        let name = format!("{outputs}x{inputs}, {SAMPLES} samples");
        let (mut mu, mut sigma) = (matrix(outputs, inputs), positive(outputs, inputs));
        let h = matrix(SAMPLES, inputs);
        let h_squares = squares(&h);
        let (mut m, mut v) = (matrix(SAMPLES, outputs), matrix(SAMPLES, outputs));
        let (d, r) = (matrix(SAMPLES, outputs), matrix(SAMPLES, outputs));
        let mut dh = matrix(SAMPLES, inputs);
        let plain = [&mu, &sigma, &h, &d, &r].map(values);
        let [mu_values, sigma_values, h_values, d_values, r_values] = &plain;

        let mut group = c.benchmark_group("mean_variance_rows");
        group.throughput(elements(outputs * inputs));
        group.bench_function(&name, |b| {
            b.iter(|| {
                let h = black_box(&h);
                online::mean_variance_rows(&mu, &sigma, h, &h_squares, &mut m, &mut v);
            });
        });
        group.bench_function(BenchmarkId::new("naive", &name), |b| {
            b.iter(|| {
                for h in h_values.chunks_exact(inputs) {
                    black_box(naive::mean_variance(mu_values, sigma_values, h));
                }
            });
        });
        group.finish();

        let mut group = c.benchmark_group("input_gradient_rows");
        group.throughput(elements(outputs * inputs));
        group.bench_function(&name, |b| {
            b.iter(|| {
                online::input_gradient_rows(&mu, &sigma, black_box(&h), &d, &r, &mut dh);
            });
        });
        group.bench_function(BenchmarkId::new("naive", &name), |b| {
            b.iter(|| {
                let upstream = d_values.chunks(outputs).zip(r_values.chunks(outputs));
                for (h, (d, r)) in h_values.chunks(inputs).zip(upstream) {
                    black_box(naive::input_gradient(mu_values, sigma_values, h, d, r));
                }
            });
        });
        group.finish();

        let mut group = c.benchmark_group("rank_update");
        group.throughput(elements(outputs * inputs));
        group.bench_function(&name, |b| {
            b.iter(|| {
                let layer = PlanesMut::new([&mut mu, &mut sigma]);
                online::rank_update(layer, black_box(&h), Some(&h_squares), &d, Some(&r), &Tiny)
            });
        });
        group.bench_function(BenchmarkId::new("naive", &name), |b| {
            let (layer, upstream) = ([&mu_values[..], sigma_values], [&d_values[..], r_values]);
            b.iter(|| naive_update(layer, black_box(h_values), upstream, SAMPLES));
        });
        group.finish();
    }
}

/// Noise and elementwise kernels between the layers.
fn between(c: &mut Criterion) {
    let mut group = c.benchmark_group("normals");
    for count in [SAMPLES * 64, 1 << 16] {
        let mut noise = Generator::named(1, "bench", &[]);
        let mut out = vec![0.0; count];
        group.throughput(elements(count));
        group.bench_function(count.to_string(), |b| {
            b.iter(|| noise.fill_normal(black_box(&mut out)));
        });
    }
    group.finish();

    let mut group = c.benchmark_group("sample");
    let (m, v) = (matrix(1, 50), positive(1, 50));
    // The noise is overwritten by q: drawn once, it would grow from one call to the next.
    let (noise, mut a) = (matrix(SAMPLES, 50), matrix(SAMPLES, 50));
    let mut z = noise.clone();
    group.throughput(elements(SAMPLES * 50));
    group.bench_function("online, 10x50", |b| {
        b.iter(|| {
            z.padded_mut().copy_from_slice(noise.padded());
            online::sample(black_box(&m), &v, &mut z, &mut a);
        });
    });
    group.bench_function("naive, 10x50", |b| {
        b.iter(|| {
            for row in 0..SAMPLES {
                for (o, z) in noise.row(row).iter().enumerate() {
                    black_box(naive::sample(m.row(0)[o], v.row(0)[o], *z));
                }
            }
        });
    });
    let (m, v, noise) = (normals(BATCH), positive(1, BATCH), normals(SAMPLES * BATCH));
    let (mut z, mut a) = (noise.clone(), noise.clone());
    group.throughput(elements(SAMPLES * BATCH));
    group.bench_function("batch, a row of 10x128", |b| {
        b.iter(|| {
            z.copy_from_slice(&noise);
            batch::sample(black_box(&m), v.row(0), &mut z, &mut a);
        });
    });
    group.finish();
}

/// Kernels on logits, `[classes][columns]`.
fn logits(c: &mut Criterion) {
    const CLASSES: usize = 10;
    let plain = |logits: &Matrix, column: usize| -> Vec<f64> {
        (0..CLASSES)
            .map(|class| f64::from(logits.row(class)[column]))
            .collect()
    };

    let mut group = c.benchmark_group("softmax");
    for columns in [SAMPLES, SAMPLES * BATCH] {
        let fresh = matrix(CLASSES, columns);
        let (mut logits, mut log_sum_exp) = (fresh.clone(), matrix(1, columns));
        group.throughput(elements(columns));
        group.bench_function(format!("{columns} columns"), |b| {
            b.iter(|| {
                logits.padded_mut().copy_from_slice(fresh.padded());
                softmax(black_box(&mut logits), &mut log_sum_exp);
            });
        });
        group.bench_function(format!("naive, {columns} columns"), |b| {
            b.iter(|| {
                for column in 0..columns {
                    black_box(naive::softmax(&plain(&fresh, column)));
                }
            });
        });
    }
    group.finish();

    let mut group = c.benchmark_group("predict");
    let fresh = matrix(CLASSES, SAMPLES * BATCH);
    let start = values(&fresh);
    let mut logits = start.clone();
    let mut probabilities = vec![0.0; BATCH * CLASSES];
    let mut entropies = [vec![0.0; BATCH], vec![0.0; BATCH], vec![0.0; BATCH]];
    group.throughput(elements(BATCH));
    group.bench_function("128 examples, 10 samples", |b| {
        b.iter(|| {
            logits.copy_from_slice(&start);
            let [total, aleatoric, epistemic] = &mut entropies;
            let out = Predicted {
                probabilities: &mut probabilities,
                total,
                aleatoric,
                epistemic,
            };
            predict(black_box(&mut logits), CLASSES, SAMPLES, out);
        });
    });
    group.bench_function("naive, 128 examples, 10 samples", |b| {
        b.iter(|| {
            for example in 0..BATCH {
                let mut mean = [0.0; CLASSES];
                let mut aleatoric = 0.0;
                for s in 0..SAMPLES {
                    let (p, _) = naive::softmax(&plain(&fresh, s * BATCH + example));
                    aleatoric += naive::entropy(&p) / SAMPLES as f64;
                    for (mean, p) in mean.iter_mut().zip(p) {
                        *mean += p / SAMPLES as f64;
                    }
                }
                black_box((naive::entropy(&mean), aleatoric, mean));
            }
        });
    });
    group.finish();
}

/// Layout of the left factor: read by its rows or by its columns.
#[derive(Clone, Copy)]
enum Read {
    Rows,
    Columns,
}

/// Matrix products, `[m][k] [k][n]`, of learning from batches and of testing; B packed before.
fn products(c: &mut Criterion) {
    let shapes = [
        ("first layer forward", 400, 784, BATCH, Read::Rows),
        ("first layer gradient", 400, BATCH, 784, Read::Rows),
        ("upper forward", 400, 400, SAMPLES * BATCH, Read::Rows),
        ("upper back", 400, 400, SAMPLES * BATCH, Read::Columns),
        ("upper gradient", 400, SAMPLES * BATCH, 400, Read::Rows),
        ("last forward", 10, 400, SAMPLES * BATCH, Read::Rows),
        ("last back", 400, 10, SAMPLES * BATCH, Read::Columns),
        ("last gradient", 10, SAMPLES * BATCH, 400, Read::Rows),
        ("predict, first layer", 50, 784, BATCH, Read::Rows),
        ("predict, last layer", 10, 50, SAMPLES * BATCH, Read::Rows),
    ];
    let mut group = c.benchmark_group("gemm");
    for (name, m, k, n, layout) in shapes {
        let (a, right) = (normals(m * k), normals(k * n));
        let mut out = vec![0.0; m * n];
        let mut packed = Packed::default();
        packed.pack_rows(&right, k, n);
        let left = match layout {
            Read::Rows => Left::rows(&a, k),
            Read::Columns => Left::columns(&a, m),
        };
        group.throughput(elements(m * k * n));
        group.bench_function(format!("{name}, {m}x{k}x{n}"), |b| {
            b.iter(|| gemm(black_box(left), &packed, &mut out, n, Threads::One));
        });
    }
    let (m, k, n) = (50, 784, BATCH);
    let (a, right) = (normals(m * k), normals(k * n));
    group.throughput(elements(m * k * n));
    group.bench_function(format!("naive, {m}x{k}x{n}"), |b| {
        b.iter(|| naive::gemm(black_box(&a), &right, k, n));
    });
    group.finish();

    let mut group = c.benchmark_group("pack");
    let (rows, columns) = (400, SAMPLES * BATCH);
    let data = normals(rows * columns);
    let (mut packed, mut packed_squares) = (Packed::default(), Packed::default());
    group.throughput(elements(rows * columns));
    group.bench_function("rows, 400x1280", |b| {
        b.iter(|| packed.pack_rows(black_box(&data), rows, columns));
    });
    group.bench_function("columns, 1280x400", |b| {
        b.iter(|| packed.pack_columns(black_box(&data), columns, rows));
    });
    group.bench_function("squares, 1280x400", |b| {
        b.iter(|| packed_squares.pack_squares(black_box(&packed)));
    });
    group.finish();
}

/// The update from gradients that are stored.
fn batch_update(c: &mut Criterion) {
    let mut group = c.benchmark_group("batch update");
    for (outputs, inputs) in [(400, 784), (400, 400)] {
        let (mut mu, mut sigma) = (matrix(outputs, inputs), positive(outputs, inputs));
        let (g_mu, g_sigma) = (matrix(outputs, inputs), matrix(outputs, inputs));
        let name = format!("{outputs}x{inputs}");
        group.throughput(elements(outputs * inputs));
        for second in [Second::Variance, Second::Sigma] {
            group.bench_function(BenchmarkId::new(format!("{second:?}"), &name), |b| {
                b.iter(|| {
                    let layer = PlanesMut::new([&mut mu, &mut sigma]);
                    batch::update(layer, black_box(&g_mu), Some((&g_sigma, second)), &Tiny)
                });
            });
        }
        let plain = [&mu, &sigma, &g_mu, &g_sigma].map(values);
        group.bench_function(BenchmarkId::new("naive", &name), |b| {
            b.iter(|| {
                let [mu, sigma, g_mu, g_sigma] = &plain;
                let mut total = 0.0;
                let gradients = g_mu.iter().zip(g_sigma);
                for ((mu, sigma), (g, r)) in mu.iter().zip(sigma).zip(gradients) {
                    let synapse = Synapse {
                        mu: f64::from(*mu),
                        sigma: f64::from(*sigma),
                    };
                    let one = repeat_n(1.0, 1);
                    let (g, r) = (repeat_n(*g, 1), repeat_n(*r, 1));
                    total += naive::updated(synapse, one, g, r, &Tiny).mu;
                }
                black_box(total)
            });
        });
    }
    group.finish();
}

criterion_group! {
    name = kernels;
    config = Criterion::default()
        .warm_up_time(std::time::Duration::from_millis(300))
        .measurement_time(std::time::Duration::from_secs(1))
        .sample_size(30);
    targets = one_input, rows, between, logits, products, batch_update
}
criterion_main!(kernels);
