//! Paired t-tests: the first group against each of the others, on the same seeds.

use std::fmt::Write as _;

use crate::draw::lines::quoted;
use crate::runs::group::Group;
use mesu_lab::record::comparison::{Tested, tests};
use mesu_lab::record::paired::Paired;
use mesu_lab::record::unit::Unit;

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
        let tested = others.iter().filter_map(|other| {
            let tests = tests(&first.summaries, &other.summaries)?;
            Some((other.name.clone(), tests))
        });
        let tested: Vec<(String, Vec<Tested>)> = tested.collect();
        // Those that any of the others has.
        let (_, of_first) = tested.first()?;
        let shown: Vec<usize> = (0..of_first.len())
            .filter(|i| Group::says_more(groups, of_first[*i].0))
            .filter(|i| tested.iter().any(|(_, tests)| tests[*i].1.is_some()))
            .collect();
        let numbers: Vec<&'static str> = shown.iter().map(|i| of_first[*i].0.name).collect();
        let row = |(other, tests): (String, Vec<Tested>)| {
            let test = |i: &usize| Test {
                unit: tests[*i].0.unit,
                result: tests[*i].1,
            };
            (other, shown.iter().map(test).collect())
        };
        let others = tested.into_iter().map(row).collect();
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
                let last = run.history.stages.last_mut().unwrap();
                *last.accuracy.last_mut().unwrap() = Some(0.9 - lost + 0.01 * lost * number);
                run
            })
        };
        let mut points = runs(&["network.hidden=[8]"], 0.2).to_vec();
        points.iter_mut().for_each(sample::without_epistemic);
        let groups = Group::all([runs(&[], 0.1).to_vec(), points].concat());
        let tests = Tests::of(&groups).unwrap();
        assert_eq!(tests.numbers, ["newest task", "average"]);
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
