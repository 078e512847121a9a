//! How well a sequence of tasks is learned and kept.

/// Accuracies, 0 to 1: `row[i][j]` on task j after learning task i, for j up to i at least.
///
/// With k rows so far (Lopez-Paz & Ranzato 2017; Chaudhry et al. 2018):
///
/// | measure | definition |
/// |---|---|
/// | newest | `acc[k-1][k-1]` |
/// | window(w) | mean of `acc[k-1][j]` over the w most recent tasks, or all if there are fewer |
/// | average | mean of `acc[k-1][j]` over all tasks so far |
/// | learning accuracy | mean of `acc[i][i]` |
/// | backward transfer | mean over `j < k-1` of `acc[k-1][j] - acc[j][j]` |
/// | forgetting | mean over `j < k-1` of `max over j <= i < k-1 of acc[i][j] - acc[k-1][j]` |
///
/// Without rows, measures are not a number; the last two are 0 with one row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AccuracyMatrix {
    rows: Vec<Vec<f64>>,
}

impl AccuracyMatrix {
    /// No tasks yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the accuracies after one more task.
    ///
    /// # Panics
    /// When the row does not reach that task, or holds anything but 0 to 1.
    pub fn push(&mut self, row: Vec<f64>) {
        assert!(
            row.iter().all(|accuracy| (0.0..=1.0).contains(accuracy)),
            "accuracies are 0 to 1"
        );
        assert!(
            row.len() > self.rows.len(),
            "row {} is too short",
            self.rows.len()
        );
        self.rows.push(row);
    }

    /// Accuracy on the last task, after it.
    #[must_use]
    pub fn newest(&self) -> f64 {
        self.window(1)
    }

    /// Mean over the `tasks` most recent tasks, after the last one.
    #[must_use]
    pub fn window(&self, tasks: usize) -> f64 {
        self.window_after(self.rows.len(), tasks)
    }

    /// The window accuracy after each task, averaged along the run.
    #[must_use]
    pub fn mean_window(&self, tasks: usize) -> f64 {
        mean((1..=self.rows.len()).map(|rows| self.window_after(rows, tasks)))
    }

    /// Mean over all tasks, after the last one.
    #[must_use]
    pub fn average(&self) -> f64 {
        self.window(self.rows.len())
    }

    /// Mean over the tasks of the accuracy on each just after it.
    #[must_use]
    pub fn learning_accuracy(&self) -> f64 {
        mean(self.rows.iter().enumerate().map(|(i, row)| row[i]))
    }

    /// What the last accuracy gained over the one just after the task.
    #[must_use]
    pub fn backward_transfer(&self) -> f64 {
        self.over_earlier(|j, last| last - self.rows[j][j])
    }

    /// What the last accuracy lost against the best before it.
    #[must_use]
    pub fn forgetting(&self) -> f64 {
        self.over_earlier(|j, last| {
            let before = &self.rows[j..self.rows.len() - 1];
            before.iter().map(|row| row[j]).fold(f64::MIN, f64::max) - last
        })
    }

    fn window_after(&self, rows: usize, tasks: usize) -> f64 {
        let newest = rows
            .checked_sub(1)
            .map_or(&[][..], |last| &self.rows[last][..rows]);
        mean(newest.iter().rev().take(tasks).copied())
    }

    /// Mean over the tasks but the last of a function of the task and its last accuracy.
    fn over_earlier(&self, of: impl Fn(usize, f64) -> f64) -> f64 {
        match self.rows.split_last() {
            None => f64::NAN,
            Some((_, [])) => 0.0,
            Some((last, earlier)) => mean((0..earlier.len()).map(|j| of(j, last[j]))),
        }
    }
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
    #[should_panic(expected = "too short")]
    fn a_short_row_is_refused() {
        let mut matrix = AccuracyMatrix::new();
        matrix.push(vec![0.9]);
        matrix.push(vec![0.9]);
    }
}
