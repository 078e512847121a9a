//! Every kernel against its plain twin in `naive`, on random shapes and values.

#![allow(clippy::unwrap_used)]

use std::ops::Range;

use mesu_core::{Gradient, Real, Rule, Synapse};
use mesu_kernels::batch::{self, Second};
use mesu_kernels::conv::{
    Geometry, Pixels, Planes, Work, convolve, flip, input_gradient, weight_gradient,
};
use mesu_kernels::gemm::{Left, Packed, Threads, gemm};
use mesu_kernels::online::{self, Input, Moments};
use mesu_kernels::pool::Pool;
use mesu_kernels::softmax::{Predicted, entropy, predict, softmax};
use mesu_kernels::{Matrix, PlanesMut, all_finite, naive};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

/// A rule that uses both gradients and changes nothing about the sign of sigma.
#[derive(Clone, Copy)]
struct Shift<const FUSED: bool>;

impl<const FUSED: bool> Rule for Shift<FUSED> {
    type State<R: Real> = Synapse<R>;

    const FUSED: bool = FUSED;

    fn step<R: Real>(&self, synapse: Synapse<R>, gradient: Gradient<R>) -> Synapse<R> {
        let Synapse { mu, sigma } = synapse;
        let rate = mu.constant(-0.25);
        let mu = gradient.mu().mul_add(rate * sigma * sigma, mu);
        let relative = (gradient.variance() * sigma * sigma).limit(rate, rate * rate);
        Synapse {
            mu,
            sigma: sigma.mul_add(relative, sigma),
        }
    }
}

/// Numbers of a range. Proptest's own sampler of float ranges trips over an assertion of its own once in a while,
/// so that a test of ours would fail for nothing; these are made of integers.
fn real(range: Range<f32>) -> impl Strategy<Value = f32> {
    const STEPS: i32 = 1 << 23;
    let middle = f32::midpoint(range.start, range.end);
    let half = (range.end - range.start) / 2.0;
    (-STEPS..STEPS).prop_map(move |k| middle + half * (k as f32 / STEPS as f32))
}

/// Numbers of very different sizes, zeros among them.
fn value() -> impl Strategy<Value = f32> {
    prop_oneof![
        4 => real(-2.0..2.0),
        1 => Just(0.0f32),
        1 => real(-1e-18..1e-18),
        1 => real(-300.0..300.0),
    ]
}

fn values(count: usize) -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec(value(), count)
}

fn sigmas(count: usize) -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec(prop_oneof![real(1e-6..1e-3), real(0.01..1.5)], count)
}

/// `got` against `expected`, up to rounding of sums whose terms are as large as `scale`.
fn close(got: f32, expected: f64, scale: f64) -> bool {
    (f64::from(got) - expected).abs() <= 2e-6 * scale.max(expected.abs()) + 1e-30
}

fn matrix(rows: usize, columns: usize, values: &[f32]) -> Matrix {
    Matrix::from_slice(rows, columns, values)
}

/// A layer and rows of inputs and gradients for it.
#[derive(Clone, Debug)]
struct Case {
    outputs: usize,
    inputs: usize,
    samples: usize,
    mu: Vec<f32>,
    sigma: Vec<f32>,
    h: Vec<f32>,
    next: Vec<f32>,
    d: Vec<f32>,
    r: Vec<f32>,
}

fn case() -> impl Strategy<Value = Case> {
    (1usize..8, 1usize..70, 1usize..7).prop_flat_map(|(outputs, inputs, samples)| {
        let synapses = outputs * inputs;
        let rows = (
            values(samples * inputs),
            values(inputs),
            values(samples * outputs),
            values(samples * outputs),
        );
        (values(synapses), sigmas(synapses), rows).prop_map(move |(mu, sigma, (h, next, d, r))| {
            Case {
                outputs,
                inputs,
                samples,
                mu,
                sigma,
                h,
                next,
                d,
                r,
            }
        })
    })
}

impl Case {
    fn synapses(&self) -> (Matrix, Matrix) {
        let mu = matrix(self.outputs, self.inputs, &self.mu);
        let mut sigma = matrix(self.outputs, self.inputs, &self.sigma);
        sigma.repeat_last_into_padding();
        (mu, sigma)
    }

