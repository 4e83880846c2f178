//! The requests to an API server that a pattern stands for.

/// What `on` and `named` of a claim stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestPattern<'p> {
    /// Requests for resources.
    Resources(ResourcePattern<'p>),
    /// Requests for paths outside of the resource API.
    Urls(UrlPattern<'p>),
}

/// Requests for resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResourcePattern<'p> {
    /// The API group, `""` for the core group; nothing for any, those of extensions among them.
    pub group: Option<&'p str>,
    /// The resource and its parts.
    pub kinds: Kinds<'p>,
    /// The object; nothing for any, and for requests without a name.
    pub name: Option<&'p str>,
}

/// Resources with or without a part, as rules and claims name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kinds<'p> {
    /// The resource; nothing for any.
    pub resource: Option<&'p str>,
    /// What stands behind the slash.
    pub part: Part<'p>,
}

/// What stands behind the slash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'p> {
    /// Nothing: the resource itself.
    None,
    /// This subresource.
    Named(&'p str),
    /// Any subresource.
    Any,
    /// Any subresource, or none.
    NoneOrAny,
}

/// Paths outside of the resource API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UrlPattern<'p> {
    /// The path, or what it begins with.
    pub stem: &'p str,
    /// True if anything may follow.
    pub open: bool,
}

/// Why a text is no pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RequestPatternError {
    /// A `*` that is part of a word, or a `+`.
    #[error(
        "`*` stands for a whole word in questions to Kubernetes: `*`, `*.GROUP`, `RESOURCE.*`, `RESOURCE/*`, \
         `*/SUBRESOURCE`"
    )]
    InsideWord,
    /// A `*` of a path that is not at its end.
    #[error("a `*` stands for the rest of a path, at its end")]
    InsidePath,
}

impl<'p> RequestPattern<'p> {
    /// Reads what is asked about: `RESOURCE[.GROUP][/SUBRESOURCE]`, in which each word may be `*`, or `/PATH` with a `*`
    /// at its end or none. Without a group, the core group is meant, and with `*` as the resource any group; a lone `*`,
    /// `*.GROUP` and `RESOURCE.*` stand for every resource with all its parts, `RESOURCE/*` for all parts of one, and
    /// `*` as `named` for any object.
    pub fn parse(on: &'p str, named: Option<&'p str>) -> Result<RequestPattern<'p>, RequestPatternError> {
        if on.starts_with('/') {
            let (stem, open) = on.strip_suffix('*').map_or((on, false), |stem| (stem, true));
            return match stem.contains('*') {
                true => Err(RequestPatternError::InsidePath),
                false => Ok(RequestPattern::Urls(UrlPattern { stem, open })),
            };
        }
        let (words, part) = match on.split_once('/') {
            Some((words, part)) => (words, Some(part)),
            None => (on, None),
        };
        let (resource, group) = match words.split_once('.') {
            Some((resource, group)) => (resource, Some(group)),
            None => (words, None),
        };
        let is_partial = |word: &str| word != "*" && (word.contains('*') || word == "+");
        if [Some(resource), group, part].into_iter().flatten().any(is_partial) {
            return Err(RequestPatternError::InsideWord);
        }
        let any = |word: &'p str| (word != "*").then_some(word);
        let resource = any(resource);
        let part = match part {
            Some("*") => Part::Any,
            Some(part) => Part::Named(part),
            None if resource.is_none() => Part::NoneOrAny,
            None => Part::None,
        };
        let group = match group {
            Some(group) => any(group),
            None => resource.map(|_| ""),
        };
        Ok(RequestPattern::Resources(ResourcePattern {
            group,
            kinds: Kinds { resource, part },
            name: named.and_then(any),
        }))
    }
}

