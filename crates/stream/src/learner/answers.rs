//! Opinions of the members on a row as one answer, and what the longest memory says of the stream.

use std::cmp::Ordering;

use mesu::Target;

use super::StreamLearner;
use super::task::{Mixing, Task, variance};
use crate::answer::Answer;
use crate::drift::{Drift, MOST_DRIFTS, Signs};
use crate::members::{MemberSettings, Opinions};

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
        for number in self.networks_of_mixture() {
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
        let (member, short) = self.memories()?;
        let opinion = opinions[member].of(i);
        let epistemic = f64::from(opinions[member].doubts[i].epistemic);
        let epistemic = match self.task {
            Task::Classes(_) => epistemic,
            // Of the variance.
            Task::Values(_) => epistemic / variance(opinion),
        };
        let error = |member: usize| self.task.error(opinions[member].of(i), outputs, target);
        let loss = error(member);
        let signs = Signs {
            loss,
            epistemic,
            lag: short.map(|short| loss - error(short)),
        };
        let drift = self.watch.add(row, signs)?;
        if self.drifts.len() == MOST_DRIFTS {
            self.drifts.remove(0);
        }
        self.drifts.push(drift);
        self.history.changed(self.rows);
        Some(drift)
    }

    /// Members that are networks.
    fn networks_of_mixture(&self) -> impl Iterator<Item = usize> {
        let members = self.settings.members.iter().enumerate();
        members.filter_map(|(number, member)| memory(member).map(|_| number))
    }

    /// The network whose memory is longest, of equals one with a hidden layer, and that of the same kind
    /// whose memory is shortest, if it is another.
    fn memories(&self) -> Option<(usize, Option<usize>)> {
        let members = self.settings.members.iter().enumerate();
        let networks = members.filter_map(|(number, member)| Some((number, memory(member)?)));
        let longest = networks.max_by(|(_, a), (_, b)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let (longest, _) = longest?;
        let kind = |number: usize| match &self.settings.members[number] {
            MemberSettings::Network(network) => Some((network.hats, &network.hidden)),
            _ => None,
        };
        let same = self.networks_of_mixture().filter(|other| {
            *other != longest && kind(*other).is_some() && kind(*other) == kind(longest)
        });
        let window =
            |number: &usize| memory(&self.settings.members[*number]).map(|memory| memory.0);
        let shortest =
            same.min_by(|a, b| window(a).partial_cmp(&window(b)).unwrap_or(Ordering::Equal));
        Some((longest, shortest))
    }
}

/// Memory of a network, in rows, and whether it has a hidden layer; `None` of another member. What has learned elsewhere
/// counts as the longest.
fn memory(member: &MemberSettings) -> Option<(f64, bool)> {
    match member {
        MemberSettings::Network(network) => {
            Some((network.memory_window, !network.hidden.is_empty()))
        }
        MemberSettings::Trained { .. } => Some((f64::INFINITY, true)),
        MemberSettings::Neighbors { .. } | MemberSettings::LastLabel => None,
    }
}
