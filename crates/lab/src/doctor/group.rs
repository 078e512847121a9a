//! The numbers of one group of synapses.

use serde::Serialize;

use mesu::Synapses;
use mesu::{Learner, LearnerConfig, Optimizer};

/// Relative distance from the start within which sigma has not moved. Sigma of Bayes by Backprop goes
/// through rho and back, which costs less than that.
const UNMOVED: f64 = 1e-3;

/// Relative distance from the prior within which sigma is back at it.
const AT_PRIOR: f64 = 0.05;

/// A sigma of less than this share of both its start and the prior has collapsed. After twelve tasks
/// of permuted digits, the smallest is 7 times that.
const COLLAPSED: f64 = 1e-3;

/// A sigma of more than this times both its start and the prior: neither evidence nor the prior
/// takes it there.
const SWOLLEN: f64 = 1.1;

/// Share of a row or column at the prior from which the neuron or input is idle.
const IDLE: f64 = 0.95;

/// Relative steps below this are lost in the rounding of f32.
pub(super) const ROUNDING: f64 = 6e-8;

/// One group of synapses, `[rows][columns]`. Shares are of its synapses, 0..=1.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Group {
    /// As in [`mesu::network::Network::groups`].
    pub name: String,
    /// Neurons; 1 of biases.
    pub rows: usize,
    /// Inputs of each; of biases, neurons.
    pub columns: usize,
    /// The largest |mu|, or |w| of point weights.
    pub largest: f64,
    /// Share of means or weights that are exactly 0.
    pub zero: f64,
    /// Statistics of sigma, of Gaussian synapses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sigma: Option<Sigma>,
    /// Statistics of the penalty, of learners that hold weights in place by one; SGD only, since Adam rescales its gradient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub penalty: Option<Penalty>,
    /// True if it belongs to a head, one of several, that nothing was learned through yet. Findings about
    /// what learning does to synapses are not about it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unused: bool,
}

/// Distribution of a group's standard deviations. Shares are of its synapses, 0..=1.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sigma {
    /// Standard deviation at the start.
    pub start: f64,
    /// The prior's; FOO-VB has none.
    pub prior: Option<f64>,
    /// One in twenty is below.
    pub p5: f64,
    /// Half are below.
    pub median: f64,
    /// One in twenty is above.
    pub p95: f64,
    /// Still at the start, within 0.1 %. 0 where the prior is there too.
    pub at_start: f64,
    /// Below 1/1000 of both start and prior, or so small that a step of mu, about `sigma/sqrt(N)`,
    /// is lost in rounding.
    pub collapsed: f64,
    /// Within 5 % of the prior, and not at the start.
    pub at_prior: f64,
    /// The same among the synapses of inputs that are not idle.
    pub at_prior_in_use: f64,
    /// More than 10 % above both start and prior.
    pub swollen: f64,
    /// At the lower of `learner.sigma_bounds`.
    pub at_lower_bound: f64,
    /// Above |mu - mu_prior|: what the synapse says could as well be 0. Free for new things.
    pub free: f64,
    /// Means more than 3 sigma_prior from the prior's: 0.3 % if the prior described them.
    pub beyond_prior: f64,
    /// Median of sigma^2/start^2: the learning rate of mu against that of a new network.
    pub plasticity: f64,
    /// Neurons of which 95 % of the synapses are at the prior; not counted for biases.
    pub idle_neurons: usize,
    /// Inputs of which 95 % of the synapses, idle neurons aside, are at the prior; not counted for
    /// biases.
    pub idle_inputs: usize,
}

/// Strength of a penalty on a group of weights. An SGD step takes off the share `stiffness` = lr
/// importance F (SI: 2 lr coefficient omega) of a weight's distance from its anchor.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Penalty {
    /// The largest; above 2 the weight flies off.
    pub stiffest: f64,
    /// Share of weights with 1 and more: the penalty's step goes beyond the anchor.
    pub overshooting: f64,
    /// Share of weights that a task's length (if unknown: all updates so far) takes back to their
    /// anchor: stiffness times updates is 1 and more.
    pub held: f64,
}

/// The numbers of every group; `task` in updates.
pub(super) fn groups(learner: &Learner, task: Option<f64>) -> Vec<Group> {
    let network = learner.network();
    let trunk = network.layers.len() - 1;
    // As many as groups: a layer's bias starts like its weights.
    let of_layers = network
        .all_layers()
        .enumerate()
        .flat_map(|(l, (_, layer, _))| {
            let start = f64::from(layer.first_sigma);
            let head = l.checked_sub(trunk).filter(|_| network.heads() > 1);
            let unused = head.is_some_and(|head| network.updates_of_head(head) == 0);
            std::iter::repeat_n(
                (start, layer.prior_scale, unused),
                1 + usize::from(layer.bias.is_some()),
            )
        });
    let groups = network.groups().zip(of_layers);
    groups
        .map(|((name, synapses), (start, scale, unused))| {
            let mu = synapses.mu();
            Group {
                rows: mu.rows(),
                columns: mu.columns(),
                largest: mu
                    .values()
                    .fold(0.0, |most, x| f64::from(x).abs().max(most)),
                zero: share(mu.values().map(|x| x == 0.0)),
                sigma: sigma(synapses, (start, scale), name.ends_with(".bias"), learner),
                penalty: penalty(synapses, learner, task),
                unused,
                name,
            }
        })
        .collect()
}

/// Mean and sigma of the prior, if there is one.
fn prior(config: &LearnerConfig) -> Option<(f64, f64)> {
    match config {
        LearnerConfig::Mesu(mesu) => Some((mesu.mu_prior, mesu.sigma_prior)),
        LearnerConfig::Bbb(bbb) => Some((bbb.mu_prior, bbb.sigma_prior)),
        _ => None,
    }
}

