//! The layers that an entry of a network's list may name.

use super::entry::{Entry, Refusal};
use super::neurons::Plan;
use super::op::Op;
use super::{Shape, conv2d, linear};

/// Meaning of an entry.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Listed {
    /// A layer of neurons.
    Neurons(Plan),
    /// An operation without synapses.
    Op(Op),
}

/// Reads an entry; gives the shape of its output, too.
pub(crate) fn read(entry: Entry<'_>) -> Result<(Listed, Shape), Refusal> {
    let neurons = |(plan, shape)| (Listed::Neurons(plan), shape);
    match entry.words.first() {
        Some(&linear::NAME) => linear::read(entry).map(neurons),
        Some(&conv2d::NAME) => conv2d::read(entry).map(neurons),
        _ => {
            let read = Op::read(entry).ok_or(Refusal::Unreadable)?;
            read.map(|(op, shape)| (Listed::Op(op), shape))
        }
    }
}

/// Returns the forms of all entries, for a message.
pub(crate) fn forms() -> String {
    let mut forms = vec![conv2d::FORM, linear::FORM];
    forms.extend(Op::FORMS);
    let last = forms.pop().unwrap_or_default();
    format!("{} or {last}", forms.join(", "))
}
