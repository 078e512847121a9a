//! Classifiers and regressors as bytes.

use super::crc::Crc;
use super::error::BlobError;
use super::state::Blob;
use super::wire::{Reader, Writer};
use crate::classifier::Classifier;
use crate::format::Format;
use crate::network::Network;
use crate::regressor::{Regressor, SMALLEST};
use crate::settings::{Scaling, Targets};
use crate::shape::Shape;

/// Bytes of the checksum.
pub(super) const CRC_BYTES: usize = 4;

/// Checks the sum of `len` bytes and of the four that follow.
pub(super) fn check_sum(
    len: usize,
    read: &mut dyn FnMut(&mut [u8]) -> Result<(), BlobError>,
) -> Result<(), BlobError> {
    let (mut crc, mut left, mut buffer) = (Crc::new(), len, [0; 64]);
    while left > 0 {
        let part = &mut buffer[..left.min(64)];
        read(part)?;
        crc.add(part);
        left -= part.len();
    }
    let mut sum = [0; CRC_BYTES];
    read(&mut sum)?;
    match u32::from_le_bytes(sum) == crc.sum() {
        true => Ok(()),
        false => Err(BlobError::Crc),
    }
}

/// Parts of a kind of learner beside its network.
trait Kind<S: Shape, F: Format> {
    const KIND: u8;
    /// Bytes of what is beside the network.
    const OWN_BYTES: usize;
    const BYTES: usize = Network::<S, F>::BYTES + Self::OWN_BYTES + CRC_BYTES;
    type Own;

    fn network(&self) -> &Network<S, F>;
    fn network_mut(&mut self) -> &mut Network<S, F>;
    fn write_own<E>(&self, to: &mut Writer<'_, E>) -> Result<(), E>;
    fn read_own(from: &mut Reader<'_>) -> Result<Self::Own, BlobError>;
    fn set_own(&mut self, own: Self::Own);

    fn write<E>(&self, put: &mut dyn FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        let mut to = Writer::new(put);
        self.network().write(Self::KIND, &mut to)?;
        self.write_own(&mut to)?;
        to.end()
    }

    fn read<R>(&mut self, open: impl Fn() -> R) -> Result<(), BlobError>
    where
        R: FnMut(&mut [u8]) -> Result<(), BlobError>,
    {
        // What the bytes are for is told before that they are damaged.
        Network::<S, F>::read_header(Self::KIND, &mut Reader(&mut open()))?;
        check_sum(Self::BYTES - CRC_BYTES, &mut open())?;
        for store in [false, true] {
            let mut read = open();
            let mut from = Reader(&mut read);
            Network::<S, F>::read_header(Self::KIND, &mut from)?;
            self.network_mut().read(&mut from, store)?;
            let own = Self::read_own(&mut from)?;
            if store {
                self.set_own(own);
            }
        }
        Ok(())
    }
}

impl<S: Shape, F: Format> Kind<S, F> for Classifier<S, F> {
    const KIND: u8 = 0;
    const OWN_BYTES: usize = 2;
    type Own = usize;

    fn network(&self) -> &Network<S, F> {
        &self.network
    }
    fn network_mut(&mut self) -> &mut Network<S, F> {
        &mut self.network
    }
    fn write_own<E>(&self, to: &mut Writer<'_, E>) -> Result<(), E> {
        to.put(&(self.classes as u16).to_le_bytes())
    }
    fn read_own(from: &mut Reader<'_>) -> Result<usize, BlobError> {
        let classes = usize::from(from.u16()?);
        match (1..=Network::<S, F>::OUTPUTS).contains(&classes) {
            true => Ok(classes),
            false => Err(BlobError::Content),
        }
    }
    fn set_own(&mut self, classes: usize) {
        self.classes = classes;
    }
}

impl<S: Shape, F: Format> Kind<S, F> for Regressor<S, F> {
    const KIND: u8 = 1;
    const OWN_BYTES: usize = 3 * 4 + 8 + 4;
    type Own = (Targets, f64, u32);

    fn network(&self) -> &Network<S, F> {
        &self.network
    }
    fn network_mut(&mut self) -> &mut Network<S, F> {
        &mut self.network
    }
    fn write_own<E>(&self, to: &mut Writer<'_, E>) -> Result<(), E> {
        let Targets {
            scaling,
            noise_window,
        } = self.targets;
        to.f32s(&[scaling.mean, scaling.deviation, noise_window])?;
        to.put(&self.noise.to_le_bytes())?;
        to.put(&self.residuals.to_le_bytes())
    }
    fn read_own(from: &mut Reader<'_>) -> Result<Self::Own, BlobError> {
        let [mean, deviation, noise_window] = from.f32s()?;
        let scaling = Scaling { mean, deviation };
        let targets = Targets {
            scaling,
            noise_window,
        };
        targets.check().map_err(|_| BlobError::Content)?;
        let noise = from.f64()?;
        match noise.is_finite() && noise >= SMALLEST {
            true => Ok((targets, noise, from.u32()?)),
            false => Err(BlobError::Content),
        }
    }
    fn set_own(&mut self, own: Self::Own) {
        (self.targets, self.noise, self.residuals) = own;
    }
}

macro_rules! blobs {
    ($($learner:ident),+) => {$(
        impl<S: Shape, F: Format> Blob for $learner<S, F> {
            const BLOB_BYTES: usize = <Self as Kind<S, F>>::BYTES;

            fn write_blob<E>(&self, put: &mut dyn FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
                self.write(put)
            }

            fn read_blob<R>(&mut self, open: impl Fn() -> R) -> Result<(), BlobError>
            where
                R: FnMut(&mut [u8]) -> Result<(), BlobError>,
            {
                self.read(open)
            }
        }
    )+};
}
blobs!(Classifier, Regressor);
