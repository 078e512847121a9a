//! The health of what a run, or any program, has saved.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use mesu_lab::Saved;
use mesu_lab::doctor::{Diagnosis, Group, Stream};
use mesu_lab::record::ended::Ended;
use mesu_lab::record::saved::checkpoints;
use serde_json::{Value, json};

use super::text::{short, wrap};
use crate::arguments::DoctorArguments;
use crate::output::{grouped, print};

/// Diagnoses every learner that `arguments` name, then prints: an error leaves nothing half said.
pub(super) fn runs(arguments: &DoctorArguments) -> Result<ExitCode> {
    let paths = checkpoints(&arguments.path)?;
    let examined = paths
        .into_iter()
        .map(|path| Examined::new(path, arguments))
        .collect::<Result<Vec<_>>>()?;
    let text = match (&examined[..], arguments.json) {
        ([one], true) => format!("{:#}\n", one.json()),
        (all, true) => {
            let all: Vec<Value> = all.iter().map(Examined::json).collect();
            format!("{:#}\n", Value::from(all))
        }
        ([one], false) => one.text(),
        (all, false) => sections(all),
    };
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// The worst verdict of all, then each.
fn sections(all: &[Examined]) -> String {
    let worst = all.iter().map(|one| one.diagnosis.verdict).max();
    let count = |verdict| {
        let those = all.iter().filter(|one| one.diagnosis.verdict == verdict);
        those.count()
    };
    let mut text = String::new();
    if let Some(worst) = worst {
        let (those, all) = (count(worst), all.len());
        let _ = writeln!(text, "{worst}: {those} of {all} learners");
    }
    for one in all {
        text.push('\n');
        text.push_str(&one.text());
    }
    text
}

/// A learner, and what there is to say about it.
struct Examined {
    path: PathBuf,
    diagnosis: Diagnosis,
    /// For people: network and position.
    description: String,
}

impl Examined {
    fn new(path: PathBuf, arguments: &DoctorArguments) -> Result<Self> {
        let saved = Saved::read(&path)?;
        let known = saved.stream();
        let stream = Stream {
            batch_size: arguments
                .batch_size
                .or(known.map(|stream| stream.batch_size))
                .unwrap_or(1),
            task_length: arguments
                .task_length
                .or(known.and_then(|stream| stream.task_length)),
            tasks: known.and_then(|stream| stream.tasks),
        };
        let mut diagnosis = Diagnosis::new(&saved.learner, stream);
        if let Some(Ended::Diverged { stage, message, .. } | Ended::Failed { stage, message }) =
            &saved.ended
        {
            diagnosis = diagnosis.of_broken_run(*stage, message.clone());
        }
        Ok(Self {
            description: description(&saved, &diagnosis),
            path,
            diagnosis,
        })
    }

    /// The diagnosis, with its place and its sentences.
    fn json(&self) -> Value {
        let mut json = json!(self.diagnosis);
        json["path"] = json!(self.path.display().to_string());
        let findings = json["findings"].as_array_mut().into_iter().flatten();
        for (json, finding) in findings.zip(&self.diagnosis.findings) {
            json["verdict"] = json!(finding.verdict());
            json["text"] = json!(finding.to_string());
        }
        json
    }

    /// Verdict, table and sentences, at most 80 columns wide (long paths aside).
    fn text(&self) -> String {
        let Diagnosis {
            verdict,
            memory,
            groups,
            findings,
            ..
        } = &self.diagnosis;
        let mut text = format!("{verdict}: {}\n", place(&self.path).display());
        wrap(&mut text, "", &self.description);
        wrap(&mut text, "", &format!("memory: {memory}"));
        text.push('\n');
        match groups.iter().any(|group| group.sigma.is_some()) {
            true => sigma_table(&mut text, groups),
            false => weight_table(&mut text, groups),
        }
        for finding in findings {
            text.push('\n');
            let verdict = finding.verdict();
            let mark = match verdict {
                mesu_lab::doctor::Verdict::Healthy => "note".to_owned(),
                verdict => verdict.to_string(),
            };
            wrap(&mut text, "  ", &format!("{mark}: {finding}"));
        }
        text
    }
}

/// A run directory is called by its own name, a lone checkpoint by the file's.
fn place(path: &Path) -> &Path {
    match path.parent() {
        Some(folder)
            if path.ends_with("checkpoint.safetensors") && !folder.as_os_str().is_empty() =>
        {
            folder
        }
        _ => path,
    }
}

fn description(saved: &Saved, diagnosis: &Diagnosis) -> String {
    let network = saved.learner.network();
    let widths = std::iter::once(network.inputs()).chain(network.layers.iter().map(|l| l.outputs));
    let widths: Vec<String> = widths.map(|width| width.to_string()).collect();
    let heads = match network.heads() {
        1 => String::new(),
        heads => format!(" with {heads} heads"),
    };
    let mut text = format!(
        "{}, {}{heads}, {} updates",
        diagnosis.kind.name(),
        widths.join("-"),
        grouped(diagnosis.updates as f64)
    );
    if let Some(experiment) = &saved.experiment {
        let (done, stages) = (saved.stages_done, experiment.stages());
        let what = match stages > experiment.tasks {
            true => "stages",
            false => "tasks",
        };
        let _ = write!(text, ", {done} of {stages} {what} done");
    }
    text
}

fn sigma_table(text: &mut String, groups: &[Group]) {
    let _ = writeln!(
        text,
        "{:<14} {:>9}    start  collapsed    prior   free   sigma  plasticity",
        "", "synapses"
    );
    for group in groups {
        let Some(sigma) = &group.sigma else { continue };
        let _ = writeln!(
            text,
            "{:<14} {:>9}  {:>5.1} %  {:>7.1} %  {:>5.1} %  {:>3.0} %  {:>6}  {:>10}",
            group.name,
            grouped((group.rows * group.columns) as f64),
            100.0 * sigma.at_start,
            100.0 * sigma.collapsed,
            100.0 * sigma.at_prior,
            100.0 * sigma.free,
            short(sigma.median),
            short(sigma.plasticity),
        );
    }
    let legend = "start, collapsed, prior: synapses whose sigma is there. free: sigma above |mu|, room for \
                  new things. sigma: the median. plasticity: sigma^2 over that at the start, the learning \
                  rate; it falls where much is known, which is no harm by itself.";
    wrap(text, "", legend);
}

fn weight_table(text: &mut String, groups: &[Group]) {
    let penalty = groups.iter().any(|group| group.penalty.is_some());
    let heading = if penalty { "     held  stiffest" } else { "" };
    let _ = writeln!(
        text,
        "{:<14} {:>9}  largest     zero{heading}",
        "", "weights"
    );
    for group in groups {
        let _ = write!(
            text,
            "{:<14} {:>9}  {:>7}  {:>5.1} %",
            group.name,
            grouped((group.rows * group.columns) as f64),
            short(group.largest),
            100.0 * group.zero,
        );
        if let Some(penalty) = &group.penalty {
            let stiffest = short(penalty.stiffest);
            let _ = write!(text, "  {:>5.1} %  {stiffest:>8}", 100.0 * penalty.held);
        }
        text.push('\n');
    }
    if penalty {
        let legend = "held: weights that the penalty takes back to their anchor within a task. stiffest: the \
                      share of its distance from the anchor that it takes off a weight in one step.";
        wrap(text, "", legend);
    }
}
