//! The exact answers of `tests/golden` (float64), or of the folder that `MESU_GOLDEN` names.

#![allow(clippy::unwrap_used)]

mod plain;

use mesu::Synapses;
use mesu::estimator::batch::Batched;
use mesu::estimator::one::OneByOne;
use mesu::estimator::weights::{Draw, SampledWeights};
use mesu::estimator::{Batch, Body, Objective};
use mesu::layer::{Layer, Relu};
use mesu::network::Network;
use mesu::rule::{Anchored, Ewc, PathIntegral, Si};
use mesu::rule::{Foovb, Gradient, Mesu, PriorStep, Real, Rule, Sgd, SigmaStep, Synapse, Weight};
use mesu_kernels::Matrix;
use mesu_kernels::gemm::Threads;
use mesu_kernels::softmax::{Predicted, predict};
use plain::recorded::{Expose, Recorded, SHIFT, assert_close, f32s, flat, golden};
use serde_json::Value;

// ---- update rules -------------------------------------------------------------------------

fn rule(config: &Value) -> Mesu {
    let number = |key: &str| config[key].as_f64();
    Mesu {
        memory_window: number("memory_window").unwrap(),
        sigma_prior: number("sigma_prior").unwrap(),
        mu_prior: number("mu_prior").unwrap(),
        lr_mu: number("c_mu").or(number("lr_mu")).unwrap(),
        // c_sigma multiplies the whole step of sigma, lr_sigma its half.
        lr_sigma: number("c_sigma")
            .map(|c| 2.0 * c)
            .or(number("lr_sigma"))
            .unwrap(),
        clamp_grad: number("clamp_grad").filter(|c| *c > 0.0),
        max_step_ratio: number("max_step_ratio"),
        sigma_bounds: (config.get("sigma_bounds"))
            .map(|b| (b[0].as_f64().unwrap(), b[1].as_f64().unwrap())),
        sigma_step: SigmaStep::Linear,
        prior_step: PriorStep::Linear,
        sigma_at_most_prior: false,
    }
}

/// All steps with numbers of type `R`; `tolerance` is relative.
fn check_steps<R: Real, U: Rule<State<R> = Synapse<R>>>(
    file: &Value,
    rule: &U,
    tolerance: f64,
    read: impl Fn(f64) -> R,
    write: impl Fn(R) -> f64,
) {
    let (inputs, outputs) = (&file["inputs"], &file["outputs"]);
    let start = flat(&inputs["mu"]).into_iter().zip(flat(&inputs["sigma"]));
    let mut synapses: Vec<_> = start
        .map(|(mu, sigma)| Synapse {
            mu: read(mu),
            sigma: read(sigma),
        })
        .collect();
    let steps = inputs["grad_mu"].as_array().unwrap().len();
    assert!(steps > 0 && !synapses.is_empty());
    for step in 0..steps {
        let (g_mu, g_sigma) = (
            flat(&inputs["grad_mu"][step]),
            flat(&inputs["grad_sigma"][step]),
        );
        let (mu, sigma) = (flat(&outputs["mu"][step]), flat(&outputs["sigma"][step]));
        for (i, synapse) in synapses.iter_mut().enumerate() {
            let variance = read(g_sigma[i]) / synapse.sigma;
            // Rounding is relative to the largest term: a step may cancel what was there.
            let term = (write(synapse.sigma).powi(2) * g_mu[i]).abs();
            *synapse = rule.step(*synapse, Gradient::new(read(g_mu[i]), variance));
            for (what, got, expected) in [
                ("mu", write(synapse.mu), mu[i]),
                ("sigma", write(synapse.sigma), sigma[i]),
            ] {
                let error = (got - expected).abs();
                let close = error <= tolerance * expected.abs().max(0.01).max(0.1 * term);
                assert!(
                    close,
                    "step {step}, {what}[{i}]: {got}, expected {expected}"
                );
            }
        }
    }
}

#[test]
fn mesu_rule_in_both_precisions() {
    for name in ["plain", "prior", "rates", "clamped", "trust_region"] {
        let file = golden(&format!("rule_mesu_{name}"));
        check_steps::<f64, _>(&file, &rule(&file["config"]), 1e-12, |x| x, |x| x);
        check_steps::<f32, _>(&file, &rule(&file["config"]), 2e-5, |x| x as f32, f64::from);
    }
}

