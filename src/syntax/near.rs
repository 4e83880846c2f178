//! The word that was meant.

/// The candidate that `word` is most likely a slip of, if any is near enough: of equally near ones the first
/// that starts with the same letter.
///
/// Upper case, `-`, `_` and blanks make no difference. A slip is at most one letter in four, transposed letters count as one.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |text: &str| text.to_lowercase().replace(['-', '_', ' '], "");
    let wanted = plain(word);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &plain(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= 1.max(candidate.chars().count() / 4))
        .min_by_key(|(distance, candidate)| {
            (*distance, plain(candidate).chars().next() != wanted.chars().next())
        })
        .map(|(_, candidate)| candidate)
}

/// True if `name` is a letter or two off `other`: one in up to twelve letters, two in more. In a name of less than
/// `shortest` letters that means nothing.
pub fn is_slip(name: &str, other: &str, shortest: usize) -> bool {
    let allowed = match other.len() {
        length if length < shortest => return false,
        0..=12 => 1,
        _ => 2,
    };
    name.len().abs_diff(other.len()) <= allowed && strsim::osa_distance(name, other) <= allowed
}

#[cfg(test)]
mod tests {
    use super::{is_slip, nearest};

    #[test]
    fn long_names_may_be_a_letter_or_two_off() {
        for (name, other, shortest, wanted) in [
            ("reader", "raeder", 5, true),
            ("reader", "raeder", 8, false),
            ("reader", "rwader-a", 5, false),
            ("deployer", "deployr", 8, false),
            ("deployr", "deployer", 8, true),
            ("certificate-mnagr", "certificate-manager", 8, true),
            ("app", "apq", 5, false),
        ] {
            assert_eq!(is_slip(name, other, shortest), wanted, "{name} {other}");
        }
    }

    #[test]
    fn a_slip_finds_its_word() {
        let known = ["token_ttl", "token_max_ttl", "audience", "read", "wildcard-namespace"];
        for (word, near) in [
            ("token-ttl", Some("token_ttl")),
            ("tokenMaxTtl", Some("token_max_ttl")),
            ("Audience", Some("audience")),
            ("audeince", Some("audience")),
            ("raed", Some("read")),
            ("wildcard-namespaces", Some("wildcard-namespace")),
            ("bound_audiences", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, known), near, "{word}");
        }
    }
}
