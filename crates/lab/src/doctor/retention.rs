//! Memory of a learner.

use std::fmt;

use serde::Serialize;

use super::stream::Stream;
use super::words::{count, number, percent};
use mesu::LearnerConfig;

/// Memory of a learner, as its settings have it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Retention {
    /// Evidence fades with this time constant.
    Window {
        /// In updates: MESU's N over lr_sigma, streaming EWC's anchor_window.
        updates: f64,
        /// In examples.
        examples: f64,
        /// In tasks, where their length is known.
        tasks: Option<f64>,
        /// Share of a new task in everything remembered, in the long run; 0..=1.
        share_of_new_task: Option<f64>,
    },
    /// Evidence fades with every task that ends: online EWC.
    Fading {
        /// With this time constant, `-1 / ln(downweighting)`, in tasks; 0 or more.
        tasks: f64,
    },
    /// All evidence counts for ever: FOO-VB, EWC, SI.
    Everything,
    /// Nothing keeps old evidence: SGD, Adam, Bayes by Backprop, and MESU with a lr_sigma of 0,
    /// whose sigma learns nothing.
    Nothing,
    /// Stored examples do: replay.
    Stored {
        /// Most examples.
        examples: u64,
    },
}

impl Retention {
    pub(super) fn new(config: &LearnerConfig, stream: Stream) -> Self {
        let window = |updates: f64| {
            let tasks = stream.task_updates().map(|task| updates / task);
            Self::Window {
                updates,
                examples: updates * stream.batch_size.max(1) as f64,
                tasks,
                share_of_new_task: tasks.map(|tasks| -(-1.0 / tasks).exp_m1()),
            }
        };
        match config {
            LearnerConfig::Mesu(mesu) if mesu.lr_sigma > 0.0 => {
                window(mesu.memory_window / mesu.lr_sigma)
            }
            LearnerConfig::StreamingEwc(ewc) => window(ewc.anchor_window),
            LearnerConfig::OnlineEwc(ewc) if ewc.downweighting < 1.0 => Self::Fading {
                tasks: -1.0 / ewc.downweighting.ln(),
            },
            LearnerConfig::Replay(replay) => Self::Stored {
                examples: replay.buffer as u64,
            },
            LearnerConfig::Mesu(_)
            | LearnerConfig::Sgd(_)
            | LearnerConfig::Adam(_)
            | LearnerConfig::Bbb(_) => Self::Nothing,
            LearnerConfig::Foovb(_)
            | LearnerConfig::Ewc(_)
            | LearnerConfig::OnlineEwc(_)
            | LearnerConfig::Si(_) => Self::Everything,
        }
    }
}

impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Window {
                updates,
                examples,
                tasks,
                share_of_new_task,
            } => {
                write!(
                    f,
                    "{} updates = {} examples",
                    number(*updates),
                    number(*examples)
                )?;
                if let (Some(tasks), Some(share)) = (tasks, share_of_new_task) {
                    let share = percent(*share);
                    write!(
                        f,
                        " = {}; in the long run a new task makes up ",
                        count(*tasks, "task")
                    )?;
                    write!(f, "{share} of what is remembered")?;
                }
                Ok(())
            }
            Self::Fading { tasks } => f.write_str(&count(*tasks, "task")),
            Self::Everything => f.write_str("nothing fades: all evidence counts for ever"),
            Self::Nothing => f.write_str("none: nothing holds what earlier examples taught"),
            Self::Stored { examples } => {
                write!(
                    f,
                    "{} stored examples, a sample of all",
                    number(*examples as f64)
                )
            }
        }
    }
}
