//! Room for the mixing of a row.

use crate::mixer::{Mixed, Normal};

/// Room for the mixing of a row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mixing {
    /// Opinions of the members, `[members][entries]`.
    pub(crate) entries: Vec<f64>,
    pub(super) mixed: Mixed,
    pub(super) normals: Vec<Normal>,
    pub(super) normal: Normal,
}
