//! `!!timestamp`: which texts go-yaml v2 (`resolve.go`) takes for one. What it makes of them is text again in JSON.

use crate::syntax::date::Date;

/// True for `2006-1-2`, alone or with a time of day behind it: `T15:4:5Z`, `t15:4:5.5+01:00`, ` 15:4:5`.
pub(super) fn is_one(text: &str) -> bool {
    let (day, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at..)),
        None => (text, None),
    };
    is_day(day) && time.is_none_or(is_time)
}

fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    year.len() == 4 && Date::parse(&format!("{year}-{month:0>2}-{day:0>2}")).is_some()
}

/// With a letter before it, a time says its zone; after a blank, it has none.
fn is_time(text: &str) -> bool {
    let Some(clock) = text.strip_prefix(' ') else {
        let rest = text.get(1..).unwrap_or_default();
        if let Some(clock) = rest.strip_suffix('Z') {
            return is_clock(clock);
        }
        let Some(at) = rest.rfind(['+', '-']) else { return false };
        let zone: Vec<&str> = rest.get(at + 1..).unwrap_or_default().split(':').collect();
        let [hours, minutes] = zone.as_slice() else { return false };
        let is_zone =
            [(hours, 24), (minutes, 60)].iter().all(|(part, most)| part.len() == 2 && up_to(part, *most));
        return is_zone && is_clock(rest.get(..at).unwrap_or_default());
    };
    is_clock(clock)
}

fn is_clock(text: &str) -> bool {
    let (whole, fraction) = match text.find(['.', ',']) {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..)),
        None => (text, None),
    };
    let parts: Vec<&str> = whole.split(':').collect();
    let [hour, minute, second] = parts.as_slice() else { return false };
    let is_fraction = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    up_to(hour, 23) && up_to(minute, 59) && up_to(second, 59) && fraction.is_none_or(is_fraction)
}

/// One or two digits of a number that is at most `most`.
fn up_to(text: &str, most: u8) -> bool {
    let digits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits && text.parse::<u8>().is_ok_and(|number| number <= most)
}
