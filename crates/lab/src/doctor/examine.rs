//! From numbers to findings.

use super::finding::{Finding, StuckBy};
use super::group::{Group, ROUNDING, Sigma};
use super::retention::Retention;
use super::stream::Stream;
use crate::wording;
use mesu::{Learner, LearnerConfig, LearnerKind};

/// Updates before which synapses say little.
const EARLY: u64 = 1_000;

/// Tasks that a memory window is suggested to hold: where permuted digits are learned and kept best.
const TASKS: f64 = 5.0;

/// Tasks from which on a new one makes up less than 2 %.
const MANY_TASKS: f64 = 50.0;

/// Share of a new task in the long run with a memory of so many tasks: less of it hardly counts.
const HARDLY: f64 = 1.0 / MANY_TASKS;

/// Weights beyond that are on their way out; healthy networks on standardised inputs have none
/// above 10.
const LARGE: f64 = 100.0;

/// Share of the synapses from which a finding is worth a sentence.
const SOME: f64 = 0.1;
const FEW: f64 = 0.01;

/// All findings, in no order of importance.
pub(super) fn examine(
    learner: &Learner,
    stream: Stream,
    memory: &Retention,
    groups: &[Group],
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let config = learner.config();
    let task = stream.task_updates();
    for (group, synapses) in learner.network().groups() {
        if let Some((synapse, what, value)) = synapses.broken() {
            findings.push(Finding::NotSound {
                group,
                synapse,
                what,
                value,
                remedy: wording::remedy(&config.remedies()),
            });
        }
    }
    if let Some(key) = zero_rate(config) {
        findings.push(Finding::NoRate { key });
    }
    let fades = matches!(memory, Retention::Window { tasks: Some(tasks), .. } if *tasks < 1.0);
    let early = learner.updates() < EARLY;
    // Of heads that nothing was learned through, all there is to say is that.
    let used: Vec<Group> = groups
        .iter()
        .filter(|group| !group.unused)
        .cloned()
        .collect();
    let (all, groups) = (groups, &used[..]);
    if early {
        let updates = learner.updates();
        findings.push(Finding::TooEarly { updates });
        // A penalty throws from the first task's end on.
        let mut penalties = Vec::new();
        of_penalty(learner, groups, &mut penalties);
        penalties.retain(|finding| matches!(finding, Finding::PenaltyUnstable { .. }));
        findings.append(&mut penalties);
    } else {
        findings.extend(stuck(learner, groups));
        for group in groups {
            of_weights(config, group, &mut findings);
            if let Some(sigma) = &group.sigma {
                of_sigma(config, group, sigma, fades, &mut findings);
            }
        }
        findings.extend(beyond_prior(groups));
        of_penalty(learner, groups, &mut findings);
        findings.extend(unused_heads(learner));
    }
    left_out(learner, &mut findings);
    findings.extend(of_memory(config, stream, memory));
    let name = config.kind().name();
    match config.kind() {
        LearnerKind::Foovb if !early => findings.push(Finding::Rigid {
            tasks: task.map(|task| learner.updates() as f64 / task),
            plasticity: mean(groups, |sigma| sigma.plasticity),
        }),
        LearnerKind::Sgd | LearnerKind::Adam | LearnerKind::Bbb => {
            findings.push(Finding::NoMemory { learner: name });
        }
        _ => {}
    }
    if all.iter().all(|group| group.sigma.is_none()) {
        findings.push(Finding::NoUncertainty { learner: name });
    }
    findings
}

/// The rate of the weights, if it is 0.
fn zero_rate(config: &LearnerConfig) -> Option<&'static str> {
    let (key, rate) = match config {
        LearnerConfig::Mesu(c) => ("learner.lr_mu", c.lr_mu),
        LearnerConfig::Foovb(c) => ("learner.lr_mu", c.lr_mu),
        LearnerConfig::Bbb(c) => ("learner.lr", c.lr),
        LearnerConfig::Sgd(c) => ("learner.lr", c.lr),
        LearnerConfig::Adam(c) => ("learner.lr", c.lr),
        LearnerConfig::Ewc(c) => ("learner.lr", c.lr),
        LearnerConfig::OnlineEwc(c) => ("learner.lr", c.lr),
        LearnerConfig::StreamingEwc(c) => ("learner.lr", c.lr),
        LearnerConfig::Si(c) => ("learner.lr", c.lr),
        LearnerConfig::Replay(c) => ("learner.lr", c.lr),
        _ => return None,
    };
    (rate == 0.0).then_some(key)
}

