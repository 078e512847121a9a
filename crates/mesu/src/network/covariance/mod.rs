//! Correlated synapses: a covariance of a layer's inputs that its neurons share.
//!
//! The posterior of a layer `a = W h` is `q(W) = N(M, I (x) V)`: every neuron's weights have the covariance V,
//! `[inputs][inputs]`, with the bias as one more input that is 1. Evidence of curvature c along h is
//! `A + c h h^T` of the inverse `A = V^-1`, and forgetting takes q to `q^gamma prior^(1 - gamma)`, which is exact for
//! Gaussians: the power prior of which MESU is the mean-field form.

mod config;
mod eigen;
mod full;
mod low_rank;
mod waiting;

use mesu_kernels::Matrix;

pub use self::config::{Covariance, CovarianceError};
use self::full::{Full, triangle};
use self::low_rank::LowRank;
use self::waiting::Waiting;

/// Updates after which V is computed anew at the latest, for the rounding of its downdates to be gone.
const MOST_UPDATES: f64 = 10_000.0;
/// Times that it is computed anew in a window of memory, so that forgetting comes in small steps.
const TIMES_A_WINDOW: f64 = 60.0;

/// Covariance of a layer's inputs.
#[derive(Clone, Debug)]
pub(crate) struct InputCovariance {
    n: usize,
    form: Form,
    prior: Prior,
    /// Diagonal of V, `[1][n]`, with what waits.
    variances: Matrix,
    /// Updates since V was last computed anew.
    since: u32,
    /// Updates after which it is.
    period: u32,
}

#[derive(Clone, Debug)]
enum Form {
    /// Blocks of consecutive inputs, each as wide as the others but for the last, which has the bias too.
    Blocks(Vec<Full>),
    LowRank(LowRank),
}

/// Prior of a layer's synapses, and how fast they come back to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Prior {
    pub(crate) mean: f32,
    pub(crate) variance: f64,
    /// N, in updates.
    pub(crate) memory_window: f64,
}

/// Step of the means when a covariance forgets: `M + share (mean - M) V`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pull {
    pub(crate) share: f32,
    pub(crate) mean: f32,
}

impl InputCovariance {
    /// Covariance of `n` inputs, of which the first `inputs` are not the bias, that begins as the prior's.
    pub(crate) fn new(covariance: Covariance, n: usize, inputs: usize, prior: Prior) -> Self {
        let variance = prior.variance as f32;
        let form = match covariance {
            Covariance::LowRank { rank } if rank < n => {
                Form::LowRank(LowRank::new(n, rank, variance))
            }
            Covariance::Input { blocks } => {
                let width = inputs / blocks;
                let widths = (0..blocks).map(|block| match block + 1 == blocks {
                    true => n - block * width,
                    false => width,
                });
                Form::Blocks(widths.map(|n| Full::new(n, variance)).collect())
            }
            Covariance::LowRank { .. } | Covariance::Diagonal => {
                Form::Blocks(vec![Full::new(n, variance)])
            }
        };
        let period = (prior.memory_window / TIMES_A_WINDOW).clamp(1.0, MOST_UPDATES);
        let mut covariance = Self {
            n,
            form,
            prior,
            variances: Matrix::zeros(1, n),
            since: 0,
            period: period as u32,
        };
        covariance.compute_variances();
        covariance
    }

    /// Number of inputs, the bias included.
    pub(crate) fn inputs(&self) -> usize {
        self.n
    }

    /// Diagonal of V.
    pub(crate) fn variances(&self) -> &[f32] {
        self.variances.row(0)
    }

    /// Computes `p = V x`, both `[1][n]`; `terms` is room to work in.
    pub(crate) fn product(&self, x: &Matrix, p: &mut Matrix, terms: &mut Vec<(usize, f32)>) {
        match &self.form {
            Form::LowRank(low_rank) => low_rank.product(x, p, terms),
            Form::Blocks(blocks) if blocks.len() == 1 => blocks[0].product(x, p, terms),
            Form::Blocks(blocks) => {
                let mut first = 0;
                for block in blocks {
                    let n = block.variance().rows();
                    let x = Matrix::from_slice(1, n, &x.row(0)[first..first + n]);
                    let mut of_block = Matrix::zeros(1, n);
                    block.product(&x, &mut of_block, terms);
                    p.row_mut(0)[first..first + n].copy_from_slice(of_block.row(0));
                    first += n;
                }
            }
        }
    }

