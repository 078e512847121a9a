//! `max-pool 2` and `mean-pool 2`: the largest, or the mean, of squares of 2 by 2 pixels; what does not fill
//! one is left out.

use mesu_kernels::pool::Pool;

use super::Shape;
use super::entry::{Entry, Refusal, number};
use super::operation::{Kept, Operation, Pass};

/// The largest of every square of pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MaxPool(pub Pool);

/// The mean of every square of pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanPool(pub Pool);

/// Reads the size of the squares; gives the shape of the output, too.
fn read(Entry { words, input }: Entry<'_>) -> Result<(Pool, Shape), Refusal> {
    let [_, size] = words else {
        return Err(Refusal::Unreadable);
    };
    let size = number(size, 1)?;
    let Shape::Image([depth, height, width]) = input else {
        return Err(Refusal::needs("an image"));
    };
    let pool = Pool {
        height,
        width,
        size,
    };
    let (rows, columns) = pool.output();
    if rows * columns == 0 {
        return Err(Refusal::Needs(format!("at least {size} rows and columns")));
    }
    Ok((pool, Shape::Image([depth, rows, columns])))
}

/// Returns the number of squares in so many pixels.
fn squares(pool: &Pool, pixels: usize) -> usize {
    let (rows, columns) = pool.output();
    pixels / (pool.height * pool.width) * rows * columns
}

impl Operation for MaxPool {
    const NAME: &'static str = "max-pool";
    const FORM: &'static str = "max-pool N";
    const RESHAPES: bool = true;

    fn read(entry: Entry<'_>) -> Result<(Self, Shape), Refusal> {
        read(entry).map(|(pool, shape)| (Self(pool), shape))
    }

    fn forward(&self, x: &mut [f32], output: &mut Vec<f32>, pass: Pass<'_>) {
        let squares = squares(&self.0, x.len());
        output.resize(squares, 0.0);
        pass.kept.resize(squares, 0);
        self.0.max(x, output, pass.kept);
    }

    fn backward(&self, _: &[f32], d: &mut [f32], dx: &mut [f32], kept: Kept<'_>) {
        Pool::max_gradient(d, kept.kept, dx);
    }
}

impl Operation for MeanPool {
    const NAME: &'static str = "mean-pool";
    const FORM: &'static str = "mean-pool N";
    const RESHAPES: bool = true;

    fn read(entry: Entry<'_>) -> Result<(Self, Shape), Refusal> {
        read(entry).map(|(pool, shape)| (Self(pool), shape))
    }

    fn forward(&self, x: &mut [f32], output: &mut Vec<f32>, _: Pass<'_>) {
        output.resize(squares(&self.0, x.len()), 0.0);
        self.0.mean(x, output);
    }

    fn backward(&self, _: &[f32], d: &mut [f32], dx: &mut [f32], _: Kept<'_>) {
        self.0.mean_gradient(d, dx);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::operation::tests::there_and_back;

    const POOL: Pool = Pool {
        height: 3,
        width: 2,
        size: 2,
    };

    #[test]
    fn the_largest_takes_the_gradient_and_a_mean_shares_it() {
        // Two images; their third rows fill no square.
        let x = [1.0, 4.0, 3.0, 2.0, 9.0, 9.0, 8.0, 5.0, 6.0, 7.0, 9.0, 9.0];
        let d = [10.0, 20.0];
        let (largest, dx) = there_and_back(&MaxPool(POOL), &x, &d, 2, None);
        assert_eq!(largest, [4.0, 8.0]);
        assert_eq!(
            dx,
            [0.0, 10.0, 0.0, 0.0, 0.0, 0.0, 20.0, 0.0, 0.0, 0.0, 0.0, 0.0]
        );
        let (means, dx) = there_and_back(&MeanPool(POOL), &x, &d, 2, None);
        assert_eq!(means, [2.5, 6.5]);
        assert_eq!(
            dx,
            [2.5, 2.5, 2.5, 2.5, 0.0, 0.0, 5.0, 5.0, 5.0, 5.0, 0.0, 0.0]
        );
    }
}
