//! Runs that differ in nothing but the seed are one group: one line in every figure, with a
//! band of one standard deviation over the seeds.

use toml::{Table, Value};

use crate::runs::source::RunData;
use mesu_lab::config::document;
use mesu_lab::record::classes::Classes;
use mesu_lab::record::measures::Measure;
use mesu_lab::record::summaries::{Number, Summaries};
use mesu_lab::record::summary::Summary;

/// Keys that make no other experiment: how often it is saved, and what it is called by people.
const APART: [&str; 3] = ["seed", "checkpoint_seconds", "description"];

/// Runs of one configuration, by their seeds.
#[derive(Debug)]
pub(crate) struct Group {
    /// The learner, and in which settings it differs from the other groups.
    pub(crate) name: String,
    /// The name as a part of file names, another for every group.
    pub(crate) slug: String,
    /// `learner.kind`.
    pub(crate) kind: String,
    /// What all its runs share.
    pub(crate) config: Table,
    /// One or more.
    pub(crate) runs: Vec<RunData>,
    /// The summary of each run.
    pub(crate) summaries: Summaries,
}

impl Group {
    /// The groups of `runs`, in the order in which they first appear.
    pub(crate) fn all(runs: Vec<RunData>) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for run in runs {
            let config = shared(&run.config);
            match groups.iter_mut().find(|group| group.config == config) {
                Some(group) => group.runs.push(run),
                None => groups.push(Self {
                    name: String::new(),
                    slug: String::new(),
                    kind: kind(&config),
                    config,
                    runs: vec![run],
                    summaries: Summaries::default(),
                }),
            }
        }
        let names: Vec<String> = groups.iter().map(|group| name(group, &groups)).collect();
        let slugs = slugs(&names);
        for (group, (name, slug)) in groups.iter_mut().zip(names.into_iter().zip(slugs)) {
            (group.name, group.slug) = (name, slug);
            group.runs.sort_by_key(RunData::seed);
            group.summaries = summaries(group);
        }
        groups
    }

    /// The experiment's name.
    pub(crate) fn experiment(&self) -> &str {
        let name = self.config.get("name").and_then(Value::as_str);
        name.unwrap_or_default()
    }

    /// How its data become tasks.
    pub(crate) fn scenario(&self) -> &str {
        let scenario = self.config.get("scenario").and_then(Value::as_str);
        scenario.unwrap_or_default()
    }

    /// Stages of the stream that the configuration asks for: its tasks, as often as they come back.
    pub(crate) fn stages_wanted(&self) -> usize {
        self.count("tasks").unwrap_or(0) * self.count("splits").unwrap_or(1)
    }

    /// Returns whether tasks come back, so that stages are more than tasks.
    pub(crate) fn comes_back(&self) -> bool {
        self.stages_wanted() > self.columns()
    }

    /// Returns whether any of `groups` has more than so many different tasks.
    pub(crate) fn exceed(groups: &[Self], tasks: usize) -> bool {
        groups.iter().any(|group| group.columns() > tasks)
    }

    /// What task `task`, counted from 0, is called.
    pub(crate) fn task_name(&self, task: usize) -> String {
        let names = self.runs.first().map(|run| &run.history.task_names);
        let name = names.and_then(|names| names.get(task));
        name.map_or(format!("task {}", task + 1), |name| name.replace('_', " "))
    }

    /// The names of its tasks, one for each; empty if they are not known.
    pub(crate) fn task_names(&self) -> Vec<String> {
        let run = self.runs.first();
        let names = run.map_or(&[][..], |run| &run.history.task_names[..]);
        match names.len() == self.columns() {
            true => names.iter().map(|name| name.replace('_', " ")).collect(),
            false => Vec::new(),
        }
    }

    /// Different tasks that the configuration asks for.
    pub(crate) fn columns(&self) -> usize {
        self.count("tasks").unwrap_or(0)
    }

    /// The newest tasks that are tested, if that leaves any out.
    pub(crate) fn test_window(&self) -> Option<usize> {
        let window = self.count("test_window");
        window.filter(|window| *window < self.columns())
    }

    fn count(&self, key: &str) -> Option<usize> {
        let count = self.config.get(key).and_then(Value::as_integer)?;
        usize::try_from(count).ok()
    }

    /// Stages that the slowest of its runs has finished.
    pub(crate) fn stages(&self) -> usize {
        let stages = self.runs.iter().map(|run| run.history.stages.len());
        stages.min().unwrap_or(0)
    }

    /// "3 of 4 tasks", "13 of 22 stages, 2 for each of 11 tasks".
    pub(crate) fn progress(&self) -> String {
        let (done, wanted, tasks) = (self.stages(), self.stages_wanted(), self.columns());
        match self.comes_back() {
            true => {
                let each = wanted / tasks.max(1);
                format!("{done} of {wanted} stages, {each} for each of {tasks} tasks")
            }
            false => format!("{done} of {wanted} tasks"),
        }
    }

    /// Returns whether its learner has an epistemic uncertainty.
    pub(crate) fn has_epistemic(&self) -> bool {
        self.summaries.has_epistemic()
    }

    /// A number of its summaries: the mean over the seeds, and their standard deviation if
    /// there are several. An epistemic uncertainty that its learner does not have is no number.
    pub(crate) fn number(&self, measure: &Measure) -> Option<Number> {
        self.summaries.number(measure)
    }

    /// Returns whether its runs predict values, whose accuracy is R2.
    pub(crate) fn is_of_values(&self) -> bool {
        let first = self.summaries.first();
        first.is_some_and(|first| first.values.is_some())
    }

    /// Returns whether `measure` is not the same as another in all of `groups`: a window of more tasks than
    /// there are is all of them.
    pub(crate) fn says_more(groups: &[Self], measure: &Measure) -> bool {
        measure.least_tasks <= 1 || Self::exceed(groups, measure.least_tasks - 1)
    }

    /// Answers by class, of all its runs that have the same classes as the first; none of runs that an
    /// earlier version made.
    pub(crate) fn classes(&self) -> Option<Classes> {
        let mut all = self
            .runs
            .iter()
            .filter_map(|run| run.history.classes.as_ref());
        let mut sum = all.next()?.clone();
        all.for_each(|other| {
            sum.add(other);
        });
        Some(sum)
    }

    /// "seed 1", "seeds 1, 2, 3".
    pub(crate) fn seeds(&self) -> String {
        let seeds: Vec<String> = self.runs.iter().map(|run| run.seed().to_string()).collect();
        let plural = if seeds.len() == 1 { "" } else { "s" };
        format!("seed{plural} {}", seeds.join(", "))
    }
}

