//! Which requests of a pattern a rule allows, by example.
//!
//! A rule is a product: of verbs, of groups, of resources, of names. So is a [`ResourcePattern`], in which each factor is
//! one word or all words there are, known or not. Their intersection is empty as soon as it is in one factor, and a rule
//! that allows a request whose words nobody has thought of allows all requests of the pattern: two look-ups, by which
//! claims about all of them are decided.

use std::collections::HashSet;

use super::authorizer::Query;
use super::rbac::Request;
use crate::model::kube::rbac::RbacRule;
use crate::model::kube::request_pattern::{Kinds, Part, RequestPattern, ResourcePattern, UrlPattern};
use crate::model::kube::resource::{self, Resource};

/// One request, without its verb.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// For a resource.
    Resource {
        /// API group.
        group: String,
        /// The resource, with its subresource after a slash.
        resource: String,
        /// The object.
        name: Option<String>,
        /// The namespace; nothing for what lies outside of all, and for all of them at once.
        namespace: Option<String>,
    },
    /// For a path outside of the resource API.
    Url(String),
}

/// Words that no rule holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unheard {
    group: String,
    resource: String,
    part: String,
    name: String,
    path: String,
}

impl Target {
    /// The request with a verb.
    pub fn query<'q>(&'q self, verb: &'q str) -> Query<'q> {
        match self {
            Target::Resource { group, resource, name, namespace } => Query::Resource {
                request: Request { verb, group, resource, name: name.as_deref() },
                namespace: namespace.as_deref(),
            },
            Target::Url(path) => Query::Url { verb, path },
        }
    }

    /// The same request without a name, where it has one that the pattern does not ask for.
    pub fn unnamed(&self, pattern: &RequestPattern<'_>) -> Target {
        let mut target = self.clone();
        if let (Target::Resource { group, resource, name, .. }, RequestPattern::Resources(pattern)) =
            (&mut target, pattern)
            && pattern.name.is_none()
            && !is_namespace(group, resource)
        {
            *name = None;
        }
        target
    }

    /// For people: `deployments.apps/scale named web in shop`.
    pub fn words(&self) -> String {
        match self {
            Target::Url(path) => path.clone(),
            Target::Resource { group, resource, name, namespace } => {
                let (kind, part) = match resource.split_once('/') {
                    Some((kind, part)) => (kind, format!("/{part}")),
                    None => (resource.as_str(), String::new()),
                };
                let group = if group.is_empty() { String::new() } else { format!(".{group}") };
                let name = name.as_ref().map_or(String::new(), |name| format!(" named {name}"));
                // What lies outside of all namespaces is in none; a Namespace object is its own.
                let namespace = match namespace.as_deref() {
                    Some(namespace) if kind != "namespaces" => format!(" in {namespace}"),
                    _ => String::new(),
                };
                format!("{kind}{group}{part}{name}{namespace}")
            }
        }
    }
}

impl Unheard {
    /// Words that none of `rules` holds.
    pub fn of<'a>(rules: impl IntoIterator<Item = &'a RbacRule>) -> Unheard {
        let mut words: HashSet<&str> = HashSet::new();
        for rule in rules {
            let entries = [&rule.api_groups, &rule.resource_names, &rule.non_resource_urls];
            words.extend(entries.into_iter().flatten().map(|word| word.as_str()));
            words.extend(rule.resources.iter().flat_map(|word| word.value.split('/')));
        }
        let fresh = |stem: &str, end: &str| {
            let first = std::iter::once(format!("{stem}{end}"));
            let mut texts = first.chain((2_usize..).map(|at| format!("{stem}-{at}{end}")));
            texts.find(|text| !words.contains(text.as_str())).unwrap_or_default()
        };
        // No entry may end amid the path, so its first letter is one that no entry holds.
        let mut letters = "~x".chars().chain('a'..='z').chain('\u{100}'..);
        let letter = letters.find(|letter| !words.iter().any(|word| word.contains(*letter)));
        Unheard {
            group: fresh("any-other", ".example.com"),
            resource: fresh("any-others", ""),
            part: fresh("any-other-part", ""),
            name: fresh("any-other-name", ""),
            path: letter.into_iter().chain("any-other".chars()).collect(),
        }
    }
}

