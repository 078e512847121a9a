//! Matrix products.

use mesu_kernels::gemm::{Left, Packed, Threads, gemm};
use mesu_kernels::naive;
use proptest::prelude::*;

use crate::support::close;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

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
