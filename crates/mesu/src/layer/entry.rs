//! An entry of a network's list, read by the layer that it names.

use super::Shape;

/// Largest number accepted in a layer: beyond it a typing mistake is likelier than a network.
const MOST: usize = 1 << 20;

/// Words of an entry, and the shape of the layer's input.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'a> {
    pub(crate) words: &'a [&'a str],
    pub(crate) input: Shape,
}

/// Reason why an entry makes no layer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Refusal {
    /// The words are of no layer's form.
    Unreadable,
    /// The input is not what the layer needs.
    Needs(String),
}

impl Refusal {
    /// A need that is always the same.
    pub(super) fn needs(what: &str) -> Self {
        Self::Needs(what.to_owned())
    }
}

/// Reads a number of at least `least`.
pub(super) fn number(word: &str, least: usize) -> Result<usize, Refusal> {
    let number = word.parse().ok();
    number
        .filter(|n| (least..=MOST).contains(n))
        .ok_or(Refusal::Unreadable)
}
