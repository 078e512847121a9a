//! `linear 512`: 512 neurons, each of which sees everything: `a = W h (+ b)`.

use super::Shape;
use super::entry::{Entry, Refusal, number};
use super::neurons::Plan;

/// First word of its entry in a network's list.
pub(super) const NAME: &str = "linear";
/// Form of its entry.
pub(super) const FORM: &str = "linear N";

/// Reads an entry; gives the shape of the output, too.
pub(super) fn read(Entry { words, input }: Entry<'_>) -> Result<(Plan, Shape), Refusal> {
    let [_, outputs] = words else {
        return Err(Refusal::Unreadable);
    };
    plan(number(outputs, 1)?, input)
}

/// A layer of so many neurons on `input`.
pub(crate) fn plan(outputs: usize, input: Shape) -> Result<(Plan, Shape), Refusal> {
    let Shape::Flat(inputs) = input else {
        let numbers = input.numbers();
        let what = format!("{numbers} numbers in a row (flatten before it)");
        return Err(Refusal::Needs(what));
    };
    let plan = Plan::new(inputs, outputs, None)?;
    Ok((plan, Shape::Flat(outputs)))
}
