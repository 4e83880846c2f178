//! Sets of addresses, however they are written.

use std::collections::BTreeSet;
use std::net::IpAddr;

/// Whether one of the sets has addresses that the other has not, of `now` first; nothing if an entry cannot be read. An
/// empty list stands for all addresses, and for requests that have none.
pub(in super::super) fn beyond(now: &BTreeSet<String>, before: &BTreeSet<String>) -> Option<(bool, bool)> {
    match (before.is_empty(), now.is_empty()) {
        (true, true) => return Some((false, false)),
        (true, false) => return Some((false, true)),
        (false, true) => return Some((true, false)),
        (false, false) => {}
    }
    let (before, now) = (Ranges::of(before)?, Ranges::of(now)?);
    Some((!now.is_within(&before), !before.is_within(&now)))
}

/// First and last address of each stretch, in order, none of which meets the next one; of either version.
struct Ranges {
    four: Vec<(u128, u128)>,
    six: Vec<(u128, u128)>,
}

impl Ranges {
    fn of(texts: &BTreeSet<String>) -> Option<Ranges> {
        let (mut four, mut six) = (Vec::new(), Vec::new());
        for text in texts {
            let (is_four, range) = range(text.trim())?;
            if is_four { four.push(range) } else { six.push(range) }
        }
        Some(Ranges { four: joined(four), six: joined(six) })
    }

    fn is_within(&self, other: &Ranges) -> bool {
        let is_in = |own: &[(u128, u128)], others: &[(u128, u128)]| {
            own.iter().all(|(first, last)| others.iter().any(|(from, to)| from <= first && last <= to))
        };
        is_in(&self.four, &other.four) && is_in(&self.six, &other.six)
    }
}

fn joined(mut ranges: Vec<(u128, u128)>) -> Vec<(u128, u128)> {
    ranges.sort_unstable();
    let mut joined: Vec<(u128, u128)> = Vec::new();
    for (first, last) in ranges {
        match joined.last_mut().filter(|(_, end)| first <= end.saturating_add(1)) {
            Some((_, end)) => *end = last.max(*end),
            None => joined.push((first, last)),
        }
    }
    joined
}

/// `10.0.0.0/8`, `10.1.2.3`, `::1/128`. Addresses of version 4 in the form of version 6 are left to the server.
fn range(text: &str) -> Option<(bool, (u128, u128))> {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
        None => (text, None),
    };
    let (is_four, bits, all) = match address.parse::<IpAddr>().ok()? {
        IpAddr::V4(address) => (true, u128::from(u32::from(address)), 32),
        IpAddr::V6(address) if address.to_ipv4_mapped().is_some() => return None,
        IpAddr::V6(address) => (false, u128::from(address), 128),
    };
    let rest = all - Some(length.unwrap_or(all)).filter(|length| *length <= all)?;
    let hosts = if rest >= 128 { u128::MAX } else { (1 << rest) - 1 };
    let first = bits & !hosts;
    Some((is_four, (first, first | hosts)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_of_addresses() {
        let set = |text: &str| text.split_whitespace().map(str::to_owned).collect::<BTreeSet<_>>();
        for (before, now, wanted) in [
            ("10.0.0.0/8", "10.1.2.3/8", Some((false, false))),
            ("10.0.0.0/9 10.128.0.0/9", "10.0.0.0/8", Some((false, false))),
            ("10.0.0.1", "10.0.0.1/32", Some((false, false))),
            ("::1", "0:0:0:0:0:0:0:1/128", Some((false, false))),
            ("10.0.0.0/8", "10.0.0.0/7", Some((true, false))),
            ("10.0.0.0/8 ::/0", "10.0.0.0/9", Some((false, true))),
            ("10.0.0.0/8", "11.0.0.0/8", Some((true, true))),
            ("10.0.0.0/8", "", Some((true, false))),
            ("", "0.0.0.0/0 ::/0", Some((false, true))),
            ("", "", Some((false, false))),
            ("10.0.0.0/33", "10.0.0.0/8", None),
            ("::ffff:10.0.0.0/104", "10.0.0.0/8", None),
            ("/run/socket", "10.0.0.0/8", None),
        ] {
            assert_eq!(beyond(&set(now), &set(before)), wanted, "{before} becomes {now}");
        }
    }
}
