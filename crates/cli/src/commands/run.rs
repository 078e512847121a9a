//! `mesu run`: an experiment from its name or file to its table.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use mesu_lab::record::files::REPORT;
use mesu_lab::{
    CellOutcomes, DataSets, LabError, Outcomes, Plan, Progress, Results, Setting, Silent,
    run_cells, run_seeds,
};
use mesu_report::Drawn;

use crate::arguments::RunArguments;
use crate::hints;
use crate::output::{columns, message, print, span};
use crate::progress::Screen;
use crate::tables::{cells, run as table};

/// Time spent on estimating how long runs will take.
const BUDGET: Duration = Duration::from_millis(150);

/// Announce the estimated duration only of runs at least this long.
const WORTH_SAYING: Duration = Duration::from_secs(30);

/// Exit code of a program that Ctrl-C ended.
pub(crate) const INTERRUPTED: u8 = 130;

/// Runs the experiment that `arguments` name and prints its table.
pub(crate) fn run(arguments: &RunArguments) -> Result<ExitCode> {
    let plan = Plan::find(&arguments.experiment, &arguments.sets)?;
    let sets_seed = |set: &String| {
        set.split('=')
            .next()
            .is_some_and(|key| key.trim() == "seed")
    };
    if !arguments.seeds.is_empty() && arguments.sets.iter().any(sets_seed) {
        bail!("--seeds and --set seed=…: both say which seed to run; give one of them");
    }
    let path = arguments
        .out
        .clone()
        .unwrap_or_else(|| default_path(&plan, &arguments.seeds));
    let Done {
        results,
        names,
        failed,
    } = follow(arguments, &plan, &path)?;
    if let Some(results) = &results {
        let report = format!("report: {}", path.join(REPORT).display());
        let table = match results {
            Results::One(summaries) => table::table(summaries, &names),
            Results::Cells(comparison) => cells::table(comparison, columns()),
        };
        match arguments.json {
            true => print(&format!("{:#}\n", results.json()))?,
            false => print(&format!("{table}\n{report}\n"))?,
        }
        if arguments.json && !arguments.quiet {
            message(&report);
        }
    }
    for (cell, error) in &failed {
        message(&format!("error: {cell}: {}", hints::advised(error)));
    }
    if results.is_none() {
        message(&format!(
            "stopped, and saved. To resume:\n  {}",
            resumption(arguments, &path)
        ));
    }
    Ok(match (results, &failed[..]) {
        (None, _) => ExitCode::from(INTERRUPTED),
        (Some(_), []) => ExitCode::SUCCESS,
        (Some(_), _) => ExitCode::FAILURE,
    })
}

/// Outcome of runs.
pub(crate) struct Done {
    /// The numbers, unless they were interrupted.
    pub(crate) results: Option<Results>,
    /// Names of the tasks, if they have any.
    names: Vec<String>,
    /// The cells that failed.
    pub(crate) failed: Vec<(String, LabError)>,
}

/// Runs `plan` in `path`, with progress on the screen unless it is to be quiet.
pub(crate) fn follow(arguments: &RunArguments, plan: &Plan, path: &Path) -> Result<Done> {
    let mut sets = DataSets::default();
    let data = match plan.single() {
        Some(experiment) => Some((experiment, sets.load(experiment)?)),
        None => None,
    };
    let silent = Silent;
    let mut heading = format!("{}: results go to {}", plan.name, path.display());
    if let Some((experiment, data)) = &data
        && let left_out @ [_, ..] = data.left_out(experiment)
    {
        let _ = write!(
            heading,
            "\nnot learned: {} (--set tasks={} takes them in)",
            left_out.join(", "),
            experiment.tasks + left_out.len()
        );
    }
    if !arguments.quiet {
        for note in notes(plan, &mut sets) {
            let _ = write!(heading, "\nnote: {note}");
        }
    }
    // Errors of a cell, or of a folder that is there, are reported by the run itself.
    if !arguments.quiet
        && (arguments.resume || !path.exists())
        && let Ok(time) = mesu_lab::run::estimate(plan, arguments.seeds.len(), BUDGET, &mut sets)
        && time >= WORTH_SAYING
    {
        let _ = write!(heading, "\nabout {} on this machine", span(time));
    }
    let stop = stop_on_signal()?;
    let runs = plan.cells.len() * arguments.seeds.len().max(1);
    let screen = (!arguments.quiet).then(|| Screen::new(heading, runs));
    let progress: &dyn Progress = screen.as_ref().map_or(&silent, |screen| screen);
    let setting = Setting {
        resume: arguments.resume,
        stop: &stop,
        progress,
        pages: &Drawn,
    };
    let names = data
        .as_ref()
        .map(|(experiment, data)| data.task_names(experiment));
    let names = names.unwrap_or_default();
    let done = match data {
        Some((experiment, data)) => run_seeds(experiment, &arguments.seeds, &data, path, setting)
            .map(|outcomes| {
                let results = match outcomes {
                    Outcomes::Finished(summaries) => Some(Results::One(summaries)),
                    Outcomes::Interrupted => None,
                };
                (results, Vec::new())
            }),
        None => run_cells(plan, &arguments.seeds, sets, path, setting)
            .map(|CellOutcomes { comparison, failed }| (comparison.map(Results::Cells), failed)),
    };
    if let Some(screen) = &screen {
        screen.clear();
    }
    let (results, failed) = done?;
    Ok(Done {
        results,
        names,
        failed,
    })
}

