//! Whether learning fits the memory, before it begins: memory that isn't there when it is needed ends the
//! program without a word.

use mesu::network::{Line, Shape};

use crate::error::LabError;
use crate::experiment::{Experiment, Scenario};

/// Bytes that learning takes for a synapse, at least: means, uncertainties and gradients.
const BYTES_PER_SYNAPSE: usize = 16;

/// And in batches: what the product reads them from as well, and the copy that a checkpoint is made of.
const BYTES_PER_SYNAPSE_IN_BATCHES: usize = 40;

/// Bytes for a number that a layer gives, at least: itself and its gradient.
const BYTES_PER_NUMBER: usize = 8;

/// Examples, counted once for each noise sample, that layers hold at a time, at least.
const COLUMNS: usize = 128;

/// # Errors
/// [`LabError::Range`] if learning the network `lines` as `experiment` says surely takes more than the system
/// gives.
pub(super) fn check(experiment: &Experiment, lines: &[Line]) -> Result<(), LabError> {
    let sum = |of: fn(&Line) -> usize| lines.iter().map(of).fold(0, usize::saturating_add);
    let numbers = |line: &Line| match line.shape {
        Shape::Image(sizes) => sizes.iter().product(),
        Shape::Flat(numbers) => numbers,
    };
    let (samples, _) = experiment.learner.samples();
    let columns = experiment.data.batch_size.saturating_mul(samples);
    let of_synapse = match experiment.data.batch_size {
        1 => BYTES_PER_SYNAPSE,
        _ => BYTES_PER_SYNAPSE_IN_BATCHES,
    };
    let of_synapses = sum(|line| line.synapses).saturating_mul(of_synapse);
    let of_numbers = sum(numbers).saturating_mul(BYTES_PER_NUMBER * columns.min(COLUMNS));
    let bytes = of_synapses.saturating_add(of_numbers);
    // Asked for here and given back.
    if Vec::<u8>::new().try_reserve_exact(bytes).is_ok() {
        return Ok(());
    }
    let network = &experiment.network;
    let (key, found) = match network.layers[..] {
        [] => ("network.hidden", format!("{:?}", network.hidden)),
        _ => ("network.layers", format!("{:?}", network.layers)),
    };
    let heads = match experiment.scenario {
        Scenario::Split => format!(" with {} heads", experiment.tasks),
        Scenario::Permuted | Scenario::Domain => String::new(),
    };
    Err(LabError::Range {
        key,
        found: format!("{found}{heads}"),
        expected: format!(
            "a network that fits the memory (learning this one takes {} GiB or more)",
            bytes.div_ceil(1 << 30)
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_fit_is_refused_by_the_list_it_comes_from() {
        let line = |synapses, shape| Line {
            layer: String::new(),
            shape,
            synapses,
        };
        let asked = |sets: &[&str], line: Line| {
            let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
            let experiment = Experiment::find("permuted-digits", &sets).unwrap();
            check(&experiment, &[line]).map_err(|error| error.to_string())
        };
        let layers = [
            "network.layers=['flatten', 'linear 5']",
            "network.hidden=[]",
        ];
        assert_eq!(asked(&[], line(7850, Shape::Flat(10))), Ok(()));
        // Few synapses, and more numbers than there are addresses.
        let error = asked(&layers, line(1, Shape::Image([1 << 20; 3]))).unwrap_err();
        assert!(
            error.starts_with(
                "network.layers: found [\"flatten\", \"linear 5\"], expected a network that fits"
            ),
            "{error}"
        );
        let error = asked(&[], line(usize::MAX, Shape::Flat(10))).unwrap_err();
        assert!(error.starts_with("network.hidden: found [50]"), "{error}");
    }
}
