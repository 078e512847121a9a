//! Classes: the accuracy of each, and what is taken for what.

use std::fmt::Write as _;

use crate::draw::Figure;
use crate::draw::axis::{Axis, Ticks};
use crate::draw::heat::{HeatMap, MOST_NAMES};
use crate::draw::lines::quoted;
use crate::figures::distributions::{suffix, whose};
use crate::runs::group::Group;
use mesu_lab::record::classes::Classes;

/// Most classes that have a line each.
const MOST: usize = 24;

/// Accuracy of each class.
#[derive(Clone, Debug)]
pub(crate) struct ClassTable {
    /// The groups' names; empty for a single one.
    pub(crate) groups: Vec<String>,
    pub(crate) rows: Vec<ClassRow>,
    /// Classes of higher accuracy that have no line.
    pub(crate) left_out: usize,
    csv: String,
}

/// One class.
#[derive(Clone, Debug)]
pub(crate) struct ClassRow {
    pub(crate) name: String,
    /// Its test examples, of one seed.
    pub(crate) examples: u64,
    /// Accuracy with each group.
    pub(crate) accuracies: Vec<String>,
    /// Class that it is most often mistaken for; of a single group.
    pub(crate) mistaken: String,
}

impl ClassTable {
    /// Accuracies with the `groups` that have the same classes as the first; none of runs that an earlier
    /// version made.
    pub(crate) fn of(groups: &[Group]) -> Option<Self> {
        let all: Vec<Option<Classes>> = groups.iter().map(Group::classes).collect();
        let first = all.iter().flatten().next()?;
        let count = first.examples.len();
        let same = |classes: &&Classes| classes.examples.len() == count;
        let of_group: Vec<Option<&Classes>> =
            all.iter().map(|all| all.as_ref().filter(same)).collect();
        // What one seed was tested on.
        let runs = groups.iter().flat_map(|group| &group.runs);
        let one = runs.filter_map(|run| run.history.classes.as_ref()).next()?;
        let mut order: Vec<usize> = (0..count)
            .filter(|class| one.examples[*class] > 0)
            .collect();
        let left_out = order.len().saturating_sub(MOST);
        if left_out > 0 {
            let accuracy = |class: &usize| first.accuracy(*class).unwrap_or(1.0);
            order.sort_by(|a, b| accuracy(a).total_cmp(&accuracy(b)));
            order.truncate(MOST);
        }
        let percent = |share: f64| format!("{:.1} %", 100.0 * share);
        let mistaken = |class: usize| match groups {
            [_] => {
                let (other, n) = first.mistaken_for(class)?;
                let share = n as f64 / first.examples[class] as f64;
                Some(format!("{}, {}", first.name(other), percent(share)))
            }
            _ => None,
        };
        let row = |class: usize| ClassRow {
            // By its number at the axes, where names have no place.
            name: match first.names.len() > MOST_NAMES {
                true => format!("{class}: {}", first.name(class)),
                false => first.name(class),
            },
            examples: one.examples[class],
            accuracies: of_group
                .iter()
                .map(|classes| (*classes)?.accuracy(class))
                .map(|accuracy| accuracy.map_or("–".to_owned(), percent))
                .collect(),
            mistaken: mistaken(class).unwrap_or_default(),
        };
        let rows = order.into_iter().map(row).collect();
        let mut csv = "run,class,name,examples,accuracy\n".to_owned();
        for (group, classes) in groups.iter().zip(&of_group) {
            for class in 0..count {
                if let Some(accuracy) = classes.and_then(|classes| classes.accuracy(class)) {
                    let (run, name) = (quoted(&group.name), quoted(&first.name(class)));
                    let examples = one.examples[class];
                    let _ = writeln!(csv, "{run},{class},{name},{examples},{accuracy}");
                }
            }
        }
        Some(Self {
            groups: match groups {
                [_] => Vec::new(),
                several => several.iter().map(|group| group.name.clone()).collect(),
            },
            rows,
            left_out,
            csv,
        })
    }

    /// Returns whether any class is mistaken for another that is known.
    pub(crate) fn mistakes(&self) -> bool {
        self.rows.iter().any(|row| !row.mistaken.is_empty())
    }

    /// One line for each class of each group.
    pub(crate) fn csv(&self) -> &str {
        &self.csv
    }
}

