//! Networks of point weights that learn by stochastic gradient descent, for comparison: in floats and in bytes.
//! The host's tests see that they learn; the firmware counts what they cost.

mod bytes;
mod floats;

pub(crate) use bytes::ByteSgd;
pub(crate) use floats::FloatSgd;

use mesu_core::likelihood::softmax;

/// Probabilities less the label's one, and the most probable class, from logits of at most 16 classes.
fn errors(logits: &mut [f32], label: Option<usize>) -> usize {
    softmax(logits);
    let mut class = 0;
    for (k, p) in logits.iter().enumerate() {
        if *p > logits[class] {
            class = k;
        }
    }
    if let Some(own) = label.and_then(|label| logits.get_mut(label)) {
        *own -= 1.0;
    }
    class
}

/// Collects the places of inputs that are not 0; returns their number.
fn active<T: Copy + Default + PartialEq>(x: &[T], places: &mut [u16]) -> usize {
    let mut count = 0;
    for (place, _) in x.iter().enumerate().filter(|(_, x)| **x != T::default()) {
        places[count] = place as u16;
        count += 1;
    }
    count
}
