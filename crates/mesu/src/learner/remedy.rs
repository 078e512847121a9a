//! Remedies for a learner that diverges.

/// A change of a learner's settings that may keep learning from diverging.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Remedy {
    /// A smaller value of the field; where there are two fields, of both.
    Lower(&'static [&'static str]),
    /// A larger value of the field.
    Raise(&'static str),
    /// The field as a number.
    Set(&'static str, f64),
    /// The field as one of its named values.
    Choose(&'static str, &'static str),
    /// The field as one of its named values, for batches.
    ForBatches(&'static str, &'static str),
}
