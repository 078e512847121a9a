//! Weights of one byte, inputs and activations too; steps shorter than a code are rounded at random.

use mesu_core::generator::Generator;

use super::{active, errors};

/// Codes of a weight of 1, of each layer.
const FIRST: u32 = 9;
const SECOND: u32 = 7;
/// Codes of an input or an activation of 1, in bits.
const INPUT: u32 = 8;
const HIDDEN: u32 = 6;
/// Bits of a gradient at an output or a neuron.
const GRADIENT: u32 = 12;

/// A perceptron of one hidden layer. Inputs of 0 cost nothing.
#[derive(Clone, Debug)]
pub(crate) struct ByteSgd<const I: usize, const H: usize, const O: usize> {
    first: [[i8; I]; H],
    first_bias: [i32; H],
    second: [[i8; H]; O],
    second_bias: [i32; O],
    hidden: [u8; H],
    outputs: [f32; O],
    places: [u16; I],
    /// The learning rate is 2^-rate.
    rate: u32,
    random: u32,
}

impl<const I: usize, const H: usize, const O: usize> ByteSgd<I, H, O> {
    pub(crate) const EMPTY: Self = Self {
        first: [[0; I]; H],
        first_bias: [0; H],
        second: [[0; H]; O],
        second_bias: [0; O],
        hidden: [0; H],
        outputs: [0.0; O],
        places: [0; I],
        rate: 0,
        random: 0,
    };

    /// Draws first weights in ±1/sqrt(inputs); the learning rate is 2^-rate.
    pub(crate) fn start(&mut self, rate: u32) {
        let mut init = Generator::named(1, "sgd", &[]);
        (self.rate, self.random) = (rate, 1);
        for row in &mut self.first {
            fill(&mut init, row, FIRST);
        }
        for row in &mut self.second {
            fill(&mut init, row, SECOND);
        }
        (self.first_bias, self.second_bias) = ([0; H], [0; O]);
    }

    /// Predicts the class.
    pub(crate) fn predict(&mut self, x: &[u8; I]) -> usize {
        let count = active(x, &mut self.places);
        self.forward(x, count);
        errors(&mut self.outputs, None)
    }

    /// Learns an example; returns the class that was predicted before.
    pub(crate) fn learn(&mut self, x: &[u8; I], label: usize) -> usize {
        let count = active(x, &mut self.places);
        self.forward(x, count);
        let class = errors(&mut self.outputs, Some(label));
        let mut through = [0i32; H];
        let mut random = self.random;
        for ((row, bias), d) in self
            .second
            .iter_mut()
            .zip(&mut self.second_bias)
            .zip(self.outputs)
        {
            let d = (d * (1 << GRADIENT) as f32) as i32;
            // A gradient below a code of its own moves nothing.
            if d == 0 {
                continue;
            }
            let shift = GRADIENT + HIDDEN + self.rate - SECOND;
            for ((weight, h), sum) in row.iter_mut().zip(&self.hidden).zip(&mut through) {
                *sum += i32::from(*weight) * d;
                if *h != 0 {
                    *weight = moved(*weight, d * i32::from(*h), shift, &mut random);
                }
            }
            *bias -= d >> (GRADIENT + self.rate).saturating_sub(SECOND + HIDDEN);
        }
        let rows = self.first.iter_mut().zip(&mut self.first_bias);
        for ((row, bias), (h, d)) in rows.zip(self.hidden.iter().zip(through)) {
            let d = d >> SECOND;
            if *h == 0 || d == 0 {
                continue;
            }
            let shift = GRADIENT + INPUT + self.rate - FIRST;
            for place in &self.places[..count] {
                let place = usize::from(*place);
                row[place] = moved(row[place], d * i32::from(x[place]), shift, &mut random);
            }
            *bias -= d >> (GRADIENT + self.rate).saturating_sub(FIRST + INPUT);
        }
        self.random = random;
        class
    }

    fn forward(&mut self, x: &[u8; I], count: usize) {
        for ((row, bias), h) in self
            .first
            .iter()
            .zip(&self.first_bias)
            .zip(&mut self.hidden)
        {
            let mut sum = *bias;
            for place in &self.places[..count] {
                let place = usize::from(*place);
                sum += i32::from(row[place]) * i32::from(x[place]);
            }
            *h = (sum >> (FIRST + INPUT - HIDDEN)).clamp(0, 255) as u8;
        }
        let rows = self.second.iter().zip(&self.second_bias);
        for ((row, bias), output) in rows.zip(&mut self.outputs) {
            let products = row
                .iter()
                .zip(&self.hidden)
                .map(|(w, h)| i32::from(*w) * i32::from(*h));
            *output = (*bias + products.sum::<i32>()) as f32 / (1 << (SECOND + HIDDEN)) as f32;
        }
    }
}

/// The weight less its step, rounded up or down at random.
#[inline(always)]
fn moved(weight: i8, step: i32, shift: u32, random: &mut u32) -> i8 {
    *random ^= *random << 13;
    *random ^= *random >> 17;
    *random ^= *random << 5;
    let step = (step + (*random >> (32 - shift)) as i32) >> shift;
    (i32::from(weight) - step).clamp(-128, 127) as i8
}

fn fill<const N: usize>(init: &mut Generator, row: &mut [i8; N], one: u32) {
    let mut numbers = [0.0; N];
    let bound = (1 << one) as f32 / mesu_core::Real::sqrt(N as f32);
    init.fill_uniform(&mut numbers, -bound, bound);
    for (weight, number) in row.iter_mut().zip(numbers) {
        *weight = number.clamp(-128.0, 127.0) as i8;
    }
}
