//! Numbers for people.

use crate::record::unit::grouped;

/// `1234567.8` as `1,234,568`, `0.03456` as `0.0346`, `1e15` as `1e15`.
pub(super) fn number(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 || !value.is_finite() {
        return format!("{value}");
    }
    if !(1e-4..1e10).contains(&size) {
        let text = format!("{value:.2e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let digits = digits.trim_end_matches('0').trim_end_matches('.');
        return format!("{digits}e{exponent}");
    }
    if size < 999.5 {
        let decimals = (2 - size.log10().floor() as i32).max(0) as usize;
        let text = format!("{value:.decimals$}");
        return match text.contains('.') {
            true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
            false => text,
        };
    }
    let sign = if value < 0.0 { "-" } else { "" };
    format!("{sign}{}", grouped(size))
}

/// `3 tasks`, `1 task`.
pub(super) fn count(value: f64, what: &str) -> String {
    let plural = if value == 1.0 { "" } else { "s" };
    format!("{} {what}{plural}", number(value))
}

/// `0.1234` as `12 %`; less than one in a hundred with more digits, and never 0 % of something.
pub(super) fn percent(share: f64) -> String {
    match 100.0 * share {
        0.0 => "0 %".to_owned(),
        small if small < 0.1 => "less than 0.1 %".to_owned(),
        few if few < 10.0 => format!("{few:.1} %"),
        many if share < 1.0 && many >= 99.5 => "more than 99 %".to_owned(),
        many => format!("{many:.0} %"),
    }
}

/// A value to set, two digits of `value`, as it can be typed: `300000`, `0.012`.
pub(super) fn setting(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{value}");
    }
    let rounded: f64 = format!("{value:.1e}").parse().unwrap_or(value);
    match rounded.abs() {
        size if (1e-4..1e10).contains(&size) => format!("{rounded}"),
        _ => format!("{rounded:e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (value, text) in [
            (0.0, "0"),
            (1_234_567.8, "1,234,568"),
            (-60_000.0, "-60,000"),
            (999.7, "1,000"),
            (0.034_56, "0.0346"),
            (5.0, "5"),
            (300.0, "300"),
            (1e15, "1e15"),
            (2.5e-9, "2.5e-9"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn shares_and_settings() {
        assert_eq!(count(1.0, "task") + &count(0.0, "task"), "1 task0 tasks");
        for (share, text) in [
            (0.0, "0 %"),
            (1e-5, "less than 0.1 %"),
            (0.034, "3.4 %"),
            (0.5, "50 %"),
            (0.999, "more than 99 %"),
            (1.0, "100 %"),
        ] {
            assert_eq!(percent(share), text);
        }
        for (value, text) in [(300_000.0, "300000"), (0.012_34, "0.012"), (3e15, "3e15")] {
            assert_eq!(setting(value), text);
            assert!(text.parse::<f64>().is_ok());
        }
    }
}
