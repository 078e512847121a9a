//! Settings and keys that are asked for.

use std::sync::OnceLock;

use mesu::LearnerKind;

use super::list::SETTINGS;
use super::setting::Setting;

/// The setting of this dotted key.
#[must_use]
pub fn find(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

/// Every dotted key that an experiment can have, in order.
pub(crate) fn keys() -> impl Iterator<Item = &'static str> + Clone {
    SETTINGS.iter().map(|setting| setting.key)
}

/// The keys of a learner of this kind, without their section and without `kind` itself.
pub(crate) fn of_learner(kind: LearnerKind) -> &'static [&'static str] {
    static KEYS: OnceLock<Vec<Vec<&'static str>>> = OnceLock::new();
    let all = KEYS.get_or_init(|| {
        let keys = |kind: &LearnerKind| {
            let own = SETTINGS
                .iter()
                .filter(|setting| setting.learners.contains(kind));
            own.map(|setting| setting.place().1).collect()
        };
        LearnerKind::ALL.iter().map(keys).collect()
    });
    let place = LearnerKind::ALL.iter().position(|other| *other == kind);
    place.map_or(&[], |place| &all[place])
}
