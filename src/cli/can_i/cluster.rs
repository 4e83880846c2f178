//! Questions to the API server.

use serde_json::{Value, json};

use super::page::{Answer, Row, place};
use crate::model::kube::binding::Binding;
use crate::model::kube::rbac::{RbacRole, RbacRoleKind, RbacRule};
use crate::report::place::Places;
use crate::semantics::authorizer::{Grant, Query, Source, User};
use crate::semantics::rbac::reach::subject_words;
use crate::semantics::reach::Access;
use crate::semantics::reach::kubernetes::Question;
use crate::syntax::Spanned;

/// What the API server says to one user.
pub struct Said {
    /// The answer.
    pub answer: Answer,
    /// Why, a lower-case phrase.
    pub reason: String,
    /// Where the reason stands; may be empty.
    pub place: String,
    /// The whole chain.
    pub rows: Vec<Row>,
    /// The whole chain for programs.
    pub json: Value,
}

/// Asks for `user`.
pub fn ask(access: &Access<'_>, user: &User, question: &Question, places: &Places<'_>) -> Said {
    if let Some(Grant::Rule(source)) = access.kubernetes(user, question) {
        return granted(&source, places);
    }
    let namespace = namespace_of(&question.query());
    let dangling: Vec<&Binding> = access.cluster().dangling(user, namespace).collect();
    let built_in = dangling.iter().find(|binding| {
        // Outside of namespaces, a RoleBinding gives nothing.
        (binding.cluster_wide || !namespace.is_empty())
            && built_in_gives(binding).is_some_and(|gives| gives(&question.query()))
    });
    if let Some(binding) = built_in {
        let reason = format!("{} gives the built-in {}", binding_words(binding), binding.role_ref.name);
        let at = place(places, binding.role_ref.span);
        return Said {
            answer: Answer::Yes,
            rows: vec![binding_row(binding, places).note("a role that every cluster has from the start")],
            json: json!({"answer": "yes", "reason": reason, "place": at}),
            reason,
            place: at,
        };
    }
    let dangling: Vec<&Binding> =
        dangling.into_iter().filter(|binding| built_in_gives(binding).is_none()).collect();
    if let Some(role) = given_to_all(&question.query(), user) {
        let reason = format!("every cluster gives the built-in {role} to all");
        let json = json!({"answer": "yes", "reason": reason});
        return Said { answer: Answer::Yes, reason, place: String::new(), rows: Vec::new(), json };
    }
    let Some(binding) = dangling.first() else {
        let reason = "no rule allows it".to_owned();
        let json = json!({"answer": "no", "reason": reason});
        return Said { answer: Answer::No, reason, place: String::new(), rows: Vec::new(), json };
    };
    let reason = format!("{} `{}` is not among the inputs", binding.role_ref.kind, binding.role_ref.name);
    let at = place(places, binding.role_ref.span);
    Said {
        answer: Answer::Unknown,
        rows: dangling
            .iter()
            .map(|binding| binding_row(binding, places).note("its role is not among the inputs"))
            .collect(),
        json: json!({"answer": "unknown", "reason": reason, "place": at}),
        reason,
        place: at,
    }
}

/// What the built-in role of a binding allows, where that is the same in every cluster.
fn built_in_gives(binding: &Binding) -> Option<fn(&Query<'_>) -> bool> {
    if binding.role_ref.role_kind() != Some(RbacRoleKind::ClusterRole) {
        return None;
    }
    match binding.role_ref.name.as_str() {
        "cluster-admin" => Some(|_| true),
        "system:auth-delegator" => Some(|query| match query {
            Query::Resource { request, .. } => {
                let asked = (request.verb, request.group, request.resource);
                asked == ("create", "authentication.k8s.io", "tokenreviews")
                    || asked == ("create", "authorization.k8s.io", "subjectaccessreviews")
            }
            Query::Url { .. } => false,
        }),
        _ => None,
    }
}

