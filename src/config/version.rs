//! `required-version`: which versions of this program a configuration is written for.

/// The version of this program.
pub const OWN: &str = env!("CARGO_PKG_VERSION");

/// True if the version meets all comparisons of a requirement such as `>=0.1, <2`; nothing if that is no requirement.
///
/// A comparison is one of `>=`, `>`, `<=`, `<`, `=` and up to three numbers; missing ones are 0. What follows a `-` in
/// the version is not compared: a version that is still to come counts as that version.
pub fn meets(version: &str, requirement: &str) -> Option<bool> {
    let own = numbers(version.split(['-', '+']).next()?)?;
    let mut met = true;
    for comparison in requirement.split(',') {
        let comparison = comparison.trim();
        let (sign, rest) = [">=", "<=", ">", "<", "="]
            .iter()
            .find_map(|sign| Some((*sign, comparison.strip_prefix(sign)?)))?;
        let wanted = numbers(rest.trim())?;
        met &= match sign {
            ">=" => own >= wanted,
            "<=" => own <= wanted,
            ">" => own > wanted,
            "<" => own < wanted,
            _ => own == wanted,
        };
    }
    Some(met)
}

fn numbers(text: &str) -> Option<[u64; 3]> {
    let mut numbers = [0; 3];
    let mut parts = text.split('.');
    for (number, part) in numbers.iter_mut().zip(parts.by_ref()) {
        if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements() {
        for (version, requirement, met) in [
            ("0.1.0", ">=0.1", Some(true)),
            ("0.1.0", ">0.1", Some(false)),
            ("0.10.0", ">=0.9", Some(true)),
            ("1.2.3", ">=1.2.3, <2", Some(true)),
            ("2.0.0", ">=1.2.3,<2", Some(false)),
            ("1.2.3", "=1.2.3", Some(true)),
            ("1.2.3", "= 1.2", Some(false)),
            ("1.2.3", "<=1.2.3", Some(true)),
            ("1.3.0-rc.1", ">=1.3", Some(true)),
            ("1.0.0", "1.0", None),
            ("1.0.0", "", None),
            ("1.0.0", ">=1.0,", None),
            ("1.0.0", ">=1.x", None),
            ("1.0.0", ">=1.0.0.0", None),
            ("1.0.0", ">=+1", None),
            ("1.0.0", ">=99999999999999999999", None),
        ] {
            assert_eq!(meets(version, requirement), met, "{version} {requirement}");
        }
        assert_eq!(meets(OWN, ">=0"), Some(true));
    }
}
