//! Gaussian synapses, many at a time.

use mesu_kernels::{Matrix, online::Layer};

/// The means and standard deviations of a group of synapses, `[outputs][inputs]` (biases: one row).
#[derive(Clone, Debug, PartialEq)]
pub struct Synapses {
    mu: Matrix,
    sigma: Matrix,
}

impl Synapses {
    /// Synapses with these means and standard deviations, `[rows][columns]`.
    ///
    /// # Panics
    /// When there are not `rows * columns` of each.
    #[must_use]
    pub fn new(rows: usize, columns: usize, mu: &[f32], sigma: &[f32]) -> Self {
        let mu = Matrix::from_slice(rows, columns, mu);
        let mut sigma = Matrix::from_slice(rows, columns, sigma);
        // What pads a row is updated like a synapse whose input is 0; it has to be a Gaussian too.
        sigma.repeat_last_into_padding();
        Self { mu, sigma }
    }

    /// Means.
    #[must_use]
    pub fn mu(&self) -> &Matrix {
        &self.mu
    }

    /// Standard deviations, each > 0 and finite.
    #[must_use]
    pub fn sigma(&self) -> &Matrix {
        &self.sigma
    }

    /// Number of synapses.
    #[must_use]
    pub fn len(&self) -> usize {
        self.mu.rows() * self.mu.columns()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first synapse that is no Gaussian: its number, mean and standard deviation.
    #[must_use]
    pub fn broken(&self) -> Option<(usize, f32, f32)> {
        let synapses = self.mu.values().zip(self.sigma.values()).enumerate();
        (synapses.map(|(i, (mu, sigma))| (i, mu, sigma)))
            .find(|(_, mu, sigma)| !(mu.is_finite() && sigma.is_finite() && *sigma > 0.0))
    }

    /// Lends the synapses to an update kernel.
    pub(crate) fn lend(&mut self) -> Layer<'_> {
        Layer {
            mu: &mut self.mu,
            sigma: &mut self.sigma,
        }
    }
}
