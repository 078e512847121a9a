//! The roofline: the resource that bounds a workload, and the rate at the bound.
//!
//! The need of one example of each resource, divided by that resource's limit, is the least time the
//! resource takes; the largest of these times bounds the whole. This assumes that everything
//! overlaps perfectly, so that the bound is never reached: drawing normals, for one, takes the same
//! units as the multiplications, but is counted as a resource of its own.
//!
//! Counted, for N synapses, S samples, vectors of 16:
//!
//! ```text
//!                  multiplications, vectors            bytes            normals
//! stream, layer 1  10 N / 16                           16 N             S outputs
//! stream, above    (8 + 6 S) N / 16                    16 N             S outputs
//! batch of B       products / 32 + 7 N / 16            16 N             S B outputs
//! predict, of B    products / 32                       8 N              S B outputs
//! ```
//!
//! The 10 are these: mu's step takes 3 (pull, gradient, step), sigma's 3, the square of sigma 1, and m and v
//! of the next example 3. Above the first layer: 7 for the rule, one more square for the forward
//! pass, and 2 a sample each for m and v, for the gradients of the weights, and for those of the
//! inputs. A product's operations come two to a number. Activations, softmax, divisions, roots and
//! the padding of rows are left out: the bound is on the generous side of what must be done.

use std::fmt;

use mesu_kernels::LANES;

use crate::batch::learning_products;
use crate::limits::Limits;
use crate::predict::{CHUNK, prediction_products};
use crate::product::flops;

/// Need of each resource of learning or predicting one example.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Work {
    /// Vectors of [`LANES`] numbers multiplied, or multiplied and added.
    pub multiplies: f64,
    /// Bytes of mu and sigma read and written.
    pub bytes: f64,
    /// Numbers drawn from N(0, 1).
    pub normals: f64,
    /// Bytes of mu and sigma, that come from the cache they fit into.
    pub resident_bytes: u64,
}

/// Resources that can bound a workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// The units that multiply and add.
    Multiplies,
    /// Bandwidth of the level of that name.
    Bandwidth(&'static str),
    /// The generator.
    Normals,
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Multiplies => f.write_str("multiply-adds"),
            Self::Bandwidth(level) => write!(f, "{level} bandwidth"),
            Self::Normals => f.write_str("normals"),
        }
    }
}

/// The most examples/s that each resource allows.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    /// The tightest first.
    pub rates: Vec<(Resource, f64)>,
}

impl Bound {
    /// The resource that bounds.
    pub fn resource(&self) -> Resource {
        self.rates[0].0
    }

    /// Examples/s that it allows.
    pub fn rate(&self) -> f64 {
        self.rates[0].1
    }
}

impl Work {
    /// One update on one example; `widths` from the input to the classes.
    pub fn stream(widths: &[usize], samples: usize) -> Self {
        let samples_f64 = samples as f64;
        let layers = widths.windows(2).enumerate();
        let multiplies = layers.map(|(l, pair)| {
            let vectors = (pair[0] * pair[1]) as f64 / LANES as f64;
            vectors
                * if l == 0 {
                    10.0
                } else {
                    8.0 + 6.0 * samples_f64
                }
        });
        Self {
            multiplies: multiplies.sum(),
            bytes: 16.0 * synapses(widths) as f64,
            normals: normals(widths, samples),
            resident_bytes: 8 * synapses(widths) as u64,
        }
    }

    /// The share of one example in an update on a batch.
    pub fn batch(widths: &[usize], batch: usize, samples: usize) -> Self {
        let products = flops(&learning_products(widths, batch, samples)) / (2 * LANES) as f64;
        let rule = 7.0 * synapses(widths) as f64 / LANES as f64;
        let of_batch = batch as f64;
        Self {
            multiplies: (products + rule) / of_batch,
            bytes: 16.0 * synapses(widths) as f64 / of_batch,
            normals: normals(widths, samples),
            resident_bytes: 8 * synapses(widths) as u64,
        }
    }

    /// The share of one example in a chunk's prediction.
    pub fn predict(widths: &[usize], samples: usize) -> Self {
        let products = flops(&prediction_products(widths, samples)) / (2 * LANES) as f64;
        let chunk = CHUNK as f64;
        Self {
            multiplies: products / chunk,
            bytes: 8.0 * synapses(widths) as f64 / chunk,
            normals: normals(widths, samples),
            resident_bytes: 8 * synapses(widths) as u64,
        }
    }

    /// The bound on `cores` cores, which are taken to share nothing.
    pub fn bound(&self, limits: &Limits, cores: usize) -> Bound {
        let level = limits.level_of(self.resident_bytes);
        let rate = |limit: f64, need: f64| cores as f64 * limit / need;
        let mut rates = vec![
            (
                Resource::Multiplies,
                rate(limits.multiplies_per_second, self.multiplies),
            ),
            (
                Resource::Bandwidth(level.name),
                rate(level.bytes_per_second, self.bytes),
            ),
            (
                Resource::Normals,
                rate(limits.normals_per_second, self.normals),
            ),
        ];
        rates.sort_by(|a, b| a.1.total_cmp(&b.1));
        Bound { rates }
    }
}

/// Synapses between layers of these widths, biases left out.
fn synapses(widths: &[usize]) -> usize {
    widths.windows(2).map(|pair| pair[0] * pair[1]).sum()
}

/// One per sample and neuron.
fn normals(widths: &[usize], samples: usize) -> f64 {
    (samples * widths[1..].iter().sum::<usize>()) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Level;

    fn limits() -> Limits {
        let level = |name, holds_bytes, bytes_per_second| Level {
            name,
            holds_bytes,
            measured_bytes: 0,
            bytes_per_second,
        };
        Limits {
            levels: vec![level("L1", 1 << 15, 4e11), level("memory", u64::MAX, 1e10)],
            multiplies_per_second: 4e9,
            normals_per_second: 2e9,
        }
    }

    #[test]
    fn the_papers_network() {
        let work = Work::stream(&[784, 50, 10], 10);
        assert_eq!(work.multiplies, 24_500.0 + 31.25 * 68.0);
        assert_eq!(work.bytes, 16.0 * 39_700.0);
        assert_eq!(work.normals, 600.0);
        // 635 kB at 10 GB/s take longer than 26,625 multiplications or 600 normals.
        let bound = work.bound(&limits(), 1);
        assert_eq!(bound.resource(), Resource::Bandwidth("memory"));
        assert_eq!(bound.rate(), 1e10 / work.bytes);
        assert_eq!(bound.rates[1].0, Resource::Multiplies);
        assert_eq!(work.bound(&limits(), 2).rate(), 2e10 / work.bytes);
    }

    #[test]
    fn batches_share_what_they_can() {
        let one = Work::batch(&[784, 400, 10], 1, 1);
        let many = Work::batch(&[784, 400, 10], 128, 1);
        assert_eq!(many.bytes * 128.0, one.bytes);
        assert_eq!(many.normals, one.normals);
        assert!(many.multiplies < one.multiplies);
        let predict = Work::predict(&[784, 50, 10], 10);
        assert_eq!(predict.multiplies * 32.0, 176_800.0);
        let text = [
            Resource::Multiplies,
            Resource::Bandwidth("L2"),
            Resource::Normals,
        ];
        let text = text.map(|resource| resource.to_string());
        assert_eq!(text, ["multiply-adds", "L2 bandwidth", "normals"]);
    }
}
