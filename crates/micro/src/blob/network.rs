//! Settings, time, noise and synapses of a network.

use mesu_core::rule::{Mesu, PriorStep, SigmaStep};

use super::error::BlobError;
use super::wire::{Reader, Writer};
use crate::format::{Format, Row};
use crate::network::Network;
use crate::noise::Noise;
use crate::settings::{Scaling, Settings};
use crate::shape::Shape;

const MAGIC: [u8; 4] = *b"mesu";
const VERSION: u16 = 1;
/// Nine numbers of the rule, a byte of its forms, and four numbers beside it.
pub(super) const SETTINGS_BYTES: usize = 9 * 8 + 1 + 4 * 4;
/// Bits of the rule's forms.
const CLOSED: u8 = 1;
const EXACT: u8 = 2;
const AT_MOST_PRIOR: u8 = 4;

impl<S: Shape, F: Format> Network<S, F> {
    /// Bytes of a network in a blob.
    pub(super) const BYTES: usize = 12
        + 2 * S::WIDTHS.len()
        + SETTINGS_BYTES
        + 4 * 4
        + F::Noise::BYTES
        + crate::shape::neurons(S::WIDTHS) * F::Row::WORDS * 4
        + crate::shape::synapses(S::WIDTHS) * size_of::<F>();

    pub(super) fn write<E>(&self, kind: u8, to: &mut Writer<'_, E>) -> Result<(), E> {
        write_header(kind, size_of::<F>(), S::SAMPLES, S::WIDTHS, to)?;
        write_settings(&self.settings, to)?;
        for word in [self.updates, self.clock, self.idle, self.cursor] {
            to.put(&word.to_le_bytes())?;
        }
        let mut result = Ok(());
        let mut word = |word: u32| {
            if result.is_ok() {
                result = to.put(&word.to_le_bytes());
            }
        };
        self.noise.save(&mut word);
        self.rows
            .as_ref()
            .iter()
            .for_each(|row| row.save(&mut word));
        result?;
        let mut bytes = [0; 8];
        let bytes = &mut bytes[..size_of::<F>()];
        for cell in self.synapses.as_ref() {
            cell.write(bytes);
            to.put(bytes)?;
        }
        Ok(())
    }

    /// Checks what the bytes are.
    pub(super) fn read_header(kind: u8, from: &mut Reader<'_>) -> Result<(), BlobError> {
        read_version(from)?;
        let [found_kind, format] = from.bytes()?;
        let (samples, widths) = (usize::from(from.u16()?), usize::from(from.u16()?));
        let mut same = found_kind == kind && usize::from(format) == size_of::<F>();
        same &= samples == S::SAMPLES && widths == S::WIDTHS.len();
        if same {
            for width in S::WIDTHS {
                same &= usize::from(from.u16()?) == *width;
            }
        }
        if same { Ok(()) } else { Err(BlobError::Shape) }
    }

    /// Checks what follows the header, and takes it on if it is to be stored.
    pub(super) fn read(&mut self, from: &mut Reader<'_>, store: bool) -> Result<(), BlobError> {
        let settings = read_settings(from)?;
        let sound = settings.check().is_ok() && F::rule(&settings, 1, true, 0).is_ok();
        let [updates, clock, idle, cursor] = [from.u32()?, from.u32()?, from.u32()?, from.u32()?];
        let mut result = Ok(());
        let mut word = || {
            let word = if result.is_ok() { from.u32() } else { Ok(0) };
            word.unwrap_or_else(|error| {
                result = Err(error);
                0
            })
        };
        let noise = F::Noise::restore(&mut word);
        for row in self.rows.as_mut() {
            let found = F::Row::restore(&mut word);
            if store {
                *row = found;
            }
        }
        result?;
        let noise = noise.filter(|_| sound).ok_or(BlobError::Content)?;
        let mut bytes = [0; 8];
        let bytes = &mut bytes[..size_of::<F>()];
        for cell in self.synapses.as_mut() {
            from.fill(bytes)?;
            let found = F::read(bytes).ok_or(BlobError::Content)?;
            if store {
                *cell = found;
            }
        }
        if store {
            self.settings = settings;
            self.noise = noise;
            (self.updates, self.clock, self.idle) = (updates, clock, idle);
            self.cursor = cursor % crate::shape::neurons(S::WIDTHS) as u32;
        }
        Ok(())
    }
}

/// Checks that the bytes begin as a blob of this version does.
pub(super) fn read_version(from: &mut Reader<'_>) -> Result<(), BlobError> {
    if from.bytes()? != MAGIC {
        return Err(BlobError::Magic);
    }
    let (found, expected) = (from.u16()?, VERSION);
    match found == expected {
        true => Ok(()),
        false => Err(BlobError::Version { found, expected }),
    }
}

pub(super) fn write_header<E>(
    kind: u8,
    format: usize,
    samples: usize,
    widths: &[usize],
    to: &mut Writer<'_, E>,
) -> Result<(), E> {
    to.put(&MAGIC)?;
    to.put(&VERSION.to_le_bytes())?;
    to.put(&[kind, format as u8])?;
    to.put(&(samples as u16).to_le_bytes())?;
    to.put(&(widths.len() as u16).to_le_bytes())?;
    widths
        .iter()
        .try_for_each(|width| to.put(&(*width as u16).to_le_bytes()))
}

pub(super) fn write_settings<E>(settings: &Settings, to: &mut Writer<'_, E>) -> Result<(), E> {
    let rule = &settings.rule;
    let (low, high) = rule.sigma_bounds.unwrap_or((f64::NAN, f64::NAN));
    to.f64s(&[
        rule.memory_window,
        rule.sigma_prior,
        rule.mu_prior,
        rule.lr_mu,
        rule.lr_sigma,
        rule.clamp_grad.unwrap_or(f64::NAN),
        rule.max_step_ratio.unwrap_or(f64::NAN),
        low,
        high,
    ])?;
    let bit = |on: bool, bit: u8| if on { bit } else { 0 };
    let forms = bit(rule.sigma_step == SigmaStep::ClosedForm, CLOSED)
        | bit(rule.prior_step == PriorStep::Exact, EXACT)
        | bit(rule.sigma_at_most_prior, AT_MOST_PRIOR);
    to.put(&[forms])?;
    let Scaling { mean, deviation } = settings.scaling;
    to.f32s(&[settings.learn_above, mean, deviation, settings.rest])
}

pub(super) fn read_settings(from: &mut Reader<'_>) -> Result<Settings, BlobError> {
    let mut rule = Mesu {
        memory_window: from.f64()?,
        sigma_prior: from.f64()?,
        mu_prior: from.f64()?,
        lr_mu: from.f64()?,
        lr_sigma: from.f64()?,
        clamp_grad: from.option()?,
        max_step_ratio: from.option()?,
        sigma_bounds: None,
        ..Mesu::paper()
    };
    rule.sigma_bounds = from.option()?.zip(from.option()?);
    let [forms] = from.bytes()?;
    if forms & CLOSED != 0 {
        rule.sigma_step = SigmaStep::ClosedForm;
    }
    if forms & EXACT != 0 {
        rule.prior_step = PriorStep::Exact;
    }
    rule.sigma_at_most_prior = forms & AT_MOST_PRIOR != 0;
    let [learn_above, mean, deviation, rest] = from.f32s()?;
    Ok(Settings {
        rule,
        learn_above,
        scaling: Scaling { mean, deviation },
        rest,
    })
}
