//! Inputs beside their rest value.

use crate::plain::Plain;
use crate::settings::{Scaling, Settings};

/// Rest value of a layer's inputs, and their scaling.
///
/// An input is handed over unscaled; what is summed over a row is scaled afterwards.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rest {
    /// Rest value, unscaled.
    pub(super) unscaled: Plain,
    /// Rest value as the network sees it.
    pub(super) scaled: Plain,
    /// Factor of the scaling.
    pub(super) scale: Plain,
    /// Twice what the unscaled rest value is off the scaling's mean.
    twice: Plain,
}

impl Rest {
    /// Inputs that are scaled already and rest at 0.
    pub(super) const NONE: Self = Self {
        unscaled: Plain(0.0),
        scaled: Plain(0.0),
        scale: Plain(1.0),
        twice: Plain(0.0),
    };

    pub(super) fn of(settings: &Settings) -> Self {
        let Settings { scaling, rest, .. } = *settings;
        let Scaling { mean, deviation } = scaling;
        Self {
            unscaled: Plain(rest),
            scaled: Plain(scaling.scaled(rest)),
            scale: Plain(1.0 / deviation),
            twice: Plain(2.0 * (rest - mean)),
        }
    }

    /// Returns the difference of an unscaled input to its rest value, and its square less that of the rest value, both to be scaled.
    #[inline(always)]
    pub(super) fn off(&self, x: Plain) -> (Plain, Plain) {
        let off = x - self.unscaled;
        (off, off * (off + self.twice))
    }
}
