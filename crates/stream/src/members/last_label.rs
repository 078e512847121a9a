//! The label before, as streams with runs repeat it.

use mesu::{ConfigError, LearnError};

use super::member::{Lesson, Member, to_bytes};
use super::opinions::{Doubt, Opinions};

/// How often each label followed each other.
pub(super) struct LastLabel {
    outputs: usize,
    last: Option<u32>,
    /// Label, and the one after it.
    followed: Vec<Vec<f32>>,
}

impl LastLabel {
    pub(super) fn new(outputs: usize) -> Self {
        Self {
            outputs,
            last: None,
            followed: Vec::new(),
        }
    }

    pub(super) fn restore(outputs: usize, bytes: &[u8]) -> Option<Self> {
        let (last, followed): (Option<u32>, Vec<Vec<f32>>) = postcard::from_bytes(bytes).ok()?;
        let fits = |counts: &Vec<f32>| counts.len() <= outputs;
        let sound = followed.iter().all(fits) && followed.len() <= outputs;
        sound.then_some(Self {
            outputs,
            last,
            followed,
        })
    }
}

impl Member for LastLabel {
    fn predict(&self, _: &[f32], opinions: &mut Opinions) -> Result<(), LearnError> {
        let counts = self
            .last
            .and_then(|last| self.followed.get(last as usize))
            .map_or(&[][..], |counts| counts);
        let all: f32 = counts.iter().sum::<f32>() + 1.0;
        let even = 1.0 / self.outputs as f32;
        let of = |class: usize| (counts.get(class).copied().unwrap_or(0.0) + even) / all;
        opinions.probabilities.extend((0..self.outputs).map(of));
        opinions.doubts.push(Doubt::default());
        Ok(())
    }

    fn learn(
        &mut self,
        inputs: &[f32],
        lesson: Lesson,
        opinions: &mut Opinions,
    ) -> Result<(), LearnError> {
        self.predict(inputs, opinions)?;
        let class = lesson.class as usize;
        if let Some(last) = self.last {
            let last = last as usize;
            if self.followed.len() <= last {
                self.followed.resize(last + 1, Vec::new());
            }
            let counts = &mut self.followed[last];
            if counts.len() <= class {
                counts.resize(class + 1, 0.0);
            }
            counts[class] += lesson.weight;
        }
        self.last = Some(lesson.class);
        Ok(())
    }

    fn grow(&mut self, outputs: usize) -> Result<(), ConfigError> {
        self.outputs = outputs;
        Ok(())
    }

    fn save(&self) -> Result<Vec<u8>, LearnError> {
        Ok(to_bytes(&(self.last, &self.followed)))
    }
}
