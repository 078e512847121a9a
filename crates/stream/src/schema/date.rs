//! Dates: days of the proleptic Gregorian calendar, and the time of the day.

/// A moment, in the clock of whoever wrote it down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Date {
    /// Days since 1970-01-01.
    pub(crate) days: i64,
    /// Year, for the share of it that has passed.
    pub(crate) year: i64,
    /// Seconds since midnight, 0 to 86,400; none of a day without a time.
    pub(crate) seconds: Option<f64>,
}

impl Date {
    /// Reads `2024-01-31`, `2024/01/31`, and either with a time after a `T` or a space: `12:30`, `12:30:05`,
    /// `12:30:05.25`, with or without `Z` or `+01:00` behind it. A zone is dropped: hours are those of the
    /// clock on the wall.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (day, time) = match text.find(['T', 't', ' ']) {
            Some(at) => (&text[..at], Some(&text[at + 1..])),
            None => (text, None),
        };
        let separator = if day.contains('/') { '/' } else { '-' };
        let mut parts = day.split(separator);
        let year = digits(parts.next()?, 4)?;
        let month = digits(parts.next()?, 2)?;
        let day = digits(parts.next()?, 2)?;
        let sound = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
        if parts.next().is_some() || !sound {
            return None;
        }
        let seconds = match time {
            Some(time) => Some(seconds(time)?),
            None => None,
        };
        let days = days_since_epoch(year, month, day);
        Some(Self {
            days,
            year,
            seconds,
        })
    }

    /// Share of the year that has passed, 0 to 1.
    pub(crate) fn year_share(self) -> f64 {
        let first = days_since_epoch(self.year, 1, 1);
        let length = days_since_epoch(self.year + 1, 1, 1) - first;
        ((self.days - first) as f64 + self.day_share()) / length as f64
    }

    /// Share of the week that has passed, from Monday on, 0 to 1.
    pub(crate) fn week_share(self) -> f64 {
        // 1970-01-01 was a Thursday.
        let day = (self.days + 3).rem_euclid(7);
        (day as f64 + self.day_share()) / 7.0
    }

    /// Share of the day that has passed, 0 to 1; 0 of a day without a time.
    pub(crate) fn day_share(self) -> f64 {
        self.seconds.unwrap_or(0.0) / 86_400.0
    }
}

/// A number of exactly so many digits.
fn digits(text: &str, count: usize) -> Option<i64> {
    let sound = text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    sound.then(|| text.parse().ok())?
}

/// Seconds since midnight.
fn seconds(text: &str) -> Option<f64> {
    let clock = text.trim_end_matches(['Z', 'z']);
    let clock = match clock.find(['+', '-']) {
        Some(at) => &clock[..at],
        None => clock,
    };
    let mut parts = clock.trim_end().split(':');
    let hour = digits(parts.next()?, 2)?;
    let minute = digits(parts.next()?, 2)?;
    let second: f64 = match parts.next() {
        Some(text) if text.bytes().all(|b| b.is_ascii_digit() || b == b'.') => text.parse().ok()?,
        Some(_) => return None,
        None => 0.0,
    };
    let sound = hour <= 24 && minute < 60 && second < 61.0 && parts.next().is_none();
    sound.then(|| (hour * 3_600 + minute * 60) as f64 + second)
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a day, by years that begin in March, so that leap days end them.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted() {
        let days = |text| Date::read(text).map(|date| date.days);
        assert_eq!(days("1970-01-01"), Some(0));
        assert_eq!(days("1969-12-31"), Some(-1));
        assert_eq!(days("2000-03-01"), Some(11_017));
        assert_eq!(days("2024/02/29"), Some(19_782));
        assert_eq!(days("2023-02-29"), None);
        assert_eq!(days("1900-02-29"), None);
    }

    #[test]
    fn times_are_of_the_clock_on_the_wall() {
        let seconds = |text| Date::read(text).and_then(|date| date.seconds);
        assert_eq!(seconds("2024-01-31T12:30"), Some(45_000.0));
        assert_eq!(seconds("2024-01-31 12:30:05.25Z"), Some(45_005.25));
        assert_eq!(seconds("2024-01-31T00:00:01+01:00"), Some(1.0));
        assert_eq!(seconds("2024-01-31"), None);
    }

    #[test]
    fn shares_are_of_year_week_and_day() {
        let date = Date::read("2024-01-01T12:00").unwrap();
        // A Monday in a leap year.
        assert_eq!(date.week_share(), 0.5 / 7.0);
        assert_eq!(date.year_share(), 0.5 / 366.0);
        assert_eq!(date.day_share(), 0.5);
        assert_eq!(
            Date::read("2024-12-31").unwrap().year_share(),
            365.0 / 366.0
        );
    }

    #[test]
    fn other_texts_are_no_dates() {
        for text in [
            "",
            "2024",
            "2024-13-01",
            "2024-00-01",
            "2024-01-32",
            "24-01-01",
            "2024-1-1",
            "12.5",
            "2024-01-01T",
            "2024-01-01T25:00",
            "2024-01-01T12",
            "2024-01-01-01",
            "2024-01-01 noon",
        ] {
            assert!(Date::read(text).is_none(), "{text}");
        }
    }
}
