#![allow(clippy::string_slice)]

use super::*;
use crate::syntax::SourceId;

/// Every `#`, `//` and `/*` comment of a text without strings.
fn comments_of(text: &str) -> Vec<Range<usize>> {
    let mut comments = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find(['#', '/']).map(|found| at + found) {
        let rest = &text[found..];
        let length = if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else {
            rest.find('\n').unwrap_or(rest.len())
        };
        comments.push(found..found + length);
        at = found + length;
    }
    comments
}

/// Texts, their nodes as pieces of the text, and what is expected: `rules | reason | covered text or fault`.
const CASES: &[(&str, &[&str], &str)] = &[
    ("a {\n x\n} # rolewright: allow(r) why", &["a {\n x\n}"], "r|why|"),
    ("a { # rolewright: allow(r) why\n x\n}", &["a { # rolewright: allow(r) why\n x\n}", "x"], "r|why|a {"),
    ("# rolewright: allow(one, two-three) because of x\na 1", &["a 1"], "one,two-three|because of x|a 1"),
    ("# rolewright: allow(r)\n\n# other\n---\na 1", &["a 1"], "r||a 1"),
    ("--- # rolewright: allow(r)\na 1", &["a 1"], "r||a 1"),
    ("# rolewright: allow(r)\n--- # other\na 1", &["a 1"], "r||a 1"),
    ("// rolewright: allow(r): why\na", &["a"], "r|why|a"),
    ("/* rolewright: allow(r) why */\na", &["a"], "r|why|a"),
    ("# rolewright: allow(r) why\n/* long\n comment */ a", &["a"], "r|why|a"),
    ("#rolewright:allow(r)why\r\na", &["a"], "r|why|a"),
    ("a\n# rolewright: allow(r) why", &["a"], "r|why|"),
    ("# rolewright: allow wildcard\na", &["a"], "||the rule names of `allow` stand in parentheses"),
    ("# rolewright: allow()\na", &["a"], "||`allow()` names no rule"),
    ("# rolewright: allow( , )\na", &["a"], "||`allow()` names no rule"),
    ("# rolewright: allow(a b) c\na", &["a"], "||`a b` is no rule name"),
    ("# rolewright: allow(a\na", &["a"], "||the parenthesis after `allow` is never closed"),
    ("# rolewright: alow(a)\na", &["a"], "||`alow` is no directive; did you mean `allow`?"),
    ("# rolewright: ignore(a)\na", &["a"], "||`ignore` is no directive; write `allow(rule-name) reason`"),
    ("# rolewright:\na", &["a"], "||a directive needs a verb"),
    ("# rolewright: allow(r): until=2027-03-31 why\na", &["a"], "r|2027-03-31 why|a"),
    ("# rolewright: allow(r) - until=2027-03-31: why\na", &["a"], "r|2027-03-31 why|a"),
    ("# rolewright: allow(r)until=2027-03-31, why\na", &["a"], "r|2027-03-31 why|a"),
    (
        "# rolewright: allow(r) holds until somebody asks, see #12-3\na",
        &["a"],
        "r|holds until somebody asks, see #12-3|a",
    ),
    ("# rolewright: allow(r) until 1.20.4 is out\na", &["a"], "r|until 1.20.4 is out|a"),
    (
        "# rolewright: allow(r) why until=2027-03-31\na",
        &["a"],
        "||`until=2027-03-31` does not limit the time",
    ),
    ("# rolewright: allow(r) why, until=soon\na", &["a"], "||`until=soon` does not limit the time"),
    (
        "# rolewright: allow(r) Until=2027-03-31 why\na",
        &["a"],
        "||`Until=2027-03-31` does not limit the time",
    ),
    (
        "# rolewright: allow(r) until: 2027-03-31 why\na",
        &["a"],
        "||`until: 2027-03-31` does not limit the time",
    ),
    ("# rolewright: allow(r) until 2027-3-31\na", &["a"], "||`until 2027-3-31` does not limit the time"),
    (
        "# rolewright: allow(r) fine (until 31.03.2027)\na",
        &["a"],
        "||`until 31.03.2027` does not limit the time",
    ),
    (
        "# rolewright: allow(r) (until=2027-03-31) é\na",
        &["a"],
        "||`until=2027-03-31` does not limit the time",
    ),
    ("# rolewright: allow(r) until=2027-3-31 why\na", &["a"], "||`until=2027-3-31` is no date"),
];

#[test]
fn directives_are_read_with_what_they_cover() {
    let place = Place::from(SourceId(0), 0);
    for (text, nodes, expected) in CASES {
        let nodes: Vec<_> = nodes.iter().map(|node| (text.rfind(node).unwrap(), node.len())).collect();
        let nodes: Vec<_> = nodes.iter().map(|(start, length)| *start..start + length).collect();
        let nodes = Nodes::new(nodes);
        let found = read(text, &place, &comments_of(text), &nodes, &nodes);
        assert_eq!(found.len(), 1, "{text}");
        let directive = &found[0];
        let rules: Vec<_> = directive.rules.iter().map(Spanned::as_str).collect();
        for rule in &directive.rules {
            assert_eq!(&text[rule.span.range()], rule.value, "{text}");
        }
        let covered = &text[directive.covers.range()];
        let shown = directive.fault.as_ref().map_or(covered, |fault| fault.message.as_str());
        let parts: Vec<&str> = expected.split('|').collect();
        assert_eq!(rules.join(","), parts[0], "{text}");
        let until = directive.until.as_ref().map(|until| format!("{} ", until.value)).unwrap_or_default();
        assert_eq!(format!("{until}{}", directive.reason), parts[1], "{text}");
        assert!(shown.starts_with(parts[2]), "{text}: {shown}");
        assert_eq!(shown.is_empty(), parts[2].is_empty(), "{text}: {shown}");
    }
}

#[test]
fn other_comments_are_no_directives() {
    for text in ["#~ wildcard-verb\na", "# see rolewright: allow(x)\na", "# rolewright\na", "# allow(x)\na"] {
        let place = Place::from(SourceId(0), 0);
        let none = Nodes::new(Vec::new());
        assert!(read(text, &place, &comments_of(text), &none, &none).is_empty(), "{text}");
    }
}