    fn row(&self, s: usize) -> &[f32] {
        &self.h[s * self.inputs..(s + 1) * self.inputs]
    }

    fn squares(h: &Matrix) -> Matrix {
        let mut squares = h.clone();
        online::multiply(h, h, &mut squares);
        squares
    }

    /// m and v of a row of inputs for all outputs, checked against the twin.
    fn check_moments(&self, mu: &Matrix, sigma: &Matrix, x: &[f32], m: &[f32], v: &[f32]) {
        let mu: Vec<f32> = mu.values().collect();
        let sigma: Vec<f32> = sigma.values().collect();
        let (mean, variance) = naive::mean_variance(&mu, &sigma, x);
        for o in 0..self.outputs {
            let terms = mu[o * self.inputs..].iter().zip(x);
            let scale = terms.map(|(w, x)| f64::from((w * x).abs())).sum();
            assert!(close(m[o], mean[o], scale), "m[{o}] {} {}", m[o], mean[o]);
            assert!(
                close(v[o], variance[o], 0.0),
                "v[{o}] {} {}",
                v[o],
                variance[o]
            );
        }
    }

    /// Updated synapses against the twin; `samples` rows of `h`, `d` and `r` took part.
    fn check_update(&self, mu: &Matrix, sigma: &Matrix, samples: usize) {
        let column = |rows: &[f32], width: usize, at: usize| -> Vec<f32> {
            rows.iter()
                .skip(at)
                .step_by(width)
                .take(samples)
                .copied()
                .collect()
        };
        for (n, (mu, sigma)) in mu.values().zip(sigma.values()).enumerate() {
            let (o, i) = (n / self.inputs, n % self.inputs);
            let h = column(&self.h, self.inputs, i);
            let d = column(&self.d, self.outputs, o);
            let r = column(&self.r, self.outputs, o);
            let old = Synapse {
                mu: f64::from(self.mu[n]),
                sigma: f64::from(self.sigma[n]),
            };
            let size = |gradients: &[f32], power| -> f64 {
                let terms = h
                    .iter()
                    .zip(gradients)
                    .map(|(h, g)| f64::from((h.powi(power) * g).abs()));
                terms.sum::<f64>() * (old.sigma * old.sigma)
            };
            let mu_scale = size(&d, 1) + old.mu.abs();
            let sigma_scale = (size(&r, 2) + 1.0) * old.sigma;
            let new = naive::updated(
                old,
                h.iter().copied(),
                d.iter().copied(),
                r.iter().copied(),
                &Shift::<true>,
            );
            assert!(close(mu, new.mu, mu_scale), "mu {mu} {}", new.mu);
            assert!(
                close(sigma, new.sigma, sigma_scale),
                "sigma {sigma} {}",
                new.sigma
            );
        }
    }
}

fn one_input_checked<const FUSED: bool>(case: &Case) -> Result<(), TestCaseError> {
    let (mut mu, mut sigma) = case.synapses();
    let load = |x: &[f32]| {
        let (mut row, mut squares) = (Matrix::zeros(1, case.inputs), Matrix::zeros(1, case.inputs));
        online::load_input(x, &mut row, &mut squares);
        (row, squares)
    };
    let (x, squares) = load(case.row(0));
    let (next_x, next_squares) = load(&case.next);
    let input = Input {
        x: &x,
        squares: &squares,
    };
    let next = Input {
        x: &next_x,
        squares: &next_squares,
    };
    let (mut m, mut v) = (
        Matrix::zeros(1, case.outputs),
        Matrix::zeros(1, case.outputs),
    );
    online::mean_variance(
        &mu,
        &sigma,
        input,
        Moments {
            m: &mut m,
            v: &mut v,
        },
    );
    case.check_moments(&mu, &sigma, case.row(0), m.row(0), v.row(0));

    // The update with and without the next example, and the next example by itself, agree in
    // every bit.
    let (mut alone_mu, mut alone_sigma) = case.synapses();
    let d = matrix(1, case.outputs, &case.d[..case.outputs]);
    let r = matrix(1, case.outputs, &case.r[..case.outputs]);
    let layer = PlanesMut::new([&mut alone_mu, &mut alone_sigma]);
    prop_assert!(online::rank_one_update(
        layer,
        input,
        &d,
        &r,
        &Shift::<FUSED>,
        None
    ));
    let layer = PlanesMut::new([&mut mu, &mut sigma]);
    let moments = Moments {
        m: &mut m,
        v: &mut v,
    };
    prop_assert!(online::rank_one_update(
        layer,
        input,
        &d,
        &r,
        &Shift::<FUSED>,
        Some((next, moments))
    ));
    prop_assert_eq!(&mu, &alone_mu);
    prop_assert_eq!(&sigma, &alone_sigma);
    case.check_update(&mu, &sigma, 1);
    let (mut again_m, mut again_v) = (m.clone(), v.clone());
    online::mean_variance(
        &mu,
        &sigma,
        next,
        Moments {
            m: &mut again_m,
            v: &mut again_v,
        },
    );
    prop_assert_eq!(m, again_m);
    prop_assert_eq!(v, again_v);
    Ok(())
}