    /// Takes in evidence of curvature `c` along `x`, whose product with V is `p` at this moment.
    pub(crate) fn observe(&mut self, c: f32, x: &[f32], p: &[f32]) {
        let mut first = 0;
        let variances = self.variances.row_mut(0);
        let mut observe = |waiting: &mut Waiting, n: usize| {
            let part = first..first + n;
            let (x, p) = (&x[part.clone()], &p[part.clone()]);
            let variances = &mut variances[part];
            // Not below what rounding hides, where most of V is known.
            let least = x.iter().zip(&*variances).map(|(x, v)| x * x * v);
            let least = f32::EPSILON * least.sum::<f32>();
            let kappa = c / (1.0 + c * variance_along(x, p).max(least));
            waiting.push(c, x, kappa, p);
            let variances = variances.iter_mut();
            variances
                .zip(p)
                .for_each(|(v, p)| *v = (*v - kappa * p * p).max(f32::MIN_POSITIVE));
            first += n;
            waiting.is_full()
        };
        match &mut self.form {
            Form::LowRank(low_rank) => {
                if observe(&mut low_rank.waiting, self.n) {
                    low_rank.apply();
                    self.compute_variances();
                }
            }
            Form::Blocks(blocks) => {
                let mut full = false;
                for block in blocks.iter_mut() {
                    let n = block.variance().rows();
                    full |= observe(&mut block.waiting, n);
                }
                if full {
                    blocks.iter_mut().for_each(Full::apply);
                    self.compute_variances();
                }
            }
        }
    }

    /// Turns `p = V x` into the product with the covariance that it is after evidence of curvature `c` along x.
    pub(crate) fn after_evidence(&self, c: f32, x: &[f32], p: &mut [f32]) {
        let mut first = 0;
        let mut shrink = |n: usize| {
            let (x, p) = (&x[first..first + n], &mut p[first..first + n]);
            let share = 1.0 / (1.0 + c * variance_along(x, p));
            p.iter_mut().for_each(|p| *p *= share);
            first += n;
        };
        match &self.form {
            Form::LowRank(_) => shrink(self.n),
            Form::Blocks(blocks) => blocks
                .iter()
                .for_each(|block| shrink(block.variance().rows())),
        }
    }

    /// Counts an update, made or not. When it is time to forget, does so, and returns what is to be done to the means
    /// with the new covariance; `Err` if it has none any more.
    pub(crate) fn count_update(&mut self) -> Result<Option<Pull>, ()> {
        self.since += 1;
        if self.since < self.period {
            return Ok(None);
        }
        // The share that is lost, without the cancellation of 1 - gamma.
        let lost = -libm::expm1(-f64::from(self.since) / self.prior.memory_window);
        self.since = 0;
        let precision = 1.0 / self.prior.variance;
        let sound = match &mut self.form {
            Form::LowRank(low_rank) => low_rank.forget(lost, precision),
            Form::Blocks(blocks) => blocks.iter_mut().all(|block| block.forget(lost, precision)),
        };
        self.compute_variances();
        let sound = sound && self.is_sound();
        let pull = Pull {
            share: (lost * precision) as f32,
            mean: self.prior.mean,
        };
        sound.then_some(Some(pull)).ok_or(())
    }

    /// Returns whether all variances are above 0 and finite.
    pub(crate) fn is_sound(&self) -> bool {
        self.variances().iter().all(|v| *v > 0.0 && v.is_finite())
    }

    fn compute_variances(&mut self) {
        let to = self.variances.row_mut(0);
        match &self.form {
            Form::LowRank(low_rank) => low_rank.variances(to),
            Form::Blocks(blocks) => {
                let of_block = |block: &Full| -> Vec<f32> {
                    let variance = block.variance();
                    (0..variance.rows()).map(|i| variance.row(i)[i]).collect()
                };
                let all = blocks.iter().flat_map(of_block);
                to.iter_mut().zip(all).for_each(|(to, v)| *to = v);
            }
        }
        // Rounding can take a variance that evidence has made tiny to 0, which it is not.
        for v in to.iter_mut().filter(|v| **v <= 0.0) {
            *v = f32::MIN_POSITIVE;
        }
    }

