//! `flatten`: channels of pixels become plain numbers, channel by channel, row by row.

use super::Shape;
use super::entry::{Entry, Refusal};
use super::operation::{Kept, Operation, Pass};

/// Every one of so many pixels becomes a feature: channel by channel, row by row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flatten(pub usize);

impl Operation for Flatten {
    const NAME: &'static str = "flatten";
    const FORM: &'static str = "flatten";
    const RESHAPES: bool = true;

    fn read(Entry { words, input }: Entry<'_>) -> Result<(Self, Shape), Refusal> {
        match (words, input) {
            ([_], Shape::Image([_, rows, columns])) => {
                Ok((Self(rows * columns), Shape::Flat(input.numbers())))
            }
            ([_], Shape::Flat(_)) => Err(Refusal::needs("an image")),
            _ => Err(Refusal::Unreadable),
        }
    }

    fn forward(&self, x: &mut [f32], output: &mut Vec<f32>, pass: Pass<'_>) {
        output.resize(x.len(), 0.0);
        transpose(x, pass.columns, self.0, output);
    }

    fn backward(&self, _: &[f32], d: &mut [f32], dx: &mut [f32], kept: Kept<'_>) {
        transpose(d, self.0, kept.columns, dx);
    }
}

/// `[features][rows][columns]` to `[features][columns][rows]`.
fn transpose(from: &[f32], rows: usize, columns: usize, to: &mut [f32]) {
    let features = from.chunks_exact(rows * columns);
    for (from, to) in features.zip(to.chunks_exact_mut(rows * columns)) {
        for (row, from) in from.chunks_exact(columns).enumerate() {
            for (column, x) in from.iter().enumerate() {
                to[column * rows + row] = *x;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::operation::tests::there_and_back;

    #[test]
    fn pixels_become_features_and_their_gradients_pixels() {
        // Two channels of three pixels, two examples.
        let x: Vec<f32> = (0..12u8).map(f32::from).collect();
        let (y, dx) = there_and_back(&Flatten(3), &x, &x, 2, None);
        assert_eq!(
            y,
            [0.0, 3.0, 1.0, 4.0, 2.0, 5.0, 6.0, 9.0, 7.0, 10.0, 8.0, 11.0]
        );
        let (back, _) = there_and_back(&Flatten(2), &y, &y, 3, None);
        assert_eq!(back, x);
        assert_eq!(dx[..6], [0.0, 2.0, 4.0, 1.0, 3.0, 5.0]);
    }
}