fn rows_of_inputs_checked<const FUSED: bool>(case: &Case) -> Result<(), TestCaseError> {
    let (mut mu, mut sigma) = case.synapses();
    let mut h = matrix(case.samples, case.inputs, &case.h);
    let squares = Case::squares(&h);
    let zeros = Matrix::zeros(case.samples, case.outputs);
    let (mut m, mut v) = (zeros.clone(), zeros);
    online::mean_variance_rows(&mu, &sigma, &h, &squares, &mut m, &mut v);
    for s in 0..case.samples {
        case.check_moments(&mu, &sigma, case.row(s), m.row(s), v.row(s));
    }

    let d = matrix(case.samples, case.outputs, &case.d);
    let r = matrix(case.samples, case.outputs, &case.r);
    let mut dh = h.clone();
    online::input_gradient_rows(&mu, &sigma, &h, &d, &r, &mut dh);
    for s in 0..case.samples {
        let expected = naive::input_gradient(&case.mu, &case.sigma, h.row(s), d.row(s), r.row(s));
        for (i, (got, expected)) in dh.row(s).iter().zip(expected).enumerate() {
            let terms = (0..case.outputs).map(|o| {
                let (mu, sigma) = (
                    case.mu[o * case.inputs + i],
                    case.sigma[o * case.inputs + i],
                );
                f64::from((d.row(s)[o] * mu).abs())
                    + f64::from((r.row(s)[o] * sigma * sigma * h.row(s)[i]).abs())
            });
            prop_assert!(close(*got, expected, terms.sum()), "{} {}", got, expected);
        }
    }

    let layer = PlanesMut::new([&mut mu, &mut sigma]);
    prop_assert!(online::rank_update(
        layer,
        &h,
        Some(&squares),
        &d,
        Some(&r),
        &Shift::<FUSED>
    ));
    case.check_update(&mu, &sigma, case.samples);

    let mut sums = Matrix::zeros(1, case.outputs);
    online::sum_rows(&d, &mut sums);
    for (o, sum) in sums.row(0).iter().enumerate() {
        let column = (0..case.samples).map(|s| f64::from(d.row(s)[o]));
        prop_assert!(close(
            *sum,
            column.clone().sum(),
            column.map(f64::abs).sum()
        ));
    }
    let before = h.clone();
    let mut squares = h.clone();
    online::relu_square(&mut h, &mut squares);
    for ((x, h), square) in before.values().zip(h.values()).zip(squares.values()) {
        prop_assert_eq!((h, square), (x.max(0.0), x.max(0.0) * x.max(0.0)));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn one_input(case in case()) {
        one_input_checked::<true>(&case)?;
        one_input_checked::<false>(&case)?;
    }

    #[test]
    fn rows_of_inputs(case in case()) {
        rows_of_inputs_checked::<true>(&case)?;
        rows_of_inputs_checked::<false>(&case)?;
    }

    #[test]
    fn point_weights(case in case()) {
        let w = matrix(case.outputs, case.inputs, &case.mu);
        let mut h = matrix(case.samples, case.inputs, &case.h);
        let mut a = Matrix::zeros(case.samples, case.outputs);
        online::point::products(&w, &h, &mut a);
        let d = matrix(case.samples, case.outputs, &case.d);
        let mut dh = h.clone();
        online::point::input_gradient(&w, &h, &d, &mut dh);
        let none = vec![0.0; case.mu.len()];
        for s in 0..case.samples {
            let (products, _) = naive::mean_variance(&case.mu, &none, case.row(s));
            let expected = naive::input_gradient(&case.mu, &none, h.row(s), d.row(s), &vec![0.0; case.outputs]);
            for (o, product) in products.iter().enumerate() {
                let terms = case.mu[o * case.inputs..].iter().zip(case.row(s));
                let scale = terms.map(|(w, x)| f64::from((w * x).abs())).sum();
                prop_assert!(close(a.row(s)[o], *product, scale));
            }
            for (i, (got, expected)) in dh.row(s).iter().zip(expected).enumerate() {
                let terms = (0..case.outputs).map(|o| f64::from((d.row(s)[o] * case.mu[o * case.inputs + i]).abs()));
                prop_assert!(close(*got, expected, terms.sum()));
            }
        }
        let before = h.clone();
        online::point::relu(&mut h);
        prop_assert!(before.values().zip(h.values()).all(|(x, h)| h == x.max(0.0)));
    }

    #[test]
    fn stored_gradients(case in case()) {
        let (start_mu, start_sigma) = case.synapses();
        let first = |values: &[f32]| matrix(case.outputs, case.inputs, &values.iter().cycle().take(case.mu.len()).copied().collect::<Vec<_>>());
        let (g_mu, given) = (first(&case.d), first(&case.r));
        for second in [Second::Variance, Second::Sigma] {
            let (mut mu, mut sigma) = (start_mu.clone(), start_sigma.clone());
            let layer = PlanesMut::new([&mut mu, &mut sigma]);
            prop_assert!(batch::update(layer, &g_mu, Some((&given, second)), &Shift::<true>));
            let gradients = g_mu.values().zip(given.values());
            for (n, ((g_mu, given), (mu, sigma))) in gradients.zip(mu.values().zip(sigma.values())).enumerate() {
                let old = Synapse { mu: f64::from(case.mu[n]), sigma: f64::from(case.sigma[n]) };
                let variance = match second {
                    Second::Variance => f64::from(given),
                    Second::Sigma => f64::from(given) / old.sigma,
                };
                let new = Shift::<true>.step(old, Gradient::new(f64::from(g_mu), variance));
                let mu_scale = old.mu.abs() + f64::from(g_mu.abs()) * old.sigma * old.sigma;
                prop_assert!(close(mu, new.mu, mu_scale), "mu {} {}", mu, new.mu);
                prop_assert!(close(sigma, new.sigma, old.sigma), "sigma {} {}", sigma, new.sigma);
            }
        }
    }

    #[test]
    fn samples_of_activations(case in case()) {
        let v: Vec<f32> = case.h.iter().map(|x| x * x).collect();
        let (m, variance) = (matrix(1, v.len(), &case.h), matrix(1, v.len(), &v));
        let z: Vec<f32> = (0..v.len()).map(|i| (i as f32 * 0.7).sin() * 3.0).collect();
        let mut q = matrix(1, v.len(), &z);
        let mut a = Matrix::zeros(1, v.len());
        online::sample(&m, &variance, &mut q, &mut a);
        let (mut flat_q, mut flat_a) = (z.clone(), z.clone());
        batch::sample(&case.h, &v, &mut flat_q, &mut flat_a);
        prop_assert_eq!(&flat_q[..], q.row(0));
        prop_assert_eq!(&flat_a[..], a.row(0));
        for i in 0..v.len() {
            let (activation, quotient) = naive::sample(case.h[i], v[i], z[i]);
            prop_assert!(close(flat_a[i], activation, f64::from(case.h[i].abs()) * 4.0));
            prop_assert!(close(flat_q[i], quotient, 0.0) || v[i] < f32::MIN_POSITIVE);
        }
    }

    #[test]
    fn products(m in 1usize..30, k in 1usize..40, long in 0usize..3, n in 1usize..70, seed in 0u64..1000) {
        let k = k + 250 * long;
        let mut noise = mesu_kernels::Generator::named(seed, "products", &[]);
        let (a, b) = (noise.normals(m * k), noise.normals(k * n));
        let expected = naive::gemm(&a, &b, k, n);
        let transpose = |x: &[f32], rows: usize, columns: usize| -> Vec<f32> {
            (0..x.len()).map(|i| x[i % rows * columns + i / rows]).collect()
        };
        let (a_t, b_t) = (transpose(&a, m, k), transpose(&b, k, n));
        let mut packed = Packed::default();
        let mut results = Vec::new();
        for (left, transposed) in [(Left::rows(&a, k), false), (Left::columns(&a_t, m), true)] {
            if transposed {
                packed.pack_columns(&b_t, k, n);
            } else {
                packed.pack_rows(&b, k, n);
            }
            for threads in [Threads::One, Threads::Pool] {
                let stride = n + 3;
                let mut c = vec![7.0; m * stride];
                gemm(left, &packed, &mut c, stride, threads);
                let rows = c.chunks(stride);
                prop_assert!(rows.clone().all(|row| row[n..] == [7.0; 3]));
                results.push(rows.flat_map(|row| row[..n].to_vec()).collect::<Vec<f32>>());
            }
        }
        prop_assert!(results.windows(2).all(|pair| pair[0] == pair[1]), "all ways give the same bits");
        let mut squares = Packed::default();
        squares.pack_squares(&packed);
        let mut c = vec![0.0; m * n];
        gemm(Left::rows(&a, k), &squares, &mut c, n, Threads::One);
        let squared: Vec<f32> = b.iter().map(|x| x * x).collect();
        for (got, expected) in c.iter().zip(naive::gemm(&a, &squared, k, n)) {
            prop_assert!(close(*got, expected, 16.0 * k as f64));
        }
        for (got, expected) in results[0].iter().zip(expected) {
            prop_assert!(close(*got, expected, 4.0 * k as f64));
        }
    }

    #[test]
    fn convolutions(
        images in 1usize..4, channels in 1usize..20, height in 1usize..9, width in 1usize..9,
        (kernel, padding) in (1usize..6).prop_flat_map(|kernel| (Just(kernel), 0..kernel)),
        stride in 1usize..5, outputs in 1usize..15, seed in 0u64..1000,
    ) {
        let geometry = Geometry { channels, height, width, kernel, stride, padding };
        let Some((rows, columns)) = geometry.output() else {
            prop_assert!(kernel > height.min(width) + 2 * padding);
            return Ok(());
        };
        let mut noise = mesu_kernels::Generator::named(seed, "convolutions", &[]);
        let input = noise.normals(channels * images * height * width);
        let patches = naive::patches(&input, &geometry);
        let (patch, n) = (geometry.patch(), images * rows * columns);
        prop_assert_eq!(patches.len(), patch * n);
        let (mut planes, mut work, mut packed) = (Planes::default(), Work::default(), Packed::default());
        // Buffers that held other images before.
        planes.load(&Geometry { padding: 0, ..geometry }, &input);
        let more = noise.normals(channels * (height + 1) * width * 2);
        planes.load(&Geometry { height: height + 1, ..geometry }, &more);
        planes.load(&geometry, &input);

        // Forward, with the bits of the plain product.
        let (weights, bias) = (noise.normals(outputs * (patch + 2)), noise.normals(outputs));
        let mut got = vec![0.0; outputs * n];
        convolve(&geometry, (&weights, patch + 2), Some(&bias), &planes, &mut work, &mut got);
        let mut expected = vec![0.0; outputs * n];
        packed.pack_rows(&patches, patch, n);
        gemm(Left::rows(&weights, patch + 2), &packed, &mut expected, n, Threads::One);
        expected.chunks_mut(n).zip(&bias).for_each(|(row, b)| row.iter_mut().for_each(|x| *x += b));
        prop_assert_eq!(&got, &expected);
        let pixels = height * width;
        let examples: Vec<f32> = (0..input.len()).map(|i| {
            let (example, channel, pixel) = (i / (channels * pixels), i / pixels % channels, i % pixels);
            input[(channel * images + example) * pixels + pixel]
        }).collect();
        let mut same = Planes::default();
        same.load_examples(&geometry, &examples);
        convolve(&geometry, (&weights, patch + 2), Some(&bias), &same, &mut work, &mut got);
        prop_assert_eq!(&got, &expected);

        // Gradient of the weights, of the squares too.
        let d = noise.normals(outputs * n);
        let [mut pixels, mut squares, mut by_example] = [(); 3].map(|()| Pixels::default());
        pixels.load(&geometry, &input);
        by_example.load_examples(&geometry, &examples);
        squares.load_squares(&by_example);
        let squared: Vec<f32> = patches.iter().map(|x| x * x).collect();
        for (pixels, patches) in [(&pixels, &patches), (&by_example, &patches), (&squares, &squared)] {
            let (mut got, mut expected) = (vec![7.0; outputs * (patch + 1)], vec![7.0; outputs * (patch + 1)]);
            weight_gradient(&geometry, pixels, &d, &mut work, (&mut got, patch + 1));
            packed.pack_columns(patches, n, patch);
            gemm(Left::rows(&d, n), &packed, &mut expected, patch + 1, Threads::One);
            prop_assert_eq!(got, expected);
        }

        // Gradient at the input.
        let of_patches: Vec<f64> = (0..patch * n).map(|i| {
            let (k, column) = (i / n, i % n);
            (0..outputs).map(|o| f64::from(weights[o * (patch + 2) + k]) * f64::from(d[o * n + column])).sum()
        }).collect();
        let expected = naive::fold(&of_patches, &geometry, images);
        let (mut gradients, mut flipped, mut dx) = (Planes::default(), Vec::new(), vec![7.0; input.len()]);
        gradients.load_gradient(&geometry, outputs, &d);
        flip(&geometry, (&weights, patch + 2), &mut flipped);
        input_gradient(&geometry, &flipped, &gradients, &mut work, &mut dx);
        for (got, expected) in dx.iter().zip(expected) {
            prop_assert!(close(*got, expected, 4.0 * (outputs * kernel * kernel) as f64), "{} {}", got, expected);
        }
    }

    #[test]
    fn pooling(planes in 1usize..4, height in 1usize..9, width in 1usize..9, size in 1usize..4, seed in 0u64..1000) {
        let pool = Pool { height, width, size };
        let (rows, columns) = pool.output();
        prop_assert_eq!((rows, columns), (height / size, width / size));
        let mut noise = mesu_kernels::Generator::named(seed, "pooling", &[]);
        let input = noise.normals(planes * height * width);
        let d = noise.normals(planes * rows * columns);
        let (mut largest, mut mean, mut place) = (d.clone(), d.clone(), vec![0; d.len()]);
        pool.max(&input, &mut largest, &mut place);
        pool.mean(&input, &mut mean);
        let (mut to_largest, mut to_all) = (vec![7.0; input.len()], vec![7.0; input.len()]);
        Pool::max_gradient(&d, &place, &mut to_largest);
        pool.mean_gradient(&d, &mut to_all);
        let (mut expected_largest, mut expected_all) = (vec![0.0; input.len()], vec![0.0; input.len()]);
        for plane in 0..planes {
            for y in 0..rows {
                for x in 0..columns {
                    let square = (plane * rows + y) * columns + x;
                    let pixels: Vec<usize> = (0..size * size)
                        .map(|i| (plane * height + y * size + i / size) * width + x * size + i % size)
                        .collect();
                    let best = *pixels.iter().max_by(|a, b| input[**a].total_cmp(&input[**b])).unwrap();
                    prop_assert_eq!(largest[square], input[best]);
                    let sum: f64 = pixels.iter().map(|at| f64::from(input[*at])).sum();
                    let expected = sum / pixels.len() as f64;
                    prop_assert!((f64::from(mean[square]) - expected).abs() < 1e-6);
                    expected_largest[best] += d[square];
                    pixels.iter().for_each(|at| expected_all[*at] += d[square] * (1.0 / pixels.len() as f32));
                }
            }
        }
        prop_assert_eq!(to_largest, expected_largest);
        prop_assert_eq!(to_all, expected_all);
    }

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

        let mut out = vec![0.0; examples * classes];
        let (mut total, mut aleatoric, mut epistemic) = (vec![0.0; examples], vec![0.0; examples], vec![0.0; examples]);
        predict(&mut logits.clone(), classes, samples, Predicted {
            probabilities: &mut out, total: &mut total, aleatoric: &mut aleatoric, epistemic: &mut epistemic,
        });
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

    #[test]
    fn finiteness(mut x in values(37), at in 0usize..37, bad in prop_oneof![Just(f32::NAN), Just(-f32::NAN), Just(f32::INFINITY), Just(f32::NEG_INFINITY)]) {
        prop_assert!(all_finite(&x));
        x[at] = bad;
        prop_assert!(!all_finite(&x));
    }
}

/// Takes every sigma where it is told to.
#[derive(Clone, Copy)]
struct Put(f64);

impl Rule for Put {
    type State<R: Real> = Synapse<R>;

    fn step<R: Real>(&self, synapse: Synapse<R>, _: Gradient<R>) -> Synapse<R> {
        Synapse {
            mu: synapse.mu,
            sigma: synapse.mu.constant(self.0),
        }
    }
}

#[test]
fn a_sigma_of_zero_or_below_is_told() {
    let told = |sigma: f64| {
        let (mut mu, mut sigmas) = (Matrix::zeros(1, 3), matrix(1, 3, &[1.0; 3]));
        let zeros = Matrix::zeros(1, 3);
        let layer = PlanesMut::new([&mut mu, &mut sigmas]);
        !batch::update(layer, &zeros, Some((&zeros, Second::Variance)), &Put(sigma))
    };
    for sigma in [0.0, -0.0, -1e-40, -1.0, f64::NEG_INFINITY] {
        assert!(told(sigma), "{sigma}");
    }
    for sigma in [1e-40, 1e-6, 1.0, 1e30] {
        assert!(!told(sigma), "{sigma}");
    }
}

#[test]
fn a_large_product_is_the_same_on_all_threads() {
    // Past the size from which several threads share a product.
    let (m, k, n) = (130, 100, 90);
    let mut noise = mesu_kernels::Generator::named(1, "large product", &[]);
    let (a, b) = (noise.normals(m * k), noise.normals(k * n));
    let mut packed = Packed::default();
    packed.pack_rows(&b, k, n);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build();
    let product = |threads| {
        let mut c = vec![0.0; m * n];
        gemm(Left::rows(&a, k), &packed, &mut c, n, threads);
        c
    };
    let together = pool.unwrap().install(|| product(Threads::Pool));
    assert_eq!(together, product(Threads::One));
    let errors = together.iter().zip(naive::gemm(&a, &b, k, n));
    assert!(
        errors
            .into_iter()
            .all(|(got, expected)| close(*got, expected, 4.0 * k as f64))
    );
}

/// More positions than the product takes in one stretch, and several images: the weights' gradient is one chain.
#[test]
fn weight_gradients_of_large_images() {
    let geometry = Geometry {
        channels: 3,
        height: 20,
        width: 21,
        kernel: 3,
        stride: 1,
        padding: 1,
    };
    let (images, outputs, patch) = (3, 5, geometry.patch());
    let n = images * geometry.positions();
    let mut noise = mesu_kernels::Generator::named(1, "large images", &[]);
    let (input, d) = (
        noise.normals(3 * images * geometry.pixels()),
        noise.normals(outputs * n),
    );
    let (mut pixels, mut packed) = (Pixels::default(), Packed::default());
    pixels.load(&geometry, &input);
    let (mut got, mut expected) = (vec![0.0; outputs * patch], vec![0.0; outputs * patch]);
    weight_gradient(
        &geometry,
        &pixels,
        &d,
        &mut Work::default(),
        (&mut got, patch),
    );
    packed.pack_columns(&naive::patches(&input, &geometry), n, patch);
    gemm(
        Left::rows(&d, n),
        &packed,
        &mut expected,
        patch,
        Threads::One,
    );
    assert_eq!(got, expected);
}

/// A stride beyond the image takes no more memory than the image.
#[test]
fn strides_may_be_larger_than_images() {
    let geometry = Geometry {
        channels: 1,
        height: 4,
        width: 4,
        kernel: 2,
        stride: 1 << 20,
        padding: 1,
    };
    let input: Vec<f32> = (1..=16).map(|x| x as f32).collect();
    let mut planes = Planes::default();
    planes.load(&geometry, &input);
    let (weights, mut out) = ([1.0, 10.0, 100.0, 1000.0], [0.0]);
    convolve(
        &geometry,
        (&weights, 4),
        None,
        &planes,
        &mut Work::default(),
        &mut out,
    );
    assert_eq!(out, [1000.0]);
}
