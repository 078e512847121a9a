//! Meaning of `data.source` and `data.ood`: sets inside the program, sets of the data folder, folders and
//! archives of the user.

use std::path::Path;

use mesu_data::scenario::species::by_species;
use mesu_data::{DataSplits, Dataset, SplitsError, archive};
use mesu_datasets::{BenchmarkSet, data_folder};

use crate::config::experiment::{DataConfig, Experiment, Predicted, Scenario};
use crate::error::LabError;

/// The features of animals in the data folder, `animals/animals_features.npz`.
const ANIMALS: &str = "animals";

/// Reads what `config` names, with what is out of distribution.
pub(super) fn source(config: &DataConfig) -> Result<DataSplits, LabError> {
    let name = config.source.as_str();
    let ood = config.ood.as_deref().filter(|_| !config.ood_is_own());
    if name == DataConfig::EMBEDDED && config.target == Predicted::Labels {
        return embedded();
    }
    let source = match known(name) {
        _ if config.target == Predicted::Values => values(config)?,
        Some(sets) => known_source(&sets, "data.source")?,
        None if name == ANIMALS => {
            let file = folder()?.join(ANIMALS).join("animals_features.npz");
            archive::read(&file, config.test_share)?
        }
        None if is_archive(name) => archive::read(Path::new(name), config.test_share)?,
        None => DataSplits::from_idx_folder(Path::new(name))?,
    };
    match ood {
        Some(ood) => {
            let with = source.with_ood(Some(read_ood(ood)?));
            with.map_err(LabError::Ood)
        }
        None => Ok(source),
    }
}

/// MNIST with the test images of Fashion-MNIST, inside the program.
#[cfg(feature = "embedded")]
fn embedded() -> Result<DataSplits, LabError> {
    Ok(mesu_datasets::embedded::splits()?)
}

/// MNIST with the test images of Fashion-MNIST, which a program that does not hold them has in its data folder.
#[cfg(not(feature = "embedded"))]
fn embedded() -> Result<DataSplits, LabError> {
    let mnist = known_source(&[BenchmarkSet::Mnist], "data.source")?;
    let (set, folder) = (BenchmarkSet::FashionMnist, folder()?);
    let test = set.read(&folder)?.and_then(|set| set.test);
    let absent = || SplitsError::Absent {
        set: set.name(),
        what: "test images",
        folder: set.folder(&folder),
    };
    let test = test.ok_or_else(absent).map_err(LabError::Ood)?;
    mnist.with_ood(Some(test)).map_err(LabError::Ood)
}

/// An archive of features with values.
fn values(config: &DataConfig) -> Result<DataSplits, LabError> {
    if !is_archive(&config.source) {
        return Err(LabError::Range {
            key: "data.target",
            found: format!("\"values\" of {}", config.source),
            expected: "\"labels\", but for an NPZ archive".to_owned(),
        });
    }
    Ok(archive::read_values(
        Path::new(&config.source),
        config.test_share,
    )?)
}

/// The test images of a known set or of a folder of IDX files, or an archive of features.
fn read_ood(ood: &str) -> Result<Dataset, LabError> {
    if let Some(sets) = known(ood) {
        return Ok(known_source(&sets, "data.ood")?.test().clone());
    }
    let path = Path::new(ood);
    let read = match is_archive(ood) {
        true => archive::read_ood(path),
        false => DataSplits::ood_from_idx_folder(path),
    };
    read.map_err(LabError::Ood)
}

/// The sets of `a+b`, if all are known.
fn known(name: &str) -> Option<Vec<BenchmarkSet>> {
    name.split('+').map(BenchmarkSet::named).collect()
}

/// The sets that `key` names, one beside the other.
fn known_source(sets: &[BenchmarkSet], key: &'static str) -> Result<DataSplits, LabError> {
    let again = |i: usize| sets[..i].contains(&sets[i]);
    if let Some(twice) = (0..sets.len()).find(|i| again(*i)) {
        return Err(LabError::Range {
            key,
            found: format!("{} twice", sets[twice].name()),
            expected: "every data set once".to_owned(),
        });
    }
    let wrong: fn(SplitsError) -> LabError = match key {
        "data.ood" => LabError::Ood,
        _ => LabError::Source,
    };
    let root = folder()?;
    let mut sources = sets.iter().map(|set| set.splits(&root).map_err(wrong));
    let first = sources.next().expect("a name has one part or more")?;
    sources.try_fold(first, |all, next| all.concat_classes(next?).map_err(wrong))
}

fn folder() -> Result<std::path::PathBuf, LabError> {
    Ok(data_folder()?)
}

fn is_archive(name: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|ending| ending == "npz")
}

/// `source` with the classes and domains that `domains.species` makes of its classes.
pub(super) fn grouped(source: DataSplits, experiment: &Experiment) -> Result<DataSplits, LabError> {
    let domains = &experiment.domains;
    if experiment.scenario != Scenario::Domain || domains.species.is_empty() {
        return Ok(source);
    }
    let lists = domains.species.iter();
    let lists: Vec<(String, Vec<String>)> = lists.map(|(k, v)| (k.clone(), v.clone())).collect();
    Ok(by_species(
        &source,
        &lists,
        &domains.strangers,
        experiment.tasks,
    )?)
}
