//! Learners of every kind, with settings that learn the small problem of `mesu::testing`.

use mesu::rule::SigmaStep;
use mesu::{
    AdamConfig, BbbConfig, Estimator, EwcConfig, FoovbConfig, HeadsDrift, Learner, LearnerConfig,
    MesuConfig, NetworkConfig, OnlineEwcConfig, Optimizer, Reduction, ReplayConfig, SgdConfig,
    SiConfig, StreamingEwcConfig,
};

pub(crate) use mesu::testing::{CLASSES, INPUTS, examples as stream};

/// Settings that learn the small problem, for every kind of learner.
pub(crate) fn kinds() -> Vec<LearnerConfig> {
    let mut kinds: Vec<LearnerConfig> = Vec::new();
    for estimator in [
        Estimator::LocalReparameterization,
        Estimator::WeightSampling,
    ] {
        let mesu = MesuConfig {
            estimator,
            samples: 4,
            sigma_step: SigmaStep::ClosedForm,
            max_step_ratio: 0.5,
            ..MesuConfig::default()
        };
        let foovb = FoovbConfig {
            estimator,
            samples: 4,
            ..FoovbConfig::default()
        };
        let bbb = BbbConfig {
            estimator,
            samples: 4,
            lr: 0.02,
            kl_updates: 1e4,
            ..BbbConfig::default()
        };
        let slow = MesuConfig {
            slow_windows: vec![1e6, 1e15],
            ..mesu.clone()
        };
        let drifting = MesuConfig {
            heads_drift: HeadsDrift::Always,
            ..slow.clone()
        };
        let of_mesu = [mesu, slow, drifting].map(LearnerConfig::from);
        kinds.extend(of_mesu);
        kinds.extend([foovb.into(), bbb.into()]);
    }
    let lr = 0.05;
    kinds.push(
        SgdConfig {
            lr,
            ..SgdConfig::default()
        }
        .into(),
    );
    kinds.push(
        AdamConfig {
            lr: 0.01,
            ..AdamConfig::default()
        }
        .into(),
    );
    kinds.push(
        ReplayConfig {
            lr,
            buffer: 30,
            ..ReplayConfig::default()
        }
        .into(),
    );
    for optimizer in [Optimizer::Sgd, Optimizer::Adam] {
        let reduction = Reduction::Mean;
        let lr = if optimizer == Optimizer::Adam {
            0.01
        } else {
            lr
        };
        kinds.push(
            EwcConfig {
                lr,
                optimizer,
                reduction,
                ..EwcConfig::default()
            }
            .into(),
        );
        kinds.push(
            OnlineEwcConfig {
                lr,
                optimizer,
                reduction,
                ..OnlineEwcConfig::default()
            }
            .into(),
        );
        kinds.push(
            StreamingEwcConfig {
                lr,
                optimizer,
                reduction,
                ..StreamingEwcConfig::default()
            }
            .into(),
        );
        kinds.push(
            SiConfig {
                lr,
                optimizer,
                reduction,
                ..SiConfig::default()
            }
            .into(),
        );
    }
    kinds
}

pub(crate) fn new(network: &NetworkConfig, config: &LearnerConfig, seed: u64) -> Learner {
    Learner::new(INPUTS, CLASSES, network, config, seed).unwrap()
}
