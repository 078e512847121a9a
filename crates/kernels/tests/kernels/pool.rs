//! Pooling.

use mesu_kernels::pool::Pool;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

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
}
