//! Convolutions.

use mesu_kernels::conv::{
    Geometry, Pixels, Planes, Work, convolve, flip, input_gradient, weight_gradient,
};
use mesu_kernels::gemm::{Left, Packed, Threads, gemm};
use mesu_kernels::naive;
use proptest::prelude::*;

use crate::support::close;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

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
}

/// More positions than the product takes in one stretch, and several images: the weights' gradient is one
/// chain.
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
