//! # What it finds
//! A binding for a service account that is not there, as far as the inputs can tell.
//!
//! # Why it matters
//! Kubernetes takes the binding and grants nothing; the workload that needs the access is told "forbidden", and whoever
//! makes a service account of that name holds the role.
//!
//! # How to fix it
//! Correct name or namespace, or add the service account.
//!
//! # Limits
//! Service accounts may live outside of the inputs, so that an unknown name alone is no finding, unless one file is all there
//! is, with a role that leads on to nothing else, and then a note. It is a warning where the inputs show what was meant: the same name in another namespace beside it, a name that differs by a letter or two, or a file that
//! declares the namespace or other service accounts of it without the one that is named. Where
//! only a file beside it shows that, it is a note. What some workload runs as is taken to exist.

use std::collections::{HashMap, HashSet};

use crate::lint::{Category, Check, Context, Edit, Rule, Severity};
use crate::model::kube::binding::{Binding, Subject};
use crate::model::kube::rbac::RbacRole;
use crate::model::kube::service_account::ServiceAccount;
use crate::model::project::Project;
use crate::semantics::rbac::subjects::service_account;
use crate::semantics::rbac::{builtin, powers};
use crate::syntax::Span;
use crate::syntax::near::is_slip;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "dangling-service-account",
    summary: "a binding for a service account that is not there",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: true,
    source: include_str!("dangling_service_account.rs"),
};

/// A slip in a shorter name would say little.
const SHORTEST: usize = 5;

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    let mut beside: Option<HashMap<&str, Vec<&ServiceAccount>>> = None;
    let run: HashSet<&str> =
        project.workloads.iter().filter_map(|it| it.service_account.as_ref().map(|it| it.as_str())).collect();
    for binding in project.bindings.iter().filter(|binding| !builtin::is_own_binding(binding)) {
        for subject in binding.subjects.iter().filter(|subject| subject.kind.value == "ServiceAccount") {
            let Some((namespace, name)) = service_account(binding, subject) else { continue };
            if is_elsewhere(project, namespace, name) || run.contains(name) {
                continue;
            }
            let beside = beside.get_or_insert_with(|| by_directory(project));
            let beside = beside.get(directory(project, binding.meta.span)).map_or(&[][..], Vec::as_slice);
            let cause = cause(project, binding, (namespace, name), beside);
            if let Some(cause) = cause.or_else(|| is_whole(cx, binding).then_some(Cause::Unknown)) {
                report(cx, subject, (namespace, name), &cause);
            }
        }
    }
}

/// True if nothing can be said: the account is there, or every namespace has it, or something fills the name in.
fn is_elsewhere(project: &Project, namespace: &str, name: &str) -> bool {
    let filled_in = |text: &str| text.contains(['$', '{', '<', '%', '*', ':']);
    let of_system = matches!(namespace, "kube-system" | "kube-public" | "kube-node-lease");
    name.is_empty()
        || name == "default"
        || of_system
        || filled_in(name)
        || filled_in(namespace)
        || project.service_accounts_named(namespace, name).next().is_some()
        || project.service_accounts_named("", name).next().is_some()
}

/// What the inputs show to be wrong.
enum Cause<'a> {
    /// It is in another namespace.
    Namespace(&'a ServiceAccount),
    /// One that nothing binds has nearly that name.
    Name(&'a ServiceAccount),
    /// The same file declares others of the namespace, here.
    Missing(Span),
    /// A file beside it declares others of the namespace.
    Elsewhere(Span),
    /// The same file makes the namespace.
    Made(Span),
    /// One file is all there is.
    Unknown,
}

/// Among how many service accounts of a directory a slip is looked for.
const LOOKED_AT: usize = 256;

fn cause<'a>(
    project: &Project,
    binding: &Binding,
    (namespace, name): (&str, &str),
    beside: &[&'a ServiceAccount],
) -> Option<Cause<'a>> {
    let named = |account: &&&ServiceAccount| account.meta.name.value == name;
    if let Some(account) = beside.iter().find(named) {
        // Without a namespace in the subject, whatever sets it sets it for both.
        return (!namespace.is_empty()).then_some(Cause::Namespace(account));
    }
    let fits = |account: &&&ServiceAccount| {
        let own = account.meta.namespace_name();
        own.is_none() || namespace.is_empty() || own == Some(namespace)
    };
    let near = |account: &&&ServiceAccount| is_slip(name, account.meta.name.as_str(), SHORTEST);
    let mut near = beside.iter().take(LOOKED_AT).filter(fits).filter(near);
    if let Some(account) = near.find(|account| !is_bound(project, account)) {
        return Some(Cause::Name(account));
    }
    let in_file = |account: &&&ServiceAccount| account.meta.span.source == binding.meta.span.source;
    let same = |account: &&&ServiceAccount| account.meta.namespace_name().unwrap_or("") == namespace;
    let other =
        beside.iter().filter(in_file).find(same).map(|account| Cause::Missing(account.meta.name.span));
    let made = || {
        let mut made = project.kubernetes_namespaces_in(binding.meta.span.source).iter();
        Some(Cause::Made(made.find(|it| it.meta.name.value == namespace)?.meta.name.span))
    };
    let beside = || {
        let known = beside.iter().find(|it| it.meta.namespace_name() == Some(namespace))?;
        Some(Cause::Elsewhere(known.meta.name.span))
    };
    other.or_else(made).or_else(beside)
}

