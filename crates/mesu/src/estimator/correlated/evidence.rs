//! Evidence of an update, and what it does to a layer.

use mesu_kernels::covariance::add_products;
use mesu_kernels::{Generator, Matrix, all_finite};

use super::activations::Activations;
use crate::layer::Layer;
use crate::network::covariance::{InputCovariance, variance_along};

/// Rates of an update.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rates {
    /// Factor of the means' step.
    pub(crate) mean: f32,
    /// Factor of the curvature.
    pub(crate) curvature: f32,
    /// Longest step of an update along an example's pre-activations, over their standard deviation, if there is a limit.
    pub(crate) max_step_ratio: Option<f32>,
}

/// Largest share `c s^2` of an example that is left out at times: an example enters V with the probability
/// `c s^2 / SHARE`, if that is below 1, and then with a curvature that makes up for it.
const SHARE: f32 = 0.05;

/// Rows whose room is kept between updates.
const ROOM: usize = 64;

/// Evidence of an update at one layer, a row of the network's input for each example, or for each of its samples.
#[derive(Clone, Debug, Default)]
pub(crate) struct Evidence {
    /// Rows, of which the first are in use; the others are room for later ones.
    rows: Vec<Seen>,
    used: usize,
    /// Number of examples.
    examples: usize,
    steps: Steps,
    terms: Vec<(usize, f32)>,
}

#[derive(Clone, Debug)]
struct Seen {
    x: Matrix,
    p: Matrix,
    /// Standard deviation of the pre-activations.
    s: f32,
    /// Curvature.
    c: f32,
    /// Sum over all rows of the example.
    of_example: f32,
    /// Gradient at the pre-activations, `[outputs]`.
    d: Vec<f32>,
}

/// Factors of the means' step, `d^T p`: gradients, `[rows][outputs]`, and V_new x, `[rows][inputs]`.
#[derive(Clone, Debug)]
struct Steps {
    d: Matrix,
    p: Matrix,
}

impl Default for Steps {
    fn default() -> Self {
        Self {
            d: Matrix::zeros(0, 0),
            p: Matrix::zeros(0, 0),
        }
    }
}

impl Evidence {
    /// Adds what one example shows, whose curvatures count `weight` times each.
    pub(super) fn add(&mut self, this: &Activations, weight: f32) {
        let (samples, rows) = (this.d.rows(), this.rows.len());
        let neurons = this.d.columns() as f32;
        let of_sample =
            |sample: usize| -> f32 { weight * this.b.row(sample).iter().sum::<f32>() / neurons };
        let of_example: f32 = (0..samples).map(of_sample).sum();
        for (number, row) in this.rows.iter().enumerate() {
            let seen = self.room(row.x.columns(), this.d.columns());
            seen.x.padded_mut().copy_from_slice(row.x.padded());
            seen.p.padded_mut().copy_from_slice(row.p.padded());
            (seen.s, seen.of_example) = (row.s, of_example);
            if rows == 1 {
                seen.c = of_example;
                seen.d.fill(0.0);
                for sample in 0..samples {
                    let own = this.d.row(sample).iter();
                    seen.d.iter_mut().zip(own).for_each(|(sum, d)| *sum += d);
                }
            } else {
                seen.c = of_sample(number);
                seen.d.copy_from_slice(this.d.row(number));
            }
        }
        self.examples += 1;
    }

    /// Puts another row into use.
    fn room(&mut self, n: usize, outputs: usize) -> &mut Seen {
        if self.used == self.rows.len() {
            self.rows.push(Seen {
                x: Matrix::zeros(1, n),
                p: Matrix::zeros(1, n),
                s: 0.0,
                c: 0.0,
                of_example: 0.0,
                d: vec![0.0; outputs],
            });
        }
        self.used += 1;
        &mut self.rows[self.used - 1]
    }

    /// Number of examples.
    pub(crate) fn examples(&self) -> usize {
        self.examples
    }

    /// Forgets rows that no update was made of.
    pub(crate) fn clear(&mut self) {
        (self.used, self.examples) = (0, 0);
    }

    /// Makes the update of a layer; returns false if its means or the evidence are not finite.
    pub(crate) fn apply(
        &mut self,
        layer: &mut Layer,
        covariance: &mut InputCovariance,
        rates: Rates,
        noise: &mut Generator,
    ) -> bool {
        let Self {
            rows,
            used,
            examples,
            steps,
            terms,
        } = self;
        let rows = &mut rows[..*used];
        let mut sound = observe(rows, covariance, rates, noise, terms);
        if (steps.d.rows(), steps.p.columns()) != (*used, layer.inputs)
            || steps.d.columns() != layer.outputs
        {
            steps.d = Matrix::zeros(*used, layer.outputs);
            steps.p = Matrix::zeros(*used, layer.inputs);
        }
        for (number, seen) in rows.iter_mut().enumerate() {
            if *examples == 1 {
                let c = rates.curvature * seen.of_example;
                covariance.after_evidence(c, seen.x.row(0), seen.p.row_mut(0));
            } else {
                covariance.product(&seen.x, &mut seen.p, terms);
            }
            let p = seen.p.row(0);
            let to = steps.d.row_mut(number).iter_mut();
            to.zip(&seen.d).for_each(|(to, d)| *to = -rates.mean * d);
            if let Some(ratio) = rates.max_step_ratio {
                let along = variance_along(seen.x.row(0), p) * *used as f32;
                let longest = ratio * seen.s / along.max(f32::MIN_POSITIVE);
                let steps = steps.d.row_mut(number).iter_mut();
                steps.for_each(|d| *d = d.clamp(-longest, longest));
            }
            steps.p.row_mut(number).copy_from_slice(&p[..layer.inputs]);
            let bias = layer.bias.as_mut().and_then(|bias| bias.plane_mut("mu"));
            if let Some(bias) = bias {
                let along = p[layer.inputs];
                let moved = bias.row_mut(0).iter_mut().zip(steps.d.row(number));
                moved.for_each(|(b, d)| *b += d * along);
            }
        }
        if let Some(mu) = layer.weight.plane_mut("mu") {
            add_products(mu, &steps.d, &steps.p);
            sound &= all_finite(mu.padded());
        }
        if let Some(bias) = &layer.bias {
            sound &= all_finite(bias.mu().padded());
        }
        self.rows.truncate(ROOM);
        self.clear();
        sound
    }
}

/// Lets a covariance take rows in; returns false if there is a curvature that is not finite.
fn observe(
    rows: &[Seen],
    covariance: &mut InputCovariance,
    rates: Rates,
    noise: &mut Generator,
    terms: &mut Vec<(usize, f32)>,
) -> bool {
    let mut draws = vec![0.0; rows.len()];
    noise.fill_uniform(&mut draws, 0.0, 1.0);
    let mut taken = false;
    for (seen, draw) in rows.iter().zip(draws) {
        let c = rates.curvature * seen.c;
        let share = c * variance_along(seen.x.row(0), seen.p.row(0)) / SHARE;
        if !share.is_finite() {
            return false;
        }
        if share <= 0.0 || draw >= share {
            continue;
        }
        let (c, x) = (c / share.min(1.0), &seen.x);
        if taken {
            // V is another since.
            let mut p = seen.p.clone();
            covariance.product(x, &mut p, terms);
            covariance.observe(c, x.row(0), p.row(0));
        } else {
            covariance.observe(c, x.row(0), seen.p.row(0));
        }
        taken = true;
    }
    true
}
