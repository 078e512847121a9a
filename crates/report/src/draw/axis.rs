//! Axes: ranges with round ends, and numbers as people write them.

/// Most numbers along an axis.
const MOST_TICKS: usize = 7;

/// A number line: what it shows, in which unit, and from where to where.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    pub(crate) label: String,
    pub(crate) range: (f64, f64),
    pub(crate) ticks: Ticks,
    /// Names in the place of 1, 2, …; empty where numbers are written.
    pub(crate) names: Vec<String>,
}

/// How numbers are written along an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ticks {
    /// Tasks and other counts.
    Whole,
    /// As many decimals as the range needs.
    Decimal,
    /// The axis is the decimal logarithm; written is the number itself.
    PowerOfTen,
}

impl Axis {
    /// From `low` to `high` at least.
    pub(crate) fn new(label: &str, low: f64, high: f64, ticks: Ticks) -> Self {
        let least = if ticks == Ticks::Whole { 1.0 } else { 1e-6 };
        Self {
            label: label.to_owned(),
            range: (low, high.max(low + least)),
            ticks,
            names: Vec::new(),
        }
    }

    /// From 0, or from the least of `values` if that is smaller, to a round number above
    /// them all.
    pub(crate) fn from_zero(label: &str, values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = values
            .filter(|value| value.is_finite())
            .fold((0.0_f64, 0.0_f64), |(low, high), value| {
                (low.min(value), high.max(value))
            });
        // Of nothing but zeros, the upper end is as good as any.
        let high = if high - low < 1e-6 { 1.0 } else { high };
        let step = round_step((high - low) / 5.0);
        Self::new(
            label,
            (low / step).floor() * step,
            (high / step).ceil() * step,
            Ticks::Decimal,
        )
    }

    /// As many as fit, and no more than there are tasks.
    pub(crate) fn most_ticks(&self) -> usize {
        match self.ticks {
            _ if !self.names.is_empty() => self.names.len() + 1,
            Ticks::Decimal | Ticks::PowerOfTen => MOST_TICKS,
            Ticks::Whole => MOST_TICKS.min((self.range.1 - self.range.0).abs().ceil() as usize + 1),
        }
    }

    /// `value` as it is written along the axis.
    pub(crate) fn text(&self, value: f64) -> String {
        let span = (self.range.1 - self.range.0).abs();
        match self.ticks {
            // A tick between two tasks is of neither.
            Ticks::Whole if value.fract() != 0.0 => String::new(),
            Ticks::Whole if !self.names.is_empty() => {
                let name = self.names.get((value as usize).wrapping_sub(1));
                name.cloned().unwrap_or_default()
            }
            Ticks::Whole => format!("{value:.0}"),
            Ticks::PowerOfTen => {
                let number = 10_f64.powf(value);
                match value.floor() as i32 {
                    exponent @ -3..=1 => format!("{number:.0$}", (1 - exponent) as usize),
                    2..=4 => format!("{number:.0}"),
                    _ => format!("{number:.1e}"),
                }
            }
            Ticks::Decimal => {
                let step = round_step(span / MOST_TICKS as f64);
                let decimals = (-step.log10() - 1e-9).ceil().clamp(0.0, 6.0) as usize;
                format!("{value:.decimals$}")
            }
        }
    }
}

/// The smallest of 1, 2, 5 times a power of ten that is not below `step`.
fn round_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    let times = [1.0, 2.0, 5.0]
        .into_iter()
        .find(|times| times * power >= step);
    times.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_have_round_ends() {
        let range = |values: &[f64]| Axis::from_zero("x", values.iter().copied()).range;
        assert_eq!(range(&[0.3, 71.0]), (0.0, 80.0));
        assert_eq!(range(&[94.0, -22.0]), (-50.0, 100.0));
        let (low, high) = range(&[0.0234, f64::NAN]);
        assert!(low == 0.0 && (high - 0.025).abs() < 1e-12);
        // Nothing to show, or nothing but zero: still a range.
        assert_eq!((range(&[]), range(&[0.0])), ((0.0, 1.0), (0.0, 1.0)));
        let one = Axis::new("task", 1.0, 1.0, Ticks::Whole);
        assert_eq!(one.range, (1.0, 2.0));
    }

    #[test]
    fn numbers_have_the_decimals_they_need() {
        let axis = |high, ticks| Axis::new("x", 0.0, high, ticks);
        assert_eq!(axis(100.0, Ticks::Decimal).text(20.0), "20");
        assert_eq!(axis(1.0, Ticks::Decimal).text(0.2), "0.2");
        assert_eq!(axis(0.025, Ticks::Decimal).text(0.005), "0.005");
        let tasks = axis(10.0, Ticks::Whole);
        assert_eq!(
            (tasks.text(5.0), tasks.text(2.5)),
            ("5".to_owned(), String::new())
        );
        let named = Axis {
            names: vec!["one".to_owned(), "two".to_owned()],
            ..axis(2.5, Ticks::Whole)
        };
        let names = [0.0, 1.0, 1.5, 2.0, 3.0].map(|value| named.text(value));
        assert_eq!(names, ["", "one", "", "two", ""]);
        let sigma = axis(1.0, Ticks::PowerOfTen);
        let texts = [-1.2, -3.0, 0.0, -5.0, 2.5].map(|value| sigma.text(value));
        assert_eq!(texts, ["0.063", "0.0010", "1.0", "1.0e-5", "316"]);
    }
}
