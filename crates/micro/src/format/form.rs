//! Formats of synapses: the trait.

use mesu_core::{Gradient, Real, Synapse};

use crate::noise::Noise;
use crate::settings::{Settings, Unfit};
use crate::shape::Cell;

/// Inputs of a row that an update looks at.
#[derive(Clone, Copy, Debug)]
pub enum Active<'a> {
    /// The first inputs, so many.
    All(usize),
    /// Inputs by their index.
    Some(&'a [u16]),
}

impl Active<'_> {
    /// Number of active inputs.
    #[inline(always)]
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::All(count) => *count,
            Self::Some(list) => list.len(),
        }
    }

    /// Returns whether no input is active.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Calls `each` with the index of every active input, in order.
    #[inline(always)]
    pub fn for_each(&self, mut each: impl FnMut(usize)) {
        match self {
            Self::All(count) => (0..*count).for_each(each),
            Self::Some(list) => list.iter().for_each(|i| each(usize::from(*i))),
        }
    }
}

/// Form of a stored synapse.
///
/// A row is the synapses of one neuron: of its inputs, then of its bias.
pub trait Format: Cell + PartialEq {
    /// Number of the neurons.
    type Number: Real + Cell + From<f32> + Into<f32>;
    /// Source of noise.
    type Noise: Noise;
    /// The rule, for one layer.
    type Rule: Copy;
    /// Record kept beside a row.
    type Row: Cell + Row;
    /// Index of an active input, or nothing.
    type Index: Cell;

    /// True if [`active`](Self::active) and [`moments`](Self::moments) take the first layer's inputs unscaled, so that
    /// a row is scaled and not each input of it.
    const UNSCALED: bool;
    /// True if a row without evidence is left as it is: the prior's part is done when it is settled.
    const SETTLES: bool;

    /// Prepares the rule for a layer of `inputs` inputs, for an update before which `idle` others were not made.
    /// `first` if the settings' scaling and rest value are those of its inputs.
    ///
    /// # Errors
    /// [`Unfit`].
    fn rule(
        settings: &Settings,
        inputs: usize,
        first: bool,
        idle: u32,
    ) -> Result<Self::Rule, Unfit>;

    /// Returns the stored form of a synapse, rounded by a random word.
    fn store(rule: &Self::Rule, synapse: Synapse<f32>, word: u32) -> Self;

    /// Returns whether a synapse is within the format's range.
    fn holds(rule: &Self::Rule, synapse: Synapse<f32>) -> bool;

    /// The record of a row whose inputs' synapses these are, settled at time `clock`.
    fn row(cells: impl Iterator<Item = Self>, clock: u32) -> Self::Row;

    /// Mean.
    fn mean(self, rule: &Self::Rule) -> Self::Number;

    /// Variance.
    fn variance(self, rule: &Self::Rule) -> Self::Number;

    /// Standard deviation.
    fn sigma(self, rule: &Self::Rule) -> f32;

    /// Finds the inputs that are not at rest.
    fn active<'a>(
        rule: &Self::Rule,
        x: impl Iterator<Item = f32>,
        list: &'a mut [Self::Index],
    ) -> Active<'a>;

    /// Mean and variance of a neuron's pre-activation, its bias included.
    fn moments(
        cells: &[Self],
        row: &Self::Row,
        rule: &Self::Rule,
        active: Active<'_>,
        x: impl Fn(usize) -> Self::Number,
    ) -> (Self::Number, Self::Number);

    /// Moves the synapses of active inputs and of the bias by their gradients: `gradient(None)` is the bias's.
    fn learn(
        cells: &mut [Self],
        row: &mut Self::Row,
        rule: &Self::Rule,
        active: Active<'_>,
        gradient: impl Fn(Option<usize>) -> Gradient<Self::Number>,
        noise: &mut Self::Noise,
    );

    /// Adds up what a row's inputs at rest have in common: the sums of d and r over the samples.
    fn defer(row: &mut Self::Row, d: Self::Number, r: Self::Number);

    /// Does to a row what was left for later, at time `clock` in updates.
    fn settle(
        cells: &mut [Self],
        row: &mut Self::Row,
        rule: &Self::Rule,
        clock: u32,
        noise: &mut Self::Noise,
    );

    /// Moves a row by the prior alone, as in an update without evidence.
    fn pull(cells: &mut [Self], row: &mut Self::Row, rule: &Self::Rule, noise: &mut Self::Noise);

    /// Writes the stored form, as many bytes as it has in memory.
    fn write(self, bytes: &mut [u8]);

    /// Reads the stored form, as many bytes as it has in memory; `None` if it cannot be of this format.
    fn read(bytes: &[u8]) -> Option<Self>;
}

/// Record kept beside a row, as words of a blob.
pub trait Row: Sized {
    /// Words of 4 bytes.
    const WORDS: usize;
    /// Hands the words to `put`.
    fn save(&self, put: impl FnMut(u32));
    /// Restores from the words that `get` gives.
    fn restore(get: impl FnMut() -> u32) -> Self;
}

impl Row for () {
    const WORDS: usize = 0;
    fn save(&self, _: impl FnMut(u32)) {}
    fn restore(_: impl FnMut() -> u32) -> Self {}
}