/// True if one file is all there is, and the role is known to do no harm: then the account is what is missing. A role
/// that leads on to more is reported for that.
fn is_whole(cx: &Context<'_>, binding: &Binding) -> bool {
    if !cx.project.is_one_file() {
        return false;
    }
    let roles = cx.survey.referents(binding);
    let leads_on = |role: &RbacRole| role.rules.iter().any(|rule| !powers::of_rule(rule, false).is_empty());
    let is_known = !roles.is_empty() || matches!(binding.role_ref.name.as_str(), "edit" | "view");
    is_known && !roles.iter().any(|role| leads_on(role))
}

fn is_bound(project: &Project, account: &ServiceAccount) -> bool {
    let name = account.meta.name.as_str();
    let mut subjects = project.bindings.iter().flat_map(|binding| {
        binding.subjects.iter().filter_map(move |subject| service_account(binding, subject))
    });
    subjects.any(|(_, other)| other == name)
}

fn report(cx: &mut Context<'_>, subject: &Subject, (namespace, name): (&str, &str), cause: &Cause<'_>) {
    let of = if namespace.is_empty() { String::new() } else { format!(" in namespace `{namespace}`") };
    match cause {
        Cause::Namespace(account) => {
            let theirs = account.meta.namespace_name().unwrap_or_default();
            let span = subject.namespace.as_ref().map_or(subject.name.span, |it| it.span);
            let place = subject.namespace.as_ref().and_then(|it| cx.project.sources.verbatim(it));
            let message = format!("no service account `{name}`{of}; there is one in `{theirs}`");
            let finding = cx.report(span, message);
            finding.label(account.meta.name.span, "declared here").help("correct the namespace");
            if let Some(place) = place {
                finding.unsafe_fix(format!("write `{theirs}`"), vec![Edit::replace(place, theirs)]);
            }
        }
        Cause::Name(account) => {
            let meant = account.meta.name.as_str();
            let place = cx.project.sources.verbatim(&subject.name);
            let finding = cx.report(subject.name.span, format!("no service account `{name}`{of}"));
            finding.label(account.meta.name.span, "one of nearly that name, to which nothing is bound");
            finding.help(format!("did you mean `{meant}`?"));
            if let Some(place) = place {
                finding.unsafe_fix(format!("name `{meant}`"), vec![Edit::replace(place, meant)]);
            }
        }
        Cause::Elsewhere(place) => {
            cx.report(subject.name.span, format!("no service account `{name}`{of} among the inputs"))
                .severity(Severity::Note)
                .label(*place, "others of the namespace are declared here")
                .help("if it is not made elsewhere, add the service account or correct the name");
        }
        Cause::Unknown => {
            cx.report(subject.name.span, format!("no service account `{name}`{of} among the inputs"))
                .severity(Severity::Note)
                .help("if it is not made elsewhere, add the service account or correct the name");
        }
        Cause::Missing(place) | Cause::Made(place) => {
            let label = match cause {
                Cause::Made(_) => "this file makes the namespace",
                _ => "this file declares others of the namespace",
            };
            cx.report(subject.name.span, format!("no service account `{name}`{of} among the inputs"))
                .label(*place, label)
                .help("add the service account or correct the name");
        }
    }
}

fn by_directory(project: &Project) -> HashMap<&str, Vec<&ServiceAccount>> {
    let mut beside: HashMap<&str, Vec<&ServiceAccount>> = HashMap::new();
    for account in &project.service_accounts {
        beside.entry(directory(project, account.meta.span)).or_default().push(account);
    }
    beside
}

fn directory(project: &Project, span: Span) -> &str {
    project.sources.directory(span.source)
}
