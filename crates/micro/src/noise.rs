//! Noise: normal numbers for neurons, and random words for rounding.

use mesu_core::generator::Generator;
use mesu_core::sum::LANES;

/// Source of the noise of a format.
pub trait Noise: Clone + core::fmt::Debug {
    /// State of no stream, which [`seeded`](Self::seeded) replaces.
    const EMPTY: Self;
    /// Bytes of the state in a blob.
    const BYTES: usize;
    /// Creates the stream of a seed.
    fn seeded(seed: u64) -> Self;
    /// Draws a normal number for each neuron of each sample, and hands it to `put(sample, neuron, number)`.
    fn normals(&mut self, samples: usize, neurons: usize, put: impl FnMut(usize, usize, f32));
    /// Draws a random word; 0 of streams whose format does not round.
    fn word(&mut self) -> u32;
    /// Hands the state to `put`, in words of 4 bytes.
    fn save(&self, put: impl FnMut(u32));
    /// Restores the state from the words that `get` gives; `None` if that is no state.
    fn restore(get: impl FnMut() -> u32) -> Option<Self>;
}

/// The generator of mesu-core, in the order of its perceptron.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lanes(Option<Generator>);

impl Noise for Lanes {
    const EMPTY: Self = Self(None);
    const BYTES: usize = 4 * 4 * LANES;

    fn seeded(seed: u64) -> Self {
        Self(Some(Generator::named(seed, "noise", &[])))
    }

    fn normals(&mut self, samples: usize, neurons: usize, mut put: impl FnMut(usize, usize, f32)) {
        let Some(generator) = &mut self.0 else { return };
        let stride = neurons.next_multiple_of(LANES);
        let mut block = [0.0; 2 * LANES];
        for start in (0..samples * stride).step_by(block.len()) {
            generator.fill_normal(&mut block);
            for (at, z) in (start..samples * stride).zip(block) {
                // What pads a row takes noise too, as in mesu-core.
                if at % stride < neurons {
                    put(at / stride, at % stride, z);
                }
            }
        }
    }

    fn word(&mut self) -> u32 {
        0
    }

    fn save(&self, put: impl FnMut(u32)) {
        let words = self.0.as_ref().map_or([[0; LANES]; 4], Generator::state);
        words.into_iter().flatten().for_each(put);
    }

    fn restore(mut get: impl FnMut() -> u32) -> Option<Self> {
        let mut words = [[0; LANES]; 4];
        words.iter_mut().flatten().for_each(|word| *word = get());
        match words.iter().flatten().any(|word| *word != 0) {
            false => Some(Self::EMPTY),
            true => Generator::from_state(words).map(|generator| Self(Some(generator))),
        }
    }
}

/// Marsaglia's xorshift of 32 bits; a normal number is one of 256 quantiles, four of them from a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Xorshift(u32);

impl Noise for Xorshift {
    const EMPTY: Self = Self(0);
    const BYTES: usize = 4;

    fn seeded(seed: u64) -> Self {
        let mixed = (seed ^ (seed >> 32)) as u32;
        let mut stream = Self(mixed.wrapping_mul(0x9e37_79b9) ^ 0x85eb_ca6b);
        if stream.0 == 0 {
            stream = Self(1);
        }
        // Seeds that are close begin with words that are not.
        (0..16).for_each(|_| _ = stream.word());
        stream
    }

    fn normals(&mut self, samples: usize, neurons: usize, mut put: impl FnMut(usize, usize, f32)) {
        let mut word = 0;
        for at in 0..samples * neurons {
            word = if at % 4 == 0 { self.word() } else { word >> 8 };
            put(at / neurons, at % neurons, quantile(word as u8));
        }
    }

    #[inline(always)]
    fn word(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }

    fn save(&self, mut put: impl FnMut(u32)) {
        put(self.0);
    }

    fn restore(mut get: impl FnMut() -> u32) -> Option<Self> {
        // The one state that is never reached or left.
        Some(Self(get())).filter(|stream| stream.0 != 0)
    }
}

/// Quantile of N(0, 1) at the middle of one of 256 equal parts.
fn quantile(byte: u8) -> f32 {
    let size = QUANTILES[usize::from(byte & 127)];
    if byte < 128 { size } else { -size }
}

