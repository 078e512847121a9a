//! Progress of runs: one bar on a terminal, a line now and then elsewhere.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use mesu_lab::{Event, Progress, RunName};

use super::line::{LINE_EVERY, joined, room};
use crate::output::{grouped, message, span};

/// Columns of the bar and the space behind it.
const BAR: usize = 21;

/// Follows one run or several and shows them as one.
pub(crate) struct Screen {
    bar: Option<ProgressBar>,
    heading: String,
    runs: usize,
    started: Instant,
    state: Mutex<State>,
}

struct State {
    seen: BTreeMap<(Option<String>, u64), Run>,
    line: Instant,
}

/// A run so far, with the time this process has spent on it.
#[derive(Clone, Copy)]
struct Run {
    stages: usize,
    /// Distinct tasks: fewer than stages where tasks come back.
    tasks: usize,
    /// Most tasks in every test but the last.
    test_window: usize,
    stage: usize,
    testing: bool,
    finished: bool,
    accuracy: Option<f64>,
    examples: u64,
    begun_at: u64,
    done: u64,
    learn_time: Duration,
    /// Test sets so far, see [`Run::sets`].
    tested: f64,
    test_time: Duration,
    heard: Instant,
}

impl Run {
    /// Number of test sets after `stage`: one for each task that is tested, and one of out-of-distribution
    /// examples.
    fn sets_after(&self, stage: usize) -> f64 {
        let window = match stage < self.stages {
            true => self.test_window,
            false => self.tasks,
        };
        (stage.min(self.tasks).min(window) + 1) as f64
    }

    /// Number of test sets over the first `stages` stages.
    fn sets(&self, stages: usize) -> f64 {
        (1..=stages).map(|stage| self.sets_after(stage)).sum()
    }
}

impl Screen {
    /// Progress of `runs` runs, one per cell and seed; `heading` is shown when the first one begins.
    pub(crate) fn new(heading: String, runs: usize) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar =
                ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(10));
            let style = ProgressStyle::with_template("{bar:20} {wide_msg}");
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self {
            bar,
            heading,
            runs,
            started: Instant::now(),
            state: Mutex::new(State {
                seen: BTreeMap::new(),
                line: Instant::now(),
            }),
        }
    }

    /// Shows `line` by itself.
    fn show(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| message(line)),
            None => message(line),
        }
    }

    /// Removes the bar.
    pub(crate) fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// `run 4/12, task 3/10, 12 s left, 93.2 % right, 61,234 examples/s`, the last of these only if they fit
    /// into `room` columns.
    fn text(&self, seen: &[Run], room: usize) -> String {
        let sum = |of: fn(&Run) -> f64| seen.iter().map(of).sum::<f64>();
        let mut parts = Vec::new();
        if self.runs > 1 {
            let finished = seen.iter().filter(|run| run.finished).count();
            parts.push(format!(
                "run {}/{}",
                (finished + 1).min(self.runs),
                self.runs
            ));
        }
        let stage = sum(|run| run.stage as f64);
        let stages = sum(|run| run.stages as f64) * self.runs as f64 / seen.len().max(1) as f64;
        let what = match seen.iter().any(|run| run.stages > run.tasks) {
            true => "stage",
            false => "task",
        };
        let testing = match seen.iter().any(|run| run.testing) {
            true => " testing",
            false => "",
        };
        parts.push(format!("{what} {stage}/{stages:.0}{testing}"));
        if let Some(left) = self.time_left(seen) {
            parts.push(format!("{} left", span(left)));
        }
        let going = seen.iter().filter(|run| !run.finished);
        let accuracies: Vec<f64> = going.filter_map(|run| run.accuracy).collect();
        if !accuracies.is_empty() {
            let mean = accuracies.iter().sum::<f64>() / accuracies.len() as f64;
            parts.push(format!("{:.1} % right", 100.0 * mean));
        }
        let learn_time = sum(|run| run.learn_time.as_secs_f64());
        if learn_time > 0.0 {
            let learned = sum(|run| (run.done - run.begun_at) as f64);
            parts.push(format!("{} examples/s", grouped(learned / learn_time)));
        }
        joined(&parts, room)
    }

    /// Remaining time, from what learning and testing have taken so far. Tests grow with every task, so
    /// neither examples nor tasks alone would do.
    fn time_left(&self, seen: &[Run]) -> Option<Duration> {
        let sum = |of: &dyn Fn(&Run) -> f64| seen.iter().map(of).sum::<f64>();
        let learn_time = sum(&|run| run.learn_time.as_secs_f64());
        let test_time = sum(&|run| run.test_time.as_secs_f64());
        let learned = sum(&|run| (run.done - run.begun_at) as f64);
        let tested = sum(&|run| run.tested);
        if learn_time + test_time <= 0.0 {
            return None;
        }
        let per_example = learn_time / learned.max(1.0);
        let per_test = if tested > 0.0 {
            test_time / tested
        } else {
            0.0
        };
        let left = sum(&|run| {
            let tests = run.sets(run.stages) - run.sets(run.stage.saturating_sub(1));
            (run.examples - run.done) as f64 * per_example
                + if run.finished { 0.0 } else { tests * per_test }
        });
        // Runs not begun yet take what the others will have taken; runs that were finished before
        // this process say nothing about that.
        let worked = seen
            .iter()
            .filter(|run| run.begun_at < run.examples)
            .count();
        let spent = learn_time + test_time;
        let not_begun =
            self.runs.saturating_sub(seen.len()) as f64 * (left + spent) / worked.max(1) as f64;
        let wall = self.started.elapsed().as_secs_f64();
        Duration::try_from_secs_f64((left + not_begun) / spent * wall).ok()
    }
}

