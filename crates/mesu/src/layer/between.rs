//! What comes between layers of synapses: steps without any.

use mesu_kernels::pool::Pool;

/// A step on activations, `[features][columns * pixels]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Between {
    /// `max(x, 0)`.
    Relu,
    /// The largest of every square of pixels.
    MaxPool(Pool),
    /// The mean of every square of pixels.
    MeanPool(Pool),
    /// While learning, each number is 0 with this probability, in (0, 1), and grows by `1 / (1 - p)` else.
    Dropout(f32),
    /// Every one of so many pixels becomes a feature: channel by channel, row by row.
    Flatten(usize),
}
