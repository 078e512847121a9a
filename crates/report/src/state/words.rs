//! Numbers as they are written on the page.

/// A share as a percentage.
pub(super) fn percent(share: f64) -> String {
    match share.is_finite() {
        true => format!("{:.1} %", 100.0 * share),
        false => "–".to_owned(),
    }
}

/// Three decimals.
pub(super) fn decimal(number: f64) -> String {
    match number.is_finite() {
        true => minus(format!("{number:.3}")),
        false => "–".to_owned(),
    }
}

/// Four digits.
pub(super) fn short(number: f64) -> String {
    let size = number.abs();
    minus(match number {
        _ if !number.is_finite() => "–".to_owned(),
        0.0 => "0".to_owned(),
        _ if (1e-3..1e6).contains(&size) => {
            let digits = (3 - size.log10().floor() as i32).clamp(0, 6) as usize;
            format!("{number:.digits$}")
        }
        _ => format!("{number:.2e}"),
    })
}

/// A minus sign is as wide as a digit.
fn minus(number: String) -> String {
    number.replace('-', "−")
}

/// A number of things by their name, which has a plural in -s.
pub(super) fn counted(number: u64, one: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {one}{plural}", count(number))
}

/// A count, its thousands apart.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
