//! Power that fails at every step of a save, and bytes that are not a state.
#![allow(clippy::unwrap_used)]

use mesu_micro::{
    Blob, BlobError, Classifier, Flash, Float, Regressor, Settings, SlotError, Slots, Targets,
    Three, Two, shape,
};

shape! { struct Small: [6, 4, 3], samples 2; }
shape! { struct Wider: [6, 5, 3], samples 2; }
shape! { struct Value: [6, 4, 1], samples 2; }

const PAGE: usize = 256;
const WORD: usize = 8;
/// Bytes of the last page or word that change, or some bits of all of them.
const WAYS: [usize; 5] = [0, 1, 4, PAGE / 2, usize::MAX];

/// Flash whose power fails at a step: the erasure of a page, or the writing of a word.
#[derive(Clone, Debug)]
struct Cut {
    bytes: Vec<u8>,
    /// Steps before the cut.
    left: usize,
    /// Number of bytes of the last step's page or word that change all the same.
    done: usize,
}

#[derive(Debug, PartialEq)]
struct PowerOff;

impl Cut {
    fn new(pages: usize) -> Self {
        Self {
            bytes: vec![0xff; pages * PAGE],
            left: usize::MAX,
            done: 0,
        }
    }

    /// Changes a page or word, or as much of it as the power lasts for.
    fn step(&mut self, at: usize, new: &[u8], erase: bool) -> Result<(), PowerOff> {
        let done = match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                new.len()
            }
            None if self.done == usize::MAX => {
                for (k, (old, new)) in self.bytes[at..].iter_mut().zip(new).enumerate() {
                    // Each bit is the old one or the new one.
                    let changed = (at + k).wrapping_mul(0x9e37_79b1).to_le_bytes()[2];
                    *old = (*old & !changed) | (*new & changed);
                }
                return Err(PowerOff);
            }
            None => new.len().min(self.done),
        };
        for (old, new) in self.bytes[at..at + done].iter_mut().zip(new) {
            // Writing takes bits from 1 to 0 only.
            assert!(erase || *old == 0xff, "written twice at {at}");
            *old = *new;
        }
        if done == new.len() {
            Ok(())
        } else {
            Err(PowerOff)
        }
    }
}

impl Flash for Cut {
    type Error = PowerOff;
    const WRITE_SIZE: usize = WORD;
    const ERASE_SIZE: usize = PAGE;

    fn capacity(&self) -> usize {
        self.bytes.len()
    }
    fn read(&mut self, address: usize, bytes: &mut [u8]) -> Result<(), PowerOff> {
        bytes.copy_from_slice(&self.bytes[address..address + bytes.len()]);
        Ok(())
    }
    fn erase(&mut self, from: usize, to: usize) -> Result<(), PowerOff> {
        (from..to)
            .step_by(PAGE)
            .try_for_each(|at| self.step(at, &[0xff; PAGE], true))
    }
    fn write(&mut self, address: usize, bytes: &[u8]) -> Result<(), PowerOff> {
        assert!(address.is_multiple_of(WORD) && bytes.len().is_multiple_of(WORD));
        let mut words = bytes.chunks(WORD).enumerate();
        words.try_for_each(|(k, word)| self.step(address + k * WORD, word, false))
    }
}

fn learner(examples: usize) -> Classifier<Small, Three> {
    let mut learner = Classifier::new();
    learner.start(Settings::DEFAULT, 2, 1).unwrap();
    learn(&mut learner, 0..examples);
    learner
}

fn learn(learner: &mut Classifier<Small, Three>, examples: std::ops::Range<usize>) {
    for k in examples {
        let sign = if k % 2 == 0 { 1.0 } else { -1.0 };
        learner
            .learn(&[sign, 0.0, -sign, 0.5, 0.0, 1.0], k % 2)
            .unwrap();
    }
}

fn blob(learner: &impl Blob) -> Vec<u8> {
    let mut bytes = vec![0; 4_096];
    learner.save(&mut bytes).unwrap().to_vec()
}