/// The confusion matrix of each group, of classes that are not too many for one.
pub(crate) fn matrices(groups: &[Group]) -> Vec<Figure> {
    groups
        .iter()
        .filter_map(|group| matrix(groups, group))
        .collect()
}

fn matrix(groups: &[Group], group: &Group) -> Option<Figure> {
    let classes = group.classes()?;
    let count = classes.confusion.len();
    let cell = |class: usize, predicted: usize| {
        let examples = classes.examples[class];
        let share = classes.confusion[class][predicted] as f64 / examples as f64;
        (examples > 0).then_some(100.0 * share)
    };
    let heading = Heading {
        id: format!("confusion{}", suffix(groups, group)),
        title: "Confusion matrix, %".to_owned(),
        whose: whose(groups, group),
        caption:
            "Predicted classes of the test examples of each true class, after the last test: a row \
                  adds up to 100 %. All right: a bright diagonal."
                .to_owned(),
    };
    let names = (0..count).map(|class| classes.name(class)).collect();
    confusion(heading, names, cell)
}

/// Words of a figure.
pub(crate) struct Heading {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) whose: String,
    pub(crate) caption: String,
}

/// A confusion matrix of classes with these names; `cell` gives the share in percent of a true class that was
/// predicted as another. None of fewer than two.
pub(crate) fn confusion(
    heading: Heading,
    names: Vec<String>,
    cell: impl Fn(usize, usize) -> Option<f64>,
) -> Option<Figure> {
    let count = names.len();
    if count < 2 {
        return None;
    }
    let names = match count > MOST_NAMES {
        true => Vec::new(),
        false => names,
    };
    // Names stand at the places 1, 2, …; numbers of classes begin at 0.
    let first = if names.is_empty() { 0.0 } else { 1.0 };
    let (low, high) = (first - 0.5, first + count as f64 - 0.5);
    let axis = |label: &str| Axis {
        range: (low, high),
        ..Axis::new(label, low, high, Ticks::Whole)
    };
    let numbers: Vec<f64> = (0..count).map(|class| class as f64).collect();
    let map = HeatMap {
        id: heading.id,
        title: heading.title,
        whose: heading.whose,
        caption: heading.caption,
        x: axis("predicted class"),
        y: Axis {
            range: (high, low),
            ..axis("true class")
        },
        scale: Axis::new("share of the true class, %", 0.0, 100.0, Ticks::Decimal),
        names: (names.clone(), names),
        cells: (0..count)
            .map(|class| (0..count).map(|predicted| cell(class, predicted)).collect())
            .collect(),
        places: (numbers.clone(), numbers),
        numbered: count <= MOST_NAMES,
    };
    Some(map.figure())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_class_has_its_accuracy_and_what_it_is_mistaken_for() {
        let groups = Group::all(vec![
            sample::run(&["seed=1"], 2),
            sample::run(&["seed=2"], 2),
        ]);
        let table = ClassTable::of(&groups).unwrap();
        assert_eq!(table.rows.len(), 3);
        let row = &table.rows[1];
        assert_eq!((&*row.name, row.examples), ("1", 10));
        assert_eq!(row.accuracies, ["70.0 %"]);
        assert_eq!(row.mistaken, "2, 20.0 %");
        assert!(table.mistakes() && table.left_out == 0);
        assert!(
            table.csv().contains("\nmesu,1,1,10,0.7\n"),
            "{}",
            table.csv()
        );
        let figures = matrices(&groups);
        assert!(figures[0].csv.contains("\n2,1,20\n"), "{}", figures[0].csv);
    }

    #[test]
    fn of_many_classes_the_worst_are_shown() {
        let mut run = sample::run(&[], 2);
        let n = 70_u64;
        run.history.classes = Some(Classes {
            examples: vec![100; n as usize],
            predicted: vec![100; n as usize],
            correct: (0..n).rev().collect(),
            ..Classes::default()
        });
        let groups = Group::all(vec![run]);
        let table = ClassTable::of(&groups).unwrap();
        assert_eq!((table.rows.len(), table.left_out), (24, 46));
        assert_eq!((&*table.rows[0].name, table.mistakes()), ("69", false));
        assert!(matrices(&groups).is_empty());
        assert_eq!(table.csv().lines().count(), 1 + 70);
    }
}
