//! The label before, as streams with runs repeat it.

use mesu::{ConfigError, LearnError, Target};
use serde::{Deserialize, Serialize};

use super::member::{Lesson, Member, Outputs, to_bytes};
use super::opinions::{Doubt, Opinions};
use super::residuals::Residuals;

/// The label before, and what came after such labels.
pub(super) struct LastLabel {
    outputs: Outputs,
    kept: Kept,
}

#[derive(Default, Serialize, Deserialize)]
struct Kept {
    last: Option<u32>,
    /// Counts of label, and the one after it.
    followed: Vec<Vec<f32>>,
    last_value: f32,
    residuals: Residuals,
}

impl LastLabel {
    pub(super) fn new(outputs: Outputs) -> Self {
        Self {
            outputs,
            kept: Kept::default(),
        }
    }

    pub(super) fn restore(outputs: Outputs, bytes: &[u8]) -> Option<Self> {
        let kept: Kept = postcard::from_bytes(bytes).ok()?;
        let most = match outputs {
            Outputs::Classes(classes) => classes,
            Outputs::Value => 0,
        };
        let fits = |counts: &Vec<f32>| counts.len() <= most;
        let sound = kept.followed.iter().all(fits) && kept.followed.len() <= most;
        sound.then_some(Self { outputs, kept })
    }
}

impl Kept {
    fn count(&mut self, class: u32, weight: f32) {
        let class_at = class as usize;
        if let Some(last) = self.last {
            let last = last as usize;
            if self.followed.len() <= last {
                self.followed.resize(last + 1, Vec::new());
            }
            let counts = &mut self.followed[last];
            if counts.len() <= class_at {
                counts.resize(class_at + 1, 0.0);
            }
            counts[class_at] += weight;
        }
        self.last = Some(class);
    }
}

impl Member for LastLabel {
    fn predict(&self, _: &[f32], opinions: &mut Opinions) -> Result<(), LearnError> {
        let kept = &self.kept;
        let classes = match self.outputs {
            Outputs::Classes(classes) => classes,
            Outputs::Value => {
                let variance = kept.residuals.variance();
                opinions.push_value(kept.last_value, variance, Doubt::default());
                return Ok(());
            }
        };
        let counts = kept.last.and_then(|last| kept.followed.get(last as usize));
        let counts = counts.map_or(&[][..], |counts| counts);
        let all: f32 = counts.iter().sum::<f32>() + 1.0;
        let even = 1.0 / classes as f32;
        let of = |class: usize| (counts.get(class).copied().unwrap_or(0.0) + even) / all;
        opinions.numbers.extend((0..classes).map(of));
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
        self.learn_ahead(inputs, lesson, opinions.last())
    }

    fn learn_ahead(&mut self, _: &[f32], lesson: Lesson, _: &[f32]) -> Result<(), LearnError> {
        let kept = &mut self.kept;
        match lesson.target {
            Target::Label(class) => kept.count(class, lesson.weight),
            Target::Value(value) => {
                kept.residuals.learn(value - kept.last_value);
                kept.last_value = value;
            }
        }
        Ok(())
    }

    fn grow(&mut self, outputs: usize) -> Result<(), ConfigError> {
        self.outputs = Outputs::Classes(outputs);
        Ok(())
    }

    fn save(&self) -> Result<Vec<u8>, LearnError> {
        Ok(to_bytes(&self.kept))
    }
}
