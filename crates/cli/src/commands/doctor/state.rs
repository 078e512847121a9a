//! The health of a state of rows: each network's, and what is found about answers and columns.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use mesu_lab::doctor::{Diagnosis, Finding as OfNetwork, Stream, Verdict};
use mesu_stream::run::{findings, open};
use mesu_stream::{Finding, StreamLearner};
use serde_json::{Value, json};

use super::text::{short, wrap};
use crate::output::{counted, print};

/// Networks learn row by row, and know of no tasks.
const STREAM: Stream = Stream {
    batch_size: 1,
    task_length: None,
    tasks: None,
};

/// A state, and what there is to say about it.
struct Examined {
    learner: StreamLearner,
    findings: Vec<Finding>,
    /// The networks among the members, by their names.
    networks: Vec<(String, Diagnosis)>,
}

/// Diagnoses the state in the file `path`, and prints it.
pub(super) fn state(path: &Path, json: bool) -> Result<ExitCode> {
    let (learner, bookmark) = open(path)?;
    let networks = learner.networks();
    let networks = networks.map(|(name, learner)| (name, Diagnosis::new(learner, STREAM)));
    let examined = Examined {
        findings: findings(&learner, &bookmark),
        networks: networks.collect(),
        learner,
    };
    print(&match json {
        true => format!("{:#}\n", examined.json(path)),
        false => examined.text(path),
    })?;
    Ok(ExitCode::SUCCESS)
}

impl Examined {
    /// That of the worst finding.
    fn verdict(&self) -> Verdict {
        let networks = self
            .networks
            .iter()
            .map(|(_, diagnosis)| verdict_of_network(diagnosis));
        let worst = networks.chain(self.findings.iter().map(verdict)).max();
        worst.unwrap_or(Verdict::Healthy)
    }

    /// Returns whether there is nothing to be healthy: no label came, and no network has learned elsewhere.
    fn is_new(&self) -> bool {
        let mut networks = self.learner.networks();
        let nothing = |(_, network): (String, &mesu::Learner)| network.updates() == 0;
        self.learner.labeled() == 0 && networks.all(nothing) && self.verdict() == Verdict::Healthy
    }

    fn json(&self, path: &Path) -> Value {
        let finding = |finding: &Finding| {
            let mut json = json!(finding);
            json["verdict"] = json!(verdict(finding));
            json["text"] = json!(finding.to_string());
            json["advice"] = json!(advice(finding));
            json
        };
        let network = |(name, diagnosis): &(String, Diagnosis)| {
            let of_network = diagnosis.findings.iter().map(|finding| {
                let mut json = json!(finding);
                json["verdict"] = json!(among_others(finding));
                json["text"] = json!(fact(&finding.to_string()));
                json
            });
            json!({
                "name": name,
                "verdict": verdict_of_network(diagnosis),
                "groups": diagnosis.groups,
                "findings": of_network.collect::<Vec<_>>(),
            })
        };
        json!({
            "path": path.display().to_string(),
            "verdict": match self.is_new() {
                true => json!("nothing-learned-yet"),
                false => json!(self.verdict()),
            },
            "rows": self.learner.rows(),
            "members": self.learner.members(),
            "networks": self.networks.iter().map(network).collect::<Vec<_>>(),
            "findings": self.findings.iter().map(finding).collect::<Vec<_>>(),
        })
    }

    /// Verdict, table and sentences, at most 80 columns wide (long paths and names aside).
    fn text(&self, path: &Path) -> String {
        let verdict_of_all = match self.is_new() {
            true => "nothing learned yet".to_owned(),
            false => self.verdict().to_string(),
        };
        let mut text = format!("{verdict_of_all}: {}\n", path.display());
        let (rows, schema) = (self.learner.rows(), self.learner.schema());
        let target = &schema.columns[schema.target].name;
        let _ = writeln!(
            text,
            "{}, target {target}, members: {}\n",
            counted(rows, "row"),
            self.learner.members().len()
        );
        self.table(&mut text);
        self.sentences(&mut text);
        if self.verdict() == Verdict::Healthy && !self.is_new() {
            text.push_str("\nNothing has to be done.\n");
        }
        text
    }

    /// Members, and where the synapses of each network's first layer are.
    fn table(&self, text: &mut String) {
        let _ = writeln!(
            text,
            "{:<14} {:>8} {:>9}    start  collapsed    prior   free   sigma",
            "member", "weight", "log loss"
        );
        // In the members' order, but for those that are no networks.
        let mut networks = self.networks.iter().peekable();
        for member in self.learner.members() {
            let (weight, loss) = (member.weight, short(member.log_loss));
            let _ = write!(text, "{:<14} {weight:>8.3} {loss:>9}", member.name);
            let network = networks.next_if(|(name, _)| *name == member.name);
            let group = network.and_then(|(_, diagnosis)| diagnosis.groups.first());
            if let Some(sigma) = group.and_then(|group| group.sigma.as_ref()) {
                let _ = write!(
                    text,
                    "  {:>5.1} %  {:>7.1} %  {:>5.1} %  {:>3.0} %  {:>6}",
                    100.0 * sigma.at_start,
                    100.0 * sigma.collapsed,
                    100.0 * sigma.at_prior,
                    100.0 * sigma.free,
                    short(sigma.median)
                );
            }
            text.push('\n');
        }
        wrap(
            text,
            "",
            "start, collapsed, prior: synapses of the first layer whose sigma is there. free: sigma above |mu|, room \
             for new things. sigma: the median.",
        );
    }

