//! MESU with every safeguard on codes, in sums and products of plain floats.
//!
//! With u the value of a step of the mean's code and p codes of sigma for a factor of two, evidence moves the codes by
//!
//! ```text
//! mean  <- mean  - lr_mu sigma^2 dC/dmu / u
//! sigma <- sigma + p log2(e) asinh(h)          h = lr_sigma / 2 sigma dC/dsigma
//! ```
//!
//! because the closed form is a factor exp(-asinh(h)) of sigma. Both steps are clipped as the rule clips them, and
//! rounded up or down at random. The prior's part follows when the row is settled, for all the time since.

mod cells;
mod rest;
mod row;
mod rule;
mod step;
#[cfg(test)]
mod tests;
