//! Progress on stderr.

mod line;
mod rows;
mod runs;

pub(crate) use self::rows::RowsScreen;
pub(crate) use self::runs::Screen;
