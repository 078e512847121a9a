//! Diagnosis of a learner, from its numbers alone.
//!
//! MESU's mathematics lets one read this off a network (symbols as in [`mesu::rule::Mesu`]; H is the
//! loss's curvature along a synapse, T a task's length in updates):
//!
//! - **Retention.** Evidence fades with a time constant of `N / lr_sigma` updates, so that in the long run
//!   a new task makes up `1 - exp(-T lr_sigma / N)` of what the network knows: below a task, it forgets
//!   before the task's end; above some fifty, a new task hardly counts any more.
//! - **Steps.** Where `1/sigma^2 = N H`, and gradients are about `sqrt(H)`, a step of mu is about
//!   `sigma / sqrt(N)`, at a temperature of 1. Below `6e-8 |mu|` it is lost in rounding.
//! - **Forgetting** moves sigma by a share of `lr_sigma / (2 N)` at most, which is lost in the rounding of
//!   f32 from N / lr_sigma of about 8,000,000 on.
//! - **Where sigma is**: at its first value, if nothing has moved it; at the
//!   prior, if no evidence holds it; in between, at work.
//!
//! ```
//! use mesu_lab::doctor::{Diagnosis, Stream, Verdict};
//! use mesu::{Learner, MesuConfig, NetworkConfig};
//!
//! let config = MesuConfig::default().memory_window(1e6).into();
//! let learner = Learner::new(4, 2, &NetworkConfig::default(), &config, 1)?;
//! let stream = Stream { batch_size: 1, task_length: Some(60_000), tasks: None };
//! let diagnosis = Diagnosis::new(&learner, stream);
//! assert_eq!(diagnosis.verdict, Verdict::Healthy);
//! for finding in &diagnosis.findings {
//!     println!("{finding}"); // too early to say much
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod diagnosis;
mod examine;
mod finding;
mod group;
mod retention;
mod sentence;
mod stream;
#[cfg(test)]
mod tests;
mod verdict;
mod words;

pub use diagnosis::Diagnosis;
pub use finding::{Finding, StuckBy};
pub use group::{Group, Penalty, Sigma};
pub use retention::Retention;
pub use stream::Stream;
pub use verdict::Verdict;