#[test]
fn foovb_rule_in_both_precisions() {
    let file = golden("rule_foovb_diagonal");
    let rule = Foovb {
        lr_mu: file["config"]["eta"].as_f64().unwrap(),
        ..Foovb::default()
    };
    check_steps::<f64, _>(&file, &rule, 1e-12, |x| x, |x| x);
    check_steps::<f32, _>(&file, &rule, 2e-5, |x| x as f32, f64::from);
}

// ---- penalties -----------------------------------------------------------------------------

/// Every number of `got` to 1e-12, relative where the numbers are large.
fn assert_exact(what: &str, got: &[f64], expected: &Value) {
    let expected = flat(expected);
    assert_eq!(got.len(), expected.len(), "{what}: length");
    for (i, (got, expected)) in got.iter().zip(&expected).enumerate() {
        let close = (got - expected).abs() <= 1e-12 * expected.abs().max(1.0);
        assert!(close, "{what}[{i}]: {got}, expected {expected}");
    }
}

#[test]
fn ewc_penalty() {
    let file = golden("penalty_ewc");
    let (config, inputs, outputs) = (&file["config"], &file["inputs"], &file["outputs"]);
    let of = |name: &str| flat(&inputs[name]);
    // With a rate of 1, a step of SGD is the gradient.
    let rule = Ewc {
        base: Sgd { lr: 1.0 },
        importance: config["importance"].as_f64().unwrap(),
    };
    let total: Vec<f64> = (0..of("theta").len())
        .map(|i| {
            let state = Anchored {
                base: Weight {
                    value: of("theta")[i],
                },
                anchor: of("anchor")[i],
                fisher: of("fisher")[i],
            };
            let new = rule.step(state, Gradient::new(of("grad_nll")[i], 0.0));
            state.base.value - new.base.value
        })
        .collect();
    assert_exact("grad_total", &total, &outputs["grad_total"]);
    let downweighting = config["downweighting"].as_f64().unwrap();
    let after: Vec<f64> = (of("fisher").iter().zip(of("fisher_task")))
        .map(|(fisher, of_task)| Ewc::<Sgd>::replace(downweighting, *fisher, 0.0, of_task).1)
        .collect();
    assert_exact("fisher_after_task", &after, &outputs["fisher_after_task"]);
}

#[test]
fn si_penalty() {
    let file = golden("penalty_si");
    let (config, inputs, outputs) = (&file["config"], &file["inputs"], &file["outputs"]);
    let of = |name: &str| flat(&inputs[name]);
    let path = path_of(&file);
    let steps: Vec<(Vec<f64>, Vec<f64>)> = (path[1..].iter().map(flat))
        .zip(inputs["grads"].as_array().unwrap().iter().map(flat))
        .collect();
    let mut states: Vec<_> = (flat(&path[0])
        .into_iter()
        .zip(of("anchor"))
        .zip(of("omega")))
    .map(|((w, anchor), omega)| PathIntegral {
        base: Weight { value: w },
        anchor,
        omega,
        path: 0.0,
    })
    .collect();
    for (targets, gradients) in &steps {
        for (i, state) in states.iter_mut().enumerate() {
            let rule = Si {
                base: Jump(targets[i]),
                coefficient: 0.0,
            };
            *state = rule.step(*state, Gradient::new(gradients[i], 0.0));
        }
    }
    let path: Vec<f64> = states.iter().map(|state| state.path).collect();
    assert_exact("path_integral", &path, &outputs["path_integral"]);
    let damping = config["damping"].as_f64().unwrap();
    // The task began where the path does.
    let changes = states
        .iter()
        .zip(flat(&path_of(&file)[0]))
        .map(|(s, start)| s.base.value - start);
    let omega: Vec<f64> = (states.iter().zip(changes))
        .map(|(s, change)| Si::<Sgd>::importance(s.omega, s.path, change, damping))
        .collect();
    assert_exact("omega_after", &omega, &outputs["omega_after"]);

    // Without a gradient of the loss, a step of SGD with a rate of 1 is the penalty's.
    let rule = Si {
        base: Sgd { lr: 1.0 },
        coefficient: config["coefficient"].as_f64().unwrap(),
    };
    let penalty: Vec<f64> = (0..omega.len())
        .map(|i| {
            let state = PathIntegral {
                base: Weight {
                    value: of("theta")[i],
                },
                anchor: of("anchor")[i],
                omega: omega[i],
                path: 0.0,
            };
            state.base.value - rule.step(state, Gradient::new(0.0, 0.0)).base.value
        })
        .collect();
    assert_exact("penalty_grad", &penalty, &outputs["penalty_grad"]);
}

