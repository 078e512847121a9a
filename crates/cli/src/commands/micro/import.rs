//! `mesu micro import`: a device's bytes as a checkpoint.

use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow};
use mesu_micro::Received;

use super::received::learner;
use crate::arguments::ImportArguments;
use crate::output::{grouped, print, refuse_same};

pub(crate) fn import(arguments: &ImportArguments) -> Result<ExitCode> {
    let ImportArguments { blob, out } = arguments;
    let bytes = fs::read(blob).with_context(|| format!("{}: can't be read", blob.display()))?;
    let received =
        Received::read(&bytes).map_err(|error| anyhow!("{}: {error}", blob.display()))?;
    refuse_same("--out", out, [blob.as_path()])?;
    let learner = learner(&received).with_context(|| blob.display().to_string())?;
    let scaling = received.settings.scaling;
    let (mean, deviation) = (scaling.mean.to_string(), scaling.deviation.to_string());
    let notes = [
        ("scaling_mean", &mean[..]),
        ("scaling_deviation", &deviation[..]),
    ];
    mesu_store::write(out, &learner.save(&notes)?)
        .with_context(|| format!("{}: can't be written", out.display()))?;
    let widths: Vec<String> = received.widths().map(|width| width.to_string()).collect();
    print(&format!(
        "{}: {} in {} bytes a synapse, {} classes, {} updates\n\
         inputs were scaled as (x - {mean}) / {deviation}\n",
        out.display(),
        widths.join("-"),
        received.format,
        received.classes,
        grouped(learner.updates() as f64),
    ))?;
    Ok(ExitCode::SUCCESS)
}