/// Upper half of the quantiles (i + 1/2)/256 of N(0, 1), over 0.9975, so that their variance is 1.
#[rustfmt::skip]
const QUANTILES: [f32; 128] = [
    0.004908106, 0.01472479, 0.02454288, 0.03436333, 0.04418708, 0.05401507, 0.06384826, 0.07368759,
    0.08353403, 0.09338853, 0.1032521, 0.1131256, 0.1230101, 0.1329066, 0.1428161, 0.1527395,
    0.162678, 0.1726324, 0.1826039, 0.1925935, 0.2026022, 0.2126312, 0.2226815, 0.2327543,
    0.2428506, 0.2529715, 0.2631184, 0.2732922, 0.2834943, 0.2937259, 0.3039881, 0.3142822,
    0.3246097, 0.3349716, 0.3453695, 0.3558047, 0.3662786, 0.3767926, 0.3873482, 0.3979469,
    0.4085903, 0.41928, 0.4300175, 0.4408046, 0.451643, 0.4625344, 0.4734807, 0.4844838,
    0.4955455, 0.5066679, 0.517853, 0.5291029, 0.5404199, 0.5518061, 0.563264, 0.5747959,
    0.5864044, 0.5980921, 0.6098616, 0.6217158, 0.6336576, 0.6456899, 0.657816, 0.6700392,
    0.6823627, 0.6947902, 0.7073255, 0.7199723, 0.7327347, 0.745617, 0.7586236, 0.7717592,
    0.7850286, 0.798437, 0.8119898, 0.8256926, 0.8395515, 0.8535727, 0.8677628, 0.882129,
    0.8966787, 0.9114197, 0.9263605, 0.9415099, 0.9568775, 0.9724732, 0.9883079, 1.004393,
    1.020741, 1.037365, 1.054279, 1.071499, 1.089041, 1.106923, 1.125164, 1.143786,
    1.16281, 1.182263, 1.202172, 1.222566, 1.243479, 1.264948, 1.287013, 1.30972,
    1.333119, 1.357268, 1.382232, 1.408083, 1.434906, 1.462797, 1.491869, 1.522253,
    1.554103, 1.587603, 1.622977, 1.660495, 1.700494, 1.743399, 1.789758, 1.840294,
    1.895991, 1.958242, 2.02911, 2.111859, 2.212132, 2.341113, 2.526849, 2.892901,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_have_the_moments_of_a_normal() {
        let all = || (0..=255).map(|byte| f64::from(quantile(byte)));
        assert!(all().sum::<f64>().abs() < 1e-9);
        assert!((all().map(|z| z * z).sum::<f64>() / 256.0 - 1.0).abs() < 1e-6);
        let fourth = all().map(|z| z.powi(4)).sum::<f64>() / 256.0;
        assert!((2.9..3.0).contains(&fourth), "{fourth}");
    }

    #[test]
    fn every_neuron_gets_noise_once() {
        fn check<N: Noise>() {
            let (mut sum, mut squares, mut seen) = (0.0, 0.0, [[0; 37]; 5]);
            let mut noise = N::seeded(3);
            for _ in 0..400 {
                noise.normals(5, 37, |sample, neuron, z| {
                    seen[sample][neuron] += 1;
                    sum += f64::from(z);
                    squares += f64::from(z * z);
                });
            }
            let count = f64::from(400 * 5 * 37);
            assert_eq!(seen, [[400; 37]; 5]);
            // Four standard errors.
            assert!((sum / count).abs() < 4.0 / count.sqrt());
            assert!((squares / count - 1.0).abs() < 4.0 * (2.0 / count).sqrt());
        }
        check::<Lanes>();
        check::<Xorshift>();
    }

    #[test]
    fn states_come_back_and_dead_ones_are_refused() {
        let mut words = std::vec::Vec::new();
        Lanes::seeded(5).save(|word| words.push(word));
        let mut at = words.iter().copied();
        let restored = Lanes::restore(|| at.next().unwrap_or_default());
        assert_eq!(restored, Some(Lanes::seeded(5)));
        let mut lane_dead = 0;
        let dead = Lanes::restore(|| {
            lane_dead += 1;
            u32::from(lane_dead % 16 != 0)
        });
        assert_eq!((dead, Xorshift::restore(|| 0)), (None, None));
        assert_ne!(Xorshift::seeded(0), Xorshift::seeded(1));
    }
}
