//! Words of the list of settings: ranges and learners that many have in common.

use mesu::LearnerKind::{
    self, Adam, Bbb, Ewc, Foovb, Mesu, OnlineEwc, Replay, Sgd, Si, StreamingEwc,
};

use super::setting::{Kind, Range, Setting};

pub(super) const fn setting(key: &'static str, kind: Kind, meaning: &'static str) -> Setting {
    Setting {
        key,
        kind,
        meaning,
        learners: &[],
        example: "",
    }
}

impl Setting {
    /// The same, off or absent by default, with a value to show.
    pub(super) const fn shown(self, example: &'static str) -> Self {
        Self { example, ..self }
    }

    /// The same, of these learners.
    pub(super) const fn of(self, learners: &'static [LearnerKind]) -> Self {
        Self { learners, ..self }
    }
}

pub(super) const fn range(
    text: &'static str,
    low: Option<(f64, bool)>,
    high: Option<(f64, bool)>,
) -> Kind {
    Kind::Number(Range { text, low, high })
}

pub(super) const fn whole(most: u64) -> Kind {
    Kind::Whole { least: 1, most }
}

pub(super) const MANY: u64 = u32::MAX as u64;
/// The table of accuracies grows with the square of the tasks.
pub(super) const TASKS: u64 = 10_000;
pub(super) const FINITE: Kind = range("a finite number", None, None);
pub(super) const POSITIVE: Kind = range("a finite number > 0", Some((0.0, false)), None);
pub(super) const NOT_NEGATIVE: Kind = range("a finite number >= 0", Some((0.0, true)), None);
pub(super) const WINDOW: Kind = range(
    "a finite number of updates, 1 or more",
    Some((1.0, true)),
    None,
);
pub(super) const SHARE: Kind = range("0 to 1", Some((0.0, true)), Some((1.0, true)));
pub(super) const SAMPLES: Kind = whole(10_000);

pub(super) const ALL: &[LearnerKind] = LearnerKind::ALL;
pub(super) const GAUSSIAN: &[LearnerKind] = &[Mesu, Foovb, Bbb];
pub(super) const WITH_PRIOR: &[LearnerKind] = &[Mesu, Bbb];
pub(super) const WITH_RATE: &[LearnerKind] =
    &[Bbb, Sgd, Adam, Ewc, OnlineEwc, StreamingEwc, Si, Replay];
pub(super) const PENALIZED: &[LearnerKind] = &[Ewc, OnlineEwc, StreamingEwc, Si];
pub(super) const ELASTIC: &[LearnerKind] = &[Ewc, OnlineEwc, StreamingEwc];
