//! States: whole, cut and changed.

use mesu_stream::{Notes, StateError, StreamLearner, StreamSettings};

use crate::made::{COLUMNS, learner, ordinary, small};

#[test]
fn a_restored_learner_goes_on_bit_for_bit() {
    let rows = ordinary(900, 1);
    let mut whole = learner(&COLUMNS, &rows, StreamSettings::default());
    whole.predict_then_learn_rows(&rows[..613]).unwrap();
    let notes = Notes::from([("place".to_owned(), "613".to_owned())]);
    let state = whole.save(&notes).unwrap();
    let (mut restored, found) = StreamLearner::restore(&state).unwrap();
    assert_eq!(found, notes);
    assert_eq!(restored.save(&notes).unwrap(), state);
    assert_eq!(
        whole.predict(&rows[700]).unwrap(),
        restored.predict(&rows[700]).unwrap()
    );
    let [a, b] = [&mut whole, &mut restored]
        .map(|learner| learner.predict_then_learn_rows(&rows[613..]).unwrap());
    assert_eq!(a, b);
    assert_eq!(whole.measures(), restored.measures());
    assert_eq!(whole.save(&notes).unwrap(), restored.save(&notes).unwrap());
}

#[test]
fn what_is_damaged_is_refused() {
    let rows = ordinary(50, 1);
    let mut learner = learner(&COLUMNS, &rows, small());
    learner.predict_then_learn_rows(&rows).unwrap();
    let state = learner.save(&Notes::new()).unwrap();
    for length in [0, 4, 8, 20, 51, 52, state.len() / 2, state.len() - 1] {
        assert!(
            StreamLearner::restore(&state[..length]).is_err(),
            "{length}"
        );
    }
    for at in (0..state.len()).step_by(97) {
        let mut flipped = state.clone();
        flipped[at] ^= 4;
        assert!(StreamLearner::restore(&flipped).is_err(), "{at}");
    }
    let mut later = state.clone();
    later[8] = 9;
    let error = StreamLearner::restore(&later).err();
    assert_eq!(error, Some(StateError::Version { found: 9 }));
    assert_eq!(
        StreamLearner::restore(b"{}").err(),
        Some(StateError::Foreign)
    );
}

#[test]
fn a_state_does_not_grow_with_the_rows() {
    let rows = ordinary(3_000, 1);
    let mut learner = learner(&COLUMNS, &rows, small());
    let mut size = |rows| {
        learner.predict_then_learn_rows(rows).unwrap();
        learner.save(&Notes::new()).unwrap().len()
    };
    let (early, late) = (size(&rows[..1_500]), size(&rows[1_500..]));
    assert!(late < early + early / 20, "{early}, then {late}");
}
