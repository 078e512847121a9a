//! Bytes of classifiers whose shape is known at run time only, beside those of learners.
#![allow(clippy::unwrap_used)]

use mesu_core::Synapse;
use mesu_micro::{
    Blob, BlobError, Classifier, Float, Format, Image, Received, Settings, Shape, Three, Two,
    Unfit, shape,
};

shape! { struct Small: [5, 7, 4, 3], samples 2; }

fn learned<F: Format>() -> Classifier<Small, F> {
    let mut learner = Classifier::new();
    learner.start(Settings::DEFAULT, 2, 1).unwrap();
    for k in 0..60 {
        let sign = if k % 2 == 0 { 1.0 } else { -1.0 };
        learner.learn(&[sign, 0.0, -sign, 0.5, 0.1], k % 2).unwrap();
    }
    learner
}

fn bytes(learner: &impl Blob) -> Vec<u8> {
    let mut bytes = vec![0; 4_096];
    learner.save(&mut bytes).unwrap().to_vec()
}

fn image(classes: usize) -> Image<'static> {
    Image {
        widths: Small::WIDTHS,
        samples: 2,
        settings: Settings::DEFAULT,
        classes,
        updates: 60,
        seed: 9,
    }
}

fn written<F: Format>(
    image: &Image<'_>,
    synapse: impl Fn((usize, usize, Option<usize>)) -> Synapse<f32>,
) -> Result<(Vec<u8>, usize), Unfit> {
    let mut bytes = Vec::new();
    let clipped = image.write::<F, Unfit>(synapse, &mut |part| {
        bytes.extend_from_slice(part);
        Ok(())
    })?;
    Ok((bytes, clipped))
}

/// From a learner's bytes to synapses, to an image, to a learner: every synapse is the same.
fn there_and_back<F: Format>() {
    let learner = learned::<F>();
    let saved = bytes(&learner);
    let received = Received::read(&saved).unwrap();
    assert_eq!(received.widths().collect::<Vec<_>>(), Small::WIDTHS);
    let what = (
        received.format,
        received.samples,
        received.classes,
        received.updates,
    );
    assert_eq!(what, (size_of::<F>(), 2, 2, 60));
    assert_eq!(received.settings, Settings::DEFAULT);
    let (image, clipped) =
        written::<F>(&image(2), |(l, o, i)| received.synapse(l, o, i).unwrap()).unwrap();
    assert_eq!((image.len(), clipped), (saved.len(), 0));
    let mut back = Classifier::<Small, F>::new();
    back.restore(&image).unwrap();
    assert_eq!((back.updates(), back.classes()), (60, 2));
    for (l, pair) in Small::WIDTHS.windows(2).enumerate() {
        for o in 0..pair[1] {
            for i in (0..pair[0]).map(Some).chain([None]) {
                assert_eq!(back.synapse(l, o, i), learner.synapse(l, o, i));
                assert_eq!(received.synapse(l, o, i), learner.synapse(l, o, i));
            }
            assert_eq!(received.synapse(l, o, Some(pair[0])), None);
        }
    }
    assert_eq!(received.synapse(3, 0, None), None);
    // It goes on learning.
    back.learn(&[1.0, 0.0, -1.0, 0.5, 0.1], 0).unwrap();
}

#[test]
fn synapses_come_back_in_every_format() {
    there_and_back::<Float>();
    there_and_back::<Three>();
    there_and_back::<Two>();
}

#[test]
fn synapses_beyond_the_range_are_clipped_and_counted() {
    let wide = |(l, o, i): (usize, usize, Option<usize>)| Synapse {
        mu: if (l, o, i) == (0, 0, Some(0)) {
            1e3
        } else {
            0.1
        },
        sigma: if (l, o, i) == (1, 2, None) {
            1e-9
        } else {
            0.05
        },
    };
    for (found, of) in [
        (written::<Float>(&image(3), wide).unwrap().1, 0),
        (written::<Three>(&image(3), wide).unwrap().1, 2),
        (written::<Two>(&image(3), wide).unwrap().1, 2),
    ] {
        assert_eq!(found, of);
    }
    let (bytes, _) = written::<Three>(&image(3), wide).unwrap();
    let received = Received::read(&bytes).unwrap();
    let clipped = received.synapse(0, 0, Some(0)).unwrap().mu;
    assert!((16.0..100.0).contains(&clipped), "{clipped}");
    let near = received.synapse(2, 1, Some(0)).unwrap();
    assert!(
        (near.mu - 0.1).abs() < 1e-3 && (near.sigma / 0.05 - 1.0).abs() < 0.03,
        "{near:?}"
    );
}

#[test]
fn what_is_no_classifier_is_refused() {
    let any = |_| Synapse {
        mu: 0.0,
        sigma: 0.1,
    };
    let most = |found| Err(Unfit::Classes { found, most: 3 });
    assert_eq!(written::<Two>(&image(0), any), most(0));
    assert_eq!(written::<Two>(&image(4), any), most(4));
    let mut unsafe_rule = image(3);
    unsafe_rule.settings.rule = mesu_micro::Mesu::paper();
    assert_eq!(written::<Two>(&unsafe_rule, any), Err(Unfit::Unsafe));
    assert!(written::<Float>(&unsafe_rule, any).is_ok());
    let saved = bytes(&learned::<Three>());
    for len in 0..saved.len() {
        assert!(Received::read(&saved[..len]).is_err(), "{len}");
    }
    for at in 0..saved.len() {
        let mut flipped = saved.clone();
        flipped[at] ^= 1 << (at % 8);
        assert!(Received::read(&flipped).is_err(), "{at}");
    }
    let of = |at: usize, to: u8| {
        let mut edited = saved.clone();
        edited[at] = to;
        Received::read(&edited).err()
    };
    assert_eq!(of(0, b'x'), Some(BlobError::Magic));
    assert_eq!(of(6, 1), Some(BlobError::Shape));
    assert_eq!(of(7, 4), Some(BlobError::Shape));
    assert_eq!(of(200, !saved[200]), Some(BlobError::Crc));
}
