//! A learner from a file.

use std::collections::BTreeMap;

use mesu_kernels::Generator;
use serde::Serialize;
use serde_json::Value;

use super::description::Description;
use super::format::CheckpointError;
use super::read::{Restored, read};
use crate::config::ConfigError;
use crate::learner::{Learner, LearnerBuilder, LearnerConfig, LearnerKind, Source, check};
use crate::network::{Covariance, Network, UpdateCount};
use crate::outputs::{Outputs, OutputsConfig, OwnedTargets};

/// A learner, and the notes that its file carried.
type WithNotes = (Learner, BTreeMap<String, String>);

impl Learner {
    /// Reads what [`save`](Self::save) wrote: the learner and the notes.
    ///
    /// # Errors
    /// [`CheckpointError`] for anything else. [`CheckpointError::OwnRule`] for a learner with a rule that is
    /// not of this crate: [`LearnerBuilder::restore`] reads it.
    pub fn restore(bytes: &[u8]) -> Result<WithNotes, CheckpointError> {
        let restored = read(bytes)?;
        let Description {
            inputs,
            network,
            learner,
            ..
        } = &restored.description;
        if let LearnerConfig::Own(own) = learner {
            let rule = own.rule.clone();
            return Err(CheckpointError::OwnRule { rule });
        }
        let foreign = |e: ConfigError| CheckpointError::Foreign(e.to_string());
        let builder = Self::builder(*inputs).config(learner.clone());
        let outputs = restored.description.outputs();
        let fresh = builder.learner(&outputs, network, None).map_err(foreign)?;
        complete(fresh, restored)
    }
}

impl LearnerBuilder {
    /// Reads what [`Learner::save`] wrote of a learner that this builder describes: the learner and the
    /// notes. What was not said to the builder, but for the rule, is as the file has it.
    ///
    /// # Errors
    /// [`CheckpointError::Differs`] when the file has another number of inputs or classes, network, rule or
    /// setting than the builder was told; [`CheckpointError`] for what is not such a file.
    pub fn restore(self, bytes: &[u8]) -> Result<WithNotes, CheckpointError> {
        let restored = read(bytes)?;
        let file = &restored.description;
        same("inputs", &file.inputs, &self.inputs)?;
        let outputs = file.outputs();
        match (&self.outputs, &outputs) {
            (None, _) => (),
            (Some(OutputsConfig::Regression(told)), OutputsConfig::Regression(found)) => {
                same("regression", found, told)?;
            }
            (Some(told), found) => same("classes", &found.classes(), &told.classes())?,
        }
        if let Some(network) = &self.network {
            same("network", &file.network, network)?;
        }
        match (&self.source, &file.learner) {
            (None | Some(Source::Kind(_)), LearnerConfig::Own(own)) => {
                let rule = own.rule.clone();
                return Err(CheckpointError::OwnRule { rule });
            }
            _ => {
                let expected = self.learner_config(Some(&file.learner));
                same("learner", &file.learner, &expected)?;
            }
        }
        let differs = |e: ConfigError| CheckpointError::Differs {
            field: e.field.to_owned(),
            found: e.found,
            expected: e.expected,
        };
        let fresh = self.learner(&outputs, &file.network, Some(&file.learner));
        complete(fresh.map_err(differs)?, restored)
    }
}

/// Returns an error that names the first field, if there are several, in which `found` is not `expected`.
fn same<T: PartialEq + Serialize>(
    what: &str,
    found: &T,
    expected: &T,
) -> Result<(), CheckpointError> {
    if found == expected {
        return Ok(());
    }
    let json = |x: &T| serde_json::to_value(x).unwrap_or_default();
    let (mut found, mut expected) = (json(found), json(expected));
    let mut field = what.to_owned();
    if let (Value::Object(found_fields), Value::Object(fields)) = (&mut found, &mut expected) {
        let names: Vec<String> = found_fields.keys().chain(fields.keys()).cloned().collect();
        let other = |name: &String| found_fields.get(name) != fields.get(name);
        // Another kind has other fields.
        let kind = names.iter().find(|name| *name == "kind" && other(name));
        let first = kind.or_else(|| names.iter().find(|name| other(name)));
        if let Some(name) = first {
            field = name.clone();
            let take = |fields: &mut serde_json::Map<String, Value>| fields.remove(name);
            let default = || Value::from("the default");
            let values = [take(found_fields), take(fields)];
            let [a, b] = values.map(|value| value.unwrap_or_else(default));
            (found, expected) = (a, b);
        }
    }
    let plain = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    Err(CheckpointError::Differs {
        field,
        found: plain(found),
        expected: plain(expected),
    })
}

