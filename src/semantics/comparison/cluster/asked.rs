//! Atoms as requests: which of them anybody can make, and one that shows the atom.

use super::holdings::{Scope, WHEREVER};
use crate::model::kube::resource::{self, Entry};
use crate::semantics::covers::Atom;
use crate::semantics::reach::kubernetes::Question;

/// True if some request is met by the atom in the scope: the API server asks for no resource of a group that it knows
/// not to have it, for nothing outside of namespaces by a namespace, and stars inside of words are just that.
pub(super) fn is_met(atom: &Atom<'_>, scope: Scope<'_>) -> bool {
    let (group, resource, verb, name) = match *atom {
        Atom::Url { verb, .. } => return scope == Scope::Cluster && is_word(verb),
        Atom::Resource { group, resource, verb, name } => (group, resource, verb, name),
    };
    let (parent, part) = split(resource);
    let part_is_word = part.is_none_or(|part| !part.contains('*'));
    if !(is_word(verb) && is_word(group) && is_word(parent) && part_is_word) {
        return false;
    }
    if resource::is_former_group(group) {
        return false;
    }
    if parent == "*" || group == "*" {
        return true;
    }
    let Some(entry) = resource::find(group, parent) else {
        return !resource::is_built_in(group) || resource::named(parent).is_empty();
    };
    entry.resource.is_namespaced()
        || match scope {
            Scope::Cluster => true,
            // A request for a Namespace object is made in the namespace of that name.
            Scope::Namespace(own) => {
                is_namespaces(group, parent)
                    && carries_name(verb, part)
                    && name.is_none_or(|name| name == own)
            }
            Scope::Adrift(_) => is_namespaces(group, parent) && carries_name(verb, part) && name.is_none(),
        }
}

fn is_word(word: &str) -> bool {
    word == "*" || !word.contains('*')
}

fn split(resource: &str) -> (&str, Option<&str>) {
    match resource.split_once('/') {
        Some((parent, part)) => (parent, Some(part)),
        None => (resource, None),
    }
}

fn is_namespaces(group: &str, parent: &str) -> bool {
    group.is_empty() && parent == "namespaces"
}

/// True if requests with the verb are about one object.
fn carries_name(verb: &str, part: Option<&str>) -> bool {
    part.is_some() || !matches!(verb, "list" | "watch" | "create" | "deletecollection")
}

/// How many requests are tried before one that is made up altogether.
const TRIED: usize = 400;

/// A request that the atom meets in the scope and that is to anybody's mind the plainest of those for which `shows` is
/// true. `is_used` tells words that rules have.
pub(super) fn witness(
    atom: &Atom<'_>,
    scope: Scope<'_>,
    is_used: impl Fn(&str) -> bool,
    shows: impl Fn(&Question) -> bool,
) -> Option<Question> {
    let fresh = |word: &str| {
        let mut word = word.to_owned();
        while is_used(&word) {
            word.push('x');
        }
        word
    };
    match *atom {
        Atom::Url { url, verb } => {
            let verbs = if verb == "*" {
                vec!["get".to_owned(), "post".to_owned(), fresh("any")]
            } else {
                vec![verb.to_owned()]
            };
            let paths = if url.ends_with('*') {
                let start = url.trim_end_matches('*');
                let start = if start.is_empty() { "/" } else { start };
                vec![start.to_owned(), format!("{start}x"), fresh(start), url.to_owned()]
            } else {
                vec![url.to_owned()]
            };
            let mut all = verbs.iter().flat_map(|verb| {
                paths.iter().map(|path| Question::Url { verb: verb.clone(), path: path.clone() })
            });
            all.find(|question| shows(question))
        }
        Atom::Resource { group, resource, verb, name } => {
            let verbs: Vec<String> = if verb == "*" {
                VERBS.iter().map(|verb| (*verb).to_owned()).chain([fresh("any")]).collect()
            } else {
                vec![verb.to_owned()]
            };
            let object = fresh("x");
            let things = things(group, resource, scope, fresh);
            let mut tried = 0;
            // First verbs that the resource serves, as far as it is known.
            for only_served in [true, false] {
                for (group, resource) in &things {
                    let entry = resource::find(group, resource).filter(|_| only_served);
                    let is_served = |verb: &&String| entry.is_none_or(|entry| entry.serves(verb));
                    for verb in verbs.iter().filter(is_served) {
                        for question in questions(verb, group, resource, name, &object, scope) {
                            tried += 1;
                            if tried <= TRIED && shows(&question) {
                                return Some(question);
                            }
                        }
                    }
                }
            }
            let (verb, (group, resource)) = (verbs.last()?, things.last()?);
            let mut rest = questions(verb, group, resource, name, &object, scope).into_iter();
            rest.find(|question| shows(question))
        }
    }
}

const VERBS: [&str; 10] = [
    "get",
    "list",
    "create",
    "update",
    "patch",
    "delete",
    "watch",
    "deletecollection",
    "escalate",
    "impersonate",
];