fn left_out(learner: &Learner, findings: &mut Vec<Finding>) {
    let (left_out, updates) = (learner.left_out(), learner.updates());
    if left_out.gated > 0 {
        findings.push(Finding::Gated {
            examples: left_out.gated,
            updates,
            learn_above: learner.learning().learn_above,
        });
    }
    if left_out.skipped > 0 {
        findings.push(Finding::Skipped {
            examples: left_out.skipped,
            updates,
            remedy: wording::remedy(&learner.config().remedies()),
        });
    }
}

fn unused_heads(learner: &Learner) -> Option<Finding> {
    let (network, of) = (learner.network(), learner.heads());
    let unused = (0..of).filter(|head| network.updates_of_head(*head) == 0);
    let heads = unused.count();
    (of > 1 && heads > 0).then_some(Finding::UnusedHeads { heads, of })
}

fn stuck(learner: &Learner, groups: &[Group]) -> Option<Finding> {
    let share = mean(groups, |sigma| sigma.at_start);
    let updates = learner.updates();
    let by = match learner.config() {
        LearnerConfig::Mesu(c) if c.lr_sigma == 0.0 => StuckBy::Rate("learner.lr_sigma"),
        LearnerConfig::Mesu(c) => {
            let bounded = |start: f64| match c.sigma_bounds[..] {
                [low, high] => start <= low * 1.001 || start >= high * 0.999,
                _ => false,
            };
            // How far forgetting alone would have moved sigma, in shares of itself.
            let forgotten = |start: f64| {
                let per_update = c.lr_sigma / (2.0 * c.memory_window);
                let step = per_update * (1.0 - (start / c.sigma_prior).powi(2)).abs();
                if step < ROUNDING {
                    0.0
                } else {
                    step * updates as f64
                }
            };
            let starts = || {
                groups
                    .iter()
                    .filter_map(|g| g.sigma.as_ref())
                    .map(|s| s.start)
            };
            match () {
                () if starts().any(bounded) => StuckBy::Bounds,
                () if starts().any(|start| forgotten(start) > 0.01) => StuckBy::SmallSteps,
                () => StuckBy::NoEvidence,
            }
        }
        LearnerConfig::Bbb(c) if c.lr == 0.0 => StuckBy::Rate("learner.lr"),
        _ => StuckBy::NoEvidence,
    };
    (share >= SOME).then_some(Finding::Stuck { share, updates, by })
}

fn of_weights(config: &LearnerConfig, group: &Group, findings: &mut Vec<Finding>) {
    let name = || group.name.clone();
    if group.largest > LARGE {
        findings.push(Finding::Large {
            group: name(),
            largest: group.largest,
            remedy: wording::remedy(&config.remedies()),
        });
    }
    // Biases may well start, and stay, at 0.
    if group.zero >= 0.5 && group.rows > 1 {
        let key = match config {
            LearnerConfig::Mesu(_) | LearnerConfig::Foovb(_) => "learner.lr_mu",
            _ => "learner.lr",
        };
        findings.push(Finding::Zero {
            group: name(),
            share: group.zero,
            key,
        });
    }
}

fn of_sigma(
    config: &LearnerConfig,
    group: &Group,
    sigma: &Sigma,
    fades: bool,
    findings: &mut Vec<Finding>,
) {
    let name = || group.name.clone();
    let bayes = matches!(config, LearnerConfig::Bbb(_));
    if sigma.collapsed >= FEW {
        findings.push(Finding::Collapsed {
            group: name(),
            share: sigma.collapsed,
            remedy: match config {
                LearnerConfig::Mesu(_) => {
                    "Lower learner.memory_window, so that they forget sooner."
                }
                LearnerConfig::Bbb(_) => "Lower learner.kl_updates, so that the prior counts more.",
                _ => "They stay so: use learner.kind = \"mesu\", whose sigma comes back.",
            },
        });
    }
    if sigma.swollen >= FEW {
        findings.push(Finding::Swollen {
            group: name(),
            share: sigma.swollen,
            remedy: wording::remedy(&config.remedies()),
        });
    }
    if let Some(sigma_prior) = sigma.prior.filter(|_| sigma.at_prior >= SOME) {
        findings.push(Finding::AtPrior {
            group: name(),
            share: sigma.at_prior,
            in_use: sigma.at_prior_in_use,
            idle_inputs: sigma.idle_inputs,
            sigma_prior,
            fades,
            remedy: match (bayes, fades) {
                (true, _) => "raise learner.kl_updates",
                (_, true) => "raise learner.memory_window",
                _ => "raise learner.memory_window, or learner.sigma_prior if it is narrow",
            },
        });
    }
    if sigma.idle_neurons > 0 && !bayes {
        findings.push(Finding::IdleNeurons {
            group: name(),
            neurons: sigma.idle_neurons,
            of: group.rows,
        });
    }
    if let LearnerConfig::Mesu(mesu) = config
        && let Some(&bound) = mesu.sigma_bounds.first()
        && sigma.at_lower_bound >= SOME
    {
        findings.push(Finding::AtLowerBound {
            group: name(),
            share: sigma.at_lower_bound,
            bound,
        });
    }
}

