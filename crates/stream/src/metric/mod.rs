//! Measures of answers that were given before their rows were learned.

mod bins;
mod classes;
mod measures;
mod values;
mod window;

pub use self::classes::{ClassMeasures, ClassRates};
pub(crate) use self::classes::{ClassScores, FLOOR, Score};
pub use self::measures::{MeasureUnit, Measures, NamedMeasure};
pub use self::values::ValueMeasures;
pub(crate) use self::values::{ValueScore, ValueScores};
pub use self::window::WINDOW;
