//! A network of Bayesian synapses as a member.

use mesu::{
    ConfigError, LearnError, Learner, MesuConfig, NetworkConfig, Prediction, RegressionConfig, Step,
};

use super::member::{Lesson, Member, Outputs, Shape};
use super::opinions::{Doubt, Opinions};
use super::settings::NetworkSettings;

pub(super) struct NetworkMember {
    learner: Learner,
    /// Inputs that it sees, the first of a row.
    inputs: usize,
}

impl NetworkMember {
    pub(super) fn new(settings: &NetworkSettings, shape: Shape) -> Result<Self, ConfigError> {
        let (inputs, active) = match settings.hats {
            true => (shape.inputs.1, shape.active.1),
            false => (shape.inputs.0, shape.active.0),
        };
        let network = NetworkConfig::default()
            .hidden(settings.hidden.clone())
            .active_inputs(active.min(inputs as f64));
        let config = MesuConfig::default()
            .memory_window(settings.memory_window)
            .temperature(settings.temperature);
        let learner = Learner::builder(inputs)
            .network(network)
            .config(config)
            .seed(shape.seed);
        let learner = match shape.outputs {
            Outputs::Classes(classes) => learner.classes(classes),
            Outputs::Value => learner.regression(RegressionConfig::default()),
        };
        let learner = learner.build()?;
        Ok(Self { learner, inputs })
    }

    pub(super) fn restore(settings: &NetworkSettings, shape: Shape, bytes: &[u8]) -> Option<Self> {
        let inputs = match settings.hats {
            true => shape.inputs.1,
            false => shape.inputs.0,
        };
        let (learner, _) = Learner::restore(bytes).ok()?;
        Self::of(learner, inputs, shape.outputs)
    }

    /// A network that has learned elsewhere, of all inputs of a row.
    pub(super) fn trained(learner: Learner, shape: Shape) -> Option<Self> {
        Self::of(learner, shape.inputs.1, shape.outputs)
    }

    /// A learner as a member, if it is for rows of so many inputs and such answers.
    fn of(learner: Learner, inputs: usize, expected: Outputs) -> Option<Self> {
        let network = learner.network();
        let outputs = match learner.regression() {
            Some(_) => Outputs::Value,
            None => Outputs::Classes(network.classes()),
        };
        let fits = network.inputs() == inputs && outputs == expected && learner.heads() == 1;
        fits.then_some(Self { learner, inputs })
    }
}

impl NetworkMember {
    fn step(&mut self, inputs: &[f32], lesson: Lesson) -> Result<Step, LearnError> {
        let inputs = &inputs[..self.inputs];
        match lesson.weight {
            1.0 => self.learner.learn_one(inputs, lesson.target),
            weight => self
                .learner
                .learn_one_weighted(inputs, lesson.target, weight),
        }
    }
}

fn add(prediction: &Prediction, opinions: &mut Opinions) {
    let doubt = Doubt {
        epistemic: prediction.epistemic[0],
        spread: prediction.spread[0],
    };
    match prediction.mean.first() {
        Some(mean) => opinions.push_value(*mean, prediction.total[0], doubt),
        None => {
            opinions.numbers.extend(&prediction.probabilities);
            opinions.doubts.push(doubt);
        }
    }
}

impl Member for NetworkMember {
    fn predict(&self, inputs: &[f32], opinions: &mut Opinions) -> Result<(), LearnError> {
        let prediction = self.learner.predict_one(&inputs[..self.inputs])?;
        add(&prediction, opinions);
        Ok(())
    }

    fn learn(
        &mut self,
        inputs: &[f32],
        lesson: Lesson,
        opinions: &mut Opinions,
    ) -> Result<(), LearnError> {
        let step = self.step(inputs, lesson)?;
        add(&step.prediction, opinions);
        Ok(())
    }

    fn predict_ahead(&mut self, inputs: &[f32], opinions: &mut Opinions) -> Result<(), LearnError> {
        let prediction = self.learner.predict_ahead(&inputs[..self.inputs])?;
        add(&prediction, opinions);
        Ok(())
    }

    fn learn_ahead(&mut self, inputs: &[f32], lesson: Lesson, _: &[f32]) -> Result<(), LearnError> {
        self.step(inputs, lesson).map(drop)
    }

    fn grow(&mut self, outputs: usize) -> Result<(), ConfigError> {
        let more = outputs.saturating_sub(self.learner.network().classes());
        self.learner.add_classes(more)
    }

    fn network(&self) -> Option<&Learner> {
        Some(&self.learner)
    }

    fn save(&self) -> Result<Vec<u8>, LearnError> {
        self.learner.save(&[])
    }
}
