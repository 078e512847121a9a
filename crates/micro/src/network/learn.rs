//! From the gradient at the outputs to new synapses, and the drift to the prior.

use mesu_core::{Gradient, Real};

use super::neuron::{Neuron, Place};
use super::state::Network;
use crate::format::{Active, Format};
use crate::settings::Settings;
use crate::shape::{Cell, Shape};

/// Every row is settled once in so many updates, or more often.
const SETTLED_WITHIN: usize = 64;

impl<S: Shape, F: Format> Network<S, F> {
    /// Lets an update's time pass in which nothing is learned.
    pub(crate) fn skip(&mut self) {
        self.clock = self.clock.wrapping_add(1);
        self.idle = self.idle.saturating_add(1);
    }

    /// Learns from d of the outputs.
    pub(crate) fn learn(&mut self, x: &[f32]) {
        self.backward();
        for l in 0..Self::LAYERS {
            let Ok(rule) = self.rule(l, self.idle) else {
                return;
            };
            match l {
                0 => self.update_first(x, &rule),
                _ => self.update(l, &rule),
            }
        }
        self.updates = self.updates.saturating_add(1);
        self.clock = self.clock.wrapping_add(1);
        self.idle = 0;
        let rows = crate::shape::neurons(S::WIDTHS);
        for _ in 0..rows.div_ceil(SETTLED_WITHIN) {
            self.settle(self.cursor as usize % rows);
            self.cursor = (self.cursor + 1) % rows as u32;
        }
    }

    /// From d of the last layer to d and r of all.
    fn backward(&mut self) {
        let last = Place::of::<S>(Self::LAYERS - 1).neurons::<S>(0).start;
        self.neurons.as_mut()[last..]
            .iter_mut()
            .for_each(Neuron::weigh);
        for l in (1..Self::LAYERS).rev() {
            let (place, below) = (Place::of::<S>(l), Place::of::<S>(l - 1));
            let Ok(rule) = self.rule(l, 0) else { return };
            let (lower, upper) = self
                .neurons
                .as_mut()
                .split_at_mut(place.neurons::<S>(0).start);
            let synapses = &self.synapses.as_ref()[place.synapses..];
            for s in 0..S::SAMPLES {
                let outputs = &upper[s * place.outputs..][..place.outputs];
                for (i, neuron) in lower[below.neurons::<S>(s)].iter_mut().enumerate() {
                    let zero = neuron.h.constant(0.0);
                    if neuron.h.into() <= 0.0 {
                        // Silent.
                        (neuron.d, neuron.q) = (zero, zero);
                        continue;
                    }
                    let (mut through_mu, mut through_sigma) = (zero, zero);
                    let column = synapses[i..].iter().step_by(place.inputs + 1);
                    for (output, cell) in outputs.iter().zip(column) {
                        through_mu = cell.mean(&rule).mul_add(output.d, through_mu);
                        through_sigma = cell.variance(&rule).mul_add(output.q, through_sigma);
                    }
                    neuron.d = through_sigma.mul_add(neuron.h, through_mu);
                    neuron.weigh();
                }
            }
        }
    }

    /// Updates the first layer, whose input the samples share.
    fn update_first(&mut self, x: &[f32], rule: &F::Rule) {
        let Settings { scaling, rest, .. } = self.settings;
        let (rest, twice): (F::Number, F::Number) =
            (rest.into(), (2.0 * (rest - scaling.mean)).into());
        let scale: F::Number = (1.0 / scaling.deviation).into();
        let place = Place::of::<S>(0);
        let scaled = |i: usize| scaling.scaled(x[i]);
        let active = F::active(rule, x.iter().copied(), self.active.as_mut());
        for o in 0..place.outputs {
            let (d, r) = sums::<S, F>(self.neurons.as_ref(), place, o);
            if F::SETTLES && is_zero(d) && is_zero(r) {
                continue;
            }
            let scaled_sums = (d * scale, r * (scale * scale));
            let gradient = |i: Option<usize>| {
                let Some(i) = i else { return of_bias(d, r) };
                if F::UNSCALED {
                    // What an active input has in common with those at rest is deferred with theirs.
                    let off = F::Number::from(x[i]) - rest;
                    let (x, x_squared) = (off, off * (off + twice));
                    let (d, r) = scaled_sums;
                    return Gradient { d, x, r, x_squared };
                }
                let x: F::Number = scaled(i).into();
                let x_squared = x * x;
                Gradient { d, x, r, x_squared }
            };
            let row = &mut self.rows.as_mut()[place.rows + o];
            let cells = &mut self.synapses.as_mut()[place.row(o)];
            F::learn(cells, row, rule, active, gradient, &mut self.noise);
            F::defer(row, d, r);
        }
    }

