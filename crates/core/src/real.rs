//! The arithmetic an update rule needs, for one synapse or a vector of them.

use core::ops::{Add, Div, Mul, Sub};

/// A real number, or a vector of them: a rule written over `Real` is one equation for tests (`f64`),
/// small devices (`f32`) and the kernels (vectors).
pub trait Real:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    /// The constant `value`, of the kind of `self`.
    #[must_use]
    fn constant(self, value: f64) -> Self;
    /// `self * factor + term`, rounded once.
    #[must_use]
    fn mul_add(self, factor: Self, term: Self) -> Self;
    /// Square root.
    #[must_use]
    fn sqrt(self) -> Self;
    /// e to the power of self.
    #[must_use]
    fn exp(self) -> Self;
    /// Natural logarithm.
    #[must_use]
    fn ln(self) -> Self;
    /// `positive` where self > 0, `other` elsewhere.
    #[must_use]
    fn choose(self, positive: Self, other: Self) -> Self;
    /// `self` kept inside `[low, high]`; not a number becomes `high`.
    #[must_use]
    fn limit(self, low: Self, high: Self) -> Self;
}

/// A number of single precision, or a vector of them: access to its bits, for
/// [`elementary`](crate::elementary).
pub trait Single: Real {
    /// e and m of `self = 2^e m`, with m in [sqrt(1/2), sqrt(2)); `self` normal and positive.
    #[must_use]
    fn split_exponent(self) -> (Self, Self);
    /// `self * 2^n`, with n the integer in the low bits of `shifted = 1.5 * 2^23 + n`.
    #[must_use]
    fn scale(self, shifted: Self) -> Self;
}
