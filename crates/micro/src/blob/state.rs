//! A learner as bytes.

use super::error::BlobError;

/// A learner that is kept as bytes.
pub trait Blob {
    /// Bytes of a state.
    const BLOB_BYTES: usize;

    /// Hands the bytes to `put`, a few at a time.
    ///
    /// # Errors
    /// Those of `put`, which end the writing.
    fn write_blob<E>(&self, put: &mut dyn FnMut(&[u8]) -> Result<(), E>) -> Result<(), E>;

    /// Takes on the state whose bytes `open` gives from the start at each call: first all is checked, then it is
    /// read.
    ///
    /// # Errors
    /// [`BlobError`]: the learner is as before, unless the memory gave other bytes the second time.
    fn read_blob<R>(&mut self, open: impl Fn() -> R) -> Result<(), BlobError>
    where
        R: FnMut(&mut [u8]) -> Result<(), BlobError>;

    /// Writes the state to the first [`BLOB_BYTES`](Self::BLOB_BYTES) of `bytes`, and returns them.
    ///
    /// # Errors
    /// [`BlobError::Length`].
    fn save<'a>(&self, bytes: &'a mut [u8]) -> Result<&'a [u8], BlobError> {
        let (found, expected) = (bytes.len(), Self::BLOB_BYTES);
        let short = BlobError::Length { found, expected };
        let mut at = 0;
        self.write_blob(&mut |part| {
            let to = bytes.get_mut(at..at + part.len()).ok_or(short)?;
            to.copy_from_slice(part);
            at += part.len();
            Ok(())
        })?;
        Ok(&bytes[..at])
    }

    /// Takes on a state.
    ///
    /// # Errors
    /// [`BlobError`]: the learner is as before.
    fn restore(&mut self, bytes: &[u8]) -> Result<(), BlobError> {
        let (found, expected) = (bytes.len(), Self::BLOB_BYTES);
        if found != expected {
            return Err(BlobError::Length { found, expected });
        }
        self.read_blob(|| {
            let mut left = bytes;
            move |part: &mut [u8]| {
                let (first, rest) = left
                    .split_at_checked(part.len())
                    .ok_or(BlobError::Unreadable)?;
                part.copy_from_slice(first);
                left = rest;
                Ok(())
            }
        })
    }
}