/// Weights before and after each step.
fn path_of(file: &Value) -> &Vec<Value> {
    file["inputs"]["theta_path"].as_array().unwrap()
}

/// Moves a weight to where the file says it went.
#[derive(Clone, Copy)]
struct Jump(f64);

impl Rule for Jump {
    type State<R: Real> = Weight<R>;

    fn step<R: Real>(&self, Weight { value: w }: Weight<R>, _: Gradient<R>) -> Weight<R> {
        Weight {
            value: w.constant(self.0),
        }
    }
}

// ---- networks under given noise ------------------------------------------------------------

struct Case {
    file: Value,
    network: Network,
    inputs: Vec<f32>,
    labels: Vec<u32>,
    samples: usize,
    batch: usize,
    widths: Vec<usize>,
}

impl Case {
    fn read(name: &str) -> Self {
        let file = golden(name);
        let config = &file["config"];
        let widths: Vec<usize> = flat(&config["dims"])
            .into_iter()
            .map(|d| d as usize)
            .collect();
        let params = file["inputs"]["params"].as_array().unwrap();
        let layers = params.iter().zip(widths.windows(2)).map(|(params, width)| {
            let synapses = |kind: &str, rows, columns| {
                let part = |part: &str| f32s(&params[format!("{kind}_{part}")]);
                Synapses::new(rows, columns, &part("mu"), &part("sigma"))
            };
            let (inputs, outputs) = (width[0], width[1]);
            let bias = config["bias"]
                .as_bool()
                .unwrap()
                .then(|| synapses("b", 1, outputs));
            Layer {
                inputs,
                outputs,
                weight: synapses("w", outputs, inputs),
                bias,
                conv: None,
                then: vec![],
                prior_scale: 1.0,
                first_sigma: 1.0,
            }
        });
        let mut layers: Vec<Layer> = layers.collect();
        let hidden = layers.len() - 1;
        layers[..hidden]
            .iter_mut()
            .for_each(|layer| layer.then = vec![Relu.into()]);
        Self {
            network: Network::from(layers),
            inputs: f32s(&file["inputs"]["x"]),
            labels: flat(&file["inputs"]["y"])
                .into_iter()
                .map(|y| y as u32)
                .collect(),
            samples: config["samples"].as_u64().unwrap() as usize,
            batch: config["batch"].as_u64().unwrap() as usize,
            widths,
            file,
        }
    }

    fn noise(&self) -> &[Value] {
        self.file["inputs"]["noise"].as_array().unwrap()
    }

    /// Pre-activation noise as the online estimator takes it: the file's `[layer][sample][out]`, in
    /// padded rows.
    fn online_noise(&self) -> Recorded {
        let layers = self.noise().iter().zip(&self.widths[1..]);
        let padded = layers.flat_map(|(z, out)| {
            let z = Matrix::from_slice(self.samples, *out, &f32s(z));
            z.padded().to_vec()
        });
        Recorded::new(padded)
    }

    /// Pre-activation noise as the batch estimator takes it: `[layer][out][sample][batch]`, from
    /// the file's `[layer][sample][batch][out]`.
    fn local_noise(&self) -> Recorded {
        let mut noise = Vec::new();
        for (layer, out) in self.noise().iter().zip(&self.widths[1..]) {
            let z = f32s(layer);
            noise.extend((0..*out).flat_map(|o| z.iter().skip(o).step_by(*out)));
        }
        Recorded::new(noise)
    }

    /// Weight noise: `[sample][layer][weights, biases]`.
    fn weight_noise(&self) -> Recorded {
        let mut noise = Vec::new();
        for s in 0..self.samples {
            for layer in self.noise() {
                noise.extend(f32s(&layer["w"][s]));
                noise.extend(layer.get("b").map_or(vec![], |b| f32s(&b[s])));
            }
        }
        Recorded::new(noise)
    }

