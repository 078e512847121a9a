//! A learner as a file.

use super::description::Description;
use super::write::write;
use crate::estimator::Diverged;
use crate::learner::{LearnError, Learner};
use crate::network::scaling::RunningScale;

impl Learner {
    /// The learner as a safetensors file (see [`checkpoint`](crate::checkpoint)) that carries `notes`, pairs of a key
    /// and a text. The same learner and notes give the same bytes.
    ///
    /// # Errors
    /// [`LearnError::Diverged`] when a synapse is no Gaussian any more: what can't be restored is
    /// not saved.
    pub fn save(&self, notes: &[(&str, &str)]) -> Result<Vec<u8>, LearnError> {
        self.check_whole()?;
        let mut state = self.engine.state();
        state.scale = self.scale.as_ref().map_or(Vec::new(), RunningScale::words);
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
        let mut description = Description::new(
            network,
            self.network_config(),
            self.config(),
            self.updates,
            &state.counts,
            notes,
        );
        description.learning = self.learning.clone();
        description.left_out = self.left_out;
        Ok(write(network, &noise, &state, description))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::read::read;
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