    /// State for a checkpoint: lists of numbers, their names beginning with `prefix`.
    pub(crate) fn state(&self, prefix: &str) -> Vec<(String, Vec<f32>)> {
        let mut state = Vec::new();
        let mut add =
            |name: &str, values: Vec<f32>| state.push((format!("{prefix}{name}"), values));
        let waiting = |waiting: &Waiting| {
            let values = |matrix: Matrix| matrix.values().collect::<Vec<f32>>();
            [values(waiting.downdates()), values(waiting.evidence())]
        };
        add("updates", vec![self.since as f32]);
        add("variances", self.variances().to_vec());
        match &self.form {
            Form::LowRank(low_rank) => {
                add("floor", vec![low_rank.floor()]);
                add("directions", low_rank.directions().values().collect());
                let [downdates, evidence] = waiting(&low_rank.waiting);
                add("waiting.downdates", downdates);
                add("waiting.evidence", evidence);
            }
            Form::Blocks(blocks) => {
                for (number, block) in blocks.iter().enumerate() {
                    let mut add =
                        |name: &str, values| add(&format!("{}.{name}", number + 1), values);
                    add("variance", triangle(block.variance()));
                    add("precision", triangle(block.precision()));
                    let [downdates, evidence] = waiting(&block.waiting);
                    add("waiting.downdates", downdates);
                    add("waiting.evidence", evidence);
                }
            }
        }
        state
    }

    /// Restores what [`state`](Self::state) gave, taking each by its name; `None` if one is missing or does not fit.
    pub(crate) fn restore(
        &mut self,
        prefix: &str,
        take: &mut dyn FnMut(&str) -> Option<Vec<f32>>,
    ) -> Option<()> {
        let mut take = |name: &str| take(&format!("{prefix}{name}"));
        let [since] = take("updates")?[..] else {
            return None;
        };
        // A whole number below the period, or no number of updates.
        self.since = (since >= 0.0 && since < self.period as f32 && since.fract() == 0.0)
            .then_some(since as u32)?;
        let variances = take("variances")?;
        let sound = variances.iter().all(|v| *v > 0.0 && v.is_finite());
        (variances.len() == self.n && sound).then_some(())?;
        match &mut self.form {
            Form::LowRank(low_rank) => {
                let [floor] = take("floor")?[..] else {
                    return None;
                };
                low_rank.restore(floor, &take("directions")?)?;
                let downdates = take("waiting.downdates")?;
                low_rank
                    .waiting
                    .restore(&downdates, &take("waiting.evidence")?)?;
            }
            Form::Blocks(blocks) => {
                for (number, block) in blocks.iter_mut().enumerate() {
                    let mut take = |name: &str| take(&format!("{}.{name}", number + 1));
                    block.restore(&take("variance")?, &take("precision")?)?;
                    let downdates = take("waiting.downdates")?;
                    block
                        .waiting
                        .restore(&downdates, &take("waiting.evidence")?)?;
                }
            }
        }
        self.variances.row_mut(0).copy_from_slice(&variances);
        Some(())
    }
}

/// Variance `x.V x` of a pre-activation, where `p` is V x; at least 0.
pub(crate) fn variance_along(x: &[f32], p: &[f32]) -> f32 {
    const WIDE: usize = 16;
    let mut sums = [0.0f32; WIDE];
    let (whole_x, rest_x) = x.as_chunks::<WIDE>();
    let (whole_p, rest_p) = p.as_chunks::<WIDE>();
    for (x, p) in whole_x.iter().zip(whole_p) {
        for k in 0..WIDE {
            sums[k] += x[k] * p[k];
        }
    }
    let rest: f32 = rest_x.iter().zip(rest_p).map(|(x, p)| x * p).sum();
    (sums.iter().sum::<f32>() + rest).max(0.0)
}
