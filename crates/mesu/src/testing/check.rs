//! One check of one learner, which fails with the names of both.

use std::fmt::Display;

use crate::learner::Learner;

/// A check that is being made.
pub(super) struct Check<'a> {
    pub(super) learner: &'a str,
    pub(super) name: &'static str,
}

impl Check<'_> {
    /// Fails unless `holds`.
    #[track_caller]
    pub(super) fn that(&self, holds: bool, what: impl Display) {
        let Self { learner, name } = self;
        assert!(holds, "{name}: {learner}: {what}");
    }

    /// Fails unless both are the same.
    #[track_caller]
    pub(super) fn same<T: PartialEq + std::fmt::Debug>(&self, found: T, expected: T, what: &str) {
        let same = found == expected;
        self.that(same, format!("{what} is {found:?}, expected {expected:?}"));
    }

    /// Returns what went well.
    #[track_caller]
    pub(super) fn ok<T, E: Display>(&self, result: Result<T, E>) -> T {
        match result {
            Ok(value) => value,
            Err(error) => panic!("{}: {}: {error}", self.name, self.learner),
        }
    }

    /// Returns everything that a learner is, as a file.
    #[track_caller]
    pub(super) fn state(&self, learner: &Learner) -> Vec<u8> {
        self.ok(learner.save(&[]))
    }

    /// Goes on to the next head, if there are several.
    #[track_caller]
    pub(super) fn switch(&self, learner: &mut Learner) {
        let next = (learner.head() + 1) % learner.heads();
        self.ok(learner.use_head(next));
        self.same(learner.head(), next, "the head in use");
    }
}
