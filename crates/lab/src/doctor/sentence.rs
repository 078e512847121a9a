//! Findings in words: what was found, and which setting to change in which direction.

use std::fmt;

use super::finding::{Finding, StuckBy};
use super::verdict::Verdict;
use super::words::{count, number, percent, setting};

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RunBrokeOff { stage, message } => write!(
                f,
                "The run broke off in stage {stage}: {message}. The numbers here are of the \
                 last good checkpoint, before that."
            ),
            Self::NotSound {
                group,
                synapse,
                what,
                value,
                remedy,
            } => write!(
                f,
                "synapse {synapse} of {group} has a {what} of {value}: learning diverged. \
                 Go back to a checkpoint, and try {remedy}."
            ),
            Self::PenaltyUnstable {
                group,
                stiffest,
                key,
                suggested,
            } => write!(
                f,
                "The penalty on {group} takes up to {} times a weight's distance from its \
                 anchor off in one step; above 2 the weight flies off. Lower {key}, for \
                 example to {}.",
                number(*stiffest),
                setting(*suggested)
            ),
            Self::Stuck { share, updates, by } => {
                let (share, updates) = (percent(*share), number(*updates as f64));
                write!(
                    f,
                    "Sigma is stuck: {share} of the synapses have the sigma they started \
                 with, after {updates} updates. "
                )?;
                match by {
                    StuckBy::Rate(key) => write!(
                        f,
                        "{key} is 0, so that sigma learns nothing. Raise {key}, for example to 1."
                    ),
                    StuckBy::Bounds => f.write_str(
                        "learner.sigma_bounds hold it there. Widen them, or set [] for none.",
                    ),
                    StuckBy::SmallSteps => f.write_str(
                        "Forgetting alone would have moved it farther. Raise \
                 learner.max_step_ratio (0: no limit) or learner.lr_sigma.",
                    ),
                    StuckBy::NoEvidence => f.write_str(
                        "No evidence has reached them, and forgetting is too slow to show yet. \
                 For inputs that are always 0 that is normal; otherwise check that the \
                 inputs are standardised, or lower learner.memory_window.",
                    ),
                }
            }
            Self::Collapsed {
                group,
                share,
                remedy,
            } => write!(
                f,
                "Sigma has collapsed: {} of the synapses of {group} are so certain that \
                 they hardly move any more. {remedy}",
                percent(*share)
            ),
            Self::Swollen {
                group,
                share,
                remedy,
            } => write!(
                f,
                "{} of the sigmas of {group} are above both their start and the prior: \
                 noise in the gradient took them there, and learning may diverge. Try \
                 {remedy}.",
                percent(*share)
            ),
            Self::AtPrior {
                group,
                share,
                in_use,
                idle_inputs,
                sigma_prior,
                fades,
                remedy,
            } => {
                write!(
                    f,
                    "{} of the synapses of {group} are at the prior (sigma {}): they hold no \
                 evidence",
                    percent(*share),
                    number(*sigma_prior)
                )?;
                let healthy = self.verdict() == Verdict::Healthy;
                match idle_inputs {
                    0 => f.write_str(". ")?,
                    _ => write!(
                        f,
                        ". {idle_inputs} of its inputs have all of theirs there, as is normal for \
                 inputs that never change, such as border pixels; of the rest it is {}. ",
                        percent(*in_use)
                    )?,
                }
                match (healthy, *fades) {
                    (true, _) => write!(
                        f,
                        "That is room to spare; if new tasks are learned badly, {remedy}."
                    ),
                    (false, true) => write!(f, "What they learn fades within a task: {remedy}."),
                    (false, false) => write!(f, "The prior outweighs what the data say: {remedy}."),
                }
            }
            Self::IdleNeurons { group, neurons, of } => write!(
                f,
                "{neurons} of the {of} neurons of {group} are idle, all of their synapses \
                 at the prior. {}",
                match self.verdict() {
                    Verdict::Healthy => "A few are room to spare.",
                    _ =>
                        "They are silent, or their memory is too short: raise \
                 learner.memory_window, or make the network smaller (network.hidden).",
                }
            ),
            Self::AtLowerBound {
                group,
                share,
                bound,
            } => write!(
                f,
                "{} of the synapses of {group} rest at the lower end of \
                 learner.sigma_bounds, {}: they would be more certain, and forget sooner \
                 than learner.memory_window says. Lower that bound, or \
                 learner.memory_window.",
                percent(*share),
                number(*bound)
            ),
            Self::BeyondPrior {
                share,
                sigma_prior,
                suggested,
            } => write!(
                f,
                "{} of the means are more than 3 learner.sigma_prior ({}) away from the \
                 prior's mean: the prior is narrower than what is learned, and pulls it \
                 back. If learning is slow or forgets too soon, raise learner.sigma_prior, \
                 for example to {}.",
                percent(*share),
                number(*sigma_prior),
                setting(*suggested)
            ),
            Self::ShortMemory {
                updates,
                tasks,
                key,
                suggested,
            } => write!(
                f,
                "The memory window of {} updates is {} of a task: what a task's beginning \
                 taught is forgotten before its end. Raise {key}, for example to {} (five \
                 tasks).",
                number(*updates),
                match percent(*tasks).as_str() {
                    "less than 0.1 %" => "less than a thousandth".to_owned(),
                    share => share.to_owned(),
                },
                setting(*suggested)
            ),
            Self::LongMemory {
                updates,
                tasks,
                share_of_new_task,
                key,
                suggested,
            } => write!(
                f,
                "The memory window of {} updates is {} tasks: nothing fades before that, \
                 sigma shrinks with every task, and in the long run a new one makes up {} \
                 of what the network knows. It ends rigid. {} {key}, for example to {}.",
                number(*updates),
                number(*tasks),
                percent(*share_of_new_task),
                shortening(key),
                setting(*suggested)
            ),
            Self::NeverForgets {
                updates,
                most,
                key,
                suggested,
            } => write!(
                f,
                "Nothing is ever forgotten: with a memory window of {} updates, a step \
                 back to the prior is lost in rounding (32-bit floats: from about {} on). \
                 Sigma can only shrink, and the network ends rigid. {} {key}, for example to {}.",
                number(*updates),
                number(*most),
                shortening(key),
                setting(*suggested)
            ),
            Self::Rigid { tasks, plasticity } => {
                write!(
                    f,
                    "FOO-VB forgets nothing: sigma only shrinks, and with it the learning \
                 rate, which is {} of a new network's by now",
                    percent(*plasticity)
                )?;
                if let Some(tasks) = tasks.filter(|tasks| *tasks >= 1.0) {
                    write!(
                        f,
                        "; after {}, the next one makes up {} of what is known",
                        count(tasks, "task"),
                        percent(1.0 / (tasks + 1.0))
                    )?;
                }
                f.write_str(
                    ". For a long stream, use learner.kind = \"mesu\" with a \
                 learner.memory_window of some tasks.",
                )
            }
            Self::NoRate { key } => {
                write!(f, "{key} is 0: the weights learn nothing. Raise {key}.")
            }
            Self::Large {
                group,
                largest,
                remedy,
            } => write!(
                f,
                "The largest weight of {group} is {}: learning is about to diverge, or \
                 the inputs are not standardised. Try {remedy}.",
                number(*largest)
            ),
            Self::Zero { group, share, key } => write!(
                f,
                "{} of the weights of {group} are exactly 0: they are dead. Lower {key}, \
                 and start anew.",
                percent(*share)
            ),
            Self::PenaltyStiff {
                group,
                share,
                stiffest,
                key,
            } => write!(
                f,
                "The penalty's step goes beyond the anchor for {} of the weights of \
                 {group} (up to {} times their distance from it; from 2 on they fly off). \
                 Lower {key}.",
                percent(*share),
                number(*stiffest)
            ),
            Self::PenaltyHoldsAll { share, key } => write!(
                f,
                "The penalty takes {} of the weights back to their anchors within a task: \
                 little is left to learn with. Lower {key}.",
                percent(*share)
            ),
            Self::NoPenalty { updates } => write!(
                f,
                "The penalty is 0 everywhere after {} updates: no task has ended yet, or \
                 the learner was not told.",
                number(*updates as f64)
            ),
            Self::Gated {
                examples,
                updates,
                learn_above,
            } => {
                write!(
                    f,
                    "Nothing was learned from {} with a loss below learning.learn_above ({}), beside {}.",
                    count(*examples as f64, "example"),
                    number(*learn_above),
                    count(*updates as f64, "update")
                )?;
                match self.verdict() {
                    Verdict::Healthy => Ok(()),
                    _ => f.write_str(
                        " From 0.69 on, the logarithm of 2, that may be examples which it answers \
                 wrongly. Lower learning.learn_above, for example to 0.05.",
                    ),
                }
            }
            Self::Skipped {
                examples,
                updates,
                remedy,
            } => write!(
                f,
                "Nothing was learned from {} that made learning diverge (learning.on_divergence = \
                 \"skip\"), beside {}. Look at them, or try {remedy}.",
                count(*examples as f64, "example"),
                count(*updates as f64, "update")
            ),
            Self::TooEarly { updates } => write!(
                f,
                "After {} it is too early to judge the synapses; only the settings and a penalty were.",
                count(*updates as f64, "update")
            ),
            Self::UnusedHeads { heads, of } => write!(
                f,
                "{} of {of} {} not been used yet; what is said of synapses leaves them out.",
                count(*heads as f64, "head"),
                if *heads == 1 { "has" } else { "have" }
            ),
            Self::UnknownTask => f.write_str(
                "How long a task is, is not known: give --task-length EXAMPLES (and \
                 --batch-size) to judge the memory window.",
            ),
            Self::NoMemory { learner } => write!(
                f,
                "{learner} has no memory: a new task overwrites the ones before. For a \
                 stream, use learner.kind = \"mesu\"."
            ),
            Self::NoUncertainty { learner } => write!(
                f,
                "{learner} has point weights: there is no sigma to judge plasticity by, \
                 and no epistemic uncertainty."
            ),
        }
    }
}

/// Advice on this setting for a shorter memory window.
fn shortening(key: &str) -> &'static str {
    match key {
        "learner.lr_sigma" => "Raise",
        _ => "Lower",
    }
}
