//! ADWIN (Bifet, Gavalda 2007): a window of numbers that is cut where its mean changed.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// Most buckets of one size; the oldest two become one of twice the size.
const BUCKETS: usize = 5;

/// Numbers between two looks for a cut.
const EVERY: u64 = 32;

/// Fewest numbers on either side of a cut.
const LEAST: f64 = 5.0;

/// Numbers of 0 to 1 since the last change, in memory that grows with the logarithm of their count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Adwin {
    /// Probability that chance is taken for a change, at one look.
    delta: f64,
    /// Buckets of 2^level numbers, of each level the oldest first.
    levels: Vec<VecDeque<Bucket>>,
    window: Bucket,
    count: f64,
    added: u64,
}

/// Sum of some numbers, and of their squared distances from their mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Bucket {
    sum: f64,
    squares: f64,
}

/// A change of the mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Cut {
    pub(crate) before: f64,
    pub(crate) after: f64,
    /// Largest probability of chance at which it would not have been told.
    pub(crate) chance: f64,
}

/// Squared distances from the common mean that two groups of n and m numbers have beyond those from their
/// own.
fn between(a: Bucket, n: f64, b: Bucket, m: f64) -> f64 {
    let distance = a.sum / n - b.sum / m;
    n * m * distance * distance / (n + m)
}

impl Adwin {
    pub(crate) fn new(delta: f64) -> Self {
        Self {
            delta,
            levels: Vec::new(),
            window: Bucket::default(),
            count: 0.0,
            added: 0,
        }
    }

    /// Probability that chance is taken for a change, at one look.
    pub(super) fn chance(&self) -> f64 {
        self.delta
    }

    /// Takes in a number of 0 to 1; tells a change of the mean, and then forgets what was before it.
    pub(crate) fn add(&mut self, x: f64) -> Option<Cut> {
        if self.delta <= 0.0 {
            return None;
        }
        let one = Bucket {
            sum: x,
            squares: 0.0,
        };
        if self.count > 0.0 {
            self.window.squares += between(self.window, self.count, one, 1.0);
        }
        self.window.sum += x;
        self.count += 1.0;
        self.added += 1;
        self.push(one);
        if !self.added.is_multiple_of(EVERY) {
            return None;
        }
        let mut first = None;
        while let Some(cut) = self.find() {
            // The widest window is the one whose change shows most.
            first = first.or(Some(cut));
            self.drop_oldest();
        }
        first
    }

    fn push(&mut self, mut bucket: Bucket) {
        let mut level = 0;
        let mut size = 1.0;
        loop {
            if self.levels.len() == level {
                self.levels.push(VecDeque::new());
            }
            let buckets = &mut self.levels[level];
            buckets.push_back(bucket);
            if buckets.len() <= BUCKETS {
                return;
            }
            let (Some(a), Some(b)) = (buckets.pop_front(), buckets.pop_front()) else {
                return;
            };
            bucket = Bucket {
                sum: a.sum + b.sum,
                squares: a.squares + b.squares + between(a, size, b, size),
            };
            level += 1;
            size *= 2.0;
        }
    }

    fn drop_oldest(&mut self) {
        let Some(level) = self.levels.iter().rposition(|buckets| !buckets.is_empty()) else {
            return;
        };
        let Some(oldest) = self.levels[level].pop_front() else {
            return;
        };
        let size = libm::exp2(level as f64);
        self.count -= size;
        self.window.sum -= oldest.sum;
        let apart = match self.count > 0.0 {
            true => between(self.window, self.count, oldest, size),
            false => 0.0,
        };
        self.window.squares = (self.window.squares - oldest.squares - apart).max(0.0);
        self.levels.truncate(level + 1);
    }

    /// Looks for a place in the window on whose sides the means differ by more than chance.
    fn find(&self) -> Option<Cut> {
        if self.count < 2.0 * LEAST {
            return None;
        }
        let variance = self.window.squares / self.count;
        let looks = 2.0 * libm::log(self.count);
        let bound = libm::log(looks / self.delta);
        let (mut old, mut sum) = (0.0, 0.0);
        for (level, buckets) in self.levels.iter().enumerate().rev() {
            let size = libm::exp2(level as f64);
            for bucket in buckets {
                old += size;
                sum += bucket.sum;
                let new = self.count - old;
                if new < LEAST {
                    return None;
                }
                if old < LEAST {
                    continue;
                }
                let (before, after) = (sum / old, (self.window.sum - sum) / new);
                let share = 1.0 / (old - LEAST + 1.0) + 1.0 / (new - LEAST + 1.0);
                let (linear, root) = (2.0 / 3.0 * share, (2.0 * share * variance).sqrt());
                let distance = (before - after).abs();
                if distance > root * bound.sqrt() + linear * bound {
                    // The bound at which the distance would just have been one.
                    let at = (root * root + 4.0 * linear * distance).sqrt() - root;
                    let at = (at / (2.0 * linear)).powi(2);
                    let chance = (looks * libm::exp(-at)).min(1.0);
                    return Some(Cut {
                        before,
                        after,
                        chance,
                    });
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    /// Zeros and ones, a one with probability `share`.
    fn draws(share: f64, random: &mut Random) -> f64 {
        f64::from(u8::from((random.below(1_000_000) as f64) < share * 1e6))
    }

    #[test]
    fn a_step_is_told_soon() {
        for seed in 0..20 {
            let (mut adwin, mut random) = (Adwin::new(0.002), Random::new(seed));
            let mut told = None;
            for i in 0..2_000 {
                let share = if i < 1_000 { 0.2 } else { 0.8 };
                let cut = adwin.add(draws(share, &mut random));
                if let Some(cut) = cut.filter(|_| i >= 1_000) {
                    assert!(cut.after > cut.before && cut.chance < 0.002, "{cut:?}");
                    told = told.or(Some(i));
                }
            }
            let told = told.unwrap();
            assert!((1_000..1_100).contains(&told), "seed {seed}: {told}");
            // What was before is forgotten.
            let mean = adwin.window.sum / adwin.count;
            assert!((mean - 0.8).abs() < 0.1, "seed {seed}: {mean}");
        }
    }

    #[test]
    fn a_stream_without_a_change_gives_few_alarms() {
        let mut alarms = 0;
        for seed in 0..10 {
            let (mut adwin, mut random) = (Adwin::new(0.002), Random::new(seed));
            alarms += (0..20_000)
                .filter(|_| adwin.add(draws(0.3, &mut random)).is_some())
                .count();
        }
        assert!(alarms <= 2, "{alarms} in 200,000 numbers");
    }

    #[test]
    fn memory_grows_with_the_logarithm() {
        let mut adwin = Adwin::new(0.002);
        (0..100_000).for_each(|_| assert!(adwin.add(0.5).is_none()));
        let buckets: usize = adwin.levels.iter().map(VecDeque::len).sum();
        assert!(buckets <= BUCKETS * 17, "{buckets}");
        let sizes = adwin.levels.iter().enumerate();
        let kept: f64 = sizes
            .map(|(l, b)| b.len() as f64 * libm::exp2(l as f64))
            .sum();
        assert_eq!(kept, 100_000.0);
        assert!(adwin.window.squares < 1e-9);
    }
}
