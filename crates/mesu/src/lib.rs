//! Continual learning with Bayesian synapses.
//!
//! Every synapse is a Gaussian with mean `mu` and standard deviation `sigma`. Under the MESU rule
//! (Bonnet et al., *Bayesian continual learning and forgetting in neural networks*, Nature
//! Communications 2025) an uncertain synapse learns fast, a certain one holds still, and what
//! nothing asks for any more drifts back to the prior: one network learns from a stream without
//! task boundaries, forgets gracefully and says how sure it is.
//!
//! ```
//! use mesu::{Generator, Learner, LearnerConfig, NetworkConfig};
//!
//! let network = NetworkConfig { hidden: vec![16], ..Default::default() };
//! let mut learner = Learner::new(2, 2, &network, &LearnerConfig::default(), 1)?;
//! // A stream: two inputs and a label at a time.
//! for _ in 0..200 {
//!     learner.learn(&[1.0, -1.0], &[0])?;
//!     learner.learn(&[-1.0, 1.0], &[1])?;
//! }
//! let prediction = learner.predict(&[1.0, -1.0], Generator::named(1, "test", &[]))?;
//! assert_eq!(prediction.top(0).0, 0);
//! println!("{:.2} bits of doubt", prediction.epistemic[0]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The road a datum takes: [`Learner::learn`] runs the [`network`] forward with the noise of an
//! [`estimator`], takes the gradient back through the [`layer`]s, and each layer hands its gradient
//! to the [`rule`], which moves mu and sigma in place. [`Learner::predict`] gives a [`Prediction`]
//! with total, aleatoric and epistemic uncertainty; [`metric`] judges many of them.

#![cfg_attr(test, allow(clippy::unwrap_used))]
// Engines can hand out their state and take it back, which only checkpoints ask for.
#![cfg_attr(not(feature = "checkpoint"), allow(dead_code))]

#[cfg(feature = "checkpoint")]
pub mod checkpoint;
mod config;
pub mod curvature;
#[doc(hidden)]
pub mod estimator;
#[doc(hidden)]
pub mod layer;
mod learner;
pub mod metric;
pub mod network;
mod noise;
mod numeric;
mod outputs;
mod parallel;
mod synapse;
#[cfg(feature = "testing")]
pub mod testing;

/// Update rules, and what a rule is.
pub mod rule {
    pub use mesu_core::rule::*;
    pub use mesu_core::{Gradient, Real, Rule, State, Synapse, planes};
}

pub use config::{ConfigError, ConfigPart};
pub use estimator::{Batch, Estimator};
pub use learner::{
    AdamConfig, BbbConfig, EwcConfig, FoovbConfig, HeadsDrift, LearnError, Learned, Learner,
    LearnerBuilder, LearnerConfig, LearnerKind, LearningConfig, LeftOut, MesuConfig, OnDivergence,
    OnlineEwcConfig, Optimizer, OwnConfig, Reduction, Remedy, ReplayConfig, SgdConfig, SiConfig,
    Step, StreamingEwcConfig,
};
pub use mesu_kernels::{Generator, level};
pub use network::{
    Covariance, CovarianceError, HeadError, Initialization, NetworkConfig, Scaling, WeightKind,
};
pub use outputs::{Prediction, RegressionConfig, Target, Targets, ValueLikelihood};
pub use synapse::Synapses;

/// The examples of the crate's README are tests; those of the project's are tests of `mesu-lab`, which is not
/// packaged without the project.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