fn beyond_prior(groups: &[Group]) -> Option<Finding> {
    let share = mean(groups, |sigma| sigma.beyond_prior);
    let sigma_prior = groups
        .iter()
        .find_map(|group| group.sigma.as_ref()?.prior)?;
    // The largest weights are a few of the standard deviation that would describe them all.
    let largest = groups.iter().map(|group| group.largest).fold(0.0, f64::max);
    (share >= FEW).then_some(Finding::BeyondPrior {
        share,
        sigma_prior,
        suggested: (largest / 3.0).max(2.0 * sigma_prior),
    })
}

fn of_penalty(learner: &Learner, groups: &[Group], findings: &mut Vec<Finding>) {
    let (key, strength) = match learner.config() {
        LearnerConfig::Ewc(c) => ("learner.importance", c.importance),
        LearnerConfig::OnlineEwc(c) => ("learner.importance", c.importance),
        LearnerConfig::StreamingEwc(c) => ("learner.importance", c.importance),
        LearnerConfig::Si(c) => ("learner.coefficient", c.coefficient),
        _ => return,
    };
    let penalties = || groups.iter().filter_map(|g| Some((g, g.penalty.as_ref()?)));
    for (group, penalty) in penalties() {
        let (group, stiffest) = (group.name.clone(), penalty.stiffest);
        if stiffest > 2.0 {
            findings.push(Finding::PenaltyUnstable {
                group,
                stiffest,
                key,
                suggested: 0.5 * strength / stiffest,
            });
        } else if stiffest >= 1.0 {
            findings.push(Finding::PenaltyStiff {
                group,
                share: penalty.overshooting,
                stiffest,
                key,
            });
        }
    }
    let synapses = |group: &Group| (group.rows * group.columns) as f64;
    let all: f64 = penalties().map(|(group, _)| synapses(group)).sum();
    let held: f64 = penalties().map(|(group, p)| synapses(group) * p.held).sum();
    let share = held / all.max(1.0);
    if share > 0.9 {
        findings.push(Finding::PenaltyHoldsAll { share, key });
    }
    if all > 0.0 && penalties().all(|(_, penalty)| penalty.stiffest == 0.0) {
        let updates = learner.updates();
        findings.push(Finding::NoPenalty { updates });
    }
}

fn of_memory(config: &LearnerConfig, stream: Stream, memory: &Retention) -> Option<Finding> {
    let &Retention::Window {
        updates,
        tasks,
        share_of_new_task,
        ..
    } = memory
    else {
        return None;
    };
    let (key, rate) = match config {
        LearnerConfig::Mesu(mesu) => ("learner.memory_window", mesu.lr_sigma),
        _ => ("learner.anchor_window", 1.0),
    };
    let most = 0.5 / ROUNDING;
    let window = (stream.task_updates()).map_or(0.1 * most, |task| TASKS * task);
    let suggested = (rate * window).max(1.0);
    // A window that is long because sigma is slow is shortened by a faster sigma.
    let (shorter, shorter_suggested) = match rate < 0.5 {
        true => ("learner.lr_sigma", 1.0),
        false => (key, suggested),
    };
    if matches!(config, LearnerConfig::Mesu(_)) && updates > most {
        return Some(Finding::NeverForgets {
            updates,
            most,
            key: shorter,
            suggested: shorter_suggested,
        });
    }
    let (Some(tasks), Some(share_of_new_task)) = (tasks, share_of_new_task) else {
        return Some(Finding::UnknownTask);
    };
    match tasks {
        short if short < 1.0 => Some(Finding::ShortMemory {
            updates,
            tasks,
            key,
            suggested,
        }),
        // In a stream that ends before, a new task still counts.
        long if long > MANY_TASKS && stream.share_of_newest(long) < HARDLY => {
            Some(Finding::LongMemory {
                updates,
                tasks,
                share_of_new_task,
                key: shorter,
                suggested: shorter_suggested,
            })
        }
        _ => None,
    }
}

/// The mean over all Gaussian synapses; 0 without any.
fn mean(groups: &[Group], of: impl Fn(&Sigma) -> f64) -> f64 {
    let gaussian = || groups.iter().filter_map(|g| Some((g, g.sigma.as_ref()?)));
    let count = |group: &Group| (group.rows * group.columns) as f64;
    let all: f64 = gaussian().map(|(group, _)| count(group)).sum();
    let sum: f64 = gaussian()
        .map(|(group, sigma)| count(group) * of(sigma))
        .sum();
    sum / all.max(1.0)
}
