//! What is seen while runs go on: one bar on a terminal, a line now and then elsewhere.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use mesu_lab::{Event, Progress};

use crate::output::{grouped, message, span};

/// Time between two lines where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Follows one run or several and shows them as one.
pub(crate) struct Screen {
    bar: Option<ProgressBar>,
    heading: String,
    runs: usize,
    started: Instant,
    state: Mutex<State>,
}

struct State {
    seeds: BTreeMap<u64, Seed>,
    line: Instant,
}

/// One run as it goes, with the time this process has spent on it.
#[derive(Clone, Copy)]
struct Seed {
    tasks: usize,
    task: usize,
    testing: bool,
    accuracy: Option<f64>,
    examples: u64,
    begun_at: u64,
    done: u64,
    learn_time: Duration,
    /// In test sets: after task i, i of them and one of unknown images.
    tested: f64,
    test_time: Duration,
    heard: Instant,
}

impl Screen {
    /// For `runs` runs, one per seed; `heading` is shown when the first one begins.
    pub(crate) fn new(heading: String, runs: usize) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar =
                ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(10));
            let style = ProgressStyle::with_template("{bar:20} {msg}");
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self {
            bar,
            heading,
            runs,
            started: Instant::now(),
            state: Mutex::new(State {
                seeds: BTreeMap::new(),
                line: Instant::now(),
            }),
        }
    }

    /// A line of its own.
    fn show(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| message(line)),
            None => message(line),
        }
    }

    /// Takes the bar away.
    pub(crate) fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// `task 3/10, 61,234 examples/s, 12 s left, 93.2 % right`
    fn text(&self, seeds: &BTreeMap<u64, Seed>) -> String {
        let sum = |of: fn(&Seed) -> f64| seeds.values().map(of).sum::<f64>();
        let task = sum(|seed| seed.task as f64);
        let tasks = sum(|seed| seed.tasks as f64) * self.runs as f64 / seeds.len().max(1) as f64;
        let mut text = format!("task {task}/{tasks}");
        if seeds.values().any(|seed| seed.testing) {
            text.push_str(", testing");
        }
        let learn_time = sum(|seed| seed.learn_time.as_secs_f64());
        if learn_time > 0.0 {
            let learned = sum(|seed| (seed.done - seed.begun_at) as f64);
            text += &format!(", {} examples/s", grouped(learned / learn_time));
        }
        if let Some(left) = self.time_left(seeds) {
            text += &format!(", {} left", span(left));
        }
        let accuracies: Vec<f64> = seeds.values().filter_map(|seed| seed.accuracy).collect();
        if !accuracies.is_empty() {
            let mean = accuracies.iter().sum::<f64>() / accuracies.len() as f64;
            text += &format!(", {:.1} % right", 100.0 * mean);
        }
        text
    }

    /// From what learning and testing have cost so far. Tests grow with every task, so
    /// neither examples nor tasks alone would do.
    fn time_left(&self, seeds: &BTreeMap<u64, Seed>) -> Option<Duration> {
        let sum = |of: &dyn Fn(&Seed) -> f64| seeds.values().map(of).sum::<f64>();
        let learn_time = sum(&|seed| seed.learn_time.as_secs_f64());
        let test_time = sum(&|seed| seed.test_time.as_secs_f64());
        let learned = sum(&|seed| (seed.done - seed.begun_at) as f64);
        let tested = sum(&|seed| seed.tested);
        if learn_time + test_time <= 0.0 {
            return None;
        }
        let per_example = learn_time / learned.max(1.0);
        let per_test = if tested > 0.0 {
            test_time / tested
        } else {
            0.0
        };
        let sets = |task: usize| (task * (task + 3)) as f64 / 2.0;
        let left = sum(&|seed| {
            let tests = sets(seed.tasks) - sets(seed.task.saturating_sub(1));
            (seed.examples - seed.done) as f64 * per_example + tests * per_test
        });
        let of_whole = self.runs as f64 / seeds.len() as f64;
        let spent = learn_time + test_time;
        let not_begun = (of_whole - 1.0) * (left + spent);
        let wall = self.started.elapsed().as_secs_f64();
        Duration::try_from_secs_f64((left + not_begun) / spent * wall).ok()
    }
}

impl Progress for Screen {
    fn report(&self, seed: u64, event: Event<'_>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let mut ended = false;
        if let Event::Begun {
            tasks,
            examples,
            done,
        } = event
        {
            let seed_state = Seed {
                tasks,
                task: 0,
                testing: false,
                accuracy: None,
                examples,
                begun_at: done,
                done,
                learn_time: Duration::ZERO,
                tested: 0.0,
                test_time: Duration::ZERO,
                heard: now,
            };
            if state.seeds.is_empty() {
                self.show(&self.heading);
            }
            if done > 0 {
                self.show(&format!(
                    "seed {seed}: going on after {} examples",
                    grouped(done as f64)
                ));
            }
            state.seeds.insert(seed, seed_state);
        }
        let Some(run) = state.seeds.get_mut(&seed) else {
            return;
        };
        let spent = now - run.heard;
        run.heard = now;
        match event {
            Event::Begun { .. } => {}
            Event::Learned {
                task,
                done,
                accuracy,
            } => {
                run.task = task;
                run.testing = false;
                run.accuracy = Some(accuracy);
                run.done = done;
                run.learn_time += spent;
            }
            Event::Tested { task, parts, .. } => {
                run.task = task;
                run.testing = true;
                run.tested += (task + 1) as f64 / parts as f64;
                run.test_time += spent;
            }
            Event::TaskEnded(record) => {
                run.task = record.task;
                run.testing = false;
                ended = true;
            }
        }
        match &self.bar {
            Some(bar) => {
                let sum = |of: fn(&Seed) -> u64| {
                    state.seeds.values().map(of).fold(0, u64::saturating_add)
                };
                bar.set_length(sum(|run| run.examples));
                bar.set_position(sum(|run| run.done));
                bar.set_message(self.text(&state.seeds));
            }
            None => {
                let since = state.line.elapsed();
                if since >= LINE_EVERY || ended && since >= LINE_EVERY / 10 {
                    state.line = now;
                    message(&self.text(&state.seeds));
                }
            }
        }
    }
}
