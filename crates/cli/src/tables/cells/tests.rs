use super::*;
use mesu_lab::record::stage::{OodAuroc, Uncertainty};

fn auroc(epistemic: f64, aleatoric: f64) -> Option<OodAuroc> {
    Some(OodAuroc {
        epistemic,
        aleatoric,
        spread: None,
    })
}

fn numbers(seed: u64, tasks: usize) -> Summary {
    // Each seed a little better than the one before.
    let more = 0.0123 * seed as f64;
    Summary {
        seed,
        tasks,
        newest_accuracy: 0.9 + more,
        learning_accuracy: 0.952,
        average_accuracy: 0.8,
        window_accuracy: [("5".to_owned(), 0.913), ("20".to_owned(), 0.824)].into(),
        ood_auroc: auroc(0.941, 0.9),
        ece: Some(0.012),
        updates_per_second: 92_085.4,
        ..Summary::default()
    }
}

fn comparison(names: &[&str], seeds: bool, tasks: usize) -> Comparison {
    let cell = |(i, name): (usize, &&str)| {
        let seeds = if seeds { &[1, 2, 3][..] } else { &[7] };
        let of = |seed: &u64| {
            let mut summary = numbers(*seed, tasks);
            // The first is the best, and by how much depends on the seed.
            summary.newest_accuracy -= 0.01 * i as f64 * *seed as f64;
            summary.average_accuracy -= 0.1 * i as f64;
            summary
        };
        Compared {
            cell: (*name).to_owned(),
            settings: Default::default(),
            result: Ok(Summaries::new(seeds.iter().map(of).collect())),
        }
    };
    Comparison {
        name: "own".to_owned(),
        cells: names.iter().enumerate().map(cell).collect(),
    }
}

/// Changes every seed of cell `cell`.
fn change(comparison: &mut Comparison, cell: usize, change: impl Fn(&mut Summary)) {
    let cell = &mut comparison.cells[cell].result;
    let tasks = cell.as_ref().unwrap().tasks();
    let seeds = cell.as_ref().unwrap().seeds();
    let of = |seed: &u64| {
        let mut summary = numbers(*seed, tasks);
        change(&mut summary);
        summary
    };
    *cell = Ok(Summaries::new(seeds.iter().map(of).collect()));
}

#[test]
fn a_row_per_cell() {
    insta::assert_snapshot!(table(&comparison(&["mesu", "sgd"], false, 200), 120));
}

#[test]
fn six_cells_fit_eighty_columns() {
    let names = ["mesu", "foovb", "bbb", "sgd", "adam", "streaming-ewc"];
    insta::assert_snapshot!(table(&comparison(&names, true, 200), 80));
}

#[test]
fn no_column_repeats_another() {
    insta::assert_snapshot!(table(&comparison(&["mesu", "sgd"], false, 5), 80));
    let text = table(&comparison(&["mesu", "sgd"], true, 1), 80);
    assert!(
        !text.contains("average") && !text.contains("learning"),
        "{text}"
    );
}

#[test]
fn lines_fit_the_terminal() {
    let long = "memory_window=1200000,hidden=1024";
    let names = ["streaming-ewc", long, "abcdefghijklmnop"];
    for (seeds, columns) in [
        (false, 60),
        (true, 60),
        (false, 80),
        (true, 80),
        (true, 100),
    ] {
        for tasks in [1, 5, 20, 200] {
            let text = table(&comparison(&names, seeds, tasks), columns);
            assert!(text.contains(&format!("\n{long}\n")), "{text}");
            for line in text.lines() {
                assert!(line.chars().count() <= columns, "{line}");
            }
        }
    }
}

#[test]
fn what_failed_or_is_unknown_is_seen() {
    let mut comparison = comparison(&["mesu", "sgd"], false, 200);
    comparison.cells[0].result = Err("diverged".to_owned());
    change(&mut comparison, 1, |summary| summary.ood_auroc = None);
    let text = table(&comparison, 120);
    assert!(text.contains("\nmesu failed\n"), "{text}");
    assert!(!text.contains("AUROC"), "{text}");
    change(&mut comparison, 1, |summary| {
        summary.ood_auroc = None;
        summary.mean_ood_auroc = auroc(0.75, 0.5);
    });
    let text = table(&comparison, 120);
    assert!(text.contains(" mean OOD AUROC\n"), "{text}");
    assert!(text.contains("    0.750     0.500   0.012"), "{text}");
    assert!(table(&Comparison::default(), 80).contains("cell"));
}

#[test]
fn several_seeds_repeat_no_column_either() {
    let text = table(&comparison(&["mesu", "sgd"], true, 5), 120);
    assert!(
        text.contains("average") && !text.contains("5 newest"),
        "{text}"
    );
}

#[test]
fn point_weights_have_no_epistemic_numbers() {
    let mut comparison = comparison(&["mesu", "sgd"], true, 5);
    change(&mut comparison, 1, |summary| {
        summary.uncertainty = Some(Uncertainty::default());
        summary.ood_auroc = auroc(0.5, 0.9);
    });
    let text = table(&comparison, 120);
    let line = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap();
    assert!(
        line("mesu ").contains("0.941") && !line("sgd ").contains("0.5"),
        "{text}"
    );
    assert!(!text.contains("+0.441"), "{text}");
}
