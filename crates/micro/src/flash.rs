//! Two slots in flash memory: a power cut at any moment leaves the old state or the new one, whole.
//!
//! A slot begins with a header of 32 bytes: `slot`, its sequence number, the length and the CRC-32 of the blob, and
//! the CRC-32 of these 16 bytes. A save erases the slot that does not hold the newest whole state, writes the blob,
//! and the header last: before that the slot holds nothing.
//!
//! A save wears a slot by one erasure, so two saves cost each page one of the 10,000 that NOR flash of
//! microcontrollers is commonly rated for at the least. Saved every ten minutes, that lasts 138 days; once an hour,
//! two years. Save by time, or when the supply begins to fail, and not by updates.

use core::fmt::{Debug, Display, Formatter, Result as Written};

use crate::blob::{Blob, BlobError, Crc};

const MAGIC: [u8; 4] = *b"slot";
/// Bytes of a header, and the longest that a flash writes at once.
const HEADER: usize = 32;
/// Bytes of a header that its sum is of.
const SUMMED: usize = 16;

/// Flash memory as embedded-storage's `NorFlash` has it: erased in pages, then written in words.
pub trait Flash {
    /// Fault of the memory.
    type Error: Debug;
    /// Bytes that are written at once; they divide 32.
    const WRITE_SIZE: usize;
    /// Bytes that are erased at once.
    const ERASE_SIZE: usize;

    /// Number of bytes.
    fn capacity(&self) -> usize;

    /// Reads bytes from an address.
    ///
    /// # Errors
    /// A fault of the memory.
    fn read(&mut self, address: usize, bytes: &mut [u8]) -> Result<(), Self::Error>;

    /// Erases from an address, a multiple of [`ERASE_SIZE`](Self::ERASE_SIZE), up to another.
    ///
    /// # Errors
    /// A fault of the memory.
    fn erase(&mut self, from: usize, to: usize) -> Result<(), Self::Error>;

    /// Writes bytes to an address that has been erased; both are multiples of [`WRITE_SIZE`](Self::WRITE_SIZE).
    ///
    /// # Errors
    /// A fault of the memory.
    fn write(&mut self, address: usize, bytes: &[u8]) -> Result<(), Self::Error>;
}

/// A state that cannot be saved to flash, or restored from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SlotError<E> {
    /// Slots that are not of whole pages, or beyond the memory.
    Place {
        /// Bytes of the memory.
        capacity: usize,
    },
    /// A state that is longer than a slot.
    TooLong {
        /// Bytes of the state and its header.
        found: usize,
        /// Bytes of a slot.
        slot: usize,
    },
    /// No slot holds a whole state.
    Empty,
    /// A whole state that is not of this learner.
    Blob(BlobError),
    /// A fault of the memory.
    Flash(E),
}

impl<E: Debug> Display for SlotError<E> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        match self {
            Self::Place { capacity } => {
                write!(
                    f,
                    "expected two slots of whole pages within {capacity} bytes"
                )
            }
            Self::TooLong { found, slot } => {
                write!(f, "{found} bytes of state and header; a slot has {slot}")
            }
            Self::Empty => f.write_str("no slot holds a whole state"),
            Self::Blob(error) => Display::fmt(error, f),
            Self::Flash(error) => write!(f, "fault of the flash memory: {error:?}"),
        }
    }
}

impl<E: Debug> core::error::Error for SlotError<E> {}

/// Two slots for the states of a learner.
#[derive(Clone, Debug)]
pub struct Slots<M> {
    flash: M,
    start: usize,
    slot: usize,
}

/// A whole state.
#[derive(Clone, Copy)]
struct Whole {
    /// Address of its slot.
    address: usize,
    sequence: u32,
}

impl<M: Flash> Slots<M> {
    /// Bytes of the smallest slot for a state of so many bytes; two of them are needed.
    #[must_use]
    pub const fn slot_bytes(blob: usize) -> usize {
        (HEADER + blob).next_multiple_of(M::ERASE_SIZE)
    }

    /// Takes two slots of `slot` bytes each, from address `start` on.
    ///
    /// # Errors
    /// [`SlotError::Place`].
    pub fn new(flash: M, start: usize, slot: usize) -> Result<Self, SlotError<M::Error>> {
        const {
            assert!(
                HEADER.is_multiple_of(M::WRITE_SIZE),
                "words that divide 32 bytes"
            )
        };
        let capacity = flash.capacity();
        let whole = start.is_multiple_of(M::ERASE_SIZE) && slot.is_multiple_of(M::ERASE_SIZE);
        let end = slot.checked_mul(2).and_then(|both| both.checked_add(start));
        match whole && slot > HEADER && end.is_some_and(|end| end <= capacity) {
            true => Ok(Self { flash, start, slot }),
            false => Err(SlotError::Place { capacity }),
        }
    }

    /// Gives the memory back.
    pub fn into_flash(self) -> M {
        self.flash
    }

