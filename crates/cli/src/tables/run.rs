//! The table after a run: its numbers, each with a few words on what it means.

use std::fmt::Write as _;

use mesu_lab::Summaries;
use mesu_lab::record::measures::MEASURES;

/// Most tasks that get a line of their own.
const TASKS: usize = 20;

/// Longest name of a task that is printed whole.
const NAME: usize = 22;

/// The table of one seed or several (then with ± the standard deviation), at most 80 columns
/// wide. `names` are those of the tasks, if they have any.
pub(crate) fn table(summaries: &Summaries, names: &[String]) -> String {
    let mut text = heading(summaries);
    tasks(&mut text, summaries, names);
    text.push('\n');
    let width = if summaries.seeds().len() > 1 { 16 } else { 8 };
    let of_values = of_values(summaries);
    let rows = MEASURES.iter().filter(|measure| measure.in_run);
    for measure in rows.filter(|measure| measure.least_tasks <= summaries.tasks().max(1)) {
        let Some((mean, std)) = summaries.number(measure) else {
            continue;
        };
        let unit = measure.unit;
        let std = std.map_or(String::new(), |std| format!(" ± {}", unit.short(std)));
        let shown = format!("{}{std}{}", unit.short(mean), unit.short_name());
        let (name, meaning) = measure.words(of_values);
        let _ = writeln!(text, "{name:<19} {shown:>width$}  {meaning}");
    }
    text
}

/// Returns whether runs predict values, whose accuracy is R2.
fn of_values(summaries: &Summaries) -> bool {
    summaries
        .first()
        .is_some_and(|first| first.values.is_some())
}

fn heading(summaries: &Summaries) -> String {
    let name = summaries.first().map_or("", |first| &first.name);
    match summaries.seeds()[..] {
        [seed] => format!("{name}, seed {seed}\n\n"),
        ref seeds => format!(
            "{name}, mean ± standard deviation of {} seeds\n\n",
            seeds.len()
        ),
    }
}

/// Writes the accuracy on each task after the last one, oldest first, as number and bar.
fn tasks(text: &mut String, summaries: &Summaries, names: &[String]) {
    let accuracies = summaries.task_accuracy();
    let hidden = accuracies.len().saturating_sub(TASKS);
    let mut labels: Vec<String> = match names.len() == accuracies.len() {
        true => names.iter().map(|name| shortened(name)).collect(),
        false => (1..=accuracies.len())
            .map(|task| task.to_string())
            .collect(),
    };
    labels.drain(..hidden);
    if hidden > 0 {
        labels.insert(0, format!("1-{hidden}"));
    }
    let widths = labels.iter().map(|label| label.chars().count());
    let width = widths.max().unwrap_or(0).max(4);
    let score = match of_values(summaries) {
        true => "R2",
        false => "accuracy",
    };
    let _ = writeln!(text, "{:<width$}  {score} after the last task", "task");
    let mut labels = labels.iter();
    let mut next = || labels.next().map_or("", String::as_str);
    // Numbers stand at the right, names at the left.
    let label = |label: &str| match names.is_empty() {
        true => format!("{label:>width$}"),
        false => format!("{label:<width$}"),
    };
    if hidden > 0 {
        let known: Vec<f64> = accuracies[..hidden].iter().flatten().map(|a| a.0).collect();
        let mean = known.iter().sum::<f64>() / known.len() as f64;
        let _ = writeln!(
            text,
            "{}  {:5.1} %  mean; accuracy.csv has each",
            label(next()),
            100.0 * mean
        );
    }
    for accuracy in &accuracies[hidden..] {
        let label = label(next());
        let Some((mean, std)) = accuracy else {
            let _ = writeln!(text, "{label}      –");
            continue;
        };
        let bar = "█".repeat((40.0 * mean).round() as usize);
        let spread = std.map_or(String::new(), |std| format!("± {:4.1} ", 100.0 * std));
        let _ = writeln!(text, "{label}  {:5.1} {spread}%  {bar}", 100.0 * mean);
    }
}

/// `name`, cut where it is too long for its column.
fn shortened(name: &str) -> String {
    match name.chars().count() > NAME {
        true => name.chars().take(NAME - 1).chain(['…']).collect(),
        false => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesu_lab::Summary;
    use mesu_lab::record::stage::OodAuroc;

    fn auroc(epistemic: f64) -> Option<OodAuroc> {
        Some(OodAuroc {
            epistemic,
            aleatoric: 0.9,
            spread: None,
        })
    }

    fn summary(tasks: usize) -> Summary {
        Summary {
            name: "permuted-digits".to_owned(),
            seed: 1,
            tasks,
            newest_accuracy: 0.9468,
            window_accuracy: [("5".to_owned(), 0.913), ("20".to_owned(), 0.8)].into(),
            average_accuracy: 0.8,
            learning_accuracy: 0.947,
            forgetting: 0.141,
            ood_auroc: auroc(0.941),
            ece: Some(0.012),
            updates_per_second: 61234.5,
            peak_memory_bytes: Some(150_000_000),
            task_accuracy: vec![Some(0.8); tasks],
            ..Summary::default()
        }
    }

    fn one(summary: Summary, names: &[String]) -> String {
        table(&Summaries::new(vec![summary]), names)
    }

    #[test]
    fn one_seed() {
        insta::assert_snapshot!(one(summary(2), &[]));
    }

    #[test]
    fn windows_are_shown_where_they_differ_from_the_average() {
        insta::assert_snapshot!(one(summary(25), &[]));
        let text = one(summary(1), &[]);
        assert!(
            !text.contains("average") && !text.contains("forgetting"),
            "{text}"
        );
        assert!(!one(summary(20), &[]).contains("20 newest"));
    }

    #[test]
    fn tasks_have_their_names() {
        let names = ["2024-day", "a name that is longer than its column"].map(str::to_owned);
        let text = one(summary(2), &names);
        assert!(
            text.contains("\n2024-day                 80.0 %  ███"),
            "{text}"
        );
        assert!(text.contains("\na name that is longer…   80.0 %"), "{text}");
    }

    #[test]
    fn lines_fit_eighty_columns() {
        let mut last = summary(200);
        (last.mean_ood_auroc, last.unseen_auroc) = (last.ood_auroc, last.ood_auroc);
        let names: Vec<String> = (0..200).map(|i| "n".repeat(30 + i)).collect();
        for seeds in [vec![summary(200)], vec![last.clone(), last], Vec::new()] {
            let text = table(&Summaries::new(seeds), &names);
            assert!(text.lines().count() < 40);
            for line in text.lines() {
                assert!(line.chars().count() <= 80, "{line}");
            }
        }
    }

    #[test]
    fn what_is_unknown_has_no_row() {
        let mut summary = summary(1);
        summary.ood_auroc = None;
        let text = one(summary, &[]);
        assert!(
            !text.contains("AUROC") && !text.contains("unseen"),
            "{text}"
        );
    }

    #[test]
    fn domains_and_split_classes_have_rows_of_their_own() {
        let mut summary = summary(2);
        summary.ood_auroc = None;
        summary.mean_ood_auroc = auroc(0.75);
        summary.unseen_auroc = auroc(0.625);
        let text = one(summary, &[]);
        assert!(text.contains("mean OOD AUROC         0.750  "), "{text}");
        assert!(text.contains("unseen AUROC           0.625  "), "{text}");
    }
}