impl<'p> Kinds<'p> {
    /// An entry of `resources` of a rule; nothing if no request is for it, as that of `pods/*`, which is plain text.
    pub fn of_rule(entry: &'p str) -> Option<Kinds<'p>> {
        let (resource, part) = match entry.split_once('/') {
            Some((resource, part)) => (resource, Some(part)),
            None => (entry, None),
        };
        let kinds = match (resource, part) {
            ("*", None) => Kinds { resource: None, part: Part::NoneOrAny },
            ("*", Some(part)) => Kinds { resource: None, part: Part::Named(part) },
            (resource, None) => Kinds { resource: Some(resource), part: Part::None },
            (resource, Some(part)) => Kinds { resource: Some(resource), part: Part::Named(part) },
        };
        let is_no_word = |word: &str| word.is_empty() || word.contains('*');
        let is_plain_text = kinds.resource.is_some_and(is_no_word)
            || matches!(kinds.part, Part::Named(part) if is_no_word(part));
        (!is_plain_text).then_some(kinds)
    }

    /// What both stand for.
    pub fn meet(self, other: Kinds<'p>) -> Option<Kinds<'p>> {
        let resource = match (self.resource, other.resource) {
            (Some(one), Some(two)) if one != two => return None,
            (one, two) => one.or(two),
        };
        let part = match (self.part, other.part) {
            (Part::NoneOrAny, part) | (part, Part::NoneOrAny) => part,
            (Part::Any, Part::None) | (Part::None, Part::Any) => return None,
            (Part::Any, part) | (part, Part::Any) => part,
            (one, two) if one == two => one,
            _ => return None,
        };
        Some(Kinds { resource, part })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        use Part::{Any, Named, None as Alone, NoneOrAny};
        for (on, named, group, resource, part, name) in [
            ("secrets", None, Some(""), Some("secrets"), Alone, None),
            ("secrets", Some("*"), Some(""), Some("secrets"), Alone, None),
            ("secrets", Some("db"), Some(""), Some("secrets"), Alone, Some("db")),
            ("secrets.*", None, None, Some("secrets"), Alone, None),
            ("deployments.apps/scale", None, Some("apps"), Some("deployments"), Named("scale"), None),
            ("deployments.apps/*", None, Some("apps"), Some("deployments"), Any, None),
            ("*", None, None, None, NoneOrAny, None),
            ("*.apps", None, Some("apps"), None, NoneOrAny, None),
            ("*.a.example.com", None, Some("a.example.com"), None, NoneOrAny, None),
            ("*.*", None, None, None, NoneOrAny, None),
            ("*/scale", None, None, None, Named("scale"), None),
            ("*.apps/scale", None, Some("apps"), None, Named("scale"), None),
            ("*/*", None, None, None, Any, None),
        ] {
            let wanted = ResourcePattern { group, kinds: Kinds { resource, part }, name };
            assert_eq!(RequestPattern::parse(on, named), Ok(RequestPattern::Resources(wanted)), "{on}");
        }
        for (on, stem, open) in
            [("/metrics", "/metrics", false), ("/api/*", "/api/", true), ("/*", "/", true)]
        {
            let wanted = RequestPattern::Urls(UrlPattern { stem, open });
            assert_eq!(RequestPattern::parse(on, None), Ok(wanted), "{on}");
        }
        for on in ["sec*", "*.*.example.com", "pods/e*", "*s/scale", "+", "pods/+", "pods/+/*", "**"] {
            assert_eq!(RequestPattern::parse(on, None), Err(RequestPatternError::InsideWord), "{on}");
        }
        for on in ["/a/*/b", "/a/**"] {
            assert_eq!(RequestPattern::parse(on, None), Err(RequestPatternError::InsidePath), "{on}");
        }
    }

    #[test]
    fn entries_meet() {
        for (one, two, wanted) in [
            ("*", "pods", Some("pods")),
            ("*/log", "pods/log", Some("pods/log")),
            ("*/log", "*", Some("*/log")),
            ("*/log", "pods", None),
            ("pods", "pods", Some("pods")),
            ("pods", "pods/log", None),
            ("pods/log", "pods/exec", None),
            ("a/b/c", "*/b/c", Some("a/b/c")),
            ("a/b/c", "*/c", None),
        ] {
            let [one_kind, two_kind] = [one, two].map(|entry| Kinds::of_rule(entry).unwrap());
            let wanted = wanted.and_then(Kinds::of_rule);
            assert_eq!(one_kind.meet(two_kind), wanted, "{one} {two}");
            assert_eq!(two_kind.meet(one_kind), wanted, "{two} {one}");
        }
        for plain in ["pods/*", "*/*", "po*", "*/l*g", "", "pods/", "*/"] {
            assert_eq!(Kinds::of_rule(plain), None, "{plain}");
        }
    }
}
