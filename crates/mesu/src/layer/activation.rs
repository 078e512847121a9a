//! `relu`: `max(x, 0)`.

use super::Shape;
use super::entry::{Entry, Refusal};
use super::operation::{Kept, Operation, Pass};

/// `max(x, 0)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Relu;

impl Operation for Relu {
    const NAME: &'static str = "relu";
    const FORM: &'static str = "relu";
    const RESHAPES: bool = false;

    fn read(Entry { words, input }: Entry<'_>) -> Result<(Self, Shape), Refusal> {
        match words {
            [_] => Ok((Self, input)),
            _ => Err(Refusal::Unreadable),
        }
    }

    fn forward(&self, x: &mut [f32], _: &mut Vec<f32>, _: Pass<'_>) {
        x.iter_mut()
            .for_each(|h| *h = if *h > 0.0 { *h } else { 0.0 });
    }

    fn backward(&self, x: &[f32], d: &mut [f32], _: &mut [f32], _: Kept<'_>) {
        for (d, x) in d.iter_mut().zip(x) {
            *d = if *x > 0.0 { *d } else { 0.0 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::operation::tests::there_and_back;

    #[test]
    fn the_gradient_goes_where_something_came_out() {
        let (y, dx) = there_and_back(&Relu, &[-1.0, 0.0, 2.0], &[5.0, 6.0, 7.0], 1, None);
        assert_eq!((y, dx), (vec![0.0, 0.0, 2.0], vec![0.0, 0.0, 7.0]));
    }
}
