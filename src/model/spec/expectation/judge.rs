//! What is wrong with an expectation that has the right shape.

use super::{EVERYWHERE, Expectation, Quantifier, Question};
use crate::model::Malformed;
use crate::model::kube::request_pattern::RequestPattern;
use crate::model::kube::resource::{self, Scope};
use crate::model::spec::names::{NAMESPACE, SERVICE_ACCOUNT};
use crate::model::vault::capability::Capability;
use crate::model::vault::request_path;
use crate::syntax::near::nearest;

/// Words that would make a claim say something else than its author means, or nothing at all: a `cannot` with a
/// misspelled word would always hold.
pub(super) fn judge(expectation: &Expectation, faults: &mut Vec<Malformed>) {
    whom(expectation, faults);
    match expectation.question() {
        Question::Vault(path) => vault(expectation, path, faults),
        Question::Url(_) => url(expectation, faults),
        Question::Resource { group, resource, .. } => kubernetes(expectation, group, &resource, faults),
        Question::Escalation(_) => escalation(expectation, faults),
    }
}

fn whom(expectation: &Expectation, faults: &mut Vec<Malformed>) {
    let span = expectation.who.span;
    let names = match &expectation.who.value {
        Quantifier::One(name) => std::slice::from_ref(name),
        Quantifier::NobodyExcept(names) | Quantifier::Only(names) => names,
        Quantifier::Nobody | Quantifier::EverybodyIn(_) => &[],
    };
    for name in names {
        match Form::of(name) {
            None => faults.push(
                Malformed::new(span, format!("`{name}` names nobody")).with_help(
                    "write `NAMESPACE/SERVICEACCOUNT`, `NAMESPACE/SERVICEACCOUNT@ROLE`, `role:NAME` or `policy:NAME`",
                ),
            ),
            Some(Form::ServiceAccount) => {}
            Some(Form::Person) if expectation.namespace.is_none() => faults.push(
                Malformed::new(span, format!("`{name}` is nobody that Vault knows"))
                    .with_help("add `in:` with a Kubernetes namespace, or `*` for all of them, to ask Kubernetes"),
            ),
            Some(Form::Person) if matches!(expectation.who.value, Quantifier::One(_)) => faults.push(
                Malformed::new(span, format!("`{name}` is no service account"))
                    .with_help("users and groups stand in `nobody_except` and `only`"),
            ),
            Some(Form::Person) => {}
            Some(_) if expectation.namespace.is_some() => faults.push(
                Malformed::new(span, format!("`{name}` is nobody that Kubernetes knows"))
                    .with_help("write `NAMESPACE/SERVICEACCOUNT`, or leave out `in` to ask Vault"),
            ),
            Some(_) => {}
        }
    }
}

/// The forms in which somebody is named; what the name stands for is looked up when the claim is proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    ServiceAccount,
    /// A service account that logs in to one role.
    Login,
    Role,
    Policies,
    /// A user or a group of Kubernetes.
    Person,
}

impl Form {
    fn of(text: &str) -> Option<Form> {
        // A mount may have slashes in its path, a role has none in its name.
        let is_role = |text: &str| text.split('/').all(|part| !part.trim().is_empty());
        if let Some(role) = text.strip_prefix("role:") {
            return is_role(role).then_some(Form::Role);
        }
        if let Some(names) = text.strip_prefix("policy:") {
            return names.split(',').all(|name| !name.trim().is_empty()).then_some(Form::Policies);
        }
        if let Some(name) = text.strip_prefix("user:").or(text.strip_prefix("group:")) {
            return (!name.trim().is_empty()).then_some(Form::Person);
        }
        let (account, role) = match text.split_once('@') {
            Some((account, role)) => (account, Some(role)),
            None => (text, None),
        };
        let (namespace, name) = match account.strip_prefix("system:serviceaccount:") {
            Some(rest) => rest.split_once(':')?,
            None => account.split_once('/')?,
        };
        let fits = NAMESPACE.admits(namespace) && SERVICE_ACCOUNT.admits(name);
        let form = match role {
            Some(role) => is_role(role).then_some(Form::Login),
            None => Some(Form::ServiceAccount),
        };
        form.filter(|_| fits)
    }
}