    /// Saves the state of a learner.
    ///
    /// # Errors
    /// [`SlotError`]: the state saved before is still there.
    pub fn save<L: Blob>(&mut self, learner: &L) -> Result<(), SlotError<M::Error>> {
        let (found, slot) = (HEADER + L::BLOB_BYTES, self.slot);
        if found > slot {
            return Err(SlotError::TooLong { found, slot });
        }
        let newest = self.whole()?[0];
        let address = match newest {
            Some(whole) if whole.address == self.start => self.start + slot,
            _ => self.start,
        };
        let sequence = newest.map_or(0, |whole| whole.sequence.wrapping_add(1));
        self.flash
            .erase(address, address + slot)
            .map_err(SlotError::Flash)?;
        let mut body = Body {
            flash: &mut self.flash,
            address: address + HEADER,
            word: [0xff; HEADER],
            filled: 0,
            crc: Crc::new(),
        };
        learner.write_blob(&mut |part| body.put(part))?;
        let crc = body.end()?;
        let mut header = [0xff; HEADER];
        header[..4].copy_from_slice(&MAGIC);
        let numbers = [sequence, L::BLOB_BYTES as u32, crc];
        for (to, number) in header[4..].chunks_exact_mut(4).zip(numbers) {
            to.copy_from_slice(&number.to_le_bytes());
        }
        let mut sum = Crc::new();
        sum.add(&header[..SUMMED]);
        header[SUMMED..SUMMED + 4].copy_from_slice(&sum.sum().to_le_bytes());
        self.flash.write(address, &header).map_err(SlotError::Flash)
    }

    /// Restores the newest whole state of this learner.
    ///
    /// # Errors
    /// [`SlotError`]: the learner is as before.
    pub fn restore(&mut self, learner: &mut impl Blob) -> Result<(), SlotError<M::Error>> {
        let mut result = Err(SlotError::Empty);
        for whole in self.whole()?.into_iter().flatten() {
            // Two closures of one memory, one after the other.
            let flash = core::cell::RefCell::new(&mut self.flash);
            let open = || {
                let (flash, mut at) = (&flash, whole.address + HEADER);
                move |part: &mut [u8]| {
                    let mut flash = flash.try_borrow_mut().map_err(|_| BlobError::Unreadable)?;
                    flash.read(at, part).map_err(|_| BlobError::Unreadable)?;
                    at += part.len();
                    Ok(())
                }
            };
            match learner.read_blob(open) {
                Ok(()) => return Ok(()),
                // The newest one says why.
                Err(error) if matches!(result, Err(SlotError::Empty)) => {
                    result = Err(SlotError::Blob(error));
                }
                Err(_) => {}
            }
        }
        result
    }

    /// Whole states, the newest first.
    fn whole(&mut self) -> Result<[Option<Whole>; 2], SlotError<M::Error>> {
        let first = self.whole_at(self.start)?;
        let second = self.whole_at(self.start + self.slot)?;
        let swap = match (first, second) {
            // Sequence numbers go round.
            (Some(a), Some(b)) => b.sequence.wrapping_sub(a.sequence) < u32::MAX / 2,
            (a, _) => a.is_none(),
        };
        Ok(if swap {
            [second, first]
        } else {
            [first, second]
        })
    }

    /// State of the slot at an address, if it is whole.
    fn whole_at(&mut self, address: usize) -> Result<Option<Whole>, SlotError<M::Error>> {
        let mut header = [0; HEADER];
        self.flash
            .read(address, &mut header)
            .map_err(SlotError::Flash)?;
        let mut numbers = [0; 4];
        for (number, bytes) in numbers.iter_mut().zip(header[4..].chunks_exact(4)) {
            *number = bytes
                .first_chunk()
                .map_or(0, |bytes| u32::from_le_bytes(*bytes));
        }
        let [sequence, length, crc, sum] = numbers;
        let mut own = Crc::new();
        own.add(&header[..SUMMED]);
        let (length, most) = (length as usize, self.slot - HEADER);
        if header[..4] != MAGIC || own.sum() != sum || length > most {
            return Ok(None);
        }
        let (mut own, mut buffer) = (Crc::new(), [0; 64]);
        for at in (0..length).step_by(buffer.len()) {
            let part = &mut buffer[..(length - at).min(64)];
            self.flash
                .read(address + HEADER + at, part)
                .map_err(SlotError::Flash)?;
            own.add(part);
        }
        Ok((own.sum() == crc).then_some(Whole { address, sequence }))
    }
}

/// A blob on its way into flash, word by word.
struct Body<'a, M> {
    flash: &'a mut M,
    address: usize,
    word: [u8; HEADER],
    filled: usize,
    crc: Crc,
}

impl<M: Flash> Body<'_, M> {
    fn put(&mut self, bytes: &[u8]) -> Result<(), SlotError<M::Error>> {
        self.crc.add(bytes);
        for byte in bytes {
            self.word[self.filled] = *byte;
            self.filled += 1;
            if self.filled == HEADER {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), SlotError<M::Error>> {
        let len = self.filled.next_multiple_of(M::WRITE_SIZE);
        let word = &self.word[..len];
        self.flash
            .write(self.address, word)
            .map_err(SlotError::Flash)?;
        self.address += len;
        (self.word, self.filled) = ([0xff; HEADER], 0);
        Ok(())
    }

    /// Writes what is left; returns the sum of all.
    fn end(mut self) -> Result<u32, SlotError<M::Error>> {
        if self.filled > 0 {
            self.flush()?;
        }
        Ok(self.crc.sum())
    }
}
