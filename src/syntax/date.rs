//! Days of the calendar.

use std::fmt;

/// A day. Earlier days are less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// Reads `YYYY-MM-DD`; only days that there are.
    ///
    /// ```
    /// use rolewright::syntax::date::Date;
    ///
    /// assert_eq!(Date::parse("2028-02-29").map(|date| date.to_string()).as_deref(), Some("2028-02-29"));
    /// assert_eq!(Date::parse("2027-02-29"), None);
    /// assert_eq!(Date::parse("2027-2-9"), None);
    /// ```
    pub fn parse(text: &str) -> Option<Date> {
        let mut parts = text.split('-');
        let mut number = |width: usize| {
            let part = parts.next()?;
            let digits = part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| part.parse::<u16>().ok()).flatten()
        };
        let (year, month, day) = (number(4)?, number(2)?, number(2)?);
        let (month, day) = (u8::try_from(month).ok()?, u8::try_from(day).ok()?);
        let there = parts.next().is_none() && (1..=days_in(year, month)?).contains(&day);
        there.then_some(Date { year, month, day })
    }

    /// Days since 1970-01-01; negative before it.
    pub fn days_since_1970(self) -> i64 {
        let (year, month) = (i64::from(self.year), i64::from(self.month));
        // March is the first month here, so that the leap day is the last of its year.
        let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let of_year = (153 * month + 2) / 5 + i64::from(self.day) - 1;
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
    }

    /// The day that holds the moment so many seconds after 1970-01-01T00:00:00Z.
    pub fn at(seconds: u64) -> Date {
        let mut days = seconds / 86_400;
        let mut year: u16 = 1970;
        loop {
            let length = if is_leap(year) { 366 } else { 365 };
            if days < length || year == 9999 {
                break;
            }
            days -= length;
            year += 1;
        }
        let mut month = 1;
        while let Some(length) = days_in(year, month).map(u64::from).filter(|length| days >= *length) {
            days -= length;
            month += 1;
        }
        Date { year, month, day: u8::try_from(days + 1).unwrap_or(31) }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_in(year: u16, month: u8) -> Option<u8> {
    match month {
        2 if is_leap(year) => Some(29),
        2 => Some(28),
        4 | 6 | 9 | 11 => Some(30),
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn seconds_become_days() {
        for (seconds, wanted) in [
            (0, "1970-01-01"),
            (86_399, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (1_709_251_199, "2024-02-29"),
            (1_709_251_200, "2024-03-01"),
            (1_767_225_599, "2025-12-31"),
            (1_795_392_000, "2026-11-23"),
        ] {
            assert_eq!(Date::at(seconds).to_string(), wanted, "{seconds}");
            assert_eq!(Date::parse(wanted), Some(Date::at(seconds)));
            assert_eq!(
                Date::at(seconds).days_since_1970() * 86_400,
                i64::try_from(seconds / 86_400 * 86_400).unwrap()
            );
        }
    }

    #[test]
    fn accepted_and_refused() {
        for text in [
            "2026-13-01",
            "2026-00-01",
            "2026-04-31",
            "1900-02-29",
            "26-01-01",
            "2026-01-01-01",
            "2026/01/01",
            "",
            "+026-01-01",
        ] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }
}
