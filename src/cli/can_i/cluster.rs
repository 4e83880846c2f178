//! Questions to the API server.

use std::collections::HashSet;

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
use crate::syntax::{Span, Spanned};

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
    match access.kubernetes(user, &question.query()) {
        kubernetes::Answer::Allowed(Grant::Rule(source)) => granted(&source, places),
        kubernetes::Answer::Allowed(Grant::Master) => {
            let reason = "everything is allowed to members of system:masters".to_owned();
            let json = json!({"answer": "yes", "reason": reason});
            Said { answer: Answer::Yes, reason, place: String::new(), rows: Vec::new(), json }
        }
        kubernetes::Answer::Refused => {
            let reason = "no rule allows it".to_owned();
            let json = json!({"answer": "no", "reason": reason});
            Said { answer: Answer::No, reason, place: String::new(), rows: Vec::new(), json }
        }
        kubernetes::Answer::Unknown(doubts) => {
            let at = |doubt: &Doubt<'_>| doubt.span().map(|span| place(places, span)).unwrap_or_default();
            let reason = doubts.first().map(Doubt::words).unwrap_or_default();
            let first = doubts.first().map(at).unwrap_or_default();
            let row = |doubt: &Doubt<'_>| match doubt {
                Doubt::Role(binding, doubt) => {
                    binding_row(binding, places).note(format!("its role {}", doubt.why()))
                }
                other => Row::new("not known", other.words()).at(at(other)),
            };
            Said {
                answer: Answer::Unknown,
                rows: doubts.iter().map(row).collect(),
                json: json!({"answer": "unknown", "reason": reason, "place": first}),
                reason,
                place: first,
            }
        }
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

/// Everybody whom a binding names and who may do it: who, how, where, and whether it is certain. With `anywhere`, in
/// any namespace, else in that of the question.
pub fn who(
    access: &Access<'_>,
    question: &Question,
    anywhere: bool,
    places: &Places<'_>,
) -> Vec<([String; 3], Answer)> {
    let mut lines = Lines { places, found: Vec::new(), known: HashSet::new() };
    in_one(access, question, &mut lines);
    if anywhere {
        let namespaces = access.cluster().namespaces().into_iter().filter(|namespace| !namespace.is_empty());
        for question in namespaces.filter_map(|namespace| question.in_namespace(namespace)) {
            in_one(access, &question, &mut lines);
        }
        // They go somewhere, wherever that is.
        if let Some(question) = question.in_namespace("default") {
            adrift(access, &question, &mut lines);
        }
    }
    lines.found
}

fn in_one(access: &Access<'_>, question: &Question, lines: &mut Lines<'_>) {
    let query = question.query();
    let undecided: Vec<(&Binding, Doubt<'_>)> = access.undecided(&query).collect();
    for (binding, doubt) in &undecided {
        let how = format!("not known: {}", doubt.words().replace('`', ""));
        for subject in &binding.subjects {
            let at = doubt.span().unwrap_or(binding.role_ref.span);
            lines.add(binding, subject, how.clone(), at, Answer::Unknown);
        }
    }
    let open: HashSet<*const Binding> =
        undecided.iter().map(|(binding, _)| std::ptr::from_ref(*binding)).collect();
    for source in &access.cluster().allowing(&query) {
        if open.contains(&std::ptr::from_ref(source.binding)) || source.subject.name.value == "system:masters"
        {
            continue;
        }
        let how = binding_row(source.binding, lines.places).text;
        // Of a role that every cluster has, the binding is what somebody wrote.
        let is_own = source.rule.span.source == BUILT_IN;
        let at = if is_own { source.binding.role_ref.span } else { source.rule.span };
        lines.add(source.binding, source.subject, how, at, Answer::Yes);
    }
    for (binding, doubt) in access.open_bindings(&query) {
        let how = format!("not known: {}", Doubt::Role(binding, doubt).words().replace('`', ""));
        for subject in &binding.subjects {
            lines.add(binding, subject, how.clone(), binding.role_ref.span, Answer::Unknown);
        }
    }
    adrift(access, question, lines);
}

fn adrift(access: &Access<'_>, question: &Question, lines: &mut Lines<'_>) {
    for binding in access.adrift(&question.query()) {
        let how = format!("not known: {}", Doubt::NoNamespace(binding).words().replace('`', ""));
        for subject in &binding.subjects {
            lines.add(binding, subject, how.clone(), binding.meta.name.span, Answer::Unknown);
        }
    }
}

struct Lines<'l> {
    places: &'l Places<'l>,
    found: Vec<([String; 3], Answer)>,
    /// Who and how of those.
    known: HashSet<(String, String)>,
}

impl Lines<'_> {
    /// One line for each subject and binding; of one whom several rules allow it, the first.
    fn add(&mut self, binding: &Binding, subject: &Subject, how: String, at: Span, answer: Answer) {
        let words = subject_words(binding, subject).replace('`', "");
        if self.known.insert((words.clone(), how.clone())) {
            self.found.push(([words, how, place(self.places, at)], answer));
        }
    }
}

/// All rules that a user holds in a namespace: rule, binding, place; and whether that is certain.
pub fn listed(
    access: &Access<'_>,
    user: &User,
    namespace: &str,
    places: &Places<'_>,
) -> (Vec<[String; 3]>, Answer) {
    let rules = access.cluster().sources(user, namespace).map(|source| {
        let binding = format!("{} → {}", source.binding.meta.name, source.role.meta.name);
        [rule_words(source.rule), binding, place(places, source.rule.span)]
    });
    let mut lines: Vec<[String; 3]> = rules.collect();
    let certain = lines.len();
    lines.extend(access.cluster().bindings_in(namespace).filter_map(|binding| {
        let is_named = binding.subjects.iter().any(|subject| is_subject(subject, binding, user));
        let note = match access.cluster().role_of(binding).filter(|_| is_named) {
            Some(role) if bootstrap::is_extended(role) => "at least; extensions may add to it",
            None if is_named => "not among the inputs",
            _ => return None,
        };
        let role = format!("{} {} ({note})", binding.role_ref.kind, binding.role_ref.name);
        Some([role, binding.meta.name.value.clone(), place(places, binding.role_ref.span)])
    }));
    let adrift = access.project().bindings.iter().filter(|binding| {
        !binding.cluster_wide
            && binding.meta.namespace_name().is_none_or(str::is_empty)
            && !namespace.is_empty()
            && binding.subjects.iter().any(|subject| is_subject(subject, binding, user))
    });
    lines.extend(adrift.map(|binding| {
        let role =
            format!("{} {} (in which namespace is not known)", binding.role_ref.kind, binding.role_ref.name);
        [role, binding.meta.name.value.clone(), place(places, binding.meta.name.span)]
    }));
    lines.extend(access.rbac_templates().map(|name| {
        ["(not known)".to_owned(), "a template that was not rendered".to_owned(), name.to_owned()]
    }));
    let answer = match (lines.len() > certain, certain) {
        (true, _) => Answer::Unknown,
        (false, 0) => Answer::No,
        (false, _) => Answer::Yes,
    };
    (lines, answer)
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
