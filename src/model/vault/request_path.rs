//! Paths of requests, as people write them in questions and claims.
//!
//! A path that no request ever has makes every answer about it worthless: nothing matches, so it is "no" for no reason.
//! Source: the HTTP handlers of the servers, and what a live server answers.

/// What is wrong with the path of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathFault {
    /// One lower-case phrase.
    pub message: String,
    /// The remedy.
    pub help: String,
}

/// Why the access check never sees this path; nothing if it may. Slashes in front are for the caller to judge.
pub fn fault(path: &str) -> Option<PathFault> {
    let say =
        |message: &str, help: &str| Some(PathFault { message: message.to_owned(), help: help.to_owned() });
    let path = path.trim_start_matches('/');
    if path.contains("://") {
        return say("this is a URL, and no request path", "write what follows `/v1/`");
    }
    if path == "v1" || path.starts_with("v1/") {
        return say("`v1/` is no part of a request path", "policies speak of what follows it");
    }
    if path.trim() != path {
        return say("white space at the edge of a request path", "leave it out: policies match byte by byte");
    }
    if path.chars().any(is_turned_away) {
        return say(
            "servers turn away a path with such characters in it",
            "leave out control characters and those that are not to be seen",
        );
    }
    let inner = path.strip_suffix('/').unwrap_or(path);
    if inner.split('/').any(|segment| matches!(segment, "." | ".."))
        || inner.contains("//")
        || inner.ends_with('/')
    {
        return say(
            "servers turn away a path with `.`, `..` or an empty segment, or redirect it to a clean one",
            "write the path that it leads to",
        );
    }
    if path.contains('?') {
        return say("what follows `?` is a query and no part of the path", "leave it out");
    }
    let mut encoded = path.split('%').skip(1).filter_map(|rest| rest.get(..2));
    if encoded.any(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit())) {
        return say(
            "servers decode `%` with two digits behind it before they check a path",
            "write the character that it stands for",
        );
    }
    None
}

/// True if it stands for many paths.
pub fn has_wildcard(path: &str) -> bool {
    path.contains('*') || path.split('/').any(|segment| segment == "+")
}

/// What servers do not take for printable, other than white space beyond ASCII, which they do not take either.
fn is_turned_away(c: char) -> bool {
    let is_format = matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{e007f}'
    );
    c.is_control() || is_format || (c.is_whitespace() && c != ' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_no_request_has() {
        for (path, wanted) in [
            ("secret/data/app", None),
            ("secret/metadata/app/", None),
            ("/secret/data/app", None),
            ("secret/a b", None),
            ("secret/100%", None),
            ("secret/100%zz", None),
            ("secret/ünïcode", None),
            ("v10/x", None),
            ("secret/v1/x", None),
            ("secret/...", None),
            ("", None),
            ("v1/secret/data/app", Some("no part")),
            ("/v1/secret/data/app", Some("no part")),
            ("https://vault:8200/v1/secret/data/app", Some("URL")),
            (" secret/data/app", Some("white space")),
            ("secret/data/app\n", Some("white space")),
            ("secret/da\nta", Some("such characters")),
            ("secret/\u{1b}[31m", Some("such characters")),
            ("secret/a\u{202e}b", Some("such characters")),
            ("secret/a\u{a0}b", Some("such characters")),
            ("secret/../x", Some("clean one")),
            ("secret/./x", Some("clean one")),
            ("secret//x", Some("clean one")),
            ("secret/x//", Some("clean one")),
            ("secret/x/..", Some("clean one")),
            ("secret/x?version=2", Some("query")),
            ("secret/my%20app", Some("decode")),
            ("secret/%2e%2e/x", Some("decode")),
        ] {
            let found = fault(path).map(|fault| fault.message);
            match (found, wanted) {
                (None, None) => {}
                (Some(found), Some(wanted)) => assert!(found.contains(wanted), "{path:?}: {found}"),
                (found, wanted) => panic!("{path:?}: {found:?}, wanted {wanted:?}"),
            }
        }
    }

    #[test]
    fn wildcards_are_told_from_their_characters() {
        for (path, wanted) in
            [("a/*", true), ("a/+/b", true), ("+", true), ("a*b", true), ("a/c++", false), ("a", false)]
        {
            assert_eq!(has_wildcard(path), wanted, "{path}");
        }
    }
}