/// Groups and resources that the atom is about, those first that people know, the last one of nobody's.
fn things(
    group: &str,
    resource: &str,
    scope: Scope<'_>,
    fresh: impl Fn(&str) -> String,
) -> Vec<(String, String)> {
    const KNOWN: [(&str, &str); 6] = [
        ("", "secrets"),
        ("", "pods"),
        ("", "configmaps"),
        ("apps", "deployments"),
        ("rbac.authorization.k8s.io", "roles"),
        ("rbac.authorization.k8s.io", "clusterroles"),
    ];
    let (parent, part) = split(resource);
    let with_part = |parent: &str| part.map_or(parent.to_owned(), |part| format!("{parent}/{part}"));
    let fits = |entry: &Entry| {
        let in_scope = scope == Scope::Cluster || entry.resource.is_namespaced();
        in_scope && part.is_none_or(|part| entry.resource.subresources.iter().any(|known| known.name == part))
    };
    let own = |name: &'static str, group: &'static str| resource::find(group, name).filter(fits);
    let mut things: Vec<(String, String)> = match (group, parent) {
        ("*", "*") => {
            let known = KNOWN.iter().filter(|(group, name)| own(name, group).is_some());
            let mut known: Vec<_> =
                known.map(|(group, name)| ((*group).to_owned(), with_part(name))).collect();
            if part.is_some() {
                let all = resource::in_group("").chain(resource::in_group("apps"));
                let all = all.filter(|it| own(it.name, it.group).is_some());
                known.extend(all.map(|it| (it.group.to_owned(), with_part(it.name))));
            }
            known
        }
        ("*", _) => {
            let known = resource::named(parent).iter();
            let known = known.filter(|it| scope == Scope::Cluster || it.is_namespaced());
            known.map(|it| (it.group.to_owned(), with_part(parent))).collect()
        }
        (_, "*") => {
            let preferred = KNOWN.iter().filter(|(of, _)| *of == group).map(|(_, name)| *name);
            let all = preferred.chain(resource::in_group(group).map(|it| it.name));
            let all = all.filter(|name| resource::find(group, name).is_some_and(|entry| fits(&entry)));
            all.map(|name| (group.to_owned(), with_part(name))).collect()
        }
        _ => Vec::new(),
    };
    let group = if group == "*" { fresh("example.com") } else { group.to_owned() };
    let resource = match (parent, part) {
        ("*", Some(_)) => with_part(&fresh("widgets")),
        ("*", None) => fresh("widgets"),
        _ => resource.to_owned(),
    };
    // `*` takes in what has parts as well.
    if parent == "*" && part.is_none() {
        things.push((group.clone(), resource.clone()));
        things.push((group, format!("{resource}/{}", fresh("part"))));
    } else {
        things.push((group, resource));
    }
    things
}

/// The requests with this verb for this resource, the most usual first.
fn questions(
    verb: &str,
    group: &str,
    resource: &str,
    name: Option<&str>,
    object: &str,
    scope: Scope<'_>,
) -> Vec<Question> {
    let (parent, part) = split(resource);
    let of_namespaces = is_namespaces(group, parent);
    let outside = resource::find(group, parent).is_some_and(|entry| !entry.resource.is_namespaced());
    let named = |object: &str| Some(object.to_owned()).filter(|object| !object.is_empty());
    let names: Vec<Option<String>> = match (name, scope) {
        (Some(name), _) => vec![named(name)],
        (None, Scope::Namespace(own)) if of_namespaces => vec![named(own)],
        (None, Scope::Adrift(_)) if of_namespaces => vec![named(WHEREVER)],
        (None, _) if carries_name(verb, part) => vec![named(object), None],
        (None, _) => vec![None, named(object)],
    };
    let mut all = Vec::new();
    for name in names {
        let namespaces: Vec<Option<&str>> = match scope {
            Scope::Namespace(own) => vec![Some(own)],
            Scope::Adrift(_) => vec![Some(WHEREVER)],
            Scope::Cluster if of_namespaces && carries_name(verb, part) => vec![name.as_deref()],
            Scope::Cluster if outside => vec![None],
            Scope::Cluster if matches!(verb, "list" | "watch") => vec![None],
            Scope::Cluster => vec![Some("default"), Some("kube-system"), None],
        };
        all.extend(namespaces.into_iter().map(|namespace| Question::Resource {
            verb: verb.to_owned(),
            group: group.to_owned(),
            resource: resource.to_owned(),
            name: name.clone(),
            namespace: namespace.map(str::to_owned),
        }));
    }
    all
}

/// The request as `can-i` takes it.
pub(super) fn words(question: &Question) -> String {
    match question {
        Question::Url { verb, path } => format!("{} {}", quoted(verb), quoted(path)),
        Question::Resource { verb, group, resource, name, namespace } => {
            let (parent, _) = split(resource);
            let outside = resource::find(group, parent).is_some_and(|entry| !entry.resource.is_namespaced());
            let mut text = format!("{} {}", quoted(verb), quoted(&resource_words(group, resource)));
            if let Some(name) = name {
                text += &format!(" {}", quoted(name));
            }
            match namespace {
                _ if outside => {}
                Some(namespace) => text += &format!(" -n {}", quoted(namespace)),
                None => text += " -A",
            }
            text
        }
    }
}

/// The resource as kubectl names it: `deployments.apps/scale`.
pub(super) fn resource_words(group: &str, resource: &str) -> String {
    match split(resource) {
        _ if group.is_empty() => resource.to_owned(),
        (parent, Some(part)) => format!("{parent}.{group}/{part}"),
        (parent, None) => format!("{parent}.{group}"),
    }
}

/// The word as a POSIX shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | ':' | '@' | '%' | '+' | '=')
    };
    if !word.is_empty() && word.chars().all(is_plain) && !word.starts_with('-') {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
