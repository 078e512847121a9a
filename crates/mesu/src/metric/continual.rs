//! How well a sequence of tasks is learned and kept.

/// Accuracies, 0 to 1: `row[i][j]` on task j after stage i of the stream, for all tasks j so far.
///
/// Stage i learns task i; or, where T tasks come back in turns, task i mod T. So row i has i + 1
/// entries, or T once all tasks have been learned. With k rows so far, n tasks in the last of them, and
/// s(j) the last stage of task j (Lopez-Paz & Ranzato 2017; Chaudhry et al. 2018, where s(j) = j):
///
/// | measure | definition |
/// |---|---|
/// | newest | `acc[k-1]` on the task of stage k-1 |
/// | window(w) | mean of `acc[k-1][j]` over the w tasks that were learned last, or all if there are fewer |
/// | average | mean of `acc[k-1][j]` over all tasks so far |
/// | learning accuracy | mean over the stages i of `acc[i]` on the stage's own task |
/// | backward transfer | mean over all tasks but the newest of `acc[k-1][j] - acc[s(j)][j]` |
/// | forgetting | mean over all tasks but the newest of `max over j <= i < k-1 of acc[i][j] - acc[k-1][j]` |
///
/// Without rows, measures are not a number; the last two are 0 with one task.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AccuracyMatrix {
    rows: Vec<Vec<f64>>,
}

impl AccuracyMatrix {
    /// No stages yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the accuracies after one more stage.
    ///
    /// # Panics
    /// When the row is neither one longer than the one before nor, of tasks that come back, as long; or
    /// holds anything but 0 to 1.
    pub fn push(&mut self, row: Vec<f64>) {
        assert!(
            row.iter().all(|accuracy| (0.0..=1.0).contains(accuracy)),
            "accuracies are 0 to 1"
        );
        assert!(
            is_next(&self.rows, &row),
            "row {} has {} entries",
            self.rows.len(),
            row.len()
        );
        self.rows.push(row);
    }

    /// Accuracy on the last task, after it.
    #[must_use]
    pub fn newest(&self) -> f64 {
        self.window(1)
    }

    /// Mean over the `tasks` tasks that were learned last, after the last stage.
    #[must_use]
    pub fn window(&self, tasks: usize) -> f64 {
        self.window_after(self.rows.len(), tasks)
    }

    /// The window accuracy after each stage, averaged along the run.
    #[must_use]
    pub fn mean_window(&self, tasks: usize) -> f64 {
        mean((1..=self.rows.len()).map(|rows| self.window_after(rows, tasks)))
    }

    /// Mean over all tasks, after the last stage.
    #[must_use]
    pub fn average(&self) -> f64 {
        self.window(self.rows.len())
    }

    /// Mean over the stages of the accuracy on each one's task just after it.
    #[must_use]
    pub fn learning_accuracy(&self) -> f64 {
        mean((0..self.rows.len()).map(|stage| self.own(stage)))
    }

    /// What the last accuracy gained over the one just after the task.
    #[must_use]
    pub fn backward_transfer(&self) -> f64 {
        self.over_earlier(|stage, last| last - self.own(stage))
    }

    /// What the last accuracy lost against the best before it.
    #[must_use]
    pub fn forgetting(&self) -> f64 {
        self.over_earlier(|stage, last| {
            let task = stage % self.tasks();
            let before = &self.rows[task..self.rows.len() - 1];
            before.iter().map(|row| row[task]).fold(f64::MIN, f64::max) - last
        })
    }

    /// How many tasks there are, as far as the rows tell.
    fn tasks(&self) -> usize {
        self.rows.last().map_or(1, Vec::len).max(1)
    }

    /// The accuracy of a stage on its own task, just after it.
    fn own(&self, stage: usize) -> f64 {
        self.rows[stage][stage % self.tasks()]
    }

    fn window_after(&self, rows: usize, tasks: usize) -> f64 {
        let Some(last) = rows.checked_sub(1).map(|last| &self.rows[last]) else {
            return f64::NAN;
        };
        mean(newest_first(last, rows).take(tasks))
    }

