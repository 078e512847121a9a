//! AUROC of each uncertainty for rows that are far away against ordinary ones.

use mesu::metric::auroc;
use mesu::{Generator, Learner, Prediction};

use crate::stream::Stream;
use crate::{AnyError, SEED};

/// The last rows, which strangers are held against: not learned.
const TESTED: usize = 1_000;
/// Deviations that a stranger's numbers are moved by, to either side.
const FAR: [f32; 2] = [4.0, 8.0];

/// A measure of uncertainty, of every example.
type Score = fn(&Prediction) -> &[f32];

pub(crate) const SCORES: [(&str, Score); 4] = [
    ("total", |p| &p.total),
    ("aleatoric", |p| &p.aleatoric),
    ("epistemic", |p| &p.epistemic),
    ("spread", |p| &p.spread),
];

/// AUROC of every score between the last rows and the same, moved away, after the others were learned.
pub(crate) fn told(stream: &Stream, mut learner: Learner) -> Result<Vec<f64>, AnyError> {
    let learned = stream.values.len().saturating_sub(TESTED);
    for (x, label) in stream.rows(0).take(learned) {
        learner.learn(x, &[label])?;
    }
    let known = &stream.inputs[learned * stream.width..];
    let mut far = known.to_vec();
    for (number, x) in far.chunks_exact_mut(stream.width).enumerate() {
        move_away(x, &stream.numbers, number as u64);
    }
    let noise = |name| Generator::named(SEED, name, &[]);
    let known = learner.predict(known, noise("known"))?;
    let far = learner.predict(&far, noise("far"))?;
    let told = SCORES.iter().map(|(_, of)| auroc(of(&known), of(&far)));
    Ok(told.collect())
}

/// Moves half of the numbers in `x`, which and how far drawn for row `number`; beyond where they are clipped, too.
fn move_away(x: &mut [f32], numbers: &[usize], number: u64) {
    let mut generator = Generator::named(SEED, "strangers", &[number]);
    let mut uniform = |low, high| {
        let mut drawn = vec![0.0; numbers.len()];
        generator.fill_uniform(&mut drawn, low, high);
        drawn
    };
    let (order, sides, steps) = (
        uniform(0.0, 1.0),
        uniform(-1.0, 1.0),
        uniform(FAR[0], FAR[1]),
    );
    let mut drawn: Vec<usize> = (0..numbers.len()).collect();
    drawn.sort_by(|a, b| order[*a].total_cmp(&order[*b]));
    for at in drawn.into_iter().take(numbers.len().div_ceil(2)) {
        x[numbers[at]] += steps[at].copysign(sides[at]);
    }
}
