//! Path patterns of policies.
//!
//! Source of the facts: `internal/vault/policy/policy.go` of OpenBao, `vault/policy.go` of Vault.

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
        let class = if has_plus_segment(&text) {
            PatternClass::Segments
        } else if text.ends_with('*') {
            text.pop();
            PatternClass::Prefix
        } else {
            PatternClass::Exact
        };
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
