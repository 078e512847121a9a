//! Classes made of classes: the species of every class, one for each domain.

use std::collections::BTreeMap;

use super::ScenarioError;
use crate::dataset::Dataset;
use crate::splits::DataSplits;

/// Returns `source` with the classes of `lists`, each a name and its species: classes of `source`, the first
/// one of domain 0, and so on for `domains` domains. Test examples of the species behind those are unseen,
/// and test examples of `ood` out of distribution. All other classes are left out.
///
/// # Errors
/// [`ScenarioError::UnknownSpecies`] for a name that `source` does not have, [`ScenarioError::SpeciesTwice`]
/// for one that is listed twice, [`ScenarioError::TooFewSpecies`] for a class with fewer species than
/// domains; [`ScenarioError::EmptyTask`] if nothing is left to learn.
pub fn by_species(
    source: &DataSplits,
    lists: &[(String, Vec<String>)],
    ood: &[String],
    domains: usize,
) -> Result<DataSplits, ScenarioError> {
    let names = source.train().names().unwrap_or_default();
    let label = |class: Option<&String>, species: &str| {
        let label = names.iter().position(|name| name == species);
        label.ok_or_else(|| ScenarioError::UnknownSpecies {
            class: class.cloned(),
            species: species.to_owned(),
            known: names.to_vec(),
        })
    };
    let twice = |class: Option<&String>, species: &str| ScenarioError::SpeciesTwice {
        class: class.cloned(),
        species: species.to_owned(),
    };
    // Fate of each class of the source that is listed.
    let mut becomes: BTreeMap<usize, Fate> = BTreeMap::new();
    for (class, (name, species)) in lists.iter().enumerate() {
        if species.len() < domains {
            return Err(ScenarioError::TooFewSpecies {
                class: name.clone(),
                found: species.len(),
                needed: domains,
            });
        }
        for (domain, one) in species.iter().enumerate() {
            let fate = match domain < domains {
                true => Fate::Learned { class, domain },
                false => Fate::Unseen { class },
            };
            if becomes.insert(label(Some(name), one)?, fate).is_some() {
                return Err(twice(Some(name), one));
            }
        }
    }
    for one in ood {
        if becomes.insert(label(None, one)?, Fate::Ood).is_some() {
            return Err(twice(None, one));
        }
    }
    let classes: Vec<String> = lists.iter().map(|(name, _)| name.clone()).collect();
    let take = |set: &Dataset, of: &dyn Fn(Fate) -> Option<(usize, usize)>| {
        let fate = |i: u32| of(*becomes.get(&(set.label(i as usize) as usize))?);
        let found = (0..set.len() as u32).filter_map(|i| Some((i, fate(i)?)));
        let (indices, places): (Vec<u32>, Vec<(usize, usize)>) = found.unzip();
        let taken = set.select(&indices).ok()?;
        let labels = places.iter().map(|(class, _)| *class as u16).collect();
        let domains = places.iter().map(|(_, domain)| *domain as u8).collect();
        let taken = taken.with_labels(labels, classes.len()).ok()?;
        taken.in_domains(domains).ok()?.named(classes.clone()).ok()
    };
    let learned = |fate| match fate {
        Fate::Learned { class, domain } => Some((class, domain)),
        _ => None,
    };
    let empty = |what| ScenarioError::EmptyTask { task: 1, what };
    let train = take(source.train(), &learned).ok_or(empty("training"))?;
    let test = take(source.test(), &learned).ok_or(empty("test"))?;
    let unseen = take(source.test(), &|fate| match fate {
        Fate::Unseen { class } => Some((class, 0)),
        _ => None,
    });
    let ood = take(source.test(), &|fate| {
        matches!(fate, Fate::Ood).then_some((0, 0))
    });
    let ood = ood.or_else(|| source.ood().cloned());
    // Of one source, so that they agree.
    let made = DataSplits::new(train, test, ood).and_then(|made| made.with_unseen(unseen));
    made.map_err(|_| empty("training"))
}

#[derive(Clone, Copy)]
enum Fate {
    Learned { class: usize, domain: usize },
    Unseen { class: usize },
    Ood,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source() -> DataSplits {
        let names = ["ant", "bear", "bee", "cup", "fox", "fly", "wolf"];
        let labels: Vec<u16> = (0..14).map(|i| i % 7).collect();
        let set = Dataset::new((0..14).collect(), labels, 1, 1, 7).unwrap();
        let set = set.named(names.map(String::from).into()).unwrap();
        DataSplits::new(set.clone(), set, None).unwrap()
    }

    fn lists(of: &[(&str, &[&str])]) -> Vec<(String, Vec<String>)> {
        of.iter()
            .map(|(name, species)| {
                let species = species.iter().map(ToString::to_string).collect();
                (name.to_string(), species)
            })
            .collect()
    }

    #[test]
    fn species_become_classes_and_domains() {
        let lists = lists(&[
            ("insect", &["bee", "ant", "fly"]),
            ("beast", &["wolf", "bear"]),
        ]);
        let made = by_species(&source(), &lists, &["cup".to_owned()], 2).unwrap();
        let train = made.train();
        assert_eq!(train.names().unwrap(), ["insect", "beast"]);
        let seen: Vec<(u8, u32, u8)> = (0..train.len())
            .map(|i| {
                let of = train.image(i).unwrap()[0] % 7;
                (of, train.label(i), train.domains().unwrap()[i])
            })
            .collect();
        let round = [(0, 0, 1), (1, 1, 1), (2, 0, 0), (6, 1, 0)];
        assert_eq!(seen, [round, round].concat());
        let unseen = made.unseen().unwrap();
        assert_eq!((unseen.len(), unseen.image(0).unwrap()), (2, &[5][..]));
        assert_eq!(made.ood().unwrap().image(1).unwrap(), [10]);
        assert_eq!(made.test().classes(), 2);
    }

    #[test]
    fn lists_that_do_not_fit_are_refused() {
        let refusal = |of: &[(&str, &[&str])], ood: &[&str]| {
            let ood: Vec<String> = ood.iter().map(ToString::to_string).collect();
            let made = by_species(&source(), &lists(of), &ood, 2);
            made.unwrap_err().to_string()
        };
        let text = refusal(&[("insect", &["bee", "wasp"])], &[]);
        assert!(
            text.contains("insect lists wasp, which the data do not have"),
            "{text}"
        );
        assert!(text.contains("ant, bear, bee"), "{text}");
        let text = refusal(&[("insect", &["bee"])], &[]);
        assert!(
            text.contains("insect lists only 1") && text.contains("2 species"),
            "{text}"
        );
        let text = refusal(&[("insect", &["bee", "ant"])], &["ant"]);
        assert!(text.contains("listed twice"), "{text}");
    }
}
