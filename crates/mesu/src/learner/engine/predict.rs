//! Predictions of chunks of examples, on several threads.

use mesu_kernels::softmax::{Predicted, predict, spread};

use crate::estimator::examples_at_once;
use crate::network::Network;
use crate::parallel;
use crate::prediction::Prediction;

/// Most examples predicted together.
const CHUNK: usize = 128;

/// Fewest chunks that a thread takes at a time: each time, it makes new buffers, which takes as long as
/// a chunk of a small network, and no time beside a chunk of convolutions.
fn chunks_per_thread(network: &Network) -> usize {
    if network.is_perceptron() { 16 } else { 1 }
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
    let chunk = examples_at_once(network.layers.iter(), samples).min(CHUNK);
    let (size, least) = (chunk * network.inputs(), chunks_per_thread(network));
    parallel::chunks(inputs, size, least, new, work)
}

/// Turns the logits of one chunk, `[classes][samples * examples]`, into its prediction.
pub(super) fn from_logits(logits: &mut [f32], classes: usize, samples: usize) -> Prediction {
    let examples = logits.len() / (classes * samples);
    let mut part = Prediction {
        classes,
        probabilities: vec![0.0; examples * classes],
        total: vec![0.0; examples],
        aleatoric: vec![0.0; examples],
        epistemic: vec![0.0; examples],
        spread: vec![0.0; examples],
    };
    spread(logits, classes, samples, &mut part.spread);
    let out = Predicted {
        probabilities: &mut part.probabilities,
        total: &mut part.total,
        aleatoric: &mut part.aleatoric,
        epistemic: &mut part.epistemic,
    };
    predict(logits, classes, samples, out);
    part
}
