//! Little-endian numbers to and from bytes.

use super::crc::Crc;
use super::error::BlobError;

/// Bytes on their way out, and their sum.
pub(super) struct Writer<'a, E> {
    put: &'a mut dyn FnMut(&[u8]) -> Result<(), E>,
    crc: Crc,
}

impl<'a, E> Writer<'a, E> {
    pub(super) fn new(put: &'a mut dyn FnMut(&[u8]) -> Result<(), E>) -> Self {
        Self {
            put,
            crc: Crc::new(),
        }
    }

    pub(super) fn put(&mut self, bytes: &[u8]) -> Result<(), E> {
        self.crc.add(bytes);
        (self.put)(bytes)
    }

    pub(super) fn f32s(&mut self, numbers: &[f32]) -> Result<(), E> {
        numbers.iter().try_for_each(|x| self.put(&x.to_le_bytes()))
    }

    pub(super) fn f64s(&mut self, numbers: &[f64]) -> Result<(), E> {
        numbers.iter().try_for_each(|x| self.put(&x.to_le_bytes()))
    }

    /// Writes the sum.
    pub(super) fn end(self) -> Result<(), E> {
        (self.put)(&self.crc.sum().to_le_bytes())
    }
}

/// Bytes on their way in.
pub(super) struct Reader<'a>(pub(super) &'a mut dyn FnMut(&mut [u8]) -> Result<(), BlobError>);

impl Reader<'_> {
    pub(super) fn bytes<const N: usize>(&mut self) -> Result<[u8; N], BlobError> {
        let mut bytes = [0; N];
        (self.0)(&mut bytes)?;
        Ok(bytes)
    }

    pub(super) fn fill(&mut self, bytes: &mut [u8]) -> Result<(), BlobError> {
        (self.0)(bytes)
    }

    pub(super) fn u16(&mut self) -> Result<u16, BlobError> {
        self.bytes().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, BlobError> {
        self.bytes().map(u32::from_le_bytes)
    }

    pub(super) fn f64(&mut self) -> Result<f64, BlobError> {
        self.bytes().map(f64::from_le_bytes)
    }

    pub(super) fn f32s<const N: usize>(&mut self) -> Result<[f32; N], BlobError> {
        let mut numbers = [0.0; N];
        for number in &mut numbers {
            *number = self.bytes().map(f32::from_le_bytes)?;
        }
        Ok(numbers)
    }

    /// An option, which is no number if it is none.
    pub(super) fn option(&mut self) -> Result<Option<f64>, BlobError> {
        Ok(Some(self.f64()?).filter(|x| !x.is_nan()))
    }
}
