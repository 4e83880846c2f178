//! # What it finds
//! A Role, ClusterRole, binding or service account that the Kubernetes API server refuses: a rule without `verbs`,
//! `apiGroups` or `resources`, URLs beside resources or in a Role, a ClusterRoleBinding of a Role or of a service account
//! without its namespace, names and labels that Kubernetes does not take.
//!
//! # Why it matters
//! `kubectl apply` fails, and what was there before stays in force.
//!
//! # How to fix it
//! The finding says which field is at fault, and what the server asks for.
//!
//! # Limits
//! Values that are put in before the object is sent (`${NAME}`, `<name>`, `NAMESPACE`) are not judged. Kustomize gives the
//! service accounts that it knows their namespace, also where a subject names none: with a kustomization in the same
//! directory or above, or a service account of that name and without a namespace beside it, such a subject is only noted.
//! A RoleBinding needs no namespace there, the server takes its own. Fields that are missing altogether or hold another
//! type are reported as `malformed-input`.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::Malformed;
use crate::model::kube::binding::{Binding, Subject};
use crate::model::kube::rbac::RbacRole;
use crate::model::project::Project;
use crate::semantics::validation::{self, FieldError, FieldErrorKind};
use crate::syntax::Span;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "refused-rbac-object",
    summary: "an RBAC object or service account that the API server refuses",
    category: Category::Correctness,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("refused_rbac_object.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    for role in &project.rbac_roles {
        let errors = validation::role(role);
        if !errors.is_empty() {
            report_role(cx, role, errors);
        }
    }
    for binding in &project.bindings {
        let errors = validation::binding(binding, None);
        if !errors.is_empty() {
            report_binding(cx, binding, errors);
        }
    }
    for account in &project.service_accounts {
        for error in validation::service_account(account) {
            if !is_absent(&error, account.meta.span) {
                report(cx, &error);
            }
        }
    }
}

fn report_role(cx: &mut Context<'_>, role: &RbacRole, errors: Vec<FieldError>) {
    for (at, rule) in role.rules.iter().enumerate() {
        // What holds another type is empty here, and was reported.
        if cx.project.malformed.iter().any(|fault| rule.span.contains(fault.span)) {
            continue;
        }
        let lacks: Vec<&str> = errors
            .iter()
            .filter(|error| error.kind == FieldErrorKind::Required && error.span == rule.span)
            .filter_map(|error| error.field.rsplit('.').next())
            .collect();
        if !lacks.is_empty() {
            let list: Vec<String> = lacks.iter().map(|field| format!("no `{field}`")).collect();
            cx.report(rule.span, format!("`rules[{at}]` has {}", list.join(", ")))
                .help("each rule needs `verbs`, and `apiGroups` with `resources` unless it is for `nonResourceURLs`; the core group is `\"\"`");
        }
    }
    let rules: Vec<Span> = role.rules.iter().map(|rule| rule.span).collect();
    for error in errors.iter().filter(|error| !rules.contains(&error.span)) {
        if !is_absent(error, role.meta.span) {
            report(cx, error);
        }
    }
}

fn report_binding(cx: &mut Context<'_>, binding: &Binding, errors: Vec<FieldError>) {
    for error in errors {
        if is_absent(&error, binding.meta.span) || is_absent(&error, binding.role_ref.span) {
            continue;
        }
        let Some(subject) = binding.subjects.iter().find(|subject| subject.span == error.span) else {
            report(cx, &error);
            continue;
        };
        // Without a name, or with one of another type: reported as malformed.
        if cx.project.malformed.iter().any(|fault| subject.span.contains(fault.span)) {
            continue;
        }
        if is_filled_in_by_kustomize(cx.project, subject) {
            let message = format!(
                "service account `{}` in a ClusterRoleBinding has no namespace: something has to fill it in",
                subject.name
            );
            cx.report(subject.span, message).severity(Severity::Note);
        } else {
            let message =
                format!("service account `{}` in a ClusterRoleBinding needs a namespace", subject.name);
            cx.report(subject.span, message)
                .help("add `namespace:`, the one that the service account lives in");
        }
    }
}

/// True for a field that is not there at all, which is reported as malformed.
fn is_absent(error: &FieldError, object: Span) -> bool {
    error.span == object && (error.field.ends_with("name") || error.field.ends_with("kind"))
}

fn report(cx: &mut Context<'_>, error: &FieldError) {
    let written = cx.project.sources.slice(error.span);
    // The selector as a whole is refused for what was said of its parts.
    let is_sum = error.detail == "invalid label selector.";
    let said = |fault: &Malformed| fault.span.contains(error.span) || error.span.contains(fault.span);
    // Of the other kinds the whole map is shown, not one value.
    let is_value = matches!(error.kind, FieldErrorKind::Invalid | FieldErrorKind::Unsupported);
    let filled_in = is_value && is_filled_in(written);
    if is_sum || filled_in || cx.project.malformed.iter().any(said) {
        return;
    }
    let field = &error.field;
    let message = match (error.kind, error.detail.as_str()) {
        (FieldErrorKind::Required, "") => format!("`{field}` is empty"),
        (FieldErrorKind::Required, detail) => format!("`{field}` is empty: {detail}"),
        (FieldErrorKind::Forbidden, detail) => format!("`{field}` is not empty: {detail}"),
        (FieldErrorKind::Unsupported, detail) => {
            format!("{} cannot be `{field}`: {detail}", shown(written))
        }
        (_, detail) => format!("Kubernetes refuses {} in `{field}`: {detail}", shown(written)),
    };
    let finding = cx.report(error.span, message);
    if error.field.ends_with("nonResourceURLs") && error.detail.starts_with("namespaced") {
        finding.help("put it into a ClusterRole, and bind that with a ClusterRoleBinding");
    }
}

/// A value as written, without its quotes.
fn shown(written: &str) -> String {
    format!("`{}`", written.trim_matches(['"', '\'']))
}

/// True for what is put in before the object is sent to a server: `${NAME}`, `<name>`, `##NAME##`, `YOUR_NAMESPACE`.
fn is_filled_in(written: &str) -> bool {
    let written = written.trim_matches(['"', '\'']);
    let shouts = || {
        written.contains(|c: char| c.is_ascii_uppercase())
            && !written.contains(|c: char| c.is_ascii_lowercase())
    };
    written.contains(['$', '<', '{']) || written.starts_with(['[', '%', '@', '#', '_']) || shouts()
}

/// True if a kustomization lies in the directory of the file or above it, or if the service account is there and has no
/// namespace of its own either.
fn is_filled_in_by_kustomize(project: &Project, subject: &Subject) -> bool {
    let Some(source) = project.sources.get(subject.span.source) else { return false };
    let directory = source.directory();
    let is_above = |above: &str| {
        above.is_empty()
            || directory.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let beside =
        |span: Span| project.sources.get(span.source).is_some_and(|other| other.directory() == directory);
    project.service_accounts.iter().any(|account| {
        account.meta.name.value == subject.name.value
            && account.meta.namespace.is_none()
            && beside(account.meta.span)
    }) || project.sources.iter().any(|other| {
        matches!(other.file_name(), "kustomization.yaml" | "kustomization.yml") && is_above(other.directory())
    })
}
