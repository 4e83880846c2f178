//! Which of several wildcard patterns that match one path decides.
//!
//! One pattern decides alone; nothing is united across patterns, and a `deny` in a pattern that loses has no say.
//! Exact patterns stand above all this: where one matches, it decides.
//!
//! Source: `CheckAllowedFromNonExactPaths` in `vault/acl.go` of Vault and `internal/vault/policy/acl.go` of OpenBao.

use std::cmp::{Ordering, Reverse};

use crate::model::vault::path::{PathPattern, PatternClass};

/// The rank of a wildcard pattern; the greatest one decides.
///
/// ```
/// use rolewright::model::vault::path::PathPattern;
/// use rolewright::semantics::precedence::Precedence;
///
/// let [allow, deny] = ["secret/*", "secret/+/private/*"].map(PathPattern::parse);
/// assert!(Precedence::of(&allow) > Precedence::of(&deny), "fewer `+` win, however short the pattern");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Precedence<'a> {
    /// Byte index of the first wildcard. Any `+` in a segment pattern counts, one that is part of a word included.
    first_wildcard: usize,
    /// Does not end in `*`.
    closed: bool,
    /// How many segments are `+`.
    plus_segments: Reverse<usize>,
    /// Length without the final `*`.
    length: usize,
    /// The text without the final `*`.
    text: &'a str,
}

/// The first respect in which two patterns differ, in the order in which the server looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Criterion {
    /// The winner's first wildcard comes later.
    FirstWildcard,
    /// The winner does not end in `*`.
    Closed,
    /// The winner has fewer `+` segments.
    PlusSegments,
    /// The winner is longer.
    Length,
    /// The winner sorts after the loser.
    Text,
}

impl<'a> Precedence<'a> {
    /// The rank of `pattern`. For an exact pattern it has no meaning, as the server never compares one.
    pub fn of(pattern: &'a PathPattern) -> Precedence<'a> {
        let text = pattern.text.as_str();
        match pattern.class {
            PatternClass::Exact | PatternClass::Prefix => Precedence {
                first_wildcard: text.len(),
                closed: pattern.class == PatternClass::Exact,
                plus_segments: Reverse(0),
                length: text.len(),
                text,
            },
            PatternClass::Segments => {
                let open = text.strip_suffix('*');
                let text = open.unwrap_or(text);
                Precedence {
                    first_wildcard: text.find('+').unwrap_or(text.len()),
                    closed: open.is_none(),
                    plus_segments: Reverse(text.split('/').filter(|segment| *segment == "+").count()),
                    length: text.len(),
                    text,
                }
            }
        }
    }

    /// What decides between the two; nothing if they are equal.
    pub fn criterion(&self, other: &Precedence<'_>) -> Option<Criterion> {
        let by = |ordering: Ordering, criterion| (ordering != Ordering::Equal).then_some(criterion);
        by(self.first_wildcard.cmp(&other.first_wildcard), Criterion::FirstWildcard)
            .or(by(self.closed.cmp(&other.closed), Criterion::Closed))
            .or(by(self.plus_segments.cmp(&other.plus_segments), Criterion::PlusSegments))
            .or(by(self.length.cmp(&other.length), Criterion::Length))
            .or(by(self.text.cmp(other.text), Criterion::Text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn winners_and_why() {
        let table = [
            ("secret/foo/*", "secret/*", Criterion::FirstWildcard),
            ("secret/foo/+/x", "secret/+/bar/x", Criterion::FirstWildcard),
            ("a/b/*", "a/+/secret", Criterion::FirstWildcard),
            ("secret/+", "secret/*", Criterion::Closed),
            ("secret/+/bar", "secret/+/ba*", Criterion::Closed),
            ("secret/*", "secret/+/private/*", Criterion::PlusSegments),
            ("a/+/b/c", "a/+/+/c", Criterion::PlusSegments),
            ("a/+/bar/ba*", "a/+/bar/b*", Criterion::Length),
            ("a/+/c/+", "a/+/+/b", Criterion::Text),
            ("a/+x/+", "a/+/+", Criterion::PlusSegments),
        ];
        for (winner, loser, criterion) in table {
            let (a, b) = (PathPattern::parse(winner), PathPattern::parse(loser));
            let (high, low) = (Precedence::of(&a), Precedence::of(&b));
            assert!(high > low, "{winner} over {loser}");
            assert_eq!(high.criterion(&low), Some(criterion), "{winner} over {loser}");
            assert_eq!(low.criterion(&high), Some(criterion), "{loser} under {winner}");
            assert_eq!(high.criterion(&high), None);
        }
    }
}
