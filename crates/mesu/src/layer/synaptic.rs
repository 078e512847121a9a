//! A layer of neurons: `a = W h (+ b)`, every entry of W and b a synapse.
//!
//! In a fully connected layer h is all of the input. In a convolution it is the patch around one position of
//! the image, the same W for all positions. Under local reparameterization every position of a convolution has noise of its
//! own, as if it had weights of its own: an approximation of one posterior over shared weights.

use mesu_kernels::Matrix;
use mesu_kernels::conv::Geometry;

use super::Between;
use crate::Synapses;

/// A layer of neurons, and what is done with its activations before the next one.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Numbers that a neuron sees: the width of the input, or a patch of it.
    pub inputs: usize,
    /// Number of neurons, or of a convolution's channels.
    pub outputs: usize,
    /// `[outputs][inputs]`.
    pub weight: Synapses,
    /// `[1][outputs]`, in networks with biases.
    pub bias: Option<Synapses>,
    /// The shapes of a convolution; none of a fully connected layer.
    pub conv: Option<Geometry>,
    /// Steps between this layer and the next.
    pub then: Vec<Between>,
}

impl Layer {
    /// Positions that a neuron is at: 1 in a fully connected layer.
    #[must_use]
    pub fn positions(&self) -> usize {
        self.conv.map_or(1, |geometry| geometry.positions())
    }

    /// Numbers in an example of its input.
    #[must_use]
    pub fn input_size(&self) -> usize {
        self.conv.map_or(self.inputs, |geometry| {
            geometry.channels * geometry.pixels()
        })
    }

    /// Number of synapses, biases included.
    #[must_use]
    pub fn synapses(&self) -> usize {
        self.weight.len() + self.bias.as_ref().map_or(0, Synapses::len)
    }

    /// Adds the bias to the means and variances of rows of pre-activations, `[rows][outputs]`.
    pub(crate) fn add_bias_to_rows(&self, m: &mut Matrix, v: &mut Matrix) {
        if let Some(bias) = &self.bias {
            let (mu, sigma) = bias.gaussian();
            let (mu, sigma) = (mu.row(0), sigma.row(0));
            for row in 0..m.rows() {
                m.row_mut(row)
                    .iter_mut()
                    .zip(mu)
                    .for_each(|(m, mu)| *m += mu);
                v.row_mut(row)
                    .iter_mut()
                    .zip(sigma)
                    .for_each(|(v, sigma)| *v += sigma * sigma);
            }
        }
    }

    /// Adds the bias to feature-major means and variances, `[outputs][columns]`.
    pub(crate) fn add_bias_to_columns(&self, m: &mut [f32], v: &mut [f32]) {
        if let Some(bias) = &self.bias {
            let columns = m.len() / self.outputs;
            let rows = m.chunks_exact_mut(columns).zip(v.chunks_exact_mut(columns));
            let (mu, sigma) = bias.gaussian();
            let bias = mu.row(0).iter().zip(sigma.row(0));
            for ((m, v), (mu, sigma)) in rows.zip(bias) {
                m.iter_mut().for_each(|m| *m += mu);
                v.iter_mut().for_each(|v| *v += sigma * sigma);
            }
        }
    }
}
