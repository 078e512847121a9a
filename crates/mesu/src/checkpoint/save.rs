//! A learner as a file, and back.

use std::collections::BTreeMap;

use mesu_kernels::Generator;

use super::description::Description;
use super::format::CheckpointError;
use super::read::read;
use super::write::write;
use crate::config::ConfigError;
use crate::estimator::Diverged;
use crate::learner::{LearnError, Learner, LearnerKind, check};
use crate::network::{Network, UpdateCount};

impl Learner {
    /// The learner as a safetensors file (see [`checkpoint`](crate::checkpoint)) that carries `notes`, pairs of a key
    /// and a text. The same learner and notes give the same bytes.
    ///
    /// # Errors
    /// [`LearnError::Diverged`] when a synapse is no Gaussian any more: what can't be restored is
    /// not saved.
    pub fn save(&self, notes: &[(&str, &str)]) -> Result<Vec<u8>, LearnError> {
        let state = self.engine.state();
        let slow = state.slow.iter().map(|slow| &slow.network);
        let networks = std::iter::once(&self.network).chain(slow);
        let depth = self.network.layers.len();
        let layers = networks.flat_map(|network| network.all_layers().enumerate());
        for (l, (_, layer, _)) in layers {
            let mut groups = std::iter::once(&layer.weight).chain(&layer.bias);
            if groups.any(|group| group.broken().is_some()) {
                let what = "a synapse holds a number that is not finite, or a sigma not above zero";
                // All heads are the last layer.
                let layer = depth.min(l + 1);
                return Err(self.diverged(Diverged::new(layer, what)));
            }
        }
        let (network, noise) = (&self.network, self.noise.state());
        let description = Description::new(
            network,
            self.network_config(),
            self.config(),
            self.updates,
            &state.counts,
            notes,
        );
        Ok(write(network, &noise, &state, description))
    }

    /// Reads what [`save`](Self::save) wrote: the learner and the notes.
    ///
    /// # Errors
    /// [`CheckpointError`] for anything else.
    pub fn restore(bytes: &[u8]) -> Result<(Self, BTreeMap<String, String>), CheckpointError> {
        let mut restored = read(bytes)?;
        let Description {
            inputs,
            classes,
            network,
            learner,
            updates,
            notes,
            ..
        } = restored.description.clone();
        let foreign = |e: ConfigError| CheckpointError::Foreign(e.to_string());
        let mut this = Self::new(inputs, classes, &network, &learner, 0).map_err(foreign)?;
        let slow = this.engine.state().slow;
        let mut state = restored.fill(&mut this.network, slow)?;
        let unfit = |what: &str| CheckpointError::Foreign(what.to_owned());
        this.noise = Generator::from_state(restored.noise)
            .ok_or_else(|| unfit("its noise state is zero"))?;
        let (examples, heads) = (state.labels.len(), this.heads());
        let with_heads = if heads > 1 { examples } else { 0 };
        let heads_fit = state.heads.len() == with_heads
            && state.heads.iter().all(|head| (*head as usize) < heads);
        check(&this.network, &state.inputs, &state.labels)
            .ok()
            .filter(|()| heads_fit)
            .ok_or_else(|| unfit("its stored examples do not fit the network"))?;
        let counts_fit = state.counts.iter().all(|count| *count <= updates)
            || learner.kind() == LearnerKind::Replay;
        let other_heads = || unfit("its heads do not fit the network");
        for slow in &mut state.slow {
            // The optimizer of slow copies is never reset.
            heads_of(&restored.description, &mut slow.network, 0).ok_or_else(other_heads)?;
        }
        let taken = this.engine.restore(state).filter(|()| counts_fit);
        taken.ok_or_else(|| unfit("what the learner remembers does not fit its kind"))?;
        let optimizer_reset_at = this.engine.optimizer_reset_at();
        heads_of(&restored.description, &mut this.network, optimizer_reset_at)
            .ok_or_else(other_heads)?;
        this.updates = updates;
        Ok((this, notes))
    }
}

/// Brings a network's heads into the state of the description; `optimizer_reset_at` is the learner's number of updates when
/// its optimizer was last reset. `None` if they do not fit.
fn heads_of(
    description: &Description,
    network: &mut Network,
    optimizer_reset_at: u64,
) -> Option<()> {
    let total = description.updates;
    let trunk = UpdateCount {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learner::ReplayConfig;
    use crate::learner::state::EngineState;
    use crate::learner::tests::{HEADS, examples, networks, new};

    #[test]
    fn files_whose_heads_do_not_fit_are_refused() {
        type Change = fn(&mut Description, &mut EngineState);
        let changes: [(&str, Change); 11] = [
            ("its heads", |file, _| file.heads = None),
            ("its heads", |file, _| {
                file.heads.as_mut().unwrap().in_use = HEADS
            }),
            ("its heads", |file, _| {
                file.heads.as_mut().unwrap().updates[0] = u64::MAX
            }),
            ("its heads", |file, _| {
                file.heads.as_mut().unwrap().before[1] = 8
            }),
            ("its heads", |file, _| {
                file.heads.as_mut().unwrap().updates.push(0)
            }),
            ("its heads", |file, _| {
                file.heads.as_mut().unwrap().before.truncate(1)
            }),
            ("unexpected tensor", |file, _| {
                file.network.heads = HEADS - 1
            }),
            ("missing", |file, _| file.network.heads = HEADS + 1),
            ("heads is 0", |file, _| file.network.heads = 0),
            ("stored examples", |_, memory| {
                memory.heads[1] = HEADS as u32
            }),
            ("stored examples", |_, memory| memory.heads.clear()),
        ];
        let config = ReplayConfig {
            buffer: 2,
            ..ReplayConfig::default()
        };
        let mut learner = new(&networks()[0], &config.into());
        learner.use_head(1).unwrap();
        let (inputs, labels) = examples(1, 7);
        learner.learn_each(&inputs, &labels).unwrap();
        let saved = learner.save(&[]).unwrap();
        let forged = |change: Change| {
            let mut description = read(&saved).unwrap().description;
            let mut memory = learner.engine.state();
            change(&mut description, &mut memory);
            write(
                &learner.network,
                &learner.noise.state(),
                &memory,
                description,
            )
        };
        assert!(forged(|_, _| ()) == saved);
        for (number, (part, change)) in changes.into_iter().enumerate() {
            let error = Learner::restore(&forged(change)).unwrap_err().to_string();
            assert!(
                error.contains(part) && !error.contains('\n'),
                "{number}: {error}"
            );
        }
    }
}