    /// Mean over all tasks but the newest of a function of the task's last stage and its last accuracy.
    fn over_earlier(&self, of: impl Fn(usize, f64) -> f64) -> f64 {
        match self.rows.last() {
            None => f64::NAN,
            Some(last) if last.len() < 2 => 0.0,
            Some(last) => {
                let stages = self.rows.len() - last.len()..self.rows.len() - 1;
                mean(stages.map(|stage| of(stage, last[stage % self.tasks()])))
            }
        }
    }
}

/// The accuracies of a row, what was learned last coming first: `row` is that after so many stages.
pub fn newest_first(row: &[f64], stages: usize) -> impl Iterator<Item = f64> {
    let order = (0..stages).rev().take(row.len());
    order.map(|stage| row[stage % row.len()])
}

/// Whether `row` can follow `rows`: one more task, or all of them again.
#[must_use]
pub fn is_next<R: AsRef<[f64]>>(rows: &[R], row: &[f64]) -> bool {
    let before = rows.last().map_or(0, |row| row.as_ref().len());
    let all_seen = before > 0 && before < rows.len();
    // As many as rows: the first stage that comes back, or one task more.
    row.len() == before && before > 0 || row.len() == before + 1 && !all_seen
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (count, sum) = values.fold((0.0, 0.0), |(count, sum), x| (count + 1.0, sum + x));
    sum / count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_of_three_tasks() {
        let mut matrix = AccuracyMatrix::new();
        assert!(matrix.newest().is_nan() && matrix.forgetting().is_nan());
        matrix.push(vec![0.9]);
        assert_eq!(
            (matrix.forgetting(), matrix.backward_transfer()),
            (0.0, 0.0)
        );
        matrix.push(vec![1.0, 0.8]);
        matrix.push(vec![0.5, 0.5, 0.75]);
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        close(matrix.newest(), 0.75);
        close(matrix.window(2), 0.625);
        close(matrix.window(9), matrix.average());
        close(matrix.average(), 1.75 / 3.0);
        close(matrix.learning_accuracy(), (0.9 + 0.8 + 0.75) / 3.0);
        close(matrix.backward_transfer(), (-0.4 - 0.3) / 2.0);
        close(matrix.forgetting(), (0.5 + 0.3) / 2.0);
        close(matrix.mean_window(1), matrix.learning_accuracy());
    }

    #[test]
    fn measures_of_two_tasks_that_come_back() {
        let mut matrix = AccuracyMatrix::new();
        for row in [&[0.5][..], &[0.25, 0.75], &[1.0, 0.5], &[0.75, 0.875]] {
            matrix.push(row.to_vec());
        }
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        close(matrix.newest(), 0.875);
        close(matrix.window(1), 0.875);
        close(matrix.window(5), matrix.average());
        close(matrix.average(), (0.75 + 0.875) / 2.0);
        close(matrix.learning_accuracy(), (0.5 + 0.75 + 1.0 + 0.875) / 4.0);
        // Of the first task: it was learned last in stage 2, and was best then.
        close(matrix.backward_transfer(), -0.25);
        close(matrix.forgetting(), 0.25);
        close(matrix.mean_window(1), matrix.learning_accuracy());
        close(
            matrix.mean_window(2),
            (0.5 + 0.5 + 0.75 + 1.625 / 2.0) / 4.0,
        );
    }

    #[test]
    fn rows_grow_until_all_tasks_are_there() {
        let rows = |lengths: &[usize]| -> Vec<Vec<f64>> {
            lengths.iter().map(|n| vec![0.5; *n]).collect()
        };
        for (before, next) in [
            (&[][..], 1),
            (&[1], 2),
            (&[1], 1),
            (&[1, 1], 1),
            (&[1, 2], 2),
            (&[1, 2], 3),
            (&[1, 2, 2], 2),
        ] {
            assert!(
                is_next(&rows(before), &vec![0.5; next]),
                "{before:?} {next}"
            );
        }
        for (before, next) in [(&[][..], 0), (&[], 2), (&[1, 2], 1), (&[1, 2, 2], 3)] {
            assert!(
                !is_next(&rows(before), &vec![0.5; next]),
                "{before:?} {next}"
            );
        }
    }

    #[test]
    #[should_panic(expected = "row 2 has 1 entries")]
    fn a_short_row_is_refused() {
        let mut matrix = AccuracyMatrix::new();
        matrix.push(vec![0.9]);
        matrix.push(vec![0.9, 0.9]);
        matrix.push(vec![0.9]);
    }
}