/// Returns what is allowed in the experiments of `plan` but tells less than it seems to; nothing of
/// experiments that can't be run.
fn notes(plan: &Plan, sets: &mut DataSets) -> Vec<String> {
    let mut notes = Vec::new();
    for cell in &plan.cells {
        let experiment = &cell.experiment;
        let Ok(data) = sets.load(experiment) else {
            continue;
        };
        let splits = data.splits();
        let without = splits.classes_without_examples();
        if !without.is_empty() {
            notes.push(without_examples(&without, splits.train().names()));
        }
        if data
            .tasks(experiment)
            .is_ok_and(|tasks| tasks.single_class())
        {
            let fewer = match experiment.tasks {
                1 => "",
                _ => "; fewer tasks have more classes each",
            };
            notes.push(format!(
                "one class per task: a head with one output can't be wrong{fewer}"
            ));
        }
    }
    let mut seen = BTreeSet::new();
    notes.retain(|note| seen.insert(note.clone()));
    notes
}

/// Writes `classes without a training example: 0, 4 and 196 more`.
fn without_examples(classes: &[usize], names: Option<&[String]>) -> String {
    const SHOWN: usize = 8;
    let name = |class: &usize| match names.and_then(|names| names.get(*class)) {
        Some(name) => name.clone(),
        None => class.to_string(),
    };
    let shown: Vec<String> = classes.iter().take(SHOWN).map(name).collect();
    let more = match classes.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "classes without a training example: {}{more}",
        shown.join(", ")
    )
}

fn default_path(plan: &Plan, seeds: &[u64]) -> PathBuf {
    let mut name = plan.name.clone();
    if plan.single().is_none() {
        name.push_str("-cells");
    }
    let name = match seeds {
        [] => format!("{name}-seed-{}", plan.cells[0].experiment.seed),
        [seed] => format!("{name}-seed-{seed}"),
        seeds => {
            let seeds: Vec<String> = seeds.iter().map(u64::to_string).collect();
            format!("{name}-seeds-{}", seeds.join("-"))
        }
    };
    Path::new("runs").join(name)
}

/// Returns a flag that Ctrl-C sets. A second Ctrl-C ends the program at once, which loses no more than the
/// seconds since the last checkpoint.
pub(crate) fn stop_on_signal() -> Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(INTERRUPTED.into());
        }
    })
    .context("Ctrl-C can't be handled")?;
    Ok(stop)
}

/// The command that resumes the run in `path`.
fn resumption(arguments: &RunArguments, path: &Path) -> String {
    let program = std::env::args().next().unwrap_or_else(|| "mesu".to_owned());
    let mut words = vec![program, "run".to_owned(), arguments.experiment.clone()];
    for set in &arguments.sets {
        words.extend(["--set".to_owned(), set.clone()]);
    }
    if !arguments.seeds.is_empty() {
        let seeds: Vec<String> = arguments.seeds.iter().map(u64::to_string).collect();
        words.extend(["--seeds".to_owned(), seeds.join(",")]);
    }
    words.extend(["--out".to_owned(), path.display().to_string()]);
    words.push("--resume".to_owned());
    for (flag, given) in [("--quiet", arguments.quiet), ("--json", arguments.json)] {
        if given {
            words.push(flag.to_owned());
        }
    }
    words
        .iter()
        .map(|word| quoted(word))
        .collect::<Vec<_>>()
        .join(" ")
}

/// `word` as a shell reads it whole.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=,:+@%".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_survive_the_shell() {
        assert_eq!(quoted("tasks=3"), "tasks=3");
        assert_eq!(quoted("network.hidden=[16]"), "'network.hidden=[16]'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
