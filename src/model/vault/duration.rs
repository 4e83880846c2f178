//! Durations as Vault reads and shows them.
//!
//! Source: `ParseDurationSecond` of `go-secure-stdlib/parseutil` 0.2.0 and Go's `time.ParseDuration`.

use std::fmt;

/// A duration in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seconds(pub i64);

impl Seconds {
    /// Reads a duration text and cuts it to whole seconds, as fields of roles do.
    ///
    /// Accepted: nothing at all (zero), a decimal whole number of seconds (`3600`), whole days (`30d`), or a Go
    /// duration (`1h30m`, `1.5h`, `250ms`). Negative values are read; most fields refuse them.
    pub fn parse(text: &str) -> Result<Seconds, DurationError> {
        Nanoseconds::parse(text).map(Nanoseconds::whole_seconds)
    }
}

/// Shortest reading without loss: `24h`, `1h30m`, `90s`.
impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.0.unsigned_abs();
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let (hours, minutes, seconds) = (total / 3600, total / 60 % 60, total % 60);
        if total == 0 || (seconds != 0 && hours == 0) {
            return write!(f, "{total}s");
        }
        for (count, unit) in [(hours, 'h'), (minutes, 'm'), (seconds, 's')] {
            if count != 0 {
                write!(f, "{count}{unit}")?;
            }
        }
        Ok(())
    }
}

/// A duration as precise as Go's: 64 bits of nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nanoseconds(pub i64);

/// Why a text is no duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// Neither a whole number, nor whole days, nor a Go duration.
    #[error("no duration")]
    Malformed,
    /// A number without unit that is no whole number: `1.5`, `1h30`.
    #[error("a number lacks its unit")]
    MissingUnit,
    /// A unit that does not exist: `w`, `H`, `min`.
    #[error("no such unit")]
    UnknownUnit,
    /// Days that are no whole number, or days together with other units.
    #[error("days are whole and stand alone")]
    Days,
    /// More than 64 bits of nanoseconds hold. Vault before 2025 wrapped around to a negative value.
    #[error("longer than 292 years")]
    Overflow,
}

const SECOND: i64 = 1_000_000_000;

impl Nanoseconds {
    /// Reads a duration text; accepted forms as in [`Seconds::parse`].
    pub fn parse(text: &str) -> Result<Nanoseconds, DurationError> {
        if text.is_empty() {
            return Ok(Nanoseconds(0));
        }
        if let Ok(seconds) = text.parse::<i64>() {
            return Nanoseconds::of(seconds, SECOND);
        }
        if let Some(days) = text.strip_suffix('d') {
            let days = days.parse::<i64>().map_err(|_| DurationError::Days)?;
            return Nanoseconds::of(days, 24 * 3600 * SECOND);
        }
        go_duration(text)
    }

    /// A whole number of seconds, as numbers in HCL and JSON are read.
    pub fn from_seconds(seconds: i64) -> Result<Nanoseconds, DurationError> {
        Nanoseconds::of(seconds, SECOND)
    }

    /// A number with a fraction, of which HCL's numbers keep the whole seconds. (A fraction in JSON is refused.)
    pub fn from_hcl_float(seconds: f64) -> Result<Nanoseconds, DurationError> {
        let whole = seconds.trunc();
        // Beyond this, the product with a thousand million does not fit into 64 bits.
        if !(-9.3e9..9.3e9).contains(&whole) {
            return Err(DurationError::Overflow);
        }
        #[allow(clippy::cast_possible_truncation)] // In range by the check above.
        Nanoseconds::of(whole as i64, SECOND)
    }

    /// Cut towards zero.
    pub fn whole_seconds(self) -> Seconds {
        Seconds(self.0 / SECOND)
    }

    fn of(count: i64, unit: i64) -> Result<Nanoseconds, DurationError> {
        count.checked_mul(unit).map(Nanoseconds).ok_or(DurationError::Overflow)
    }
}

/// As Go shows durations: `1h0m0s`, `1.5s`, `250ms`.
impl fmt::Display for Nanoseconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.0.unsigned_abs();
        if total == 0 {
            return f.write_str("0s");
        }
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let (unit, digits, scale) = match total {
            0..1_000 => ("ns", 0, 1),
            1_000..1_000_000 => ("µs", 3, 1_000),
            1_000_000..1_000_000_000 => ("ms", 6, 1_000_000),
            _ => ("s", 9, 1_000_000_000),
        };
        let (whole, fraction) = (total / scale, total % scale);
        if whole >= 3600 && unit == "s" {
            write!(f, "{}h", whole / 3600)?;
        }
        if whole >= 60 && unit == "s" {
            write!(f, "{}m", whole / 60 % 60)?;
        }
        write!(f, "{}", if unit == "s" { whole % 60 } else { whole })?;
        if fraction != 0 {
            let shown = format!("{fraction:0digits$}");
            write!(f, ".{}", shown.trim_end_matches('0'))?;
        }
        f.write_str(unit)
    }
}

/// `time.ParseDuration` of Go: a sign, then numbers with units in any order, which add up.
fn go_duration(text: &str) -> Result<Nanoseconds, DurationError> {
    let (negative, mut rest) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    };
    if rest.is_empty() {
        return Err(DurationError::Malformed);
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let (part, after) = go_part(rest)?;
        total = total.checked_add(part).ok_or(DurationError::Overflow)?;
        rest = after;
    }
    let magnitude = i64::try_from(total);
    match (negative, magnitude) {
        (false, Ok(value)) => Ok(Nanoseconds(value)),
        (true, Ok(value)) => Ok(Nanoseconds(-value)),
        (true, Err(_)) if total == i64::MIN.unsigned_abs() => Ok(Nanoseconds(i64::MIN)),
        _ => Err(DurationError::Overflow),
    }
}

/// One number with its unit, in nanoseconds, and what follows.
fn go_part(text: &str) -> Result<(u64, &str), DurationError> {
    let is_digit = |next: char| next.is_ascii_digit();
    let (whole, rest) = split_while(text, is_digit);
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(rest) => split_while(rest, is_digit),
        None => ("", rest),
    };
    if whole.is_empty() && fraction.is_empty() {
        return Err(DurationError::Malformed);
    }
    let (unit, rest) = split_while(rest, |next| next != '.' && !next.is_ascii_digit());
    let scale: u64 = match unit {
        "ns" => 1,
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        "" => return Err(DurationError::MissingUnit),
        _ if unit.contains('d') => return Err(DurationError::Days),
        _ => return Err(DurationError::UnknownUnit),
    };
    let whole = if whole.is_empty() { Ok(0) } else { whole.parse::<u64>() };
    let whole = whole.ok().and_then(|count| count.checked_mul(scale)).ok_or(DurationError::Overflow)?;
    let total = whole.checked_add(fraction_of(fraction, scale)).ok_or(DurationError::Overflow)?;
    if total > i64::MIN.unsigned_abs() { Err(DurationError::Overflow) } else { Ok((total, rest)) }
}

fn split_while(text: &str, keep: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|next| !keep(next)).unwrap_or(text.len()))
}

/// The part of `scale` that the digits after the point stand for; digits that do not count are cut.
fn fraction_of(digits: &str, scale: u64) -> u64 {
    let mut value: u128 = 0;
    let mut power: u128 = 1;
    for digit in digits.bytes().take(18) {
        value = value * 10 + u128::from(digit.wrapping_sub(b'0'));
        power *= 10;
    }
    u64::try_from(value * u128::from(scale) / power).unwrap_or(0)
}