/// Whoever is excepted is somebody from whom a way may start.
fn escalation(expectation: &Expectation, faults: &mut Vec<Malformed>) {
    let Quantifier::NobodyExcept(names) = &expectation.who.value else { return };
    for name in names.iter().filter(|name| Form::of(name).is_some_and(|form| form != Form::ServiceAccount)) {
        let message = format!("`{name}` cannot be excepted from what nobody can come to");
        let fault = Malformed::new(expectation.who.span, message);
        faults.push(fault.with_help("write the service accounts, as `NAMESPACE/SERVICEACCOUNT`"));
    }
}

fn vault(expectation: &Expectation, path: &str, faults: &mut Vec<Malformed>) {
    if path.starts_with('/') {
        faults.push(
            Malformed::new(expectation.on.span, "a request path starts without a slash")
                .with_help("leave out the slash; for a path of the Kubernetes API server, add `in: \"*\"`"),
        );
    }
    if let Some(fault) = request_path::fault(path) {
        faults.push(Malformed::new(expectation.on.span, fault.message).with_help(fault.help));
    }
    if let Some(object) = &expectation.object {
        let fault = Malformed::new(object.span, "`named` belongs to questions about Kubernetes");
        faults.push(fault.with_help("add `in:` with a Kubernetes namespace, or `*` for all of them"));
    }
    for word in &expectation.actions {
        match Capability::from_word(word.as_str()) {
            Some(Capability::Deny) => faults.push(
                Malformed::new(word.span, "nobody asks for `deny`")
                    .with_help("write `cannot:` with the capabilities that are refused"),
            ),
            Some(capability) if !capability.known_to(expectation.target) => faults.push(Malformed::new(
                word.span,
                format!("the server that `target` names does not know the capability `{word}`"),
            )),
            Some(_) => {}
            None => {
                let fault = Malformed::new(word.span, format!("`{word}` is no capability of Vault"));
                let known = Capability::ALL.into_iter().filter(|it| *it != Capability::Deny);
                let known: Vec<&str> = known.map(Capability::word).collect();
                let is_verb = resource::VERBS.contains(&word.as_str());
                faults.push(match nearest(word.as_str(), known.iter().copied()).filter(|_| !is_verb) {
                    Some(near) => fault.with_help(format!("did you mean `{near}`?")),
                    None if is_verb => fault.with_help(
                        "to ask Kubernetes, add `in:` with a Kubernetes namespace, or `*` for all of them",
                    ),
                    None => fault.with_help(format!("known: {}", list(&known))),
                });
            }
        }
    }
}

fn url(expectation: &Expectation, faults: &mut Vec<Malformed>) {
    let namespace = expectation.namespace.as_ref().filter(|namespace| namespace.value != EVERYWHERE);
    if let Some(namespace) = namespace {
        let fault = Malformed::new(namespace.span, "a path of the API server lies outside of all namespaces");
        faults.push(fault.with_help("write `in: \"*\"`"));
    }
    if let Some(object) = &expectation.object {
        faults.push(Malformed::new(object.span, "a path of the API server has no `named`"));
    }
    verbs(expectation, &resource::URL_VERBS, faults);
}

fn kubernetes(expectation: &Expectation, group: &str, resource: &str, faults: &mut Vec<Malformed>) {
    let on = &expectation.on;
    if request_path::has_wildcard(on.as_str()) {
        many(expectation, faults);
        return;
    }
    let mut parts = resource.split('/');
    let (name, subresource, third) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    if let Some(third) = third {
        let fault = Malformed::new(on.span, format!("`{on}` is no resource"));
        let rest = on.value.strip_suffix(third).and_then(|rest| rest.strip_suffix('/')).unwrap_or(resource);
        faults.push(fault.with_help(format!("write `on: {rest}` and `named: {third}`")));
        return;
    }
    let known = resource::find(group, name).map(|entry| entry.resource);
    if known.is_none() && resource::is_built_in(group) {
        let place = if group.is_empty() { "the core API group".to_owned() } else { format!("`{group}`") };
        let fault = Malformed::new(on.span, format!("`{name}` is no resource of {place}"));
        faults.push(match resource::named(name).first().map(|elsewhere| elsewhere.group) {
            Some("") => fault.with_help(format!("write `{name}`")),
            Some(other) => fault.with_help(format!("write `{name}.{other}`")),
            None => match resource::nearest(name, Some(group)) {
                Some(near) => fault.with_help(format!("did you mean `{}`?", near.name)),
                None => {
                    fault.with_help("write resources in the plural, with their group: `deployments.apps`")
                }
            },
        });
        return;
    }
    let is_none = |word: &&str| known.is_some_and(|known| known.subresource(word).is_none());
    if let Some(word) = subresource.filter(is_none) {
        let fault = Malformed::new(on.span, format!("`{word}` is no subresource of `{name}`"));
        let whole = on.value.strip_suffix(word).map_or(name, |rest| rest.trim_end_matches('/'));
        faults.push(
            fault.with_help(format!("to ask about one object, write `on: {whole}` and `named: {word}`")),
        );
    }
    outside(expectation, name, known, faults);
    if resource::is_built_in(group) {
        verbs(expectation, &resource::VERBS, faults);
    } else {
        no_star(expectation, faults);
    }
}

