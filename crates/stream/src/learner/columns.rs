//! Columns, and what was seen of them.

use super::StreamLearner;
use crate::encoder::Summary;
use crate::schema::Kind;

/// A column, and what was seen of it.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct ColumnReport {
    /// Name.
    pub name: String,
    /// Content.
    pub kind: Kind,
    /// Share of rows without a value, 0 to 1.
    pub missing: f64,
    /// Share of rows whose value was out of the range seen before, or a category that has no input of its
    /// own, 0 to 1.
    pub out_of_range: f64,
    /// Numbers, of a column that has them.
    pub numbers: Option<Summary>,
    /// Values that have an input of their own, of a category.
    pub categories: Option<usize>,
    /// Mean of |mu| / sigma over the synapses between the column's inputs and the first layer, of each
    /// network by its weight in the mixture; >= 0, and of no unit. Large where networks hold firm evidence
    /// about the column.
    pub importance: f64,
}

impl ColumnReport {
    /// Returns whether all values were the same, so that nothing can be learned from them.
    #[must_use]
    pub fn is_constant(&self) -> bool {
        match (&self.numbers, self.categories) {
            (Some(numbers), _) => numbers.low == numbers.high,
            (None, Some(values)) => values < 2 && self.missing == 0.0,
            (None, None) => false,
        }
    }
}

impl StreamLearner {
    /// Columns that are looked at, and what was seen of them.
    #[must_use]
    pub fn columns(&self) -> Vec<ColumnReport> {
        let share = |rows: u64| rows as f64 / self.rows.max(1) as f64;
        let seen = self.encoder.seen().zip(self.importance());
        let report = |(seen, importance): (crate::encoder::Seen, f64)| {
            let column = &self.schema.columns[seen.column];
            ColumnReport {
                name: column.name.clone(),
                kind: column.kind,
                missing: share(seen.missing),
                out_of_range: share(seen.out_of_range),
                numbers: seen.numbers,
                categories: seen.categories,
                importance,
            }
        };
        seen.map(report).collect()
    }

    /// Importance of each column that is looked at.
    fn importance(&self) -> Vec<f64> {
        let inputs = self.encoder.inputs();
        let mut sums = vec![0.0; inputs.len()];
        let mut all = 0.0;
        for (member, weight) in self.members.iter().zip(self.task.weights()) {
            let weights = member
                .network()
                .and_then(|learner| learner.network().groups().next());
            let Some((_, synapses)) = weights else {
                continue;
            };
            let Some(sigma) = synapses.sigma() else {
                continue;
            };
            let mu = synapses.mu();
            let width = mu.columns();
            // The first layer of another network may share its synapses among inputs.
            if width != self.encoder.width() && width != self.encoder.values() {
                continue;
            }
            let mut of_input = vec![0.0; width];
            for (at, (mu, sigma)) in mu.values().zip(sigma.values()).enumerate() {
                of_input[at % width] += f64::from(mu.abs() / sigma);
            }
            let weight = weight.max(0.0);
            all += weight;
            for (sum, ranges) in sums.iter_mut().zip(&inputs) {
                // A network without hats sees the first inputs alone.
                let seen = ranges.iter().flat_map(|range| of_input.get(range.clone()));
                let (count, total) = seen
                    .flatten()
                    .fold((0.0, 0.0), |(count, total), one| (count + 1.0, total + one));
                *sum += weight * total / (f64::max(count, 1.0) * mu.rows() as f64);
            }
        }
        sums.iter_mut()
            .for_each(|sum| *sum /= f64::max(all, f64::MIN_POSITIVE));
        sums
    }
}
