//! MESU with correlated synapses: what it takes to make it, and networks that can't have it.

use crate::config::{ConfigError, holds, require};
use crate::learner::engine::Engine;
use crate::learner::engine::correlated::CorrelatedEngine;
use crate::learner::sampling::Sampling;
use crate::network::covariance::{InputCovariance, Prior};
use crate::network::{Covariance, Network};
use crate::rule::Mesu;

/// Makes the engine of `network`, whose layers have such a covariance each.
pub(super) fn engine(
    network: &mut Network,
    covariance: Covariance,
    rule: Mesu,
    sampling: Sampling,
) -> Result<Box<dyn Engine>, ConfigError> {
    if !network.is_perceptron() {
        let expected = "diagonal: only linear layers with relu between them can have another";
        return Err(ConfigError::network("covariance", covariance, expected));
    }
    check_sizes(network, covariance)?;
    // Its posterior, and how fast evidence goes: the rate counts twice, in what comes and in what fades.
    let memory_window = rule.memory_window / rule.lr_sigma.max(f64::MIN_POSITIVE);
    let last = network.layers.len() - 1;
    for layer in &network.layers {
        let deviation = rule.sigma_prior * layer.prior_scale;
        let sound = holds(deviation * deviation) && holds(1.0 / (deviation * deviation));
        let expected = "a number whose square, and its inverse, a 32-bit float holds in each layer";
        require(sound, "sigma_prior", rule.sigma_prior, expected)?;
    }
    let covariances: Vec<InputCovariance> = network
        .layers
        .iter()
        .enumerate()
        .map(|(l, layer)| {
            let prior = Prior {
                mean: rule.mu_prior as f32,
                variance: rule.sigma_prior
                    * layer.prior_scale
                    * rule.sigma_prior
                    * layer.prior_scale,
                memory_window,
            };
            let form = match covariance {
                Covariance::Input { .. } if l > 0 => Covariance::Input { blocks: 1 },
                form => form,
            };
            let inputs = layer.inputs;
            let n = inputs + usize::from(layer.bias.is_some());
            InputCovariance::new(form, n, inputs, prior)
        })
        .collect();
    let heads = vec![covariances[last].clone(); network.heads()];
    let trunk = covariances[..last].to_vec();
    Ok(Box::new(CorrelatedEngine::new(
        network,
        rule,
        sampling,
        (trunk, heads),
    )))
}

/// Refuses blocks and ranks that the inputs do not have, and covariances that the memory does not hold.
fn check_sizes(network: &Network, covariance: Covariance) -> Result<(), ConfigError> {
    let wrong = |expected: String| ConfigError::network("covariance", covariance, expected);
    let inputs = network.inputs();
    match covariance {
        Covariance::Input { blocks } if !inputs.is_multiple_of(blocks) => {
            let expected = format!("blocks of the same size of {inputs} inputs");
            return Err(wrong(expected));
        }
        Covariance::LowRank { rank } if rank > inputs => {
            return Err(wrong(format!(
                "a rank of at most {inputs}, the number of inputs"
            )));
        }
        _ => (),
    }
    let of_layer = |l: usize, n: usize| match covariance {
        Covariance::LowRank { rank } if rank < n => n.saturating_mul(rank + 128),
        Covariance::Input { blocks } if l == 0 => (n.saturating_mul(n) / blocks).saturating_mul(2),
        _ => n.saturating_mul(n).saturating_mul(2),
    };
    let layers = network.layers.iter().enumerate();
    let numbers = layers.map(|(l, layer)| {
        let copies = if l + 1 == network.layers.len() {
            network.heads()
        } else {
            1
        };
        of_layer(l, layer.inputs + 1).saturating_mul(copies)
    });
    // The inverse is computed in twice as many bytes, one layer after another.
    let bytes = numbers
        .fold(0, usize::saturating_add)
        .saturating_mul(4)
        .saturating_mul(2);
    if Vec::<u8>::new().try_reserve_exact(bytes).is_err() {
        let gigabytes = bytes.div_ceil(1 << 30);
        let expected = format!("one that fits the memory (this takes {gigabytes} GiB)");
        return Err(wrong(expected));
    }
    Ok(())
}