    /// Updates layer `l`, 1 or more.
    fn update(&mut self, l: usize, rule: &F::Rule) {
        let (place, below) = (Place::of::<S>(l), Place::of::<S>(l - 1));
        let neurons = self.neurons.as_ref();
        for o in 0..place.outputs {
            let (d, r) = sums::<S, F>(neurons, place, o);
            if F::SETTLES && is_zero(d) && is_zero(r) {
                continue;
            }
            let gradient = |i: Option<usize>| {
                let Some(i) = i else { return of_bias(d, r) };
                let zero = d.constant(0.0);
                let (mut mu, mut variance) = (zero, zero);
                for s in 0..S::SAMPLES {
                    let output = &neurons[place.neurons::<S>(s).start + o];
                    let h = neurons[below.neurons::<S>(s).start + i].h;
                    mu = h.mul_add(output.d, mu);
                    variance = (h * h).mul_add(output.q, variance);
                }
                Gradient::new(mu, variance)
            };
            let row = &mut self.rows.as_mut()[place.rows + o];
            let cells = &mut self.synapses.as_mut()[place.row(o)];
            let active = Active::All(place.inputs);
            F::learn(cells, row, rule, active, gradient, &mut self.noise);
        }
    }

    /// Settles a row, counted over all layers.
    fn settle(&mut self, row: usize) {
        for l in 0..Self::LAYERS {
            let place = Place::of::<S>(l);
            let Some(o) = row.checked_sub(place.rows).filter(|o| *o < place.outputs) else {
                continue;
            };
            let Ok(rule) = self.rule(l, 0) else { return };
            let cells = &mut self.synapses.as_mut()[place.row(o)];
            let state = &mut self.rows.as_mut()[row];
            F::settle(cells, state, &rule, self.clock, &mut self.noise);
        }
    }

    /// Lets the time of `updates` updates pass, without evidence.
    pub(crate) fn drift(&mut self, updates: u32) {
        let passed = self.idle.saturating_add(updates);
        self.clock = self.clock.wrapping_add(updates);
        self.idle = 0;
        let Some(before) = passed.checked_sub(1) else {
            return;
        };
        for l in 0..Self::LAYERS {
            let (place, Ok(rule)) = (Place::of::<S>(l), self.rule(l, before)) else {
                return;
            };
            for o in 0..place.outputs {
                let cells = &mut self.synapses.as_mut()[place.row(o)];
                let row = &mut self.rows.as_mut()[place.rows + o];
                F::pull(cells, row, &rule, &mut self.noise);
                F::settle(cells, row, &rule, self.clock, &mut self.noise);
            }
        }
    }
}

/// Sums of d and r of a neuron over the samples.
fn sums<S: Shape, F: Format>(
    neurons: &[Neuron<F::Number>],
    place: Place,
    o: usize,
) -> (F::Number, F::Number) {
    let zero = F::Number::EMPTY;
    (0..S::SAMPLES).fold((zero, zero), |(d, r), s| {
        let neuron = &neurons[place.neurons::<S>(s).start + o];
        (d + neuron.d, r + neuron.q)
    })
}

/// Returns whether a sum is 0, as of a neuron that was silent in all samples.
fn is_zero<N: Real + Into<f32>>(sum: N) -> bool {
    sum.into() == 0.0
}

/// The gradient of a bias.
fn of_bias<N: Real>(d: N, r: N) -> Gradient<N> {
    Gradient {
        d: d.constant(1.0),
        x: d,
        r: d.constant(1.0),
        x_squared: r,
    }
}
