//! State of a network, and its beginning.

use mesu_core::generator::Generator;
use mesu_core::{Real, Synapse};

use super::neuron::{Neuron, Place};
use crate::format::Format;
use crate::noise::Noise;
use crate::settings::{Refused, Settings, Unfit};
use crate::shape::{Cell, Cells, Shape};

/// A perceptron with its synapses, its scratch memory, its time and its noise.
#[derive(Clone, Debug)]
pub(crate) struct Network<S: Shape, F: Format> {
    pub(crate) synapses: S::Synapses<F>,
    pub(crate) rows: S::Rows<F::Row>,
    pub(super) neurons: S::Neurons<Neuron<F::Number>>,
    pub(super) active: S::Inputs<F::Index>,
    pub(crate) noise: F::Noise,
    pub(crate) settings: Settings,
    /// Updates made.
    pub(crate) updates: u32,
    /// Time in updates, those included that were not made.
    pub(crate) clock: u32,
    /// Updates not made since the last one that was.
    pub(crate) idle: u32,
    /// Row that is settled next.
    pub(crate) cursor: u32,
}

impl<S: Shape, F: Format> Network<S, F> {
    pub(super) const LAYERS: usize = S::WIDTHS.len() - 1;
    pub(crate) const OUTPUTS: usize = S::WIDTHS[Self::LAYERS];

    /// Nothing but zeros.
    pub(crate) const EMPTY: Self = Self {
        synapses: <S::Synapses<F> as Cells<F>>::EMPTY,
        rows: <S::Rows<F::Row> as Cells<F::Row>>::EMPTY,
        neurons: <S::Neurons<Neuron<F::Number>> as Cells<Neuron<F::Number>>>::EMPTY,
        active: <S::Inputs<F::Index> as Cells<F::Index>>::EMPTY,
        noise: F::Noise::EMPTY,
        settings: Settings::NONE,
        updates: 0,
        clock: 0,
        idle: 0,
        cursor: 0,
    };

    /// Checks that there was a start.
    pub(crate) fn check_start(&self) -> Result<(), Refused> {
        match self.settings.rule.memory_window > 0.0 {
            true => Ok(()),
            false => Err(Refused::NotStarted),
        }
    }

    /// Draws first values as mesu-core does: mu uniform in ±4/sqrt(inputs), sigma 2/sqrt(inputs).
    pub(crate) fn start(&mut self, settings: Settings, seed: u64) -> Result<(), Unfit> {
        settings.check()?;
        F::rule(&settings, 1, true, 0)?;
        self.settings = settings;
        (self.updates, self.clock, self.idle, self.cursor) = (0, 0, 0, 0);
        self.noise = F::Noise::seeded(seed);
        let mut init = Generator::named(seed, "init", &[]);
        for l in 0..Self::LAYERS {
            let (place, rule) = (Place::of::<S>(l), self.rule(l, 0)?);
            let fan_in = place.inputs as f32;
            let (bound, sigma) = (4.0 / Real::sqrt(fan_in), 2.0 / Real::sqrt(fan_in));
            let synapses = &mut self.synapses.as_mut()[place.synapses..];
            let rows = || (0..place.outputs).map(|o| o * (place.inputs + 1));
            let weights = rows().flat_map(|row| row..row + place.inputs);
            let biases = rows().map(|row| row + place.inputs);
            let noise = &mut self.noise;
            draw(&mut init, bound, weights, |at, mu| {
                synapses[at] = F::store(&rule, Synapse { mu, sigma }, noise.word());
            });
            draw(&mut init, bound, biases, |at, mu| {
                synapses[at] = F::store(&rule, Synapse { mu, sigma }, noise.word());
            });
            for o in 0..place.outputs {
                let cells = &mut self.synapses.as_mut()[place.row(o)];
                let row = &mut self.rows.as_mut()[place.rows + o];
                *row = F::Row::EMPTY;
                // At time 0, all that settles is the row's sums.
                F::settle(cells, row, &rule, 0, &mut self.noise);
            }
        }
        Ok(())
    }

    /// The rule of layer `l`, for an update before which `idle` others were not made.
    pub(super) fn rule(&self, l: usize, idle: u32) -> Result<F::Rule, Unfit> {
        F::rule(&self.settings, S::WIDTHS[l], l == 0, idle)
    }

    /// Mean and standard deviation of a synapse: input `i` of neuron `o` of layer `l`, or its bias.
    pub(crate) fn synapse(&self, l: usize, o: usize, i: Option<usize>) -> Option<Synapse<f32>> {
        let place = (l < Self::LAYERS).then(|| Place::of::<S>(l))?;
        if o >= place.outputs || i.is_some_and(|i| i >= place.inputs) {
            return None;
        }
        let cell = self.synapses.as_ref()[place.row(o)][i.unwrap_or(place.inputs)];
        let rule = self.rule(l, 0).ok()?;
        Some(Synapse {
            mu: cell.mean(&rule).into(),
            sigma: cell.sigma(&rule),
        })
    }
}

/// Draws uniform numbers in ±bound for the places, sixteen at a time.
fn draw(
    init: &mut Generator,
    bound: f32,
    places: impl Iterator<Item = usize>,
    mut put: impl FnMut(usize, f32),
) {
    let mut numbers = [0.0; mesu_core::sum::LANES];
    for (k, place) in places.enumerate() {
        let lane = k % numbers.len();
        if lane == 0 {
            init.fill_uniform(&mut numbers, -bound, bound);
        }
        put(place, numbers[lane]);
    }
}
