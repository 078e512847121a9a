//! Opinions of the members on a row as one answer.

use super::StreamLearner;
use crate::answer::ClassAnswer;
use crate::drift::Drift;
use crate::members::{MemberSettings, Opinions};
use crate::metric::FLOOR;
use crate::mixer::Mixed;

/// Most changes of the stream that are kept.
const DRIFTS: usize = 1_000;

impl StreamLearner {
    /// Mixes what the members say of row `i`, of which they had `outputs`: a probability for every class known and, if
    /// there is room for more, one for all others together.
    pub(super) fn mix(
        &self,
        opinions: &[Opinions],
        i: usize,
        outputs: usize,
        entries: &mut Vec<f64>,
        mixed: &mut Mixed,
    ) {
        let count = self.known + usize::from(outputs > self.known);
        entries.clear();
        for opinions in opinions {
            let of_member = &opinions.of(i).probabilities[..outputs];
            let (known, spare) = of_member.split_at(self.known);
            entries.extend(known.iter().map(|p| f64::from(*p)));
            if !spare.is_empty() {
                entries.push(spare.iter().map(|p| f64::from(*p)).sum());
            }
        }
        self.mixer.mix(entries.chunks_exact(count), count, mixed);
    }

    /// Answer to row `i`.
    pub(super) fn answer(
        &self,
        opinions: &[Opinions],
        i: usize,
        outputs: usize,
        mixed: &Mixed,
    ) -> ClassAnswer {
        let mut probabilities: Vec<f32> = Vec::with_capacity(mixed.probabilities.len());
        probabilities.extend(mixed.probabilities.iter().map(|p| *p as f32));
        let unseen = if outputs > self.known {
            probabilities.pop()
        } else {
            None
        };
        let mut class = None;
        let mut largest = 0.0;
        for (number, p) in probabilities.iter().enumerate() {
            if *p > largest {
                (class, largest) = (Some(number as u32), *p);
            }
        }
        let surprise = |p: &f64| if *p > 0.0 { -p * libm::log2(*p) } else { 0.0 };
        let total = mixed.probabilities.iter().map(surprise).sum::<f64>() as f32;
        let (mut networks, mut epistemic, mut spread) = (0.0, 0.0, 0.0);
        for (member, opinions) in self.settings.members.iter().zip(opinions) {
            if let MemberSettings::Network(_) = member {
                let doubt = opinions.of(i).doubt;
                networks += 1.0;
                epistemic += doubt.epistemic;
                spread += doubt.spread;
            }
        }
        let networks = f32::max(networks, 1.0);
        let epistemic = (epistemic / networks).min(total);
        ClassAnswer {
            class,
            probabilities,
            unseen: unseen.unwrap_or(0.0),
            total,
            aleatoric: total - epistemic,
            epistemic,
            spread: spread / networks,
            out_of_range: 0.0,
            stranger: self.strangers.is(spread / networks),
        }
    }

    /// Watches the longest memory: tells if its loss of row `i`, or its uncertainty, leaves what it was.
    pub(super) fn watch(
        &mut self,
        opinions: &[Opinions],
        i: usize,
        outputs: usize,
        class: u32,
        row: u64,
    ) -> Option<Drift> {
        let member = self.longest_memory()?;
        let opinion = opinions[member].of(i);
        let own = opinion.probabilities[..outputs].get(class as usize);
        let own = f64::from(own.copied().unwrap_or(0.0));
        let loss = -libm::log(own.max(FLOOR));
        let drift = self
            .watch
            .add(row, loss, f64::from(opinion.doubt.epistemic))?;
        if self.drifts.len() == DRIFTS {
            self.drifts.remove(0);
        }
        self.drifts.push(drift);
        Some(drift)
    }

    /// The network whose memory is longest; of equals, one with a hidden layer.
    fn longest_memory(&self) -> Option<usize> {
        let members = self.settings.members.iter().enumerate();
        let networks = members.filter_map(|(number, member)| match member {
            MemberSettings::Network(network) => {
                Some((number, network.memory_window, !network.hidden.is_empty()))
            }
            _ => None,
        });
        let longest = networks.max_by(|a, b| a.1.total_cmp(&b.1).then(a.2.cmp(&b.2)));
        longest.map(|(number, ..)| number)
    }
}
