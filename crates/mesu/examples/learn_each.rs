//! A learner with the defaults that learns 200,000 examples one by one, as often as it is told: what
//! `benches/peers/python.py` compares Python's rate with. Arguments: the number of inputs, and how often.

use mesu::{Learned, Learner};

const EXAMPLES: usize = 200_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse());
    let inputs: usize = arguments.next().unwrap_or(Ok(6))?;
    let times = arguments.next().unwrap_or(Ok(1))?;
    // Numbers between -1 and 1 in no order; the sign of the first is the label.
    let number = |i: usize| (i.wrapping_mul(2_654_435_761) >> 8 & 0xffff) as f32 / 32_768.0 - 1.0;
    let x: Vec<f32> = (0..EXAMPLES * inputs).map(number).collect();
    let labels: Vec<u32> = x.chunks(inputs).map(|x| u32::from(x[0] > 0.0)).collect();
    let mut learner = Learner::builder(inputs).classes(2).seed(1).build()?;
    let mut sum = Learned::default();
    for _ in 0..times {
        sum += learner.learn_each(&x, &labels)?;
    }
    assert!(times == 0 || sum.correct > 0);
    Ok(())
}
