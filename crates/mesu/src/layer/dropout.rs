//! `dropout 0.25`: while learning, a quarter of the numbers become 0, the others grow for it.

use super::Shape;
use super::entry::{Entry, Refusal};
use super::operation::{Kept, Operation, Pass};
use crate::noise::Noise;

/// Dropout: while learning, each number is 0 with this probability, in (0, 1), and grows by `1 / (1 - p)`
/// else.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dropout(pub f32);

impl Operation for Dropout {
    const NAME: &'static str = "dropout";
    const FORM: &'static str = "dropout P (between 0 and 1)";
    const RESHAPES: bool = false;

    fn read(Entry { words, input }: Entry<'_>) -> Result<(Self, Shape), Refusal> {
        let [_, p] = words else {
            return Err(Refusal::Unreadable);
        };
        let p: Option<f32> = p.parse().ok();
        let p = p.filter(|p| *p > 0.0 && *p < 1.0);
        Ok((Self(p.ok_or(Refusal::Unreadable)?), input))
    }

    fn forward(&self, x: &mut [f32], _: &mut Vec<f32>, pass: Pass<'_>) {
        pass.kept.clear();
        if let Some(noise) = pass.noise {
            drop_out(x, self.0, noise, pass.kept);
        }
    }

    fn backward(&self, _: &[f32], d: &mut [f32], _: &mut [f32], Kept { kept, .. }: Kept<'_>) {
        // Empty if nothing was dropped.
        if kept.is_empty() {
            return;
        }
        let grown = 1.0 / (1.0 - self.0);
        for (i, d) in d.iter_mut().enumerate() {
            let kept = kept[i / 32] >> (i % 32) & 1 == 1;
            *d = if kept { *d * grown } else { 0.0 };
        }
    }
}

/// Two squared normals add up to more than `-2 ln p` with probability p.
fn drop_out(x: &mut [f32], p: f32, noise: &mut dyn Noise, kept: &mut Vec<u32>) {
    let bound = (-2.0 * f64::from(p).ln()) as f32;
    let grown = 1.0 / (1.0 - p);
    let mut z = [0.0; 64];
    for x in x.chunks_mut(32) {
        noise.fill_normal(&mut z);
        let mut bits = 0;
        for (i, x) in x.iter_mut().enumerate() {
            let keep = z[2 * i] * z[2 * i] + z[2 * i + 1] * z[2 * i + 1] <= bound;
            *x = if keep { *x * grown } else { 0.0 };
            bits |= u32::from(keep) << i;
        }
        kept.push(bits);
    }
}

#[cfg(test)]
mod tests {
    use mesu_kernels::Generator;

    use super::*;
    use crate::layer::operation::tests::there_and_back;

    #[test]
    fn so_many_are_dropped_and_their_gradients_with_them() {
        let (p, n) = (0.25, 20_000);
        let mut noise = Generator::named(3, "dropout", &[]);
        let ones = vec![1.0; n];
        let (y, dx) = there_and_back(&Dropout(p), &ones, &ones, 1, Some(&mut noise));
        assert_eq!(y, dx);
        let grown = 1.0 / (1.0 - p);
        assert!(y.iter().all(|y| *y == 0.0 || *y == grown));
        let dropped = y.iter().filter(|y| **y == 0.0).count() as f64 / n as f64;
        // Four standard deviations.
        assert!((dropped - 0.25).abs() < 4.0 * (0.25f64 * 0.75 / n as f64).sqrt());
    }

    #[test]
    fn without_noise_nothing_is_dropped() {
        let (y, dx) = there_and_back(&Dropout(0.5), &[1.0, 2.0], &[3.0, 4.0], 1, None);
        assert_eq!((y, dx), (vec![1.0, 2.0], vec![3.0, 4.0]));
    }
}
