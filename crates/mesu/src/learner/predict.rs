//! Predictions of a learner.

use mesu_kernels::Generator;

use super::engine::predict::examples_in_chunk;
use super::engine::{Draws, PREDICTIONS};
use super::error::{check_finite, check_width};
use super::{Ahead, LearnError, Learner};
use crate::estimator::Diverged;
use crate::network::scaling::scaled;
use crate::outputs::Prediction;

impl Learner {
    /// Probabilities and uncertainties of `inputs`, `[examples][inputs]`, with the configured number
    /// of test samples drawn from `noise`. Runs on the threads of the current rayon pool.
    ///
    /// # Errors
    /// [`LearnError`] for inputs that are not finite or not whole examples, and of a learner that broke.
    pub fn predict(&self, inputs: &[f32], noise: Generator) -> Result<Prediction, LearnError> {
        self.predict_draws(inputs, noise.into())
    }

    /// Predicts like [`predict`](Self::predict), with another number of samples, at least 1.
    ///
    /// # Errors
    /// As [`predict`](Self::predict).
    pub fn predict_samples(
        &self,
        inputs: &[f32],
        samples: usize,
        noise: Generator,
    ) -> Result<Prediction, LearnError> {
        let samples = Some(samples.max(1));
        self.predict_draws(
            inputs,
            Draws {
                samples,
                ..noise.into()
            },
        )
    }

    /// Predicts like [`predict_samples`](Self::predict_samples), with the configured number of samples if none is given,
    /// part by part: the parts [joined](Prediction::joined) are that prediction, bit for bit. Whoever asks for them can
    /// stop between two.
    pub fn predict_parts<'a>(
        &'a self,
        inputs: &'a [f32],
        samples: Option<usize>,
        noise: &'a Generator,
    ) -> impl Iterator<Item = Result<Prediction, LearnError>> + 'a {
        let samples = samples.map(|samples| samples.max(1));
        let drawn = samples.unwrap_or(self.config.samples().1);
        let in_chunk = |samples| examples_in_chunk(&self.network, samples);
        // Whole chunks, whether samples are drawn together or one after another.
        let chunks = in_chunk(1);
        let size = chunks * in_chunk(drawn) * self.network.inputs();
        inputs.chunks(size).enumerate().map(move |(part, inputs)| {
            let draws = Draws {
                samples,
                first_chunk: part * chunks,
                noise: noise.clone(),
            };
            self.predict_draws(inputs, draws)
        })
    }

    /// Predicts with the means of the weights alone, without noise: all uncertainty is aleatoric, but
    /// for what slow copies disagree about.
    ///
    /// # Errors
    /// As [`predict`](Self::predict).
    pub fn predict_mean(&self, inputs: &[f32]) -> Result<Prediction, LearnError> {
        self.check_inputs(inputs)?;
        let seen = scaled(self.scale.as_ref(), inputs);
        let chunks = self.engine.predict_mean(&self.network, &seen);
        let chunks = chunks.map_err(|diverged| self.unpredictable(inputs, diverged))?;
        Ok(Prediction::joined(self.network.classes(), chunks))
    }

    /// Returns the noise with which [`predict_one`](Self::predict_one) predicts: it follows from the seed and from what
    /// was learned since.
    #[must_use]
    pub fn prediction_noise(&self) -> Generator {
        self.noise.split(PREDICTIONS)
    }

    /// Predicts one example, `[inputs]`, with noise that follows from the seed and from what was learned since: as long
    /// as nothing is learned, the same example has the same prediction.
    ///
    /// # Errors
    /// As [`predict`](Self::predict).
    pub fn predict_one(&self, x: &[f32]) -> Result<Prediction, LearnError> {
        self.predict_one_with(x, self.prediction_noise())
    }

    /// Predicts one example, `[inputs]`, with the configured number of test samples drawn from `noise`.
    ///
    /// # Errors
    /// As [`predict`](Self::predict).
    pub fn predict_one_with(&self, x: &[f32], noise: Generator) -> Result<Prediction, LearnError> {
        self.check_whole()?;
        check_width(&self.network, x, 1)?;
        let seen = scaled(self.scale.as_ref(), x);
        let prediction = self.engine.predict_one(&self.network, &seen, noise.into());
        prediction.map_err(|diverged| self.unpredictable(x, diverged))
    }

    /// Predicts one example, `[inputs]`, as [`learn_one`](Self::learn_one) will: the prediction that it gives
    /// of this example, bit for bit, if it comes next. Of a perceptron that samples its pre-activations it
    /// then needs no forward pass of its own. What is learned is the same with or without this.
    ///
    /// ```
    /// use mesu::{Learner, LearnerConfig, NetworkConfig};
    ///
    /// let network = NetworkConfig::default().hidden([16]);
    /// let mut learner = Learner::new(2, 2, &network, &LearnerConfig::default(), 1)?;
    /// let told = learner.predict_ahead(&[1.0, -1.0])?;
    /// assert_eq!(told, learner.learn_one(&[1.0, -1.0], 0)?.prediction);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`predict`](Self::predict).
    pub fn predict_ahead(&mut self, x: &[f32]) -> Result<Prediction, LearnError> {
        self.ahead = None;
        self.check_whole()?;
        check_width(&self.network, x, 1)?;
        let mut noise = self.noise.clone();
        let scale = self.scale.clone().map(|mut scale| {
            scale.learn(x);
            scale
        });
        let seen = scaled(scale.as_ref(), x);
        match self.engine.predict_ahead(&self.network, &seen, &mut noise) {
            None => {
                let noise = self.prediction_noise();
                let prediction = self.engine.predict_one(&self.network, &seen, noise.into());
                prediction.map_err(|diverged| self.unpredictable(x, diverged))
            }
            Some(Err(diverged)) => Err(self.unpredictable(x, diverged)),
            Some(Ok(prediction)) => {
                self.ahead = Some(Ahead {
                    x: x.to_vec(),
                    noise,
                    prediction: prediction.clone(),
                });
                Ok(prediction)
            }
        }
    }

    fn predict_draws(&self, inputs: &[f32], draws: Draws) -> Result<Prediction, LearnError> {
        self.check_inputs(inputs)?;
        let seen = scaled(self.scale.as_ref(), inputs);
        let chunks = self.engine.predict(&self.network, &seen, draws);
        let chunks = chunks.map_err(|diverged| self.unpredictable(inputs, diverged))?;
        Ok(Prediction::joined(self.network.classes(), chunks))
    }

    /// Returns an error if the learner broke, or these are not whole examples.
    fn check_inputs(&self, inputs: &[f32]) -> Result<(), LearnError> {
        self.check_whole()?;
        check_width(&self.network, inputs, inputs.len() / self.network.inputs())
    }

    /// The error of inputs that could not be predicted. They are looked at only now: one that is not finite makes
    /// the first layer's moments so too.
    fn unpredictable(&self, inputs: &[f32], diverged: Diverged) -> LearnError {
        match check_finite(&self.network, inputs) {
            Err(input) => input,
            Ok(()) if self.is_sound() => LearnError::Overflow {
                layer: diverged.layer,
                update: self.updates,
                what: diverged.what,
            },
            Ok(()) => self.diverged(diverged),
        }
    }
}
