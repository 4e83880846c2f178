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

#[cfg(test)]
mod tests {
    use super::nearest;

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
