//! Paths to try where a search is too long: one for each rule, as far as the rule goes inside a pattern.

use crate::model::vault::path::PathPattern;
use crate::semantics::pattern::{Part, parts};

/// A segment that policies seldom name.
const FILLER: &str = "any";

/// A path that both patterns match, wildcards taken as freely as may be; nothing if there is none.
pub(super) fn in_both(one: &PathPattern, other: &PathPattern) -> Option<String> {
    let (one, other): (Vec<Part<'_>>, Vec<Part<'_>>) = (parts(one).collect(), parts(other).collect());
    let mut segments: Vec<String> = Vec::new();
    for at in 0.. {
        let (segment, rest) = match (one.get(at), other.get(at)) {
            (None, None) => break,
            (None, Some(_)) | (Some(_), None) => return None,
            (Some(Part::Open(start)), Some(Part::Open(longer)))
            | (Some(Part::Open(longer)), Some(Part::Open(start)))
                if longer.starts_with(start) =>
            {
                (filled(longer), Some(&[][..]))
            }
            (Some(Part::Open(start)), Some(part)) => {
                (below(start, part)?, Some(other.get(at + 1..).unwrap_or_default()))
            }
            (Some(part), Some(Part::Open(start))) => {
                (below(start, part)?, Some(one.get(at + 1..).unwrap_or_default()))
            }
            (Some(Part::Any), Some(part)) | (Some(part), Some(Part::Any)) => (freely(part), None),
            (Some(Part::Literal(own)), Some(Part::Literal(text))) if own == text => {
                ((*text).to_owned(), None)
            }
            (Some(Part::Literal(_)), Some(Part::Literal(_))) => return None,
        };
        segments.push(segment);
        // Behind an open end, all that is left is for the other to say.
        if let Some(rest) = rest {
            segments.extend(rest.iter().map(freely));
            break;
        }
    }
    Some(segments.join("/"))
}

/// A segment that begins with `start` and fits `part`, which is not open.
fn below(start: &str, part: &Part<'_>) -> Option<String> {
    match part {
        Part::Literal(text) => text.starts_with(start).then(|| (*text).to_owned()),
        Part::Any => Some(filled(start)),
        Part::Open(_) => None,
    }
}

fn freely(part: &Part<'_>) -> String {
    match part {
        Part::Any => FILLER.to_owned(),
        Part::Literal(text) => (*text).to_owned(),
        Part::Open(start) => filled(start),
    }
}

fn filled(start: &str) -> String {
    if start.is_empty() { FILLER.to_owned() } else { start.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::semantics::pattern::matches;

    #[test]
    fn what_both_match_is_found() {
        for (one, other, wanted) in [
            ("kv/*", "kv/data/+/x", Some("kv/data/any/x")),
            ("kv/da*", "kv/data/app", Some("kv/data/app")),
            ("kv/da*", "kv/d*", Some("kv/da")),
            ("kv/d*", "kv/da*", Some("kv/da")),
            ("kv/a*", "kv/b*", None),
            ("+/x/*", "kv/+/y*", Some("kv/x/y")),
            ("*", "*", Some("any")),
            ("kv/+", "kv/a/b", None),
            ("kv/+/*", "kv/a", None),
            ("kv/*", "+/+/+", Some("kv/any/any")),
            ("kv/a", "kv/a", Some("kv/a")),
            ("kv/a", "kv/b", None),
            ("kv/app*", "kv/+/x", Some("kv/app/x")),
        ] {
            let (one, other) = (PathPattern::parse(one), PathPattern::parse(other));
            let found = in_both(&one, &other);
            assert_eq!(found.as_deref(), wanted, "{one} {other}");
            assert_eq!(in_both(&other, &one).as_deref(), wanted, "{other} {one}");
            for path in found.iter() {
                assert!(matches(&one, path) && matches(&other, path), "{one} {other} {path}");
            }
        }
    }
}
