//! The page: what its template is filled with.

use std::fmt::Write as _;

use askama::Template;

use crate::draw::lines::quoted;
use crate::draw::palette;
use crate::figures::section::Section;
use crate::page::paired::Tests;
use crate::page::pictures::{Pictures, pictures};
use crate::page::rows::{self, PaperRow, Row};
use crate::page::settings::{common, differences};
use crate::runs::group::{Group, leaf};
use crate::runs::reference::{self, Beside};
use crate::runs::words::Words;
use mesu_lab::record::measures::MEASURES;

/// Everything that the template shows. Texts are escaped there, but for SVG and styles.
#[derive(Template)]
#[template(path = "report.html")]
pub(crate) struct Page<'a> {
    title: String,
    /// A sentence on the runs.
    lead: String,
    /// The groups and their seeds; empty for a single one.
    list: Vec<String>,
    /// Remarks to know before reading on.
    notes: Vec<String>,
    /// Name, value and meaning of the figures to see first; of a single group.
    tiles: Vec<(String, String, String)>,
    /// The groups' names; empty for a single one.
    names: Vec<String>,
    numbers: Vec<Row>,
    /// Those that depend on the machine.
    machine: Vec<Row>,
    papers: Vec<PaperRow>,
    /// Groups that were measured otherwise than the paper's, and what differs.
    remarks: Vec<(String, String)>,
    sources: Vec<String>,
    /// True if the paper's means over the newest tasks are left out.
    windows_left_out: bool,
    paired: Option<Tests>,
    /// The sections to see first, and the others.
    main: &'a [Section],
    sections: &'a [Section],
    pictures: Vec<Pictures>,
    words: Words,
    /// True if pixels change their places from task to task.
    permuted: bool,
    /// True if any learner has no epistemic uncertainty.
    points: bool,
    /// Settings in which groups differ, with a value per group.
    differences: Vec<(String, Vec<String>)>,
    /// The settings that all share, as TOML.
    config: String,
    dark: String,
    groups: &'a [Group],
}

impl<'a> Page<'a> {
    /// The page of `groups`, one or more, beside `papers`; `left_out` runs have no finished task.
    pub(crate) fn new(
        groups: &'a [Group],
        papers: &[Beside],
        sections: &'a [Section],
        left_out: usize,
    ) -> Self {
        let mut sources: Vec<String> = papers.iter().map(|row| row.source.clone()).collect();
        sources.dedup();
        let names: Vec<String> = match groups {
            [_] => Vec::new(),
            // A column's head may break after a key.
            several => several
                .iter()
                .map(|group| group.name.replace('=', "=\u{200b}"))
                .collect(),
        };
        let first = sections.iter().take_while(|section| section.first);
        let (main, others) = sections.split_at(first.count());
        let papers = rows::papers(papers, groups);
        let mut remarks: Vec<(String, String)> = papers
            .iter()
            .filter(|row| !row.remarks.is_empty())
            .map(|row| (row.learner.clone(), row.remarks.clone()))
            .collect();
        remarks.dedup();
        Self {
            title: title(groups),
            lead: lead(groups),
            list: match groups {
                [_] => Vec::new(),
                several => several.iter().map(told).collect(),
            },
            notes: notes(groups, left_out),
            tiles: match groups {
                [group] => rows::tiles(group),
                _ => Vec::new(),
            },
            numbers: rows::numbers(groups, false),
            machine: rows::numbers(groups, true),
            papers,
            remarks,
            sources,
            windows_left_out: reference::windows_left_out(groups),
            paired: Tests::of(groups),
            main,
            sections: others,
            pictures: groups
                .iter()
                .filter_map(|group| pictures(group, !names.is_empty()))
                .collect(),
            words: Words::of(groups),
            permuted: groups.iter().any(|group| group.scenario() == "permuted"),
            points: groups.iter().any(|group| !group.has_epistemic()),
            differences: differences(groups),
            config: common(groups),
            dark: palette::dark_rules(),
            groups,
            names,
        }
    }

    /// Its text.
    pub(crate) fn html(&self) -> String {
        // It could only fail in writing, and memory takes everything.
        let mut html = self.render().unwrap_or_default();
        html.push('\n');
        html
    }

    /// The tables as CSV files: names and contents.
    pub(crate) fn tables(&self) -> Vec<(String, String)> {
        let mut text = "run,number,mean,std,key\n".to_owned();
        for group in self.groups {
            for measure in MEASURES {
                if let Some((mean, std)) = group.number(measure) {
                    let std = std.map_or(String::new(), |std| std.to_string());
                    let (run, name) = (quoted(&group.name), quoted(measure.name));
                    let _ = writeln!(text, "{run},{name},{mean},{std},{}", measure.id);
                }
            }
        }
        let mut tables = vec![("numbers.csv".to_owned(), text)];
        if !self.papers.is_empty() {
            let mut text = "learner,number,paper,ours,remarks\n".to_owned();
            for row in &self.papers {
                let fields = [&row.learner, &row.name, &row.paper, &row.ours, &row.remarks];
                text.push_str(&(fields.map(|field| quoted(field)).join(",") + "\n"));
            }
            tables.push(("paper.csv".to_owned(), text));
        }
        let sections = self.main.iter().chain(self.sections);
        let classes = sections.filter_map(|section| section.classes.as_ref());
        tables.extend(classes.map(|table| ("classes.csv".to_owned(), table.csv().to_owned())));
        if let Some(tests) = &self.paired {
            tables.push(("paired.csv".to_owned(), tests.csv()));
        }
        tables
    }
}

