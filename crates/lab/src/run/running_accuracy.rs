//! Accuracy of the newest examples.

/// The share of right answers, or of the variance explained, over about the last 1,000 examples, for the screen.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RunningAccuracy(pub(crate) Option<f64>);

impl RunningAccuracy {
    pub(crate) fn add(&mut self, right: f64, examples: usize) {
        let here = right / examples as f64;
        let kept = (-(examples as f64) / 1000.0).exp();
        self.0 = Some(
            self.0
                .map_or(here, |before| kept * before + (1.0 - kept) * here),
        );
    }
}
