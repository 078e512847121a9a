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
        let mesu = MesuConfig::paper()
            .estimator(estimator)
            .samples(4)
            .sigma_step(SigmaStep::ClosedForm)
            .max_step_ratio(0.5);
        let foovb = FoovbConfig::paper().estimator(estimator).samples(4);
        let bbb = BbbConfig::default()
            .estimator(estimator)
            .samples(4)
            .lr(0.02)
            .kl_updates(1e4);
        let slow = mesu.clone().slow_windows(vec![1e6, 1e15]);
        let drifting = slow.clone().heads_drift(HeadsDrift::Always);
        let of_mesu = [mesu, slow, drifting].map(LearnerConfig::from);
        kinds.extend(of_mesu);
        kinds.extend([foovb.into(), bbb.into()]);
    }
    let lr = 0.05;
    kinds.push(SgdConfig::default().lr(lr).into());
    kinds.push(AdamConfig::default().lr(0.01).into());
    kinds.push(ReplayConfig::default().lr(lr).buffer(30).into());
    for optimizer in [Optimizer::Sgd, Optimizer::Adam] {
        let reduction = Reduction::Mean;
        let lr = if optimizer == Optimizer::Adam {
            0.01
        } else {
            lr
        };
        kinds.push(
            EwcConfig::default()
                .lr(lr)
                .optimizer(optimizer)
                .reduction(reduction)
                .into(),
        );
        kinds.push(
            OnlineEwcConfig::default()
                .lr(lr)
                .optimizer(optimizer)
                .reduction(reduction)
                .into(),
        );
        kinds.push(
            StreamingEwcConfig::default()
                .lr(lr)
                .optimizer(optimizer)
                .reduction(reduction)
                .into(),
        );
        kinds.push(
            SiConfig::default()
                .lr(lr)
                .optimizer(optimizer)
                .reduction(reduction)
                .into(),
        );
    }
    kinds
}

pub(crate) fn new(network: &NetworkConfig, config: &LearnerConfig, seed: u64) -> Learner {
    Learner::new(INPUTS, CLASSES, network, config, seed).unwrap()
}
