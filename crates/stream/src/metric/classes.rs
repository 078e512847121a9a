//! Measures of classes that were told.

use mesu::metric::ReliabilityBin;
use serde::{Deserialize, Serialize};

use super::bins::Bins;
use super::window::Last;

/// Least probability whose logarithm counts.
pub(crate) const FLOOR: f64 = 1e-6;

/// Measures of classes that were told.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ClassMeasures {
    /// Rows with a label.
    pub rows: u64,
    /// Share of right answers.
    pub accuracy: f64,
    /// Cohen's kappa: accuracy beyond that of a guess by the shares of labels and answers; at most 1. Not a
    /// number before two classes came.
    pub kappa: f64,
    /// Mean recall of the classes that came; not a number before two came.
    pub balanced_accuracy: f64,
    /// Mean of -ln p(label), nats, p at least 1e-6.
    pub log_loss: f64,
    /// Mean squared distance of the probabilities from the label as a distribution, 0 to 2.
    pub brier: f64,
    /// Expected calibration error over 15 bins of the confidence, 0 to 1.
    pub ece: f64,
}

/// Recall and precision of a class.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ClassRates {
    /// Its name.
    pub class: String,
    /// Rows of the class.
    pub rows: u64,
    /// Share of its rows that were told; not a number if it never came.
    pub recall: f64,
    /// Share of the rows called so that were of it; not a number if none was.
    pub precision: f64,
}

/// Score of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Score {
    pub(crate) label: u32,
    /// Answer; one that is no class if there was none.
    pub(crate) told: u32,
    pub(crate) loss: f64,
    pub(crate) brier: f64,
    pub(crate) confidence: f64,
}

/// Sums of scores.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Sums {
    rows: u64,
    right: u64,
    loss: f64,
    brier: f64,
    bins: Bins,
    /// Rows, answers, and right answers of each class.
    classes: Vec<[u64; 3]>,
}

impl Sums {
    fn add(&mut self, score: &Score) {
        let Score { label, told, .. } = *score;
        let right = label == told;
        self.rows += 1;
        self.right += u64::from(right);
        self.loss += score.loss;
        self.brier += score.brier;
        self.bins.add(score.confidence, right);
        self.class(label)[0] += 1;
        if told != u32::MAX {
            self.class(told)[1] += 1;
        }
        self.class(label)[2] += u64::from(right);
    }

    fn class(&mut self, class: u32) -> &mut [u64; 3] {
        let class = class as usize;
        if self.classes.len() <= class {
            self.classes.resize(class + 1, [0; 3]);
        }
        &mut self.classes[class]
    }

    fn measures(&self) -> ClassMeasures {
        let rows = self.rows as f64;
        let accuracy = self.right as f64 / rows;
        let product = |[of, told, _]: &[u64; 3]| *of as f64 * *told as f64;
        let chance = self.classes.iter().map(product).sum::<f64>() / (rows * rows);
        let recalls = self.classes.iter().filter(|[of, ..]| *of > 0);
        let (count, sum) = recalls.fold((0.0, 0.0), |(count, sum), [of, _, right]| {
            (count + 1.0, sum + *right as f64 / *of as f64)
        });
        // Of one class alone they say nothing.
        let of_several = |measure: f64| if count > 1.0 { measure } else { f64::NAN };
        ClassMeasures {
            rows: self.rows,
            accuracy,
            kappa: of_several((accuracy - chance) / (1.0 - chance)),
            balanced_accuracy: of_several(sum / count),
            log_loss: self.loss / rows,
            brier: self.brier / rows,
            ece: self.bins.error(),
        }
    }
}

/// Scores of all rows, and of the last ones.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct ClassScores {
    all: Sums,
    last: Last<Score>,
}

impl ClassScores {
    pub(crate) fn add(&mut self, score: Score) {
        self.all.add(&score);
        self.last.add(score);
    }

    pub(crate) fn measures(&self) -> ClassMeasures {
        self.all.measures()
    }