impl Progress for Screen {
    fn report(&self, run: RunName<'_>, event: Event<'_>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let state = &mut *state;
        let now = Instant::now();
        let mut ended = false;
        let name = (run.cell.map(str::to_owned), run.seed);
        if let Event::Begun {
            stages,
            tasks,
            test_window,
            examples,
            done,
        } = event
        {
            let begun = Run {
                stages,
                tasks,
                test_window: test_window.unwrap_or(tasks),
                stage: 0,
                testing: false,
                finished: false,
                accuracy: None,
                examples,
                begun_at: done,
                done,
                learn_time: Duration::ZERO,
                tested: 0.0,
                test_time: Duration::ZERO,
                heard: now,
            };
            if state.seen.is_empty() {
                self.show(&self.heading);
            }
            // With several runs, those that were finished before would hide the others.
            if done > 0 && (done < examples || self.runs == 1) {
                let cell = run.cell.map_or(String::new(), |cell| format!("{cell}, "));
                self.show(&format!(
                    "{cell}seed {}: resumed after {} examples",
                    run.seed,
                    grouped(done as f64)
                ));
            }
            state.seen.insert(name.clone(), begun);
        }
        let Some(run) = state.seen.get_mut(&name) else {
            return;
        };
        let spent = now - run.heard;
        run.heard = now;
        match event {
            Event::Begun { .. } => {}
            Event::Learned {
                stage,
                done,
                accuracy,
            } => {
                run.stage = stage;
                run.testing = false;
                run.accuracy = Some(accuracy);
                run.done = done;
                run.learn_time += spent;
            }
            Event::Tested { stage, parts, .. } => {
                run.stage = stage;
                run.testing = true;
                run.tested += run.sets_after(stage) / parts as f64;
                run.test_time += spent;
            }
            Event::StageEnded(record) => {
                run.stage = record.stage;
                run.testing = false;
                ended = true;
            }
            Event::Ended => {
                run.stage = run.stages;
                run.finished = true;
            }
        }
        let seen: Vec<Run> = state.seen.values().copied().collect();
        match &self.bar {
            Some(bar) => {
                let sum = |of: fn(&Run) -> u64| seen.iter().map(of).fold(0, u64::saturating_add);
                bar.set_length(sum(|run| run.examples));
                bar.set_position(sum(|run| run.done));
                bar.set_message(self.text(&seen, room(BAR)));
            }
            None => {
                let since = state.line.elapsed();
                if since >= LINE_EVERY || ended && since >= LINE_EVERY / 10 {
                    state.line = now;
                    message(&self.text(&seen, usize::MAX));
                }
            }
        }
    }
}
