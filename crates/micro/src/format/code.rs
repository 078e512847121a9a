//! Codes of a mean and a standard deviation in 3 and in 2 bytes.

use crate::shape::Cell;

/// A pair of codes: the mean in steps that a layer has, sigma as an exponent.
pub trait Code: Cell + PartialEq {
    /// Largest code of a mean; the smallest is one less than its negative.
    const MEAN_MAX: i32;
    /// Largest value of a mean, over the largest first value.
    const MEAN_RANGE: f32;
    /// Largest code of sigma, which means the smallest sigma.
    const SIGMA_MAX: i32;
    /// Codes of sigma for a factor of two.
    const PER_OCTAVE: i32;
    /// Codes of the mean and of sigma, each in its range.
    fn codes(self) -> (i32, i32);
    /// Returns the pair of these codes, or of the nearest that there are.
    fn of(mean: i32, sigma: i32) -> Self;
    /// Writes the pair to the first of these bytes.
    fn to_bytes(self, bytes: &mut [u8]);
    /// Reads the pair from the first of these bytes; `None` if there are fewer.
    fn of_bytes(bytes: &[u8]) -> Option<Self>;
}

/// A synapse in 3 bytes: a mean of 16 bits and a sigma of 8, 16 codes for a factor of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Three([u8; 3]);

impl Cell for Three {
    const EMPTY: Self = Self([0; 3]);
}

impl Code for Three {
    const MEAN_MAX: i32 = 32_767;
    const MEAN_RANGE: f32 = 16.0;
    const SIGMA_MAX: i32 = 255;
    const PER_OCTAVE: i32 = 16;

    #[inline(always)]
    fn codes(self) -> (i32, i32) {
        let [low, high, sigma] = self.0;
        (i32::from(i16::from_le_bytes([low, high])), i32::from(sigma))
    }

    #[inline(always)]
    fn of(mean: i32, sigma: i32) -> Self {
        let mean = mean.clamp(-Self::MEAN_MAX - 1, Self::MEAN_MAX);
        let [low, high] = (mean as i16).to_le_bytes();
        Self([low, high, sigma.clamp(0, Self::SIGMA_MAX) as u8])
    }

    fn to_bytes(self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.0);
    }

    fn of_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.first_chunk().copied().map(Self)
    }
}

/// A synapse in 2 bytes: a mean of 11 bits and a sigma of 5, 4 codes for a factor of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Two(u16);

impl Cell for Two {
    const EMPTY: Self = Self(0);
}

impl Code for Two {
    const MEAN_MAX: i32 = 1_023;
    const MEAN_RANGE: f32 = 4.0;
    const SIGMA_MAX: i32 = 31;
    const PER_OCTAVE: i32 = 4;

    #[inline(always)]
    fn codes(self) -> (i32, i32) {
        (i32::from(self.0 as i16 >> 5), i32::from(self.0 & 31))
    }

    #[inline(always)]
    fn of(mean: i32, sigma: i32) -> Self {
        let mean = mean.clamp(-Self::MEAN_MAX - 1, Self::MEAN_MAX);
        let sigma = sigma.clamp(0, Self::SIGMA_MAX) as u16;
        Self((mean as u16) << 5 | sigma)
    }

    fn to_bytes(self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.0.to_le_bytes());
    }

    fn of_bytes(bytes: &[u8]) -> Option<Self> {
        bytes
            .first_chunk()
            .map(|bytes| Self(u16::from_le_bytes(*bytes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_pair_comes_back<C: Code>() {
        let mut bytes = [0; 4];
        for mean in -C::MEAN_MAX - 1..=C::MEAN_MAX {
            for sigma in [0, 1, C::SIGMA_MAX / 2, C::SIGMA_MAX] {
                let pair = C::of(mean, sigma);
                assert_eq!(pair.codes(), (mean, sigma));
                pair.to_bytes(&mut bytes[..size_of::<C>()]);
                assert_eq!(C::of_bytes(&bytes), Some(pair));
            }
        }
        let (low, high) = (C::of(i32::MIN, i32::MIN), C::of(i32::MAX, i32::MAX));
        assert_eq!(low.codes(), (-C::MEAN_MAX - 1, 0));
        assert_eq!(high.codes(), (C::MEAN_MAX, C::SIGMA_MAX));
    }

    #[test]
    fn codes_come_back_and_are_clipped() {
        every_pair_comes_back::<Three>();
        every_pair_comes_back::<Two>();
        assert_eq!((size_of::<Three>(), size_of::<Two>()), (3, 2));
    }
}
