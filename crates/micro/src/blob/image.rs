//! A classifier's bytes where its shape is known at run time only: what a host sends to a device and reads of it.

use mesu_core::Synapse;

use super::error::BlobError;
use super::kind::{CRC_BYTES, check_sum};
use super::network::{SETTINGS_BYTES, read_settings, read_version, write_header, write_settings};
use super::wire::{Reader, Writer};
use crate::format::{Float, Format, Row, Three, Two};
use crate::noise::Noise;
use crate::settings::{Settings, Unfit};
use crate::shape::is_shape;

/// Kind of a classifier.
const CLASSIFIER: u8 = 0;
/// Random word with which codes are rounded to the nearest.
const NEAREST: u32 = 0x8000_8000;

/// A classifier for a device, but for its synapses.
#[derive(Clone, Copy, Debug)]
pub struct Image<'a> {
    /// Inputs, neurons of each hidden layer, outputs.
    pub widths: &'a [usize],
    /// Noise samples of an update, S.
    pub samples: usize,
    /// Settings that it goes on with.
    pub settings: Settings,
    /// Number of outputs in use, 1 or more.
    pub classes: usize,
    /// Updates made so far.
    pub updates: u32,
    /// Seed of the noise to come.
    pub seed: u64,
}

/// Place of a synapse: layer, neuron, and input, or none for the bias.
type Place = (usize, usize, Option<usize>);

impl Image<'_> {
    /// Checks that a learner of format `F` can be this.
    ///
    /// # Errors
    /// [`Unfit`]; [`Unfit::Classes`] also for widths that no network has.
    fn check<F: Format>(&self) -> Result<(), Unfit> {
        let most = self.widths.last().copied().unwrap_or(0);
        if !is_shape(self.widths, self.samples) || !(1..=most).contains(&self.classes) {
            let found = self.classes;
            return Err(Unfit::Classes { found, most });
        }
        self.settings.check()?;
        F::rule(&self.settings, 1, true, 0).map(|_| ())
    }

    /// Hands the bytes to `put`, a few at a time: those that a learner of this shape and format restores. `synapse`
    /// gives the synapse of a place: layer, neuron, input or none for the bias. Returns how many synapses were
    /// beyond the format's range, and clipped to it.
    ///
    /// # Errors
    /// [`Unfit`], before anything is written, or what `put` returns.
    pub fn write<F: Format, E: From<Unfit>>(
        &self,
        synapse: impl Fn(Place) -> Synapse<f32>,
        put: &mut dyn FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<usize, E> {
        self.check::<F>()?;
        let mut to = Writer::new(put);
        write_header(
            CLASSIFIER,
            size_of::<F>(),
            self.samples,
            self.widths,
            &mut to,
        )?;
        write_settings(&self.settings, &mut to)?;
        for word in [self.updates, self.updates, 0, 0] {
            to.put(&word.to_le_bytes())?;
        }
        let mut result = Ok(());
        let mut word = |word: u32| {
            if result.is_ok() {
                result = to.put(&word.to_le_bytes());
            }
        };
        F::Noise::seeded(self.seed).save(&mut word);
        let cell = |rule: &F::Rule, place| F::store(rule, synapse(place), NEAREST);
        for (l, pair) in self.widths.windows(2).enumerate() {
            let rule = F::rule(&self.settings, pair[0], l == 0, 0)?;
            for o in 0..pair[1] {
                let cells = (0..pair[0]).map(|i| cell(&rule, (l, o, Some(i))));
                F::row(cells, self.updates).save(&mut word);
            }
        }
        result?;
        let (mut clipped, mut bytes) = (0, [0; 8]);
        let bytes = &mut bytes[..size_of::<F>()];
        for (l, pair) in self.widths.windows(2).enumerate() {
            let rule = F::rule(&self.settings, pair[0], l == 0, 0)?;
            for o in 0..pair[1] {
                for i in (0..pair[0]).map(Some).chain([None]) {
                    clipped += usize::from(!F::holds(&rule, synapse((l, o, i))));
                    cell(&rule, (l, o, i)).write(bytes);
                    to.put(bytes)?;
                }
            }
        }
        to.put(&(self.classes as u16).to_le_bytes())?;
        to.end()?;
        Ok(clipped)
    }
}

/// A classifier read from its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Received<'a> {
    /// Bytes of a synapse: 8, 3 or 2.
    pub format: usize,
    /// Noise samples of an update, S.
    pub samples: usize,
    /// Settings that it learned with.
    pub settings: Settings,
    /// Number of outputs in use.
    pub classes: usize,
    /// Updates made.
    pub updates: u32,
    widths: &'a [u8],
    cells: &'a [u8],
}

