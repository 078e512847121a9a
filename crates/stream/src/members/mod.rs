//! Members of a mixture: each predicts every row by itself, and then learns it.

mod last_label;
mod member;
mod neighbors;
mod network;
mod opinions;
mod residuals;
mod settings;

use mesu::ConfigError;

use self::last_label::LastLabel;
pub(crate) use self::member::{Lesson, Member, Outputs, Shape};
use self::neighbors::Neighbors;
use self::network::NetworkMember;
pub(crate) use self::opinions::{OF_VALUE, Opinions};
pub use self::settings::{MemberSettings, NetworkSettings};

/// A new member.
pub(crate) fn new(settings: &MemberSettings, shape: Shape) -> Result<Box<dyn Member>, ConfigError> {
    Ok(match settings {
        MemberSettings::Network(network) => Box::new(NetworkMember::new(network, shape)?),
        MemberSettings::Neighbors { rows, nearest } => {
            Box::new(Neighbors::new(*rows, *nearest, shape))
        }
        MemberSettings::LastLabel => Box::new(LastLabel::new(shape.outputs)),
        MemberSettings::Trained { name } => {
            let expected = "a member that can be made anew";
            let part = mesu::ConfigPart::Network;
            return Err(ConfigError::new(part, "members", name, expected));
        }
    })
}

/// A network that has learned elsewhere as a member; `None` if it is for other rows or answers.
pub(crate) fn trained(learner: mesu::Learner, shape: Shape) -> Option<Box<dyn Member>> {
    Some(Box::new(NetworkMember::trained(learner, shape)?))
}

/// A member from what [`Member::save`] gave; `None` if that does not fit.
pub(crate) fn restore(
    settings: &MemberSettings,
    shape: Shape,
    bytes: &[u8],
) -> Option<Box<dyn Member>> {
    Some(match settings {
        MemberSettings::Network(network) => {
            Box::new(NetworkMember::restore(network, shape, bytes)?)
        }
        MemberSettings::Neighbors { rows, nearest } => {
            Box::new(Neighbors::restore(*rows, *nearest, shape, bytes)?)
        }
        MemberSettings::LastLabel => Box::new(LastLabel::restore(shape.outputs, bytes)?),
        MemberSettings::Trained { .. } => {
            let (learner, _) = mesu::Learner::restore(bytes).ok()?;
            return trained(learner, shape);
        }
    })
}
