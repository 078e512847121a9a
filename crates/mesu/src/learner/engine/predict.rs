//! Predictions of chunks of examples, on several threads.

use mesu_kernels::gemm::Threads;

use crate::estimator::given_weights::GivenWeights;
use crate::estimator::point::weights;
use crate::estimator::{Diverged, examples_at_once};
use crate::network::Network;
use crate::outputs::Prediction;
use crate::parallel;

/// Most examples predicted together.
const CHUNK: usize = 128;

/// Fewest chunks that a thread takes at a time: each time, it makes new buffers, which takes as long as
/// a chunk of a small network, and no time beside a chunk of convolutions.
fn chunks_per_thread(network: &Network) -> usize {
    if network.is_perceptron() { 16 } else { 1 }
}

/// Number of examples that are predicted together.
pub(crate) fn examples_in_chunk(network: &Network, samples: usize) -> usize {
    examples_at_once(network.layers.iter(), samples).min(CHUNK)
}

/// Predicts the examples of `inputs` in chunks that are the same on every machine, since noise is drawn for each
/// of them: `work` gets buffers that `new` makes, the number of a chunk and its inputs.
///
/// # Errors
/// The error of a chunk.
pub(super) fn in_chunks<B, E: Send>(
    network: &Network,
    inputs: &[f32],
    samples: usize,
    new: impl Fn() -> B + Sync + Send,
    work: impl Fn(&mut B, usize, &[f32]) -> Result<Prediction, E> + Sync + Send,
) -> Result<Vec<Prediction>, E> {
    let size = examples_in_chunk(network, samples) * network.inputs();
    let least = chunks_per_thread(network);
    parallel::chunks(inputs, size, least, new, work)
}

/// Predicts with point weights, or the means of Gaussians.
pub(super) fn mean_predictions(
    network: &Network,
    inputs: &[f32],
) -> Result<Vec<Prediction>, Diverged> {
    let layers = weights(network);
    let new = || GivenWeights::new(Threads::One);
    in_chunks(network, inputs, 1, new, |given, _, inputs| {
        let logits = given.logits(&layers, inputs)?;
        let mut prediction = network.outputs.predict(logits, network.output_size(), 1);
        // One sample disagrees with nobody: not even by rounding.
        prediction.aleatoric.clone_from(&prediction.total);
        prediction.epistemic.fill(0.0);
        Ok(prediction)
    })
}
