//! Buffers that a prediction, which changes nothing, finds again at the next one.

use std::sync::Mutex;

/// Place of buffers that one caller at a time uses; a clone begins without.
#[derive(Debug)]
pub(super) struct Spare<T>(Mutex<Option<Box<T>>>);

impl<T> Default for Spare<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T> Clone for Spare<T> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<T> Spare<T> {
    /// Takes the buffers out, if they are there and fit.
    pub(super) fn take(&self, fits: impl Fn(&T) -> bool) -> Option<Box<T>> {
        let mut place = self.0.lock().ok()?;
        place.take().filter(|buffers| fits(buffers))
    }

    /// Puts buffers back for the next caller.
    pub(super) fn give(&self, buffers: Option<Box<T>>) {
        if let Ok(mut place) = self.0.lock() {
            *place = buffers;
        }
    }
}
