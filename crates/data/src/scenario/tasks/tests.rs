use super::*;
use crate::scenario::permuted::{OodOrder, Permuted};

fn set(count: usize, rows: usize, columns: usize) -> Dataset {
    let images = (0..count * rows * columns)
        .map(|i| (i * 7 % 256) as u8)
        .collect();
    let labels = (0..count).map(|i| (i % 3) as u16).collect();
    Dataset::new(images, labels, rows, columns, 3).unwrap()
}

fn tasks(count: usize, rows: usize, columns: usize, seed: u64) -> Tasks {
    let train = set(count, rows, columns);
    let standardizer = Standardizer::fit(&train).unwrap();
    let test = set(4, rows, columns);
    let source = DataSplits::new(train, test.clone(), Some(test)).unwrap();
    let scenario = Permuted::new(&source, OodOrder::AsStored, seed);
    Tasks::new(source, standardizer, scenario, seed)
}

#[test]
fn fill_equals_its_naive_twin() {
    // Below, at and above the window of the fast path.
    for (rows, columns) in [(1, 3), (28, 28), (32, 32), (25, 41), (64, 33)] {
        let tasks = tasks(9, rows, columns, 5);
        let view = tasks.scenario().view(2);
        let (mut inputs, mut labels) = (vec![9.0; 7], vec![9; 7]);
        let train = tasks.source().train();
        let examples = Examples {
            dataset: train,
            indices: [8, 0, 3, 3].into(),
            view: view.clone(),
        };
        tasks.fill(&examples, 0..9, &mut inputs, &mut labels);
        let mut expected = Vec::new();
        for &index in examples.indices.iter() {
            for &pixel in view.order.as_ref().unwrap().as_slice() {
                let image = train.image(index as usize).unwrap();
                let value = f64::from(image[pixel as usize]) / 255.0;
                let standardizer = tasks.standardizer();
                expected.push(((value - standardizer.mean()) / standardizer.std()) as f32);
            }
        }
        assert_eq!(inputs, expected);
        assert_eq!(labels, [2, 0, 0, 0]);
    }
}

#[test]
fn features_and_images_in_their_own_order() {
    let features = Dataset::features(vec![1.0, 2.0, 3.0, 4.0], vec![3, 4], 2, 5).unwrap();
    let view = View {
        order: None,
        first_label: 3,
    };
    let (mut inputs, mut labels) = (Vec::new(), Vec::new());
    let plain = Standardizer::identity();
    gather(
        &features,
        &[1, 0, 1],
        &view,
        &plain,
        &mut inputs,
        &mut labels,
    );
    assert_eq!(inputs, [3.0, 4.0, 1.0, 2.0, 3.0, 4.0]);
    assert_eq!(labels, [1, 0, 1]);
    let images = Dataset::new(vec![0, 51, 102, 255], vec![1, 0], 1, 2, 2).unwrap();
    gather(
        &images,
        &[1],
        &View::default(),
        &plain,
        &mut inputs,
        &mut labels,
    );
    assert_eq!((&inputs[..], &labels[..]), (&[0.4, 1.0][..], &[0][..]));
}

#[test]
fn a_range_stops_at_the_end() {
    let tasks = tasks(9, 3, 3, 5);
    let test = tasks.test(0);
    let (mut inputs, mut labels) = (Vec::new(), Vec::new());
    tasks.fill(&test, 2..100, &mut inputs, &mut labels);
    let (mut all, mut all_labels) = (Vec::new(), Vec::new());
    tasks.fill(&test, 0..4, &mut all, &mut all_labels);
    assert_eq!((&inputs[..], &labels[..]), (&all[18..], &all_labels[2..]));
    tasks.fill(&test, 4..100, &mut inputs, &mut labels);
    assert!(inputs.is_empty() && labels.is_empty());
}

#[test]
fn an_epoch_holds_every_example_once() {
    let tasks = tasks(50, 2, 2, 3);
    let order = |stage, epoch| tasks.scenario().order(3, stage, epoch);
    let mut first = order(1, 0);
    assert_ne!(first, order(1, 1));
    assert_ne!(first, order(2, 0));
    first.sort_unstable();
    assert_eq!(first, (0..50).collect::<Vec<u32>>());
}

fn read(stream: &mut EpochBatches<'_>, batch: usize) -> (Vec<f32>, Vec<u32>) {
    let (mut all, mut all_labels) = (Vec::new(), Vec::new());
    let (mut inputs, mut labels) = (Vec::new(), Vec::new());
    while stream.next_batch(batch, &mut inputs, &mut labels) > 0 {
        assert!(labels.len() <= batch);
        all.extend_from_slice(&inputs);
        all_labels.extend_from_slice(&labels);
    }
    (all, all_labels)
}

#[test]
fn a_resumed_stream_equals_the_unbroken_one() {
    let tasks = tasks(23, 3, 5, 3);
    let unbroken = read(&mut tasks.batches(4, 1, 0), 1);
    assert_eq!(unbroken.1.len(), 23);
    for batch in [1, 4, 23, 100] {
        for stop in 0..=23 {
            let (mut inputs, mut labels) = (Vec::new(), Vec::new());
            let mut before = tasks.batches(4, 1, 0);
            before.next_batch(stop, &mut inputs, &mut labels);
            assert_eq!(before.position(), stop);
            let mut after = tasks.batches(4, 1, before.position());
            let rest = read(&mut after, batch);
            assert_eq!(after.position(), after.total());
            inputs.extend(rest.0);
            labels.extend(rest.1);
            assert_eq!((&inputs, &labels), (&unbroken.0, &unbroken.1));
        }
    }
    assert!(read(&mut tasks.batches(4, 1, 99), 4).1.is_empty());
}
