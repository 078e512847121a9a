//! Rules on vectors against the same rules on scalars: the same bits.

use mesu_core::rule::{Adam, Bbb, Ewc, Foovb, Mesu, Sgd, Si, SigmaStep, StreamingEwc};
use mesu_core::{MAX_PLANES, Rule, State};
use mesu_kernels::covariance::{add_weighted_rows, invert};
use mesu_kernels::online::{self, Input, rank_one_update};
use mesu_kernels::{Generator, LANES, Matrix, PlanesMut};

use crate::covariance::positive;

const ROWS: usize = 8;
const COLUMNS: usize = 512;

/// One update of 4,096 synapses by the kernel, and by the rule alone.
fn same_bits<R: Rule + std::fmt::Debug>(rule: R) {
    let mut noise = Generator::named(2, "synapses", &[]);
    let planes = <R::State<f32> as State<f32>>::PLANES;
    assert!(planes <= MAX_PLANES);
    let mut matrices: Vec<Matrix> = (0..planes)
        .map(|plane| {
            let mut values = noise.normals(ROWS * COLUMNS);
            if plane > 0 {
                // Deviations, second moments, strengths: above zero, over many scales.
                values.iter_mut().for_each(|x| *x = (2.0 * *x).exp());
            }
            Matrix::from_slice(ROWS, COLUMNS, &values)
        })
        .collect();
    let row = |values: &[f32]| Matrix::from_slice(1, values.len(), values);
    let (x, d, r) = (
        noise.normals(COLUMNS),
        noise.normals(ROWS),
        noise.normals(ROWS),
    );
    let squares: Vec<f32> = x.iter().map(|x| x * x).collect();
    let before = matrices.clone();
    let (rows, seen) = ((row(&x), row(&squares)), (row(&d), row(&r)));
    let input = Input {
        x: &rows.0,
        squares: &rows.1,
    };
    rank_one_update(
        PlanesMut::new(&mut matrices),
        input,
        &seen.0,
        &seen.1,
        &rule,
        None,
    );
    let mut differ = 0;
    for o in 0..ROWS {
        for i in 0..COLUMNS {
            let old = R::State::<f32>::read(|plane| before[plane].row(o)[i]);
            let gradient = mesu_core::Gradient {
                d: d[o],
                x: x[i],
                r: r[o],
                x_squared: squares[i],
            };
            rule.step(old, gradient).write(|plane, expected: f32| {
                let found = matrices[plane].row(o)[i];
                differ += usize::from(found.to_bits() != expected.to_bits());
            });
        }
    }
    assert_eq!(differ, 0, "{rule:?}");
}

/// Runs the tests here at each instruction set of this machine but the one in use.
#[test]
fn scalars_and_vectors_are_alike_at_every_level() {
    let own = mesu_kernels::level::name().unwrap();
    let others = mesu_kernels::level::available().into_iter();
    for level in others.filter(|level| *level != own) {
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["bits::", "--skip", "at_every_level"])
            .env("MESU_SIMD", level)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && text.contains("3 passed"),
            "{level}: {text}"
        );
    }
}

#[test]
fn distances_are_the_sums_of_scalars() {
    let mut noise = Generator::named(3, "rows", &[]);
    // Whole groups of blocks, and a remainder.
    for rows in [LANES, 7 * LANES] {
        let mut x = noise.normals(5);
        x[2] = 0.0;
        let (inputs, squares) = (noise.normals(5 * rows), noise.normals(rows));
        let (mut distances, mut least) = (vec![0.0; rows], vec![0.0; rows / LANES]);
        online::distances(&x, &inputs, &squares, &mut distances, &mut least);
        let expected: Vec<f32> = (0..rows)
            .map(|row| {
                let terms = x.iter().zip(inputs.chunks_exact(rows));
                terms.fold(squares[row], |sum, (x, column)| {
                    (-2.0 * x).mul_add(column[row], sum)
                })
            })
            .collect();
        assert_eq!(distances, expected);
        for (least, block) in least.iter().zip(expected.chunks_exact(LANES)) {
            assert_eq!(*least, block.iter().copied().fold(f32::INFINITY, f32::min));
        }
    }
}

#[test]
fn scalars_and_vectors_move_synapses_alike() {
    let adam = Adam::new(1e-3, 0.9, 0.999, 1e-8).at(7);
    let mesu = Mesu::paper().lr_mu(0.3).memory_window(1e3);
    same_bits(mesu);
    same_bits(mesu.plain().unwrap());
    same_bits(
        mesu.clamp_grad(0.1)
            .max_step_ratio(0.2)
            .sigma_bounds((1e-3, 0.5)),
    );
    same_bits(mesu.sigma_step(SigmaStep::ClosedForm));
    same_bits(Foovb {
        lr_mu: 0.7,
        ..Foovb::default()
    });
    same_bits(Bbb {
        adam,
        mu_prior: 0.1,
        sigma_prior: 0.5,
        share: 1e-3,
    });
    same_bits(Sgd { lr: 0.01 });
    same_bits(adam);
    same_bits(Ewc {
        base: Sgd { lr: 0.01 },
        importance: 2.0,
    });
    same_bits(Ewc {
        base: adam,
        importance: 2.0,
    });
    same_bits(Si {
        base: adam,
        coefficient: 0.3,
    });
    same_bits(StreamingEwc {
        base: adam,
        importance: 5.0,
        fisher_window: 1e3,
        anchor_window: 1e4,
    });
}

#[test]
fn covariances_have_pinned_bits() {
    let a = positive(70, 90, 1.5, 3);
    let mut inverse = Matrix::zeros(70, 70);
    assert!(invert(&a, &mut inverse));
    let mut out = Matrix::zeros(1, 70);
    let terms: Vec<(usize, f32)> = (0..70).map(|i| (i, 0.1 * i as f32 - 3.0)).collect();
    add_weighted_rows(&inverse, &terms, &mut out);
    let bits = [&a, &inverse, &out].map(|m| {
        m.values()
            .fold(0u64, |sum, x| sum.rotate_left(5) ^ u64::from(x.to_bits()))
    });
    assert_eq!(bits, PINNED, "{bits:x?}");
}

const PINNED: [u64; 3] = [
    0xd859_982b_7ec5_df2d,
    0x0fb8_c395_f598_7816,
    0xcbbb_7efb_1941_67f6,
];
