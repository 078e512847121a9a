//! Paired t-tests: the first group against each of the others, on the same seeds.

use std::fmt::Write as _;

use serde_json::Value as Json;

use crate::draw::lines::quoted;
use crate::page::numbers::{NUMBERS, Number};
use crate::page::unit::Unit;
use crate::runs::group::Group;
use mesu_lab::record::comparison::MEASURES;
use mesu_lab::record::paired::{self, Paired};

/// The tests of the first group.
pub(crate) struct Tests {
    /// Its name.
    pub(crate) first: String,
    /// Number of seeds.
    pub(crate) seeds: usize,
    /// Names of the numbers that are tested.
    pub(crate) numbers: Vec<&'static str>,
    /// Each other group, with a test of every number.
    pub(crate) others: Vec<(String, Vec<Test>)>,
}

/// The test of one number; none of an uncertainty that one of the two does not have.
pub(crate) struct Test {
    unit: Unit,
    result: Option<Paired>,
}

impl Test {
    /// "+1.23 points".
    pub(crate) fn difference(&self) -> String {
        let Some(result) = self.result else {
            return "–".to_owned();
        };
        let sign = if result.difference > 0.0 { "+" } else { "" };
        let unit = match self.unit {
            Unit::Percent => Unit::Points,
            unit => unit,
        };
        format!("{sign}{}", unit.text((result.difference, None)))
    }

    /// "p = 0.012".
    pub(crate) fn p(&self) -> String {
        match self.result {
            None => String::new(),
            Some(result) if result.p < 0.001 => "p < 0.001".to_owned(),
            Some(result) => format!("p = {:.3}", result.p),
        }
    }
}

impl Tests {
    /// The tests of `groups`; none unless the first and another have the same two or more seeds.
    pub(crate) fn of(groups: &[Group]) -> Option<Self> {
        let (first, others) = groups.split_first()?;
        let seeds = |group: &Group| group.runs.iter().map(|run| run.seed()).collect::<Vec<_>>();
        let alike = |other: &&Group| seeds(other) == seeds(first);
        let others: Vec<&Group> = others.iter().filter(alike).collect();
        let numbers = NUMBERS
            .iter()
            .filter(|number| MEASURES.contains(&number.pointer) && number.says_more(groups));
        let tests = |number: &Number| {
            let test = |other: &&Group| Test {
                unit: number.unit,
                result: test(first, other, number.pointer),
            };
            others.iter().map(test).collect::<Vec<_>>()
        };
        let tested = numbers
            .map(|number| (number.name, tests(number)))
            .filter(|(_, tests)| tests.iter().any(|test| test.result.is_some()));
        let (numbers, tests): (Vec<&str>, Vec<Vec<Test>>) = tested.unzip();
        let mut columns: Vec<_> = tests.into_iter().map(Vec::into_iter).collect();
        let row = |other: &Group| {
            let tests = columns.iter_mut().filter_map(Iterator::next);
            (other.name.clone(), tests.collect())
        };
        let others = others.into_iter().map(row).collect();
        (!numbers.is_empty()).then_some(Self {
            first: first.name.clone(),
            seeds: first.runs.len(),
            numbers,
            others,
        })
    }

    /// One line per test.
    pub(crate) fn csv(&self) -> String {
        let mut text =
            "first,other,number,seeds,difference,std,t,degrees_of_freedom,p\n".to_owned();
        for (other, tests) in &self.others {
            for (number, test) in self.numbers.iter().zip(tests) {
                let Some(result) = test.result else { continue };
                let _ = writeln!(
                    text,
                    "{},{},{},{},{},{},{},{},{}",
                    quoted(&self.first),
                    quoted(other),
                    quoted(number),
                    self.seeds,
                    result.difference,
                    result.std,
                    result.t.map_or(String::new(), |t| t.to_string()),
                    result.degrees_of_freedom,
                    result.p
                );
            }
        }
        text
    }
}

fn test(first: &Group, other: &Group, pointer: &str) -> Option<Paired> {
    let numbers = |group: &Group| -> Option<Vec<f64>> {
        group.number(pointer)?;
        let seeds = group.summary["seeds"].as_array()?.iter();
        seeds
            .map(|run| run.pointer(pointer).and_then(Json::as_f64))
            .collect()
    };
    paired::test(&numbers(first)?, &numbers(other)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn the_first_is_tested_against_the_others() {
        let runs = |sets: &[&str], lost: f64| {
            ["seed=1", "seed=2", "seed=3"].map(|seed| {
                let mut run = sample::run(&[sets, &["tasks=2", seed]].concat(), 2);
                let number = run.config["seed"].as_integer().unwrap() as f64;
                let last = run.history.tasks.last_mut().unwrap();
                *last.accuracy.last_mut().unwrap() = Some(0.9 - lost + 0.01 * lost * number);
                run
            })
        };
        let mut points = runs(&["network.hidden=[8]"], 0.2).to_vec();
        points.iter_mut().for_each(sample::without_epistemic);
        let groups = Group::all([runs(&[], 0.1).to_vec(), points].concat());
        let tests = Tests::of(&groups).unwrap();
        assert_eq!(tests.numbers, ["newest task", "all seen"]);
        let (other, row) = &tests.others[0];
        assert_eq!(other, "mesu, hidden=[8]");
        assert_eq!(
            (row[0].difference(), row[0].p()),
            ("+9.80 points".to_owned(), "p < 0.001".to_owned())
        );
        let csv = tests.csv();
        assert!(
            csv.contains("\"mesu, hidden=[50]\",\"mesu, hidden=[8]\",newest task,3,0.09"),
            "{csv}"
        );
        assert!(Tests::of(&groups[..1]).is_none());
        assert!(Tests::of(&Group::all(vec![sample::run(&[], 2)])).is_none());
    }
}
