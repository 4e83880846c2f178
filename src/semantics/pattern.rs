//! What path patterns match, and how two of them relate.
//!
//! Source of the facts: `internal/vault/policy/acl.go` of OpenBao, `vault/acl.go` of Vault.

use crate::model::vault::path::{PathPattern, PatternClass};

/// True if the rule of this pattern applies to the request path `path` (without a leading slash), before any
/// question of priority between rules.
///
/// ```
/// use rolewright::model::vault::path::PathPattern;
/// use rolewright::semantics::pattern::matches;
///
/// assert!(matches(&PathPattern::parse("secret/+/app*"), "secret/data/app-1/db"));
/// assert!(!matches(&PathPattern::parse("secret/data/*/db"), "secret/data/app/db"), "an inner star is a star");
/// ```
pub fn matches(pattern: &PathPattern, path: &str) -> bool {
    match pattern.class {
        PatternClass::Exact => path == pattern.text,
        PatternClass::Prefix => path.starts_with(&pattern.text),
        PatternClass::Segments => {
            let rule: Vec<Part<'_>> = parts(pattern).collect();
            let mut request = path.split('/');
            for part in &rule {
                let Some(segment) = request.next() else { return false };
                if !part.admits(segment) {
                    return false;
                }
            }
            rule.last().is_some_and(|last| last.is_open()) || request.next().is_none()
        }
    }
}

/// True if at least one path is matched by both.
pub fn overlaps(one: &PathPattern, other: &PathPattern) -> bool {
    meet(parts(one), parts(other))
}

/// The same for a label without a leading slash.
pub fn label_overlaps(label: &str, other: &PathPattern) -> bool {
    let (text, class) = PatternClass::of(label);
    meet(parts_of(text, class), parts(other))
}

fn meet<'a>(mut left: impl Iterator<Item = Part<'a>>, mut right: impl Iterator<Item = Part<'a>>) -> bool {
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (None, Some(_)) | (Some(_), None) => return false,
            (Some(a), Some(b)) => {
                if !a.meets(b) {
                    return false;
                }
                if a.is_open() || b.is_open() {
                    // The open side takes whatever the other one still asks for; at least this many segments are there.
                    return true;
                }
            }
        }
    }
}

/// A path that both match, with `x` where any text will do; nothing if there is none.
pub fn common(one: &PathPattern, other: &PathPattern) -> Option<String> {
    let (mut left, mut right) = (parts(one), parts(other));
    let mut path: Vec<&str> = Vec::new();
    loop {
        match (left.next(), right.next()) {
            (None, None) => break,
            (None, Some(_)) | (Some(_), None) => return None,
            (Some(a), Some(b)) => {
                if !a.meets(b) {
                    return None;
                }
                path.push(a.shared(b));
                if a.is_open() || b.is_open() {
                    // An open part is the last one of its pattern, so one side at most goes on.
                    path.extend(left.chain(right).map(|part| part.shared(Part::Any)));
                    break;
                }
            }
        }
    }
    Some(path.join("/"))
}

/// True if every path that `narrow` matches is matched by `broad` too.
pub fn covers(broad: &PathPattern, narrow: &PathPattern) -> bool {
    let (mut left, mut right) = (parts(broad), parts(narrow));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (None, Some(_)) | (Some(_), None) => return false,
            (Some(a), Some(b)) => {
                if !a.includes(b) {
                    return false;
                }
                if a.is_open() {
                    return true;
                }
                if b.is_open() {
                    return false;
                }
            }
        }
    }
}

/// True if the pattern matches paths under every mount: `*`, `+/*`, `+/+/*`, ….
pub fn is_everything(pattern: &PathPattern) -> bool {
    parts(pattern).all(|part| matches!(part, Part::Any | Part::Open(""))) && parts(pattern).any(Part::is_open)
}

