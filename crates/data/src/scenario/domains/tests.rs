//! Small domains, whose tasks are known.

use super::*;

/// Two classes in three domains: domain d has d + 1 examples of class 0 and two of class 1.
fn set() -> Dataset {
    let (mut labels, mut domains) = (Vec::new(), Vec::new());
    for domain in 0..3 {
        labels.extend(vec![0; usize::from(domain) + 1]);
        labels.extend([1, 1]);
        domains.extend(vec![domain; usize::from(domain) + 3]);
    }
    let features = (0..labels.len()).map(|i| i as f32).collect();
    let set = Dataset::features(features, labels, 1, 2).unwrap();
    set.in_domains(domains).unwrap()
}

fn source() -> DataSplits {
    DataSplits::new(set(), set(), None).unwrap()
}

fn domains(options: DomainOptions, epochs: usize) -> Domains {
    Domains::new(&source(), options, 3, epochs, 1).unwrap()
}

#[test]
fn a_domain_is_a_task() {
    let plain = domains(DomainOptions::default(), 1);
    assert_eq!(plain.train(0)[..], [0, 1, 2]);
    assert_eq!(plain.train(1)[..], [3, 4, 5, 6]);
    assert_eq!(plain.test(2)[..], [7, 8, 9, 10, 11]);
    assert_eq!((plain.classes(), plain.heads()), (2, 1));
    let mut order = plain.order(1, 1, 0);
    order.sort_unstable();
    assert_eq!(order, [3, 4, 5, 6]);
}

#[test]
fn small_classes_are_repeated() {
    let options = DomainOptions {
        balanced: true,
        ..Default::default()
    };
    let balanced = domains(options, 1);
    assert_eq!(balanced.train(0)[..], [0, 0, 1, 2]);
    assert_eq!(balanced.train(2)[..], [7, 8, 9, 10, 10, 11]);
    assert_eq!(
        balanced.test(0)[..],
        [0, 1, 2],
        "what is tested is not repeated"
    );
}

#[test]
fn every_class_has_its_own_order_of_species() {
    let options = DomainOptions {
        shuffled: true,
        ..Default::default()
    };
    let set = set();
    let mut apart = false;
    for seed in 0..10 {
        let shuffled = Domains::new(&source(), options, 3, 1, seed).unwrap();
        let species = |task: usize| -> Vec<(u32, u8)> {
            let own = shuffled.train(task);
            let pairs = own.iter().map(|&i| i as usize);
            pairs
                .map(|i| (set.label(i), set.domains().unwrap()[i]))
                .collect()
        };
        let mut all: Vec<u32> = (0..3)
            .flat_map(|task| shuffled.train(task).to_vec())
            .collect();
        all.sort_unstable();
        assert_eq!(all, (0..12).collect::<Vec<u32>>(), "nothing is lost");
        for task in 0..3 {
            let mut pairs = species(task);
            pairs.sort_unstable();
            pairs.dedup();
            assert_eq!(pairs.len(), 2, "one species of each class");
            apart |= pairs[0].1 != pairs[1].1;
        }
    }
    assert!(apart, "classes do not move together");
}

#[test]
fn transitions_rise_from_none_to_all() {
    let many = 1000;
    let domain = |d: usize| if d < many { 0 } else { 1 };
    let domains = (0..2 * many).map(domain).collect();
    let set = Dataset::features(vec![0.0; 2 * many], vec![0; 2 * many], 1, 1).unwrap();
    let set = set.in_domains(domains).unwrap();
    let source = DataSplits::new(set.clone(), set, None).unwrap();
    let options = DomainOptions {
        gradual: 0.5,
        ..Default::default()
    };
    let gradual = Domains::new(&source, options, 2, 2, 1).unwrap();
    let next = |order: &[u32]| order.iter().filter(|&&i| i as usize >= many).count();
    assert_eq!(next(&gradual.order(1, 0, 0)), 0);
    let last = gradual.order(1, 0, 1);
    let quarters: Vec<usize> = last.chunks(many / 4).map(next).collect();
    for (count, share) in quarters.iter().zip([0.125, 0.375, 0.625, 0.875]) {
        let expected = share * many as f64 / 4.0;
        // Four standard deviations of a binomial count at most.
        assert!((*count as f64 - expected).abs() < 32.0, "{quarters:?}");
    }
    assert_eq!(last, gradual.order(1, 0, 1));
    assert_eq!(
        next(&gradual.order(1, 1, 1)),
        many,
        "the last one has no next"
    );
}

#[test]
fn without_domains_all_is_one() {
    let bare = Dataset::features(vec![0.0, 1.0], vec![0, 1], 1, 2).unwrap();
    let half = bare.clone().in_domains(vec![0, 1]).unwrap();
    for train in [bare.clone(), half] {
        let source = DataSplits::new(train, bare.clone(), None).unwrap();
        let new = |tasks| Domains::new(&source, DomainOptions::default(), tasks, 1, 1);
        let one = new(1).unwrap();
        assert_eq!(
            (&one.train(0)[..], &one.test(0)[..]),
            (&[0, 1][..], &[0, 1][..])
        );
        let error = new(2).unwrap_err();
        assert_eq!(error, ScenarioError::NoDomains { asked: 2 });
        assert!(
            error.to_string().starts_with("tasks: found 2, expected 1"),
            "{error}"
        );
    }
}

#[test]
fn what_is_not_there_is_refused() {
    let new = |tasks| Domains::new(&source(), DomainOptions::default(), tasks, 1, 1);
    let text = new(4).unwrap_err().to_string();
    assert_eq!(
        text,
        "tasks: found 4, expected 1 to 3 (domains in the data)"
    );
    let one = set().select(&[0, 1, 2]).unwrap();
    let uneven = DataSplits::new(set(), one, None).unwrap();
    let error = Domains::new(&uneven, DomainOptions::default(), 2, 1, 1).unwrap_err();
    assert_eq!(error.to_string(), "task 2 has no test examples");
}
