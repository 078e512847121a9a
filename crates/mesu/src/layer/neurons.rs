//! A layer of neurons: `a = W h (+ b)`, every entry of W and b a synapse.
//!
//! In a fully connected layer h is all of the input. In a convolution it is the patch around one position of
//! the image, the same W for all positions. Under local reparameterization every position of a convolution
//! has noise of its own, as if it had weights of its own: an approximation of one posterior over shared
//! weights.

use mesu_kernels::conv::Geometry;
use mesu_kernels::{Generator, Matrix};
use serde::{Deserialize, Serialize};

use super::entry::Refusal;
use super::op::Op;
use crate::synapse::Synapses;

/// Most numbers of an example that a layer may take in, patches counted as often as they overlap, or give.
const MOST_NUMBERS: usize = 1 << 26;

/// Kind of weight that a synapse has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WeightKind {
    /// A Gaussian: mu and sigma.
    Gaussian,
    /// A number.
    Point,
}

/// First values of a layer's synapses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FirstValues {
    /// Means, or point weights, are uniform in ±bound.
    pub(crate) bound: f32,
    /// Standard deviation of Gaussians.
    pub(crate) sigma: f32,
    /// Unit of the prior's standard deviation.
    pub(crate) prior_scale: f64,
    /// True if neurons have a bias.
    pub(crate) bias: bool,
    pub(crate) kind: WeightKind,
}

/// A layer without its synapses.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plan {
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    pub(crate) conv: Option<Geometry>,
    pub(crate) then: Vec<Op>,
}

impl Plan {
    /// A layer whose neurons see `inputs` numbers, unless it takes in or gives too many.
    pub(super) fn new(
        inputs: usize,
        outputs: usize,
        conv: Option<Geometry>,
    ) -> Result<Self, Refusal> {
        let positions = conv.map_or(Some(1), |geometry| {
            let (rows, columns) = geometry.output()?;
            rows.checked_mul(columns)
        });
        let numbers = positions.and_then(|n| n.checked_mul(inputs.max(outputs)));
        if numbers.is_none_or(|numbers| numbers > MOST_NUMBERS) {
            let needs = format!("at most {MOST_NUMBERS} numbers an example, in and out");
            return Err(Refusal::Needs(needs));
        }
        Ok(Self {
            inputs,
            outputs,
            conv,
            then: Vec::new(),
        })
    }

    /// Number of synapses, with or without biases.
    pub(crate) fn synapses(&self, bias: bool) -> usize {
        self.outputs * (self.inputs + usize::from(bias))
    }

    /// Number of synapses at an input: outputs, or the entries of a convolution's kernels.
    pub(crate) fn fan_out(&self) -> usize {
        let of_kernel = |geometry: Geometry| geometry.kernel * geometry.kernel;
        self.outputs * self.conv.map_or(1, of_kernel)
    }

    /// Draws the synapses.
    pub(crate) fn draw(self, first: FirstValues, noise: &mut Generator) -> Layer {
        let Self {
            inputs,
            outputs,
            conv,
            then,
        } = self;
        let mut draw = |rows, columns, bound: f32| {
            let mut values = vec![0.0; rows * columns];
            if bound > 0.0 {
                noise.fill_uniform(&mut values, -bound, bound);
            }
            match first.kind {
                WeightKind::Gaussian => {
                    let sigma = vec![first.sigma; rows * columns];
                    Synapses::new(rows, columns, &values, &sigma)
                }
                WeightKind::Point => Synapses::points(rows, columns, &values),
            }
        };
        let weight = draw(outputs, inputs, first.bound);
        // Biases of convolutions start at 0, as in the paper.
        let of_bias = if conv.is_some() { 0.0 } else { first.bound };
        let bias = first.bias.then(|| draw(1, outputs, of_bias));
        Layer {
            inputs,
            outputs,
            weight,
            bias,
            conv,
            then,
            prior_scale: first.prior_scale,
            first_sigma: first.sigma,
        }
    }
}

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
    /// Operations between this layer and the next.
    pub then: Vec<Op>,
    /// Unit of the standard deviation of the prior of its synapses; 1 unless
    /// [`Initialization::Auto`](crate::Initialization::Auto) sets it.
    pub prior_scale: f64,
    /// First sigma of its synapses, where they are Gaussians.
    pub first_sigma: f32,
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

    /// Adds the neurons of another layer of the same input after its own.
    pub(crate) fn grow(&mut self, other: &Self) {
        self.outputs += other.outputs;
        self.weight.append_rows(&other.weight);
        if let (Some(bias), Some(other)) = (&mut self.bias, &other.bias) {
            bias.append_columns(other);
        }
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
