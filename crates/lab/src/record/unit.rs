//! How people write numbers.

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A fraction, written in per cent.
    Percent,
    /// A difference of fractions, written in percentage points.
    Points,
    /// A number around 1.
    Plain,
    /// A large whole number.
    Count,
    /// Time.
    Seconds,
    /// Bytes, written in megabytes.
    Megabytes,
    /// Bytes of a synapse.
    Bytes,
    /// Uncertainty.
    Bits,
}

impl Unit {
    /// `mean ± std` with its unit.
    pub fn text(self, (mean, std): (f64, Option<f64>)) -> String {
        let shown = |value: f64| match self {
            Self::Percent | Self::Points => format!("{:.2}", 100.0 * value),
            Self::Plain | Self::Bits => format!("{value:.3}"),
            Self::Count => grouped(value),
            Self::Seconds => format!("{value:.1}"),
            Self::Megabytes => format!("{:.0}", value / 1e6),
            Self::Bytes => format!("{value:.1}"),
        };
        // Counts that are the same for all seeds have no spread worth a word.
        let exact = matches!(self, Self::Count | Self::Megabytes | Self::Bytes);
        let std =
            std.filter(|std| !exact || shown(*std).contains(|digit| ('1'..='9').contains(&digit)));
        let spread = std.map_or(String::new(), |std| format!(" ± {}", shown(std)));
        let unit = match self {
            Self::Percent => " %",
            Self::Points => " points",
            Self::Plain | Self::Count => "",
            Self::Seconds => " s",
            Self::Megabytes => " MB",
            Self::Bytes => " bytes",
            Self::Bits => " bits",
        };
        // A minus sign is as wide as a plus.
        format!("{}{spread}{unit}", shown(mean).replace('-', "−"))
    }

    /// A value in few digits and without its unit, for narrow tables.
    pub fn short(self, value: f64) -> String {
        match self {
            Self::Percent | Self::Points => format!("{:.1}", 100.0 * value),
            Self::Plain | Self::Bits => format!("{value:.3}"),
            Self::Count => grouped(value),
            Self::Seconds | Self::Bytes => format!("{value:.1}"),
            Self::Megabytes => format!("{:.0}", value / 1e6),
        }
    }

    /// The unit behind [`Unit::short`], with a space; empty where numbers have none.
    pub fn short_name(self) -> &'static str {
        match self {
            Self::Percent => " %",
            Self::Points => " pp",
            Self::Plain | Self::Count => "",
            Self::Seconds => " s",
            Self::Megabytes => " MB",
            Self::Bytes => " B",
            Self::Bits => " bit",
        }
    }
}

/// Returns a number in groups of three digits: `1234567.8` as `1,234,568`.
pub fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut grouped = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_units() {
        assert_eq!(Unit::Percent.text((0.9468, Some(0.0014))), "94.68 ± 0.14 %");
        assert_eq!(Unit::Points.text((-0.5, None)), "−50.00 points");
        assert_eq!(Unit::Plain.text((0.94123, None)), "0.941");
        assert_eq!(Unit::Count.text((12_000_000.0, None)), "12,000,000");
        assert_eq!(Unit::Count.text((12.0, Some(0.0))), "12");
        assert_eq!(Unit::Count.text((12.0, Some(1.0))), "12 ± 1");
        assert_eq!(Unit::Bytes.text((8.0, Some(0.01))), "8.0 bytes");
        assert_eq!(Unit::Megabytes.text((1.23e8, None)), "123 MB");
    }
}