#[test]
fn a_cut_at_any_step_leaves_the_old_state_or_the_new() {
    const SLOT: usize = Slots::<Cut>::slot_bytes(Classifier::<Small, Three>::BLOB_BYTES);
    const { assert!(SLOT == 2 * PAGE) };
    let states: Vec<_> = [20, 40, 60].map(learner).into();
    let blobs: Vec<_> = states.iter().map(blob).collect();
    let saved = |count: usize| {
        let mut slots = Slots::new(Cut::new(4), 0, SLOT).unwrap();
        states[..count]
            .iter()
            .for_each(|state| slots.save(state).unwrap());
        slots.into_flash()
    };
    let mut cuts = 0;
    // Onto nothing, onto one state, and over the older of two.
    for count in 0..3 {
        for (left, done) in (0..).flat_map(|left| WAYS.map(|done| (left, done))) {
            let flash = Cut {
                left,
                done,
                ..saved(count)
            };
            let mut slots = Slots::new(flash, 0, SLOT).unwrap();
            let result = slots.save(&states[count]);
            if result.is_ok() && done == WAYS[0] {
                break;
            }
            cuts += 1;
            let flash = Cut {
                left: usize::MAX,
                ..slots.into_flash()
            };
            let mut slots = Slots::new(flash, 0, SLOT).unwrap();
            let mut after = Classifier::<Small, Three>::new();
            let found = slots.restore(&mut after);
            let old = count.checked_sub(1).map(|old| &blobs[old]);
            match found {
                Ok(()) => {
                    let found = blob(&after);
                    let new = found == blobs[count];
                    assert!(new || Some(&found) == old, "{count} {left} {done}");
                    assert!(new || result.is_err(), "a save that succeeded is there");
                }
                Err(error) => assert!(old.is_none() && error == SlotError::Empty, "{error:?}"),
            }
            // Power is back: the next save succeeds.
            slots.save(&states[count]).unwrap();
            slots.restore(&mut after).unwrap();
            assert_eq!(blob(&after), blobs[count]);
        }
    }
    let steps = SLOT / PAGE + blobs[0].len().div_ceil(WORD) + 32 / WORD;
    assert_eq!(cuts, 3 * WAYS.len() * steps);
}

#[test]
fn a_flipped_bit_of_the_newest_state_brings_back_the_older() {
    const SLOT: usize = 2 * PAGE;
    let (old, new) = (learner(20), learner(40));
    let mut slots = Slots::new(Cut::new(4), 0, SLOT).unwrap();
    slots.save(&old).unwrap();
    slots.save(&new).unwrap();
    let flash = slots.into_flash();
    let used = 20 + Classifier::<Small, Three>::BLOB_BYTES;
    for at in (0..used).step_by(3).filter(|at| !(20..32).contains(at)) {
        let mut flash = flash.clone();
        flash.bytes[SLOT + at] ^= 1 << (at % 8);
        let mut slots = Slots::new(flash, 0, SLOT).unwrap();
        let mut after = Classifier::<Small, Three>::new();
        slots.restore(&mut after).unwrap();
        assert_eq!(blob(&after), blob(&old), "{at}");
    }
}

/// A save takes the place of a damaged state, however new, and not of the one that is whole.
#[test]
fn a_cut_after_damage_leaves_the_state_that_was_whole() {
    const SLOT: usize = 2 * PAGE;
    let states = [20, 40, 60].map(learner);
    let mut slots = Slots::new(Cut::new(4), 0, SLOT).unwrap();
    slots.save(&states[0]).unwrap();
    slots.save(&states[1]).unwrap();
    let mut damaged = slots.into_flash();
    damaged.bytes[SLOT + 200] ^= 1;
    for left in 0..10 {
        let flash = Cut {
            left,
            ..damaged.clone()
        };
        let mut slots = Slots::new(flash, 0, SLOT).unwrap();
        assert!(slots.save(&states[2]).is_err());
        let mut after = Classifier::<Small, Three>::new();
        slots.restore(&mut after).unwrap();
        assert_eq!(blob(&after), blob(&states[0]), "{left}");
    }
}

#[test]
fn slots_that_do_not_fit_are_refused() {
    let refused = |start, slot| Slots::new(Cut::new(4), start, slot).err();
    let place = Some(SlotError::Place { capacity: 4 * PAGE });
    assert_eq!(refused(1, PAGE), place);
    assert_eq!(refused(0, PAGE - 1), place);
    assert_eq!(refused(PAGE, 2 * PAGE), place);
    assert_eq!(refused(0, usize::MAX / PAGE * PAGE), place);
    let mut slots = Slots::new(Cut::new(4), 0, PAGE).unwrap();
    let error = slots.save(&learner(1)).unwrap_err();
    assert!(
        matches!(error, SlotError::TooLong { slot: PAGE, .. }),
        "{error:?}"
    );
    let mut slots = Slots::new(
        Cut {
            left: 0,
            ..Cut::new(4)
        },
        0,
        2 * PAGE,
    )
    .unwrap();
    assert_eq!(slots.save(&learner(1)), Err(SlotError::Flash(PowerOff)));
    // A state of another learner is whole, and not taken on.
    let mut slots = Slots::new(Cut::new(4), 0, 2 * PAGE).unwrap();
    slots.save(&learner(1)).unwrap();
    let mut other = Classifier::<Wider, Three>::new();
    assert_eq!(
        slots.restore(&mut other),
        Err(SlotError::Blob(BlobError::Shape))
    );
}