/// What can be told of a pattern: a resource that is named in it, and verbs.
fn many(expectation: &Expectation, faults: &mut Vec<Malformed>) {
    let Ok(RequestPattern::Resources(pattern)) = expectation.requests() else { return };
    let (on, kinds) = (&expectation.on, pattern.kinds);
    if let (Some(name), Some(group)) = (kinds.resource, pattern.group) {
        let known = resource::find(group, name).map(|entry| entry.resource);
        if known.is_none() && resource::is_built_in(group) {
            let fault = Malformed::new(on.span, format!("`{name}` is no resource of its API group"));
            faults.push(match resource::nearest(name, Some(group)) {
                Some(near) => fault.with_help(format!("did you mean `{}`?", near.name)),
                None => {
                    fault.with_help("write resources in the plural, with their group: `deployments.apps/*`")
                }
            });
            return;
        }
        outside(expectation, name, known, faults);
    }
    match pattern.group {
        Some(group) if !resource::is_built_in(group) => no_star(expectation, faults),
        _ => verbs(expectation, &resource::VERBS, faults),
    }
}

/// A resource that lies outside of all namespaces, asked about in one.
fn outside(
    expectation: &Expectation,
    name: &str,
    known: Option<&resource::Resource>,
    faults: &mut Vec<Malformed>,
) {
    let namespace = expectation.namespace.as_ref().filter(|namespace| namespace.value != EVERYWHERE);
    if let (Some(Scope::Cluster), Some(namespace)) = (known.map(|known| known.scope), namespace) {
        let fault = Malformed::new(namespace.span, format!("`{name}` lies outside of all namespaces"));
        faults.push(fault.with_help("write `in: \"*\"`"));
    }
}

/// Verbs of extensions are not known, but `*` is none of them: a claim about it would say nothing.
fn no_star(expectation: &Expectation, faults: &mut Vec<Malformed>) {
    for word in expectation.actions.iter().filter(|word| word.value == "*") {
        faults.push(Malformed::new(word.span, "`*` is no verb of a request").with_help("name the verbs"));
    }
}

fn verbs(expectation: &Expectation, known: &[&'static str], faults: &mut Vec<Malformed>) {
    for word in expectation.actions.iter().filter(|word| !known.contains(&word.as_str())) {
        let fault = Malformed::new(word.span, format!("`{word}` is no verb of this"));
        faults.push(match nearest(word.as_str(), known.iter().copied()) {
            Some(near) => fault.with_help(format!("did you mean `{near}`?")),
            None => fault.with_help(format!("known: {}", list(known))),
        });
    }
}

fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_who() {
        for (text, wanted) in [
            ("app/web", Some(Form::ServiceAccount)),
            ("system:serviceaccount:app:web", Some(Form::ServiceAccount)),
            ("app/web@reader", Some(Form::Login)),
            ("app/web@dev/kubernetes/reader", Some(Form::Login)),
            ("role:reader", Some(Form::Role)),
            ("role:k8s/reader", Some(Form::Role)),
            ("policy:a, b", Some(Form::Policies)),
            ("user:alice@example.com", Some(Form::Person)),
            ("group:system:serviceaccounts:app", Some(Form::Person)),
            ("group:", None),
            ("policy:", None),
            ("policy:a,,b", None),
            ("role:", None),
            ("role:/reader", None),
            ("web", None),
            ("app/", None),
            ("/web", None),
            ("app/web@", None),
            ("App/web", None),
            ("app/w*", None),
            ("a/b/c", None),
            ("", None),
        ] {
            assert_eq!(Form::of(text), wanted, "{text}");
        }
    }
}
