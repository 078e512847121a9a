//! Examples for measuring: digits from the host's files, or numbers of a generator.

use mesu_core::generator::Generator;
use semihosting::fs::File;
use semihosting::io::Read;

/// Side of an image of MNIST, and its pixels.
const SIDE: usize = 28;
const PIXELS: usize = SIDE * SIDE;

/// Source of examples with `I` inputs.
#[derive(Debug)]
pub enum Examples {
    /// Images of the files `images` and `labels`, of the host's folder: squares of pixels are one input.
    Images {
        /// Pixels.
        images: File,
        /// Labels.
        labels: File,
    },
    /// Uniform numbers.
    Numbers(Generator),
}

impl Examples {
    /// Opens the examples of a network of so many inputs; `None` if the host has no files of them.
    #[must_use]
    pub fn open(inputs: usize) -> Option<Self> {
        if inputs != PIXELS && inputs != PIXELS / 4 {
            return Some(Self::Numbers(Generator::named(1, "examples", &[])));
        }
        let mut images = File::open(c"images").ok()?;
        let mut labels = File::open(c"labels").ok()?;
        images.read_exact(&mut [0; 16]).ok()?;
        labels.read_exact(&mut [0; 8]).ok()?;
        Some(Self::Images { images, labels })
    }

    /// Reads the next example into `x`, codes of 0 to 255, and returns its label, below `classes`.
    pub fn next(&mut self, x: &mut [u8], classes: usize) -> Option<usize> {
        match self {
            Self::Images { images, labels } => {
                let pooled = if x.len() == PIXELS { 1 } else { 2 };
                let (side, mut rows) = (SIDE / pooled, [0; 2 * SIDE]);
                for to in x.chunks_exact_mut(side) {
                    let rows = &mut rows[..pooled * SIDE];
                    images.read_exact(rows).ok()?;
                    for (column, to) in to.iter_mut().enumerate() {
                        let square = (0..pooled * pooled).map(|k| {
                            u16::from(rows[k / pooled * SIDE + column * pooled + k % pooled])
                        });
                        *to = (square.sum::<u16>() / (pooled * pooled) as u16) as u8;
                    }
                }
                let mut label = [0];
                labels.read_exact(&mut label).ok()?;
                Some(usize::from(label[0]))
            }
            Self::Numbers(generator) => {
                let mut numbers = [0.0; 64];
                for to in x.chunks_mut(numbers.len()) {
                    generator.fill_uniform(&mut numbers, 0.0, 255.0);
                    to.iter_mut().zip(numbers).for_each(|(to, x)| *to = x as u8);
                }
                let class = (0..classes).max_by_key(|k| x.get(*k).copied());
                class
            }
        }
    }
}