fn title(groups: &[Group]) -> String {
    let mut experiments: Vec<&str> = groups.iter().map(Group::experiment).collect();
    experiments.dedup();
    let experiments = experiments.join(", ");
    match groups {
        [group] => format!("{experiments}: {}", group.name),
        several => format!("{experiments}: {} learners and settings", several.len()),
    }
}

fn lead(groups: &[Group]) -> String {
    match groups {
        [group] => {
            let description = leaf_of_run(group, "description");
            let description = match description.as_str() {
                "" => String::new(),
                text => format!("{text}. "),
            };
            format!(
                "{description}{}, one after another; {}.{}",
                group.progress(),
                group.seeds(),
                band(groups)
            )
        }
        several => {
            let runs: usize = several.iter().map(|group| group.runs.len()).sum();
            format!("{runs} runs, compared.{}", band(groups))
        }
    }
}

fn told(group: &Group) -> String {
    format!("{}: {}; {}", group.name, group.progress(), group.seeds())
}

fn band(groups: &[Group]) -> &'static str {
    match groups.iter().any(|group| group.runs.len() > 1) {
        true => " Lines are means over the seeds, bands and ± one standard deviation.",
        false => "",
    }
}

fn leaf_of_run(group: &Group, key: &str) -> String {
    let run = group.runs.first();
    run.and_then(|run| leaf(&run.config, key))
        .unwrap_or_default()
}

fn notes(groups: &[Group], left_out: usize) -> Vec<String> {
    let mut notes = Vec::new();
    for group in groups
        .iter()
        .filter(|group| group.stages() < group.stages_wanted())
    {
        let (name, progress) = (&group.name, group.progress());
        notes.push(format!("{name}: not finished, {progress}."));
    }
    for group in groups {
        let tested = match group.test_window() {
            None => continue,
            Some(1) => "newest task is".to_owned(),
            Some(window) => format!("{window} newest tasks are"),
        };
        notes.push(format!(
            "{}: only the {tested} tested, but all after the last; forgetting counts from the best \
             test of each.",
            group.name
        ));
    }
    let runs = || groups.iter().flat_map(|group| &group.runs);
    let old = runs().filter(|run| {
        let mut tasks = run.history.stages.iter();
        // Of values there are none.
        tasks.any(|task| task.snapshot.is_none() && task.values.is_none())
    });
    let old = old.count();
    if old > 0 {
        notes.push(format!(
            "Tested by an earlier version, which kept no histograms: {old} of {}. Their figures \
             are missing or begin later.",
            match runs().count() {
                1 => "1 run".to_owned(),
                several => format!("{several} runs"),
            }
        ));
    }
    if left_out > 0 {
        notes.push(format!(
            "Runs left out because no task is finished yet: {left_out}."
        ));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::section;
    use crate::runs::reference;
    use crate::sample;

    fn html(groups: &[Group], left_out: usize) -> String {
        let papers = reference::beside(groups);
        let sections = section::sections(groups, &papers);
        Page::new(groups, &papers, &sections, left_out).html()
    }

    #[test]
    fn a_run_is_told_in_words_and_numbers() {
        let html = html(&Group::all(vec![sample::run(&["tasks=4"], 3)]), 1);
        for text in [
            "permuted-digits: mesu</h1>",
            "3 of 4 tasks, one after another; seed 1.",
            "not finished, 3 of 4 tasks.",
            "no task is finished yet: 1.",
            "94.68 ± 0.14 %",
            "8.0 bytes",
            "tasks: ours 4, paper 200",
            "memory_window = 300000.0",
            "data:image/png;base64,",
        ] {
            assert!(html.contains(text), "{text}");
        }
        assert!(html.starts_with("<!doctype html>") && html.ends_with("</html>\n"));
    }

    #[test]
    fn what_users_write_is_escaped() {
        let mut run = sample::run(&["description=<b>&bold"], 1);
        let gallery = run.history.gallery.as_mut().unwrap();
        gallery.surest[0].path = "cat/<IMG>.jpg".to_owned();
        let html = html(&Group::all(vec![run]), 0);
        assert!(!html.contains("<b>&bold") && html.contains("&#60;b&#62;&#38;bold"));
        assert!(html.contains(">&#60;IMG&#62;.jpg</span>") && !html.contains("<IMG>"));
    }

    #[test]
    fn groups_stand_side_by_side() {
        let runs = vec![sample::run(&[], 2), sample::run(&["tasks=5", "seed=9"], 2)];
        let groups = Group::all(runs);
        assert_eq!(
            differences(&groups),
            [("tasks".to_owned(), vec!["10".to_owned(), "5".to_owned()])]
        );
        let config = common(&groups);
        assert!(
            !config.contains("tasks") && !config.contains("seed =") && config.contains("[learner]")
        );
        assert!(html(&groups, 0).contains("mesu, tasks=5"));
    }
}
