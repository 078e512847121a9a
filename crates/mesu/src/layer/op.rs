//! The list of operations without synapses.

use super::Shape;
use super::activation::Relu;
use super::dropout::Dropout;
use super::entry::{Entry, Refusal};
use super::flatten::Flatten;
use super::operation::{Kept, Operation, Pass};
use super::pool::{MaxPool, MeanPool};

/// Makes an enum of operations that does what each of them does.
macro_rules! operations {
    ($($operation:ident),+ $(,)?) => {
        /// A parameter-free operation on activations, `[features][columns * pixels]`.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub enum Op {
            $(
                #[doc = concat!("See [`", stringify!($operation), "`].")]
                $operation($operation),
            )+
        }

        $(impl From<$operation> for Op {
            fn from(operation: $operation) -> Self {
                Self::$operation(operation)
            }
        })+

        impl Op {
            /// Forms of the entries of all operations in a network's list.
            pub(crate) const FORMS: &'static [&'static str] = &[$($operation::FORM),+];

            /// Reads an entry, if it is an operation's; gives the shape of its output, too.
            pub(crate) fn read(entry: Entry<'_>) -> Option<Result<(Self, Shape), Refusal>> {
                match *entry.words.first()? {
                    $($operation::NAME => {
                        let read = $operation::read(entry);
                        Some(read.map(|(operation, shape)| (operation.into(), shape)))
                    })+
                    _ => None,
                }
            }

            /// Returns whether the output has another shape than the input.
            pub(crate) fn reshapes(&self) -> bool {
                match self {
                    $(Self::$operation(_) => $operation::RESHAPES,)+
                }
            }

            pub(super) fn forward(&self, x: &mut [f32], output: &mut Vec<f32>, pass: Pass<'_>) {
                match self {
                    $(Self::$operation(operation) => operation.forward(x, output, pass),)+
                }
            }

            pub(super) fn backward(&self, x: &[f32], d: &mut [f32], dx: &mut [f32], kept: Kept<'_>) {
                match self {
                    $(Self::$operation(operation) => operation.backward(x, d, dx, kept),)+
                }
            }
        }
    };
}

operations!(Relu, MaxPool, MeanPool, Dropout, Flatten);