fn shared(config: &Table) -> Table {
    let mut config = config.clone();
    config.retain(|key, _| !APART.contains(&key));
    config
}

fn kind(config: &Table) -> String {
    let learner = config
        .get("learner")
        .and_then(|learner| learner.get("kind"));
    learner.and_then(Value::as_str).unwrap_or("?").to_owned()
}

fn summaries(group: &Group) -> Summaries {
    let one = |run: &RunData| Summary::new(group.experiment(), run.seed(), &run.history);
    Summaries::new(group.runs.iter().map(one).collect())
}

/// Settings of the learner are compared among learners of the same kind: others don't have
/// them. All other settings are compared among all.
fn name(group: &Group, groups: &[Group]) -> String {
    let differs = |key: &str| {
        let value = |other: &Group| leaf(&other.config, key);
        let own = value(group);
        let mut rivals = groups
            .iter()
            .filter(|other| !key.starts_with("learner.") || other.kind == group.kind);
        rivals.any(|other| value(other) != own)
    };
    let mut words = vec![group.kind.clone()];
    for (key, value) in document::leaves(&group.config) {
        if key != "learner.kind" && differs(&key) {
            let last = key.rsplit('.').next().unwrap_or(&key);
            words.push(format!("{last}={}", plain(value)));
        }
    }
    words.join(", ")
}

/// Longest part of a file name.
const SLUG: usize = 60;

/// Names as parts of file names: letters, digits, dots and dashes, with a number where two would be the same.
fn slugs(names: &[String]) -> Vec<String> {
    let mut slugs: Vec<String> = Vec::new();
    for name in names {
        let kept = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_');
        let words = name
            .split(|c: char| !kept(c))
            .filter(|word| !word.is_empty());
        let whole = words.collect::<Vec<_>>().join("-");
        let slug: String = whole.chars().take(SLUG).collect();
        let numbered = (2..).map(|number| format!("{slug}-{number}"));
        let mut candidates = std::iter::once(slug.clone()).chain(numbered);
        slugs.extend(candidates.find(|candidate| !slugs.contains(candidate)));
    }
    slugs
}

/// The value at the dotted `key`, as text.
pub(crate) fn leaf(config: &Table, key: &str) -> Option<String> {
    let leaves = document::leaves(config);
    let found = leaves.iter().find(|(other, _)| other == key);
    found.map(|(_, value)| plain(value))
}

