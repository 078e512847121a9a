//! Orders of the inputs of a network.

/// An order of the inputs: every index in `0..len` once, which its constructors ensure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permutation(pub(super) Vec<u32>);

impl Permutation {
    /// Keeps `order` if it holds every index in `0..order.len()` once, else `None`.
    pub fn new(order: Vec<u32>) -> Option<Self> {
        let mut seen = vec![false; order.len()];
        for &index in &order {
            let seen = seen.get_mut(index as usize)?;
            if std::mem::replace(seen, true) {
                return None;
            }
        }
        Some(Self(order))
    }

    /// Returns the pixels: `as_slice()[j]` is the one that becomes input j.
    pub fn as_slice(&self) -> &[u32] {
        &self.0
    }
}
