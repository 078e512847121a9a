//! `mesu state from`: a run of the lab as a state that learns and predicts rows.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use mesu_lab::record::saved::checkpoints;
use mesu_lab::run::TaskView;
use mesu_lab::{Data, Experiment, Saved};
use mesu_stream::run::is_state;
use mesu_stream::{Column, Kind, Notes, Scale, Schema, StreamLearner, Target};

use crate::arguments::FromArguments;
use crate::output::print;

/// Takes a run's learner over into a state, and prints what rows it is for.
pub(crate) fn from(arguments: &FromArguments) -> Result<ExitCode> {
    let FromArguments { run, out, .. } = arguments;
    if out.exists() {
        bail!("{}: is there already; choose another --out", out.display());
    }
    if is_state(run) {
        bail!(
            "{}: a state already; mesu predict and mesu learn take it",
            run.display()
        );
    }
    let saved = saved(run)?;
    let Some(experiment) = &saved.experiment else {
        bail!(
            "{}: the checkpoint of no run: it does not say how its inputs were scaled; name the folder of a run",
            run.display()
        );
    };
    let data = Data::load(experiment)?;
    if saved.checksums.is_some_and(|sums| sums != data.checksums()) {
        bail!(
            "{}: learned from other data than {} holds now; put those back",
            run.display(),
            experiment.data.source
        );
    }
    let task = arguments
        .task
        .unwrap_or(saved.stages_done.clamp(1, experiment.tasks));
    if !(1..=experiment.tasks).contains(&task) {
        bail!(
            "--task {task}: the run has other tasks; expected 1 to {}",
            experiment.tasks
        );
    }
    let view = data.task_view(experiment, task.wrapping_sub(1))?;
    let names = Names::new(arguments, &view);
    let schema = schema(&view, &names)?;
    let name = name_of(experiment);
    let learner = StreamLearner::trained(schema, &name, saved.learner)
        .with_context(|| run.display().to_string())?;
    mesu_stream::run::create(out, &learner, Notes::new())?;
    let last = view.order.len().saturating_sub(1);
    let Names { columns, target } = &names;
    let task = match experiment.tasks {
        1 => String::new(),
        tasks => format!(", in the order of task {task} of {tasks}"),
    };
    print(&format!(
        "{}: {name} of {}\n\
         inputs: columns {columns}0 to {columns}{last}, scaled as in the run{task}\n\
         target: {target}\n",
        out.display(),
        run.display(),
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// The one learner that `run` names.
fn saved(run: &Path) -> Result<Saved> {
    match &checkpoints(run)?[..] {
        [one] => Ok(Saved::read(one)?),
        all => {
            let folders = all.iter().filter_map(|path| path.parent());
            let folders: Vec<String> = folders.map(|path| path.display().to_string()).collect();
            bail!(
                "{}: holds {} runs; name one of them: {}",
                run.display(),
                all.len(),
                folders.join(", ")
            )
        }
    }
}

/// Name of the member: that of the learner's kind.
fn name_of(experiment: &Experiment) -> String {
    experiment.learner.kind().name().to_owned()
}

/// Names of columns.
struct Names {
    /// Beginning of the name of each input's column; its number follows.
    columns: String,
    target: String,
}

impl Names {
    fn new(arguments: &FromArguments, view: &TaskView) -> Self {
        let columns = match view.images {
            true => "pixel",
            // As in the archives that `mesu features` writes.
            false => "features",
        };
        let target = match view.classes {
            Some(_) => "label",
            None => "target",
        };
        let or = |given: &Option<String>, name: &str| given.clone().unwrap_or(name.to_owned());
        Self {
            columns: or(&arguments.columns, columns),
            target: or(&arguments.target, target),
        }
    }
}

/// Columns in the order of the network's inputs, and the target behind them.
fn schema(view: &TaskView, names: &Names) -> Result<Schema> {
    let each = view.order.iter().zip(&view.scales);
    let mut columns: Vec<Column> = each
        .map(|(at, (mean, deviation))| {
            let scale = Scale {
                mean: *mean,
                deviation: *deviation,
            };
            Column::scaled(format!("{}{at}", names.columns), scale)
        })
        .collect();
    columns.push(Column::new(&names.target, Kind::Ignored));
    let task = match view.classes {
        Some(classes) => Target::Class {
            classes: (0..classes)
                .map(|class| (view.first_label + class).to_string())
                .collect(),
        },
        None => Target::Value,
    };
    let target = columns.len() - 1;
    Ok(Schema::new(columns, target, task)?)
}
