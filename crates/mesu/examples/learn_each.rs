//! Examples a second that a learner with the defaults learns one by one, on one thread: what
//! `benches/peers/python.py` compares Python's rate with. The argument is the number of inputs.

use std::time::Instant;

use mesu::Learner;

const EXAMPLES: usize = 200_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let inputs = std::env::args().nth(1).map_or(Ok(6), |inputs| inputs.parse())?;
    // Numbers between -1 and 1 in no order; the sign of the first is the label.
    let number = |i: usize| (i.wrapping_mul(2_654_435_761) >> 8 & 0xffff) as f32 / 32_768.0 - 1.0;
    let x: Vec<f32> = (0..EXAMPLES * inputs).map(number).collect();
    let labels: Vec<u32> = x.chunks(inputs).map(|x| u32::from(x[0] > 0.0)).collect();
    let mut learner = Learner::builder(inputs).classes(2).seed(1).build()?;
    let began = Instant::now();
    learner.learn_each(&x, &labels)?;
    let rate = EXAMPLES as f64 / began.elapsed().as_secs_f64();
    let mut out = std::io::stdout();
    std::io::Write::write_fmt(&mut out, format_args!("{rate}\n"))?;
    Ok(())
}
