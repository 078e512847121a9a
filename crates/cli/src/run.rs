//! `mesu run`: an experiment from its name or file to its table.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use mesu_lab::{
    CellOutcomes, DataSets, LabError, Outcomes, Plan, Progress, Setting, Silent, run_cells,
    run_seeds,
};
use mesu_report::Drawn;
use serde_json::Value;

use crate::arguments::RunArguments;
use crate::cells;
use crate::output::{message, print, span};
use crate::progress::Screen;
use crate::table;

/// Time spent on measuring how long runs will take.
const BUDGET: Duration = Duration::from_millis(150);

/// How long runs take of which it is said before they begin.
const WORTH_SAYING: Duration = Duration::from_secs(30);

/// What the shell knows a program by that Ctrl-C ended.
pub(crate) const INTERRUPTED: u8 = 130;

/// Runs what `arguments` ask for.
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
    let Done { json, failed } = follow(arguments, &plan, &path)?;
    if let Some(json) = &json {
        print(&match (arguments.json, plan.single()) {
            (true, _) => format!("{json:#}\n"),
            (false, Some(_)) => table::table(json),
            (false, None) => cells::table(json),
        })?;
    }
    for (cell, error) in &failed {
        message(&format!("error: {cell}: {error}"));
    }
    if json.is_none() {
        message(&format!(
            "stopped, and saved. To go on:\n  {}",
            go_on(arguments, &path)
        ));
    }
    Ok(match (json, &failed[..]) {
        (None, _) => ExitCode::from(INTERRUPTED),
        (Some(_), []) => ExitCode::SUCCESS,
        (Some(_), _) => ExitCode::FAILURE,
    })
}

/// What runs came to: a summary unless they were interrupted, and the cells that failed.
pub(crate) struct Done {
    pub(crate) json: Option<Value>,
    pub(crate) failed: Vec<(String, LabError)>,
}

/// Runs `plan` in `path`, on the screen if that is wanted.
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
            "\ndomains that are not learned: {} (with --set tasks={} they would be)",
            left_out.join(", "),
            experiment.tasks + left_out.len()
        );
    }
    // What is wrong with a cell, or with a folder that is there, is said by the run.
    if !arguments.quiet
        && (arguments.resume || !path.exists())
        && let Ok(time) = mesu_lab::run::estimate(plan, arguments.seeds.len(), BUDGET, &mut sets)
        && time >= WORTH_SAYING
    {
        let _ = write!(
            heading,
            "\nabout {} from beginning to end on this machine",
            span(time)
        );
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
    let done = match data {
        Some((experiment, data)) => run_seeds(experiment, &arguments.seeds, &data, path, setting)
            .map(|outcomes| {
                let json = match outcomes {
                    Outcomes::Finished { json, .. } => Some(json),
                    Outcomes::Interrupted => None,
                };
                let failed = Vec::new();
                Done { json, failed }
            }),
        None => run_cells(plan, &arguments.seeds, sets, path, setting)
            .map(|CellOutcomes { json, failed }| Done { json, failed }),
    };
    if let Some(screen) = &screen {
        screen.clear();
    }
    Ok(done?)
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

/// A flag that Ctrl-C sets. A second Ctrl-C ends the program where it is, which loses no
/// more than the seconds since the last checkpoint.
fn stop_on_signal() -> Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(INTERRUPTED.into());
        }
    })
    .context("Ctrl-C can't be listened to")?;
    Ok(stop)
}

/// The command that goes on with the run in `path`.
fn go_on(arguments: &RunArguments, path: &Path) -> String {
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
fn quoted(word: &str) -> String {
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
