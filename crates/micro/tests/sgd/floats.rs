//! Weights of four bytes.

use mesu_core::Real;
use mesu_core::generator::Generator;

use super::{active, errors};

/// A perceptron of one hidden layer, its biases last in each row. Inputs of 0 cost nothing.
#[derive(Clone, Debug)]
pub(crate) struct FloatSgd<const I: usize, const H: usize, const O: usize> {
    first: [[f32; I]; H],
    first_bias: [f32; H],
    second: [[f32; H]; O],
    second_bias: [f32; O],
    hidden: [f32; H],
    outputs: [f32; O],
    places: [u16; I],
    lr: f32,
}

impl<const I: usize, const H: usize, const O: usize> FloatSgd<I, H, O> {
    pub(crate) const EMPTY: Self = Self {
        first: [[0.0; I]; H],
        first_bias: [0.0; H],
        second: [[0.0; H]; O],
        second_bias: [0.0; O],
        hidden: [0.0; H],
        outputs: [0.0; O],
        places: [0; I],
        lr: 0.0,
    };

    /// Draws first weights in ±1/sqrt(inputs).
    pub(crate) fn start(&mut self, lr: f32) {
        let mut init = Generator::named(1, "sgd", &[]);
        self.lr = lr;
        for row in &mut self.first {
            fill(&mut init, row);
        }
        for row in &mut self.second {
            fill(&mut init, row);
        }
        (self.first_bias, self.second_bias) = ([0.0; H], [0.0; O]);
    }

    /// Predicts the class.
    pub(crate) fn predict(&mut self, x: &[f32; I]) -> usize {
        let count = active(x, &mut self.places);
        self.forward(x, count);
        errors(&mut self.outputs, None)
    }

    /// Learns an example; returns the class that was predicted before.
    pub(crate) fn learn(&mut self, x: &[f32; I], label: usize) -> usize {
        let count = active(x, &mut self.places);
        self.forward(x, count);
        let class = errors(&mut self.outputs, Some(label));
        let mut through = [0.0; H];
        for ((row, bias), d) in self
            .second
            .iter_mut()
            .zip(&mut self.second_bias)
            .zip(self.outputs)
        {
            let step = self.lr * d;
            for ((weight, h), sum) in row.iter_mut().zip(&self.hidden).zip(&mut through) {
                *sum += *weight * d;
                *weight -= step * *h;
            }
            *bias -= step;
        }
        let rows = self.first.iter_mut().zip(&mut self.first_bias);
        for ((row, bias), (h, d)) in rows.zip(self.hidden.iter().zip(through)) {
            if *h > 0.0 {
                let step = self.lr * d;
                for place in &self.places[..count] {
                    let place = usize::from(*place);
                    row[place] -= step * x[place];
                }
                *bias -= step;
            }
        }
        class
    }

    fn forward(&mut self, x: &[f32; I], count: usize) {
        for ((row, bias), h) in self
            .first
            .iter()
            .zip(&self.first_bias)
            .zip(&mut self.hidden)
        {
            let mut sum = *bias;
            for place in &self.places[..count] {
                let place = usize::from(*place);
                sum += row[place] * x[place];
            }
            *h = if sum > 0.0 { sum } else { 0.0 };
        }
        let rows = self.second.iter().zip(&self.second_bias);
        for ((row, bias), output) in rows.zip(&mut self.outputs) {
            *output = row
                .iter()
                .zip(&self.hidden)
                .fold(*bias, |sum, (w, h)| sum + w * h);
        }
    }
}

fn fill(init: &mut Generator, row: &mut [f32]) {
    let bound = 1.0 / Real::sqrt(row.len() as f32);
    init.fill_uniform(row, -bound, bound);
}