    /// Logits of some samples, `[classes][samples * batch]`, against the file's
    /// `[sample][batch][class]`.
    fn check_logits(&self, logits: &[f32], samples: std::ops::Range<usize>) {
        let classes = *self.widths.last().unwrap();
        let columns = samples.len() * self.batch;
        let by_row: Vec<f32> = (0..columns * classes)
            .map(|i| logits[i % classes * columns + i / classes])
            .collect();
        let expected = self.file["outputs"]["logits"].as_array().unwrap()[samples].to_vec();
        assert_close("logits", &by_row, &Value::Array(expected));
    }

    /// dC/dsigma of synapse `i` by central differences of the plain loss in f64.
    fn finite_difference(&self, layer: usize, kind: &str, i: usize) -> f64 {
        let noise: Vec<Vec<f64>> = self.noise().iter().map(flat).collect();
        let inputs: Vec<f64> = self.inputs.iter().map(|x| f64::from(*x)).collect();
        let loss_at = |change: f64| {
            let mut layers: Vec<_> = self.network.layers.iter().map(plain::Layer::from).collect();
            let layer = &mut layers[layer];
            let sigma = if kind == "w" {
                &mut layer.sigma
            } else {
                &mut layer.bias_sigma
            };
            sigma[i] += change;
            plain::loss(&layers, &inputs, &self.labels, &noise, self.samples)
        };
        (loss_at(1e-5) - loss_at(-1e-5)) / 2e-5
    }

    fn check_gradients(&self, exposed: &Network, loss: f64) {
        let expected = self.file["outputs"]["loss"].as_f64().unwrap();
        assert!(
            (loss - expected).abs() < 1e-5 * expected,
            "loss {loss}, expected {expected}"
        );
        for (l, layer) in exposed.layers.iter().enumerate() {
            for (kind, synapses) in [("w", Some(&layer.weight)), ("b", layer.bias.as_ref())] {
                let Some(synapses) = synapses else { continue };
                let grads = &self.file["outputs"]["grads"][l];
                let (mu, sigma) = (
                    &grads[format!("{kind}_mu")],
                    &grads[format!("{kind}_sigma")],
                );
                let gradient: Vec<f32> = synapses.mu().values().collect();
                assert_close(&format!("layer {l} d{kind}_mu"), &gradient, mu);
                let sigma = flat(sigma);
                assert_eq!(synapses.len(), sigma.len());
                for (i, (shifted, expected)) in
                    synapses.sigma().unwrap().values().zip(sigma).enumerate()
                {
                    let expected = if expected.is_nan() {
                        self.finite_difference(l, kind, i)
                    } else {
                        expected
                    };
                    // The shift rounds off 1e-6 (half a unit in the last place of 16).
                    let got = f64::from(shifted - SHIFT);
                    let close = (got - expected).abs() <= 1e-4 * expected.abs() + 1.5e-6;
                    assert!(
                        close,
                        "layer {l} d{kind}_sigma[{i}]: {got}, expected {expected}"
                    );
                }
            }
        }
    }
}

#[test]
fn local_reparameterization_of_batches() {
    for name in ["mlp_b1_local", "mlp_b3_local", "mlp_b4_bias_local"] {
        let case = Case::read(name);
        let (inputs, labels, samples) = (&case.inputs, &case.labels, case.samples);
        let mut local = Batched::new(Threads::One);
        let logits = local.logits(&case.network, inputs, samples, &mut case.local_noise());
        case.check_logits(logits.unwrap(), 0..samples);

        let (mut network, mut noise) = (case.network.clone(), case.local_noise());
        let (mut updates, weight) = (0, 1.0);
        let body = Body::new(&mut network, &mut noise, &mut updates);
        let (batch, objective) = (Batch::new(inputs, labels), Objective { samples, weight });
        let learned = local.learn(body, batch, objective, &Expose);
        assert!(noise.is_used_up());
        case.check_gradients(&network, learned.unwrap().nll);
    }
}

#[test]
fn local_reparameterization_of_one_example() {
    let case = Case::read("mlp_b1_local");
    let (mut network, mut noise) = (case.network.clone(), case.online_noise());
    let mut online = OneByOne::new(&network, case.samples);
    let (inputs, labels, mut updates) = (&case.inputs, &case.labels, 0);
    let body = Body::new(&mut network, &mut noise, &mut updates);
    let learned = online.learn_each(body, Batch::new(inputs, labels), &Expose);
    assert!(noise.is_used_up());
    assert_eq!(updates, 1);
    case.check_gradients(&network, learned.unwrap().nll);
}