/// A request of the pattern whose words no rule holds, so that whoever may make it may make all of them; nothing if no
/// request of the pattern is made in this namespace.
pub fn unheard(pattern: &RequestPattern<'_>, namespace: Option<&str>, words: &Unheard) -> Option<Target> {
    match pattern {
        RequestPattern::Urls(UrlPattern { stem, open: false }) => Some(Target::Url((*stem).to_owned())),
        RequestPattern::Urls(UrlPattern { stem, open: true }) => {
            Some(Target::Url(format!("{stem}{}", words.path)))
        }
        RequestPattern::Resources(pattern) => {
            let group = pattern.group.unwrap_or(&words.group);
            let kind = pattern.kinds.resource.unwrap_or(&words.resource);
            let resource = match pattern.kinds.part {
                Part::None | Part::NoneOrAny => kind.to_owned(),
                Part::Named(part) => format!("{kind}/{part}"),
                Part::Any => format!("{kind}/{}", words.part),
            };
            let name = pattern.name.unwrap_or(&words.name);
            target(group, resource, Some(name), pattern.name, namespace)
        }
    }
}

/// Requests of the pattern that the rule allows, one for each way in which its words meet the pattern; none if it allows
/// none.
pub fn allowed<'r>(
    pattern: &'r RequestPattern<'r>,
    rule: &'r RbacRule,
    verb: &'r str,
    namespace: Option<&'r str>,
) -> impl Iterator<Item = Target> + 'r {
    let has_verb = rule.verbs.iter().any(|entry| entry.value == "*" || entry.value == verb);
    let (resources, urls) = match pattern {
        RequestPattern::Resources(pattern) => (Some(pattern), None),
        RequestPattern::Urls(pattern) => (None, Some(pattern)),
    };
    let urls = urls.filter(|_| has_verb).into_iter().flat_map(move |pattern| {
        rule.non_resource_urls.iter().filter_map(move |entry| url(pattern, entry.as_str()))
    });
    let resources = resources.filter(|_| has_verb).into_iter().flat_map(move |pattern| {
        rule.api_groups.iter().flat_map(move |group| {
            rule.resources.iter().flat_map(move |resource| {
                names(pattern, rule).filter_map(move |name| {
                    meeting(pattern, group.as_str(), resource.as_str(), name, verb, namespace)
                })
            })
        })
    });
    urls.chain(resources)
}

/// Requests of the pattern for resources that clusters have, those first that people know best.
pub fn well_known<'p>(
    pattern: &'p ResourcePattern<'p>,
    verb: &'p str,
    namespace: Option<&'p str>,
) -> impl Iterator<Item = Target> + 'p {
    known(pattern.group, pattern.kinds, verb)
        .filter_map(move |(group, resource)| target(group, resource, pattern.name, pattern.name, namespace))
}

/// The names that rule and pattern share; nothing is any, the empty one a request without a name.
fn names<'r>(
    pattern: &'r ResourcePattern<'r>,
    rule: &'r RbacRule,
) -> impl Iterator<Item = Option<&'r str>> + 'r {
    let unnamed = rule.resource_names.is_empty().then_some(pattern.name);
    let listed = rule.resource_names.iter().map(|name| name.as_str());
    let listed = listed.filter(|name| pattern.name.is_none_or(|wanted| wanted == *name));
    unnamed.into_iter().chain(listed.map(Some))
}