    /// Measures of the last rows.
    pub(crate) fn window(&self) -> ClassMeasures {
        self.last_sums().measures()
    }

    fn last_sums(&self) -> Sums {
        let mut sums = Sums::default();
        self.last.iter().for_each(|score| sums.add(score));
        sums
    }

    /// Calibration error of the last rows that chance alone would make, on average.
    pub(crate) fn chance_of_window(&self) -> f64 {
        self.last_sums().bins.chance()
    }

    /// Confidence against accuracy of all answers.
    pub(crate) fn reliability(&self) -> Vec<ReliabilityBin> {
        self.all.bins.list()
    }

    /// Recall and precision of the classes of these names.
    pub(crate) fn classes(&self, names: &[String]) -> Vec<ClassRates> {
        let of = |(number, name): (usize, &String)| {
            let [rows, told, right] = self.all.classes.get(number).copied().unwrap_or_default();
            ClassRates {
                class: name.clone(),
                rows,
                recall: right as f64 / rows as f64,
                precision: right as f64 / told as f64,
            }
        };
        names.iter().enumerate().map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::window::WINDOW;

    /// Labels and answers whose measures are known: 6 of 10 right.
    #[test]
    fn measures_are_those_of_their_formulas() {
        let labels = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2];
        let told = [0, 0, 0, 1, 1, 1, 0, 2, 1, 0];
        let mut scores = ClassScores::default();
        for (label, told) in labels.into_iter().zip(told) {
            scores.add(Score {
                label,
                told,
                loss: 0.5,
                brier: 0.25,
                confidence: 0.5,
            });
        }
        let measures = scores.measures();
        assert_eq!((measures.rows, measures.accuracy), (10, 0.6));
        // Of each class: labels 4, 3, 3 and answers 5, 4, 1.
        let chance = (20.0 + 12.0 + 3.0) / 100.0;
        assert!((measures.kappa - (0.6 - chance) / (1.0 - chance)).abs() < 1e-12);
        let recalls = (0.75 + 2.0 / 3.0 + 1.0 / 3.0) / 3.0;
        assert!((measures.balanced_accuracy - recalls).abs() < 1e-12);
        assert_eq!((measures.log_loss, measures.brier), (0.5, 0.25));
        assert!((measures.ece - 0.1).abs() < 1e-12);
        assert_eq!(scores.window(), measures);
        let rates = scores.classes(&["a".to_owned(), "b".to_owned(), "c".to_owned()]);
        assert_eq!((rates[0].recall, rates[0].precision), (0.75, 0.6));
        assert_eq!((rates[2].rows, rates[2].precision), (3, 1.0));
    }

    #[test]
    fn of_less_than_two_classes_there_is_no_kappa() {
        let mut scores = ClassScores::default();
        for rows in 0..3 {
            let measures = scores.measures();
            assert_eq!(measures.rows, rows);
            assert!(measures.kappa.is_nan() && measures.balanced_accuracy.is_nan());
            scores.add(Score {
                label: 4,
                told: 4,
                loss: 0.1,
                brier: 0.1,
                confidence: 0.9,
            });
        }
        scores.add(Score {
            label: 5,
            told: 4,
            loss: 1.0,
            brier: 1.0,
            confidence: 0.9,
        });
        let measures = scores.measures();
        assert_eq!((measures.kappa, measures.balanced_accuracy), (0.0, 0.5));
    }

    #[test]
    fn the_window_forgets() {
        let mut scores = ClassScores::default();
        for i in 0..3 * WINDOW as u32 {
            scores.add(Score {
                label: 0,
                told: u32::from(i < 2 * WINDOW as u32),
                loss: f64::from(i),
                brier: 0.0,
                confidence: 1.0,
            });
        }
        assert_eq!(scores.window().accuracy, 1.0);
        assert!((scores.measures().accuracy - 1.0 / 3.0).abs() < 1e-12);
    }
}