#[test]
fn weight_sampling() {
    for name in ["mlp_b1_weights", "mlp_b3_weights", "mlp_b4_bias_weights"] {
        let case = Case::read(name);
        let (inputs, labels, samples) = (&case.inputs, &case.labels, case.samples);
        let (mut weights, mut draw) = (SampledWeights::new(Threads::One), Draw::new(&case.network));
        let mut noise = case.weight_noise();
        for sample in 0..samples {
            draw.draw(&case.network, &mut noise);
            let logits = weights.logits(&case.network, &draw, inputs);
            case.check_logits(logits.unwrap(), sample..sample + 1);
        }

        let (mut network, mut noise) = (case.network.clone(), case.weight_noise());
        let (mut updates, weight) = (0, 1.0);
        let body = Body::new(&mut network, &mut noise, &mut updates);
        let (batch, objective) = (Batch::new(inputs, labels), Objective { samples, weight });
        let learned = weights.learn(body, batch, objective, &Expose);
        assert!(noise.is_used_up());
        case.check_gradients(&network, learned.unwrap().nll);
    }
}

// ---- uncertainty ---------------------------------------------------------------------------

#[test]
fn entropies_of_a_prediction() {
    let file = golden("uncertainty");
    let logits = f32s(&file["inputs"]["logits"]);
    let samples = file["inputs"]["logits"].as_array().unwrap().len();
    let examples = file["inputs"]["logits"][0].as_array().unwrap().len();
    let columns = samples * examples;
    let classes = logits.len() / columns;
    let mut class_major: Vec<f32> = (0..logits.len())
        .map(|i| logits[i % columns * classes + i / columns])
        .collect();
    let mut probabilities = vec![0.0; examples * classes];
    let mut entropies = [
        vec![0.0; examples],
        vec![0.0; examples],
        vec![0.0; examples],
    ];
    let [total, aleatoric, epistemic] = &mut entropies;
    let out = Predicted {
        probabilities: &mut probabilities,
        total,
        aleatoric,
        epistemic,
    };
    predict(&mut class_major, classes, samples, out);
    let outputs = &file["outputs"];
    assert_close("mean_probs", &probabilities, &outputs["mean_probs"]);
    for (what, got) in ["total", "aleatoric", "epistemic"]
        .into_iter()
        .zip(&entropies)
    {
        assert_close(what, got, &outputs[what]);
    }
}

// ---- metrics -------------------------------------------------------------------------------

fn assert_equal(what: &str, got: f64, expected: &Value) {
    let expected = expected.as_f64().unwrap();
    assert!(
        (got - expected).abs() <= 1e-9,
        "{what}: {got}, expected {expected}"
    );
}

#[test]
fn area_under_the_curve() {
    let file = golden("auroc");
    let (known, ood) = (
        f32s(&file["inputs"]["score_in"]),
        f32s(&file["inputs"]["score_ood"]),
    );
    assert_equal(
        "auroc",
        mesu::metric::auroc(&known, &ood),
        &file["outputs"]["auroc"],
    );
}

#[test]
fn calibration() {
    let file = golden("calibration");
    let confidence = flat(&file["inputs"]["confidence"]);
    let correct: Vec<bool> = flat(&file["inputs"]["correct"])
        .iter()
        .map(|c| *c > 0.5)
        .collect();
    let error = mesu::metric::calibration_error(&confidence, &correct);
    assert_equal("ece", error, &file["outputs"]["ece"]);
}

#[test]
fn measures_of_continual_learning() {
    let file = golden("continual_metrics");
    let mut matrix = mesu::metric::AccuracyMatrix::new();
    let rows = file["inputs"]["acc"].as_array().unwrap();
    for (task, row) in rows.iter().enumerate() {
        // Tasks to come are no part of the measures, nor of the matrix.
        matrix.push(flat(row)[..=task].iter().copied().map(Some).collect());
    }
    let outputs = &file["outputs"];
    assert_equal("average", matrix.average(), &outputs["average"]);
    assert_equal(
        "backward_transfer",
        matrix.backward_transfer(),
        &outputs["backward_transfer"],
    );
    assert_equal("forgetting", matrix.forgetting(), &outputs["forgetting"]);
    assert_equal(
        "learning_accuracy",
        matrix.learning_accuracy(),
        &outputs["learning_accuracy"],
    );
}
