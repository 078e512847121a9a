//! Descriptions of version 2: what they leave out has the value that it had then.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::learner::LearnerKind;
use crate::network::NetworkConfig;

/// Adds to a description of version 2 the settings that there were not when it was written.
pub(super) fn complete(description: &mut Value) {
    if let Some(network) = section(description, "network") {
        add(network, NetworkConfig::paper());
    }
    let Some(learner) = section(description, "learner") else {
        return;
    };
    let name = learner.get("kind").and_then(Value::as_str);
    let kind = name.and_then(|name| LearnerKind::ALL.iter().find(|kind| kind.name() == name));
    if let Some(config) = kind.and_then(|kind| kind.paper()) {
        add(learner, config);
    }
    // A rule of one's own, as its `Debug` writes it, may be or hold one of this crate's.
    if let Some(Value::String(settings)) = learner.get_mut("settings") {
        *settings = own(settings);
    }
}

fn section<'a>(description: &'a mut Value, key: &str) -> Option<&'a mut Map<String, Value>> {
    description.get_mut(key)?.as_object_mut()
}

/// Adds the fields of `config` that `fields` leaves out.
fn add(fields: &mut Map<String, Value>, config: impl Serialize) {
    let Ok(Value::Object(config)) = serde_json::to_value(config) else {
        return;
    };
    for (key, value) in config {
        fields.entry(key).or_insert(value);
    }
}

/// The settings of a rule of one's own, as today's `Debug` writes them.
fn own(settings: &str) -> String {
    let mut text = settings.to_owned();
    for step in ["Linear", "ClosedForm"] {
        let last = format!("sigma_step: {step}");
        let more = format!("{last}, prior_step: Linear, sigma_at_most_prior: false }}");
        text = text.replace(&format!("{last} }}"), &more);
    }
    let mut parts = text.split("Foovb { lr_mu: ");
    let mut done = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let more = "sigma_max: None, max_step_ratio: None }";
        let part = match part.split_once(" }") {
            Some((rate, rest)) if !rate.contains(',') => format!("{rate}, {more}{rest}"),
            _ => part.to_owned(),
        };
        done = done + "Foovb { lr_mu: " + &part;
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{Foovb, Mesu};

    #[test]
    fn rules_of_this_crate_in_rules_of_ones_own_are_completed() {
        let old = format!("{:?}", Mesu::paper())
            .replace(", prior_step: Linear, sigma_at_most_prior: false", "");
        assert!(!old.contains("prior_step"));
        let mine = |mesu: &str, foovb: &str| format!("Mine {{ a: {mesu}, b: {foovb}, c: 1.0 }}");
        let new = mine(
            &format!("{:?}", Mesu::paper()),
            &format!("{:?}", Foovb::default()),
        );
        assert_eq!(own(&mine(&old, "Foovb { lr_mu: 1.0 }")), new);
        assert_eq!(own(&new), new);
        assert_eq!(own("Sgd { lr: 1.0 }"), "Sgd { lr: 1.0 }");
    }
}
