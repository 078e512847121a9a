//! From an example to the outputs of all samples.

use super::neuron::{Neuron, Place};
use super::state::Network;
use crate::format::{Active, Format};
use crate::noise::Noise;
use crate::settings::Refused;
use crate::shape::Shape;

impl<S: Shape, F: Format> Network<S, F> {
    /// Runs the samples up to the outputs; `again` if the example is that of the last call.
    pub(crate) fn forward(&mut self, x: &[f32], again: bool) -> Result<(), Refused> {
        if let Some(index) = x.iter().position(|x| !x.is_finite()) {
            return Err(Refused::Input { index });
        }
        for l in 0..Self::LAYERS {
            let place = Place::of::<S>(l);
            let neurons = self.neurons.as_mut();
            self.noise
                .normals(S::SAMPLES, place.outputs, |sample, o, z| {
                    neurons[place.neurons::<S>(sample).start + o].q = z.into();
                });
            match l {
                0 if again => {}
                0 => self.first_moments(x),
                _ => self.moments(l),
            }
            let neurons = &mut self.neurons.as_mut();
            for s in 0..S::SAMPLES {
                for neuron in &mut neurons[place.neurons::<S>(s)] {
                    neuron.fire(l + 1 == Self::LAYERS);
                }
            }
        }
        match self.outputs().all(|h| h.into().is_finite()) {
            true => Ok(()),
            false => Err(Refused::Diverged),
        }
    }

    /// Moments of the first layer, which the samples share.
    fn first_moments(&mut self, x: &[f32]) {
        let (place, scaling) = (Place::of::<S>(0), self.settings.scaling);
        let Ok(rule) = self.rule(0, 0) else { return };
        let scaled = |i: usize| match F::UNSCALED {
            true => x[i],
            false => scaling.scaled(x[i]),
        };
        let active = F::active(&rule, (0..x.len()).map(scaled), self.active.as_mut());
        for o in 0..place.outputs {
            let cells = &self.synapses.as_ref()[place.row(o)];
            let row = &self.rows.as_ref()[place.rows + o];
            let (m, v) = F::moments(cells, row, &rule, active, |i| scaled(i).into());
            for s in 0..S::SAMPLES {
                let neuron = &mut self.neurons.as_mut()[place.neurons::<S>(s).start + o];
                (neuron.m, neuron.v) = (m, v);
            }
        }
    }

    /// Moments of layer `l`, 1 or more.
    fn moments(&mut self, l: usize) {
        let (place, below) = (Place::of::<S>(l), Place::of::<S>(l - 1));
        let Ok(rule) = self.rule(l, 0) else { return };
        let (lower, upper) = self
            .neurons
            .as_mut()
            .split_at_mut(place.neurons::<S>(0).start);
        for s in 0..S::SAMPLES {
            let inputs = &lower[below.neurons::<S>(s)];
            for o in 0..place.outputs {
                let cells = &self.synapses.as_ref()[place.row(o)];
                let row = &self.rows.as_ref()[place.rows + o];
                let neuron = &mut upper[s * place.outputs + o];
                let active = Active::All(place.inputs);
                (neuron.m, neuron.v) = F::moments(cells, row, &rule, active, |i| inputs[i].h);
            }
        }
    }

    /// Outputs of all samples, one sample after another.
    pub(crate) fn outputs(&self) -> impl Iterator<Item = F::Number> {
        let place = Place::of::<S>(Self::LAYERS - 1);
        let start = place.neurons::<S>(0).start;
        self.neurons.as_ref()[start..].iter().map(|neuron| neuron.h)
    }

    /// Neurons of the last layer in a sample.
    pub(crate) fn sample(&mut self, sample: usize) -> &mut [Neuron<F::Number>] {
        let place = Place::of::<S>(Self::LAYERS - 1);
        &mut self.neurons.as_mut()[place.neurons::<S>(sample)]
    }
}