/// Brings a new learner into the state of a file.
fn complete(mut learner: Learner, mut restored: Restored) -> Result<WithNotes, CheckpointError> {
    let updates = restored.description.updates;
    let slow = learner.engine.state().slow;
    let mut state = restored.fill(&mut learner.network, slow)?;
    let unfit = |what: &str| CheckpointError::Foreign(what.to_owned());
    let scale = std::mem::take(&mut state.scale);
    let taken = match &mut learner.scale {
        None => scale.is_empty().then_some(()),
        Some(own) => own.restore(&scale),
    };
    taken.ok_or_else(|| unfit("its scale of the inputs does not fit the network"))?;
    learner.noise =
        Generator::from_state(restored.noise).ok_or_else(|| unfit("its noise state is zero"))?;
    let (examples, heads) = (state.labels.len(), learner.heads());
    let with_heads = if heads > 1 { examples } else { 0 };
    let heads_fit =
        state.heads.len() == with_heads && state.heads.iter().all(|head| (*head as usize) < heads);
    let targets = OwnedTargets::from_words(&state.labels, learner.network.outputs.targets());
    check(&learner.network, &state.inputs, targets.lend())
        .ok()
        .filter(|()| heads_fit)
        .ok_or_else(|| unfit("its stored examples do not fit the network"))?;
    let counts_fit = state.counts.iter().all(|count| *count <= updates)
        || learner.config().kind() == LearnerKind::Replay;
    let other_heads = || unfit("its heads do not fit the network");
    for slow in &mut state.slow {
        // The optimizer of slow copies is never reset.
        heads_of(&restored.description, &mut slow.network, 0).ok_or_else(other_heads)?;
    }
    let diagonal = learner.network_config().covariance == Covariance::Diagonal;
    if diagonal && !state.covariances.is_empty() {
        return Err(unfit("it has covariances of a network that has none"));
    }
    let taken = learner.engine.restore(state).filter(|()| counts_fit);
    taken.ok_or_else(|| unfit("what the learner remembers does not fit its kind"))?;
    let optimizer_reset_at = learner.engine.optimizer_reset_at();
    heads_of(
        &restored.description,
        &mut learner.network,
        optimizer_reset_at,
    )
    .ok_or_else(other_heads)?;
    let idle = std::mem::take(&mut restored.description.idle);
    let fits = idle.is_empty() || learner.network.set_idle(&idle).is_some();
    fits.then_some(()).ok_or_else(other_heads)?;
    if let (Outputs::Values(mut values), Some(saved)) =
        (learner.network.outputs, &restored.description.regression)
    {
        let unsound = || unfit("what it knows of the targets is no scale");
        values.restore(saved).ok_or_else(unsound)?;
        learner.set_outputs(Outputs::Values(values));
    }
    learner.updates = updates;
    learner.left_out = restored.description.left_out;
    let learning = restored.description.learning;
    let foreign = |e: ConfigError| CheckpointError::Foreign(e.to_string());
    let learner = learner.with_learning(learning).map_err(foreign)?;
    Ok((learner, restored.description.notes))
}

/// Brings a network's heads into the state of the description; `optimizer_reset_at` is the learner's number
/// of updates when its optimizer was last reset. `None` if they do not fit.
fn heads_of(
    description: &Description,
    network: &mut Network,
    optimizer_reset_at: u64,
) -> Option<()> {
    let total = description.updates;
    let trunk = UpdateCount {
        idle: 0,
        total,
        at_optimizer_reset: optimizer_reset_at,
    };
    let Some(state) = &description.heads else {
        network.set_updates(trunk, &[trunk])?;
        return Some(());
    };
    let heads = state.updates.iter().zip(&state.before);
    let heads: Vec<UpdateCount> = heads
        .map(|(&total, &at_optimizer_reset)| UpdateCount {
            idle: 0,
            total,
            at_optimizer_reset,
        })
        .collect();
    let sound = |updates: &UpdateCount| {
        updates.at_optimizer_reset <= updates.total && updates.total <= total
    };
    let whole = state.updates.len() == state.before.len() && heads.iter().all(sound);
    network.set_updates(trunk, &heads).filter(|()| whole)?;
    network.use_head(state.in_use).ok()
}
