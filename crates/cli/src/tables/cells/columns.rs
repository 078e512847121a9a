//! The columns of a comparison.

use crate::output::grouped;

/// A column of numbers.
pub(super) struct Column {
    pub(super) heading: &'static str,
    /// Heading over the columns of one kind.
    pub(super) above: Above,
    /// JSON pointer of the number in a summary.
    pub(super) pointer: &'static str,
    pub(super) shown: fn(f64) -> String,
    pub(super) width: usize,
    /// Fewest tasks with which the number says something that no other column says.
    pub(super) tasks: usize,
    /// Columns of the highest rank are left out first where the terminal is too narrow.
    pub(super) rank: u8,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Above {
    Accuracy,
    Auroc,
    Nothing,
}

const fn column(
    heading: &'static str,
    above: Above,
    (pointer, shown): (&'static str, fn(f64) -> String),
    width: usize,
    tasks: usize,
    rank: u8,
) -> Column {
    Column {
        heading,
        above,
        pointer,
        shown,
        width,
        tasks,
        rank,
    }
}

pub(super) const COLUMNS: [Column; 9] = [
    column(
        "newest",
        Above::Accuracy,
        ("/newest_accuracy", percent),
        6,
        1,
        0,
    ),
    column(
        "learning",
        Above::Accuracy,
        ("/learning_accuracy", percent),
        8,
        2,
        2,
    ),
    column(
        "window-5",
        Above::Accuracy,
        ("/window_accuracy/5", percent),
        8,
        6,
        3,
    ),
    column(
        "window-20",
        Above::Accuracy,
        ("/window_accuracy/20", percent),
        9,
        21,
        6,
    ),
    column(
        "average",
        Above::Accuracy,
        ("/average_accuracy", percent),
        7,
        2,
        1,
    ),
    column(
        "epistemic",
        Above::Auroc,
        ("/ood_auroc/epistemic", fraction),
        9,
        1,
        4,
    ),
    column(
        "aleatoric",
        Above::Auroc,
        ("/ood_auroc/aleatoric", fraction),
        9,
        1,
        8,
    ),
    column("ECE", Above::Nothing, ("/ece", fraction), 7, 1, 5),
    column(
        "updates/s",
        Above::Nothing,
        ("/updates_per_second", grouped),
        9,
        1,
        7,
    ),
];

fn percent(number: f64) -> String {
    format!("{:.1}", 100.0 * number)
}

fn fraction(number: f64) -> String {
    format!("{number:.3}")
}
