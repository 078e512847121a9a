//! Ranks of numbers among those before them, as hat functions.

use serde::{Deserialize, Serialize};

use crate::random::Random;

/// Numbers that a rank is taken among.
const RESERVOIR: usize = 256;

/// Hat functions of a rank.
pub(crate) const HATS: usize = 8;

/// A sample of the numbers of a column, sorted: every one so far is in it with the same probability (Vitter
/// 1985).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ranks {
    sorted: Vec<f64>,
    seen: u64,
}

impl Ranks {
    pub(crate) fn learn(&mut self, x: f64, random: &mut Random) {
        self.seen += 1;
        if self.sorted.len() == RESERVOIR {
            let drawn = random.below(self.seen);
            if drawn >= RESERVOIR as u64 {
                return;
            }
            // Which of them leaves is a matter of chance, whatever their order.
            self.sorted.remove(drawn as usize);
        }
        let at = self.sorted.partition_point(|other| *other < x);
        self.sorted.insert(at, x);
    }

    /// Share of the sample below a number, 0 to 1; equals count one half.
    fn rank(&self, x: f64) -> f32 {
        let below = self.sorted.partition_point(|other| *other < x);
        let rest = &self.sorted[below..];
        let equal = rest.partition_point(|other| *other <= x);
        match self.sorted.len() {
            0 => 0.5,
            all => (below as f32 + 0.5 * equal as f32) / all as f32,
        }
    }

    /// Writes the hat functions of a number's rank, [`HATS`] numbers that add up to 1, at most two above 0.
    pub(crate) fn write(&self, x: f64, hats: &mut [f32]) {
        let place = self.rank(x) * (HATS - 1) as f32;
        let left = (place as usize).min(HATS - 2);
        let share = place - left as f32;
        hats[left] = 1.0 - share;
        hats[left + 1] = share;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_shares() {
        let (mut ranks, mut random) = (Ranks::default(), Random::new(1));
        assert_eq!(ranks.rank(3.0), 0.5);
        for x in [1.0, 2.0, 2.0, 5.0] {
            ranks.learn(x, &mut random);
        }
        assert_eq!(
            [0.0, 2.0, 3.0, 9.0].map(|x| ranks.rank(x)),
            [0.0, 0.5, 0.75, 1.0]
        );
        let mut hats = [0.0; HATS];
        ranks.write(2.0, &mut hats);
        assert_eq!(hats, [0.0, 0.0, 0.0, 0.5, 0.5, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn a_sample_stands_for_all_numbers() {
        let (mut ranks, mut random) = (Ranks::default(), Random::new(1));
        (0..100_000).for_each(|i| ranks.learn(f64::from(i), &mut random));
        assert_eq!(ranks.sorted.len(), RESERVOIR);
        assert!(ranks.sorted.is_sorted());
        for share in [0.1, 0.5, 0.9] {
            // Three deviations of a share of 256.
            assert!(
                (ranks.rank(share * 1e5) - share as f32).abs() < 0.1,
                "{share}"
            );
        }
    }
}
