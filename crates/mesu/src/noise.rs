//! Sources of an estimator's noise.

use mesu_kernels::Generator;

/// A source of noise: a [`Generator`], or recorded numbers in a test.
pub trait Noise: Send {
    /// Fills the slice with independent N(0, 1).
    fn fill_normal(&mut self, out: &mut [f32]);

    /// Returns noise for a part of the work that may be done beside others. No two forks are alike, and what
    /// `self` gives from now on does not depend on how much a fork is asked for.
    #[must_use]
    fn fork(&mut self) -> Self
    where
        Self: Sized;
}

impl Noise for Generator {
    fn fill_normal(&mut self, out: &mut [f32]) {
        Generator::fill_normal(self, out);
    }

    fn fork(&mut self) -> Self {
        let fork = self.split(0);
        // On to another state, so that the next fork is another one.
        self.fill_normal(&mut [0.0]);
        fork
    }
}
