//! A fully connected layer: `a = W h (+ b)`, every entry of W and b a synapse.

use mesu_kernels::Matrix;

use crate::Synapses;

/// A fully connected layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Linear {
    /// Width of the input.
    pub inputs: usize,
    /// Number of neurons.
    pub outputs: usize,
    /// `[outputs][inputs]`.
    pub weight: Synapses,
    /// `[1][outputs]`, in networks with biases.
    pub bias: Option<Synapses>,
}

impl Linear {
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