fn meeting(
    pattern: &ResourcePattern<'_>,
    group: &str,
    resource: &str,
    name: Option<&str>,
    verb: &str,
    namespace: Option<&str>,
) -> Option<Target> {
    let group = match (group, pattern.group) {
        ("*", group) => group,
        (group, _) if group.contains('*') => return None,
        (group, Some(wanted)) if group != wanted => return None,
        (group, _) => Some(group),
    };
    let kinds = pattern.kinds.meet(Kinds::of_rule(resource)?)?;
    let mut natural = known(group, kinds, verb).chain(std::iter::once_with(|| {
        let kind = kinds.resource.unwrap_or("any-others");
        let resource = match kinds.part {
            Part::None | Part::NoneOrAny => kind.to_owned(),
            Part::Named(part) => format!("{kind}/{part}"),
            Part::Any => format!("{kind}/any-other-part"),
        };
        (group.unwrap_or("any-other.example.com"), resource)
    }));
    natural.find_map(|(group, resource)| target(group, resource, name, name, namespace))
}

/// Resources that clusters have and that serve the verb; all parts of all of them where nothing says which.
fn known<'k>(
    group: Option<&'k str>,
    kinds: Kinds<'k>,
    verb: &'k str,
) -> impl Iterator<Item = (&'k str, String)> + 'k {
    const FIRST: [&str; 3] = ["secrets", "pods", "deployments"];
    let fits = move |it: &&Resource| group.is_none_or(|group| it.group == group);
    let first = FIRST.into_iter().flat_map(resource::named);
    let named = kinds.resource.into_iter().flat_map(resource::named);
    let any = kinds.resource.is_none();
    let rest = first.chain(resource::all()).filter(move |_| any);
    named.chain(rest).filter(fits).flat_map(move |it| {
        let serves = it.verbs.contains(&verb) || it.special_verbs.contains(&verb);
        let alone = matches!(kinds.part, Part::None | Part::NoneOrAny) && serves;
        let alone = alone.then(|| (it.group, it.name.to_owned()));
        let parts = it.subresources.iter().filter(move |part| {
            let is_meant = match kinds.part {
                Part::None => false,
                Part::Named(name) => part.name == name,
                Part::Any | Part::NoneOrAny => part.name != "*",
            };
            is_meant && part.verbs.contains(&verb)
        });
        alone.into_iter().chain(parts.map(move |part| (it.group, format!("{}/{}", it.name, part.name))))
    })
}

/// The request, if it is made in this namespace. Requests for a Namespace object are made in the namespace of that name;
/// `wanted` is the name that they have to have.
fn target(
    group: &str,
    resource: String,
    name: Option<&str>,
    wanted: Option<&str>,
    namespace: Option<&str>,
) -> Option<Target> {
    let kind = resource.split('/').next().unwrap_or_default();
    let is_outside = resource::find(group, kind).is_some_and(|known| !known.resource.is_namespaced());
    let is_namespace = is_namespace(group, &resource);
    let (name, namespace) = match namespace {
        Some(namespace) if is_namespace => {
            if wanted.is_some_and(|wanted| wanted != namespace) {
                return None;
            }
            (Some(namespace), Some(namespace))
        }
        Some(_) if is_outside => return None,
        None if is_namespace => (name, wanted),
        namespace => (name, namespace),
    };
    let filled = |word: &&str| !word.is_empty();
    let (name, namespace) = (name.filter(filled), namespace.filter(filled));
    Some(Target::Resource {
        group: group.to_owned(),
        resource,
        name: name.map(str::to_owned),
        namespace: namespace.map(str::to_owned),
    })
}

fn is_namespace(group: &str, resource: &str) -> bool {
    group.is_empty() && resource.split('/').next() == Some("namespaces")
}

/// A path that entry and pattern share.
fn url(pattern: &UrlPattern<'_>, entry: &str) -> Option<Target> {
    // All stars at the end count as one.
    let start = entry.trim_end_matches('*');
    let is_open = start.len() < entry.len();
    let path = match (is_open, pattern.open) {
        (true, _) if pattern.stem.starts_with(start) => pattern.stem,
        (true, true) if start.starts_with(pattern.stem) => start,
        (false, true) if entry.starts_with(pattern.stem) => entry,
        (false, false) if entry == pattern.stem => entry,
        _ => return None,
    };
    Some(Target::Url(path.to_owned()))
}
