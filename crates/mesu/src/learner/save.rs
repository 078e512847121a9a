//! A learner as a file, and back.

use std::collections::BTreeMap;

use mesu_kernels::Generator;

use super::config::ConfigError;
use super::error::{LearnError, check};
use super::{Learner, LearnerKind};
use crate::checkpoint::{self, CheckpointError, Description};
use crate::estimator::Diverged;
use crate::network::{Network, Updates};

impl Learner {
    /// The learner as a safetensors file (see [`checkpoint`]) that carries `notes`, pairs of a key
    /// and a text. The same learner and notes give the same bytes.
    ///
    /// # Errors
    /// [`LearnError::Diverged`] when a synapse is no Gaussian any more: what can't be restored is
    /// not saved.
    pub fn save(&self, notes: &[(&str, &str)]) -> Result<Vec<u8>, LearnError> {
        let memory = self.engine.memory();
        let slow = memory.slow.iter().map(|slow| &slow.network);
        let networks = std::iter::once(&self.network).chain(slow);
        let depth = self.network.layers.len();
        let layers = networks.flat_map(|network| network.all_layers().enumerate());
        for (l, (_, layer, _)) in layers {
            let mut groups = std::iter::once(&layer.weight).chain(&layer.bias);
            if groups.any(|group| group.broken().is_some()) {
                let what = "a synapse holds a number that is not finite, or a sigma not above zero";
                // All heads are the last layer.
                let layer = depth.min(l + 1);
                return Err(self.diverged(Diverged { layer, what }));
            }
        }
        let (network, noise) = (&self.network, self.noise.state());
        let description = Description::new(
            network,
            &self.network_config,
            &self.config,
            self.updates,
            &memory.counts,
            notes,
        );
        Ok(checkpoint::write(network, &noise, &memory, description))
    }

    /// Reads what [`save`](Self::save) wrote: the learner and the notes.
    ///
    /// # Errors
    /// [`CheckpointError`] for anything else.
    pub fn restore(bytes: &[u8]) -> Result<(Self, BTreeMap<String, String>), CheckpointError> {
        let mut restored = checkpoint::read(bytes)?;
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
        let slow = this.engine.memory().slow;
        let mut memory = restored.fill(&mut this.network, slow)?;
        let unfit = |what: &str| CheckpointError::Foreign(what.to_owned());
        this.noise = Generator::from_state(restored.noise)
            .ok_or_else(|| unfit("its noise state is zero"))?;
        let (examples, heads) = (memory.labels.len(), this.heads());
        let with_heads = if heads > 1 { examples } else { 0 };
        let heads_fit = memory.heads.len() == with_heads
            && memory.heads.iter().all(|head| (*head as usize) < heads);
        check(&this.network, &memory.inputs, &memory.labels)
            .ok()
            .filter(|()| heads_fit)
            .ok_or_else(|| unfit("its stored examples do not fit the network"))?;
        let counts_fit = memory.counts.iter().all(|count| *count <= updates)
            || learner.kind() == LearnerKind::Replay;
        let other_heads = || unfit("its heads do not fit the network");
        for slow in &mut memory.slow {
            // The rule of slow copies never begins anew.
            heads_of(&restored.description, &mut slow.network, 0).ok_or_else(other_heads)?;
        }
        let taken = this.engine.restore(memory).filter(|()| counts_fit);
        taken.ok_or_else(|| unfit("what the learner remembers does not fit its kind"))?;
        let begun = this.engine.begun();
        heads_of(&restored.description, &mut this.network, begun).ok_or_else(other_heads)?;
        this.updates = updates;
        Ok((this, notes))
    }
}

/// Brings a network's heads into the state of the description; `begun` is the learner's updates when its
/// optimiser last began anew. `None` if they do not fit.
fn heads_of(description: &Description, network: &mut Network, begun: u64) -> Option<()> {
    let made = description.updates;
    let trunk = Updates {
        made,
        before: begun,
    };
    let Some(state) = &description.heads else {
        network.set_updates(trunk, &[trunk])?;
        return Some(());
    };
    let heads = state.updates.iter().zip(&state.before);
    let heads: Vec<Updates> = heads
        .map(|(&made, &before)| Updates { made, before })
        .collect();
    let sound = |updates: &Updates| updates.before <= updates.made && updates.made <= made;
    let whole = state.updates.len() == state.before.len() && heads.iter().all(sound);
    network.set_updates(trunk, &heads).filter(|()| whole)?;
    network.use_head(state.in_use).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learner::tests::{HEADS, examples, networks, new};
    use crate::learner::{Memory, ReplayConfig};

    #[test]
    fn files_whose_heads_do_not_fit_are_refused() {
        type Change = fn(&mut Description, &mut Memory);
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
            ("network.heads is 0", |file, _| file.network.heads = 0),
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
            let mut description = checkpoint::read(&saved).unwrap().description;
            let mut memory = learner.engine.memory();
            change(&mut description, &mut memory);
            checkpoint::write(
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
