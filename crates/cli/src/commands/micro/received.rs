//! The learner of a device's bytes.

use anyhow::Result;
use mesu::{Initialization, Learner, LearningConfig, MesuConfig, NetworkConfig};
use mesu_micro::Received;

/// The learner of a blob; outputs that are no class yet are left out.
pub(super) fn learner(received: &Received<'_>) -> Result<Learner> {
    let (settings, rule) = (&received.settings, &received.settings.rule);
    let mut widths: Vec<usize> = received.widths().collect();
    let inputs = widths.remove(0);
    if let Some(outputs) = widths.last_mut() {
        *outputs = received.classes;
    }
    let hidden = widths[..widths.len() - 1].to_vec();
    let mut config = MesuConfig::default()
        .memory_window(rule.memory_window)
        .temperature(1.0)
        .sigma_prior(rule.sigma_prior)
        .mu_prior(rule.mu_prior)
        .lr_mu(rule.lr_mu)
        .lr_sigma(rule.lr_sigma)
        .clamp_grad(rule.clamp_grad.unwrap_or(0.0))
        .max_step_ratio(rule.max_step_ratio.unwrap_or(0.0))
        .samples(received.samples);
    config.sigma_bounds = rule
        .sigma_bounds
        .map_or(Vec::new(), |(low, high)| vec![low, high]);
    (config.sigma_step, config.prior_step) = (rule.sigma_step, rule.prior_step);
    config.sigma_at_most_prior = rule.sigma_at_most_prior;
    let network = NetworkConfig::default()
        .hidden(hidden)
        .bias(true)
        .init(Initialization::Wide);
    let learner = Learner::builder(inputs)
        .classes(received.classes)
        .network(network)
        .config(config)
        .build()?;
    let learning = LearningConfig::default().learn_above(f64::from(settings.learn_above));
    Ok(learner
        .with_learning(learning)?
        .brought_to(u64::from(received.updates), |network| {
            for (l, layer) in network.layers.iter_mut().enumerate() {
                let (outputs, inputs) = (layer.weight.mu().rows(), layer.weight.mu().columns());
                let place = |o, i| {
                    received.synapse(l, o, i).unwrap_or(mesu::rule::Synapse {
                        mu: 0.0,
                        sigma: 0.0,
                    })
                };
                let weights =
                    (0..outputs).flat_map(|o| (0..inputs).map(move |i| place(o, Some(i))));
                let (mu, sigma): (Vec<f32>, Vec<f32>) =
                    weights.map(|synapse| (synapse.mu, synapse.sigma)).unzip();
                layer.weight.replace("mu", &mu);
                layer.weight.replace("sigma", &sigma);
                let biases = (0..outputs).map(|o| place(o, None));
                let (mu, sigma): (Vec<f32>, Vec<f32>) =
                    biases.map(|synapse| (synapse.mu, synapse.sigma)).unzip();
                if let Some(bias) = &mut layer.bias {
                    bias.replace("mu", &mu);
                    bias.replace("sigma", &sigma);
                }
            }
        }))
}
