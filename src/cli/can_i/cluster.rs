//! Questions to the API server.

use serde_json::{Value, json};

use super::page::{Answer, Row, place};
use crate::model::kube::binding::{Binding, Subject};
use crate::model::kube::rbac::{RbacRole, RbacRoleKind, RbacRule};
use crate::report::place::Places;
use crate::semantics::acl::BUILT_IN;
use crate::semantics::authorizer::{Grant, Source, User, is_subject};
use crate::semantics::rbac::bootstrap;
use crate::semantics::rbac::reach::subject_words;
use crate::semantics::reach::Access;
use crate::semantics::reach::kubernetes::{self, Doubt, Question};
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
    match access.kubernetes(user, question) {
        kubernetes::Answer::Allowed(Grant::Rule(source)) => return granted(&source, places),
        kubernetes::Answer::Allowed(Grant::Master) => {
            let reason = "everything is allowed to members of system:masters".to_owned();
            let json = json!({"answer": "yes", "reason": reason});
            return Said { answer: Answer::Yes, reason, place: String::new(), rows: Vec::new(), json };
        }
        kubernetes::Answer::Unknown(open) => {
            if let Some(said) = unknown(&open, places) {
                return said;
            }
        }
        kubernetes::Answer::Refused => {}
    }
    let reason = "no rule allows it".to_owned();
    let json = json!({"answer": "no", "reason": reason});
    Said { answer: Answer::No, reason, place: String::new(), rows: Vec::new(), json }
}

fn unknown(open: &[(&Binding, Doubt)], places: &Places<'_>) -> Option<Said> {
    let (binding, doubt) = open.first()?;
    let reason = format!("{} `{}` {}", binding.role_ref.kind, binding.role_ref.name, doubt.why());
    let at = place(places, binding.role_ref.span);
    let note = |doubt: &Doubt| format!("its role {}", doubt.why());
    Some(Said {
        answer: Answer::Unknown,
        rows: open.iter().map(|(binding, doubt)| binding_row(binding, places).note(note(doubt))).collect(),
        json: json!({"answer": "unknown", "reason": reason, "place": at}),
        reason,
        place: at,
    })
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
    let mut add = |binding: &Binding, subject: &Subject, how: String, at: String, answer: Answer| {
        let words = subject_words(binding, subject).replace('`', "");
        if !found.iter().any(|(line, _)| line.first() == Some(&words)) {
            found.push(([words, how, at], answer));
        }
    };
    let (sources, open) = access.kubernetes_who_can(question);
    for source in &sources {
        if source.subject.name.value == "system:masters" {
            continue;
        }
        let how = binding_row(source.binding, places).text;
        // Of a role that every cluster has, the binding is what somebody wrote.
        let is_own = source.rule.span.source == BUILT_IN;
        let at = if is_own { source.binding.role_ref.span } else { source.rule.span };
        add(source.binding, source.subject, how, place(places, at), Answer::Yes);
    }
    for (binding, doubt) in open {
        let role = format!("{} {}", binding.role_ref.kind, binding.role_ref.name);
        for subject in &binding.subjects {
            let how = format!("not known: {role} {}", doubt.why());
            add(binding, subject, how, place(places, binding.role_ref.span), Answer::Unknown);
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
    let open = access.cluster().bindings_in(namespace).filter_map(|binding| {
        let is_named = binding.subjects.iter().any(|subject| is_subject(subject, binding, user));
        let note = match access.cluster().role_of(binding).filter(|_| is_named) {
            Some(role) if bootstrap::is_extended(role) => "at least; extensions may add to it",
            None if is_named => "not among the inputs",
            _ => return None,
        };
        let role = format!("{} {} ({note})", binding.role_ref.kind, binding.role_ref.name);
        Some([role, binding.meta.name.value.clone(), place(places, binding.role_ref.span)])
    });
    rules.chain(open).collect()
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
