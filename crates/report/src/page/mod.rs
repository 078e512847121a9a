//! The page: numbers, pictures, settings and figures as HTML.

pub(crate) mod html;
pub(crate) mod paired;
pub(crate) mod pictures;
pub(crate) mod rows;
pub(crate) mod settings;