    /// Each finding and what to do, but for many of one kind.
    fn sentences(&self, text: &mut String) {
        let kind = std::mem::discriminant::<Finding>;
        let mut left_out = 0;
        for (at, finding) in self.findings.iter().enumerate() {
            let before = self.findings[..at].iter();
            if before
                .filter(|before| kind(before) == kind(finding))
                .count()
                >= ALIKE
            {
                left_out += 1;
                continue;
            }
            let mark = match finding.is_note() {
                true => "note".to_owned(),
                false => verdict(finding).to_string(),
            };
            text.push('\n');
            let line = format!("{mark}: {finding} {}", advice(finding));
            wrap(text, "  ", &line);
        }
        if left_out > 0 {
            let _ = writeln!(text, "\nand {left_out} more of these kinds; --json has all");
        }
        for (name, diagnosis) in &self.networks {
            let those = diagnosis.findings.iter();
            for finding in those.filter(|finding| among_others(finding) > Verdict::Healthy) {
                text.push('\n');
                let (verdict, fact) = (among_others(finding), fact(&finding.to_string()));
                wrap(
                    text,
                    "  ",
                    &format!("{verdict}: {name}: {fact} {OF_NETWORK}"),
                );
            }
        }
    }
}

/// Findings of one kind that are printed.
const ALIKE: usize = 3;

/// Advice where a network of a state needs something.
const OF_NETWORK: &str = "Others carry the mixture as long as its weight is small; a new state can do without it, with --set \
                          members=NAMES.";

/// The first sentence: what follows is advice for a run's settings, which a state does not have.
fn fact(sentences: &str) -> String {
    match sentences.split_once(". ") {
        Some((first, _)) => format!("{first}."),
        None => sentences.to_owned(),
    }
}

/// Severity of what is found of a network among others. One of a short memory holds no evidence about most of
/// its inputs: that is its part.
fn among_others(finding: &OfNetwork) -> Verdict {
    match finding {
        OfNetwork::AtPrior { .. } | OfNetwork::IdleNeurons { .. } => Verdict::Healthy,
        finding => finding.verdict(),
    }
}

fn verdict_of_network(diagnosis: &Diagnosis) -> Verdict {
    let worst = diagnosis.findings.iter().map(among_others).max();
    worst.unwrap_or(Verdict::Healthy)
}

fn verdict(finding: &Finding) -> Verdict {
    match finding {
        Finding::Broken { .. } => Verdict::Broken,
        finding if finding.is_note() => Verdict::Healthy,
        _ => Verdict::NeedsAttention,
    }
}

/// Advice on a finding.
fn advice(finding: &Finding) -> String {
    let text = match finding {
        Finding::Broken { member } => {
            return format!(
                "Go back to a copy of the state, or start again with --set members=NAMES without {member}."
            );
        }
        Finding::NeverPredicted { class, .. } => {
            return format!("To weigh it more, start again with --set class_weights.{class}=5.");
        }
        Finding::Constant { column } => {
            return format!(
                "Nothing can be learned from it: leave it out of a new state with --ignore {column}."
            );
        }
        Finding::MostlyMissing { column, .. } => {
            return format!("Find out why, or leave it out of a new state with --ignore {column}.");
        }
        Finding::ManyCategories { column, .. } => {
            return format!(
                "The first 1,000 rows set the number of inputs: begin a new state with rows that have more of its \
                 values, or with --ignore {column}."
            );
        }
        Finding::NoBetter { .. } => {
            "Check that the columns hold what the target depends on, row by row."
        }
        Finding::Calibration { .. } | Finding::Coverage { .. } => {
            "After a change of the stream more rows mend it; if it stays, start again with another --set mixing_rate."
        }
        Finding::OutOfRange { .. } => "Check its unit and its source.",
        Finding::Strangers { .. } => {
            "Look at them: mesu predict marks them, and mesu report shows when they came."
        }
        Finding::BadRows { .. } => "mesu show --json lists the first of them: mend their source.",
        Finding::GivenUp { .. } => {
            "Bring labels sooner, or start again with a larger --set waiting."
        }
        Finding::Waiting { .. } => "mesu learn --labels FILE --state STATE brings them.",
        Finding::Drift { .. } => "Memories of different length adapt by themselves.",
        Finding::TooEarly { .. } => "Learn more rows, and ask again.",
        _ => "",
    };
    text.to_owned()
}
