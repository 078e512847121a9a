//! Measures of how well a sequence of tasks is learned and kept.

/// Accuracies, 0 to 1: `acc[i][j]` on task j after stage i of the stream, for all tasks j so far; none
/// where that was not tested.
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
/// The maximum is over the accuracies that are known; any other measure that takes one which is not
/// known is not a number. So are all without rows; the last two are 0 with one task.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AccuracyMatrix {
    rows: Vec<Vec<Option<f64>>>,
}

impl AccuracyMatrix {
    /// Returns a matrix without stages.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the accuracies after one more stage.
    ///
    /// # Panics
    /// When the row is neither one longer than the one before nor, of tasks that come back, as long;
    /// holds anything but 0 to 1; or lacks the accuracy on the task that the stage has learned.
    pub fn push(&mut self, row: Vec<Option<f64>>) {
        assert!(
            row.iter()
                .flatten()
                .all(|accuracy| (0.0..=1.0).contains(accuracy)),
            "accuracies are 0 to 1"
        );
        assert!(
            is_next(&self.rows, &row),
            "row {} has {} entries",
            self.rows.len(),
            row.len()
        );
        assert!(
            newest_first(&row, self.rows.len() + 1)
                .next()
                .flatten()
                .is_some(),
            "row {} lacks its own task",
            self.rows.len()
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

    /// Gain of the last accuracy over the one just after the task.
    #[must_use]
    pub fn backward_transfer(&self) -> f64 {
        self.over_earlier(|stage, last| last - self.own(stage))
    }

    /// Loss of the last accuracy against the best before it.
    #[must_use]
    pub fn forgetting(&self) -> f64 {
        self.over_earlier(|stage, last| {
            let task = stage % self.tasks();
            let before = &self.rows[task..self.rows.len() - 1];
            let tested = before.iter().filter_map(|row| row[task]);
            tested.fold(f64::MIN, f64::max) - last
        })
    }

    /// Number of tasks, as far as the rows tell.
    fn tasks(&self) -> usize {
        self.rows.last().map_or(1, Vec::len).max(1)
    }

    /// The accuracy of a stage on its own task, just after it.
    fn own(&self, stage: usize) -> f64 {
        known(self.rows[stage][stage % self.tasks()])
    }

    fn window_after(&self, rows: usize, tasks: usize) -> f64 {
        let Some(last) = rows.checked_sub(1).map(|last| &self.rows[last]) else {
            return f64::NAN;
        };
        mean(newest_first(last, rows).take(tasks).map(known))
    }

    /// Mean over all tasks but the newest of a function of the task's last stage and its last accuracy.
    fn over_earlier(&self, of: impl Fn(usize, f64) -> f64) -> f64 {
        match self.rows.last() {
            None => f64::NAN,
            Some(last) if last.len() < 2 => 0.0,
            Some(last) => {
                let stages = self.rows.len() - last.len()..self.rows.len() - 1;
                mean(stages.map(|stage| of(stage, known(last[stage % self.tasks()]))))
            }
        }
    }
}

/// The accuracies of a row, what was learned last coming first: `row` is that after so many stages.
pub fn newest_first(row: &[Option<f64>], stages: usize) -> impl Iterator<Item = Option<f64>> {
    let order = (0..stages).rev().take(row.len());
    order.map(|stage| row[stage % row.len()])
}

/// Returns whether `row` can follow `rows`: one more task, or all of them again.
#[must_use]
pub fn is_next<R: AsRef<[Option<f64>]>>(rows: &[R], row: &[Option<f64>]) -> bool {
    let before = rows.last().map_or(0, |row| row.as_ref().len());
    let all_seen = before > 0 && before < rows.len();
    // As many as rows: the first stage that comes back, or one task more.
    row.len() == before && before > 0 || row.len() == before + 1 && !all_seen
}

/// Returns the accuracy, or NaN if it is not known.
fn known(accuracy: Option<f64>) -> f64 {
    accuracy.unwrap_or(f64::NAN)
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (count, sum) = values.fold((0.0, 0.0), |(count, sum), x| (count + 1.0, sum + x));
    sum / count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(row: &[f64]) -> Vec<Option<f64>> {
        row.iter().copied().map(Some).collect()
    }

    #[test]
    fn measures_of_three_tasks() {
        let mut matrix = AccuracyMatrix::new();
        assert!(matrix.newest().is_nan() && matrix.forgetting().is_nan());
        matrix.push(all(&[0.9]));
        assert_eq!(
            (matrix.forgetting(), matrix.backward_transfer()),
            (0.0, 0.0)
        );
        matrix.push(all(&[1.0, 0.8]));
        matrix.push(all(&[0.5, 0.5, 0.75]));
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
            matrix.push(all(row));
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
    fn what_was_not_tested_is_not_made_up() {
        let mut matrix = AccuracyMatrix::new();
        let rows: [&[Option<f64>]; 4] = [
            &[Some(0.5)],
            &[Some(1.0), Some(0.75)],
            &[None, Some(0.5), Some(0.25)],
            &[None, None, Some(0.5), Some(1.0)],
        ];
        rows.iter().for_each(|row| matrix.push(row.to_vec()));
        assert_eq!((matrix.newest(), matrix.window(2)), (1.0, 0.75));
        assert!(matrix.window(3).is_nan() && matrix.average().is_nan());
        assert_eq!(matrix.learning_accuracy(), (0.5 + 0.75 + 0.25 + 1.0) / 4.0);
        assert_eq!(matrix.mean_window(2), (0.5 + 0.875 + 0.375 + 0.75) / 4.0);
        assert!(matrix.mean_window(3).is_nan());
        assert!(matrix.forgetting().is_nan() && matrix.backward_transfer().is_nan());

        // The last test is of all: the best that was seen of each is 1, 0.75, 0.5 and 1.
        matrix.push(all(&[0.25, 0.5, 0.5, 0.75, 0.5]));
        assert_eq!(matrix.average(), 0.5);
        assert_eq!(matrix.forgetting(), (0.75 + 0.25 + 0.0 + 0.25) / 4.0);
        assert_eq!(
            matrix.backward_transfer(),
            (-0.25 - 0.25 + 0.25 - 0.25) / 4.0
        );
        assert!(matrix.mean_window(3).is_nan() && !matrix.mean_window(2).is_nan());
    }

    #[test]
    #[should_panic(expected = "row 1 lacks its own task")]
    fn a_row_without_its_own_task_is_refused() {
        let mut matrix = AccuracyMatrix::new();
        matrix.push(all(&[0.9]));
        matrix.push(vec![Some(0.9), None]);
    }

    #[test]
    fn rows_grow_until_all_tasks_are_there() {
        let row = |length: usize| vec![Some(0.5); length];
        let rows = |lengths: &[usize]| -> Vec<Vec<Option<f64>>> {
            lengths.iter().map(|n| row(*n)).collect()
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
            assert!(is_next(&rows(before), &row(next)), "{before:?} {next}");
        }
        for (before, next) in [(&[][..], 0), (&[], 2), (&[1, 2], 1), (&[1, 2, 2], 3)] {
            assert!(!is_next(&rows(before), &row(next)), "{before:?} {next}");
        }
    }

    #[test]
    #[should_panic(expected = "row 2 has 1 entries")]
    fn a_short_row_is_refused() {
        let mut matrix = AccuracyMatrix::new();
        matrix.push(all(&[0.9]));
        matrix.push(all(&[0.9, 0.9]));
        matrix.push(all(&[0.9]));
    }
}