/// Sigmas of a group whose first one is `start`, and whose prior's is in units of `scale`.
fn sigma(
    synapses: &Synapses,
    (start, scale): (f64, f64),
    bias: bool,
    learner: &Learner,
) -> Option<Sigma> {
    let sigma = synapses.sigma()?;
    let prior = prior(learner.config());
    let (mu_prior, sigma_prior) =
        prior.map_or((0.0, None), |(mu, sigma)| (mu, Some(sigma * scale)));
    let near = |x: f64, y: f64, tolerance: f64| (x / y - 1.0).abs() <= tolerance;
    let prior_at_start = sigma_prior.is_some_and(|prior| near(start, prior, AT_PRIOR));
    let at_start = |x: f64| near(x, start, UNMOVED) && !prior_at_start;
    let at_prior =
        |x: f64| sigma_prior.is_some_and(|prior| near(x, prior, AT_PRIOR)) && !at_start(x);
    // Updates whose evidence a settled sigma holds.
    let updates = learner.updates() as f64;
    let (remembered, lower_bound) = match learner.config() {
        LearnerConfig::Mesu(mesu) => {
            let bound = mesu.sigma_bounds.first().copied();
            (updates.min(mesu.memory_window) / mesu.temperature, bound)
        }
        // Adam's steps do not depend on sigma.
        LearnerConfig::Bbb(_) => (0.0, None),
        _ => (updates, None),
    };
    let lost = |(sigma, mu): (f64, f64)| sigma < mu.abs() * ROUNDING * remembered.sqrt();
    let least = COLLAPSED * sigma_prior.map_or(start, |prior| prior.min(start));
    let most = SWOLLEN * sigma_prior.map_or(start, |prior| prior.max(start));

    let sigmas = || sigma.values().map(f64::from);
    let pairs = || sigmas().zip(synapses.mu().values().map(f64::from));
    let mut sorted: Vec<f64> = sigmas().collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let quantile = |share: f64| {
        let last = sorted.len().saturating_sub(1);
        let at = (share * last as f64).round() as usize;
        sorted.get(at).copied().unwrap_or(f64::NAN)
    };

    let (rows, columns) = (sigma.rows(), sigma.columns());
    let resting: Vec<bool> = sigmas().map(at_prior).collect();
    let idle = |line: &mut dyn Iterator<Item = bool>| {
        let (mut resting, mut all) = (0, 0);
        line.for_each(|rests| {
            resting += usize::from(rests);
            all += 1;
        });
        !bias && all > 0 && resting as f64 >= IDLE * all as f64
    };
    let in_use: Vec<usize> = (0..rows)
        .filter(|row| !idle(&mut (0..columns).map(|column| resting[row * columns + column])))
        .collect();
    let used: Vec<bool> = (0..columns)
        .map(|column| !idle(&mut in_use.iter().map(|row| resting[row * columns + column])))
        .collect();
    let columns_used = (0..rows * columns).filter(|i| used[i % columns]);
    Some(Sigma {
        start,
        prior: sigma_prior,
        p5: quantile(0.05),
        median: quantile(0.5),
        p95: quantile(0.95),
        at_start: share(sigmas().map(at_start)),
        collapsed: share(pairs().map(|pair| pair.0 < least || lost(pair))),
        at_prior: share(resting.iter().copied()),
        at_prior_in_use: share(columns_used.map(|i| resting[i])),
        swollen: share(sigmas().map(|x| x > most)),
        at_lower_bound: lower_bound.map_or(0.0, |bound| {
            share(sigmas().map(|x| x <= bound * (1.0 + 1e-6)))
        }),
        free: share(pairs().map(|(sigma, mu)| sigma > (mu - mu_prior).abs())),
        beyond_prior: sigma_prior.map_or(0.0, |prior| {
            share(pairs().map(|(_, mu)| (mu - mu_prior).abs() > 3.0 * prior))
        }),
        plasticity: (quantile(0.5) / start).powi(2),
        idle_neurons: rows - in_use.len(),
        idle_inputs: used.iter().filter(|used| !**used).count(),
    })
}

fn penalty(synapses: &Synapses, learner: &Learner, task: Option<f64>) -> Option<Penalty> {
    let (optimizer, strength, plane) = match learner.config() {
        LearnerConfig::Ewc(c) => (c.optimizer, c.lr * c.importance, "fisher"),
        LearnerConfig::OnlineEwc(c) => (c.optimizer, c.lr * c.importance, "fisher"),
        LearnerConfig::StreamingEwc(c) => (c.optimizer, c.lr * c.importance, "fisher"),
        LearnerConfig::Si(c) => (c.optimizer, 2.0 * c.lr * c.coefficient, "omega"),
        _ => return None,
    };
    if optimizer != Optimizer::Sgd {
        return None;
    }
    let importance = synapses.plane(plane)?;
    let stiffness = || importance.values().map(|f| strength * f64::from(f));
    let updates = task.unwrap_or(learner.updates() as f64);
    Some(Penalty {
        stiffest: stiffness().fold(0.0, f64::max),
        overshooting: share(stiffness().map(|k| k >= 1.0)),
        held: share(stiffness().map(|k| k * updates >= 1.0)),
    })
}

/// The share of what is true; 0 of nothing.
fn share(truths: impl Iterator<Item = bool>) -> f64 {
    let (mut all, mut those) = (0u64, 0u64);
    truths.for_each(|truth| {
        all += 1;
        those += u64::from(truth);
    });
    those as f64 / all.max(1) as f64
}
