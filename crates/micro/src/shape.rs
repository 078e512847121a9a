//! Shapes: widths and samples that the compiler knows.

use core::fmt::Debug;

/// Number, or group of numbers, that memory is filled with.
pub trait Cell: Copy + Debug {
    /// Content of memory before the first values are drawn.
    const EMPTY: Self;
}

impl Cell for f32 {
    const EMPTY: Self = 0.0;
}
impl Cell for u16 {
    const EMPTY: Self = 0;
}
impl Cell for () {
    const EMPTY: Self = ();
}

/// Memory of a fixed number of cells.
pub trait Cells<T>: AsRef<[T]> + AsMut<[T]> + Clone + Debug {
    /// Memory whose cells are all empty.
    const EMPTY: Self;
}

impl<T: Cell, const N: usize> Cells<T> for [T; N] {
    const EMPTY: Self = [T::EMPTY; N];
}

/// Widths of a perceptron, its noise samples, and memory of the sizes that follow; [`shape!`](crate::shape) makes
/// one.
pub trait Shape {
    /// Inputs, neurons of each hidden layer, outputs.
    const WIDTHS: &'static [usize];
    /// Noise samples of an update, S.
    const SAMPLES: usize;
    /// A cell for each synapse, biases included.
    type Synapses<T: Cell>: Cells<T>;
    /// A cell for each neuron.
    type Rows<T: Cell>: Cells<T>;
    /// A cell for each neuron and sample.
    type Neurons<T: Cell>: Cells<T>;
    /// A cell for each input.
    type Inputs<T: Cell>: Cells<T>;
    /// A cell for each output.
    type Outputs<T: Cell>: Cells<T>;
}

/// Returns whether a shape can be: two widths or more, and each of them and the samples 1 to 65,535.
#[must_use]
pub const fn is_shape(widths: &[usize], samples: usize) -> bool {
    let mut l = 0;
    while l < widths.len() {
        if widths[l] == 0 || widths[l] > u16::MAX as usize {
            return false;
        }
        l += 1;
    }
    widths.len() >= 2 && samples >= 1 && samples <= u16::MAX as usize
}

/// Number of synapses, biases included.
#[must_use]
pub const fn synapses(widths: &[usize]) -> usize {
    let (mut count, mut l) = (0, 1);
    while l < widths.len() {
        count += widths[l] * (widths[l - 1] + 1);
        l += 1;
    }
    count
}

/// Number of neurons, inputs left out.
#[must_use]
pub const fn neurons(widths: &[usize]) -> usize {
    let (mut count, mut l) = (0, 1);
    while l < widths.len() {
        count += widths[l];
        l += 1;
    }
    count
}

/// Defines a [`Shape`]: widths from the inputs to the outputs, and the noise samples of an update.
///
/// ```
/// mesu_micro::shape! {
///     /// Digits of 28 x 28 pixels.
///     pub struct Digits: [784, 50, 10], samples 2;
/// }
/// use mesu_micro::{Classifier, Three, Two};
/// assert!(size_of::<Classifier<Digits, Three>>() < 126_000);
/// assert!(size_of::<Classifier<Digits, Two>>() < 87_000);
/// ```
///
/// A shape that cannot be is an error of the compiler:
///
/// ```compile_fail
/// mesu_micro::shape! { struct Empty: [784, 0, 10], samples 2; }
/// ```
#[macro_export]
macro_rules! shape {
    ($(#[$meta:meta])* $vis:vis struct $name:ident: [$($width:expr),+ $(,)?], samples $samples:expr;) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug)]
        $vis struct $name;

        const _: () = {
            const WIDTHS: &[usize] = &[$($width),+];
            ::core::assert!($crate::is_shape(WIDTHS, $samples), "widths and samples are 1 or more");

            impl $crate::Shape for $name {
                const WIDTHS: &'static [usize] = WIDTHS;
                const SAMPLES: usize = $samples;
                type Synapses<T: $crate::Cell> = [T; $crate::synapses(WIDTHS)];
                type Rows<T: $crate::Cell> = [T; $crate::neurons(WIDTHS)];
                type Neurons<T: $crate::Cell> = [T; $samples * $crate::neurons(WIDTHS)];
                type Inputs<T: $crate::Cell> = [T; WIDTHS[0]];
                type Outputs<T: $crate::Cell> = [T; WIDTHS[WIDTHS.len() - 1]];
            }
        };
    };
}