/// One segment of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// `+`: one segment of any text, the empty one included.
    Any,
    /// This text.
    Literal(&'a str),
    /// Text that starts so, and any further segments.
    Open(&'a str),
}

impl<'a> Part<'a> {
    fn is_open(self) -> bool {
        matches!(self, Part::Open(_))
    }

    fn admits(self, segment: &str) -> bool {
        match self {
            Part::Any => true,
            Part::Literal(text) => text == segment,
            Part::Open(start) => segment.starts_with(start),
        }
    }

    fn meets(self, other: Part<'_>) -> bool {
        match (self, other) {
            (Part::Any, _) | (_, Part::Any) => true,
            (Part::Literal(text), part) | (part, Part::Literal(text)) => part.admits(text),
            (Part::Open(a), Part::Open(b)) => a.starts_with(b) || b.starts_with(a),
        }
    }

    /// A segment that both admit, of two that meet.
    fn shared(self, other: Part<'a>) -> &'a str {
        let text = match (self, other) {
            (Part::Literal(text), _) | (_, Part::Literal(text)) => return text,
            (Part::Open(a), Part::Open(b)) if a.len() > b.len() => a,
            (Part::Any, Part::Any) => "",
            (Part::Open(text), Part::Any) | (_, Part::Open(text)) => text,
        };
        if text.is_empty() { "x" } else { text }
    }

    fn includes(self, other: Part<'_>) -> bool {
        match (self, other) {
            (Part::Any, Part::Open(_)) => false,
            (Part::Any, _) => true,
            (Part::Literal(a), Part::Literal(b)) => a == b,
            (Part::Literal(_), _) => false,
            (Part::Open(start), Part::Literal(text) | Part::Open(text)) => text.starts_with(start),
            (Part::Open(start), Part::Any) => start.is_empty(),
        }
    }
}

/// The segments; only the last one can be open.
pub(super) fn parts(pattern: &PathPattern) -> impl Iterator<Item = Part<'_>> {
    parts_of(&pattern.text, pattern.class)
}

fn parts_of(text: &str, class: PatternClass) -> impl Iterator<Item = Part<'_>> {
    let (text, open) = match class {
        PatternClass::Exact => (text, false),
        PatternClass::Prefix => (text, true),
        PatternClass::Segments => match text.strip_suffix('*') {
            Some(text) => (text, true),
            None => (text, false),
        },
    };
    let plus = class == PatternClass::Segments;
    let mut segments = text.split('/').peekable();
    std::iter::from_fn(move || {
        let segment = segments.next()?;
        Some(if open && segments.peek().is_none() {
            Part::Open(segment)
        } else if plus && segment == "+" {
            Part::Any
        } else {
            Part::Literal(segment)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(label: &str) -> PathPattern {
        PathPattern::parse(label)
    }

    #[test]
    fn a_pattern_matches_as_the_server_does() {
        let table = [
            ("secret/foo", "secret/foo", true),
            ("secret/foo", "secret/foo/", false),
            ("/secret/foo", "secret/foo", true),
            ("secret/*", "secret/", true),
            ("secret/*", "secret", false),
            ("secret/foo/*", "secret/foo", false),
            ("secret/data/app*", "secret/data/app1/x/y", true),
            ("*", "", true),
            ("*", "sys/seal", true),
            ("secret/+", "secret/", true),
            ("secret/+", "secret/a/b", false),
            ("a/+/b", "a//b", true),
            ("secret/+/team-*", "secret/data/team-a/x", true),
            ("secret/+/team-*", "secret/data", false),
            ("secret/*/config", "secret/data/config", false),
            ("secret/*/config", "secret/*/config", true),
            ("+/data/app", "kv/data/app", true),
            ("+", "sys", true),
            ("+/*", "sys", false),
            ("+/*", "sys/", true),
            ("secret/x+", "secret/x+", true),
            ("secret/x+", "secret/xy", false),
        ];
        for (label, path, expected) in table {
            assert_eq!(matches(&pattern(label), path), expected, "{label} on {path}");
        }
    }

    #[test]
    fn relations_of_patterns() {
        // left, right, overlap, left covers right, right covers left
        let table = [
            ("secret/*", "secret/data/app", true, true, false),
            ("secret/*", "secret/+/app", true, true, false),
            ("secret/+/app", "secret/data/*", true, false, false),
            ("secret/+/app", "secret/data/app", true, true, false),
            ("secret/a*", "secret/ab*", true, true, false),
            ("secret/a*", "secret/b*", false, false, false),
            ("secret/a", "secret/a/b", false, false, false),
            ("*", "+/*", true, true, false),
            ("+/+", "+/*", true, false, true),
            ("secret/+", "secret/*", true, false, true),
            ("secret/foo/*", "secret/foo", false, false, false),
            ("auth/+/role/*", "auth/kubernetes/*", true, false, false),
            ("a/+/c", "a/b", false, false, false),
            ("a", "a", true, true, true),
        ];
        for (left, right, overlap, covered, covering) in table {
            let (a, b) = (pattern(left), pattern(right));
            assert_eq!(overlaps(&a, &b), overlap, "{left} overlaps {right}");
            assert_eq!(overlaps(&b, &a), overlap, "{right} overlaps {left}");
            for path in [common(&a, &b), common(&b, &a)] {
                assert_eq!(path.is_some(), overlap, "{left} and {right}");
                assert!(
                    path.is_none_or(|path| matches(&a, &path) && matches(&b, &path)),
                    "{left} and {right}"
                );
            }
            assert_eq!(covers(&a, &b), covered, "{left} covers {right}");
            assert_eq!(covers(&b, &a), covering, "{right} covers {left}");
        }
    }

    #[test]
    fn everything() {
        for label in ["*", "/*", "+/*", "+/+/*"] {
            assert!(is_everything(&pattern(label)), "{label}");
        }
        for label in ["+", "+/+", "secret/*", "+/data/*", "a*", "+/a*", ""] {
            assert!(!is_everything(&pattern(label)), "{label}");
        }
    }
}
