//! Places of sigma.

use super::*;

#[test]
fn stuck_sigmas_name_what_holds_them() {
    let stuck = |config: MesuConfig| learner(config, |_| ());
    let default = MesuConfig::paper;
    expect(
        &stuck(default().lr_sigma(0.0)),
        Broken,
        &[
            "100 % of the synapses",
            "learner.lr_sigma is 0",
            "Raise learner.lr_sigma",
        ],
    );
    expect(&stuck(default()), Broken, &["Raise learner.max_step_ratio"]);
    let sigma_bounds = vec![0.6, 0.7];
    expect(
        &stuck(default().sigma_bounds(sigma_bounds)),
        Broken,
        &["learner.sigma_bounds hold it"],
    );
    expect(
        &stuck(default().memory_window(1e15)),
        NeedsAttention,
        &["No evidence has reached them"],
    );
    // A few inputs without evidence, where forgetting does not show yet.
    let config = default().memory_window(8e6);
    let some = |layer, row, column, start| match (layer, column) {
        (0, ..5) => start,
        _ => at_work(layer, row, column, start),
    };
    let (_, text) = words(&learner(config, set("sigma", some)).brought_to(100_000, |_| ()));
    assert!(text.contains("always 0 that is normal"), "{text}");
    expect(
        &learner(BbbConfig::default().lr(0.0), |_| ()),
        Broken,
        &["learner.lr is 0"],
    );
    // Where the start is the prior, nothing tells them apart.
    let config = default().sigma_prior(0.447_213_6);
    let lower = |layer, row, column, start| match layer {
        0 => start,
        _ => at_work(layer, row, column, start),
    };
    let (_, text) = words(&learner(config, set("sigma", lower)));
    assert!(
        !text.contains("stuck") && text.contains("layer.1.weight are at the prior"),
        "{text}"
    );
    // Too early to tell.
    expect(
        &stuck(default()).brought_to(999, |_| ()),
        Healthy,
        &["After 999 updates it is too early"],
    );
}

#[test]
fn collapsed_and_swollen_sigmas() {
    let factor = |factor: f32| set("sigma", move |_, _, _, start| factor * start);
    expect(
        &learner(MesuConfig::paper(), factor(5e-4)),
        Broken,
        &[
            "100 % of the synapses of layer.2.weight are so certain",
            "Lower learner.memory_window",
        ],
    );
    let some = |layer, row, column, start| match column {
        0 => 1e-5,
        _ => at_work(layer, row, column, start),
    };
    expect(
        &learner(MesuConfig::paper(), set("sigma", some)),
        NeedsAttention,
        &["collapsed: 5.0 %"],
    );
    // Not small, but too small for means as large.
    let large = learner(
        MesuConfig::paper(),
        set("sigma", |_, _, _, start| 0.1 * start),
    );
    let large = large.brought_to(200_000, set("mu", |_, _, _, _| 1e5));
    expect(
        &large,
        Broken,
        &["collapsed", "largest weight of layer.1.weight is 100,000"],
    );
    expect(
        &learner(FoovbConfig::paper(), factor(5e-4)),
        Broken,
        &["use learner.kind = \"mesu\""],
    );
    expect(
        &learner(BbbConfig::default(), factor(5e-4)),
        Broken,
        &["Lower learner.kl_updates"],
    );
    expect(
        &learner(MesuConfig::paper(), factor(5.0)),
        NeedsAttention,
        &["above both their start and the prior", "learner.clamp_grad"],
    );
    let sigma_bounds = vec![0.01, 10.0];
    let config = MesuConfig::paper().sigma_bounds(sigma_bounds);
    expect(
        &learner(config, set("sigma", |_, _, _, _| 0.01)),
        NeedsAttention,
        &["rest at the lower end of learner.sigma_bounds, 0.01"],
    );
}

#[test]
fn synapses_at_the_prior() {
    let inputs = |idle: usize| {
        move |layer, row, column, start| match (layer, column) {
            (0, column) if column < idle => 0.98,
            _ => at_work(layer, row, column, start),
        }
    };
    // Idle inputs, even many, are nothing to worry about.
    let mesu = || MesuConfig::paper();
    expect(
        &learner(mesu(), set("sigma", inputs(4))),
        Healthy,
        &[
            "20 % of the synapses of layer.1.weight are at the prior (sigma 1)",
            "4 of its inputs",
            "of the rest it is 0 %",
        ],
    );
    expect(
        &learner(mesu(), set("sigma", inputs(15))),
        Healthy,
        &["75 %"],
    );
    let scattered = |layer, row, column, start| match (layer, (row + column) % 3) {
        (0, 1 | 2) => 1.02,
        _ => at_work(layer, row, column, start),
    };
    expect(
        &learner(mesu(), set("sigma", scattered)),
        NeedsAttention,
        &["The prior outweighs", "raise learner.memory_window"],
    );
    expect(
        &learner(BbbConfig::default(), set("sigma", scattered)),
        NeedsAttention,
        &["raise learner.kl_updates"],
    );
    let short = mesu().memory_window(10_000.0);
    expect(
        &learner(short, set("sigma", inputs(4))),
        NeedsAttention,
        &["fades within a task"],
    );
    let neurons = |idle: usize| {
        move |layer, row, column, start| match (layer, row) {
            (0, row) if row < idle => 0.98,
            _ => at_work(layer, row, column, start),
        }
    };
    expect(
        &learner(mesu(), set("sigma", neurons(1))),
        Healthy,
        &["1 of the 10 neurons of layer.1.weight", "room to spare"],
    );
    expect(
        &learner(mesu(), set("sigma", neurons(3))),
        NeedsAttention,
        &["3 of the 10 neurons", "raise learner.memory_window"],
    );
    let narrow = mesu().sigma_prior(0.1);
    let narrow = learner(
        narrow,
        set("sigma", |_, _, column, _| 0.05 + 0.001 * column as f32),
    );
    expect(
        &narrow,
        Healthy,
        &["the prior is narrower", "raise learner.sigma_prior"],
    );
}
