//! No matrix product to compare with: the feature `baselines` is off.

use std::time::Duration;

use crate::product::Product;

/// Nothing to time.
#[derive(Debug)]
pub(crate) struct Baseline;

impl Baseline {
    pub(crate) fn on_this_thread(_products: &[Product]) -> Self {
        Self
    }

    pub(crate) fn on_all_threads(_products: &[Product]) -> Self {
        Self
    }

    /// Unknown.
    pub(crate) fn rate(&mut self, _least: Duration, _times: usize) -> Option<f64> {
        None
    }
}
