//! Categories, each with an input of its own as long as there are any left.

use serde::{Deserialize, Serialize};

use crate::random::mix;
use crate::schema::Field;

/// Most inputs of a column, that of missing values included.
const MOST: usize = 64;

/// Inputs of a column of which nothing is known.
const UNKNOWN: usize = 16;

/// Values of a column by the input they have: the first ones to come have one each, all others share them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Categories {
    /// Hashes of the values that have an input of their own, in the order of these.
    known: Vec<u64>,
    /// Inputs for values.
    inputs: u32,
}

impl Categories {
    /// Inputs for a column of which so many values were seen.
    pub(crate) fn new(distinct: u32) -> Self {
        let seen = distinct as usize;
        let inputs = match seen {
            0 => UNKNOWN,
            // Some to spare for values that come later.
            _ => seen + 2.max(seen / 4),
        };
        Self {
            known: Vec::new(),
            inputs: inputs.min(MOST - 1) as u32,
        }
    }

    /// Number of inputs, the first of which is for missing values.
    pub(crate) fn width(&self) -> usize {
        self.inputs as usize + 1
    }

    /// Input of a value, and whether it is among those known.
    pub(crate) fn input(&self, field: Field<'_>) -> (usize, bool) {
        let Some(hash) = hash(field) else {
            return (0, true);
        };
        match self.known.iter().position(|known| *known == hash) {
            Some(at) => (1 + at, true),
            None if self.has_room() => (1 + self.known.len(), false),
            None => (1 + (hash % u64::from(self.inputs)) as usize, false),
        }
    }

    /// Learns a value, and returns whether it was known.
    pub(crate) fn learn(&mut self, field: Field<'_>) -> bool {
        let Some(hash) = hash(field) else { return true };
        let known = self.known.contains(&hash);
        if !known && self.has_room() {
            self.known.push(hash);
        }
        known
    }

    /// Number of values that have an input of their own.
    pub(crate) fn len(&self) -> usize {
        self.known.len()
    }

    fn has_room(&self) -> bool {
        self.known.len() < self.inputs as usize
    }
}

/// Hash of a value, the same on every machine (FNV-1a, mixed); none of one that is missing.
fn hash(field: Field<'_>) -> Option<u64> {
    let of = |bytes: &[u8]| {
        let fold = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        mix(bytes.iter().fold(0xcbf2_9ce4_8422_2325, fold))
    };
    match field {
        Field::Text(text) => Some(of(text.as_bytes())),
        Field::Code(code) => Some(of(&code.to_le_bytes())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_values_have_inputs_of_their_own() {
        let mut categories = Categories::new(3);
        let names = ["a", "b", "c", "d", "e"];
        for (at, name) in names.iter().enumerate() {
            assert_eq!(categories.input(Field::Text(name)), (1 + at, false));
            assert!(!categories.learn(Field::Text(name)));
            assert_eq!(categories.input(Field::Text(name)), (1 + at, true));
        }
        assert_eq!(categories.input(Field::Missing), (0, true));
        let (input, known) = categories.input(Field::Text("f"));
        assert!(!known && (1..categories.width()).contains(&input));
    }

    #[test]
    fn a_million_values_take_no_more_room() {
        let mut categories = Categories::new(1_000);
        (0..1_000_000).for_each(|i| {
            categories.learn(Field::Code(f64::from(i)));
        });
        assert_eq!(
            (categories.known.len(), categories.width()),
            (MOST - 1, MOST)
        );
        let input = |i| categories.input(Field::Code(f64::from(i))).0;
        let mut counts = [0; MOST];
        (500_000..510_000).for_each(|i| counts[input(i)] += 1);
        assert!(counts[0] == 0 && counts[1..].iter().all(|n| (100..220).contains(n)));
    }
}
