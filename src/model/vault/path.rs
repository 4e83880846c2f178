//! Path patterns of policies.
//!
//! Source of the facts: `internal/vault/policy/policy.go` of OpenBao, `vault/policy.go` of Vault.

use std::borrow::Cow;
use std::fmt;

/// The pattern of a path rule: what the server keeps of the label.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PathPattern {
    /// The label without one leading slash, and of a prefix pattern without its one trailing `*`.
    pub text: String,
    /// In which of the three stores it lies.
    pub class: PatternClass,
}

/// How a pattern is matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PatternClass {
    /// Byte for byte.
    Exact,
    /// Every path that starts with the text.
    Prefix,
    /// Segment by segment; `+` stands for one segment, a trailing `*` for any rest.
    Segments,
}

impl PathPattern {
    /// Reads a label as the server does. Total: a label that the server refuses (`+*`) still has a reading.
    pub fn parse(label: &str) -> PathPattern {
        PathPattern::stored(label.strip_prefix('/').unwrap_or(label).to_owned())
    }

    /// Reads a label whose leading slash the server has taken off already.
    pub fn stored(mut text: String) -> PathPattern {
        let (kept, class) = PatternClass::of(&text);
        text.truncate(kept.len());
        PathPattern { text, class }
    }

    /// True if more than one path can match.
    pub fn has_wildcard(&self) -> bool {
        self.class != PatternClass::Exact
    }

    /// The segments of the text, a trailing `*` of a segment pattern included.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.text.split('/')
    }

    /// The part before the first wildcard.
    pub fn fixed_prefix(&self) -> &str {
        match self.class {
            PatternClass::Exact | PatternClass::Prefix => &self.text,
            PatternClass::Segments => {
                let at =
                    if self.text.starts_with('+') { Some(0) } else { self.text.find("/+").map(|at| at + 1) };
                let end = at.unwrap_or(self.text.len());
                self.text.get(..end).unwrap_or(&self.text)
            }
        }
    }
}

impl PatternClass {
    /// How a label without a leading slash is matched, and what of it is the text of the pattern.
    pub fn of(label: &str) -> (&str, PatternClass) {
        if has_plus_segment(label) {
            return (label, PatternClass::Segments);
        }
        match label.strip_suffix('*') {
            Some(text) => (text, PatternClass::Prefix),
            None => (label, PatternClass::Exact),
        }
    }
}

/// True if a segment begins with `+`, the last one only behind another.
fn has_plus_segment(text: &str) -> bool {
    // Most labels hold no `+`, and looking for one byte is fast.
    text.contains('+') && (text == "+" || text.contains("/+") || text.starts_with("+/"))
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        if self.class == PatternClass::Prefix { f.write_str("*") } else { Ok(()) }
    }
}

/// The first segment of a path or pattern that no request path holds: `""` between two slashes, `.` or `..`. A slash at
/// the end is fine, and templates stand for text that is not known.
///
/// Servers answer such a request with a redirect to the path without it, or with "relative paths not supported". Only
/// an empty segment can be smuggled in, with one of the slashes written as `%2F` (tried on OpenBao 2.7).
pub fn unsent_segment(path: &str) -> Option<&'static str> {
    let mut before = b'/';
    let may_hold = path.bytes().any(|byte| {
        let starts = before == b'/' && matches!(byte, b'/' | b'.');
        before = byte;
        starts
    });
    if !may_hold {
        return None;
    }
    let path = without_templates(path);
    let mut segments = path.split('/').peekable();
    while let Some(segment) = segments.next() {
        match segment {
            "" if segments.peek().is_some() => return Some(""),
            "." => return Some("."),
            ".." => return Some(".."),
            _ => {}
        }
    }
    None
}

/// The path with `{{}}` in the place of each template.
fn without_templates(path: &str) -> Cow<'_, str> {
    if !path.contains("{{") {
        return Cow::Borrowed(path);
    }
    let mut out = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        out.push_str("{{}}");
        rest = after.split_once("}}").map_or("", |(_, rest)| rest);
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::unsent_segment;

    #[test]
    fn segments_that_no_request_holds() {
        for (path, wanted) in [
            ("secret/data/a//b", Some("")),
            ("secret//*", Some("")),
            ("secret/a//", Some("")),
            ("secret/+//b", Some("")),
            ("//x", Some("")),
            ("./secret/a", Some(".")),
            ("secret/./*", Some(".")),
            ("secret/a/.", Some(".")),
            ("secret/../b", Some("..")),
            ("secret/a/..", Some("..")),
            ("secret/a/", None),
            ("secret/.a/..b/...", None),
            ("secret/..*", None),
            ("secret/.*", None),
            ("secret/{{identity.entity.metadata.a//b}}/c", None),
            ("secret/{{identity.entity.id}}//c", Some("")),
            ("+/*", None),
            ("", None),
        ] {
            assert_eq!(unsent_segment(path), wanted, "{path}");
        }
    }
}