#[test]
fn what_is_no_state_is_refused_and_the_old_one_kept() {
    let (old, bytes) = (learner(30), blob(&learner(50)));
    let expected = Classifier::<Small, Three>::BLOB_BYTES;
    assert_eq!(bytes.len(), expected);
    let check = |bytes: &[u8], what: BlobError| {
        let mut learner = old.clone();
        assert_eq!(learner.restore(bytes), Err(what));
        assert_eq!(blob(&learner), blob(&old));
    };
    for len in 0..bytes.len() {
        check(
            &bytes[..len],
            BlobError::Length {
                found: len,
                expected,
            },
        );
    }
    let version = BlobError::Version {
        found: 2,
        expected: 1,
    };
    for at in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << (at % 8);
        let mut learner = old.clone();
        assert!(learner.restore(&flipped).is_err(), "{at}");
        assert_eq!(blob(&learner), blob(&old), "{at}");
    }
    let edit = |at: usize, to: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = to;
        bytes
    };
    check(&edit(0, b'n'), BlobError::Magic);
    check(&edit(4, 2), version);
    check(&edit(7, 2), BlobError::Shape);
    check(&edit(8, 3), BlobError::Shape);
    check(&edit(14, 5), BlobError::Shape);
    check(&edit(100, !bytes[100]), BlobError::Crc);
    let mut short = [0; 10];
    let found = old.save(&mut short);
    assert_eq!(
        found,
        Err(BlobError::Length {
            found: 10,
            expected
        })
    );
    let other = blob(&Regressor::<Value, Two>::new());
    let mut of_values = Regressor::<Value, Float>::new();
    let expected = Regressor::<Value, Float>::BLOB_BYTES;
    let length = BlobError::Length {
        found: other.len(),
        expected,
    };
    assert_eq!(of_values.restore(&other), Err(length));
}

/// Numbers that no learner has, with a sum that is right.
#[test]
fn numbers_that_no_learner_has_are_refused() {
    let crc = |bytes: &[u8]| {
        bytes.iter().fold(!0u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 }
            })
        })
    };
    let mut of_values = Regressor::<Value, Float>::new();
    of_values
        .start(Settings::DEFAULT, Targets::DEFAULT, 1)
        .unwrap();
    let whole = blob(&of_values);
    let body = whole.len() - 4;
    assert_eq!(whole[body..], (!crc(&whole[..body])).to_le_bytes());
    // The window, the first synapse, the noise.
    let first = body - (3 * 4 + 8 + 4) - 33 * 8;
    for (at, to) in [
        (18, &f64::NAN.to_le_bytes()[..]),
        (first, &f32::INFINITY.to_le_bytes()),
        (body - 12, &(-1f64).to_le_bytes()),
    ] {
        let mut bytes = whole.clone();
        bytes[at..at + to.len()].copy_from_slice(to);
        let sum = !crc(&bytes[..body]);
        bytes[body..].copy_from_slice(&sum.to_le_bytes());
        let mut learner = Regressor::<Value, Float>::new();
        let (settings, targets) = (Settings::DEFAULT, Targets::DEFAULT);
        learner.start(settings, targets, 2).unwrap();
        let old = blob(&learner);
        assert_eq!(learner.restore(&bytes), Err(BlobError::Content), "{at}");
        assert_eq!(blob(&learner), old, "{at}");
    }
}

#[test]
fn a_restored_learner_goes_on_with_the_same_bits() {
    let mut first = learner(30);
    assert_eq!(first.add_class(), Ok(2));
    let mut second = Classifier::new();
    second.restore(&blob(&first)).unwrap();
    learn(&mut first, 30..80);
    learn(&mut second, 30..80);
    assert_eq!((second.classes(), blob(&second)), (3, blob(&first)));
}
