//! Kernels of an input covariance: a symmetric matrix V, `[inputs][inputs]`, that the neurons of a layer share.
//!
//! With an example x the variance of every pre-activation is `s^2 = x.V x`; evidence of curvature c along it is
//! a downdate of V, `V - c/(1 + c s^2) (V x)(V x)^T`, and an update of its inverse, `A + c x x^T`. Downdates wait
//! in a list and are applied many at a time ([`add_outer`]); V is computed anew from A, in f64, now and then
//! ([`invert`]).

mod invert;
mod outer;
mod rows;

pub use invert::invert;
pub use outer::{Sign, add_outer};
pub use rows::{add_products, add_weighted_rows};
