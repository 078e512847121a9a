//! Drawing: axes, lines and heat maps as SVG, and the colors they share with the page.

pub(crate) mod axis;
pub(crate) mod canvas;
pub(crate) mod figure;
pub(crate) mod heat;
pub(crate) mod lines;
pub(crate) mod palette;

pub(crate) use figure::Figure;
