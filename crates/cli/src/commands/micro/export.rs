//! `mesu micro export`: a checkpoint as a device's bytes.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail};
use mesu::rule::Synapse;
use mesu::{Covariance, Initialization, Learner, LearnerConfig};
use mesu_lab::record::saved::checkpoints;
use mesu_lab::{Data, Saved};
use mesu_micro::{Float, Image, Received, Scaling, Settings, Three, Two, Unfit};
use mesu_stream::run::is_state;

use super::received;
use super::score::TestSet;
use crate::arguments::{ExportArguments, Form};
use crate::output::{grouped, print, refuse_same};

/// Sigma of a bias that the checkpoint lacks: it hardly moves.
const FIXED: f32 = 1e-4;

pub(crate) fn export(arguments: &ExportArguments) -> Result<ExitCode> {
    let ExportArguments {
        checkpoint, out, ..
    } = arguments;
    let saved = saved(checkpoint)?;
    refuse_same("--out", out, [checkpoint.as_path()])?;
    let learner = &saved.learner;
    let rule = rule(learner).map_err(|what| anyhow!("{}: {what}", checkpoint.display()))?;
    let widths = widths(learner);
    let learn_above = arguments.learn_above;
    let settings = Settings {
        rule,
        learn_above: learn_above.unwrap_or(learner.learning().learn_above as f32),
        scaling: scaling(&saved, checkpoint)?,
        rest: 0.0,
    };
    let image = Image {
        widths: &widths,
        samples: usize::from(arguments.samples),
        settings,
        classes: learner.network().classes(),
        updates: u32::try_from(learner.updates()).unwrap_or(u32::MAX),
        seed: arguments.seed,
    };
    let mut bytes = Vec::new();
    let mut put = |part: &[u8]| {
        bytes.extend_from_slice(part);
        Ok::<(), Unfit>(())
    };
    let of = |place| synapse(learner, place);
    let clipped = match arguments.format {
        Form::F32 => image.write::<Float, Unfit>(of, &mut put),
        Form::Three => image.write::<Three, Unfit>(of, &mut put),
        Form::Two => image.write::<Two, Unfit>(of, &mut put),
    };
    let clipped = clipped.map_err(|unfit| {
        anyhow!(
            "{}: can't learn on as --format asks: {unfit}",
            checkpoint.display()
        )
    })?;
    let content = match out.extension().is_some_and(|extension| extension == "rs") {
        true => rust(&image, arguments.format, &bytes).into_bytes(),
        false => bytes.clone(),
    };
    mesu_store::write(out, &content)
        .with_context(|| format!("{}: can't be written", out.display()))?;
    let told = match TestSet::of(&saved)? {
        Some(test) => {
            let received = Received::read(&bytes).map_err(|error| anyhow!("the bytes: {error}"))?;
            let before = 100.0 * test.accuracy(learner)?;
            let after = 100.0 * test.accuracy(&received::learner(&received)?)?;
            format!(
                "accuracy on the test set of the newest task: {before:.2} % before, {after:.2} % in this format\n"
            )
        }
        None => String::new(),
    };
    let network = widths.iter().map(ToString::to_string).collect::<Vec<_>>();
    print(&format!(
        "{}: {} of {}, {} bytes\n{} of {} synapses were beyond the format's range and clipped to it\n{told}",
        out.display(),
        network.join("-"),
        checkpoint.display(),
        grouped(bytes.len() as f64),
        grouped(clipped as f64),
        grouped(mesu_micro::synapses(&widths) as f64),
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// The one learner of a file or of a run's folder.
fn saved(checkpoint: &Path) -> Result<Saved> {
    if is_state(checkpoint) {
        bail!(
            "{}: a state of rows, which is a mixture of learners; expected a checkpoint or a run's folder",
            checkpoint.display()
        );
    }
    match &checkpoints(checkpoint)?[..] {
        [one] => Ok(Saved::read(one)?),
        all => bail!(
            "{}: holds {} runs; name the folder of one",
            checkpoint.display(),
            all.len()
        ),
    }
}

/// The rule, or what keeps a learner from a device.
fn rule(learner: &Learner) -> Result<mesu::rule::Mesu, String> {
    let LearnerConfig::Mesu(config) = learner.config() else {
        let kind = learner.config().kind();
        return Err(format!("learned with {}; expected mesu", kind.name()));
    };
    let network = learner.network_config();
    if learner.regression().is_some() {
        return Err("predicts values; expected classes".into());
    }
    if !network.layers.is_empty() || network.heads != 1 {
        return Err("expected a perceptron with one head, without a list of layers".into());
    }
    if network.covariance != Covariance::Diagonal {
        let found = network.covariance;
        return Err(format!(
            "its synapses are correlated (covariance = \"{found}\"); expected independent ones"
        ));
    }
    if network.scaling != mesu::Scaling::None {
        return Err(
            "its inputs' scale runs along (scaling = \"running\"); expected one of the run's data"
                .into(),
        );
    }
    if network.init == Initialization::Auto {
        return Err("each layer has a prior of its own (init = \"auto\"); expected init = \"wide\" or \"he\"".into());
    }
    if !config.slow_windows.is_empty() {
        return Err("has slow copies; expected none".into());
    }
    config.rule().map_err(|error| error.to_string())
}

fn widths(learner: &Learner) -> Vec<usize> {
    let layers = learner.network().layers.iter();
    let inputs = std::iter::once(learner.network().inputs());
    inputs
        .chain(layers.map(|layer| layer.weight.mu().rows()))
        .collect()
}

fn synapse(learner: &Learner, (l, o, i): (usize, usize, Option<usize>)) -> Synapse<f32> {
    let layer = &learner.network().layers[l];
    let (group, row, column) = match (i, &layer.bias) {
        (Some(i), _) => (&layer.weight, o, i),
        (None, Some(bias)) => (bias, 0, o),
        (None, None) => {
            return Synapse {
                mu: 0.0,
                sigma: FIXED,
            };
        }
    };
    Synapse {
        mu: group.mu().row(row)[column],
        sigma: group.sigma().map_or(FIXED, |sigma| sigma.row(row)[column]),
    }
}

/// Scaling of a run's inputs; none of the checkpoint of no run.
fn scaling(saved: &Saved, checkpoint: &Path) -> Result<Scaling> {
    let Some(experiment) = &saved.experiment else {
        return Ok(Scaling::NONE);
    };
    let view = Data::load(experiment)?.task_view(experiment, 0)?;
    let first = view.scales.first().copied().unwrap_or((0.0, 1.0));
    if view.scales.iter().any(|scale| *scale != first) {
        bail!(
            "{}: each input was scaled by itself; expected one scaling (data.standardise = true)",
            checkpoint.display()
        );
    }
    let (mean, deviation) = (first.0 as f32, first.1 as f32);
    Ok(Scaling { mean, deviation })
}

/// The bytes and the shape as Rust.
fn rust(image: &Image<'_>, format: Form, bytes: &[u8]) -> String {
    let widths = image
        .widths
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>();
    let format = match format {
        Form::F32 => "Float",
        Form::Three => "Three",
        Form::Two => "Two",
    };
    let mut text = format!(
        "// A learner of `mesu micro export`: `Classifier::<Network, {format}>` restores STATE.\n\
         mesu_micro::shape! {{\n    /// Shape of the learner.\n    pub struct Network: [{}], samples {};\n}}\n\n\
         /// State of the learner.\npub static STATE: [u8; {}] = [\n",
        widths.join(", "),
        image.samples,
        bytes.len()
    );
    for line in bytes.chunks(20) {
        let numbers: Vec<String> = line.iter().map(ToString::to_string).collect();
        // Writing to a text does not fail.
        let _ = writeln!(text, "    {},", numbers.join(", "));
    }
    text + "];\n"
}
