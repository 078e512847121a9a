//! Members mixed in the log domain: the mixture's density is the product of theirs, each to the power of its
//! weight.

mod classes;
mod values;

pub(crate) use self::classes::{ClassMixer, Mixed};
pub(crate) use self::values::{Normal, ValueMixer};
