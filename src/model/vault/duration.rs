//! Durations as Vault reads them.

/// A duration in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seconds(pub i64);

impl Seconds {
    /// Reads a duration text: whole seconds, whole days (`15d`), or Go's units (`1h30m`). `None` if Vault cannot.
    pub fn parse(text: &str) -> Option<Seconds> {
        if text.is_empty() {
            return Some(Seconds(0));
        }
        if let Ok(seconds) = text.parse::<i64>() {
            return Some(Seconds(seconds));
        }
        if let Some(days) = text.strip_suffix('d') {
            return days.parse::<i64>().ok()?.checked_mul(86_400).map(Seconds);
        }
        let mut total = 0.0;
        let mut rest = text;
        while !rest.is_empty() {
            let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
            let (value, tail) = rest.split_at_checked(number)?;
            let unit = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
            let (unit, tail) = tail.split_at_checked(unit)?;
            let factor = match unit {
                "h" => 3600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 1e-3,
                "us" | "µs" | "μs" => 1e-6,
                "ns" => 1e-9,
                _ => return None,
            };
            total += value.parse::<f64>().ok()? * factor;
            rest = tail;
        }
        Some(Seconds(total as i64))
    }
}
