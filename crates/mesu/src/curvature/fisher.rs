//! The diagonal of the empirical Fisher information: the mean over examples of the squared gradient of
//! each example's log-likelihood.
//!
//! It is learning with a rule that moves no weight and adds up squares: one example at a time, so
//! that the gradients are those of single examples.

use mesu_kernels::{Generator, Matrix};

use crate::estimator::point::PointWeights;
use crate::estimator::{Batch, Body, Diverged};
use crate::network::Network;
use crate::outputs::OwnedTargets;
use crate::rule::{Gradient, Real, Rule, planes};
use crate::synapse::Synapses;

planes! {
    /// A weight, and the sum of its squared gradients.
    struct Observed: Point {
        /// The weight.
        value,
        /// Sum of its squared gradients.
        squares,
    }
}

/// Adds up squared gradients.
#[derive(Clone, Copy)]
struct AddSquares;

impl Rule for AddSquares {
    type State<R: Real> = Observed<R>;

    #[inline(always)]
    fn step<R: Real>(&self, state: Observed<R>, gradient: Gradient<R>) -> Observed<R> {
        let g = gradient.mu();
        Observed {
            squares: g.mul_add(g, state.squares),
            ..state
        }
    }
}

/// Examples whose squares are added up in f32 before they join the sum in f64.
const PART: usize = 1024;

/// The Fisher information of every weight of `network` (of Gaussian synapses, at their means) on the
/// examples that `batches` yields: inputs, `[n][network.inputs()]`, and n labels. One list for each group of
/// [`Network::groups`], row by row; zeros when there are no examples, and of heads that are not in use,
/// which the log-likelihood does not depend on.
///
/// # Errors
/// [`Diverged`] when the network can't be computed with.
pub fn fisher(
    network: &Network,
    batches: &mut dyn Iterator<Item = (Vec<f32>, Vec<u32>)>,
) -> Result<Vec<Vec<f64>>, Diverged> {
    let mut batches = batches.map(|(inputs, labels)| (inputs, labels.into()));
    Ok(network.with_waiting(of_groups_in_use(network, &mut batches)?))
}

/// [`fisher`] of the trunk and of the head in use.
pub(crate) fn of_groups_in_use(
    network: &Network,
    batches: &mut dyn Iterator<Item = (Vec<f32>, OwnedTargets)>,
) -> Result<Vec<Vec<f64>>, Diverged> {
    let observed = |synapses: &Synapses| {
        let mu = synapses.mu();
        let values: Vec<f32> = mu.values().collect();
        let mut observed = Synapses::points(mu.rows(), mu.columns(), &values);
        observed.add("squares", Matrix::zeros(mu.rows(), mu.columns()));
        observed
    };
    let mut copy = network.with_one_head();
    copy.synapses_mut()
        .for_each(|group| *group = observed(group));
    let mut point = PointWeights::new(&copy);
    // The body's, of which none is drawn.
    let mut noise = Generator::named(0, "fisher", &[]);
    let mut sums: Vec<Vec<f64>> = copy.groups().map(|(_, g)| vec![0.0; g.len()]).collect();
    let (mut examples, mut updates) = (0u64, 0);
    for (inputs, targets) in batches {
        let width = network.inputs();
        for part in Batch::new(&inputs, targets.lend()).parts(PART, width) {
            if copy.is_perceptron() {
                let body = Body {
                    network: &mut copy,
                    noise: &mut noise,
                    updates: &mut updates,
                };
                point.learn_each(body, part, &AddSquares)?;
            } else {
                for example in part.each(width) {
                    point.step(&mut copy, None, example, 1.0, &AddSquares)?;
                }
            }
            for (group, sums) in copy.synapses_mut().zip(&mut sums) {
                let squares = &mut group.planes_mut()[1];
                let pairs = sums.iter_mut().zip(squares.values());
                pairs.for_each(|(sum, square)| *sum += f64::from(square));
                squares.padded_mut().fill(0.0);
            }
        }
        examples += targets.lend().len() as u64;
    }
    let share = 1.0 / examples.max(1) as f64;
    sums.iter_mut().flatten().for_each(|sum| *sum *= share);
    Ok(sums)
}
