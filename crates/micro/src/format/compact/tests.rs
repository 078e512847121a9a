//! The compact rule beside mesu-core's in f64, over a grid with extremes.

use mesu_core::rule::Mesu;
use mesu_core::{Gradient, Rule, Synapse};

use super::rest::Rest;
use super::row::CompactRow;
use super::rule::CompactRule;
use super::step::SIGMAS;
use crate::format::{Active, Code, Format, Three, Two};
use crate::noise::{Noise, Xorshift};
use crate::plain::Plain;
use crate::settings::Settings;
use crate::shape::Cell;

const ROUNDINGS: u32 = 10_000;

fn settings(rule: Mesu) -> Settings {
    Settings {
        rule,
        ..Settings::DEFAULT
    }
}

/// Inputs that are scaled already.
fn resting(rest: f32) -> Rest {
    Rest::of(&Settings {
        rest,
        ..Settings::DEFAULT
    })
}

fn rules() -> [Mesu; 3] {
    let rule = Mesu::default();
    [
        rule,
        rule.memory_window(300_000.0).lr_mu(1.0).lr_sigma(1.0),
        rule.memory_window(50.0)
            .sigma_prior(0.3)
            .mu_prior(0.1)
            .max_step_ratio(0.25),
    ]
}

/// The synapse that codes stand for.
fn synapse<C: Code>(cell: C, rule: &CompactRule, mesu: &Mesu) -> Synapse<f64> {
    let (mean, sigma) = cell.codes();
    let relative = SIGMAS[(sigma * (16 / C::PER_OCTAVE)) as usize];
    Synapse {
        mu: f64::from(mean) * f64::from(rule.unit),
        sigma: f64::from(relative) * mesu.sigma_prior,
    }
}

/// Codes that mesu-core's synapse would have, were they numbers of f64.
fn exact_codes<C: Code>(rule: &CompactRule, mesu: &Mesu, synapse: Synapse<f64>) -> [f64; 2] {
    let octaves = (mesu.sigma_prior / synapse.sigma).log2();
    [
        synapse.mu / f64::from(rule.unit),
        octaves * f64::from(C::PER_OCTAVE),
    ]
}

/// Compares the mean of 10,000 roundings with the expected codes: four standard errors, and what single precision
/// and the polynomial leave.
fn compare<C: Code>(
    start: C,
    expected: [f64; 2],
    mut step: impl FnMut(&mut Xorshift) -> C,
    what: &str,
) {
    let mut noise = Xorshift::seeded(7);
    let (mut sums, mut squares) = ([0.0; 2], [0.0; 2]);
    let (mean, sigma) = start.codes();
    let starts = [mean, sigma].map(f64::from);
    for _ in 0..ROUNDINGS {
        let (mean, sigma) = step(&mut noise).codes();
        for (k, code) in [mean, sigma].map(f64::from).into_iter().enumerate() {
            let step = code - starts[k];
            sums[k] += step;
            squares[k] += step * step;
        }
    }
    let count = f64::from(ROUNDINGS);
    let ranges = [
        (f64::from(-C::MEAN_MAX - 1), f64::from(C::MEAN_MAX)),
        (0.0, f64::from(C::SIGMA_MAX)),
    ];
    for k in 0..2 {
        let (low, high) = ranges[k];
        // Roundings beyond the codes are clipped, and so is their mean.
        if expected[k] < low + 1.0 || expected[k] > high - 1.0 {
            continue;
        }
        let (step, mean) = (expected[k] - starts[k], sums[k] / count);
        let part = step - step.floor();
        // The variance of rounding, at least that of a part that is rounding of single precision.
        let variance = (part * (1.0 - part)).max(1e-6);
        let bound = 4.0 * (variance / count).sqrt() + 2e-5 * step.abs() + 2e-6;
        assert!(
            (mean - step).abs() < bound,
            "{what} {start:?} {k}: {mean} {step} ± {bound}"
        );
        let spread = squares[k] / count - mean * mean;
        assert!(spread < 0.2505, "{what} {start:?} {k}: variance {spread}");
    }
}

fn grid<C: Code>() -> impl Iterator<Item = C> {
    let means = [
        -C::MEAN_MAX,
        -C::MEAN_MAX / 3,
        -1,
        0,
        7,
        C::MEAN_MAX / 2,
        C::MEAN_MAX,
    ];
    let sigmas = [
        0,
        1,
        C::SIGMA_MAX / 4,
        C::SIGMA_MAX / 2,
        C::SIGMA_MAX - 1,
        C::SIGMA_MAX,
    ];
    means
        .into_iter()
        .flat_map(move |mean| sigmas.into_iter().map(move |sigma| C::of(mean, sigma)))
}

/// Evidence: mesu-core's update less its prior, which a window without end takes away.
fn evidence_is_the_rules<C: Code>() {
    for mesu in rules() {
        let free = mesu.memory_window(1e30);
        let rule = CompactRule::new::<C>(&settings(mesu), 50, Rest::NONE).unwrap();
        for start in grid::<C>() {
            let synapse = synapse(start, &rule, &mesu);
            for g in [0.0, 1e-6, -1e-3, 0.3, -20.0, 1e9] {
                for variance in [0.0, 1e-6, -1e-2, 0.4, 30.0, -1e4, 1e9] {
                    let (g, variance) = (f64::from(g as f32), f64::from(variance as f32));
                    let moved = free.step(synapse, Gradient::new(g, variance));
                    let expected = exact_codes::<C>(&rule, &mesu, moved);
                    let gradient = Gradient::new(Plain(g as f32), Plain(variance as f32));
                    let step = |noise: &mut Xorshift| {
                        let mut cells = [C::EMPTY, start];
                        let mut row = CompactRow::EMPTY;
                        C::learn(
                            &mut cells,
                            &mut row,
                            &rule,
                            Active::All(0),
                            |_| gradient,
                            noise,
                        );
                        cells[1]
                    };
                    compare(start, expected, step, "evidence");
                }
            }
        }
    }
}

