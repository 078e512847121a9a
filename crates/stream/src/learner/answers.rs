//! Opinions of the members on a row as one answer, and what the longest memory says of the stream.

use mesu::Target;

use super::StreamLearner;
use super::task::{Mixing, Task, variance};
use crate::answer::Answer;
use crate::drift::{Drift, MOST_DRIFTS};
use crate::members::{MemberSettings, NetworkSettings, Opinions};

impl StreamLearner {
    /// Answer to row `i`, of members that had so many outputs.
    pub(super) fn answer(
        &self,
        opinions: &[Opinions],
        i: usize,
        outputs: usize,
        out_of_range: f32,
        mixing: &mut Mixing,
    ) -> Answer {
        let (mut networks, mut epistemic, mut spread) = (0.0, 0.0, 0.0);
        for (number, _) in self.network_settings() {
            let doubt = opinions[number].doubts[i];
            networks += 1.0;
            epistemic += doubt.epistemic;
            spread += doubt.spread;
        }
        let share = 1.0 / f32::max(networks, 1.0);
        let spread = spread * share;
        Answer {
            told: self
                .task
                .answer(opinions, i, outputs, epistemic * share, mixing),
            spread,
            out_of_range,
            stranger: self.strangers.is(spread),
        }
    }

    /// Watches the longest memory: tells if its loss of row `i`, or its uncertainty, leaves what it was.
    pub(super) fn watch(
        &mut self,
        opinions: &[Opinions],
        i: usize,
        outputs: usize,
        target: Target,
        row: u64,
    ) -> Option<Drift> {
        let member = self.longest_memory()?;
        let opinion = opinions[member].of(i);
        let epistemic = f64::from(opinions[member].doubts[i].epistemic);
        let epistemic = match self.task {
            Task::Classes(_) => epistemic,
            // Of the variance.
            Task::Values(_) => epistemic / variance(opinion),
        };
        let error = self.task.error(opinion, outputs, target);
        let drift = self.watch.add(row, error, epistemic)?;
        if self.drifts.len() == MOST_DRIFTS {
            self.drifts.remove(0);
        }
        self.drifts.push(drift);
        self.history.changed(self.rows);
        Some(drift)
    }

    fn network_settings(&self) -> impl Iterator<Item = (usize, &NetworkSettings)> {
        let members = self.settings.members.iter().enumerate();
        members.filter_map(|(number, member)| match member {
            MemberSettings::Network(network) => Some((number, network)),
            _ => None,
        })
    }

    /// The network whose memory is longest; of equals, one with a hidden layer.
    fn longest_memory(&self) -> Option<usize> {
        let key = |network: &NetworkSettings| (network.memory_window, !network.hidden.is_empty());
        let longest = self.network_settings().max_by(|(_, a), (_, b)| {
            let (a, b) = (key(a), key(b));
            a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
        });
        longest.map(|(number, _)| number)
    }
}