/// A setting as people write it: whole numbers without a point, words without quotes.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Float(number) if number.abs() >= 1e7 => format!("{number:e}"),
        Value::Float(number) => format!("{number}"),
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(plain).collect();
            format!("[{}]", values.join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use mesu_lab::record::measures::{
        Family, MEAN_OOD_EPISTEMIC, MEASURES, NEWEST, OOD_EPISTEMIC, PEAK_MEMORY,
    };

    #[test]
    fn windows_of_all_tasks_say_nothing_more() {
        let said = |sets: &[&str]| {
            let groups = Group::all(vec![sample::run(sets, 2)]);
            let said = |measure: &&Measure| Group::says_more(&groups, measure);
            let windows = MEASURES.iter().filter(|measure| measure.window.is_some());
            windows.filter(said).count()
        };
        assert_eq!(
            [&["tasks=21"], &["tasks=6"], &["tasks=5"]].map(|sets| said(sets)),
            [4, 2, 0]
        );
    }

    #[test]
    fn a_run_has_every_number() {
        let sets = [sample::DOMAIN, &["tasks=20"]].concat();
        let group = &Group::all(vec![sample::run(&sets, 20)])[0];
        for measure in MEASURES {
            // Known on Linux only, and not in a made-up run; and of runs that predict values.
            let elsewhere = *measure == PEAK_MEMORY || measure.family == Family::Values;
            let found = group.number(measure).is_some();
            assert!(found || elsewhere, "{}", measure.id);
        }
    }

    #[test]
    fn seeds_are_one_group_and_settings_are_others() {
        let runs = vec![
            sample::run(&["seed=2"], 3),
            sample::run(&["seed=1"], 2),
            sample::run(
                &[
                    "learner.memory_window=1e15",
                    "learner.slow_windows=[1e15, 3e5]",
                    "network.hidden=[7]",
                ],
                3,
            ),
        ];
        let groups = Group::all(runs);
        let names: Vec<&str> = groups.iter().map(|group| group.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "mesu, memory_window=300000, slow_windows=[], hidden=[50]",
                "mesu, memory_window=1e15, slow_windows=[1e15, 300000], hidden=[7]"
            ]
        );
        assert_eq!((groups[0].runs.len(), groups[0].stages()), (2, 2));
        assert_eq!(groups[0].seeds(), "seeds 1, 2");
        assert!(groups[0].number(&NEWEST).unwrap().1.is_some());
        assert!(groups[1].number(&NEWEST).unwrap().1.is_none());
        let slugs: Vec<&str> = groups.iter().map(|group| group.slug.as_str()).collect();
        assert_eq!(
            slugs,
            [
                "mesu-memory_window-300000-slow_windows-hidden-50",
                "mesu-memory_window-1e15-slow_windows-1e15-300000-hidden-7"
            ]
        );
    }

    #[test]
    fn stages_and_tasks_are_told_apart() {
        let groups = |sets| Group::all(vec![sample::run(sets, 3)]);
        let domain = &groups(sample::DOMAIN)[0];
        assert_eq!(domain.progress(), "3 of 4 tasks");
        assert_eq!(domain.task_name(1), "line drawings");
        let split = &groups(sample::SPLIT)[0];
        assert_eq!(split.progress(), "3 of 6 stages, 2 for each of 3 tasks");
        assert_eq!(split.task_name(1), "task 2");
    }

    #[test]
    fn file_names_differ() {
        let names = ["a, b=1", "a, b/1", "a-b-1"].map(str::to_owned);
        assert_eq!(slugs(&names), ["a-b-1", "a-b-1-2", "a-b-1-3"]);
    }

    #[test]
    fn points_have_no_epistemic_uncertainty() {
        let number = |zero: bool| {
            let mut run = sample::run(&[], 2);
            if zero {
                sample::without_epistemic(&mut run);
            }
            let group = &Group::all(vec![run])[0];
            [OOD_EPISTEMIC, MEAN_OOD_EPISTEMIC].map(|measure| group.number(&measure).is_some())
        };
        assert_eq!((number(false), number(true)), ([true; 2], [false; 2]));
    }

    #[test]
    fn learners_of_other_kinds_need_no_keys() {
        let mut other = sample::run(&[], 2);
        let learner = "kind = 'sgd'\nlr = 0.002".parse::<Table>().unwrap();
        other.config.insert("learner".to_owned(), learner.into());
        let groups = Group::all(vec![sample::run(&[], 2), other]);
        assert_eq!((&*groups[0].name, &*groups[1].name), ("mesu", "sgd"));
    }
}