impl<'a> Received<'a> {
    /// Reads what a [`Classifier`](crate::Classifier) of any shape and format saved.
    ///
    /// # Errors
    /// [`BlobError`].
    pub fn read(bytes: &'a [u8]) -> Result<Self, BlobError> {
        let short = BlobError::Length {
            found: bytes.len(),
            expected: 12 + SETTINGS_BYTES,
        };
        let mut left = bytes;
        let mut take = move |part: &mut [u8]| {
            let (first, rest) = left.split_at_checked(part.len()).ok_or(short)?;
            part.copy_from_slice(first);
            left = rest;
            Ok(())
        };
        let mut from = Reader(&mut take);
        read_version(&mut from)?;
        let [kind, format] = from.bytes()?;
        let (samples, depth) = (usize::from(from.u16()?), usize::from(from.u16()?));
        let widths = bytes.get(12..12 + 2 * depth).ok_or(short)?;
        for _ in 0..depth {
            from.u16()?;
        }
        let settings = read_settings(&mut from)?;
        let updates = from.u32()?;
        let (noise, row, sound) = match format {
            8 => sizes::<Float>(&settings),
            3 => sizes::<Three>(&settings),
            2 => sizes::<Two>(&settings),
            _ => return Err(BlobError::Shape),
        };
        let mut received = Self {
            format: usize::from(format),
            samples,
            settings,
            classes: 0,
            updates,
            widths,
            cells: &[],
        };
        let mut rows = 0;
        for (l, width) in received.widths().enumerate() {
            if width == 0 {
                return Err(BlobError::Shape);
            }
            rows += if l == 0 { 0 } else { width };
        }
        if kind != CLASSIFIER || depth < 2 || samples == 0 {
            return Err(BlobError::Shape);
        }
        let count = received.start(depth - 1);
        let before = 12 + 2 * depth + SETTINGS_BYTES + 4 * 4 + noise + 4 * row * rows;
        let cells = before..before + count * received.format;
        let expected = cells.end + 2 + CRC_BYTES;
        if bytes.len() != expected {
            let found = bytes.len();
            return Err(BlobError::Length { found, expected });
        }
        let mut left = bytes;
        check_sum(expected - CRC_BYTES, &mut |part| {
            let (first, rest) = left.split_at_checked(part.len()).ok_or(short)?;
            part.copy_from_slice(first);
            left = rest;
            Ok(())
        })?;
        let tail = &bytes[cells.end..];
        received.classes = usize::from(u16::from_le_bytes([tail[0], tail[1]]));
        received.cells = &bytes[cells];
        let outputs = received.widths().last().unwrap_or(0);
        let content = sound && (1..=outputs).contains(&received.classes);
        match content && (0..count).all(|at| received.cell(at, 0).is_some()) {
            true => Ok(received),
            false => Err(BlobError::Content),
        }
    }

    /// Inputs, neurons of each hidden layer, outputs.
    pub fn widths(&self) -> impl Iterator<Item = usize> + Clone + 'a {
        let pairs = self.widths.chunks_exact(2);
        pairs.map(|pair| usize::from(u16::from_le_bytes([pair[0], pair[1]])))
    }

    /// Number of synapses of the layers before `l`.
    fn start(&self, l: usize) -> usize {
        let pairs = self.widths().zip(self.widths().skip(1)).take(l);
        pairs.map(|(inputs, outputs)| outputs * (inputs + 1)).sum()
    }

    /// Synapse of input `i`, or of the bias, of neuron `o` of layer `l`; `None` where there is none.
    #[must_use]
    pub fn synapse(&self, l: usize, o: usize, i: Option<usize>) -> Option<Synapse<f32>> {
        let (inputs, outputs) = (self.widths().nth(l)?, self.widths().nth(l + 1)?);
        if o >= outputs || i.is_some_and(|i| i >= inputs) {
            return None;
        }
        self.cell(self.start(l) + o * (inputs + 1) + i.unwrap_or(inputs), l)
    }

    /// The synapse at a place, as one of layer `l`.
    fn cell(&self, at: usize, l: usize) -> Option<Synapse<f32>> {
        let inputs = self.widths().nth(l)?;
        let bytes = self.cells.get(at * self.format..(at + 1) * self.format)?;
        match self.format {
            8 => value::<Float>(&self.settings, inputs, l, bytes),
            3 => value::<Three>(&self.settings, inputs, l, bytes),
            _ => value::<Two>(&self.settings, inputs, l, bytes),
        }
    }
}

/// Bytes of the noise, words of a row, and whether the settings are such as the format has.
fn sizes<F: Format>(settings: &Settings) -> (usize, usize, bool) {
    let sound = settings.check().is_ok() && F::rule(settings, 1, true, 0).is_ok();
    (F::Noise::BYTES, F::Row::WORDS, sound)
}

fn value<F: Format>(
    settings: &Settings,
    inputs: usize,
    l: usize,
    bytes: &[u8],
) -> Option<Synapse<f32>> {
    let rule = F::rule(settings, inputs, l == 0, 0).ok()?;
    let cell = F::read(bytes)?;
    Some(Synapse {
        mu: cell.mean(&rule).into(),
        sigma: cell.sigma(&rule),
    })
}
