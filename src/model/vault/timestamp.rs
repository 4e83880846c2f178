//! Points in time as OpenBao writes them in policies.

use std::ops::RangeInclusive;

use crate::syntax::date::Date;

/// A point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// Whole seconds since 1970-01-01T00:00:00Z.
    pub seconds: i64,
    /// The rest, in nanoseconds.
    pub nanos: u32,
}

impl Timestamp {
    /// Reads `expiration`: digits (seconds since 1970) or RFC 3339 with any fraction, `2030-01-31T12:00:00.5+02:00`.
    ///
    /// It takes what Go's `time.Parse` takes: also an hour of one digit, and a comma before the fraction; `T` and `Z`
    /// are capitals, and no other part may be shorter.
    ///
    /// ```
    /// use rolewright::model::vault::timestamp::Timestamp;
    ///
    /// let noon = Timestamp::parse("2001-01-01T14:00:00+02:00").map(|at| at.seconds);
    /// assert_eq!(noon, Some(978_350_400));
    /// assert_eq!(Timestamp::parse("978350400").map(|at| at.seconds), noon);
    /// assert_eq!(Timestamp::parse("2001-02-29T00:00:00Z"), None);
    /// ```
    pub fn parse(text: &str) -> Option<Timestamp> {
        match text.parse() {
            Ok(seconds) => Some(Timestamp { seconds: as_go_counts(seconds), nanos: 0 }),
            Err(_) => rfc3339(text),
        }
    }
}

/// The seconds as Go understands them: it counts from year 1, in as many bits, so what is too late comes out long ago.
fn as_go_counts(seconds: i64) -> i64 {
    const TO_1970: i64 = 62_135_596_800;
    seconds.wrapping_add(TO_1970).saturating_sub(TO_1970)
}

fn rfc3339(text: &str) -> Option<Timestamp> {
    let (date, rest) = text.split_once('T')?;
    let zone_at = rest.find(['Z', '+', '-'])?;
    let (clock, zone) = rest.split_at_checked(zone_at)?;
    let (clock, fraction) =
        clock.split_once(['.', ',']).map_or((clock, None), |(clock, it)| (clock, Some(it)));
    let [hour, minute, second] = fields(clock, ':', [1..=2, 2..=2, 2..=2])?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let offset = match zone.strip_prefix(['+', '-']) {
        Some(digits) => {
            let [hours, minutes] = fields(digits, ':', [2..=2, 2..=2])?;
            let seconds = (hours * 60 + minutes) * 60;
            // The servers take 24 hours and 60 minutes, too.
            let in_range = hours <= 24 && minutes <= 60;
            in_range.then_some(if zone.starts_with('-') { -seconds } else { seconds })?
        }
        None => (zone == "Z").then_some(0)?,
    };
    let seconds = Date::parse(date)?.days_since_1970() * 86_400 + (hour * 60 + minute) * 60 + second - offset;
    Some(Timestamp { seconds, nanos: fraction.map_or(Some(0), nanos)? })
}

fn fields<const N: usize>(
    text: &str,
    separator: char,
    widths: [RangeInclusive<usize>; N],
) -> Option<[i64; N]> {
    let mut parts = text.split(separator);
    let mut values = [0; N];
    for (value, width) in values.iter_mut().zip(widths) {
        let part = parts.next()?;
        if !width.contains(&part.len()) || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *value = part.parse().ok()?;
    }
    parts.next().is_none().then_some(values)
}

fn nanos(fraction: &str) -> Option<u32> {
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let nine: String = fraction.chars().chain(std::iter::repeat('0')).take(9).collect();
    nine.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_and_refused() {
        let table = [
            ("1970-01-01T00:00:00Z", Some((0, 0))),
            ("1969-12-31T23:59:59.25Z", Some((-1, 250_000_000))),
            ("2000-02-29T12:30:00-01:30", Some((951_832_800, 0))),
            ("2999-01-01T00:00:00Z", Some((32_472_144_000, 0))),
            ("12", Some((12, 0))),
            ("2999-01-01T0:00:00Z", Some((32_472_144_000, 0))),
            ("2999-01-01T00:00:00,5Z", Some((32_472_144_000, 500_000_000))),
            ("2999-01-02T00:00:00+24:00", Some((32_472_144_000, 0))),
            ("2999-01-02T01:00:00+24:60", Some((32_472_144_000, 0))),
            ("0000-01-01T00:00:00Z", Some((-62_167_219_200, 0))),
            ("+12", Some((12, 0))),
            ("-5", Some((-5, 0))),
            ("9223372036854775807", Some((i64::MIN, 0))),
            ("9223372036854775808", None),
            ("2999-01-01T00:0:00Z", None),
            ("2999-01-01T00:00:0Z", None),
            ("2999-01-01T000:00:00Z", None),
            ("2999-01-01T 0:00:00Z", None),
            ("2999-1-01T00:00:00Z", None),
            ("2999-01-01t00:00:00Z", None),
            ("2999-01-01T00:00:00z", None),
            ("2999-01-01T00:00:00,Z", None),
            ("2999-01-01T00:00:00+1:00", None),
            ("2999-01-01T00:00:00+25:00", None),
            ("2999-01-01T00:00:00+24:61", None),
            ("2999-01-01T00:00:00+0100", None),
            ("2999-01-01T23:59:60Z", None),
            (" 2999-01-01T00:00:00Z", None),
            ("1e20", None),
            ("1900-02-29T00:00:00Z", None),
            ("2024-13-01T00:00:00Z", None),
            ("2024-01-01T24:00:00Z", None),
            ("2024-01-01 00:00:00Z", None),
            ("2024-01-01T00:00:00", None),
            ("2024-01-01T00:00:00.Z", None),
            ("2024-01-01", None),
            ("", None),
            ("soon", None),
        ];
        for (text, expected) in table {
            let expected = expected.map(|(seconds, nanos)| Timestamp { seconds, nanos });
            assert_eq!(Timestamp::parse(text), expected, "{text}");
        }
    }
}
