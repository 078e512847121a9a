//! Tables of what runs came to.

pub(crate) mod cells;
pub(crate) mod run;
pub(crate) mod stream;
