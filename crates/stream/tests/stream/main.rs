//! A learner of rows from outside: rows in, answers and states out.

#![allow(clippy::unwrap_used)]

mod ahead;
mod classes;
mod columns;
mod late;
mod made;
mod same_bits;
mod states;
mod surprises;
mod values;