/// The role that allows it to every authenticated user, or to every service account, from the start.
///
/// Source: kubernetes `plugin/pkg/auth/authorizer/rbac/bootstrappolicy`.
fn given_to_all(query: &Query<'_>, user: &User) -> Option<&'static str> {
    let is_in = |group: &str| user.groups.iter().any(|held| held == group);
    match query {
        Query::Url { verb: "get", path } => {
            const PUBLIC: [&str; 5] = ["/healthz", "/livez", "/readyz", "/version", "/version/"];
            const BELOW: [&str; 3] = ["/api", "/apis", "/openapi"];
            const ISSUER: [&str; 3] = [
                "/.well-known/openid-configuration",
                "/.well-known/openid-configuration/",
                "/openid/v1/jwks",
            ];
            let is_below = BELOW.iter().any(|top| {
                path.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            });
            if is_in("system:authenticated") && (PUBLIC.contains(path) || is_below) {
                return Some("system:discovery");
            }
            (is_in("system:serviceaccounts") && ISSUER.contains(path))
                .then_some("system:service-account-issuer-discovery")
        }
        Query::Resource { request, .. } => {
            let own = [
                ("authorization.k8s.io", "selfsubjectaccessreviews"),
                ("authorization.k8s.io", "selfsubjectrulesreviews"),
                ("authentication.k8s.io", "selfsubjectreviews"),
            ];
            let is_own = own.contains(&(request.group, request.resource)) && request.verb == "create";
            (is_in("system:authenticated") && is_own).then_some("system:basic-user")
        }
        Query::Url { .. } => None,
    }
}

fn granted(source: &Source<'_>, places: &Places<'_>) -> Said {
    let (binding, role, rule) = (source.binding, source.role, source.rule);
    let at = place(places, rule.span);
    let mut rows = vec![
        binding_row(binding, places)
            .note(format!("to {}", subject_words(binding, source.subject).replace('`', ""))),
        Row::new("role", role_words(role)).at(place(places, role.meta.name.span)),
    ];
    if !std::ptr::eq(role, source.written_in) {
        let row = Row::new("taken in from", role_words(source.written_in));
        rows.push(row.at(place(places, source.written_in.meta.name.span)));
    }
    rows.push(Row::new("deciding rule", rule_words(rule)).at(at.clone()));
    let reason = format!("{} allows it, given by {}", role_words(source.written_in), binding_words(binding));
    let json = json!({
        "answer": "yes",
        "reason": reason,
        "place": at,
        "binding": {"kind": binding.kind_word(), "name": binding.meta.name.value,
            "namespace": binding.meta.namespace_name(), "place": place(places, binding.meta.name.span)},
        "role": {"kind": role.kind.word(), "name": role.meta.name.value,
            "namespace": role.meta.namespace_name(), "place": place(places, role.meta.name.span)},
    });
    Said { answer: Answer::Yes, reason, place: at, rows, json }
}

/// Everybody whom a binding names and who may do it: who, how, where, and whether it is certain.
pub fn who(access: &Access<'_>, question: &Question, places: &Places<'_>) -> Vec<([String; 3], Answer)> {
    let mut found: Vec<([String; 3], Answer)> = Vec::new();
    for binding in &access.project().bindings {
        for subject in &binding.subjects {
            let own = subject.namespace.as_ref().map(Spanned::as_str).or(binding.meta.namespace_name());
            let name = subject.name.value.clone();
            // Each subject for itself: what a service account has through its groups is told of the groups.
            let user = match subject.kind.as_str() {
                "Group" => User { name: String::new(), groups: vec![name] },
                "ServiceAccount" => {
                    let name = format!("system:serviceaccount:{}:{name}", own.unwrap_or_default());
                    User { name, groups: Vec::new() }
                }
                _ => User { name, groups: Vec::new() },
            };
            let words = subject_words(binding, subject).replace('`', "");
            if found.iter().any(|(line, _)| line.first() == Some(&words)) {
                continue;
            }
            let said = ask(access, &user, question, places);
            let how = match said.answer {
                Answer::No => continue,
                Answer::Yes => said.rows.first().map(|row| row.text.clone()).unwrap_or_default(),
                Answer::Unknown => format!("not known: {}", said.reason),
            };
            found.push(([words, how.replace('`', ""), said.place], said.answer));
        }
    }
    found
}

/// All rules that a user holds in a namespace: rule, binding, place.
pub fn listed(access: &Access<'_>, user: &User, namespace: &str, places: &Places<'_>) -> Vec<[String; 3]> {
    let rules = access.cluster().sources(user, namespace).map(|source| {
        let binding = format!("{} → {}", source.binding.meta.name, source.role.meta.name);
        [rule_words(source.rule), binding, place(places, source.rule.span)]
    });
    let dangling = access.cluster().dangling(user, namespace).map(|binding| {
        let role = format!("{} {} (not among the inputs)", binding.role_ref.kind, binding.role_ref.name);
        [role, binding.meta.name.value.clone(), place(places, binding.role_ref.span)]
    });
    rules.chain(dangling).collect()
}

/// What is asked for, as people say it.
pub fn question_words(question: &Question) -> String {
    match question {
        Question::Url { verb, path } => format!("{verb} {path}"),
        Question::Resource { verb, group, resource, name, namespace } => {
            let group = if group.is_empty() { String::new() } else { format!(".{group}") };
            let name = name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
            let namespace = namespace.as_ref().map(|namespace| format!(" in namespace {namespace}"));
            let anywhere = String::new();
            format!("{verb} {resource}{group}{name}{}", namespace.unwrap_or(anywhere))
        }
    }
}

fn namespace_of<'q>(query: &Query<'q>) -> &'q str {
    match query {
        Query::Resource { namespace, .. } => namespace.unwrap_or_default(),
        Query::Url { .. } => "",
    }
}

fn binding_row(binding: &Binding, places: &Places<'_>) -> Row {
    let role = format!("{} → {} {}", binding_words(binding), binding.role_ref.kind, binding.role_ref.name);
    Row::new("binding", role).at(place(places, binding.meta.name.span))
}

fn binding_words(binding: &Binding) -> String {
    match binding.meta.namespace_name().filter(|_| !binding.cluster_wide) {
        Some(namespace) => format!("{} {namespace}/{}", binding.kind_word(), binding.meta.name),
        None => format!("{} {}", binding.kind_word(), binding.meta.name),
    }
}

fn role_words(role: &RbacRole) -> String {
    match role.meta.namespace_name().filter(|_| role.kind == RbacRoleKind::Role) {
        Some(namespace) => format!("{} {namespace}/{}", role.kind.word(), role.meta.name),
        None => format!("{} {}", role.kind.word(), role.meta.name),
    }
}

fn rule_words(rule: &RbacRule) -> String {
    let list = |words: &[Spanned<String>]| {
        let words: Vec<&str> =
            words.iter().map(|word| if word.value.is_empty() { "core" } else { word.as_str() }).collect();
        words.join(", ")
    };
    if !rule.non_resource_urls.is_empty() {
        return format!("[{}] on {}", list(&rule.verbs), list(&rule.non_resource_urls));
    }
    let names = if rule.resource_names.is_empty() {
        String::new()
    } else {
        format!(" named {}", list(&rule.resource_names))
    };
    format!("[{}] on {}{names} ({})", list(&rule.verbs), list(&rule.resources), list(&rule.api_groups))
}
