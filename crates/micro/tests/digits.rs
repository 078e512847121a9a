//! Digits in floats, three and two bytes: permuted tasks one after another.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use mesu_core::generator::Generator;
use mesu_core::rule::Mesu;
use mesu_data::Dataset;
use mesu_datasets::embedded::{mnist_test, mnist_train};
use mesu_micro::{Classifier, Float, Format, Scaling, Settings, Shape, Three, Two, shape};

shape! { struct Digits: [784, 50, 10], samples 2; }

/// Digits of 14 x 14 pixels, each the mean of four: floats, rounded once, are slow on the host.
const SIDE: usize = 14;
shape! { struct Pooled: [SIDE * SIDE, 24, 10], samples 2; }

const TASKS: usize = 2;
const LEARNED: usize = 2_500;
const TESTED: (u64, usize) = (1, 500);

/// Images as the mean of squares of pixels, and their labels.
struct Images {
    set: Dataset,
    /// Pixels of a square's side.
    pooled: usize,
}

impl Images {
    /// Image `index`, its pixels in an order of their own.
    fn get<const N: usize>(&self, index: usize, order: &[usize]) -> ([f32; N], usize) {
        let (pixels, side, pooled) = (
            self.set.image(index).unwrap(),
            28 / self.pooled,
            self.pooled,
        );
        let square = |i: usize| {
            let (row, column) = (i / side * pooled, i % side * pooled);
            let inside = (0..pooled * pooled).map(|k| (row + k / pooled, column + k % pooled));
            let sum: f32 = inside.map(|(r, c)| f32::from(pixels[28 * r + c])).sum();
            sum / (255.0 * (pooled * pooled) as f32)
        };
        (
            std::array::from_fn(|i| square(order[i])),
            self.set.label(index) as usize,
        )
    }
}

/// Orders of the pixels of each task, but for the first.
fn orders(pixels: usize, tasks: usize, seed: u64) -> Vec<Vec<usize>> {
    let order = |task: usize| {
        let mut order: Vec<usize> = (0..pixels).collect();
        let mut keys = vec![0.0; pixels];
        Generator::named(seed, "order", &[task as u64]).fill_uniform(&mut keys, 0.0, 1.0);
        if task > 0 {
            order.sort_by(|a, b| keys[*a].total_cmp(&keys[*b]));
        }
        order
    };
    (0..tasks).map(order).collect()
}

/// Shares of test images that are told right after all tasks, the oldest task first.
fn accuracies<S, F, const N: usize>(
    tasks: usize,
    learned: usize,
    learn_above: f32,
    (seed, tested): (u64, usize),
) -> Vec<f64>
where
    S: Shape<Inputs<f32> = [f32; N]>,
    F: Format,
{
    let pooled = if N == SIDE * SIDE { 2 } else { 1 };
    let train = Images {
        set: mnist_train().unwrap(),
        pooled,
    };
    let test = Images {
        set: mnist_test().unwrap(),
        pooled,
    };
    let settings = Settings {
        rule: Mesu::default()
            .memory_window(300_000.0)
            .lr_mu(1.0)
            .lr_sigma(1.0),
        learn_above,
        scaling: Scaling {
            mean: 0.1307,
            deviation: 0.3081,
        },
        rest: 0.0,
    };
    let mut learner = Box::new(Classifier::<S, F>::new());
    learner.start(settings, 10, seed).unwrap();
    let orders = orders(N, tasks, seed);
    for (task, order) in orders.iter().enumerate() {
        for index in task * learned..(task + 1) * learned {
            let (x, label) = train.get(index % train.set.len(), order);
            learner.learn(&x, label).unwrap();
        }
    }
    let mut right = |order: &Vec<usize>| {
        let told = (0..tested).filter(|index| {
            let (x, label) = test.get(*index, order);
            learner.predict(&x, 5).unwrap().class == label
        });
        told.count() as f64 / tested as f64
    };
    orders.iter().map(&mut right).collect()
}

fn mean(accuracies: &[f64]) -> f64 {
    accuracies.iter().sum::<f64>() / accuracies.len() as f64
}

/// A share of 1,000 images is known to about 1.1 points; 3 points are two standard errors of a difference.
#[test]
fn three_and_two_bytes_learn_and_remember_like_floats() {
    const PIXELS: usize = SIDE * SIDE;
    let float = accuracies::<Pooled, Float, PIXELS>(TASKS, LEARNED, 0.0, TESTED);
    let three = accuracies::<Pooled, Three, PIXELS>(TASKS, LEARNED, 0.0, TESTED);
    let two = accuracies::<Pooled, Two, PIXELS>(TASKS, LEARNED, 0.0, TESTED);
    let gated = accuracies::<Pooled, Three, PIXELS>(TASKS, LEARNED, 0.02, TESTED);
    println!("float {float:?}, three {three:?}, two {two:?}, three with a gate {gated:?}");
    assert!(mean(&float) > 0.75, "{float:?}");
    for compact in [three, two, gated] {
        assert!(
            mean(&compact) > mean(&float) - 0.03,
            "{compact:?} {float:?}"
        );
    }
}

/// The network of the published figures; floats take minutes in a development build.
#[test]
#[ignore = "minutes"]
fn digits_of_784_pixels_in_three_formats() {
    for gate in [0.0, 0.02] {
        let float = accuracies::<Digits, Float, 784>(3, 4_000, gate, TESTED);
        let three = accuracies::<Digits, Three, 784>(3, 4_000, gate, TESTED);
        let two = accuracies::<Digits, Two, 784>(3, 4_000, gate, TESTED);
        println!("gate {gate}: float {float:?}, three {three:?}, two {two:?}");
        assert!(mean(&three) > mean(&float) - 0.03 && mean(&two) > mean(&float) - 0.03);
    }
}

/// Ten tasks of all 60,000 images, as docs/devices.md has them: three seeds, with the gate and without.
fn ten_tasks<F: Format>(least: [f64; 2]) {
    for gate in [0.02, 0.0] {
        let (mut newest, mut five) = (0.0, 0.0);
        for seed in 1..=3 {
            let found = accuracies::<Digits, F, 784>(10, 60_000, gate, (seed, 10_000));
            let bytes = size_of::<F>();
            println!("{bytes} bytes, gate {gate}, seed {seed}: {found:.4?}");
            newest += found[9] / 3.0;
            five += mean(&found[5..]) / 3.0;
        }
        println!("  newest {newest:.4}, five newest {five:.4}");
        assert!(newest > least[0] && five > least[1], "{newest} {five}");
    }
}

#[test]
#[ignore = "minutes"]
fn ten_tasks_of_all_digits_in_three_bytes() {
    ten_tasks::<Three>([0.93, 0.88]);
}

#[test]
#[ignore = "minutes"]
fn ten_tasks_of_all_digits_in_two_bytes() {
    ten_tasks::<Two>([0.92, 0.84]);
}
