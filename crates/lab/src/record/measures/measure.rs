//! One measure: its name, meaning and unit, and how it is read and shown.

use crate::record::summary::Summary;
use crate::record::unit::Unit;

/// Direction of the better values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// The higher, the better.
    Higher,
    /// The lower, the better.
    Lower,
    /// Neither: it only describes.
    Neither,
}

/// Subject of a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Right answers.
    Accuracy,
    /// Errors of values.
    Values,
    /// Detection of unknown inputs.
    Detection,
    /// Amounts of uncertainty.
    Uncertainty,
    /// Trust in probabilities.
    Calibration,
    /// Importance of synapses.
    Importance,
    /// Time and memory.
    Cost,
}

/// Column of a comparison in the terminal.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Heading.
    pub heading: &'static str,
    /// Columns of the highest rank are left out first where the terminal is too narrow.
    pub rank: u8,
}

/// One measure.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    /// Place in `summary.json`, a slash between keys.
    pub id: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// Meaning in a few words.
    pub meaning: &'static str,
    /// Unit.
    pub unit: Unit,
    /// Direction of the better values.
    pub better: Better,
    /// Subject.
    pub family: Family,
    /// True if it depends on the machine.
    pub machine: bool,
    /// True if it needs a learner that has an epistemic uncertainty.
    pub epistemic: bool,
    /// Newest tasks that it is a mean over; with another number of tasks in a run it is not comparable.
    pub window: Option<usize>,
    /// Fewest tasks of a run with which it says something that no other measure says.
    pub least_tasks: usize,
    /// Measure to show where this one is missing: the same along the run.
    pub along: Option<&'static Measure>,
    /// True if it has a line in the table of a run.
    pub in_run: bool,
    /// Its column in comparisons, if it has one.
    pub column: Option<Column>,
    /// True if the first of several learners is tested against the others by it.
    pub paired: bool,
    /// True if RESULTS.md has it.
    pub in_results: bool,
    /// Reader of its value; of none, it was not measured.
    of: fn(&Summary) -> Option<f64>,
}

impl PartialEq for Measure {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

pub(super) type Of = fn(&Summary) -> Option<f64>;

/// A measure of `family`, with what its kind has in common.
pub(super) const fn measure(
    family: Family,
    id: &'static str,
    name: &'static str,
    meaning: &'static str,
    of: Of,
) -> Measure {
    Measure {
        id,
        name,
        meaning,
        unit: match family {
            Family::Accuracy => Unit::Percent,
            Family::Uncertainty => Unit::Bits,
            _ => Unit::Plain,
        },
        better: match family {
            Family::Accuracy | Family::Detection | Family::Importance => Better::Higher,
            Family::Calibration | Family::Cost | Family::Values => Better::Lower,
            Family::Uncertainty => Better::Neither,
        },
        family,
        machine: false,
        epistemic: false,
        window: None,
        least_tasks: 1,
        along: None,
        in_run: false,
        column: None,
        paired: false,
        in_results: false,
        of,
    }
}

impl Measure {
    pub(super) const fn unit(self, unit: Unit) -> Self {
        let machine = matches!(unit, Unit::Seconds | Unit::Megabytes);
        Self {
            unit,
            machine,
            ..self
        }
    }

    pub(super) const fn machine(self) -> Self {
        Self {
            machine: true,
            ..self
        }
    }

    pub(super) const fn better(self, better: Better) -> Self {
        Self { better, ..self }
    }

    pub(super) const fn epistemic(self) -> Self {
        Self {
            epistemic: true,
            ..self
        }
    }

    pub(super) const fn window(self, window: usize) -> Self {
        Self {
            window: Some(window),
            least_tasks: window + 1,
            ..self
        }
    }

    pub(super) const fn of_several_tasks(self) -> Self {
        Self {
            least_tasks: 2,
            ..self
        }
    }

    pub(super) const fn or(self, along: &'static Self) -> Self {
        Self {
            along: Some(along),
            ..self
        }
    }

    pub(super) const fn in_run(self) -> Self {
        Self {
            in_run: true,
            ..self
        }
    }

    pub(super) const fn column(self, heading: &'static str, rank: u8) -> Self {
        Self {
            column: Some(Column { heading, rank }),
            ..self
        }
    }

    pub(super) const fn paired(self) -> Self {
        Self {
            paired: true,
            ..self
        }
    }

    pub(super) const fn in_results(self) -> Self {
        Self {
            in_results: true,
            ..self
        }
    }

    /// Its value in `summary`, as measured; none that is not finite.
    pub fn of(&self, summary: &Summary) -> Option<f64> {
        (self.of)(summary).filter(|value| value.is_finite())
    }

    /// Name and meaning for people, of runs that predict values or classes: the accuracy of values is R2.
    pub fn words(&self, of_values: bool) -> (String, String) {
        let text = |text: &str| match of_values && self.family == Family::Accuracy {
            true => text.replace("accuracy", "R2"),
            false => text.to_owned(),
        };
        (text(self.name), text(self.meaning))
    }

    /// Key in the records of results and in the paper's numbers: the place with a slash before it.
    pub fn key(&self) -> String {
        format!("/{}", self.id)
    }

    /// Place of the best of `values`, if there are two or more that differ.
    pub fn best(&self, values: &[Option<f64>]) -> Option<usize> {
        let sign = match self.better {
            Better::Higher => 1.0,
            Better::Lower => -1.0,
            Better::Neither => return None,
        };
        let known = values.iter().enumerate();
        let known = known.filter_map(|(i, value)| Some((i, sign * (*value)?)));
        let mut known: Vec<(usize, f64)> = known.collect();
        known.sort_by(|a, b| b.1.total_cmp(&a.1));
        match known[..] {
            [best, next, ..] if best.1 > next.1 => Some(best.0),
            _ => None,
        }
    }
}