/// The prior's part of many updates at once, as mesu-core makes up for updates that were not made.
fn the_prior_is_the_rules<C: Code>() {
    for mesu in rules() {
        let rule = CompactRule::new::<C>(&settings(mesu), 50, Rest::NONE).unwrap();
        for start in grid::<C>() {
            let synapse = synapse(start, &rule, &mesu);
            for updates in [1, 16, 1_000, 1_000_000] {
                let idle = mesu.after_idle(u64::from(updates) - 1);
                let moved = idle.step(synapse, Gradient::new(0.0, 0.0));
                let expected = exact_codes::<C>(&rule, &mesu, moved);
                let step = |noise: &mut Xorshift| {
                    let mut cells = [start];
                    let mut row = CompactRow::EMPTY;
                    C::settle(&mut cells, &mut row, &rule, updates, noise);
                    cells[0]
                };
                compare(start, expected, step, "prior");
            }
        }
    }
}

#[test]
fn evidence_in_three_bytes_is_the_rules() {
    evidence_is_the_rules::<Three>();
}

#[test]
fn evidence_in_two_bytes_is_the_rules() {
    evidence_is_the_rules::<Two>();
}

#[test]
fn the_prior_in_three_bytes_is_the_rules() {
    the_prior_is_the_rules::<Three>();
}

#[test]
fn the_prior_in_two_bytes_is_the_rules() {
    the_prior_is_the_rules::<Two>();
}

/// Steps owed to inputs at rest, made at once, are one step of the rule by the sums.
#[test]
fn what_was_deferred_is_done_as_one_step() {
    for mesu in rules() {
        let free = mesu.memory_window(1e30);
        let rest = -0.5;
        let rule = CompactRule::new::<Three>(&settings(free), 50, resting(rest)).unwrap();
        for start in grid::<Three>() {
            let synapse = synapse(start, &rule, &mesu);
            for (d, r) in [(0.0, 0.25), (1e-4, -0.5), (-0.125, 2.0), (64.0, 1e6)] {
                let x = f64::from(rest);
                let moved = free.step(
                    synapse,
                    Gradient {
                        d,
                        x,
                        r,
                        x_squared: x * x,
                    },
                );
                let expected = exact_codes::<Three>(&rule, &mesu, moved);
                let step = |noise: &mut Xorshift| {
                    let mut cells = [start, Three::of(0, 0)];
                    let mut row = CompactRow::EMPTY;
                    // In two parts, and the bias has none of it.
                    let half = [d, r].map(|sum| Plain(0.5 * sum as f32));
                    (0..2).for_each(|_| Three::defer(&mut row, half[0], half[1]));
                    Three::settle(&mut cells, &mut row, &rule, 16, noise);
                    assert_eq!(cells[1], Three::of(0, 0));
                    cells[0]
                };
                compare(start, expected, step, "deferred");
            }
        }
    }
}

#[test]
fn sigmas_are_powers_of_two() {
    for (c, sigma) in SIGMAS.iter().enumerate() {
        let exact = 2f64.powf(-(c as f64) / 16.0);
        assert!((f64::from(*sigma) / exact - 1.0).abs() < 6e-8, "{c}");
    }
}

/// Inputs at rest, by the sums of their row, beside all inputs one by one.
#[test]
fn inputs_at_rest_count_as_if_they_were_active() {
    let (rest, x) = (Plain(-0.4), [2.0, -0.4, -0.4, 0.7].map(Plain));
    let rule = CompactRule::new::<Three>(&settings(Mesu::default()), 4, resting(rest.0)).unwrap();
    let cells =
        [(300, 10), (-900, 40), (4_000, 3), (77, 60), (5, 20)].map(|(m, s)| Three::of(m, s));
    let mut row = CompactRow::of(cells[..4].iter().copied(), 0);
    let list = [0, 3];
    let some = Three::moments(&cells, &row, &rule, Active::Some(&list), |i| x[i]);
    let all = Three::moments(&cells, &row, &rule, Active::All(4), |i| x[i]);
    let mut exact = [0.0; 2];
    for (cell, x) in cells
        .iter()
        .zip(x.map(|x| f64::from(x.0)).into_iter().chain([1.0]))
    {
        exact[0] += f64::from(cell.mean(&rule).0) * x;
        exact[1] += f64::from(cell.variance(&rule).0) * x * x;
    }
    for (m, v) in [some, all] {
        assert!((f64::from(m.0) - exact[0]).abs() < 1e-5, "{m:?} {exact:?}");
        assert!(
            (f64::from(v.0) / exact[1] - 1.0).abs() < 1e-5,
            "{v:?} {exact:?}"
        );
    }
    // What is deferred counts before it is done.
    Three::defer(&mut row, Plain(0.5), Plain(0.0));
    let owed = Three::moments(&cells, &row, &rule, Active::Some(&list), |i| x[i]).0;
    let lr = Mesu::default().lr_mu;
    let step = |i: usize| -lr * f64::from(cells[i].variance(&rule).0 * rest.0) * 0.5;
    let exact = exact[0] + (0..4).map(|i| step(i) * f64::from(x[i].0)).sum::<f64>();
    assert!((f64::from(owed.0) - exact).abs() < 1e-4, "{owed:?} {exact}");
}
